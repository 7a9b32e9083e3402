"""Every parameter on one page, family by family: what it is worth today, before and next; and a new value of one."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.reference.forms import form_of, names_to_add, with_unit
from desk.reference.reading import lines_named_like, parameter_lines
from desk.services.reference import add_version
from desk.views.administration import family_of, pilot_only
from desk.views.administration_actions import done, form_page, written
from lifecycle.acting import asks_then_acts, posted
from network.requests import Request
from reference.models import Parameter
from reference.registry import REGISTRY

LONGEST_TYPED = 60


@require_safe
def parameter_list(request: Request) -> HttpResponse:
    """Label, value in force with its unit, next value and history of every parameter; one query.

    Those whose label or chapter has what was typed in it, when something was.
    """
    pilot_only(request)
    typed = " ".join(request.GET.get("nom", "").split())[:LONGEST_TYPED]
    found = lines_named_like(parameter_lines(timezone.localdate()), typed)
    context = {"families": found, "typed": typed, "count": sum(len(lines) for _, lines in found)}
    return render(request, "desk/administration/parameters.html", context)


@asks_then_acts
def parameter_value(request: Request, code: str) -> HttpResponse:
    """A new value of a parameter: it ends the last one there is, or is the first."""
    pilot_only(request)
    if code not in REGISTRY.parameters:
        raise Http404
    family = family_of(request, REGISTRY.parameter_families[code.partition(".")[0]].slug)
    today = timezone.localdate()
    in_force: Any = Parameter.objects.on(today).filter(code=code).first()
    last = in_force or Parameter.objects.filter(code=code).order_by("-valid_from").first()
    if last is not None:
        return redirect("desk:reference_replace", family=family.slug, pk=last.pk)
    declared = REGISTRY.parameters[code]
    row = Parameter(code=code, unit=declared.unit, valid_from=today, checked_on=today)
    form = with_unit(form_of(family, names_to_add(family))(posted(request), instance=row), family, row)
    made = written(family, form, [], lambda: add_version(family=family, row=form.instance, by=request.membership))
    if made is not None:
        return done(request, family, made, "Première valeur enregistrée.")
    title = f"Première valeur\u00a0: {declared.label}"
    return form_page(
        request, family, form, [], title=title, submit="Enregistrer la valeur", back=reverse("desk:parameter_list")
    )
