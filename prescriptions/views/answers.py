"""What a household answered to « toujours d’actualité ? », as its own page and that of a need tell it."""

from collections.abc import Iterable

from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.history import Past
from network.permissions import is_pilot
from prescriptions.enums import RightKind, RightsState
from prescriptions.machine.prescription import PrescriptionMachine
from prescriptions.models import Household, HouseholdCorrection, Prescription, PrescriptionEntry, RightsRequest
from typography.french import day

ANSWERED = ("confirm", "decline", "reconsider")


def answers_of(prescriptions: Iterable[Prescription], actor: Actor) -> list[Past]:
    """The answers to these prescriptions that the actor may see, each with who gave it: one query.

    What the worker wrote is told with his organisation: his name is on the page of the prescription.
    """
    seen = Prescription.objects.visible_to(actor).filter(pk__in=[row.pk for row in prescriptions])
    entries = PrescriptionEntry.objects.filter(object__in=seen, verb__in=ANSWERED)
    return [
        Past(
            f"{entry.sentence()} ({entry.object.reference})",
            entry.at,
            str(entry.actor.organisation) if entry.actor is not None else PrescriptionMachine.through_a_link,
        )
        for entry in entries.select_related("object", "actor__organisation").order_by("-at", "-pk")
    ]


def objections_told(household: Household, actor: Actor) -> list[Past]:
    """That it objected and was answered, to whoever reads its file but the pilot, whom no right is told to: one query.

    An objection stops nothing of what is served already: without this, nothing of it is written where one works.
    """
    if is_pilot(actor):
        return []
    own = Q(household=household.pk) | Q(household__joined_into=household.pk)
    answered = RightsRequest.objects.filter(own, kind=RightKind.OBJECTION, state=RightsState.ANSWERED)
    return [
        Past(
            f"Le foyer s’est opposé, le {day(asked.received_on)}, à l’usage de ses informations ({asked.reference})",
            asked.settled_at,
            "Délégué à la protection des données",
        )
        for asked in answered
    ]


def corrections_told(household: Household, actor: Actor) -> list[Past]:
    """Which of its columns were written again since something was filed, never what they said: one query."""
    rows = HouseholdCorrection.objects.visible_to(actor).filter(household=household)
    return [
        Past(f"Dossier corrigé\u00a0: {row}", row.corrected_at, str(row.corrected_by.organisation))
        for row in rows.select_related("corrected_by__organisation")
    ]


def last_by_link(prescription: Prescription) -> bool:
    """Whether the last answer came from the household itself, by the link it was sent; one query."""
    entries = PrescriptionEntry.objects.filter(object=prescription, verb__in=ANSWERED)
    via = entries.order_by("-seq").values_list("via", flat=True).first()
    return bool(via)
