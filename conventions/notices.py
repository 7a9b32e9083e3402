"""The papers by which parties said that they would end a convention alone: each stays, taken back or not."""

from datetime import date

from conventions.models import Convention, EndNotice


def notices_of(convention: Convention, day: date) -> list[EndNotice]:
    """All of them, the first before, each with from when until when its party may end it as of ``day``; one query."""
    found = list(convention.end_notices.select_related("given_by__organisation", "contested_by__organisation"))
    for notice in found:
        notice.convention = convention
        notice.alone = notice.alone_between(day)
    return found


def pending_of(convention: Convention, day: date) -> list[EndNotice]:
    """Those that count still, that which may end it first before."""
    return sorted((one for one in notices_of(convention, day) if one.alone), key=lambda one: (one.alone_on, one.rank))


def own_of(notices: list[EndNotice], party: str | None) -> EndNotice | None:
    """Of pending ones, that of a party."""
    return next((one for one in notices if one.party == party), None)
