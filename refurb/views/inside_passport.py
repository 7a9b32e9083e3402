"""The whole passport of a device, for those who work on it: a page and its PDF."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from documents.responses import drawn_response
from network.requests import Request
from refurb.inside_passport import draw_inside_passport, inside_passport
from refurb.views.evidence import worked_on


@require_safe
def device_passport(request: Request, reference: str) -> HttpResponse:
    """Its life, what is known of it and whence, proofs, tests, grade, defects, parts, warranty."""
    passport = inside_passport(worked_on(request, reference))
    return render(request, "refurb/device_passport.html", {"device": passport.device, "passport": passport})


@require_safe
def device_passport_pdf(request: Request, reference: str) -> FileResponse:
    """The same as a PDF, drawn as things are now."""
    passport = inside_passport(worked_on(request, reference))
    drawn = draw_inside_passport(passport, by=request.membership)
    return drawn_response(drawn, f"passeport-{passport.device.reference}.pdf")
