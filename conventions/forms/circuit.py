"""What reviewers and signatories type."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from conventions.enums import FoundOnDeposit, RefuseDepositReason, SignatureMethod
from conventions.forms.base import READ_BY_THE_EPCI, CommentForm, ReasonForm
from conventions.machine import circuit_rules as rules
from conventions.machine import deposit_rules
from conventions.models import WHOLE_TEXT, Article, ReviewNotes, SignatureDeposit
from conventions.services.signatures import SCANS
from documents.forms import DepositField, DepositForm
from lifecycle.forms import choose, day_input, field_of
from network.forms.signing import how_to_sign, refuse_unnamed
from network.models import Membership

FAVOURABLE, UNFAVOURABLE = "favourable", "unfavourable"
WHOLE = "whole"
POINT = {"rows": 3}
POINT_LENGTH = 3000


LEANING = {FAVOURABLE: "plutôt favorable", UNFAVOURABLE: "plutôt défavorable"}


@dataclass(frozen=True)
class Noted:
    """What one person keeps in mind of a text: ``points`` by heading, ``on`` by code of article."""

    by: str
    at: datetime
    leaning: str
    comment: str
    points: list[tuple[str, str]]
    on: dict[str, str]


class ReviewAnswerForm(CommentForm):
    """One opinion; against, at least one point, on an article or on the whole text."""

    opinion = forms.ChoiceField(
        label="Votre avis",
        choices=(
            (FAVOURABLE, "Favorable\u00a0: le texte peut être signé"),
            (UNFAVOURABLE, "Défavorable\u00a0: des points doivent changer"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites si votre avis est favorable ou défavorable."},
    )

    def __init__(self, *args: Any, articles: Sequence[Article], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = f"Facultatif. {READ_BY_THE_EPCI}"
        self.read = articles
        for article in articles:
            self.fields[f"point_{article.code}"] = _point(f"{article.heading}\u00a0: ce qui doit y changer")
        self.fields[f"point_{WHOLE}"] = _point(f"{WHOLE_TEXT}\u00a0: ce qui doit y changer")

    def articles(self) -> Iterable[tuple[Article, forms.BoundField]]:
        """Each article with the box under it."""
        return [(article, self[f"point_{article.code}"]) for article in self.read]

    def whole(self) -> forms.BoundField:
        """The box about the whole text."""
        return self[f"point_{WHOLE}"]

    def notes(self) -> dict[str, str]:
        """What is typed so far, to be kept as it is: nothing of it is wrong yet."""
        longest = {name: getattr(field, "max_length", None) or POINT_LENGTH for name, field in self.fields.items()}
        return {name: self.data.get(name, "").replace("\0", "")[: longest[name]] for name in self.fields}

    def shown_notes(self, notes: ReviewNotes) -> Noted:
        """The notes of one person as they are read beside the text."""
        points = {name.removeprefix("point_"): text for name, text in notes.said.items() if name.startswith("point_")}
        headings = {article.code: article.heading for article in self.read} | {WHOLE: WHOLE_TEXT}
        return Noted(
            by=notes.by.user.get_full_name(),
            at=notes.kept_at,
            leaning=LEANING.get(notes.said.get("opinion", ""), ""),
            comment=notes.said.get("comment", ""),
            points=[(headings[code], points[code]) for code in headings if code in points],
            on=points,
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        opinion, points = data.get("opinion"), self.points()
        if opinion == UNFAVOURABLE and not points:
            self.add_error("opinion", ValidationError(rules.HAS_POINTS.sentence, code="points"))
        if opinion == FAVOURABLE and points:
            told = (
                "Vous avez noté ce qui doit changer\u00a0: donnez un avis défavorable, ou effacez ces points"
                " et écrivez en commentaire ce qui n’est qu’une remarque."
            )
            self.add_error("opinion", ValidationError(told, code="points"))
        return data

    def points(self) -> list[tuple[str, str]]:
        """(code of the article, or "" for the whole; words) of what was typed."""
        found = []
        for code in (*(article.code for article in self.read), WHOLE):
            text = (self.cleaned_data.get(f"point_{code}") or "").strip()
            if text:
                found.append(("" if code == WHOLE else code, text))
        return found


def _point(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=POINT_LENGTH, widget=forms.Textarea(POINT))


class PointAnswerForm(forms.Form):
    """What was done of one point."""

    answer = forms.CharField(
        label="Votre réponse",
        max_length=3000,
        widget=forms.Textarea(POINT),
        help_text="Ce qui a été changé, ou pourquoi rien ne l’est. Le relecteur la lira.",
        error_messages={"required": "Dites ce qui a été fait de ce point."},
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    """The answer that stood there when the page was opened: a colleague may have written another one since."""


class SignatureSignForm(forms.Form):
    """The document is on the page; the box, the name and its fingerprint say what is signed and by whom."""

    agreed = forms.BooleanField(
        label="J’ai lu le document et je le signe au nom de la partie que je représente",
        error_messages={"required": "Cochez la case pour signer."},
    )
    name = forms.CharField(label="Votre nom, comme signature", max_length=160)
    sha256 = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = by.user.signing_name
        self.fields["name"].help_text = how_to_sign(self.signer)
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_name(self) -> str:
        typed = " ".join(self.cleaned_data["name"].split())
        refuse_unnamed(self.signer)
        if _bare(typed) != _bare(self.signer):
            raise ValidationError(f"Ce n’est pas le nom de votre compte\u00a0: écrivez «\u00a0{self.signer}\u00a0».")
        return typed


def _bare(name: str) -> str:
    """A name without what a tired keyboard leaves out: capitals, accents, hyphens, the shape of the apostrophe."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


class SignatureDepositForm(DepositForm):
    """What one's party signed on paper or in a signature book."""

    method = forms.ChoiceField(
        label="Comment le document a été signé",
        choices=[choice for choice in SignatureMethod.choices if choice[0] != SignatureMethod.SCREEN],
        widget=forms.RadioSelect,
        error_messages={"required": rules.METHOD_KNOWN.sentence},
    )
    signed_on = forms.DateField(
        label="Signé le", widget=day_input(), error_messages={"required": rules.SIGNED_IN_TIME.sentence}
    )
    deposit = DepositField(
        label="Document signé",
        accept=SCANS,
        required=False,
        help_text="Le PDF que rend le parapheur\u00a0; ou le document signé à la main, "
        "numérisé en PDF (une photo, PNG ou JPEG, s’il n’a qu’une page), avec toutes ses pages et le code QR de la"
        " première.",
    )
    deposit_required = "Déposez le document signé."
    field_order = ("method", "signed_on", "deposit", "kept")

    def __init__(self, *args: Any, earliest: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest, self.latest = earliest, latest

    def clean_signed_on(self) -> date:
        day: date = self.cleaned_data["signed_on"]
        if not self.earliest <= day <= self.latest:
            raise ValidationError(rules.SIGNED_IN_TIME.sentence, code=rules.SIGNED_IN_TIME.code)
        return day


class PlainForm(forms.Form):
    """Nothing is typed: the page says what the button does."""


class SignatureConfirmForm(forms.Form):
    """Another party compared what was deposited with the document: the same text, signed by the right person."""

    code = forms.CharField(
        label="Code lu sur le document déposé",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="16 lettres et chiffres, imprimés sous le code QR. Aucun n’a pu être lu automatiquement.",
        error_messages={"required": "Tapez le code que vous lisez sur le document déposé."},
    )
    checked = forms.BooleanField(
        label="J’ai comparé le document déposé à la convention\u00a0: c’est bien ce "
        "texte, signé par la personne désignée",
        error_messages={"required": "Cochez la case une fois le document déposé comparé."},
    )
    sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    deposit = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, deposit: SignatureDeposit | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deposit is None or deposit.found != FoundOnDeposit.NOTHING:
            del self.fields["code"]


class SignatureRefuseDepositForm(ReasonForm):
    """Why what was deposited is no signature; the signatory says that it is not hers, or that she signs otherwise."""

    reasons, rule = RefuseDepositReason.choices, deposit_rules.REFUSE_REASON
    deposit = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hers = (RefuseDepositReason.NOT_MINE, RefuseDepositReason.WITHDRAWN)
        field_of(self, "reason", forms.ChoiceField).choices = choose(
            [choice for choice in RefuseDepositReason.choices if (choice[0] in hers) == own]
        )
