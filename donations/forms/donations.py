"""What people type about a whole lot: its description, and the verbs that ask little."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from conventions.enums import DeviceType
from donations.enums import DeclineReason, DifferenceCode, LineCondition, RedirectReason
from donations.gift_law import GiftLaw
from donations.machine import donation_rules as rules
from donations.machine import redirect_rules
from donations.models import Donation, DonationLine
from donations.models.line_correction import CORRECTED
from donations.services.donations import AnnouncedLine
from lifecycle.amounts import AmountField
from lifecycle.forms import CommentForm, ReasonForm, Rows, choose, day_input, field_of, validate_telephone
from lifecycle.shown import ShownForm
from lifecycle.typed import whole
from network.enums import LegalNature, OrganisationKind
from network.forms.communes import CommuneField
from network.forms.signing import how_to_sign, refuse_unnamed
from network.models import Membership, Organisation
from network.permissions import is_pilot
from typography.french import euros

MOST_LINES = 50


class LineByLine[F: forms.BaseForm](forms.Form):
    """A form about a lot, with one small form per line: it is right when all are."""

    lines: Sequence[F] = ()

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(line.is_valid() for line in self.lines)])

    @property
    def is_wrong(self) -> bool:
        """Whether something is to be corrected, here or on a line."""
        return self.is_bound and (bool(self.errors) or any(line.errors for line in self.lines))


class DonationForm(ShownForm, forms.ModelForm):
    """The lot as its donor describes it. Everything may wait until it is announced."""

    commune = CommuneField(label="Commune de l’enlèvement", required=False)

    class Meta:
        model = Donation
        fields = (
            "donor",
            "pick_up_address",
            "pick_up_postcode",
            "commune",
            "outside",
            "pick_up_city",
            "access",
            "contact_name",
            "contact_phone",
            "ready_on",
            "windows",
            "description",
            "peripherals",
            "donor_legal_form",
            "transfer_reference",
            "transfer_decided_on",
        )
        widgets = {
            "access": forms.Textarea({"rows": 2}),
            "description": forms.Textarea({"rows": 3}),
            "transfer_decided_on": day_input(),
            "ready_on": day_input(),
            "contact_phone": forms.TextInput({"type": "tel", "autocomplete": "off"}),
            "contact_name": forms.TextInput({"autocomplete": "off"}),
        }
        labels = {"outside": "L’enlèvement est hors du département", "pick_up_city": "Ville, si hors du département"}

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["contact_phone"].validators.append(validate_telephone)
        if self.instance.commune_id is not None:
            self.initial["pick_up_city"] = ""
        donor = self.donor_known()
        if donor is None:
            giving = Organisation.objects.visible_to(by).active().of_kind(OrganisationKind.DONOR)
            choice = field_of(self, "donor", forms.ModelChoiceField)
            choice.queryset = giving
            choice.empty_label = "Choisissez…"
            return
        del self.fields["donor"]
        if donor.legal_nature != LegalNature.PUBLIC:
            del self.fields["transfer_reference"], self.fields["transfer_decided_on"]
        if donor.legal_nature != LegalNature.PRIVATE:
            del self.fields["donor_legal_form"]

    def donor_known(self) -> Organisation | None:
        """The donor, unless the pilot is still to choose it."""
        if self.instance.donor_id is not None:
            donor: Organisation = self.instance.donor
            return donor
        return None if is_pilot(self.by) else self.by.organisation

    def clean_outside(self) -> bool:
        outside: bool = self.cleaned_data["outside"]
        if outside and self.cleaned_data.get("commune"):
            raise ValidationError("Vous avez écrit une commune du Nord ou de ses EPCI\u00a0: ne cochez pas cette case.")
        return outside

    @property
    def says_something(self) -> bool:
        """Whether anything is told of the lot beside whose it is, and beyond what the page proposed."""
        told = {name: self.cleaned_data.get(name) for name in self.changed_data if name != "donor"}
        known = self.initial.get("commune")
        if getattr(told.get("commune"), "pk", None) == known:
            told.pop("commune", None)
        return any(told.values())

    def site(self) -> dict[str, Any]:
        """The columns to describe; the name of the commune is the city."""
        site = {name: value for name, value in self.cleaned_data.items() if name != "donor"}
        if site["commune"] is not None:
            del site["pick_up_city"]
        return site


class LineForm(forms.ModelForm):
    """So many machines of one type. ``public``: whether the donor is; None when it is still to be chosen."""

    class Meta:
        model = DonationLine
        fields: tuple[str, ...] = ("type", "quantity", "purchase_year", "condition", "model_name", "unit_value")
        field_classes = {"unit_value": AmountField}

    def __init__(self, *args: Any, public: bool | None, law: GiftLaw, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.law, self.is_public = law, bool(public)
        for name, choices in (("type", DeviceType.choices), ("condition", LineCondition.choices)):
            if name in self.fields:
                field_of(self, name, forms.ChoiceField).choices = choose(choices)
        if public is False:
            del self.fields["unit_value"]
        elif public:
            self.fields["unit_value"].required = True
            if law.value is not None:
                most = euros(law.value.value)
                self.fields["unit_value"].help_text = f"Valeur d’un appareil ce jour, {most} au plus."

    def clean_purchase_year(self) -> int:
        year: int = self.cleaned_data["purchase_year"]
        if year > timezone.localdate().year:
            raise ValidationError("Cette année est à venir\u00a0: tapez celle de l’achat.", code="purchase_year")
        return year

    def clean_unit_value(self) -> Decimal | None:
        value: Decimal | None = self.cleaned_data["unit_value"]
        if self.is_public and (refused := self.law.value_refused(value)):
            raise ValidationError(refused, code="value_under_ceiling")
        return value

    @property
    def legal_notices(self) -> list[str]:
        """What the law says of the line as it is shown; what is refused beside its field is not said twice."""
        year = whole(self["purchase_year"].value())
        said = ["" if year is None else self.law.age_told(year)]
        if self.is_public and not self.is_bound:
            said.insert(0, self.law.value_refused(self["unit_value"].value()))
        return [sentence for sentence in said if sentence]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in this row, so that there is nothing to take away."""
        return not (self.has_changed() if self.is_bound else self.initial)

    def described(self) -> AnnouncedLine:
        """The line, as the services take it."""
        return AnnouncedLine(**{name: value for name, value in self.cleaned_data.items() if name != "DELETE"})


class DonationLines(Rows[LineForm]):
    """The lines of a lot: a row left empty is not a line."""

    def lines(self) -> list[AnnouncedLine]:
        """The lines typed, in order."""
        return [form.described() for form in self.filled_rows]


LineFormSet = forms.formset_factory(
    LineForm,
    formset=DonationLines,
    extra=0,
    can_delete=True,
    max_num=MOST_LINES,
    absolute_max=MOST_LINES,
    validate_max=True,
)


class DonationDeclineForm(ReasonForm):
    reasons, rule, explained = DeclineReason.choices, rules.DECLINE_REASON, (DeclineReason.OTHER,)


class DonationRedirectForm(ReasonForm):
    """Which lines, of those accepted for recycling, are used again."""

    reasons, rule, explained = RedirectReason.choices, redirect_rules.REDIRECT_REASON, (RedirectReason.OTHER,)
    lines = forms.TypedMultipleChoiceField(
        label="Lignes à rendre au réemploi",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": redirect_rules.LINES_RECYCLED.sentence},
    )

    def __init__(self, *args: Any, lines: Iterable[DonationLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(line.pk, str(line)) for line in lines]
        offered = field_of(self, "lines", forms.TypedMultipleChoiceField)
        offered.choices = known
        if len(known) == 1:
            offered.initial = [known[0][0]]


class DonationAnnounceForm(CommentForm):
    """Nothing is asked: the page shows what will be offered."""


class DonationTransferForm(forms.Form):
    """The decision by which a public donor gives its machines away."""

    reference = forms.CharField(label="Référence de la décision de cession", max_length=80)
    decided_on = forms.DateField(label="Décision prise le", required=False, widget=day_input())


class DonationAcceptDeedForm(forms.Form):
    """The whole text is above; the box and the name say that it was read and by whom."""

    agreed = forms.BooleanField(
        label="J’ai lu l’acte de don ci-dessus et je l’accepte au nom du donateur",
        error_messages={"required": "Cochez la case pour accepter l’acte de don."},
    )
    name = forms.CharField(label="Votre nom, comme signature", max_length=160)
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signer = by.user.signing_name
        self.fields["name"].help_text = how_to_sign(self.signer)
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean_name(self) -> str:
        typed = " ".join(self.cleaned_data["name"].split())
        refuse_unnamed(self.signer)
        if typed.casefold() != self.signer.casefold():
            raise ValidationError(f"Ce n’est pas le nom de votre compte\u00a0: écrivez «\u00a0{self.signer}\u00a0».")
        return typed


class LineCorrectionForm(LineForm):
    """One line of an announced lot: all of it but its type and its quantity."""

    class Meta(LineForm.Meta):
        fields = CORRECTED

    def __init__(self, data: Any, *, line: DonationLine, public: bool, law: GiftLaw) -> None:
        super().__init__(data, instance=line, prefix=f"line-{line.pk}", public=public, law=law)
        self.line = str(line)


class DonationCorrectLinesForm(LineByLine[LineCorrectionForm], CommentForm):
    """The lines of a lot that is announced and not decided yet."""

    def __init__(self, data: Any, *, lines: Iterable[DonationLine], public: bool, law: GiftLaw) -> None:
        super().__init__(data)
        self.lines = [LineCorrectionForm(data, line=line, public=public, law=law) for line in lines]

    def corrected(self) -> Mapping[int, Mapping[str, Any]]:
        """``{line pk: {column: value}}``, for the lines that change."""
        return {
            form.instance.pk: {name: form.cleaned_data[name] for name in form.changed_data}
            for form in self.lines
            if form.changed_data
        }

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"corrected": self.corrected(), "comment": self.cleaned_data["comment"]}


class ExplanationForm(forms.Form):
    """Why what was accepted, collected and received differ on one line."""

    code = forms.ChoiceField(
        label="Explication",
        choices=choose(DifferenceCode.choices),
        error_messages={"required": "Choisissez l’explication de cette ligne."},
    )

    def __init__(self, data: Any, *, line: DonationLine) -> None:
        super().__init__(data, prefix=f"line-{line.pk}")
        self.line = line


class DonationDifferencesForm(LineByLine[ExplanationForm]):
    """One explanation per line that differs, its numbers beside it."""

    def __init__(self, data: Any, *, lines: Iterable[DonationLine]) -> None:
        super().__init__(data)
        self.lines = [ExplanationForm(data, line=line) for line in lines]
