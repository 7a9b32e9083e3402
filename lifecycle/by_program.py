"""The page of an action, asked by a program: the same form, service and gate; data in place of a page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import QueryDict

from lifecycle.acting import what_is_missing
from lifecycle.pages import Page
from lifecycle.requests import ActingRequest
from lifecycle.shown import SHOWN
from lifecycle.typed import with_plain_breaks

UNKNOWN = "Valeur que cet acte n’attend pas."
NOT_PLAIN = "Un texte, un nombre ou rien."
NOT_YES_OR_NO = "true ou false."
NOT_SEVERAL = "Une liste de textes."
TICKED = "on"
type Typed = Mapping[str, Any]
"""What a program gives, by the names of the fields: a text or a number, true or false for a box to tick, a list where
several are asked, null for nothing."""


class Invalid(Exception):
    """What a program gave is not what the form asks. ``fields``: sentences by the field, "" for the whole."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = dict(fields)
        super().__init__(" ".join(sentence for said in self.fields.values() for sentence in said))


@dataclass(frozen=True)
class AskedValue:
    """One value that an action asks; ``choices``: the codes that it may be, with their labels, or None.

    ``kind``: « case », which is ticked by true, « liste » of texts, or « texte », which a number may be.
    """

    name: str
    label: str
    required: bool
    kind: str
    help: str
    choices: tuple[tuple[str, str], ...] | None


def asked(form: forms.BaseForm) -> Iterator[AskedValue]:
    """What a form asks of a program: its fields, but for what only a page carries back."""
    for name, field in form.fields.items():
        if name == SHOWN:
            continue
        choices = getattr(field, "choices", None)
        codes = None if choices is None else tuple((str(code), str(label)) for code, label in choices if str(code))
        yield AskedValue(name, str(field.label or name), field.required, _kind(field), str(field.help_text), codes)


def as_typed(fields: Mapping[str, forms.Field], values: Typed) -> QueryDict:
    """What a person would have typed in these fields: a box that is not ticked is not sent. Raises Invalid."""
    sent, wrong = QueryDict(mutable=True), dict[str, list[str]]()
    for name, value in values.items():
        field = fields.get(name)
        if field is None or name == SHOWN:
            wrong[name] = [UNKNOWN]
        elif value is None or (isinstance(field, forms.BooleanField) and value is False):
            continue
        elif said := _not_typed(field, value):
            wrong[name] = [said]
        else:
            several = value if isinstance(value, list) else [value]
            sent.setlist(name, [TICKED if one is True else with_plain_breaks(str(one)) for one in several])
    if wrong:
        raise Invalid(wrong)
    return sent


def _not_typed(field: forms.Field, value: Any) -> str:
    """Why a value is none that is typed in this field; empty when it may be."""
    if isinstance(field, forms.BooleanField):
        return "" if value is True else NOT_YES_OR_NO
    if _takes_several(field):
        return "" if isinstance(value, list) and all(isinstance(one, str) for one in value) else NOT_SEVERAL
    return "" if isinstance(value, str | int | float) and not isinstance(value, bool) else NOT_PLAIN


def _takes_several(field: forms.Field) -> bool:
    return isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)


def form_of[R: ActingRequest](request: R, row: Any, page: Page[R], values: Typed) -> forms.BaseForm:
    """The form of a page, filled in by a program and valid. Raises Invalid, PermissionDenied."""
    what_is_missing(row, page.verb, request.membership)
    given = page.form_kwargs(request, row)
    return filled(lambda sent: page.form(sent, **given), values)


def filled(form: Callable[[QueryDict | None], forms.BaseForm], values: Typed) -> forms.BaseForm:
    """A form in which a program typed these values, once it is valid; what it names not stays as the page shows it.

    Raises Invalid.
    """
    blank = form(None)
    sent = as_typed(blank.fields, values)
    for name, field in blank.fields.items():
        shown = field.prepare_value(blank.get_initial_for_field(field, name))
        if name not in values and name != SHOWN and shown not in (None, "", False):
            sent.setlist(name, [TICKED if shown is True else str(shown)])
    made = form(sent)
    if not made.is_valid():
        raise Invalid({_field(name): [str(one) for one in said] for name, said in made.errors.items()})
    return made


def tried[T](do: Callable[[], T]) -> T:
    """What something would return: everything is done, then undone. Raises as it does."""
    with transaction.atomic():
        done = do()
        transaction.set_rollback(True)
    return done


def _field(name: str) -> str:
    return "" if name == NON_FIELD_ERRORS else name


def _kind(field: forms.Field) -> str:
    if isinstance(field, forms.BooleanField):
        return "case"
    return "liste" if _takes_several(field) else "texte"
