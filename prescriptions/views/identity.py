"""Whoever steers reads who a household is: with a reason, for a time, and the log of accesses says it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from lifecycle.acting import asks_then_acts, posted
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import IdentityReason
from prescriptions.models import Household
from prescriptions.parameters import IDENTITY_MINUTES
from prescriptions.services.households import IDENTITY_REASON, open_identity
from prescriptions.views.rows import visible_household
from prescriptions.views.saving import saved

ASKED_FOR = "pour"
"""What the address says of why one comes: a code of the list, chosen beforehand."""


class IdentityForm(forms.Form):
    """Why one reads who a household is."""

    reason = forms.ChoiceField(
        label="Pourquoi lire qui est ce foyer",
        choices=IdentityReason,
        widget=forms.RadioSelect,
        error_messages={"required": IDENTITY_REASON.sentence},
    )


def identity_url(household: Household, reason: str = "") -> str:
    """The page that asks why; ``reason``: the one that is chosen beforehand."""
    url = reverse("prescriptions:household_identity", args=[household.reference])
    return f"{url}?{ASKED_FOR}={reason}" if reason else url


@asks_then_acts
def household_identity(request: Request, reference: str) -> HttpResponse:
    """The pilot says why; its name, contact and papers are read until the delay ends."""
    household = visible_household(request, reference)
    actor = request.membership
    if not is_pilot(actor):
        raise PermissionDenied
    wanted = request.GET.get(ASKED_FOR, "")
    given: dict[str, Any] = {"reason": wanted} if wanted in IdentityReason.values else {}
    form = IdentityForm(posted(request), initial=given)
    minutes = IDENTITY_MINUTES.on(timezone.localdate())
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if saved(form, lambda: open_identity(actor=actor, household=household, reason=reason)) is not None:
            messages.success(request, f"Vous lisez qui est ce foyer pendant {minutes}\u00a0minutes. C’est noté.")
            page = "household_doubles" if reason == IdentityReason.DOUBLE else "household_detail"
            return redirect(f"prescriptions:{page}", reference=reference)
    context = {
        "form": form,
        "household": household,
        "row": household,
        "minutes": minutes,
        "title": "Lire qui est ce foyer",
        "submit": "Lire",
        "back": reverse("prescriptions:household_detail", args=[reference]),
    }
    return render(request, "prescriptions/actions/household_identity.html", context)
