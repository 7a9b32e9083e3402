"""Files of reference data deposited by the pilot: read and shown before anything is written."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from connectivity.models import CopperClosure, MobileCoverage, TechnologyShare
from desk.by_commune_import import MOBILES, TECHNOLOGIES
from desk.closures_import import CLOSURES
from desk.forms import ClosuresForm, CoveragesForm, ScoresForm, TechnologySharesForm
from desk.scores_import import SCORES
from desk.views.administration import family_of, pilot_only
from imports.enums import ImportStage
from imports.kinds import ImportKind
from imports.readers.sheets import SheetRefused
from imports.services import deposit_import
from imports.views import say_already
from lifecycle.acting import asks_then_acts, deposited, posted
from network.requests import Request
from reference.dated import Dated
from reference.families import family_of as family_of_model
from refurb.models import ProcessorScore

type FileForm = ScoresForm | ClosuresForm | TechnologySharesForm | CoveragesForm


@asks_then_acts
def scores_import(request: Request) -> HttpResponse:
    """One file of scores; what it brings is foreseen on the page of the import."""
    return _deposit(request, SCORES, ScoresForm, ProcessorScore, "scores_import")


@asks_then_acts
def closures_import(request: Request) -> HttpResponse:
    """One file of closures of copper, foreseen as well."""
    return _deposit(request, CLOSURES, ClosuresForm, CopperClosure, "closures_import")


@asks_then_acts
def shares_import(request: Request) -> HttpResponse:
    """One file of what technologies reach in each commune."""
    return _deposit(request, TECHNOLOGIES, TechnologySharesForm, TechnologyShare, "shares_import")


@asks_then_acts
def coverages_import(request: Request) -> HttpResponse:
    """One file of how operators are received in each commune."""
    return _deposit(request, MOBILES, CoveragesForm, MobileCoverage, "coverages_import")


def _deposit(
    request: Request,
    kind: ImportKind,
    form_of: type[FileForm],
    model: type[Dated],
    page: str,
) -> HttpResponse:
    pilot_only(request)
    form = form_of(posted(request), deposited(request), by=request.membership)
    if form.is_bound and form.is_valid():
        organisation = request.membership.organisation
        try:
            source = deposit_import(actor=request.membership, kind=kind, organisation=organisation, file=form.file)
        except SheetRefused as refused:
            form.add_error("deposit", str(refused))
        else:
            if source.stage != ImportStage.CHECKED:
                return say_already(request, source)
            return redirect("imports:import_detail", pk=source.pk)
    family = family_of(request, family_of_model(model).slug)
    return render(request, f"desk/administration/{page}.html", {"form": form, "family": family})
