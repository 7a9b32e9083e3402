"""What people type to move a device: one form per verb."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from donations.enums import DonationState
from donations.models import Donation
from lifecycle.amounts import AmountField
from lifecycle.forms import CommentForm, ReasonForm, RowField, choose, field_of
from lifecycle.shown import ShownForm
from network.enums import OrganisationKind
from network.models import Epci, Membership, Organisation
from network.permissions import is_pilot
from refurb.enums import (
    COMPUTERS,
    MISLAID,
    RETURN_REASONS,
    SOLDERED_STORAGE,
    CedeReason,
    DeviceState,
    DeviceType,
    DriveKind,
    MissingReason,
    PartKind,
    ReclassifyReason,
    UnreadReason,
    UnusableReason,
    WithdrawalReason,
)
from refurb.machine import device_rules as rules
from refurb.machine.tag_rules import TAG_GIVEN
from refurb.models import Device, Drive
from refurb.services.devices import FACTS, INSIDE, twin_of
from refurb.services.stock import RecoveredPart

type Choices = list[tuple[str, str]]

ON_A_SITE = (DonationState.SCHEDULED, DonationState.COLLECTED, DonationState.RECONCILED)
ON_ARRIVAL = tuple(name for name in FACTS if name not in (*INSIDE, "unread"))
"""What is read on a device before it is opened."""
SCANNED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
"""A box a scanner types into: the browser neither completes nor corrects."""


class DeviceAwaitPartForm(CommentForm):
    part_wanted = forms.CharField(
        label="Pièce attendue",
        max_length=120,
        help_text="Exemple\u00a0: batterie 45 Wh, clavier AZERTY.",
        error_messages={"required": rules.PART_NAMED.sentence},
    )


class DeviceRejectForm(ReasonForm):
    reasons, rule, explained = UnusableReason.choices, rules.UNUSABLE_REASON, (rules.OTHER,)


class DeviceReportMissingForm(ReasonForm):
    reasons, rule, explained = MissingReason.choices, rules.MISSING_REASON, (rules.OTHER,)


class DeviceTellStolenForm(CommentForm):
    """What was done about it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].label = "Plainte"
        self.fields["comment"].help_text = (
            "Facultatif\u00a0: le jour, le lieu, le numéro. Votre organisation et le pilote le lisent\u00a0: ne nommez"
            " personne."
        )


class DeviceTellNotStolenForm(ReasonForm):
    reasons, rule = [(one.value, one.label) for one in MISLAID], rules.LOST_OTHERWISE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Le vrai motif"


class DeviceWithdrawForm(ReasonForm):
    """The other reasons are those of the lot's own verbs."""

    reasons = [(one.value, one.label) for one in (WithdrawalReason.KEPT, *RETURN_REASONS)]
    rule, explained = rules.WITHDRAWAL_REASON, (rules.OTHER,)


class DeviceCedeForm(ReasonForm):
    recipient = forms.CharField(
        label="Cédé à",
        max_length=160,
        help_text="Le nom de l’organisme, jamais celui d’une personne.",
        error_messages={"required": rules.RECIPIENT_NAMED.sentence},
    )
    reasons, rule, explained = CedeReason.choices, rules.CEDE_REASON, (rules.OTHER,)


class DeviceReceiveForm(CommentForm):
    """One device that is in hand: the tag stuck on it, and where it is put."""

    tag = forms.CharField(
        label="Étiquette de l’atelier",
        widget=forms.TextInput({**SCANNED, "autofocus": True}),
        error_messages={"required": TAG_GIVEN.sentence},
    )
    place = forms.CharField(label="Rangé à", max_length=60, required=False)


class DeviceScanForm(forms.Form):
    """One scan after another: the tag, and a place that stays from one to the next."""

    tag = forms.CharField(
        label="Étiquette",
        widget=forms.TextInput({**SCANNED, "autofocus": True, "class": "scan"}),
        error_messages={"required": TAG_GIVEN.sentence},
    )
    place = forms.CharField(label="Rangé à", max_length=60, required=False, help_text="Gardé d’un scan à l’autre.")
    number = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)


UNREAD = "Non relevé, pourquoi"
UNREAD_HELP = "À choisir seulement si la marque, le modèle, le processeur ou la mémoire ne peut pas être relevé."


def asked_of_its_type(form: Any) -> None:
    """The processor and the memory are read on computers alone; nothing is left unread unless it is said why."""
    field_of(form, "unread", forms.ChoiceField).choices = choose(UnreadReason.choices, "Tout est relevé")
    if form.instance.type not in COMPUTERS:
        for name in INSIDE:
            del form.fields[name]


class DeviceDescribeForm(ShownForm, forms.ModelForm):
    """What is read on the device, and where it is put."""

    class Meta:
        model = Device
        fields = FACTS
        widgets = {"serial": forms.TextInput(SCANNED)}
        help_texts = {
            "serial": "Laissez vide s’il n’est pas lisible ou s’il est générique («\u00a0To be filled…\u00a0»).",
            "unread": UNREAD_HELP,
        }
        labels = {"unread": UNREAD}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked_of_its_type(self)


class DeviceRegisterForm(CommentForm):
    """A device nobody announced."""

    tag = forms.CharField(
        label="Étiquette de l’atelier",
        widget=forms.TextInput({**SCANNED, "autofocus": True}),
        error_messages={"required": TAG_GIVEN.sentence},
    )
    type = forms.ChoiceField(label="Type d’appareil", choices=choose(DeviceType.choices))
    donation = RowField(
        label="Arrivé avec le lot",
        queryset=Donation.objects.none(),
        required=False,
        empty_label="Aucun\u00a0: origine inconnue",
        help_text="D’origine inconnue, l’appareil est soumis au plafond de prix des dons publics.",
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lots = Donation.objects.visible_to(by).filter(state__in=ON_A_SITE).select_related("donor")
        donation = field_of(self, "donation", RowField)
        donation.queryset = lots
        donation.told = lambda lot: f"{lot.reference} – {lot.donor}"
        self.fields |= forms.fields_for_model(Device, ON_ARRIVAL, widgets={**DeviceDescribeForm.Meta.widgets})
        comment = self.fields.pop("comment")
        if self.is_bound and (twin := twin_of(by, self.data.get("serial", ""))) is not None:
            page = reverse("refurb:device_detail", args=[twin.reference])
            self.fields["are_two"] = forms.BooleanField(
                label="Deux appareils portent vraiment ce numéro\u00a0: j’ai lu les deux",
                required=False,
                help_text=format_html('<a href="{}">Ouvrir {}</a>. Dites pourquoi en commentaire.', page, twin),
            )
        self.fields["comment"] = comment

    def facts(self) -> dict[str, Any]:
        """What is read on the device."""
        return {name: self.cleaned_data[name] for name in ON_ARRIVAL}


class DeviceReconditionForm(CommentForm):
    price = AmountField(
        label="Prix solidaire, en euros TTC",
        min_value=Decimal(0),
        max_digits=8,
        decimal_places=2,
        error_messages={"required": "Donnez un prix solidaire, en euros TTC."},
    )


class DeviceRecycleForm(CommentForm):
    recycler = forms.ModelChoiceField(
        label="Recycleur",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": rules.RECYCLER_KNOWN.sentence},
    )
    bsd_number = forms.CharField(
        label="Numéro du bordereau (BSD)",
        max_length=40,
        widget=forms.TextInput(SCANNED),
        error_messages={"required": rules.BSD_GIVEN.sentence},
    )
    destruction_awaited = forms.TypedChoiceField(
        label="Données",
        choices=[
            ("no", "Les disques sont déjà effacés ou détruits, ou il n’y en a pas"),
            ("yes", "Le recycleur détruit les disques et enverra son certificat"),
        ],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
        help_text="Tant que le certificat n’est pas là, chaque disque reste parmi les effacements manquants.",
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "recycler", forms.ModelChoiceField).queryset = recyclers_seen_by(by)


class CorrectWasteForm(CommentForm):
    """Under which number, to which recycler, devices truly left."""

    recycler = forms.ModelChoiceField(
        label="Recycleur", queryset=Organisation.objects.none(), empty_label="Choisissez…"
    )
    bsd_number = forms.CharField(
        label="Vrai numéro du bordereau (BSD)",
        max_length=40,
        widget=forms.TextInput(SCANNED),
        error_messages={"required": rules.BSD_GIVEN.sentence},
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "recycler", forms.ModelChoiceField).queryset = recyclers_seen_by(by)


COUNTED = tuple(kind for kind in PartKind if kind != PartKind.STORAGE)
"""What is recovered by number; a drive is named."""


class DeviceDismantleForm(CommentForm):
    """What is recovered: a quantity per kind of part, and its drives one by one."""

    drives = forms.ModelMultipleChoiceField(
        label="Disques gardés",
        queryset=Drive.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ceux de l’appareil qui sont prouvés vides\u00a0: cochez chacun de ceux qui entrent au stock.",
    )
    place = forms.CharField(label="Pièces rangées à", max_length=60, required=False)

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in COUNTED:
            self.fields[f"part_{kind.value}"] = forms.IntegerField(
                label=kind.label, min_value=0, max_value=64, required=False
            )
        self.order_fields([*(f"part_{kind.value}" for kind in COUNTED), "drives", "place", "comment"])
        its = Drive.objects.filter(device=device, stay=device.stay).exclude(kind=DriveKind.INTERNAL).order_by("pk")
        kept = its.filter(pk__in=Drive.objects.working().exclude(pk__in=Drive.objects.unproven()))
        if device.state != DeviceState.UNUSABLE:  # sent twice: what was ticked is in the stock, and it is said so
            kept = its
        if device.type not in SOLDERED_STORAGE and kept.exists():
            field_of(self, "drives", forms.ModelMultipleChoiceField).queryset = kept
        else:
            del self.fields["drives"]

    def recovered(self) -> list[RecoveredPart]:
        """The parts that were counted."""
        counted = {kind: self.cleaned_data.get(f"part_{kind.value}") for kind in COUNTED}
        place = self.cleaned_data["place"]
        return [RecoveredPart(kind, quantity, place=place) for kind, quantity in counted.items() if quantity]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        drives = list(data.get("drives", ()))
        return {"parts": self.recovered(), "drives": drives, "place": data["place"], "comment": data["comment"]}


OF_PLACES = (ReclassifyReason.SITE, ReclassifyReason.MERGER)
"""Why an EPCI of origin is corrected, and never a type."""


class DeviceReclassifyForm(ReasonForm):
    """The pilot corrects the EPCI of origin, a technician the type."""

    type = forms.ChoiceField(label="Type d’appareil", choices=DeviceType.choices)
    origin_epci = forms.ModelChoiceField(
        label="EPCI d’origine",
        queryset=Epci.objects.living().alphabetical(),
        required=False,
        empty_label="Aucun\u00a0: hors du département",
    )
    reasons, rule, explained = ReclassifyReason.choices, rules.RECLASSIFY_REASON, (rules.OTHER,)

    def __init__(self, *args: Any, by: Membership, device: Device, **kwargs: Any) -> None:
        corrected = "origin_epci" if is_pilot(by) else "type"
        if corrected == "type":
            self.reasons = [one for one in ReclassifyReason.choices if one[0] not in OF_PLACES]
        super().__init__(*args, **kwargs)
        self.fields[corrected].initial = getattr(device, corrected)
        del self.fields["type" if corrected == "origin_epci" else "origin_epci"]


def recyclers_seen_by(by: Membership) -> QuerySet[Organisation]:
    """The recyclers one may hand waste to."""
    return Organisation.objects.visible_to(by).active().of_kind(OrganisationKind.RECYCLER)
