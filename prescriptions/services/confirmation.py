"""« Toujours d’actualité ? »: the link sent to a household, and what it answers by its page, without an account."""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked_row
from lifecycle.machine import Reason
from prescriptions import emails
from prescriptions.enums import LinkAnswer, PrescriptionState
from prescriptions.hearing import hears
from prescriptions.models import ConfirmationLink, Prescription
from prescriptions.models.reminder import digest_of
from prescriptions.parameters import LINK_DAYS

LINK_OVER = Reason("link_over", "Ce lien n’ouvre plus\u00a0: il a servi, il a expiré, ou un autre l’a remplacé.")
NOT_ACCEPTED = Reason("not_accepted", "Cette demande n’attend plus de réponse.")

VERBS = {LinkAnswer.STILL_CURRENT: "confirm", LinkAnswer.NOT_ANY_MORE: "decline"}
"""What each answer does of the prescription."""


def send_link(prescription: Prescription, at: datetime) -> ConfirmationLink | None:
    """Send a new link to the household's address, and close the one before.

    None when it has no address, or asked to be left alone.

    Of the token only the digest is kept. The caller's transaction holds the prescription.
    """
    if not prescription.household.email or not hears(prescription.household):
        return None
    close_links([prescription.pk], at)
    token = secrets.token_urlsafe(32)
    link = ConfirmationLink.objects.create(
        prescription=prescription,
        token_digest=digest_of(token),
        sent_at=at,
        expires_at=at + timedelta(days=LINK_DAYS.on(timezone.localdate(at))),
    )
    emails.still_current_for_household(prescription, token, link.expires_at, at)
    return link


def close_links(prescriptions: list[int], at: datetime, *, but: str = "") -> None:
    """Make the links of these prescriptions useless, but the one that is being answered."""
    still = ConfirmationLink.objects.filter(prescription__in=prescriptions, answered_at=None, withdrawn_at=None)
    (still.exclude(pk=but) if but else still).update(withdrawn_at=at)


def link_for(*, token: str) -> ConfirmationLink:
    """The link of a page, open or not. Raises Unknown."""
    link = ConfirmationLink.objects.for_token(token).select_related("prescription__household").first()
    if link is None:
        raise Unknown
    return link


def actor_of(link: ConfirmationLink) -> SignedLink:
    """Whoever holds the link: the journal and the log of accesses keep its key."""
    return SignedLink(str(link.pk), opens=(Prescription.machine.name, link.prescription_id))


def is_open(link: ConfirmationLink, *, at: datetime | None = None) -> bool:
    """Whether the page may be answered: the link opens, and the prescription waits for an answer."""
    usable = ConfirmationLink.objects.usable(at or timezone.now()).filter(pk=link.pk)
    return usable.filter(prescription__state=PrescriptionState.ACCEPTED).exists()


@gate.one_transaction
def answer_link(*, token: str, answer: str, at: datetime | None = None) -> ConfirmationLink:
    """The household answers: "still current" confirms the prescription, "not any more" declines it. An act of its own.

    Once. Raises Unknown for a token that no link has, Refused for a link that does not open any more.
    """
    instant, answer = at or timezone.now(), LinkAnswer(answer)
    link = link_for(token=token)
    if not is_open(link, at=instant):
        raise Refused({link.pk: (LINK_OVER,)})
    gate.apply(link.prescription, VERBS[answer], actor=actor_of(link), at=at)
    unanswered = ConfirmationLink.objects.filter(pk=link.pk, answered_at=None, withdrawn_at=None)
    if not unanswered.update(answered_at=instant, answer=answer):
        raise Refused({link.pk: (LINK_OVER,)})
    return ConfirmationLink.objects.get(pk=link.pk)


@gate.one_transaction
def ask_link_again(*, token: str, at: datetime | None = None) -> bool:
    """Send a new link in place of one that expired, to the household's own address. Tells whether one left.

    The answer on the page is the same either way. Raises Unknown for a token that no link has.
    """
    instant = at or timezone.now()
    link = link_for(token=token)
    waiting = Prescription.objects.filter(pk=link.prescription_id, state=PrescriptionState.ACCEPTED)
    prescription = locked_row(waiting.select_related("household"))
    if prescription is None or not only_expired(link) or is_open(link, at=instant):
        return False
    return send_link(prescription, instant) is not None


def still_waits(link: ConfirmationLink) -> bool:
    """Whether the request still waits; one that ended waits for no answer, by this link or by another."""
    return PrescriptionState(link.prescription.state) is PrescriptionState.ACCEPTED


def only_expired(link: ConfirmationLink) -> bool:
    """Whether nothing but its day closes a link: it was not answered, no other replaced it, nobody answered since."""
    replaced = ConfirmationLink.objects.filter(prescription=link.prescription_id, pk__gt=link.pk).exists()
    return link.answered_at is None and link.withdrawn_at is None and not replaced
