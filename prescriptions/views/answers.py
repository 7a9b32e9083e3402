"""What a household answered to « toujours d’actualité ? », as its own page and that of a need tell it."""

from collections.abc import Iterable

from lifecycle.actors import Actor
from lifecycle.history import Past
from prescriptions.machine.prescription import PrescriptionMachine
from prescriptions.models import Prescription, PrescriptionEntry

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


def last_by_link(prescription: Prescription) -> bool:
    """Whether the last answer came from the household itself, by the link it was sent; one query."""
    entries = PrescriptionEntry.objects.filter(object=prescription, verb__in=ANSWERED)
    via = entries.order_by("-seq").values_list("via", flat=True).first()
    return bool(via)
