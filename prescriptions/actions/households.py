"""What is done of a household's file: move, attach, detach, reopen, erase; one page each."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.enums import HouseholdState
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.households import AttachForm, CorrectCommuneForm, ErasureAskedForm, MoveForm
from prescriptions.forms.joining import PartFilesForm
from prescriptions.models import Household, Joining
from prescriptions.services import households, joining
from prescriptions.views.households import from_where
from prescriptions.views.joining import household_join
from prescriptions.views.rows import visible_household


def _files_seen(request: Request, household: Household) -> Mapping[str, Any]:
    return {"seen": Household.objects.visible_to(request.membership)}


def _other_files(request: Request, household: Household) -> Mapping[str, Any]:
    """The files of the same household, which stay."""
    same = Household.objects.visible_to(request.membership).filter(Q(same_as=household) | Q(pk=household.same_as_id))
    return {"others": list(same.exclude(state__in=(HouseholdState.ANONYMISED, HouseholdState.JOINED)).order_by("pk"))}


def _joined_files(request: Request, household: Household) -> Mapping[str, Any]:
    """The files that were joined to this one."""
    standing = Joining.objects.standing().filter(household=household).values("left")
    return {"joined": Household._base_manager.filter(pk__in=standing).order_by("pk")}


def parted_told(before: Household, after: Any) -> str:
    """What goes back, and what stays though it came since."""
    said = f"Dossiers séparés\u00a0: {after.left.reference} est suivi de nouveau."
    columns = [joining.column_told(name) for name in after.columns]
    stays = [*(f"la demande {reference}" for reference in after.requests), *columns]
    return f"{said} Reste ici, venu depuis\u00a0: {', '.join(stays)}." if stays else said


def moved_told(before: Household, after: Any) -> str:
    """That it is noted, and to whom it is told."""
    return " ".join(("Déménagement noté.", *after.told_to)).removesuffix(".") + "."


def corrected_told(before: Household, after: Any) -> str:
    """That the commune is put right, and to whom it is told."""
    return " ".join(("Commune corrigée.", *after.told_to)).removesuffix(".") + "."


def _household(request: Request, household: Household) -> Mapping[str, Any]:
    """The household itself, in clear: whoever may do it follows it."""
    return {"household": household}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "move",
        "demenager",
        MoveForm,
        households.move_household,
        done=moved_told,
        context=from_where,
        warning="Ses demandes en cours le suivent dans son nouveau territoire. Un opérateur qui a sa demande de ligne"
        " reçoit sa nouvelle adresse.",
        submit="Enregistrer",
    ),
    Page(
        "correct_commune",
        "corriger-la-commune",
        CorrectCommuneForm,
        households.correct_commune_household,
        done=corrected_told,
        form_kwargs=_household,
        context=from_where,
        warning="La commune notée était fausse, et le foyer n’y a pas vécu\u00a0: celle-ci la remplace depuis le même"
        " jour. Ses demandes en cours passent dans ce territoire.",
        submit="Corriger",
    ),
    Page(
        "attach",
        "rattacher",
        AttachForm,
        households.attach_household,
        done="Dossiers rattachés. Rien n’est fusionné\u00a0: chacun garde sa vie",
        form_kwargs=_files_seen,
        submit="Rattacher",
    ),
    Page("detach", "detacher", CommentForm, households.detach_household, done="Dossiers détachés"),
    Page("join", "reunir", view=household_join),
    Page(
        "part",
        "separer",
        PartFilesForm,
        done=parted_told,
        service=joining.part_household,
        form_kwargs=_joined_files,
        warning="Ce qui était venu avec ce dossier y retourne. Ce qui s’est passé depuis reste ici.",
        submit="Séparer",
    ),
    Page("reopen", "rouvrir", CommentForm, households.reopen_household),
    Page(
        "erase_on_request",
        "rendre-anonyme",
        ErasureAskedForm,
        done="Rendu anonyme\u00a0: tout ce qui nomme ce foyer est effacé. Le prescripteur est prévenu",
        context=_other_files,
        template="prescriptions/actions/household_erase_on_request.html",
        submit="Effacer ce qui nomme le foyer",
    ),
)

urlpatterns = Pages(Household, visible_household, "prescriptions/actions/_household.html").urls("foyers", PAGES)
