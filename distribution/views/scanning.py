"""The page where one scans: a mode, a box, and what became of the last scans; the same on a pasted list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from distribution.forms.scanning import PastedForm, ScanForm
from distribution.scan_modes import ScanMode, modes_of
from lifecycle.acting import asks_then_acts, posted
from lifecycle.exceptions import Refused
from lifecycle.forms import retype
from lifecycle.once import one_after_another
from lifecycle.sets import Selection, decide, ticked
from network.models import Membership
from network.requests import Request
from refurb.enums import ENDED, DeviceState
from refurb.models import Device
from refurb.permissions import can_register_device
from refurb.stolen import STILL_STOLEN, WAS_STOLEN
from refurb.tags import normal
from refurb.views.device_sets import DEVICE_BOX
from refurb.views.devices import DEVICE
from refurb.views.steps import next_step, with_since
from typography.french import in_a_sentence, plural

LAST = 10
"""How many scans stay under the eyes."""
KEPT, GIVEN = "scans", "scans_given"
"""Where the session keeps them, and what each mode was last given."""
KEYS = {
    *("at", "text", "outcome", "said", "warning", "mode", "label", "reference", "device"),
    *("id", "before", "after", "by", "undone"),
}
MOVED_SINCE = "il a été rangé ailleurs depuis."
NAMED = 10
"""How many labels that nothing answers to are named."""
DONE, AGAIN, REFUSED, NEXT = "done", "again", "refused", "next"


@dataclass(frozen=True)
class ScanAnswer:
    """What became of one scan, in words; ``device``: the one it is about, if there is one.

    ``before`` and ``after``: what the mode remembers of it, for undoing. ``warning``: what is told besides, of a device
    that was said stolen.
    """

    outcome: str
    said: str
    device: Device | None = None
    before: str = ""
    after: str = ""
    warning: str = ""


def frame_of(request: Request) -> str:
    """What a page of scans stands in: a script that sends each of them puts the middle of the answer in place."""
    return "main.html" if is_scripted(request) else "base.html"


def is_scripted(request: Request) -> bool:
    """Whether a script asks, on a page that stands already."""
    return "scripted" in request.POST


@require_safe
def scan_start(request: Request) -> HttpResponse:
    """The first mode of whoever acts."""
    return redirect("distribution:scan_station", code=_modes(request)[0].code)


@one_after_another
@asks_then_acts
def scan_station(request: Request, code: str) -> HttpResponse:
    """One scan after another; each is answered under the box, which is empty and ready again."""
    mode = _mode(request, code)
    form = mode.form(posted(request), by=request.membership, initial=_given(request).get(mode.code))
    if "undo" in request.POST:
        _undo_last(request)
        return redirect("distribution:scan_station", code=mode.code)
    refused, warning, number, machine = "", "", "", ""
    if request.method == "POST" and form.is_valid():
        _keep(request, mode, form)
        answer = scan(request.membership, mode, form)
        _remember(request, mode, form.cleaned_data["tag"], answer)
        number, machine = _awaited(request.membership, mode, form, answer)
        if not is_scripted(request) and not number:
            return redirect("distribution:scan_station", code=mode.code)
        refused, warning = answer.said if answer.outcome == REFUSED else "", answer.warning
    scanned = request.POST.get("tag", "").strip()
    wrong = form.is_bound and bool(form.errors)
    if form.is_bound:
        # A scanner types after what is there: the box is emptied, the answer says what was in it.
        retype(form, {"tag": "", "number": number})
    last = _last(request)
    context = {
        "frame": frame_of(request),
        "scripted": is_scripted(request),
        "form": form,
        "mode": mode,
        "modes": _modes(request),
        "scanned": scanned,
        "refused": refused,
        "warning": warning,
        "wrong": wrong,
        "machine": machine,
        "last": last,
        "undoable": _undoable(last, request.membership),
        "may_register": can_register_device(request.membership) is not None,
    }
    return render(request, "distribution/scan_station.html", context)


@asks_then_acts
def scan_list(request: Request, code: str) -> HttpResponse:
    """The same verb on labels pasted at once: what would happen, then, once confirmed, what did."""
    mode = _mode(request, code)
    if mode.set_verb is None:
        raise Http404
    actor, verb = request.membership, mode.set_verb(request.membership)
    back = reverse("distribution:scan_station", args=[mode.code])
    references = ticked(request, DEVICE_BOX)
    told = request.POST.get("told", "")
    if not references:
        form = PastedForm(posted(request))
        if not (form.is_bound and form.is_valid()):
            return render(request, "distribution/scan_list.html", {"form": form, "mode": mode, "back": back})
        references, told = _named(actor, form.cleaned_data["tags"])
        if not references:
            form.add_error("tags", told)
            return render(request, "distribution/scan_list.html", {"form": form, "mode": mode, "back": back})
    selection = Selection(
        title=verb.label,
        noun=DEVICE,
        rows=Device.objects.visible_to(actor).filter(reference__in=references),
        references=references,
        action=request.path,
        back=back,
        kept_open={"told": told},
        box=DEVICE_BOX,
        irreversible=verb.irreversible,
        told=told,
    )
    return decide(request, verb, selection)


def scan(actor: Membership, mode: ScanMode, form: ScanForm) -> ScanAnswer:
    """Do what the mode does of what was scanned, and say what became of it; nothing is raised, nothing is lost."""
    text = form.cleaned_data["tag"]
    if (first := _first(actor, mode, form)) is not None:
        return first
    # In no order: two are refused whichever they are, and an order costs as much as reading the row.
    named = list(Device.objects.visible_to(actor).named(text).exclude(state__in=ENDED).order_by()[:2])
    if len(named) > 1:
        return ScanAnswer(REFUSED, "plusieurs appareils répondent à ce numéro\u00a0: scannez l’étiquette de l’atelier.")
    device = named[0] if named else None
    was_stolen = device is not None and device.is_said_stolen
    answer = _answer(actor, mode, form, device)
    return _warned(answer) if was_stolen else answer


def _answer(actor: Membership, mode: ScanMode, form: ScanForm, device: Device | None) -> ScanAnswer:
    """What becomes of a scan that names no device, or this one."""
    text = form.cleaned_data["tag"]
    if device is None and not mode.takes_new:
        gone = Device.objects.visible_to(actor).named(text).filter(state__in=ENDED).order_by("-pk").first()
        if gone is None:
            return ScanAnswer(REFUSED, "aucun appareil ne porte cette étiquette.")
        state = in_a_sentence(gone.get_state_display())
        return ScanAnswer(AGAIN if gone.state in mode.reached else REFUSED, f"déjà sorti\u00a0: {state}.", gone)
    if device is not None and device.state in mode.reached:
        return ScanAnswer(AGAIN, f"déjà {in_a_sentence(device.get_state_display())}. Passez au suivant.", device)
    before = mode.keep(device)
    try:
        moved = mode.do(actor, device, text, form.given())
    except Refused as refused:
        return _refused(mode, device, refused)
    except PermissionDenied:
        return ScanAnswer(REFUSED, "cet appareil n’est pas entre vos mains.", device)
    return ScanAnswer(DONE, f"{mode.done}." if mode.done else _where(actor, moved), moved, before, mode.keep(moved))


def _warned(answer: ScanAnswer) -> ScanAnswer:
    """The answer to the scan of a device that was said stolen: whether it still is, once the scan is done."""
    still = answer.outcome != DONE or answer.device is None or answer.device.is_said_stolen
    return replace(answer, warning=STILL_STOLEN if still else WAS_STOLEN)


def _first(actor: Membership, mode: ScanMode, form: ScanForm) -> ScanAnswer | None:
    """What is told of a scan that is not the thing itself."""
    try:
        told = mode.first(actor, form.cleaned_data["tag"], form.given())
    except Refused as refused:
        return _refused(mode, None, refused)
    return ScanAnswer(NEXT, told) if told else None


def _awaited(actor: Membership, mode: ScanMode, form: ScanForm, answer: ScanAnswer) -> tuple[str, str]:
    """The number of the machine whose label comes next, or is still to come, and what is told of that machine."""
    if answer.outcome == NEXT:
        return form.cleaned_data["tag"], answer.said
    number = form.cleaned_data.get("number", "") if answer.outcome == REFUSED else ""
    if not number:
        return "", ""
    try:
        return number, mode.first(actor, number, form.given() | {"number": ""})
    except Refused:
        return "", ""


def _refused(mode: ScanMode, device: Device | None, refused: Refused) -> ScanAnswer:
    """A device that the mode took in before is there already: nothing is wrong."""
    if mode.takes_new and device is not None and device.stay:
        return ScanAnswer(AGAIN, f"déjà reçu à l’atelier{_since_received(device)}.", device)
    return ScanAnswer(REFUSED, " ".join(reason.sentence for reason in refused.all), device)


def _since_received(device: Device) -> str:
    """What became of a device since it was received, when something did."""
    state = DeviceState(device.state)
    return "" if state == DeviceState.RECEIVED else f", maintenant {in_a_sentence(state.label)}"


def _where(actor: Membership, device: Device) -> str:
    """Where a device is and what it waits for, in one line."""
    seen = with_since(Device.objects.visible_to(actor)).get(pk=device.pk)
    step = next_step(seen, actor)
    place = f", rangé à {seen.place}" if seen.place else ""
    todo = f"\u00a0: {step.yours}" if step.yours else ""
    return f"{seen.get_state_display()}{place}. {step.awaited}{todo}."


def _remember(request: Request, mode: ScanMode, text: str, answer: ScanAnswer) -> None:
    """Keep the last scans in the session of whoever scans, newest first."""
    device = answer.device
    told = {
        "at": timezone.localtime().strftime("%H:%M:%S"),
        "text": text,
        "outcome": answer.outcome,
        "said": answer.said,
        "warning": answer.warning,
        "mode": mode.code,
        "label": mode.label,
        "reference": device.reference if device else "",
        "device": str(device) if device else "",
        "id": token_hex(8),
        "before": answer.before,
        "after": answer.after,
        "by": request.membership.pk,
        "undone": False,
    }
    request.session[KEPT] = [told, *_last(request)][:LAST]


def _last(request: Request) -> list[dict[str, Any]]:
    """The last scans; what an earlier version of this page kept otherwise is left out."""
    kept = request.session.get(KEPT)
    return [one for one in kept if isinstance(one, dict) and one.keys() >= KEYS] if isinstance(kept, list) else []


def _given(request: Request) -> dict[str, dict[str, str]]:
    """What each mode was last given."""
    kept = request.session.get(GIVEN)
    return {code: one for code, one in kept.items() if isinstance(one, dict)} if isinstance(kept, dict) else {}


def _undoable(last: Sequence[dict[str, Any]], actor: Membership) -> dict[str, Any] | None:
    """The last scan that did something, when its mode can take it back."""
    done = next((one for one in last if one["outcome"] == DONE and not one["undone"] and one["by"] == actor.pk), None)
    if done is None:
        return None
    mode = next((mode for mode in modes_of(actor) if mode.code == done["mode"]), None)
    return done if mode is not None and mode.undo is not None else None


def _undo_last(request: Request) -> None:
    """Take the last scan back, or say why not."""
    actor, last = request.membership, _last(request)
    done = _undoable(last, actor)
    if done is None:
        messages.error(request, "Il n’y a rien à annuler.")
        return
    if done["id"] != request.POST["undo"]:
        messages.error(request, "Rien n’est annulé\u00a0: ce scan l’est déjà, ou un autre est venu depuis.")
        return
    mode = next(mode for mode in modes_of(actor) if mode.code == done["mode"])
    device = Device.objects.visible_to(actor).filter(reference=done["reference"]).first()
    if device is None or mode.undo is None:
        messages.error(request, f"Étiquette {done['text']}\u00a0: l’appareil n’est plus entre vos mains.")
        return
    if mode.keep(device) != done["after"]:
        messages.error(request, f"Étiquette {done['text']}, rien n’est annulé\u00a0: {MOVED_SINCE}")
        return
    try:
        mode.undo(actor, device, done["before"])
    except (Refused, PermissionDenied) as error:
        why = " ".join(one.sentence for one in error.all) if isinstance(error, Refused) else "ce n’est plus à vous."
        messages.error(request, f"Étiquette {done['text']}, rien n’est annulé\u00a0: {why}")
        return
    done["undone"] = True
    request.session[KEPT] = last
    messages.success(request, f"Étiquette {done['text']}\u00a0: «\u00a0{mode.label}\u00a0» est annulé.")


def _named(actor: Membership, tags: Sequence[str]) -> tuple[list[str], str]:
    """The references of the devices that bear these labels; a sentence on those that nothing bears, and one on those
    that are said stolen; one query.
    """
    keys = {normal(tag): tag for tag in tags}
    found = Device.objects.visible_to(actor).exclude(state__in=ENDED).labelled(tags)
    rows = list(found.only("reference", "tag", "tag_key", "missing_reason"))
    answered = {key for row in rows for key in (row.tag_key, normal(row.reference))}
    unknown = [tag for key, tag in keys.items() if key not in answered]
    stolen = [row.tag or row.reference for row in rows if row.is_said_stolen]
    said = (
        _listed("Aucun appareil ne porte", unknown),
        _listed(f"Dit{plural(len(stolen))} volé{plural(len(stolen))}", stolen),
    )
    return [row.reference for row in rows], " ".join(filter(None, said))


def _listed(told: str, tags: Sequence[str]) -> str:
    """A sentence that names the first of these labels; empty when there is none."""
    if not tags:
        return ""
    others = len(tags) - NAMED
    more = f" et {others} autre{plural(others)}" if others > 0 else ""
    return f"{told}\u00a0: {', '.join(tags[:NAMED])}{more}."


def _keep(request: Request, mode: ScanMode, form: ScanForm) -> None:
    """A line, a place, a recycler stay from one scan to the next, and when the page is opened again."""
    typed = {name: request.POST.get(name, "") for name in form.fields if name not in form.passing}
    if typed:
        request.session[GIVEN] = _given(request) | {mode.code: typed}


def _modes(request: Request) -> tuple[ScanMode, ...]:
    """The modes one may use; raises PermissionDenied when there is none to do."""
    modes = modes_of(request.membership)
    if not any(mode.done for mode in modes):
        raise PermissionDenied
    return modes


def _mode(request: Request, code: str) -> ScanMode:
    mode = next((mode for mode in _modes(request) if mode.code == code), None)
    if mode is None:
        raise Http404
    return mode
