"""What is done of somebody who may give, from the first call: one page each."""

from collections.abc import Mapping
from typing import Any

from donations.forms.prospects import GiveUpForm, LinkForm, PromiseForm, ProspectExchangeForm, ProspectPlanForm
from donations.models import Prospect
from donations.services import prospects
from donations.views.prospecting import PROSPECT_PAGES
from lifecycle.pages import Page
from network.requests import Request


def _about(request: Request, prospect: Prospect) -> Mapping[str, Any]:
    """Forms that ask of whom, and who types."""
    return {"prospect": prospect, "by": request.membership}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "note",
        "echange",
        ProspectExchangeForm,
        prospects.note_prospect,
        values=ProspectExchangeForm.values,
        form_kwargs=_about,
        submit="Noter cet échange",
    ),
    Page(
        "meet",
        "rencontre",
        ProspectExchangeForm,
        prospects.meet_prospect,
        values=ProspectExchangeForm.values,
        form_kwargs=_about,
        submit="Noter cette rencontre",
    ),
    Page(
        "promise",
        "promesse",
        PromiseForm,
        prospects.promise_prospect,
        values=PromiseForm.values,
        form_kwargs=_about,
        submit="Noter cette promesse",
    ),
    Page(
        "plan",
        "prochaine-etape",
        ProspectPlanForm,
        prospects.plan_prospect,
        values=ProspectPlanForm.values,
        form_kwargs=_about,
        submit="Fixer cette étape",
    ),
    Page(
        "link",
        "rattacher",
        LinkForm,
        form_kwargs=_about,
        warning="Ses lots sont suivis dès maintenant\u00a0: s’il en a déjà annoncé un, il passe à «\u00a0A annoncé un"
        " lot\u00a0».",
    ),
    Page(
        "unlink",
        "detacher",
        warning="À faire seulement si cette organisation n’est pas la sienne\u00a0: il revient à"
        " «\u00a0À contacter\u00a0», et les lots de l’organisation n’y sont plus suivis.",
    ),
    Page(
        "unlink_early",
        "detacher-avant-un-lot",
        warning="À faire seulement si cette organisation n’est pas la sienne\u00a0: ses lots ne seront plus suivis ici."
        " Ce qui s’est dit et promis reste.",
    ),
    Page(
        "give_up",
        "sans-suite",
        GiveUpForm,
        warning="La personne à joindre est oubliée tout de suite\u00a0: pour reprendre, il faudra la retrouver.",
    ),
    Page("reopen", "reprendre"),
)

urlpatterns = PROSPECT_PAGES.urls("prospects", PAGES)
