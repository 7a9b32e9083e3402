"""Administration for the pilot: a new version, a correction, a check, a version to come that is given up."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk.reference.forms import (
    ReferenceForm,
    form_of,
    names_to_add,
    names_to_correct,
    names_to_replace,
    with_unit,
)
from desk.reference.lines import LinesFormSet, lines_of
from desk.services.reference import add_version, check_rows, correct_row, withdraw_version
from desk.views.administration import family_of, row_of
from lifecycle.acting import asks_then_acts, posted
from lifecycle.requests import own_address
from lifecycle.typed import whole_ones
from network.requests import Request
from network.views.confirm import confirm
from reference.dated import Dated, fingerprint
from reference.families import Family

SEEN = "apercu-lu"
"""The field that says which preview was read."""
ENDS_ALL_THE_SAME = (
    "Si elle devait en remplacer une autre, cette autre garde le dernier jour qui lui a été donné\u00a0: corrigez-le"
    " si elle doit continuer à s’appliquer."
)
"""Of kinds that live side by side, nothing says which version another was to follow."""


@asks_then_acts
def reference_add(request: Request, family: str) -> HttpResponse:
    """A thing that has no version yet."""
    kept = family_of(request, family)
    back = reverse("desk:reference_list", args=[kept.slug])
    if not kept.adds:
        return redirect("desk:reference_list", family=kept.slug)
    today = timezone.localdate()
    form = form_of(kept, names_to_add(kept))(
        posted(request), instance=kept.model(), initial={"valid_from": today, "checked_on": today}
    )
    lines = lines_of(kept, posted(request), None)
    made = written(
        kept,
        form,
        lines,
        lambda: add_version(family=kept, row=form.instance, by=request.membership, lines=_writer(lines)),
    )
    if made is not None:
        return done(request, kept, made, f"{kept.name(made)}\u00a0: ajouté.")
    return form_page(request, kept, form, lines, title="Ajouter", submit="Ajouter", back=back)


@asks_then_acts
def reference_replace(request: Request, family: str, pk: int) -> HttpResponse:
    """A new version of a thing: the former one ends the day before."""
    kept = family_of(request, family)
    former = row_of(kept, pk)
    row = row_of(kept, pk)
    row.pk, row._state.adding = None, True
    today = timezone.localdate()
    row.valid_from, row.valid_to, row.source, row.checked_on = today, None, "", today
    form = with_unit(form_of(kept, names_to_replace(kept))(posted(request), instance=row), kept, former)
    lines = lines_of(kept, posted(request), former)
    by = request.membership
    made = written(
        kept,
        form,
        lines,
        lambda: add_version(family=kept, row=form.instance, by=by, replaces=former, lines=_writer(lines)),
    )
    if made is not None:
        return done(request, kept, made, "Nouvelle version enregistrée.")
    title = f"Nouvelle version\u00a0: {kept.name(former)}"
    about = {"former": former, "former_facts": kept.facts(former), "concerned": kept.concerned(former)}
    back = _address(kept, former)
    return form_page(request, kept, form, lines, title=title, submit="Enregistrer la version", back=back, **about)


@asks_then_acts
def reference_correct(request: Request, family: str, pk: int) -> HttpResponse:
    """What is wrong in a version; once it has served, its source, its check and its end only."""
    kept = family_of(request, family)
    row = row_of(kept, pk)
    is_used = kept.is_used(row, timezone.localdate())
    name = kept.name(row)
    form = with_unit(form_of(kept, names_to_correct(kept, is_used=is_used))(posted(request), instance=row), kept, row)
    lines = [] if is_used else lines_of(kept, posted(request), row)
    by = request.membership
    made = written(
        kept,
        form,
        lines,
        lambda: correct_row(
            family=kept, row=form.instance, changed=form.changed_data, by=by, lines=_writer(lines) if lines else None
        ),
    )
    if made is not None:
        return done(request, kept, made, "Correction enregistrée.")
    title, back = f"Corriger\u00a0: {name}", reverse("desk:reference_detail", args=[kept.slug, pk])
    return form_page(request, kept, form, lines, title=title, submit="Enregistrer", back=back, is_used=is_used)


@require_POST
def reference_check(request: Request, family: str) -> HttpResponse:
    """The source of the ticked rows was read today."""
    kept = family_of(request, family)
    keys = whole_ones(request.POST.getlist("row"))
    try:
        source = request.POST.get("source", "")
        count = check_rows(family=kept, keys=keys, by=request.membership, source=source)
    except ValidationError as error:
        count = None
        messages.error(request, " ".join(error.messages))
    if count:
        messages.success(request, f"Vérifié aujourd’hui\u00a0: {count} ligne{'s' if count > 1 else ''}.")
    elif count == 0:
        messages.warning(request, "Cochez au moins une ligne.")
    this_list = reverse("desk:reference_list", args=[kept.slug])
    return redirect(own_address(request, request.POST.get("suite", ""), this_list))


@asks_then_acts
def reference_withdraw(request: Request, family: str, pk: int) -> HttpResponse:
    """Give up a version that has not begun."""
    kept = family_of(request, family)
    row = row_of(kept, pk)
    after = ENDS_ALL_THE_SAME if kept.side_by_side else "Celle qui la précède continue."
    return confirm(
        request,
        lambda: withdraw_version(family=kept, row=row, by=request.membership),
        title="Retirer cette version à venir",
        sentence=f"{kept.name(row)}\u00a0: la version qui devait commencer est retirée. {after}",
        done="Version retirée.",
        back_url=reverse("desk:reference_list", args=[kept.slug]),
    )


def written(family: Family, form: ReferenceForm, lines: list[LinesFormSet], write: Callable[[], Dated]) -> Dated | None:
    """The row once written; None when the page is to be shown, first or again with what was typed."""
    if not form.is_bound or not all([form.is_valid(), *(one.is_valid() for one in lines)]):
        return None
    faults = (
        family.faults({str(one.declared.model._meta.model_name): one.typed_lines() for one in lines}) if lines else []
    )
    if faults:
        form.add_error(None, faults)
        return None
    if _is_unread(family, form):
        return None
    try:
        return write()
    except ValidationError as error:
        told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for field, sentences in told.items():
            form.add_error(field if field in form.fields else None, sentences)
        return None


def _is_unread(family: Family, form: ReferenceForm) -> bool:
    """Whether what is typed would give something that was not shown yet: it is shown first, then kept."""
    words = set(form.fields) & set(family.fields)
    return family.preview is not None and bool(words) and form.data.get(SEEN) != seen(family, form.instance)


def seen(family: Family, row: Dated) -> str:
    """What stands for a preview that was shown: the same for the same words."""
    return fingerprint("\n".join(str(getattr(row, name)) for name in (*family.series, *family.fields)))


def _preview(family: Family, form: ReferenceForm, *, is_wrong: bool) -> dict[str, Any]:
    """What the row that is typed would give, once it is right."""
    if family.preview is None or not form.is_bound or is_wrong:
        return {"previews": family.preview is not None}
    return {"preview": family.preview(form.instance), "seen": seen(family, form.instance)}


def _writer(lines: list[LinesFormSet]) -> Callable[[Dated], None]:
    def write(row: Dated) -> None:
        for one in lines:
            one.write(row)

    return write


def done(request: Request, family: Family, row: Dated, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(_address(family, row))


def _address(family: Family, row: Dated) -> str:
    return reverse("desk:reference_detail", args=[family.slug, row.pk])


def form_page(
    request: Request, family: Family, form: ReferenceForm, lines: list[LinesFormSet], **context: Any
) -> HttpResponse:
    told = {"former": None, "former_facts": [], "is_used": False} | context
    wrong = form.is_bound and (bool(form.errors) or any(not one.is_valid() for one in lines))
    return render(
        request,
        "desk/administration/reference_form.html",
        {"family": family, "form": form, "formsets": lines, "is_wrong": wrong}
        | _preview(family, form, is_wrong=wrong)
        | told,
    )
