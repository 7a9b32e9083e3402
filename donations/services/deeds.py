"""The deed of gift: which text is in force, and its acceptance on screen by the donor."""

from datetime import datetime

from django.utils import timezone

from donations.documents import freeze_deed
from donations.enums import DonationState
from donations.models.deed import DeedAcceptance, DeedText
from donations.models.donation import Donation
from donations.permissions import can_accept_deed
from donations.services.donations import held_donation
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from reference.dated import fingerprint

NO_DEED_TEXT = Reason("no_deed_text", "Aucun texte d’acte de don n’est en vigueur.", "l’équipe technique")
NOT_QUALIFIED = Reason("not_qualified", "L’acte de don s’accepte quand le lot est qualifié.", "le pilote")
TEXT_CHANGED = Reason("text_changed", "Le texte a changé depuis son affichage\u00a0: relisez-le avant de l’accepter.")


def deed_of(donation: Donation, *, at: datetime | None = None) -> tuple[DeedText, str]:
    """The version in force at ``at`` and the exact text for this lot, to be shown before it is accepted.

    Raises Refused when no text is in force.
    """
    text = DeedText.objects.on(timezone.localdate(at)).first()
    if text is None:
        raise Refused({donation.pk: (NO_DEED_TEXT,)})
    return text, text.written_for(donation)


@gate.one_transaction
def accept_deed(*, actor: Actor, donation: Donation, sha256: str, at: datetime | None = None) -> DeedAcceptance:
    """The donor's contact accepts the exact text he was shown, named by its fingerprint. Once: asked again,
    the same acceptance is returned. It becomes a paper of the lot.

    Raises Unknown, PermissionDenied, Refused (not qualified, no text, text changed since it was shown).
    """
    row = held_donation(actor=actor, donation=donation, can=can_accept_deed)
    if row.state not in (DonationState.QUALIFIED, DonationState.SCHEDULED):
        raise Refused({row.pk: (NOT_QUALIFIED,)})
    accepted = row.deeds.filter(round=row.allocation_round).first()
    if accepted is not None:
        return accepted
    text, exact = deed_of(row, at=at)
    if fingerprint(exact) != sha256:
        raise Refused({row.pk: (TEXT_CHANGED,)})
    assert actor.pk is not None
    acceptance = DeedAcceptance.objects.create(
        donation=row,
        round=row.allocation_round,
        text=text,
        exact_text=exact,
        sha256=sha256,
        accepted_at=at or timezone.now(),
        accepted_by_id=actor.pk,
    )
    freeze_deed(acceptance)
    return acceptance
