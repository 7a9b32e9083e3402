"""The register of waste: a note opens with the first device that leaves under its number, and is completed later."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.models import Membership
from refurb.models.device import DeviceQuerySet
from refurb.models.waste import WasteNote
from refurb.permissions import can_complete_waste_note

ALREADY_COMPLETED = Reason(
    "already_completed",
    "Ce bordereau a été complété entre-temps\u00a0: rouvrez-le pour voir ce qui y est écrit, puis complétez-le.",
)
TO_COME = Reason(
    "taken_on", "Ce jour est à venir\u00a0: donnez le jour où les appareils sont partis.", field="taken_on"
)
OTHER_RECYCLER = Reason(
    "one_recycler_a_note", "Ce bordereau va à un autre recycleur\u00a0: vérifiez son numéro.", field="bsd_number"
)
COMPLETED = (
    *("taken_on", "waste_code", "weight_kg", "pops", "carrier_name", "carrier_number", "carrier_address"),
    *("carrier_receipt", "scheme_name", "scheme_number", "destination", "treatment", "hierarchy"),
)
"""What is known of a note once its paper is back; its number and its recycler come from its devices."""


def open_notes(devices: DeviceQuerySet, *, by: Actor, at: datetime) -> None:
    """Begin the notes of devices that have just left, one per workshop and number, unless they are there already.

    Raises Refused when the same number went to another recycler at this very instant.
    """
    numbers = list(devices.order_by().values_list("workshop", "bsd_number", "recycler").distinct())
    notes = [
        WasteNote(
            workshop_id=workshop,
            bsd_number=number,
            recycler_id=recycler,
            taken_on=timezone.localdate(at),
            recorded_at=at,
            recorded_by_id=None if by is SYSTEM else by.pk,
        )
        for workshop, number, recycler in numbers
    ]
    WasteNote.objects.bulk_create(notes, ignore_conflicts=True)  # waits for whoever is opening one of them
    taken = devices.exclude(
        Exists(
            WasteNote.objects.filter(
                workshop=OuterRef("workshop"), bsd_number=OuterRef("bsd_number"), recycler=OuterRef("recycler")
            )
        )
    )
    if refused := dict.fromkeys(taken.values_list("pk", flat=True), (OTHER_RECYCLER,)):
        raise Refused(refused)


@gate.one_transaction
def complete_waste_note(
    *, actor: Membership, note: WasteNote, facts: Mapping[str, Any], at: datetime | None = None
) -> WasteNote:
    """Write a newer row of a note: what it said, with ``facts`` (some of ``COMPLETED``) in their place.

    Raises Unknown, PermissionDenied, Refused (somebody completed it meanwhile, a day to come), ValidationError.
    """
    if can_complete_waste_note(actor) is None:
        raise PermissionDenied
    last = WasteNote.objects.visible_to(actor).filter(pk=note.pk).first()
    if last is None:
        raise Unknown
    if hasattr(last, "superseded_by"):
        raise Refused({last.pk: (ALREADY_COMPLETED,)})
    instant = at or timezone.now()
    newer = WasteNote(
        workshop_id=last.workshop_id,
        bsd_number=last.bsd_number,
        recycler_id=last.recycler_id,
        **{name: getattr(last, name) for name in COMPLETED} | dict(facts),
        recorded_at=instant,
        recorded_by=actor,
        supersedes=last,
    )
    if _to_come(newer.taken_on, instant):
        raise Refused({last.pk: (TO_COME,)})
    newer.clean_fields(exclude=["supersedes"])
    try:
        with transaction.atomic():
            newer.save(force_insert=True)
    except IntegrityError as error:  # two at once: the first one wrote
        raise Refused({last.pk: (ALREADY_COMPLETED,)}) from error
    return newer


def _to_come(day: date, at: datetime) -> bool:
    return day > timezone.localdate(at)
