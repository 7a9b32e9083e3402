"""A list of people: read, shown line by line, then one draft for each, which the worker finishes with her."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from imports.enums import ImportStage
from imports.models import Import
from imports.readers.sheets import SheetRefused
from imports.services import deposit_named
from imports.views import say_already
from lifecycle.acting import asks_then_acts, deposited, may, posted
from network.requests import Request
from prescriptions.forms.people import PeopleForm
from prescriptions.people_list import PEOPLE
from prescriptions.permissions import can_create_prescription
from prescriptions.services.people import CODE

LAST = 5
"""How many lists of before are told."""


@asks_then_acts
def people_deposit(request: Request) -> HttpResponse:
    """A list of one's own structure; nothing is opened before the preview is confirmed."""
    actor = request.membership
    may(can_create_prescription(actor))
    form = PeopleForm(posted(request), deposited(request))
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["deposit"]
        try:
            source = deposit_named(
                actor=actor, kind=PEOPLE, organisation=actor.organisation, content=upload.read(), name=upload.name or ""
            )
        except SheetRefused as refused:
            form.add_error("deposit", str(refused))
        else:
            if source.stage != ImportStage.CHECKED:
                return say_already(request, source)
            lacks = any(name not in source.columns for name in PEOPLE.asked)
            return redirect("imports:import_columns" if lacks else "imports:import_detail", pk=source.pk)
    before = Import.objects.visible_to(actor).filter(kind=CODE).exclude(stage=ImportStage.DROPPED)
    context = {"form": form, "before": before.select_related("started_by__user")[:LAST]}
    return render(request, "prescriptions/people_deposit.html", context)
