"""What the forms of every verb have in common, and rows that may be left empty."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict

from lifecycle.requirements import PerRow, Requirement


class UncutRenderer(TemplatesSetting):
    """Draws the fields of every form without ``maxlength``: a browser cuts there what is pasted, and tells nobody.

    What is too long is sent whole; the field says how long it may be and how long it is.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        widget = context.get("widget", {})
        for one in (widget, *widget.get("subwidgets", ())):
            one.get("attrs", {}).pop("maxlength", None)
        return str(super().render(template_name, context, request))


def choose(choices: Iterable[tuple[str, str]], none: str = "Choisissez…") -> list[tuple[str, str]]:
    """Choices behind an empty one."""
    return [("", none), *choices]


def day_input(**attributes: str) -> forms.DateInput:
    """A day typed in the browser's own way; without it, as 2026-11-24."""
    return forms.DateInput(attrs={"type": "date"} | attributes, format="%Y-%m-%d")


def validate_telephone(value: str) -> None:
    """Refuse a number that nobody can call, one cut short above all; raises ``ValidationError``."""
    figures = "".join(character for character in value if character.isdigit())
    if len(figures) < (8 if value.startswith(("+", "00")) else 10):
        raise ValidationError("Ce numéro est trop court\u00a0: dix chiffres, ou + et l’indicatif du pays.")


def validate_address(value: str) -> None:
    """Refuse a mail address that no mail can be sent to; raises ``ValidationError``.

    Beyond what Django looks at: a sign that is not seen, which comes with what is pasted, a domain that none can have.
    """
    validate_email(value)
    try:
        value.rpartition("@")[2].encode("idna")
    except UnicodeError:
        raise ValidationError(
            "Ce courriel porte un signe qui ne va pas, parfois invisible\u00a0: tapez-le au lieu de le coller."
        ) from None


def refuse_unwritable(email: str) -> None:
    """Refuse such an address at the field ``email``, when one is given; raises ``ValidationError``."""
    try:
        validate_address(email or "a@exemple.fr")
    except ValidationError as error:
        raise ValidationError({"email": error.messages}) from None


def field_of[F: forms.Field](form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """A field of a form, which is declared as one of this kind; raises ``TypeError`` when it is not."""
    field = form.fields[name]
    if not isinstance(field, kind):
        raise TypeError(f"{name} is a {type(field).__name__}, not a {kind.__name__}")
    return field


def typed(form: forms.BaseForm, name: str) -> Any:
    """What was typed in one box, before the form is read; None when nothing, or nothing that reads, was."""
    if not form.is_bound:
        return None
    with suppress(ValidationError):
        return form.fields[name].clean(form[name].data)
    return None


def retype(form: forms.BaseForm, typed: Mapping[str, str]) -> None:
    """Show a bound form with these values, by their names in the page, in place of what was typed there."""
    data = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    for name, value in typed.items():
        data[name] = value
    form.data = data


class RowField(forms.ModelChoiceField):
    """A choice among rows, which its form may tell by other words (``told``) than their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.told: Callable[[Any], str] = str
        super().__init__(*args, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return self.told(obj)


READ_BY = "Votre organisation et le pilote le lisent\u00a0: ne nommez personne."
READ_BY_THE_WORKSHOP = "Votre organisation, l’atelier et le pilote le lisent\u00a0: ne nommez personne."
IN_COMMENT = "en commentaire"
"""How the label of a reason says that a comment is asked with it."""
EXPLAINED = f"Obligatoire pour un motif «\u00a0{IN_COMMENT}\u00a0», facultatif sinon."
EXPLAINED_FOR, EXPLAINED_TO_THE_WORKSHOP = f"{EXPLAINED} {READ_BY}", f"{EXPLAINED} {READ_BY_THE_WORKSHOP}"


class CommentForm(forms.Form):
    """A verb that asks nothing but a comment, kept apart from the journal, where it may be erased."""

    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=f"Facultatif. {READ_BY}",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"] = self.fields.pop("comment")


class ReasonForm(CommentForm):
    """A verb that wants a coded reason; the sentence that asks for it is the rule's."""

    reason = forms.ChoiceField(label="Motif")
    reasons: Iterable[tuple[str, str]] = ()
    explained: Collection[str] = ()
    """The codes that a rule asks to be explained, of those whose label does not say so itself."""
    rule: Requirement | PerRow

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = [
            (code, f"{label}, {IN_COMMENT}" if code in self.explained else label) for code, label in self.reasons
        ]
        field_of(self, "reason", forms.ChoiceField).choices = choose(reasons)
        if any(str(label).endswith(IN_COMMENT) for _, label in reasons):
            self.fields["comment"].help_text = EXPLAINED_FOR
        self.fields["reason"].error_messages["required"] = self.rule.sentence

    @classmethod
    def asking(
        cls, reasons: Iterable[tuple[str, str]], rule: Requirement | PerRow, explained: Collection[str] = ()
    ) -> type[Self]:
        """The form of a verb that asks nothing else: these reasons (codes and labels), wanted by this rule."""
        return type(cls.__name__, (cls,), {"reasons": tuple(reasons), "explained": explained, "rule": rule})


def leave_unjudged(form: Any) -> None:
    """Show again what was typed, without a word about what is missing: one is still typing."""
    form._errors, form.cleaned_data = ErrorDict(), {}


class Rows[F: forms.BaseForm](forms.BaseFormSet):
    """What is there, then a few empty rows. A row left empty counts for nothing."""

    def __init__(self, *args: Any, blank: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra = len(self.initial or ()) + blank

    def initial_form_count(self) -> int:
        """None is there for good: any row may be emptied."""
        return 0

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer cette ligne"

    def leave_unjudged(self) -> None:
        """The same for the rows as for a form."""
        for form in self.forms:
            leave_unjudged(form)
        self._errors, self._non_form_errors = [form.errors for form in self.forms], ErrorList()

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be corrected in a row."""
        return self.is_bound and (any(self.errors) or bool(self.non_form_errors()))

    @property
    def filled_rows(self) -> list[F]:
        """The rows filled in and not taken away, in order."""
        return [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
