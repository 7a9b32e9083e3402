"""Organisations: the list, one of them, its form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import asks_then_acts
from lifecycle.history import history
from lists.listing import Listing, lists
from network.enums import OrganisationKind
from network.filters import OrganisationFilter
from network.forms.communes import folded
from network.forms.organisations import OrganisationForm
from network.forms.people import position_choices
from network.models import Invitation, Membership, Organisation, Skill
from network.models.territory import Alphabetical
from network.permissions import can_edit_organisation
from network.requests import Request
from network.services.organisations import save_organisation
from network.tables import OrganisationTable
from network.views.sheet import organisation_step, periods_of, roles_told
from typography.french import Noun

CLOSED = (
    "Organisation fermée\u00a0: personne n’y agit plus. S’il reste quelque chose à y faire, sa page dit quoi, et"
    " comment le faire avancer."
)
SAME_NAME = "Une autre organisation porte ce nom. Si c’est la même, n’en gardez qu’une active"
ORGANISATION = Noun("organisation", "organisations", feminine=True)


@lists
def organisation_list(request: Request) -> HttpResponseBase:
    """The organisations one may see."""
    rows = Organisation.objects.visible_to(request.membership).select_related("commune__epci", "epci")
    page = Listing(request, rows=rows, table=OrganisationTable, noun=ORGANISATION, filters=OrganisationFilter)
    can_create = can_edit_organisation(request.membership) is not None
    return page.respond("network/organisation_list.html", can_create=can_create)


@require_safe
def organisation_detail(request: Request, reference: str) -> HttpResponse:
    """One organisation: who acts next for its people, what it does, where it is, which communes it serves.

    Who acts for it, and since when, is told to its own members and to the pilot.
    """
    organisation = visible_organisation(request, reference)
    context = {
        "organisation": organisation,
        "communes_served": organisation.communes_served.select_related("epci").order_by(
            Alphabetical("epci__name"), Alphabetical("name")
        ),
        "can_see_people": sees_people(request, organisation),
        "is_workshop": OrganisationKind.RECONDITIONER in organisation.kinds,
        "skills": Skill.objects.visible_to(request.membership)
        .filter(organisation=organisation)
        .of_workshops()
        .latest(),
        "today": timezone.localdate(),
    }
    if context["can_see_people"]:
        context |= _people_of(request, organisation)
    return render(request, "network/organisation_detail.html", context)


def _people_of(request: Request, organisation: Organisation) -> dict[str, Any]:
    """Who acts next, what may be done besides, how many act, what happened to their roles."""
    actor, at = request.membership, timezone.now()
    invites = bool(position_choices(organisation, actor))
    seen = Membership.objects.visible_to(actor).filter(organisation=organisation)
    acting = seen.open().count()
    waiting = list(Invitation.objects.visible_to(actor).filter(organisation=organisation).pending())
    step = organisation_step(organisation, acting, waiting, at, invites=invites, left=not acting and seen.exists())
    doors = (
        ("Gérer les personnes", "network:people", invites),
        ("Inviter une personne", "network:invite", invites and organisation.is_active),
        ("Modifier l’organisation", "network:organisation_edit", can_edit_organisation(actor) is not None),
    )
    buttons = [(label, reverse(name, args=[organisation.reference])) for label, name, may in doors if may]
    return {
        "step": step,
        "more": [{"label": label, "url": url} for label, url in buttons if url != step.url],
        **history(roles_told(periods_of(seen.order_by()), actor, of_a_person=False)),
    }


@asks_then_acts
def organisation_create(request: Request) -> HttpResponse:
    """A new organisation."""
    return _organisation_form(request, Organisation(), "Organisation créée.")


@asks_then_acts
def organisation_edit(request: Request, reference: str) -> HttpResponse:
    """An organisation that changes."""
    return _organisation_form(request, visible_organisation(request, reference), "Organisation enregistrée.")


def _organisation_form(request: Request, organisation: Organisation, done: str) -> HttpResponse:
    if can_edit_organisation(request.membership) is None:
        raise PermissionDenied
    form = OrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            save_organisation(organisation=form.instance, communes_served=form.communes_served(), by=request.membership)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, CLOSED if _is_closing(form) else done)
            if "name" in form.changed_data and (same := _namesakes(request, form.instance)):
                messages.warning(request, f"{SAME_NAME}\u00a0: {', '.join(same)}.")
            return redirect("network:organisation_detail", reference=form.instance.reference)
    former = type(organisation).objects.filter(pk=organisation.pk).first()
    context = {"form": form, "organisation": former or Organisation(), "holder": _holder(request, form)}
    return render(request, "network/organisation_form.html", context)


def _holder(request: Request, form: OrganisationForm) -> Organisation | None:
    """Who has the SIRET that was typed for another, if one may read it."""
    typed = form.cleaned_data.get("siret") if form.is_bound else ""
    if not typed:
        return None
    others = Organisation.objects.visible_to(request.membership).exclude(pk=form.instance.pk)
    return others.filter(siret=typed).first()


def _namesakes(request: Request, organisation: Organisation) -> list[str]:
    """The references of the others that have its name, whatever its accents and capitals."""
    wanted = folded(organisation.name)
    others = Organisation.objects.visible_to(request.membership).exclude(pk=organisation.pk).order_by("pk")
    return [reference for reference, name in others.values_list("reference", "name") if folded(name) == wanted]


def _is_closing(form: OrganisationForm) -> bool:
    return "is_active" in form.changed_data and not form.instance.is_active


def visible_organisation(request: Request, reference: str) -> Organisation:
    """The organisation, if the person may see it; else a 404."""
    rows = Organisation.objects.visible_to(request.membership).select_related("commune", "epci")
    return get_object_or_404(rows, reference=reference)


def sees_people(request: Request, organisation: Organisation) -> bool:
    """Whether the page of the organisation's people opens: to its own members and to the pilot."""
    own = organisation.pk == request.membership.organisation_id
    return own or can_edit_organisation(request.membership) is not None
