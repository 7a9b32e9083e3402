"""« Proposer une répartition »: how many of what to which convention, and why; edited, foreseen, done as one set."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from conventions.models import Convention
from distribution.fairness import Demand
from distribution.forms.deliveries import conventions_to_allot
from distribution.permissions import can_allot_device
from distribution.proposal import Proposal, ProposedLine, devices_for, proposal_for
from distribution.services.allotment import allot_shares
from distribution.views.allotment import DEVICE, ready_seen_by
from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.sets import Selection, done
from network.requests import Request
from refurb.models import Device
from refurb.views.device_sets import DEVICE_BOX

CHOSEN = "chosen"
"""The devices of a line, as the page that foresees them names them: ``convention:reference``."""


class CountsForm(forms.Form):
    """How many devices each line takes: what is proposed, unless somebody says otherwise."""

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in proposal.lines:
            self.fields[line.name] = forms.IntegerField(
                label=f"{line.type.label}, {line.convention.epci}",
                min_value=0,
                max_value=line.most,
                initial=line.count,
                required=False,
                widget=forms.NumberInput({"class": "form-control form-control-sm", "inputmode": "numeric"}),
                error_messages={
                    "max_value": f"{line.most} au plus\u00a0: {line.room} places, {line.ready} appareils prêts."
                },
            )


@asks_then_acts
def allotment_propose(request: Request) -> HttpResponse:
    """The proposal of the day; what it would do once edited; what it did."""
    may(can_allot_device(request.membership))
    ready, conventions = ready_seen_by(request), list(conventions_to_allot(request.membership))
    if CHOSEN in request.POST:
        return _done(request, ready, {convention.pk: convention for convention in conventions})
    proposal = proposal_for(ready, conventions)
    form = CountsForm(posted(request), proposal=proposal)
    if form.is_bound and form.is_valid():
        counts = {line.name: form.cleaned_data[line.name] or 0 for line in proposal.lines}
        if any(counts.values()):
            return _foreseen(request, proposal, counts, ready)
        form.add_error(None, "Rien n’est proposé\u00a0: écrivez au moins un nombre.")
    offered = list(_side_by_side([line for line in proposal.lines if line.most]))
    known = {line.demand for line, _ in offered}
    idle = [line for line in proposal.lines if line.demand.left and line.demand not in known]
    context = {
        "proposal": proposal,
        "form": form,
        "rows": [(line, form[line.name], told) for line, told in offered],
        "idle": [line for line, told in _side_by_side(idle) if not told],
    }
    return render(request, "distribution/allotment_propose.html", context)


def _side_by_side(lines: Sequence[ProposedLine]) -> Iterator[tuple[ProposedLine, bool]]:
    """The lines that serve the same households one after the other, and whether those are told already."""
    together: dict[Demand, list[ProposedLine]] = {}
    for line in lines:
        together.setdefault(line.demand, []).append(line)
    return ((line, rank > 0) for served in together.values() for rank, line in enumerate(served))


def _foreseen(request: Request, proposal: Proposal, counts: Mapping[str, int], ready: Any) -> HttpResponse:
    """The devices that each line would take, the oldest first."""
    taken: set[int] = set()
    groups: list[tuple[ProposedLine, list[Device], int]] = []
    for line in proposal.lines:
        if wanted := counts[line.name]:
            devices = devices_for(line, wanted, ready, taken)
            taken |= {device.pk for device in devices}
            groups.append((line, devices, wanted - len(devices)))
    context = {"groups": groups, "total": DEVICE.counted(len(taken)), "box": CHOSEN, "any": bool(taken)}
    return render(request, "distribution/allotment_foreseen.html", context)


def _done(request: Request, ready: Any, conventions: Mapping[int, Convention]) -> HttpResponse:
    """All the lines in one act; what is no longer ready comes back refused or is left out."""
    by_convention: dict[int, list[str]] = {}
    known = {str(pk): pk for pk in conventions}
    for one in request.POST.getlist(CHOSEN):
        convention, _, reference = one.partition(":")
        if convention in known:
            by_convention.setdefault(known[convention], []).append(reference)
    shares = {conventions[pk]: ready.filter(reference__in=refs) for pk, refs in by_convention.items()}
    if not shares:
        return redirect("distribution:allotment_propose")
    references = [reference for refs in by_convention.values() for reference in refs]
    selection = Selection(
        "Affecter selon la répartition",
        DEVICE,
        Device.objects.visible_to(request.membership).filter(reference__in=references),
        references,
        action=request.path,
        back=reverse("distribution:allotment"),
        box=DEVICE_BOX,
    )
    return done(request, selection, lambda: allot_shares(actor=request.membership, shares=shares))
