"""Files of machines: deposited many at once, sorted to devices, what each would fill, then written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from lifecycle.acting import asks_then_acts, deposited, explained, posted
from lifecycle.exceptions import Refused
from network.requests import Request
from refurb.enums.hardware import DismissalReason
from refurb.forms.hardware import FilesForm, SetAsideForm
from refurb.models import Device
from refurb.models.hardware import DepositedFile
from refurb.permissions import can_manage_device
from refurb.services import depositing, hardware
from refurb.services.depositing import MOST_FILES
from refurb.sorting import Sorting, sort_files
from typography.french import plural

TYPED, SEEN, ASIDE = "etiquette-", "vu-", "ecarter-"
"""How the fields of a file begin: the label that is typed, the device it was shown with, whether it is set aside."""
CONFIRM, SET_ASIDE = "enregistrer", "mettre-de-cote"


@dataclass
class Group:
    """The files of one device, with what they would write, or wrote; ``reasons``: why nothing is."""

    device: Device
    sortings: list[Sorting] = field(default_factory=list)
    told: hardware.Recorded | None = None
    reasons: list[SafeString] = field(default_factory=list)

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
    if CONFIRM in request.POST:
        changed = [one for one in sortings if one.device is not None and not _is_as_seen(request, one)]
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


def grouped(sortings: Iterable[Sorting]) -> list[Group]:
    """The sorted files by device, in the order of their labels."""
    groups: dict[int, Group] = {}
    for one in sortings:
        if one.device is not None:
            groups.setdefault(one.device.pk, Group(one.device)).sortings.append(one)
    return sorted(groups.values(), key=lambda group: group.device.tag_key)


def _waiting(request: Request) -> Any:
    return DepositedFile.objects.visible_to(request.membership).waiting().select_related("file")


def _typed(request: Request, rows: Iterable[DepositedFile]) -> dict[int, str]:
    return {row.pk: request.POST.get(f"{TYPED}{row.pk}", "")[:40] for row in rows}


def _is_as_seen(request: Request, one: Sorting) -> bool:
    """The file was shown with this very device; one that came since was not shown at all, and waits."""
    assert one.device is not None
    seen = request.POST.getlist(f"{SEEN}{one.deposit.pk}")
    return one.device.reference in seen if seen else not one.typed


def _preview(request: Request, group: Group) -> None:
    """Write, read what was written, and undo: what is shown is what would be done, refusals included."""
    with transaction.atomic():
        _record(request, group)
        transaction.set_rollback(True)


def _record(request: Request, group: Group) -> None:
    deposits = [one.deposit for one in group.sortings]
    try:
        group.told = hardware.record_files(actor=request.membership, device=group.device, deposits=deposits)
    except Refused as refused:
        group.reasons = explained(refused.all, group.device, request.membership)


def _write(request: Request, groups: list[Group]) -> HttpResponse:
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
        count = depositing.set_aside(actor=request.membership, deposits=ticked, reason=reason)
        messages.success(request, f"{count} fichier{plural(count)} écarté{plural(count)}.")
    return redirect("refurb:hardware_sort")
