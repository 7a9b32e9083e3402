"""Incidents: their list, and what the pilot writes down of each."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from lifecycle.acting import answer, asks_then_acts, posted
from lists.listing import Listing, lists
from network.requests import Request
from refurb.forms.incidents import FollowUpForm
from refurb.models import Incident
from refurb.permissions import can_note_incident, sees_devices, sees_incidents
from refurb.services.incidents import note_incident
from refurb.tables import IncidentTable
from typography.french import Noun

INCIDENT = Noun("incident", "incidents")


@lists
def incident_list(request: Request) -> HttpResponseBase:
    """Devices lost with data on them, the newest first."""
    if sees_incidents(request.membership) is None:
        raise PermissionDenied
    incidents = Incident.objects.visible_to(request.membership).with_theft().select_related("device", "workshop")
    page = Listing(request, rows=incidents.prefetch_related("follow_ups"), table=IncidentTable, noun=INCIDENT)
    return page.respond("refurb/incident_list.html", opens_devices=sees_devices(request.membership) is not None)


@asks_then_acts
def incident_note(request: Request, reference: str, pk: int) -> HttpResponse:
    """The pilot writes down what was done: told to the CNIL, no risk, found."""
    actor = request.membership
    if can_note_incident(actor) is None:
        raise PermissionDenied
    seen = Incident.objects.visible_to(actor).with_theft().select_related("device", "workshop")
    seen = seen.prefetch_related("follow_ups")
    incident = get_object_or_404(seen, pk=pk, device__reference=reference)
    form = FollowUpForm(posted(request))
    back = reverse("refurb:device_detail", args=[incident.device.reference])
    if answer(request, form, lambda data: note_incident(actor=actor, incident=incident, **data), incident.device):
        messages.success(request, "Suite notée au registre des violations.")
        return redirect(back)
    context = {
        "form": form,
        "row": incident.device,
        "incident": incident,
        "title": "Noter la suite donnée",
        "back": back,
    }
    return render(request, "refurb/actions/incident_note.html", context)
