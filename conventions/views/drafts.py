"""Write a convention or an amendment: begin with little, then write the rest on one page, as often as needed."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from conventions.enums import ALIVE
from conventions.forms.drafts import AmendmentForm, ConventionDraftForm, ConventionStartForm
from conventions.models import Convention
from conventions.permissions import can_create_convention, can_edit_convention, successor_of
from conventions.services.drafting import create_amendment, create_convention, edit_convention
from conventions.views.conventions import acts_for, visible_convention
from lifecycle.acting import asks_then_acts, may, posted, refuse
from lifecycle.exceptions import Refused
from network.models import Epci, Organisation
from network.permissions import is_pilot
from network.requests import Request


@asks_then_acts
def convention_create(request: Request) -> HttpResponse:
    """A new convention, by the manager of the EPCI, or by the pilot on behalf of one."""
    actor = request.membership
    may(can_create_convention(actor))
    successor = None if is_pilot(actor) else successor_of(actor)
    if successor is not None:
        messages.error(request, _merged(actor.organisation, successor))
        return redirect("conventions:convention_list")
    form = ConventionStartForm(posted(request), by=actor)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        epci_party = data.pop("epci_party", None) or actor.organisation
        created = _saved(form, lambda: create_convention(actor=actor, epci_party=epci_party, **data))
        if created is not None:
            messages.success(request, f"Projet {created.reference} créé. Les articles viennent du modèle du jour.")
            return redirect("conventions:convention_edit", reference=created.reference)
    context = {
        "form": form,
        "title": "Préparer une convention",
        "submit": "Créer le projet",
        "back": reverse("conventions:convention_list"),
    }
    return render(request, "conventions/convention_start.html", context)


@asks_then_acts
def amendment_create(request: Request, reference: str) -> HttpResponse:
    """An amendment of a convention in force."""
    actor = request.membership
    convention = visible_convention(request, reference)
    may(can_create_convention(actor))
    if convention.amends_id is not None or convention.state not in ALIVE:
        messages.info(request, "Un avenant modifie une convention en vigueur ou suspendue.")
        return redirect("conventions:convention_detail", reference=reference)
    _acts_for(convention, request)
    form = AmendmentForm(posted(request), convention=convention)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        created = _saved(form, lambda: create_amendment(actor=actor, convention=convention, **data))
        if created is not None:
            messages.success(request, f"Avenant {created.reference} créé. Écrivez ce qu’il change.")
            return redirect("conventions:convention_edit", reference=created.reference)
    context = {
        "form": form,
        "convention": convention,
        "title": "Préparer un avenant",
        "submit": "Créer l’avenant",
        "back": reverse("conventions:convention_detail", args=[reference]),
    }
    return render(request, "conventions/convention_start.html", context)


@asks_then_acts
def convention_edit(request: Request, reference: str) -> HttpResponse:
    """The whole draft on one page; what is missing is told, and nothing stops from saving."""
    actor = request.membership
    convention = visible_convention(request, reference)
    may(can_edit_convention(actor))
    _acts_for(convention, request)
    if not convention.is_written:
        messages.info(request, "Le texte ne se modifie que dans un projet, ou quand des modifications sont demandées.")
        return redirect("conventions:convention_detail", reference=reference)
    form = ConventionDraftForm(posted(request), instance=convention)
    if request.method == "POST" and form.is_valid():
        edited = _saved(
            form,
            lambda: edit_convention(actor=actor, convention=convention, terms=form.terms(), **form.heading_typed()),
        )
        if edited is not None:
            messages.success(request, "Projet enregistré.")
            page = "convention_submit" if "submit_next" in request.POST else "convention_detail"
            return redirect(f"conventions:{page}", reference=reference)
    kept = visible_convention(request, reference)
    context = {"form": form, "convention": kept, "back": reverse("conventions:convention_detail", args=[reference])}
    return render(request, "conventions/convention_form.html", context)


def _merged(organisation: Organisation, successor: Epci) -> str:
    return (
        f"{organisation} a fusionné\u00a0: {successor} lui succède, et prépare les conventions de ce territoire."
        " Vous lisez encore ce que vous avez signé."
    )


def _acts_for(convention: Convention, request: Request) -> None:
    """Raises PermissionDenied when this person's organisation does not write this convention."""
    if not acts_for(convention, request.membership):
        raise PermissionDenied


def _saved(form: BaseForm, save: Callable[[], Convention]) -> Convention | None:
    """The draft, or None with what refused it on the form."""
    try:
        return save()
    except Refused as refused:
        refuse(form, refused, None, None)
    except ValidationError as error:
        for name, told in (error.message_dict if hasattr(error, "error_dict") else {"": error.messages}).items():
            form.add_error(name if name in form.fields else None, told)
    return None
