"""What people type when a device goes to a household, and when it comes back."""

import base64
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from distribution.enums import DerogationKind, HandOverProof, RefundMeans, SettlementKind
from distribution.machine import household_rules as rules
from documents.enums import ContentType
from documents.exceptions import FileRefused
from documents.forms import DepositField
from documents.services import store_file
from donations.forms.deposit import EvidenceForm
from lifecycle.amounts import AmountField
from lifecycle.forms import CommentForm, RowField, choose, field_of
from lifecycle.references import as_typed
from lifecycle.shown import HeldForm
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from prescriptions.enums import OrderReason
from prescriptions.models import Need
from refurb.forms.devices import SCANNED
from refurb.models import Device

NO_NAMES = "Ne nommez personne."
DRAWING = "signature.png"
PNG_DATA = "data:image/png;base64,"
SCAN = (ContentType.PDF, ContentType.PNG, ContentType.JPEG)
MOST_DRAWN = 400_000
"""Characters of a drawn signature: more is no signature."""
MONEY_INPUT = {"min_value": Decimal(0), "max_digits": 8, "decimal_places": 2}


def money(label: str, **given: Any) -> AmountField:
    """An amount in euros, typed with a comma."""
    return AmountField(label=label, **{**MONEY_INPUT, **given})


class TermsForm(CommentForm):
    """What the household pays: the price, who takes a part of it."""

    price = money("Prix de vente, en euros TTC", error_messages={"required": rules.SALE_PRICE.sentence})
    co_funding = money(
        "Part prise en charge, en euros",
        required=False,
        help_text="Par un CCAS, une association, une caisse… Laissez vide si le foyer paie tout.",
    )
    funder = forms.ModelChoiceField(
        label="Prise en charge par", queryset=Organisation.objects.none(), required=False, empty_label="Personne"
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        funders = Organisation.objects.visible_to(by).active()
        kinds = (OrganisationKind.FUNDER, OrganisationKind.PRESCRIBER, OrganisationKind.EPCI)
        field_of(self, "funder", forms.ModelChoiceField).queryset = funders.of_kind(*kinds)

    def clean_co_funding(self) -> Decimal | None:
        """Nothing typed is nothing paid by others."""
        return self.cleaned_data["co_funding"] or Decimal(0)


class DeviceReserveForm(TermsForm):
    """For which need, at what price."""

    need = RowField(
        label="Besoin",
        queryset=Need.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": rules.NEED_WAITING.sentence},
    )
    out_of_order = forms.ChoiceField(
        label="Pourquoi il passe avant son tour",
        choices=[("", "Il ne passe avant personne"), *OrderReason.choices],
        required=False,
        help_text="Demandé quand un besoin mieux placé pourrait recevoir cet appareil. Gardé, et compté.",
    )
    field_order = ("need", "out_of_order", "price", "co_funding", "funder", "comment")

    def __init__(self, *args: Any, by: Membership, needs: Any, labels: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        need = field_of(self, "need", RowField)
        need.queryset = needs
        need.told = lambda need: labels.get(need.pk, need.reference)

    def clean_co_funding(self) -> Decimal | None:
        """Nothing typed is what was agreed on for this need already, if anything was; a zero is nothing."""
        typed: Decimal | None = self.cleaned_data["co_funding"]
        return typed


class BeforeItsTurnForm(CommentForm):
    """Why a need is served before others that have a better rank."""

    out_of_order = forms.ChoiceField(
        label="Pourquoi ce besoin passe avant son tour",
        choices=choose(OrderReason.choices),
        required=False,
        help_text="Le motif est gardé dans la chronologie du besoin, et compté.",
    )
    field_order = ("out_of_order", "comment")


class SignedForm(HeldForm, EvidenceForm):
    """How the household signed its note: drawn on the screen, on paper and scanned, on paper and attested."""

    proof = forms.ChoiceField(
        label="Signature de la fiche",
        choices=[
            (HandOverProof.ATTESTED.value, "Fiche imprimée et signée, que je garde en papier"),
            (HandOverProof.SCANNED.value, "Fiche imprimée et signée\u00a0: je joins sa photo ou son scan"),
            (HandOverProof.DRAWN.value, "Signature tracée à l’écran"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": rules.SIGNED.sentence},
    )
    attested = forms.BooleanField(label="J’atteste que la personne a signé la fiche devant moi", required=False)
    deposit = DepositField(label="Fiche signée", accept=SCAN, required=False, help_text="PDF ou photo.")
    drawn = forms.CharField(required=False, widget=forms.HiddenInput)
    collected_by = forms.CharField(
        label="Qui vient à la place du foyer, s’il ne vient pas lui-même",
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="Son prénom et son nom, écrits sur la fiche et effacés avec le dossier du foyer. Le foyer et son "
        "travailleur social apprennent qu’une autre personne est venue.",
    )
    by_mandate = forms.BooleanField(
        label="J’ai vu la procuration signée du foyer et la pièce d’identité de qui vient. Rien n’en est gardé",
        required=False,
    )
    comment = CommentForm.base_fields["comment"]
    field_order = ("proof", "attested", "deposit", "kept", "drawn", "collected_by", "by_mandate", "comment")
    of_what_was_shown = ("attested", "deposit", "kept", "drawn")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        proof, given = data.get("proof"), data["deposit"]
        if proof == HandOverProof.ATTESTED and not data.get("attested"):
            self.add_error("attested", ValidationError("Cochez la case pour attester la signature.", code="required"))
        if proof == HandOverProof.SCANNED and given is None and "deposit" not in self.errors:
            self.add_error(
                "deposit", ValidationError("Joignez la photo ou le scan de la fiche signée.", code="required")
            )
        already = given is not None and given.name == DRAWING
        if proof == HandOverProof.DRAWN and (data.get("drawn") or not already):
            self._keep_drawing(data.get("drawn", ""))
        return data

    def _keep_drawing(self, drawn: str) -> None:
        """The drawing becomes a file, as a scan would."""
        try:
            content = base64.b64decode(drawn.removeprefix(PNG_DATA), validate=True) if len(drawn) < MOST_DRAWN else b""
        except ValueError:
            content = b""
        if not content:
            raise ValidationError({"proof": "Faites signer dans le cadre, ou choisissez une fiche imprimée."})
        try:
            self.stored = store_file(
                content=content, name=DRAWING, content_type="image/png", by=self.by, accept=(ContentType.PNG,)
            )
        except FileRefused as refused:
            raise ValidationError({"proof": "La signature n’a pas été reçue\u00a0: recommencez."}) from refused
        self.cleaned_data["deposit"] = self.stored

    def signature(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        signed = None if data["proof"] == HandOverProof.ATTESTED else data["deposit"]
        who = {"collected_by": data["collected_by"], "by_mandate": data["by_mandate"]}
        return {"proof": data["proof"], "signature": signed, "comment": data["comment"]} | who


class SettleForm(forms.Form):
    """How the household is served otherwise: refunded, or it gave the device up. An exchange settles by itself."""

    kind = forms.ChoiceField(
        label="Issue",
        choices=[
            (SettlementKind.REFUND.value, "Remboursement du foyer"),
            (SettlementKind.GIVEN_UP.value, "Le foyer y renonce"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment le foyer est servi."},
    )
    amount = money("Montant remboursé, en euros", required=False)
    means = forms.ChoiceField(
        label="Comment il est remboursé",
        choices=[(one.value, one.label[:1].upper() + one.label[1:]) for one in RefundMeans],
        widget=forms.RadioSelect,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("amount"):
            data["means"] = ""
        elif data.get("kind") == SettlementKind.REFUND and not data.get("means"):
            self.add_error("means", ValidationError("Dites comment il est remboursé.", code="required"))
        if data.get("kind") == SettlementKind.REFUND and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", ValidationError("Notez le montant remboursé.", code="required"))
        if data.get("kind") == SettlementKind.GIVEN_UP and data.get("amount"):
            self.add_error("amount", ValidationError("Un renoncement n’est pas remboursé\u00a0: laissez vide."))
        return data


class ExchangeChoiceForm(forms.Form):
    """Which available device replaces the one brought back."""

    device = forms.ModelChoiceField(
        label="Appareil de remplacement",
        queryset=Device.objects.none(),
        to_field_name="reference",
        error_messages={"required": "Choisissez l’appareil de remplacement."},
    )

    def __init__(self, *args: Any, devices: QuerySet[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "device", forms.ModelChoiceField).queryset = devices


class DerogationForm(CommentForm):
    """The pilot lets a device of another territory serve a need: why, in writing."""

    kind = forms.ChoiceField(
        label="Motif",
        choices=choose(DerogationKind.choices),
        error_messages={"required": "Dites pourquoi la dérogation est accordée."},
    )
    reason = forms.CharField(
        label="Raison",
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=f"Écrite, gardée avec la dérogation. {NO_NAMES}",
        error_messages={"required": "Écrivez la raison de la dérogation."},
    )
    field_order = ("kind", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["comment"]


class DerogationAskForm(DerogationForm):
    """An adviser asks for a derogation: why, in writing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].error_messages["required"] = "Dites pourquoi vous la demandez."
        self.fields["reason"].error_messages["required"] = "Écrivez la raison de votre demande."
        self.fields["reason"].help_text = f"Ce qui presse, ce qui manque ici. Le pilote la lit. {NO_NAMES}"


class DerogationRefuseForm(DerogationForm):
    """The pilot says why not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["kind"]
        self.fields["reason"].label = "Raison du refus"
        self.fields["reason"].error_messages["required"] = "Écrivez pourquoi la dérogation est refusée."
        self.fields["reason"].help_text = f"Le conseiller la lit. {NO_NAMES}"


class NeedFindForm(forms.Form):
    """A need by its reference, as it was told on the phone."""

    reference = forms.CharField(
        label="Référence du besoin",
        max_length=20,
        widget=forms.TextInput(SCANNED),
        help_text="Exemple\u00a0: N-7K3M-2QXZ.",
        error_messages={"required": "Tapez la référence du besoin."},
    )

    def clean_reference(self) -> str:
        typed: str = self.cleaned_data["reference"]
        return as_typed(typed)
