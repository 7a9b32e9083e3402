"""The public page of a device, behind the code of its label: no account, no person, no price."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from distribution.passport import passport_of
from network.requests import OpenRequest
from refurb.models import Device

PUBLIC = "public"
"""``?public=1``: the page as anybody reads it, for those who would be led to their own."""


@login_not_required
@never_cache
@require_safe
def passport(request: OpenRequest, reference: str) -> HttpResponse:
    """What a device is, what proves it, until when it is under warranty; those who follow it are led to their page.

    A reference that no device has gives a page that says so, and what a passport is.
    """
    rows = Device.objects.select_related("workshop", "point__distributor", "point__commune")
    device = rows.filter(reference=reference.upper()).first()
    if device is None:
        return _hidden(render(request, "distribution/passport_unknown.html", status=404))
    if PUBLIC not in request.GET and _follows(request, device):
        return redirect("refurb:device_detail", reference=device.reference)
    return _hidden(render(request, "distribution/passport.html", {"passport": passport_of(device)}))


def _follows(request: OpenRequest, device: Device) -> bool:
    """Whether the device has a page for whoever asks."""
    actor = request.membership
    return actor is not None and Device.objects.visible_to(actor).filter(pk=device.pk).exists()


def _hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
