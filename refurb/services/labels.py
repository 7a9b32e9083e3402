"""Printing labels: for devices, or blank and numbered in advance; each printing is kept, a second one says why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.locking import advisory_lock, lock
from refurb.enums import ENDED, DeviceState, ReprintReason
from refurb.models import Device, Drive, Label, LabelRun, LabelSheet, TagShape
from refurb.permissions import can_set_tag_shape, can_work_on_device
from refurb.sheets import READY_MADE, SheetLayout
from refurb.tags import FIGURE, is_numbered, normal, pattern_of
from typography.french import in_a_sentence, plural, storage

IN_HAND = (
    DeviceState.RECEIVED,
    DeviceState.IN_PROCESS,
    DeviceState.AWAITING_PART,
    DeviceState.READY,
    DeviceState.ALLOTTED,
)
"""What a workshop has on its benches and shelves."""
NAMED = 5
"""How many labels a sentence names."""
MOST = 500
"""How many labels one printing holds."""


def sheets_of(workshop: int) -> dict[str, tuple[str, SheetLayout]]:
    """``{code: (name, sheet)}`` of what a workshop may print on: the ready-made ones, then its own; one query.

    A sheet described again under its name takes the place of the one before.
    """
    own = {one.name.casefold(): one for one in LabelSheet.objects.filter(workshop=workshop).order_by("pk")}
    return READY_MADE | {f"own_{one.pk}": (one.name, one.sheet) for one in own.values()}


@gate.one_transaction
def describe_sheet(*, actor: Actor, at: datetime | None = None, **measures: object) -> LabelSheet:
    """Add a sheet of labels to those of the actor's workshop. Raises PermissionDenied, ValidationError."""
    if can_set_tag_shape(actor) is None or actor.organisation_id is None:
        raise PermissionDenied
    described = LabelSheet(
        workshop_id=actor.organisation_id,
        set_at=at or timezone.now(),
        set_by_id=actor.pk,  # type: ignore[misc]  # a manager is a person
        **measures,
    )
    described.full_clean(exclude=["set_by"])
    described.save(force_insert=True)
    return described


@dataclass(frozen=True)
class _Printing:
    """Who prints, where, on what: a code of ``sheets_of``, of which ``skipped`` labels of the first page are gone."""

    actor: Actor
    workshop: int
    sheet: str
    skipped: int
    at: datetime | None

    def open(self, reason: str = "") -> LabelRun:
        """The printing, without its labels yet. Raises ValidationError by field."""
        known = sheets_of(self.workshop)
        if self.sheet not in known:
            raise ValidationError({"sheet": "Choisissez une planche."})
        name, measures = known[self.sheet]
        if not 0 <= self.skipped < measures.on_a_page:
            raise ValidationError({"skipped": _too_many_skipped(measures)})
        return LabelRun.objects.create(
            workshop_id=self.workshop,
            sheet_name=name,
            sheet=measures.written(),
            skipped=self.skipped,
            reason=reason,
            printed_at=self.at or timezone.now(),
            printed_by_id=self.actor.pk,  # type: ignore[misc]  # who works in a workshop is a person
        )


def _too_many_skipped(sheet: SheetLayout) -> str:
    if sheet.is_roll:
        return "Un rouleau n’a pas d’étiquettes déjà utilisées\u00a0: 0."
    most = sheet.on_a_page - 1
    return f"Une page de cette planche porte {most + 1} étiquettes\u00a0: de 0 à {most} déjà utilisées."


@gate.one_transaction
def print_labels(
    *,
    actor: Actor,
    devices: QuerySet[Device],
    sheet: str,
    order: Sequence[str] = (),
    skipped: int = 0,
    reason: str = "",
    at: datetime | None = None,
) -> LabelRun:
    """Print the labels of devices that the actor's workshop has, at most ``MOST``.

    ``order``: their labels or references as they were typed. ``sheet`` is a code of ``sheets_of``; ``skipped``
    labels of its first page are gone; ``reason`` (ReprintReason) is asked when the present label of one of them
    was printed before. Raises PermissionDenied, ValidationError by field.
    """
    workshop = _workshop(actor)
    lock(Device, devices.filter(workshop=workshop).values_list("pk", flat=True), "FOR NO KEY UPDATE")
    found = in_order(devices.filter(workshop=workshop).annotate(capacity=_capacity()), order)
    if not found or len(found) > MOST:
        raise ValidationError({"devices": f"De 1 à {MOST} appareils à la fois."})
    unfit = [device for device in found if not device.tag or device.state in ENDED]
    if unfit:
        raise ValidationError({"devices": [_why_not(device) for device in unfit]})
    known = Label.objects.last_of(found)
    if known and reason not in ReprintReason.values:
        raise ValidationError({"reason": already_said([device for device in found if device.pk in known])})
    run = _Printing(actor, workshop, sheet, skipped, at).open(reason if known else "")
    Label.objects.bulk_create(
        Label(
            run=run,
            workshop_id=workshop,
            rank=rank,
            device=device,
            tag=device.tag,
            said=description_of(device),
            grade=device.grade,
            again=device.pk in known,
        )
        for rank, device in enumerate(found)
    )
    return run


def print_blank_labels(
    *, actor: Actor, count: int, sheet: str, skipped: int = 0, at: datetime | None = None
) -> LabelRun:
    """Print ``count`` numbered labels, for devices to come: each number is drawn once and for all.

    The workshop must have fixed a form made of figures. Raises PermissionDenied, ValidationError by field.
    """
    printing = _Printing(actor, _workshop(actor), sheet, skipped, at)
    with advisory_lock(f"refurb.labels:{printing.workshop}"):
        return _print_blank(printing, count)


@gate.one_transaction
def _print_blank(printing: _Printing, count: int) -> LabelRun:
    tags = next_tags(printing.workshop, count)
    run = printing.open()
    Label.objects.bulk_create(
        Label(run=run, workshop_id=printing.workshop, rank=rank, tag=tag) for rank, tag in enumerate(tags)
    )
    return run


def never_printed(devices: QuerySet[Device]) -> QuerySet[Device]:
    """Those that a workshop has in hand and whose present label it never printed, the first come first.

    A label printed in advance and stuck on one of them was printed.
    """
    same = Label.objects.filter(workshop=OuterRef("workshop"), tag_key=OuterRef("tag_key"))
    printed = same.filter(Q(device=OuterRef("pk")) | Q(device=None))
    here = devices.filter(state__in=IN_HAND).exclude(tag="")
    return here.exclude(Exists(printed)).order_by("received_at", "pk")


def next_tags(workshop: int, count: int) -> list[str]:
    """The next ``count`` numbers in the form that the workshop fixed: after all that it drew or that a device bears.

    Raises ValidationError when there is no such form, when it holds letters to choose, or too few numbers.
    """
    if not 0 < count <= MOST:
        raise ValidationError({"count": f"De 1 à {MOST} étiquettes à la fois."})
    shape = TagShape.objects.of_workshops([workshop]).get(workshop, "")
    if not shape:
        raise ValidationError(
            "Aucune forme n’est fixée pour les étiquettes\u00a0: sans elle, rien ne dit quel numéro suit."
        )
    if not is_numbered(shape):
        raise ValidationError(
            f"La forme {shape} laisse des lettres au choix\u00a0: seule une forme faite de # se numérote."
        )
    first = _last_number(workshop, shape) + 1
    free = 10 ** shape.count(FIGURE) - first
    if free < count:
        left = "plus aucun numéro" if free <= 0 else "plus qu’un numéro" if free == 1 else f"plus que {free} numéros"
        raise ValidationError({"count": f"La forme {shape} n’a {left}\u00a0: fixez-en une plus longue."})
    return [_numbered(shape, number) for number in range(first, first + count)]


def _last_number(workshop: int, shape: str) -> int:
    """The greatest number of that form that was drawn, or that a device of the workshop bears; 0 when there is none."""
    alike = Q(workshop=workshop, tag_key__regex=f"^{pattern_of(shape)}$")
    greatest = [model.objects.filter(alike).aggregate(most=Max("tag_key"))["most"] for model in (Label, Device)]
    signs = normal(shape)
    return max(
        (int("".join(tag[rank] for rank, sign in enumerate(signs) if sign == FIGURE)) for tag in greatest if tag),
        default=0,
    )


def _numbered(shape: str, number: int) -> str:
    """``shape`` with its ``#`` replaced by the figures of ``number``."""
    figures = iter(str(number).zfill(shape.count(FIGURE)))
    return "".join(next(figures) if sign == FIGURE else sign for sign in shape)


def description_of(device: Device) -> str:
    """What a label says of a device: make, model, processor, memory, storage (``capacity``: bytes, annotated)."""
    capacity = getattr(device, "capacity", None)
    told = (
        device.called or device.get_type_display(),
        device.processor,
        f"{device.memory_gb}\u00a0Go" if device.memory_gb else "",
        storage(capacity) if capacity else "",
    )
    return " · ".join(filter(None, told))[:200]


def already_said(devices: Sequence[Device]) -> str:
    """The sentence that asks why labels are printed again."""
    if len(devices) == 1:
        return f"L’étiquette {devices[0].tag} a déjà été imprimée\u00a0: dites pourquoi elle l’est à nouveau."
    named = ", ".join(device.tag for device in devices[:NAMED])
    others = len(devices) - NAMED
    more = f" et {others} autre{plural(others)}" if others > 0 else ""
    return f"Ont déjà été imprimées\u00a0: {named}{more}. Dites pourquoi elles le sont à nouveau."


def _why_not(device: Device) -> str:
    if not device.tag:
        return f"{device.reference} n’a pas encore d’étiquette\u00a0: elle lui est donnée à la réception."
    return f"{device.tag} n’est plus suivi\u00a0: {in_a_sentence(device.get_state_display())}."


def _capacity() -> Subquery:
    """The bytes of the drives in place of each device."""
    drives = Drive.objects.in_place().filter(device=OuterRef("pk")).order_by().values("device")
    return Subquery(drives.annotate(total=Sum("capacity")).values("total"))


def _workshop(actor: Actor) -> int:
    if can_work_on_device(actor) is None or actor.organisation_id is None:
        raise PermissionDenied
    return actor.organisation_id


def in_order(devices: Iterable[Device], typed: Sequence[str]) -> list[Device]:
    """Devices in the order in which their labels or references were typed; those that were not keep theirs, first."""
    place = {normal(one): rank for rank, one in enumerate(typed)}
    return sorted(devices, key=lambda device: place.get(device.tag_key, place.get(normal(device.reference), 0)))
