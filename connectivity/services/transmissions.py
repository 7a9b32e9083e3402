"""What goes to an operator: what its form asks of the household, as it is on the day, and that proofs were seen."""

from datetime import datetime

from connectivity.models import ConnectionFile, OfferCondition, ProofSeen, Transmission
from connectivity.services.offers import prescribed
from prescriptions.reaching import channel_of
from typography.french import by_pairs

AROUND = (
    "offer",
    "operator",
    "sent_by__user",
    "need__prescription__household__commune",
    "need__prescription__commune",
    "need__prescription__prescriber",
    "need__prescription__worker__user",
)
"""What is read with a file to tell of it."""


def transmit(*, file: ConnectionFile, at: datetime) -> Transmission:
    """Write what the operator is told now: name, contact, address, offer. Neither a fact nor the story.

    Raises ValueError for a file without an operator.
    """
    if file.operator is None or file.offer is None:
        raise ValueError("a file is sent to the operator of its offer")
    return Transmission.objects.create(
        file=file, operator=file.operator, sent_at=at, offer_name=file.offer.name, **to_tell(file)
    )


def to_tell(file: ConnectionFile) -> dict[str, str]:
    """What an operator is told of the household, as it is now: the columns ``Transmission.PERSONAL``."""
    household = file.need.prescription.household
    commune = household.commune or file.need.prescription.commune
    return {
        "last_name": household.last_name,
        "first_name": household.first_name,
        "phone": household.phone,
        "email": household.email,
        "address": household.address,
        "postcode": household.postcode,
        "city": commune.name if commune else "",
        "contact": channel_of(household).label,
    }


def corrections_of(told: list[Transmission], sent_at: datetime | None) -> list[tuple[str, str, str]]:
    """What an operator was told otherwise since a request was sent: ``(what, before, now)``, in the order of its form.

    ``told``: what it was told of that request, the last first.
    """
    since = [one for one in told if sent_at is not None and one.sent_at >= sent_at]
    if len(since) < 2:
        return []
    now, first = since[0], since[-1]
    return [
        (str(Transmission._meta.get_field(name).verbose_name), _as_read(name, first), _as_read(name, now))  # type: ignore[union-attr]
        for name in Transmission.PERSONAL
        if getattr(first, name) != getattr(now, name)
    ]


def _as_read(name: str, told: Transmission) -> str:
    """A column as people read it."""
    said = str(getattr(told, name))
    return by_pairs(said) if name == "phone" else said


def carry_facts(*, file: ConnectionFile, at: datetime) -> list[ProofSeen]:
    """Count what was seen for the prescription as proofs of the offer that was chosen, each once."""
    wanted = set(OfferCondition.objects.filter(offer=file.offer_id).values_list("rule", flat=True))
    known = set(ProofSeen.objects.filter(file=file).values_list("rule", "dated_on", "ceiling"))
    return ProofSeen.objects.bulk_create(
        ProofSeen(
            file=file,
            rule=seen.rule,
            proof=seen.proof,
            dated_on=seen.dated_on,
            holds=seen.holds,
            ceiling=seen.ceiling,
            seen_at=at,
            seen_by_id=fact.recorded_by_id,
        )
        for fact, seen in prescribed(file.need)
        if seen.rule in wanted and (seen.rule, seen.dated_on, seen.ceiling) not in known
    )
