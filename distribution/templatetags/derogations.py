"""What was asked of the pilot, on the pages that speak of derogations."""

from typing import Any

from django import template

from distribution.models import DerogationRequest
from distribution.permissions import can_ask_derogation
from network.permissions import is_pilot
from prescriptions.models import Need

register = template.Library()
LATEST_REFUSED = 10


@register.inclusion_tag("distribution/_derogation_requests.html", takes_context=True)
def derogation_requests(context: template.Context) -> dict[str, Any]:
    """The requests that wait for the pilot, and the last ones he refused, with why."""
    actor = context["request"].membership
    asked = DerogationRequest.objects.visible_to(actor)
    told = asked.select_related("need__epci", "asked_by__user", "asked_by__organisation")
    return {
        "pending": told.pending(),
        "refused": told.filter(granted=False).order_by("-answered_at", "-pk")[:LATEST_REFUSED],
        "decides": is_pilot(actor),
    }


@register.inclusion_tag("distribution/_derogation_asked.html", takes_context=True)
def derogation_asked(context: template.Context, need: Need, leads: bool = True) -> dict[str, Any]:
    """Where a need stands: asked, refused and why, or to be asked by whoever may (``leads``: with the link)."""
    actor = context["request"].membership
    asked = DerogationRequest.objects.visible_to(actor).filter(need=need).select_related("asked_by__user").last()
    asks = can_ask_derogation(actor) is not None
    return {"need": need, "asked": asked, "decides": is_pilot(actor), "asks": asks, "leads": leads}
