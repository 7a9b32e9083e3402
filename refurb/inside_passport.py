"""The passport of a device for those who work on it: its life, what is known and by whom, what proves it, what it cost.

The page and its PDF say the same lines. They name roles and organisations, never a person nor a household.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from documents.paper import render_pdf
from network.models import Membership
from refurb.certificates import proofs_of, proven, proves
from refurb.enums import DeviceState
from refurb.models.bench import Grading, TestRun
from refurb.models.defects import Defect
from refurb.models.device import Device, DeviceEntry
from refurb.models.drive import Drive
from refurb.models.returns import is_settled
from refurb.models.stock import Repair
from refurb.services.hardware import LABELS, READ, announced_of, facts_of, shown
from refurb.services.sources import carried_to, sources_of
from typography.french import HARD, euros, in_a_sentence, moment, storage, written_day

TEMPLATE = "documents/refurb/device_passport.html"


@dataclass(frozen=True)
class PassportSection:
    """One title, and its lines: what, and what is said of it; ``empty``: the sentence when there is none."""

    anchor: str
    title: str
    rows: tuple[tuple[str, str], ...]
    empty: str = ""


@dataclass(frozen=True)
class InsidePassport:
    """All that is said of one device."""

    device: Device
    sections: tuple[PassportSection, ...]


def inside_passport(device: Device) -> InsidePassport:
    """Read it; ``device`` comes with its workshop, donation and line. A constant number of queries."""
    repairs = list(
        Repair.objects.current()
        .filter(device=device)
        .select_related("part", "taken_out", "recorded_by__organisation")
        .order_by("pk")
    )
    return InsidePassport(
        device,
        (
            PassportSection("faits", "Ce qu’il est", tuple(_facts(device))),
            PassportSection("vie", "Son parcours", tuple(_life(device)), "Rien n’est encore écrit."),
            PassportSection(
                "effacements", "Stockage et preuves d’effacement", tuple(_drives(device)), "Rien d’inventorié."
            ),
            PassportSection("tests", "Tests", tuple(_tests(device)), "Aucun test depuis l’arrivée."),
            PassportSection(
                "grade", "Grade et prix", tuple(_grade(device)), "Le grade n’est pas calculé depuis l’arrivée."
            ),
            PassportSection("defauts", "Défauts", tuple(_defects(device)), "Aucun défaut noté."),
            PassportSection("pieces", "Réparations et pièces", tuple(_repairs(repairs)), "Aucune réparation."),
            PassportSection("garantie", "Garantie", tuple(_warranty(device)), "Elle commence à la remise au foyer."),
        ),
    )


def draw_inside_passport(passport: InsidePassport, *, by: Membership) -> bytes:
    """The same as a PDF, as things are now: nobody keeps it."""
    device = passport.device
    context = {"passport": passport, "reference": device.reference, "workshop": device.workshop.name, "by": told_by(by)}
    now = timezone.localtime()
    title = f"Passeport de l’appareil {device.tag or device.reference}"
    identifier = f"passeport-{device.reference}-{now:%Y%m%d%H%M%S}"
    return render_pdf(TEMPLATE, context, title=title, identifier=identifier, date=now)


def told_by(actor: Membership | None) -> str:
    """The role and the organisation, never the name."""
    return f"{actor.get_role_display()}, {actor.organisation.name}" if actor else "Maillon"


def _facts(device: Device) -> Iterator[tuple[str, str]]:
    read = sources_of(device)
    carried, announced = carried_to(device, read), announced_of(device)
    yield "Type", device.get_type_display()
    for name in READ:
        value = getattr(device, name)
        if not value:
            continue
        if name in read:
            source = f"lu dans {read[name].get_kind_display()} le {written_day(read[name].recorded_at)}"
        elif name in carried:
            source = f"{carried[name]}, du même lot"
        else:
            source = "annoncé par le donateur" if name in announced else "écrit à l’atelier"
        yield LABELS[name], f"{shown(name, value)} ({source})"
    for label, said, report in facts_of(device):
        yield label, f"{said} (lu dans {report.get_kind_display()} le {written_day(report.recorded_at)})"
    if device.unread:
        yield "Non relevé", device.get_unread_display()
    yield "Année d’achat", str(device.year or "inconnue")
    yield "Lot", device.donation.reference if device.donation else "aucun\u00a0: enregistré sans avoir été annoncé"
    yield "Atelier", device.workshop.name


def _life(device: Device) -> Iterator[tuple[str, str]]:
    entries = DeviceEntry.objects.of(device).select_related("actor__organisation").order_by("seq")
    for entry in entries:
        yield moment(entry.at), f"{entry.sentence()} ({told_by(entry.actor)})"


def _drives(device: Device) -> Iterator[tuple[str, str]]:
    proofs = proofs_of(Device.objects.filter(pk=device.pk))[device.pk]
    if device.never_held_data and not proofs.drives:
        yield "Écran", "Aucune donnée ne s’y garde."
    for drive in proofs.drives:
        size = storage(drive.capacity)
        number = f"n°{HARD}{drive.serial}" if drive.serial else "sans numéro lisible"
        yield f"{drive.get_kind_display()} {size}".strip() + f", {number}", " ".join(_proofs(drive, device))
    for absence in proofs.absences:
        yield (
            "Absence de stockage",
            f"{absence.get_reason_display()}, le {written_day(absence.recorded_at)} ({told_by(absence.recorded_by)}).",
        )


def _proofs(drive: Drive, device: Device) -> Iterator[str]:
    """What was done to a drive, each with who recorded it; a refused erasure is told too, and one told late."""
    left_at = device.ended_at if device.state == DeviceState.RECYCLED and not drive.removals.all() else None
    for row in drive.erasures.all():
        method = f"{row.get_method_display()} avec {row.tool}" if row.tool else row.get_method_display()
        ended = f", terminé le {moment(row.finished_at)}" if row.finished_at else ""
        verdict = "preuve acceptée" if proves(row, drive) else "ne prouve rien"
        entry = in_a_sentence(row.get_entry_display()) if row.entry else "gardé pour mémoire"
        if left_at is not None and row.recorded_at > left_at:
            ended += f", noté le {moment(row.recorded_at)}, après le départ chez le recycleur"
        yield f"{method}{ended}\u00a0: {verdict} ({entry}\u00a0; {told_by(row.recorded_by)})."
    for row in drive.destructions.all():
        unread = ", certificat non lu" if row.is_unread else ""
        yield f"{row.get_kind_display()} le {moment(row.destroyed_at)}{unread} ({told_by(row.recorded_by)})."
    for row in drive.removals.all():
        yield f"Retiré le {moment(row.removed_at)}\u00a0: {in_a_sentence(row.get_destination_display())}."
    if not proven(drive):
        yield "À effacer ou à détruire."


def _tests(device: Device) -> Iterator[tuple[str, str]]:
    runs = TestRun.objects.current().filter(device=device, stay=device.stay).order_by("-pk")
    run = runs.select_related("checklist", "recorded_by__organisation").first()
    if run is None:
        return
    yield "Verdict", f"{run}, le {moment(run.recorded_at)} ({told_by(run.recorded_by)})"
    found = {row.function: row.get_result_display() for row in run.results.all()}
    said: dict[str, list[str]] = {}
    for function in run.checklist.functions.all():
        said.setdefault(found.get(function.code, "Non testé"), []).append(function.label)
    for result, functions in said.items():
        yield result, ", ".join(functions)


def _grade(device: Device) -> Iterator[tuple[str, str]]:
    rows = Grading.objects.current().filter(device=device, stay=device.stay).order_by("-pk")
    grading = rows.select_related("scale", "recorded_by__organisation").first()
    if grading is not None:
        points = f"{grading.score.normalize():f}\u00a0points, grille {grading.scale}"
        yield (
            "Grade",
            f"{grading.label}, {points}, le {written_day(grading.recorded_at)} ({told_by(grading.recorded_by)})",
        )
        yield "Aspect", f"{grading.cosmetic}\u00a0: {in_a_sentence(grading.get_cosmetic_display())}"
    if device.price is not None:
        ceiling = f", plafond appliqué {euros(device.price_ceiling)}" if device.price_ceiling else ""
        yield "Prix solidaire", f"{euros(device.price)}{ceiling}"


def _defects(device: Device) -> Iterator[tuple[str, str]]:
    rows = Defect.objects.current().filter(device=device).select_related("word", "mended").order_by("pk")
    for defect in rows:
        mended = getattr(defect, "mended", None)
        gone = f" {mended} le {written_day(mended.recorded_at)}." if mended else ""
        yield str(defect), f"{defect.word.sentence} Noté le {written_day(defect.recorded_at)}.{gone}"


def _repairs(repairs: list[Repair]) -> Iterator[tuple[str, str]]:
    for repair in repairs:
        part = repair.part
        told = [repair.work]
        if part is not None:
            told.append(f"{repair.quantity} × {part}, {in_a_sentence(part.get_origin_display())}")
        if repair.minutes:
            told.append(f"{repair.minutes}{HARD}min")
        if repair.cost is not None:
            told.append(euros(repair.cost, cents=True))
        taken = getattr(repair, "taken_out", None)
        out = f" Reprise le {written_day(taken.recorded_at)}\u00a0: {in_a_sentence(str(taken))}." if taken else ""
        yield moment(repair.recorded_at), f"{', '.join(told)} ({told_by(repair.recorded_by)}).{out}"
    costs = [one.cost for one in repairs if one.cost is not None and one.out_on is None]
    if costs:
        yield "Coût des pièces en place", euros(sum(costs, Decimal(0)), cents=True)


def _warranty(device: Device) -> Iterator[tuple[str, str]]:
    if device.handed_over_at is not None:
        yield "Remis le", written_day(device.handed_over_at)
    if device.warranty_until is not None and not is_settled(device):
        yield "Garanti jusqu’au", written_day(device.warranty_until)
