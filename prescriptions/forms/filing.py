"""What a social worker types to file a prescription, one form per step. A draft may be put aside half filled in."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lifecycle.forms import Rows, choose, day_input, field_of, retype, typed, validate_telephone
from lifecycle.shown import ShownForm
from network.forms.communes import CommuneField, postcode_elsewhere
from network.models import Commune
from prescriptions.births import may_be_emancipated, refuse_birth, refuse_minor
from prescriptions.enums import AgreementHow, ContactChannel, FactKind, NeedKind, NeedUse
from prescriptions.forms.asking import words
from prescriptions.machine.household_rules import NAMED
from prescriptions.models import AgreementText, Fact, FactBand, Household, Need
from prescriptions.models.household import COUNT_HERSELF
from prescriptions.nir import validate_no_nir
from prescriptions.reaching import COLUMN, LACKS, lacks

MOST_NEEDS, MOST_FACTS = 10, 12
FIRST_ROWS = 2
ANOTHER_PERSON = {"autocomplete": "off"}
"""The browser does not offer what the worker typed about somebody else."""


class PersonForm(ShownForm, forms.ModelForm):
    """Who the person of reference is, and how to reach her."""

    emancipated = forms.BooleanField(
        label="Mineur émancipé",
        required=False,
        help_text="À cocher si vous avez vu la décision du juge (Code civil, art. 413-1 et suivants, dès 16\u00a0ans)."
        " Le jour est gardé\u00a0; la décision ne l’est pas.",
    )
    field_order = ("last_name", "first_name", "birth_date", "emancipated")

    class Meta:
        model = Household
        fields: tuple[str, ...] = ("last_name", "first_name", "birth_date", "phone", "email", "contact_channel")
        widgets = {
            "last_name": forms.TextInput(ANOTHER_PERSON),
            "first_name": forms.TextInput(ANOTHER_PERSON),
            "birth_date": day_input(),
            "phone": forms.TextInput(ANOTHER_PERSON | {"type": "tel", "inputmode": "tel"}),
            "email": forms.EmailInput(ANOTHER_PERSON),
        }
        labels = {"contact_channel": "Comment le foyer préfère être joint"}
        help_texts = {
            "birth_date": "Elle aide à ne pas ouvrir deux dossiers pour la même personne.",
            "phone": "Un moyen de joindre le foyer suffit\u00a0: téléphone, courriel, ou adresse à l’étape suivante.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_name"].required = True
        self.fields["last_name"].error_messages["required"] = NAMED.sentence
        self.fields["phone"].validators.append(validate_telephone)
        self.initial["emancipated"] = self.instance.emancipated_on is not None
        born = typed(self, "birth_date") if self.is_bound else self.instance.birth_date
        if not (self.initial["emancipated"] or may_be_emancipated(born, timezone.localdate())):
            del self.fields["emancipated"]

    def clean_birth_date(self) -> date | None:
        born: date | None = self.cleaned_data["birth_date"]
        if born is not None:
            refuse_birth(born, timezone.localdate())
        return born

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._hold_to_age(data.get("birth_date"), bool(data.get("emancipated")))
        hold_channel(self)
        return data

    def _hold_to_age(self, born: date | None, emancipated: bool) -> None:
        """Of a day of birth that is written, or of what is said no more: what stands is not judged again."""
        if born is None or not {"birth_date", "emancipated"} & set(self.changed_data):
            return
        try:
            refuse_minor(born, timezone.localdate(), emancipated=emancipated)
        except ValidationError as wrong:
            self.add_error("birth_date", wrong)


class HomeForm(ShownForm, forms.ModelForm):
    """Where the household lives, or is domiciled, and how many it is."""

    commune = CommuneField(
        label="Commune",
        required=False,
        help_text="Où le foyer vit, ou est domicilié\u00a0: son nom, même sans accents, ou son code postal.",
    )

    class Meta:
        model = Household
        fields = ("commune", "domiciled", "address", "postcode", "adults", "children")
        widgets = {
            "address": forms.TextInput(ANOTHER_PERSON),
            "postcode": forms.TextInput(ANOTHER_PERSON | {"inputmode": "numeric"}),
            "adults": forms.NumberInput({"min": 1, "max": 30, "inputmode": "numeric"}),
            "children": forms.NumberInput({"min": 0, "max": 30, "inputmode": "numeric"}),
        }
        labels = {
            "domiciled": "Sans domicile stable\u00a0: domicilié dans cette commune",
            "adults": "Nombre d’adultes",
            "children": "Nombre d’enfants",
        }
        help_texts = {
            "domiciled": "",
            "adults": "La personne elle-même comprise.",
            "children": "Vide ou 0 s’il n’y en a pas.",
        }

    def __init__(self, *args: Any, recent: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "commune", CommuneField).recent = recent
        for name, fewest in (("adults", 1), ("children", 0)):
            if self.initial.get(name) is None:
                self.initial[name] = fewest
        count_herself(self)
        self.fields["adults"].required = True
        self.fields["adults"].error_messages["required"] = COUNT_HERSELF

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        hold_postcode(self, data.get("commune"))
        if self.instance.contact_channel == ContactChannel.LETTER and lacks(self.instance, **told(data)):
            self.add_error("address", LACKS[ContactChannel.LETTER])
        return data

    def clean_children(self) -> int:
        """Nothing typed is no child: left unknown, it would hold the submission back three steps later."""
        return self.cleaned_data["children"] or 0


def count_herself(form: forms.BaseForm) -> None:
    """The browser offers no household of nobody either: Django writes the least that its column holds."""
    form.fields["adults"].widget.attrs["min"] = 1


def told(data: dict[str, Any]) -> dict[str, Any]:
    """What a form says of where a household is reached."""
    return {name: data[name] for name in ("phone", "email", "address") if name in data}


def hold_channel(form: forms.ModelForm) -> None:
    """The way that is chosen has what it takes; an address comes at the next step, and nothing may be known yet.

    A file that already lacked it, with the way it has, is corrected all the same.
    """
    data, asked = form.cleaned_data, {"phone", "email", "address"} & set(form.fields)
    channel = data.get("contact_channel")
    if not channel or asked & set(form.errors) or not lacks(form.instance, channel, **told(data)):
        return
    held: Household = form.instance
    if held.pk is not None and channel == held.contact_channel and lacks(held):
        return
    nothing_yet = channel == ContactChannel.PHONE and not any(told(data).values())
    if not nothing_yet and COLUMN[channel] in asked:
        form.add_error("contact_channel", LACKS[channel])


def hold_postcode(form: forms.Form | forms.ModelForm, commune: Commune | None) -> None:
    """The postcode that was typed is one of the commune's."""
    data = form.cleaned_data
    if told := postcode_elsewhere(data.get("postcode") or "", commune, data.get("address") or ""):
        form.add_error("postcode", told)


class NeedRow(forms.Form):
    """One thing that the household lacks, and what for."""

    kind = forms.ChoiceField(label="Besoin", choices=choose(NeedKind.choices))
    use = forms.ChoiceField(label="Surtout pour", choices=choose(NeedUse.choices))


NeedRows = forms.formset_factory(
    NeedRow, formset=Rows, extra=0, can_delete=True, max_num=MOST_NEEDS, absolute_max=MOST_NEEDS, validate_max=True
)


class KeptNeedsField(forms.ModelMultipleChoiceField):
    """The needs already asked, each told by what is asked and for whom."""

    def label_from_instance(self, obj: Need) -> str:
        return need_in_one_line(obj)


class KeptNeedsForm(forms.Form):
    """The needs already asked, each of which may be taken back while the prescription is being written."""

    taken_back = KeptNeedsField(
        label="Retirer", queryset=Need.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, needs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "taken_back", KeptNeedsField).queryset = needs


def need_in_one_line(need: Need) -> str:
    """A need in one line: « Ordinateur, pour les études »."""
    return f"{need.get_kind_display()} – {need.get_use_display().lower()}"


class FactRow(forms.Form):
    """Something seen of the household’s situation: kind and band in one choice, when, by which proof."""

    what = forms.ChoiceField(label="Ce qui a été vu")
    proof = forms.CharField(
        label="Justificatif",
        max_length=80,
        required=False,
        validators=[validate_no_nir],
        help_text="Par exemple\u00a0: attestation CAF. Le document lui-même n’est pas gardé.",
    )
    dated_on = forms.DateField(label="Daté du", required=False, widget=day_input())
    seen_on = forms.DateField(label="Vu le", widget=day_input())
    replaces = forms.ChoiceField(label="Corrige", required=False)

    def __init__(self, *args: Any, choices: list[Any], known: list[Fact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_on"].initial = timezone.localdate()
        field_of(self, "what", forms.ChoiceField).choices = choices
        self.known = {str(fact.pk): fact for fact in known}
        if known:
            choices = [(pk, fact.in_one_line) for pk, fact in self.known.items()]
            field_of(self, "replaces", forms.ChoiceField).choices = choose(choices, "rien\u00a0: c’est un fait de plus")
        else:
            del self.fields["replaces"]

    def has_changed(self) -> bool:
        """The day of today, written beforehand, is not something typed."""
        return bool(set(self.changed_data) - {"seen_on"})

    def fact(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        kind, _, band = data["what"].partition(":")
        given = {name: data[name] for name in ("proof", "dated_on", "seen_on")}
        return given | {"kind": kind, "band": band, "replaces": self.known.get(data.get("replaces", ""))}

    def clean_seen_on(self) -> date:
        seen: date = self.cleaned_data["seen_on"]
        if seen > timezone.localdate():
            raise ValidationError("Cette date est dans le futur.")
        return seen

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        dated, seen = data.get("dated_on"), data.get("seen_on")
        if dated and seen and dated > seen:
            self.add_error("dated_on", "Un justificatif ne peut pas être postérieur au jour où vous l’avez vu.")
        return data


FactRows = forms.formset_factory(
    FactRow, formset=Rows, extra=0, can_delete=True, max_num=MOST_FACTS, absolute_max=MOST_FACTS, validate_max=True
)


def fact_choices(bands: Iterable[FactBand]) -> list[Any]:
    """The kinds of facts; those that have bands are a group of choices, one per band."""
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for band in bands:
        by_kind.setdefault(band.kind, []).append((f"{band.kind}:{band.code}", band.label))
    kinds = [(kind.label, by_kind[kind]) if kind in by_kind else (kind.value, kind.label) for kind in FactKind]
    return [("", "Choisissez…"), *kinds]


class AgreementForm(forms.Form):
    """The household was told, and agreed to this exact text. Left empty, the agreement is for later."""

    agreed = forms.BooleanField(
        label="Le foyer a été informé de ce texte et l’accepte",
        required=False,
    )
    how = forms.ChoiceField(label="Comment", choices=AgreementHow, widget=forms.RadioSelect, required=False)
    given_on = forms.DateField(label="Accord donné le", required=False, widget=day_input())
    sha256 = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, text: AgreementText | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"given_on": timezone.localdate(), "sha256": text.sha256 if text else ""}
        super().__init__(*args, **kwargs)
        self.text = text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("agreed"):
            return data
        if not data.get("how"):
            self.add_error("how", "Dites comment l’accord a été donné.")
        given = data.get("given_on")
        if given is None and "given_on" not in self.errors:
            self.add_error("given_on", "Dites quel jour l’accord a été donné.")
        elif given is not None and given > timezone.localdate():
            self.add_error("given_on", "Cette date est dans le futur.")
        if self.text is None or data.get("sha256") != self.text.sha256:
            self.add_error(None, "Le texte a changé entre-temps\u00a0: relisez-le, puis enregistrez l’accord.")
            retype(self, {self.add_prefix("sha256"): self.text.sha256 if self.text else ""})
        return data


class StoryForm(ShownForm, forms.Form):
    """What the worker knows of the household; it stays with the prescriber."""

    story = forms.CharField(
        label="Situation du foyer",
        required=False,
        max_length=4000,
        widget=words(5),
        validators=[validate_no_nir],
        help_text="Facultatif. Pas de numéro de sécurité sociale.",
    )
