"""Signed links: an operator without an account answers one file, for a few days, and may ask for another link."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from connectivity import emails
from connectivity.enums import WITH_OPERATOR
from connectivity.models import ConnectionFile, OperatorLink
from connectivity.parameters import OPERATOR_LINK_DAYS
from lifecycle.actors import SignedLink
from network.models.invitation import digest_of

ONE_HOUR = timedelta(hours=1)


@transaction.atomic
def open_link(*, connection: ConnectionFile, at: datetime | None = None) -> tuple[OperatorLink, str] | None:
    """A new link for the operator of a file, and its token; the former one opens no more.

    None when the operator is closed or has no address, or when the file is not with it.
    """
    instant = at or timezone.now()
    row = ConnectionFile.objects.select_related("operator").get(pk=connection.pk)
    close_links(files=[row.pk], at=instant)
    if row.operator is None or not emails.address_of(row.operator) or row.state not in WITH_OPERATOR:
        return None
    token = secrets.token_urlsafe(32)
    link = OperatorLink.objects.create(
        file=row,
        operator=row.operator,
        email=row.operator.email,
        token_digest=digest_of(token),
        sent_at=instant,
        expires_at=instant + timedelta(days=OPERATOR_LINK_DAYS.on(timezone.localdate(instant))),
    )
    return link, token


def send_link(
    *, connection: ConnectionFile, at: datetime | None = None, corrected: bool = False
) -> OperatorLink | None:
    """Open a new link and write it to the operator's address; None when ``open_link`` opens none.

    ``corrected``: the request is not new, what it says is.
    """
    opened = open_link(connection=connection, at=at)
    if opened is None:
        return None
    link, token = opened
    emails.link_for_operator(link, token, link.sent_at, corrected=corrected)
    return link


@transaction.atomic
def close_links(*, files: list[int], at: datetime) -> int:
    """Make the links of these files useless. Returns how many were open."""
    return OperatorLink.objects.filter(file__in=files, closed_at=None).update(closed_at=at)


def link_of(*, token: str, at: datetime | None = None) -> OperatorLink | None:
    """The link of a token, if it still opens at ``at``."""
    usable = OperatorLink.objects.usable(at or timezone.now()).filter(token_digest=digest_of(token))
    return usable.select_related("file__offer", "file__need__prescription__household", "operator").first()


def ask_again(*, token: str, at: datetime | None = None) -> OperatorLink | None:
    """Send another link in place of one that opens no more, to the same operator, once an hour at most.

    None when there is nothing to send: who asks is not told, for the answer is the same.
    """
    instant = at or timezone.now()
    known = OperatorLink.objects.filter(token_digest=digest_of(token), file__state__in=WITH_OPERATOR)
    former = known.select_related("file").first()
    if former is None or former.operator_id != former.file.operator_id:
        return None
    if former.file.links.filter(sent_at__gt=instant - ONE_HOUR).exists():
        return None
    return send_link(connection=former.file, at=instant)


def actor_of(link: OperatorLink) -> SignedLink:
    """Whoever holds the link: the journal and the log of accesses keep its key."""
    return SignedLink(str(link.pk), link.operator_id, opens=(ConnectionFile.machine.name, link.file_id))
