"""Stocktakes: the list, the page where one scans, what differs, and what is done of it."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from distribution.enums import Finding, StocktakeState
from distribution.forms.stocktakes import CountForm, CountListForm, StocktakeForm
from distribution.models import Stocktake, StocktakeScan
from distribution.permissions import can_count_stock, sees_stocktakes
from distribution.putting_right import put_right, where
from distribution.services.stocktakes import (
    begin_stocktake,
    missing_from,
    put_away_misplaced,
    scan_stock,
    take_scan_back,
)
from distribution.stocktaking import StocktakeFound, findings_of, misplaced_in, moved_since
from distribution.tables import StocktakeTable
from distribution.views.scanning import frame_of
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.forms import retype
from lifecycle.sets import Selection, SetVerb, decide
from lists.listing import Listing, lists
from network.requests import Request
from refurb.enums import MissingReason
from refurb.forms.devices import DeviceReportMissingForm
from refurb.models import Device
from refurb.permissions import at_own_points, can_report_missing_device
from refurb.stolen import STILL_STOLEN
from refurb.views.devices import DEVICE
from typography.french import Noun, in_a_sentence, plural

STOCKTAKE = Noun("inventaire", "inventaires")
LAST = 10
SHOWN = 100
"""How many devices a finding names; the others are counted."""
SCAN = "scan"
"""Which scan the page offered to take back: pressed twice, the button takes back one."""
PLACE = "count_place"
"""Where the session keeps the place one stands at."""
TONES = {
    Finding.FOUND: "tag--done",
    Finding.MISPLACED: "tag--todo",
    Finding.UNEXPECTED: "tag--todo",
    Finding.HANDLED: "tag--done",
    Finding.MISSING: "tag--danger",
    Finding.UNKNOWN: "tag--danger",
}
SAID = {
    Finding.FOUND: ("done", "✓", "à sa place."),
    Finding.MISPLACED: ("again", "=", "rangé ailleurs dans Maillon\u00a0: {place}."),
    Finding.UNEXPECTED: ("refused", "✗", "n’est pas attendu ici\u00a0: {state}. {remedy}"),
    Finding.UNKNOWN: ("refused", "✗", "aucun appareil ne porte cette étiquette."),
}
"""The sound, the sign and the words of a scan, by what it finds."""


@lists
def stocktake_list(request: Request) -> HttpResponseBase:
    """The stocktakes of one's own stock, those under way first."""
    actor = request.membership
    if sees_stocktakes(actor) is None:
        raise PermissionDenied
    rows = Stocktake.objects.visible_to(actor).select_related("workshop", "point")
    page = Listing(request, rows=rows.order_by("ended_at", "-pk"), table=StocktakeTable, noun=STOCKTAKE)
    return page.respond("distribution/stocktake_list.html", may_count=can_count_stock(actor) is not None)


@asks_then_acts
def stocktake_begin(request: Request) -> HttpResponse:
    """What is counted."""
    actor = request.membership
    if can_count_stock(actor) is None:
        raise PermissionDenied
    form = StocktakeForm(posted(request), by=actor, at_points=at_own_points(actor) is not None)
    begun = answer(request, form, lambda data: begin_stocktake(actor=actor, **data), None)
    if begun is not None:
        messages.success(request, f"{begun} commencé\u00a0: scannez.")
        return redirect("distribution:stocktake_detail", reference=begun.reference)
    return render(request, "distribution/stocktake_begin.html", {"form": form})


@asks_then_acts
def stocktake_detail(request: Request, reference: str) -> HttpResponse:
    """While it is under way, the box and what was found so far; then what it found."""
    stocktake = visible_stocktake(request, reference)
    counts = _counts(request, stocktake)
    if request.method == "POST":
        if not counts:
            raise PermissionDenied
        return _counted(request, stocktake)
    form = CountForm(initial={"place": _place(request, stocktake)})
    return _page(request, stocktake, form if counts else None)


@asks_then_acts
def stocktake_paste(request: Request, reference: str) -> HttpResponse:
    """The labels of a scanner with a memory, or of a column of a table."""
    stocktake = visible_stocktake(request, reference)
    if not _counts(request, stocktake):
        raise PermissionDenied
    form = CountListForm(posted(request), initial={"place": _place(request, stocktake)})
    kept = answer(
        request,
        form,
        lambda data: scan_stock(actor=request.membership, stocktake=stocktake, texts=data["tags"], place=data["place"]),
        stocktake,
    )
    back = reverse("distribution:stocktake_detail", args=[stocktake.reference])
    if kept is not None:
        unknown = sum(scan.device_id is None for scan in kept)
        more = f", dont {unknown} qu’aucun appareil ne porte" if unknown else ""
        messages.success(request, f"{len(kept)} étiquette{plural(len(kept))} comptée{plural(len(kept))}{more}.")
        return redirect(back)
    context = {"form": form, "stocktake": stocktake, "back": back}
    return render(request, "distribution/stocktake_paste.html", context)


LEFT = "la place écrite la dernière reste"


@asks_then_acts
def stocktake_put_away(request: Request, reference: str) -> HttpResponse:
    """What is recorded elsewhere than where it was seen: which, then the place is written."""
    stocktake = visible_stocktake(request, reference)
    if can_count_stock(request.membership) is None or stocktake.workshop_id is None:
        raise PermissionDenied
    back = reverse("distribution:stocktake_detail", args=[stocktake.reference])
    misplaced, moved = misplaced_in(stocktake), moved_since(stocktake)
    if request.method == "POST":
        try:
            count = put_away_misplaced(actor=request.membership, stocktake=stocktake)
        except Refused as refused:
            messages.error(request, " ".join(reason.sentence for reason in refused.all))
        else:
            kept = (
                f" {DEVICE.counted(len(moved))} rangé{plural(len(moved))} ailleurs depuis\u00a0: {LEFT}."
                if moved
                else ""
            )
            messages.success(request, f"{DEVICE.counted(count)} rangé{plural(count)} là où on {_seen(count)} vu.{kept}")
        return redirect(back)
    context = {"stocktake": stocktake, "misplaced": misplaced, "moved": moved, "back": back}
    return render(request, "distribution/stocktake_put_away.html", context)


@asks_then_acts
def stocktake_report_missing(request: Request, reference: str) -> HttpResponse:
    """What was not found, reported missing as a set: first what would follow, then it is done."""
    stocktake = visible_stocktake(request, reference)
    if stocktake.state != StocktakeState.CLOSED:
        raise Http404
    if can_report_missing_device(request.membership) is None:
        raise PermissionDenied
    references = missing_from(stocktake)
    verb = SetVerb(Device, "report_missing", _of_a_stocktake, can_report_missing_device)
    back = reverse("distribution:stocktake_detail", args=[stocktake.reference])
    if not references:
        messages.info(request, "Plus rien n’est introuvable\u00a0: tout a été vu, déplacé ou signalé depuis.")
        return redirect(back)
    selection = Selection(
        title="Signaler manquants",
        noun=DEVICE,
        rows=Device.objects.visible_to(request.membership).filter(reference__in=references),
        references=[],
        action=request.path,
        back=back,
        warning="Pour chaque appareil dont rien ne prouve l’effacement, un incident est ouvert\u00a0: le donateur"
        " (si ce sont ses données), le responsable de l’atelier et le pilote sont prévenus aussitôt.",
    )
    return decide(request, verb, selection)


@require_POST
def stocktake_undo(request: Request, reference: str) -> HttpResponse:
    """The last label of whoever asks counts no more."""
    stocktake = visible_stocktake(request, reference)
    last = _last_of(request, stocktake)
    if last is None:
        messages.error(request, "Vous n’avez rien scanné qui compte encore dans cet inventaire.")
    elif str(last.pk) != request.POST.get(SCAN):
        messages.error(request, "Rien n’est annulé\u00a0: ce scan l’est déjà, ou un autre est venu depuis.")
    else:
        try:
            take_scan_back(actor=request.membership, scan=last)
            messages.success(request, f"Étiquette {last.text}\u00a0: ne compte plus.")
        except Refused as refused:
            messages.error(request, " ".join(reason.sentence for reason in refused.all))
    return redirect("distribution:stocktake_detail", reference=stocktake.reference)


def visible_stocktake(request: Request, reference: str) -> Stocktake:
    """The stocktake, if the person may see it; else a 404."""
    rows = Stocktake.objects.visible_to(request.membership).select_related("workshop", "point", "opened_by__user")
    return get_object_or_404(rows, reference=reference)


def _counted(request: Request, stocktake: Stocktake) -> HttpResponse:
    """One scan, written down at once; the page again, its box empty."""
    form = CountForm(request.POST)
    if form.is_valid():
        text, place = form.cleaned_data["tag"], form.cleaned_data["place"]
        request.session[PLACE] = place
        try:
            scan_stock(actor=request.membership, stocktake=stocktake, texts=[text], place=place)
        except Refused as refused:
            form.add_error(None, " ".join(reason.sentence for reason in refused.all))
        else:
            if "scripted" not in request.POST:
                return redirect("distribution:stocktake_detail", reference=stocktake.reference)
    retype(form, {"tag": ""})
    return _page(request, stocktake, form)


def _page(request: Request, stocktake: Stocktake, form: CountForm | None) -> HttpResponse:
    closed = stocktake.state == StocktakeState.CLOSED
    findings = _lines_written(stocktake) if closed else findings_of(stocktake)
    by_finding = {finding: list(found) for finding, found in groupby(findings, key=lambda one: one.finding)}
    context = {
        "frame": frame_of(request),
        "stocktake": stocktake,
        "form": form,
        "groups": [
            {
                "finding": finding,
                "label": finding.label if closed or finding != Finding.MISSING else "Pas encore trouvé",
                "tone": TONES[finding] if closed or finding != Finding.MISSING else "tag--todo",
                "count": len(by_finding.get(finding, ())),
                "shown": _shown(stocktake, by_finding.get(finding, [])[:SHOWN], request.membership),
                "others": max(len(by_finding.get(finding, ())) - SHOWN, 0),
            }
            for finding in Finding
        ],
        "answers": _answers(stocktake, findings, request.membership) if form is not None else [],
        "undoable": _last_of(request, stocktake) if form is not None else None,
        "may_act": can_count_stock(request.membership) is not None,
        "to_put_away": stocktake.workshop_id is not None
        and any(one.seen_at for one in by_finding.get(Finding.MISPLACED, ())),
        "to_report": len(missing_from(stocktake)) if closed else 0,
        "is_open": stocktake.state == StocktakeState.OPEN,
        "of_a_point": stocktake.point_id is not None,
        "is_closed": closed,
    }
    return render(request, "distribution/stocktake_detail.html", context)


def _shown(stocktake: Stocktake, found: list[StocktakeFound], actor: Actor) -> list[dict[str, Any]]:
    """Devices and labels as their group names them: where each is said to be, and what puts right one of elsewhere.

    What left since then, sent back or gone to another, is named without its page: it is not the reader's to see.
    """
    devices = [one.device.pk for one in found if one.device is not None]
    seen = set(Device.objects.visible_to(actor).filter(pk__in=devices).values_list("pk", flat=True))
    return [_one_shown(stocktake, one, actor, seen) for one in found]


def _one_shown(stocktake: Stocktake, found: StocktakeFound, actor: Actor, seen: set[int]) -> dict[str, Any]:
    device = found.device
    told: dict[str, Any] = {"text": found.text, "seen_at": found.seen_at}
    if device is None:
        return told
    if device.pk not in seen:
        return told | {"left": device}
    astray = found.finding == Finding.UNEXPECTED
    remedy = put_right(stocktake, device, actor) if astray else None
    return told | {"device": device, "where": where(device), "remedy": remedy, "astray": astray}


def _lines_written(stocktake: Stocktake) -> list[StocktakeFound]:
    """What was written down when it was closed, in the same order."""
    order = list(Finding)
    lines = stocktake.lines.select_related("device__point")
    found = [StocktakeFound(Finding(line.finding), line.device, line.text, line.seen_at) for line in lines]
    return sorted(found, key=lambda one: order.index(one.finding))


def _answers(stocktake: Stocktake, findings: list[StocktakeFound], actor: Actor) -> list[dict[str, Any]]:
    """The last scans that count, each with what it found."""
    said = {one.device.pk if one.device else one.text: one for one in findings}
    answers = []
    scans = StocktakeScan.objects.filter(stocktake=stocktake, takes_back=None, taken_back_by=None)
    for scan in scans.select_related("device__point").order_by("-pk")[:LAST]:
        found = said.get(scan.device_id or scan.text)
        if found is None or found.finding not in SAID:
            continue  # scanned, or taken back, while this page was made
        outcome, sign, words = SAID[found.finding]
        place = scan.device.place if scan.device and scan.device.place else "sans place"
        said_of_it = words.format(place=place, **_of_elsewhere(stocktake, scan.device, actor)).strip()
        if scan.device is not None and scan.device.is_said_stolen:
            said_of_it = f"{said_of_it} {STILL_STOLEN}"
        answers.append({"scan": scan, "outcome": outcome, "sign": sign, "said": said_of_it})
    return answers


def _of_elsewhere(stocktake: Stocktake, device: Device | None, actor: Actor) -> dict[str, str]:
    """In which state it is and where, and what puts it right, in words."""
    if device is None:
        return {"state": "", "remedy": ""}
    told = [in_a_sentence(device.get_state_display()), where(device)]
    remedy = put_right(stocktake, device, actor)
    return {"state": ", ".join(filter(None, told)), "remedy": remedy.said if remedy else ""}


def _last_of(request: Request, stocktake: Stocktake) -> StocktakeScan | None:
    mine = StocktakeScan.objects.filter(stocktake=stocktake, scanned_by=request.membership)
    return mine.filter(takes_back=None, taken_back_by=None).order_by("-pk").first()


def _counts(request: Request, stocktake: Stocktake) -> bool:
    """Whether the reader counts this stock now."""
    scope = can_count_stock(request.membership)
    if scope is None or stocktake.state != StocktakeState.OPEN:
        return False
    return Stocktake.objects.filter(scope, pk=stocktake.pk).exists()


def _place(request: Request, stocktake: Stocktake) -> str:
    """Where one stood at the last scan."""
    kept = request.session.get(PLACE)
    return kept if isinstance(kept, str) else stocktake.place


def _seen(count: int) -> str:
    return "les a" if count > 1 else "l’a"


def _of_a_stocktake(data: Any = None) -> DeviceReportMissingForm:
    """The form of the verb, its reason chosen already."""
    return DeviceReportMissingForm(data, initial={"reason": MissingReason.STOCKTAKE})
