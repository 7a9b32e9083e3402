"""The labels of a workshop: what they look like, printing them, what was printed."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from documents.responses import drawn_response
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.requests import ActingRequest
from network.requests import Request
from refurb.enums import ENDED
from refurb.forms.corrections import TagShapeForm
from refurb.forms.labels import LabelBlankForm, LabelPrintForm, LabelSheetForm
from refurb.label_paper import draw
from refurb.models import Device, Label, LabelRun, LabelSheet, TagShape
from refurb.models.device import DeviceQuerySet
from refurb.permissions import can_set_tag_shape, can_work_on_device
from refurb.services import corrections, labels
from typography.french import plural

LATEST = 20
"""How many printings the page of labels shows."""
A_SAMPLE = 1


@asks_then_acts
def tag_shape(request: Request) -> HttpResponse:
    """The labels of the workshop: printing them, what was printed, the form its manager fixes."""
    actor = request.membership
    workshop = _workshop(request)
    fixes = can_set_tag_shape(actor) is not None
    if request.method == "POST" and not fixes:
        raise PermissionDenied
    seen = TagShape.objects.visible_to(actor).select_related("set_by__user")
    now = seen.first()
    form = TagShapeForm(posted(request), initial={"shape": now.shape if now else ""})
    fixed = answer(request, form, lambda data: corrections.set_tag_shape(actor=actor, **data), None)
    if fixed is not None:
        messages.success(request, f"Forme des étiquettes\u00a0: {fixed}.")
        return redirect("refurb:tag_shape")
    runs = LabelRun.objects.visible_to(actor).counted().select_related("printed_by__user", "printed_by__organisation")
    context = {
        "form": form,
        "fixes": fixes,
        "now": now,
        "shapes": seen,
        "never": labels.never_printed(Device.objects.filter(workshop=workshop)).count(),
        "runs": runs[:LATEST],
        "sheets": LabelSheet.objects.visible_to(actor),
    }
    return render(request, "refurb/tag_shape.html", context)


@asks_then_acts
def label_print(request: Request) -> HttpResponse:
    """Print the labels of devices: those of the address, those never printed, or what is scanned here."""
    actor, workshop = request.membership, _workshop(request)
    seen = Device.objects.visible_to(actor).filter(workshop=workshop)
    if request.method != "POST":
        return _asked(request, workshop, _chosen(request, seen))
    form = LabelPrintForm(seen, workshop, request.POST)

    def do(data: dict[str, object]) -> LabelRun:
        return labels.print_labels(actor=actor, order=form.typed, **data)  # type: ignore[arg-type]

    run = answer(request, form, do, None)
    if run is not None:
        return redirect("refurb:label_run", pk=run.pk)
    return render(request, "refurb/label_print.html", {"form": form})


def label_print_of(request: ActingRequest, references: Sequence[str]) -> HttpResponse:
    """The same page, opened with what was ticked in a list; those without a label, or not of the workshop, are left."""
    workshop = _workshop(request)
    seen = Device.objects.visible_to(request.membership).filter(workshop=workshop, reference__in=references)
    chosen = list(printable(seen))
    if left := len(references) - len(chosen):
        messages.warning(
            request,
            f"{left} appareil{plural(left)} coché{plural(left)} sans étiquette, sorti{plural(left)} ou d’un autre"
            f" atelier\u00a0: {plural(left, 'il n’est pas repris,ils ne sont pas repris')} ici.",
        )
    return _asked(request, workshop, chosen)


def _asked(request: ActingRequest, workshop: int, chosen: Sequence[Device]) -> HttpResponse:
    """The form, opened with the labels of these devices and the sheet used last."""
    form = LabelPrintForm(
        Device.objects.none(),
        workshop,
        initial={"devices": "\n".join(one.tag for one in chosen)} | _last_sheet(workshop),
        again=bool(Label.objects.last_of(chosen)),
    )
    return render(request, "refurb/label_print.html", {"form": form})


def _chosen(request: Request, seen: DeviceQuerySet) -> list[Device]:
    """The devices that the address names, or those whose label was never printed; none when it names none."""
    if "jamais" in request.GET:
        return list(labels.never_printed(seen)[: labels.MOST])
    wanted = request.GET.getlist("appareil")[: labels.MOST]
    return list(printable(seen.filter(reference__in=wanted))) if wanted else []


def printable(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Those that have a label and are still followed, in the order of their labels."""
    return devices.exclude(tag="").exclude(state__in=ENDED).order_by("tag_key")


def _last_sheet(workshop: int) -> dict[str, object]:
    """The sheet of the last printing, and how many of its labels are gone."""
    last = LabelRun.objects.filter(workshop=workshop).prefetch_related("labels").first()
    codes = {name: code for code, (name, _) in labels.sheets_of(workshop).items()}
    if last is None or last.sheet_name not in codes:
        return {}
    return {"sheet": codes[last.sheet_name], "skipped": last.used_of_last_page}


@asks_then_acts
def label_blank(request: Request) -> HttpResponse:
    """Print numbered labels in advance: which numbers come next is said first."""
    actor, workshop = request.membership, _workshop(request)
    form = LabelBlankForm(workshop, posted(request), initial=_last_sheet(workshop))
    run = answer(request, form, lambda data: labels.print_blank_labels(actor=actor, **data), None)
    if run is not None:
        return redirect("refurb:label_run", pk=run.pk)
    return render(request, "refurb/label_blank.html", {"form": form} | _what_follows(workshop))


def _what_follows(workshop: int) -> dict[str, object]:
    try:
        (tag,) = labels.next_tags(workshop, A_SAMPLE)
    except ValidationError as error:
        return {"impossible": error.messages[0]}
    return {"next": tag}


@require_safe
def label_run(request: Request, pk: int) -> HttpResponse:
    """What one printing was, and its PDF."""
    runs = LabelRun.objects.visible_to(request.membership).select_related(
        "printed_by__user", "printed_by__organisation", "workshop"
    )
    run = get_object_or_404(runs, pk=pk)
    printed = Label.objects.filter(run=run).select_related("device")
    again = sum(label.again for label in printed)
    return render(request, "refurb/label_run.html", {"run": run, "labels": printed, "again": again})


@require_safe
def label_sheet_pdf(request: Request, pk: int) -> FileResponse:
    """The PDF of a printing, drawn anew each time: the same printing gives the same words."""
    runs = LabelRun.objects.visible_to(request.membership).select_related("workshop")
    run = get_object_or_404(runs, pk=pk)
    return drawn_response(draw(run), f"etiquettes-{run.pk}.pdf")


@asks_then_acts
def label_sheet_add(request: Request) -> HttpResponse:
    """Describe a sheet that is not ready made; the manager's."""
    if can_set_tag_shape(request.membership) is None:
        raise PermissionDenied
    form = LabelSheetForm(posted(request))
    added = answer(request, form, lambda data: labels.describe_sheet(actor=request.membership, **data), None)
    if added is not None:
        messages.success(request, f"Planche ajoutée\u00a0: {added}. Imprimez d’abord une page sur du papier blanc.")
        return redirect("refurb:tag_shape")
    return render(request, "refurb/label_sheet_add.html", {"form": form})


def _workshop(request: ActingRequest) -> int:
    """The workshop whose labels these are. Raises PermissionDenied for whoever works in none."""
    organisation = request.membership.organisation_id
    if can_work_on_device(request.membership) is None or organisation is None:
        raise PermissionDenied
    return organisation
