"""Files of machines: deposited many at once, sorted to devices, what each would fill, then written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from lifecycle.acting import asks_then_acts, deposited, explained, posted
from lifecycle.exceptions import Refused
from network.requests import Request
from refurb.enums.hardware import OF_NWIPE, DismissalReason
from refurb.forms.evidence import ClockForm
from refurb.forms.hardware import FilesForm, ResortForm, SetAsideForm
from refurb.models import Device
from refurb.models.hardware import DepositedFile
from refurb.permissions import can_manage_device
from refurb.services import depositing, gone, hardware
from refurb.services.depositing import MOST_FILES
from refurb.services.nwipe import ClockTold
from refurb.services.resorting import resort_files
from refurb.services.told import Recorded
from refurb.sorting import Sorting, sort_files
from refurb.views.devices import DEVICE_PAGES
from refurb.views.evidence import worked_on
from typography.french import plural

TYPED, SEEN, ASIDE, CLOCK = "etiquette-", "vu-", "ecarter-", "horloge"
"""How the fields of a file begin: the label that is typed, the device it was shown with, whether it is set aside, the
clock of the computer that wrote it."""
CONFIRM, SET_ASIDE = "enregistrer", "mettre-de-cote"


@dataclass
class DeviceFiles:
    """The files of one device, with what they would write, or wrote; ``reasons``: why nothing is."""

    device: Device
    sortings: list[Sorting] = field(default_factory=list)
    clocks: dict[int, ClockForm] = field(default_factory=dict)
    told: Recorded | None = None
    reasons: list[SafeString] = field(default_factory=list)

    @property
    def clocked(self) -> list[tuple[Sorting, ClockForm]]:
        """The logs whose clock is asked: what they say proves nothing yet, or something was said of it."""
        proven = self.told is not None and all(run.is_proof for run in self.told.runs)
        forms = [(one, self.clocks[one.deposit.pk]) for one in self.sortings if one.deposit.pk in self.clocks]
        return [(one, form) for one, form in forms if form.typed or not proven]

    def told_clocks(self) -> dict[int, ClockTold]:
        """How the clock stood, by file, where it was said."""
        return {pk: form.told_clock() for pk, form in self.clocks.items() if form.is_valid() and form.typed}

    @property
    def doubts(self) -> list[tuple[Device, str]]:
        """The other devices that its files point at."""
        found = {device.pk: (device, why) for one in self.sortings for device, why in one.among}
        return list(found.values())


@asks_then_acts
def hardware_deposit(request: Request) -> HttpResponse:
    """Pick files, as many as there are; they are read at once and wait to be sorted."""
    depositing.workshop_of(request.membership)
    form = FilesForm(posted(request), deposited(request))
    refused: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        done = depositing.deposit_files(actor=request.membership, files=form.contents())
        refused = done.refused
        if form.left:
            messages.warning(
                request,
                f"{form.left} fichier{plural(form.left)} de plus que {MOST_FILES}\u00a0: déposez-les ensuite.",
            )
        if done.kept and not refused:
            return redirect("refurb:hardware_sort")
    waiting = _waiting(request).count()
    manages = can_manage_device(request.membership) is not None
    context = {"form": form, "refused": refused, "waiting": waiting, "manages": manages}
    return render(request, "refurb/hardware_deposit.html", context)


@asks_then_acts
def hardware_sort(request: Request) -> HttpResponse:
    """What waits, by device, with what it would write; then it is written, and the page tells what was."""
    workshop = depositing.workshop_of(request.membership)
    if SET_ASIDE in request.POST:
        return _set_aside(request)
    rows = list(_waiting(request)[:MOST_FILES])
    sortings = sort_files(workshop, rows, _typed(request, rows))
    groups = grouped(sortings)
    for group in groups:
        group.clocks = _clocks(request, group)
    if CONFIRM in request.POST:
        changed: list[Any] = [one for one in sortings if one.device is not None and not _is_as_seen(request, one)]
        changed += [
            pk for group in groups for pk, form in group.clocks.items() if not _is_clock_seen(request, pk, form)
        ]
        if not changed and not any(one.wrong for one in sortings):
            return _write(request, groups)
        messages.warning(request, "Rien n’est encore enregistré\u00a0: vérifiez ce qui a changé, puis enregistrez.")
    for group in groups:
        _preview(request, group)
    context = {
        "groups": groups,
        "asked": [one for one in sortings if one.device is None and not one.deposit.problem],
        "unread": [one for one in sortings if one.deposit.problem],
        "ready": [group for group in groups if group.told is not None],
        "aside": SetAsideForm(),
        "more": max(0, _waiting(request).count() - len(rows)),
        "total": len(rows),
    }
    return render(request, "refurb/hardware_sort.html", context)


def grouped(sortings: Iterable[Sorting]) -> list[DeviceFiles]:
    """The sorted files by device, in the order of their labels."""
    groups: dict[int, DeviceFiles] = {}
    for one in sortings:
        if one.device is not None:
            groups.setdefault(one.device.pk, DeviceFiles(one.device)).sortings.append(one)
    return sorted(groups.values(), key=lambda group: group.device.tag_key)


def _waiting(request: Request) -> Any:
    return DepositedFile.objects.visible_to(request.membership).waiting().select_related("file")


def _typed(request: Request, rows: Iterable[DepositedFile]) -> dict[int, str]:
    return {row.pk: request.POST.get(f"{TYPED}{row.pk}", "") for row in rows}


def _is_as_seen(request: Request, one: Sorting) -> bool:
    """The file was shown with this very device; one that came since was not shown at all, and waits."""
    assert one.device is not None
    seen = request.POST.getlist(f"{SEEN}{one.deposit.pk}")
    return one.device.reference in seen if seen else not one.typed


def _clocks(request: Request, group: DeviceFiles) -> dict[int, ClockForm]:
    """The clock of each log that is of this device alone, as it is said."""
    return {
        one.deposit.pk: ClockForm(posted(request), prefix=f"{CLOCK}{one.deposit.pk}")
        for one in group.sortings
        if one.deposit.kind in OF_NWIPE and not one.is_shared
    }


def _is_clock_seen(request: Request, pk: int, form: ClockForm) -> bool:
    """What is said of a clock was shown with what it proves."""
    return form.is_valid() and request.POST.get(f"{SEEN}{CLOCK}{pk}", "") == form.typed


def _preview(request: Request, group: DeviceFiles) -> None:
    """Write, read what was written, and undo: what is shown is what would be done, refusals included."""
    with transaction.atomic():
        _record(request, group)
        transaction.set_rollback(True)
    if group.told is not None:
        group.told.notes = [gone.FORESEEN.get(note, note) for note in group.told.notes]


def _record(request: Request, group: DeviceFiles) -> None:
    deposits = [one.deposit for one in group.sortings]
    try:
        group.told = hardware.record_files(
            actor=request.membership, device=group.device, deposits=deposits, clocks=group.told_clocks()
        )
    except Refused as refused:
        group.reasons = explained(refused.all, group.device, request.membership)


def _write(request: Request, groups: list[DeviceFiles]) -> HttpResponse:
    """Each device on its own: one that is refused keeps its files waiting, and holds no other back."""
    for group in groups:
        group.sortings = [one for one in group.sortings if f"{SEEN}{one.deposit.pk}" in request.POST]
    shown = [group for group in groups if group.sortings]
    for group in shown:
        _record(request, group)
    context = {
        "written": [group for group in shown if group.told is not None],
        "refused": [group for group in shown if group.told is None],
        "waiting": _waiting(request).count(),
    }
    return render(request, "refurb/hardware_written.html", context)


def _set_aside(request: Request) -> HttpResponse:
    """Files that are ticked leave the page, with why."""
    form = SetAsideForm(request.POST)
    keys = [name.removeprefix(ASIDE) for name in request.POST if name.startswith(ASIDE)]
    ticked = [one for one in _waiting(request) if str(one.pk) in keys][:MOST_FILES]
    if not form.is_valid() or not keys:
        messages.error(request, "Cochez les fichiers à écarter, et dites pourquoi.")
    else:
        reason = DismissalReason(form.cleaned_data["reason"])
        words = form.cleaned_data["words"]
        try:
            count = depositing.set_aside(actor=request.membership, deposits=ticked, reason=reason, words=words)
        except Refused as refused:
            for one in refused.all:
                messages.error(request, one.sentence)
        else:
            messages.success(request, f"{count} fichier{plural(count)} écarté{plural(count)}.")
    return redirect("refurb:hardware_sort")


@asks_then_acts
def device_resort_files(request: Request, reference: str) -> HttpResponse:
    """Files that were sorted to the wrong device wait to be sorted again."""
    device = worked_on(request, reference)
    answered = DEVICE_PAGES.record(
        request,
        device,
        ResortForm(posted(request), device=device),
        resort_files,
        title="Un fichier est d’une autre machine",
        done=_sorted_again,
        back=reverse("refurb:device_evidence", args=[device.reference]),
        submit="Retirer, et trier de nouveau",
        warning=TAKEN_BACK,
    )
    return redirect("refurb:hardware_sort") if answered.status_code == HTTPStatus.FOUND else answered


TAKEN_BACK = (
    "Ce que ces fichiers ont rempli, et qui n’a pas changé depuis, redevient ce que c’était. Un disque qu’ils sont"
    " seuls à dire est inventorié par erreur\u00a0: c’est au responsable de l’atelier. Aucune preuve d’effacement n’est"
    " retirée."
)


def _sorted_again(device: Device, taken_back: list[str]) -> str:
    told = f" Repris\u00a0: {', '.join(taken_back)}." if taken_back else " Rien n’était à reprendre."
    return f"{device}\u00a0: fichiers retirés, à trier de nouveau.{told}"
