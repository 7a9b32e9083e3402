"""The page of an action, asked by a program: the same form, service and gate; data in place of a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import QueryDict

from lifecycle.acting import what_is_missing
from lifecycle.pages import Page, Pages
from lifecycle.requests import ActingRequest
from lifecycle.shown import SHOWN

UNKNOWN = "Valeur que cet acte n’attend pas."
NOT_PLAIN = "Un texte, un nombre, vrai ou faux, rien, ou une liste de ceux-là."
TICKED = "on"
type Typed = Mapping[str, Any]
"""What a program gives, by the names of the fields: texts, numbers, booleans, null, or lists of these."""


class Invalid(Exception):
    """What a program gave is not what the form asks. ``fields``: sentences by the field, "" for the whole."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(sentence for said in self.fields.values() for sentence in said))


@dataclass(frozen=True)
class AskedValue:
    """One value that an action asks; ``choices``: the codes that it may be, with their labels, or None."""

    name: str
    label: str
    required: bool
    several: bool
    help: str
    choices: tuple[tuple[str, str], ...] | None


def asked(form: forms.BaseForm) -> Iterator[AskedValue]:
    """What a form asks of a program: its fields, but for what only a page carries back."""
    for name, field in form.fields.items():
        if name == SHOWN:
            continue
        choices = getattr(field, "choices", None)
        codes = None if choices is None else tuple((str(code), str(label)) for code, label in choices if str(code))
        several = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        yield AskedValue(name, str(field.label or name), field.required, several, str(field.help_text), codes)


def typed(values: Typed) -> QueryDict:
    """What a person would have typed for the same values: a box that is not ticked is not sent. Raises Invalid."""
    query = QueryDict(mutable=True)
    for name, value in values.items():
        said = value if isinstance(value, list) else [value]
        if any(not isinstance(one, str | int | float | bool | None) for one in said):
            raise Invalid({name: [NOT_PLAIN]})
        texts = [TICKED if one is True else str(one) for one in said if one is not None and one is not False]
        if texts:
            query.setlist(name, texts)
    return query


def form_of[R: ActingRequest](request: R, row: Any, page: Page[R], values: Typed) -> forms.BaseForm:
    """The form of a page, filled in by a program and valid. Raises Invalid, PermissionDenied."""
    what_is_missing(row, page.verb, request.membership)
    return valid(page.form(typed(values), **page.form_kwargs(request, row)), values)


def valid(form: forms.BaseForm, values: Typed) -> forms.BaseForm:
    """The same form, once it is valid and asks for each of the values. Raises Invalid."""
    unknown = {name: [UNKNOWN] for name in values if name not in form.fields}
    if unknown or not form.is_valid():
        raise Invalid({_field(name): [str(one) for one in said] for name, said in form.errors.items()} | unknown)
    return form


def tried[R: ActingRequest](pages: Pages[R], request: R, row: Any, page: Page[R], values: Typed) -> Any:
    """What the row would be: everything is done, then undone. Raises Invalid, Refused, PermissionDenied."""
    with transaction.atomic():
        moved = pages.do(request, row, page, form_of(request, row, page, values))
        transaction.set_rollback(True)
    return moved


def _field(name: str) -> str:
    return "" if name == NON_FIELD_ERRORS else name
