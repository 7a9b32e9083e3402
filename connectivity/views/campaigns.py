"""Campaigns of calls before copper closes: the pilot makes them, those who follow the households call."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from connectivity.enums import CallResult
from connectivity.filters.campaigns import CallFilter, CampaignFilter
from connectivity.forms.campaigns import CallForm, CampaignForm, ScriptForm
from connectivity.models import CampaignHousehold, ConnectionFile, CopperCampaign
from connectivity.permissions import calls_households
from connectivity.services import campaigns as services
from connectivity.tables.campaigns import CallTable, CampaignTable
from lifecycle.acting import answer, asks_then_acts, may, posted
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.views.rows import named_by, opened
from prescriptions.views.saving import saved
from typography.french import Noun

CAMPAIGN = Noun("campagne", "campagnes", feminine=True)
HOUSEHOLD = Noun("foyer", "foyers")


def _campaign(request: Request, pk: int) -> CopperCampaign:
    seen = CopperCampaign.objects.visible_to(request.membership).select_related("commune", "epci")
    return get_object_or_404(seen, pk=pk)


@lists
def campaign_list(request: Request) -> HttpResponseBase:
    """The campaigns in which one calls, or all of them for the pilot, with their figures."""
    actor = request.membership
    may(is_pilot(actor) or calls_households(actor) or None)
    page = Listing(
        request,
        rows=CopperCampaign.objects.visible_to(actor).counted(actor).select_related("commune", "epci"),
        table=CampaignTable,
        noun=CAMPAIGN,
        filters=CampaignFilter,
        empty="Aucune campagne d’appels. Le pilote en crée une pour une commune ou un EPCI où le cuivre s’arrête.",
    )
    return page.respond("connectivity/campaign_list.html", makes=is_pilot(actor))


@asks_then_acts
def campaign_create(request: Request) -> HttpResponse:
    """Make a campaign: its list is that of today."""
    may(is_pilot(request.membership) or None)
    form = CampaignForm(posted(request))
    made = answer(request, form, lambda data: services.create_campaign(actor=request.membership, **data), None)
    if made is not None:
        listed = HOUSEHOLD.counted(made.households.count())
        messages.success(request, f"Campagne créée\u00a0: {listed} à appeler.")
        return redirect("connectivity:campaign_detail", pk=made.pk)
    return render(request, "connectivity/campaign_form.html", {"form": form, "title": "Nouvelle campagne d’appels"})


@lists
def campaign_detail(request: Request, pk: int) -> HttpResponseBase:
    """The script, the figures of what one sees, the households to call."""
    actor, campaign = request.membership, _campaign(request, pk)
    rows = CampaignHousehold.objects.visible_to(actor).filter(campaign=campaign)
    figures = rows.figures()
    page = Listing(
        request,
        rows=rows.select_related("household", "commune", "caller__user"),
        table=CallTable,
        noun=HOUSEHOLD,
        filters=CallFilter,
        exclude=["household", "note"] if is_pilot(actor) else [],
        empty="Aucun foyer dans cette campagne.",
        named=named_by(request, "household"),
    )
    runs = is_pilot(actor) and campaign.ended_at is None
    return page.respond(
        "connectivity/campaign_detail.html",
        campaign=campaign,
        script=campaign.scripts.select_related("written_by__user").first(),
        figures=figures,
        results=[(result.label, figures[result.value]) for result in CallResult],
        runs=runs,
        newly=services.newly_concerned(campaign, timezone.localdate()).count() if runs else 0,
        is_pilot=is_pilot(actor),
    )


@asks_then_acts
def campaign_script(request: Request, pk: int) -> HttpResponse:
    """What callers say from now on."""
    may(is_pilot(request.membership) or None)
    campaign = _campaign(request, pk)
    form = ScriptForm(posted(request), campaign=campaign)
    actor = request.membership
    if answer(request, form, lambda data: services.write_script(actor=actor, campaign=campaign, **data), None):
        messages.success(request, "Texte enregistré. Les appels d’avant gardent le leur.")
        return redirect("connectivity:campaign_detail", pk=pk)
    context = {"form": form, "title": "Changer le texte des appels", "campaign": campaign}
    return render(request, "connectivity/campaign_form.html", context)


@require_POST
def campaign_join(request: Request, pk: int) -> HttpResponse:
    """Add the households that are concerned since."""
    may(is_pilot(request.membership) or None)
    campaign, form = _campaign(request, pk), Form({})
    added = saved(form, lambda: services.join_households(actor=request.membership, campaign=campaign))
    if added is not None:
        messages.success(request, f"{HOUSEHOLD.counted(added)} en plus dans la liste.")
    return _back(request, form, "connectivity:campaign_detail", pk)


@asks_then_acts
def campaign_end(request: Request, pk: int) -> HttpResponse:
    """Nobody calls any more; asked before, for it is not begun again."""
    may(is_pilot(request.membership) or None)
    campaign, form = _campaign(request, pk), Form(posted(request))
    actor = request.membership
    if answer(request, form, lambda data: services.end_campaign(actor=actor, campaign=campaign), None):
        messages.success(request, "Campagne terminée. Ce qui a été noté reste lisible.")
        return redirect("connectivity:campaign_detail", pk=pk)
    left = campaign.households.to_call().count()
    context = {
        "form": form,
        "title": "Terminer la campagne",
        "campaign": campaign,
        "submit": "Terminer",
        "warning": f"Plus personne n’appelle\u00a0: {HOUSEHOLD.counted(left)} encore à appeler. Cela ne se défait pas.",
    }
    return render(request, "connectivity/campaign_form.html", context)


# --- calls


def _target(request: Request, pk: int) -> CampaignHousehold:
    """The household to call, if its file is one that the person may see; the opening is recorded."""
    if not calls_households(request.membership):
        raise PermissionDenied
    seen = CampaignHousehold.objects.visible_to(request.membership).select_related(
        "household__commune", "commune", "campaign", "caller__user"
    )
    target = get_object_or_404(seen, pk=pk)
    return opened(request, target.household, target)


@asks_then_acts
def call_note(request: Request, pk: int) -> HttpResponse:
    """Call a household: whom, what to say, what was noted before; then note what the call gave."""
    target, actor = _target(request, pk), request.membership
    form = CallForm(posted(request))
    if answer(request, form, lambda data: services.note_call(actor=actor, target=target, **data), None):
        messages.success(request, "Appel noté.")
        return redirect("connectivity:campaign_detail", pk=target.campaign_id)
    files = ConnectionFile.objects.visible_to(actor).filter(need__prescription__household=target.household)
    context: dict[str, Any] = {
        "form": form,
        "target": target,
        "script": target.campaign.scripts.first(),
        "made": target.made.select_related("caller__user"),
        "files": files.select_related("offer"),
        "over": _no_call(target),
        "is_mine": target.caller is not None and target.caller.user_id == actor.user_id,
    }
    return render(request, "connectivity/call_note.html", context)


def _no_call(target: CampaignHousehold) -> str:
    """Why nobody calls this household any more; empty when somebody does."""
    if target.campaign.ended_at is not None:
        return services.ENDED.sentence
    return "" if services.may_be_called(target) else services.NOT_CALLED.sentence


@require_POST
def call_take(request: Request, pk: int) -> HttpResponse:
    """One calls this household oneself."""
    target, form = _target(request, pk), Form({})
    if saved(form, lambda: services.take_call(actor=request.membership, target=target)):
        messages.success(request, "C’est vous qui appelez ce foyer.")
    return _back(request, form, "connectivity:call_note", pk)


def _back(request: Request, form: Form, page: str, pk: int) -> HttpResponse:
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(page, pk=pk)
