"""Whoever is followed: what was said and when, what is to be done next, who may be given it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from network.enums import OrganisationKind, Role
from network.models import Membership, NotedExchange


@dataclass(frozen=True)
class Then:
    """What is to be done next, for which day, by whom; nothing by default."""

    step: str = ""
    on: date | None = None
    owner: Membership | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        return {"next_step": self.step, "next_on": self.on, "next_owner": self.owner}


NOTHING_NEXT = Then()


@dataclass(frozen=True)
class Exchange:
    """When and how somebody was reached, what was said, what is to be done next."""

    contacted_on: date
    channel: str
    said: str = ""
    then: Then = NOTHING_NEXT

    def written(self, model: type[NotedExchange], *, by: Membership, at: datetime | None, **about: Any) -> Any:
        """Write it down; ``about``: of whom it is, and what ``model`` holds besides. Raises ValidationError."""
        row = model(
            **about,
            contacted_on=self.contacted_on,
            channel=self.channel,
            said=self.said.strip(),
            recorded_at=at or timezone.now(),
            recorded_by=by,
        )
        row.clean_fields(exclude=list(about))
        row.save()
        return row


def given_next(then: Then, followers: Any, not_his: str) -> dict[str, Any]:
    """The next step as the verbs take it; its owner is one of those who follow. Raises ValidationError, ``not_his``."""
    if then.owner is not None and not followers.filter(pk=then.owner.pk).exists():
        raise ValidationError({"next_owner": not_his})
    return then.given


def followers_of(epci: int | None) -> Any:
    """Who may follow what is on the territory of an EPCI, by its key: the pilots, its managers."""
    open_ones = Membership.objects.open()
    managers = open_ones.filter(kind=OrganisationKind.EPCI, role=Role.MANAGER, organisation__epci=epci)
    return open_ones.pilots() | managers
