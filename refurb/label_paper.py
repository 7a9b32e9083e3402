"""What comes out of the printer: the labels of one printing as a PDF, each at its place on its sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.safestring import SafeString

from documents.codes import QUIET, bars_of, bars_svg, qr_svg
from documents.emails import absolute_url
from documents.paper import render_pdf
from refurb.models import Label, LabelRun
from refurb.sheets import SheetLayout
from typography.french import of

MARGIN = Decimal("2.5")
"""Millimetres kept blank around what a label says: a printer is never right to the tenth."""
NARROWEST = Decimal("0.19")
"""Millimetres: a bar under which a hand scanner hesitates (ISO/IEC 15417 takes 0.19 as usual minimum)."""
LARGEST_QR = Decimal(22)
ROOMY = Decimal(36)
"""Millimetres of height from which the label of a device also has room for the name of the workshop."""


@dataclass(frozen=True)
class DrawnLabel:
    """One label on its page: where (mm), its words, its two codes; ``bars`` is empty when they would be too fine."""

    left: Decimal
    top: Decimal
    label: Label
    qr: SafeString
    bars: SafeString | str


def draw(run: LabelRun) -> bytes:
    """The PDF of a printing; half a second for a page of 21 labels."""
    sheet, labels = SheetLayout.read(run.sheet), list(run.labels.select_related("device"))
    context = {
        "sheet": sheet,
        "pages": list(pages_of(sheet, labels, run.skipped)),
        "run": run,
        "qr_side": min(LARGEST_QR, (sheet.height - 2 * MARGIN) * Decimal("0.62")).quantize(Decimal("0.1")),
        "margin": MARGIN,
        "is_roomy": sheet.height >= ROOMY,
    }
    title = f"Étiquettes {of(run.workshop)}"
    return render_pdf(
        "documents/refurb/labels.html", context, title=title, identifier=f"etiquettes-{run.pk}", date=run.printed_at
    )


def pages_of(sheet: SheetLayout, labels: Sequence[Label], skipped: int) -> Iterator[list[DrawnLabel]]:
    """The labels of each page, after the ``skipped`` first places of the first one."""
    places = list(sheet.places())
    filled: list[Label | None] = [None] * skipped + list(labels)
    for start in range(0, len(filled), len(places)):
        page = zip(places, filled[start : start + len(places)], strict=False)
        yield [_drawn(sheet, place, label) for place, label in page if label is not None]


def _drawn(sheet: SheetLayout, place: tuple[Decimal, Decimal], label: Label) -> DrawnLabel:
    held = (
        label.tag
        if label.device is None
        else absolute_url(reverse("distribution:passport", args=[label.device.reference]))
    )
    qr = qr_svg(held, alt=f"Code QR\u00a0: {held}")
    return DrawnLabel(
        *place, label, qr, bars_svg(label.tag, alt=f"Code-barres\u00a0: {label.tag}") if _fits(sheet, label) else ""
    )


def _fits(sheet: SheetLayout, label: Label) -> bool:
    """Whether the bars of a label are wide enough to be read on this sheet."""
    return (sheet.width - 2 * MARGIN) / (len(bars_of(label.tag)) + 2 * QUIET) >= NARROWEST
