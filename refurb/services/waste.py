"""The register of waste: a note opens with the first device that leaves under its number, and is completed later."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from calendars.working_days import add_months
from lifecycle import gate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from network.models import Membership, Organisation
from refurb.enums import DeviceState
from refurb.models.device import Device, DeviceQuerySet
from refurb.models.waste import WasteNote
from refurb.parameters import REGISTER_YEARS
from refurb.permissions import can_complete_waste_note
from typography.french import plural, written_day

ALREADY_COMPLETED = Reason(
    "already_completed",
    "Ce bordereau a été complété entre-temps\u00a0: rouvrez-le pour voir ce qui y est écrit, puis complétez-le.",
)
TO_COME = Reason(
    "taken_on", "Ce jour est à venir\u00a0: donnez le jour où les appareils sont partis.", field="taken_on"
)
HEAVIEST = Decimal(30_000)
"""Kilograms. With its load, a lorry weighs 44 t at most (code de la route, art. R. 312-4); empty, 14 t or so."""
TOO_HEAVY = Reason(
    "too_heavy",
    "Un camion ne porte pas plus de 30\u00a0tonnes\u00a0: vérifiez l’unité, le poids s’écrit en kilogrammes.",
    field="weight_kg",
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

    A number that no device of another recycler bears any more is that of this one. Raises Refused when the same number
    went to another recycler at this very instant.
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
    freed = [note for note in notes if not _is_begun(note) and not _is_borne_for_another(note)]
    for note in freed:
        note.pk, note.supersedes = None, _current(note.workshop_id, note.bsd_number)
        note.save(force_insert=True)
    taken = devices.exclude(
        Exists(
            WasteNote.objects.current().filter(
                workshop=OuterRef("workshop"), bsd_number=OuterRef("bsd_number"), recycler=OuterRef("recycler")
            )
        )
    )
    if refused := dict.fromkeys(taken.values_list("pk", flat=True), (OTHER_RECYCLER,)):
        raise Refused(refused)


def _current(workshop: int, number: str) -> WasteNote:
    return WasteNote.objects.current().get(workshop=workshop, bsd_number=number)


def _is_begun(note: WasteNote) -> bool:
    return _current(note.workshop_id, note.bsd_number).recycler_id == note.recycler_id


def _is_borne_for_another(note: WasteNote) -> bool:
    borne = Device.objects.filter(state=DeviceState.RECYCLED, workshop=note.workshop_id, bsd_number=note.bsd_number)
    return borne.exclude(recycler=note.recycler_id).exists()


@gate.one_transaction
def correct_waste(
    *,
    actor: Actor,
    devices: DeviceQuerySet,
    recycler: Organisation,
    bsd_number: str,
    comment: str = "",
    at: datetime | None = None,
) -> WasteNote:
    """Say under which number, to which recycler, devices truly left; all or none. Returns the note that has them.

    What was known of a note goes to the one that takes all its devices, unless that one has its own facts. Raises
    Unknown, PermissionDenied, Refused.
    """
    numbers = list(devices.order_by().values_list("workshop", "bsd_number").distinct())
    former = [_current(workshop, number) for workshop, number in numbers]
    pks = list(devices.values_list("pk", flat=True))
    rows, number = Device.objects.filter(pk__in=pks), bsd_number.strip()
    given: dict[str, Any] = {"recycler": recycler.pk, "bsd_number": number}
    outcome = gate.apply_many(rows, "correct_waste", actor=actor, at=at, comment=comment, **given)
    if outcome.refused:
        raise Refused(outcome.refused)
    if not outcome.moved:
        raise Unknown
    for note in former:
        _carry_facts(note, number, actor, at or timezone.now())
    return _current(former[0].workshop_id, number)


def correct_waste_device(
    *,
    actor: Actor,
    device: Device,
    recycler: Organisation,
    bsd_number: str,
    comment: str = "",
    at: datetime | None = None,
) -> Device:
    """The same for one device, the others of its note left as they are. Raises as ``correct_waste`` does."""
    rows = Device.objects.filter(pk=device.pk)
    correct_waste(actor=actor, devices=rows, recycler=recycler, bsd_number=bsd_number, comment=comment, at=at)
    return rows.get()


def _carry_facts(former: WasteNote, number: str, actor: Actor, at: datetime) -> None:
    note = _current(former.workshop_id, number)
    left = Device.objects.filter(state=DeviceState.RECYCLED, workshop=former.workshop_id, recycler=former.recycler_id)
    known = any(getattr(note, name) not in (None, "") for name in COMPLETED if name != "taken_on")
    if note.pk == former.pk or known or left.filter(bsd_number=former.bsd_number).exists():
        return
    WasteNote.objects.create(
        workshop_id=note.workshop_id,
        bsd_number=note.bsd_number,
        recycler_id=note.recycler_id,
        **{name: getattr(former, name) for name in COMPLETED},
        recorded_at=at,
        recorded_by_id=None if actor is SYSTEM else actor.pk,
        supersedes=note,
    )


@gate.one_transaction
def complete_waste_note(
    *, actor: Membership, note: WasteNote, facts: Mapping[str, Any], at: datetime | None = None
) -> WasteNote:
    """Write a newer row of a note: what it said, with ``facts`` (some of ``COMPLETED``) in their place.

    Raises Unknown, PermissionDenied, Refused (somebody completed it meanwhile, a day or a weight that cannot be),
    ValidationError.
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
    if reason := _unbelievable(newer, last):
        raise Refused({last.pk: (reason,)})
    newer.clean_fields(exclude=["supersedes"])
    try:
        with transaction.atomic():
            newer.save(force_insert=True)
    except IntegrityError as error:  # two at once: the first one wrote
        raise Refused({last.pk: (ALREADY_COMPLETED,)}) from error
    return newer


def _unbelievable(note: WasteNote, last: WasteNote) -> Reason | None:
    """Why what is typed after ``last`` cannot be: a day to come, or too long before the note was opened; more than a
    lorry carries.
    """
    if note.taken_on > timezone.localdate(note.recorded_at):
        return TO_COME
    if note.taken_on != last.taken_on and (reason := _long_ago(note)):
        return reason
    return TOO_HEAVY if note.weight_kg is not None and note.weight_kg > HEAVIEST else None


def _long_ago(note: WasteNote) -> Reason | None:
    """What left so long before would be in no register that is still kept."""
    same = WasteNote.objects.filter(workshop=note.workshop_id, bsd_number=note.bsd_number)
    opened_on = timezone.localdate(same.earliest("pk").recorded_at)
    years = REGISTER_YEARS.on(opened_on)
    if note.taken_on >= add_months(opened_on, -12 * years):
        return None
    before = f"plus de {years}\u00a0an{plural(years)} avant l’ouverture du bordereau, le {written_day(opened_on)}"
    return Reason("taken_long_ago", f"Ce jour vient {before}\u00a0: vérifiez l’année.", field="taken_on")
