"""What workers, advisers and operators type to move a connection file: one form per verb."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from calendars.working_days import is_working_day
from connectivity.eligibility import AskedCondition
from connectivity.enums import (
    COMPUTED,
    SAID_BY_OPERATORS,
    Access,
    CheckedWith,
    ConnectionAbandonReason,
    ConnectionState,
    CurrentLine,
    EndReason,
    EvidenceKind,
    OfferAgreement,
    OfferVerdict,
    ProblemCode,
    TechnicianSlot,
)
from connectivity.machine.rules import PROBLEM_ANSWERED
from connectivity.models import ConnectionFile, Offer
from connectivity.prices import dearest, is_over, price_of
from connectivity.services.offers import OfferProposal
from connectivity.terms import in_months
from lifecycle.amounts import AmountField
from lifecycle.forms import choose, day_input, field_of, typed
from prescriptions.forms.asking import CommentForm, words
from prescriptions.nir import validate_no_nir

type Choices = Iterable[tuple[str, str]]
REFERENCE = {"autocomplete": "off", "spellcheck": "false"}


class ConnectionProposeForm(CommentForm):
    current_line = forms.ChoiceField(
        label="Ligne fixe aujourd’hui",
        choices=CurrentLine,
        initial=CurrentLine.UNKNOWN,
        help_text="Une ligne en cuivre s’arrête à la fermeture du réseau\u00a0: vous serez prévenu avant.",
    )


class ConnectionChooseForm(CommentForm):
    """The offers that are possible or to complete; those that are impossible are told on the page, not offered."""

    offer = forms.ChoiceField(label="Offre", widget=forms.RadioSelect)
    agreement = forms.ChoiceField(
        label="Accord du foyer",
        choices=choose(OfferAgreement.choices),
        help_text="Le foyer accepte cette offre, et que son nom, son adresse et son contact soient transmis s’il le "
        "faut.",
    )

    price_told = forms.BooleanField(
        label="Le foyer sait que le prix est à confirmer",
        required=False,
        help_text="Pour une offre dont le prix est à confirmer\u00a0: il peut encore changer avant la souscription.",
    )

    def __init__(self, *args: Any, proposals: Sequence[OfferProposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(one.offer.is_to_confirm for one in proposals):
            del self.fields["price_told"]
        self.offers = {str(one.offer.pk): one.offer for one in proposals if one.verdict != OfferVerdict.NOT}
        labels = {OfferVerdict.MAYBE: " – à compléter"}
        field_of(self, "offer", forms.ChoiceField).choices = [
            (
                str(one.offer.pk),
                f"{one.offer} – {price_of(one.offer)}{labels.get(one.verdict, '')}{aside_of(one.offer)}",
            )
            for one in proposals
            if one.verdict != OfferVerdict.NOT
        ]

    def clean_offer(self) -> Any:
        return self.offers[self.cleaned_data["offer"]]


PRICE_IS_OVER = (
    "Il dépasse celui de l’offre, ou de toutes si le sien est à confirmer\u00a0: la confirmation est gardée."
)


def is_price_over(form: forms.Form, offer: Offer | None) -> bool:
    """Whether the price that was typed is above that of an offer, on the day it is said to begin: it is confirmed.

    Of an offer without a price: above all that are sold.
    """
    price = typed(form, "monthly_price")
    if price is None or offer is None:
        return False
    return is_over(price, dearest(offer, typed(form, "started_on") or timezone.localdate()))


def aside_of(offer: Offer) -> str:
    """Said of an offer whose line is not what the need asks."""
    told = offer.other_than_internet
    return f" – ne répond pas à ce besoin\u00a0: {told}" if told else ""


class ConnectionSendForm(CommentForm):
    """After a problem that the operator reported, what was done about it: the operator reads it."""

    answer = forms.CharField(
        label="Ce que vous avez fait",
        max_length=500,
        widget=words(2),
        validators=[validate_no_nir],
        help_text="L’opérateur lit ceci à côté du problème signalé. Rien de la situation du foyer.",
        error_messages={"required": PROBLEM_ANSWERED.sentence},
    )

    def __init__(self, *args: Any, file: ConnectionFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["comment" if file.state == ConnectionState.PROBLEM else "answer"]


class ConnectionProofForm(forms.Form):
    """What was looked at. ``asked``: what the chosen offer asks, or every rule before a choice."""

    rule = forms.ChoiceField(label="Ce que la pièce montre")
    dated_on = forms.DateField(
        label="Pièce datée du", widget=day_input(), help_text="La date écrite sur la pièce, pas celle d’aujourd’hui."
    )
    holds = forms.TypedChoiceField(
        label="La condition est",
        choices=(("yes", "remplie"), ("no", "non remplie")),
        coerce=lambda said: said == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, asked: Sequence[AskedCondition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = {one.rule: one for one in asked if one.rule not in COMPUTED}
        field_of(self, "rule", forms.ChoiceField).choices = choose(
            (rule, one.label) for rule, one in self.asked.items()
        )

    def proof(self) -> dict[str, Any]:
        """The values of the service."""
        asked = self.asked[self.cleaned_data["rule"]]
        return {**self.cleaned_data, "proof": asked.proof, "ceiling": asked.ceiling}


class ConnectionAddressForm(forms.Form):
    """What comes to the address of the household, and how it is known."""

    access = forms.ChoiceField(label="Ce qui a été vérifié", choices=choose(Access.choices))
    reached = forms.TypedChoiceField(
        label="À cette adresse, cela arrive",
        choices=(("yes", "oui"), ("no", "non")),
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    checked_on = forms.DateField(label="Vérifié le", widget=day_input())
    how = forms.ChoiceField(label="D’après", choices=choose(CheckedWith.choices))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("checked_on", timezone.localdate())


class SaidByOperatorForm(forms.Form):
    """What an operator adds to a code, for whoever follows the household."""

    note = forms.CharField(
        label="Précision",
        required=False,
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        help_text="Obligatoire pour «\u00a0Autre\u00a0», facultative sinon. Lue par qui suit le foyer.",
    )


class ConnectionReportProblemForm(SaidByOperatorForm):
    problem = forms.ChoiceField(label="Problème", choices=choose(ProblemCode.choices))
    field_order = ("problem", "note")


class ConnectionAcceptForm(CommentForm):
    operator_reference = forms.CharField(
        label="Votre référence", max_length=40, widget=forms.TextInput(REFERENCE), help_text="Celle de votre système."
    )


class ConnectionScheduleForm(CommentForm):
    """The day of the visit; one that is not worked is confirmed."""

    appointment_on = forms.DateField(label="Date du raccordement", widget=day_input())
    day_confirmed = forms.BooleanField(
        label="Le technicien passe bien ce jour-là",
        required=False,
        help_text="Ce n’est pas un jour ouvré\u00a0: la confirmation est gardée.",
    )
    appointment_slot = forms.ChoiceField(label="Moment", choices=TechnicianSlot, initial=TechnicianSlot.DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = typed(self, "appointment_on")
        if asked is None or is_working_day(asked):
            del self.fields["day_confirmed"]


class ConnectionActivateForm(CommentForm):
    """The line works. ``asks_evidence``: for whoever is not the operator."""

    started_on = forms.DateField(label="La ligne marche depuis le", widget=day_input())
    early_confirmed = forms.BooleanField(
        label="La ligne a bien marché avant le jour prévu",
        required=False,
        help_text="Le raccordement a été avancé\u00a0: la confirmation est gardée.",
    )
    monthly_price = AmountField(
        label="Prix payé (€)",
        min_value=0,
        max_digits=6,
        decimal_places=2,
        help_text="Par mois, ou par recharge. TTC.",
    )
    price_confirmed = forms.BooleanField(
        label="Ce prix est bien celui qui est payé",
        required=False,
        help_text=PRICE_IS_OVER,
    )
    entitlement_ends_on = forms.DateField(
        label="Droit à l’offre jusqu’au",
        required=False,
        widget=day_input(),
        help_text="Dernier jour. Vide\u00a0: la durée que dit l’offre, s’il y en a une.",
    )
    evidence_kind = forms.ChoiceField(label="Ce qui le montre")
    evidence_on = forms.DateField(label="Preuve datée du", widget=day_input())
    evidence_reference = forms.CharField(
        label="Référence de la preuve",
        max_length=60,
        required=False,
        widget=forms.TextInput(REFERENCE),
        help_text="Numéro de contrat, de facture ou de ticket\u00a0; inutile pour une ligne essayée. Le document"
        " n’est pas gardé.",
    )

    def __init__(self, *args: Any, file: ConnectionFile, asks_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial.setdefault("started_on", today)
        if file.offer is not None:
            self.initial.setdefault("monthly_price", file.offer.price)
        since = typed(self, "started_on")
        if since is None or file.appointment_on is None or since >= file.appointment_on:
            del self.fields["early_confirmed"]
        if not is_price_over(self, file.offer):
            del self.fields["price_confirmed"]
        if asks_evidence:
            seen = [one for one in EvidenceKind.choices if one[0] != EvidenceKind.OPERATOR]
            field_of(self, "evidence_kind", forms.ChoiceField).choices = choose(seen)
            self.initial.setdefault("evidence_on", today)
        else:
            for name in ("evidence_kind", "evidence_on", "evidence_reference"):
                del self.fields[name]


class ConnectionRenewForm(CommentForm):
    entitlement_ends_on = forms.DateField(label="Nouveau terme du droit", widget=day_input())

    def __init__(self, *args: Any, file: ConnectionFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if file.entitlement_ends_on and file.offer and file.offer.entitlement_months:
            after = file.entitlement_ends_on + timedelta(days=1)
            self.initial.setdefault("entitlement_ends_on", in_months(after, file.offer.entitlement_months))


class ConnectionCorrectRightForm(CommentForm):
    entitlement_ends_on = forms.DateField(label="Vrai dernier jour du droit", widget=day_input())


class ConnectionRefuseForm(SaidByOperatorForm):
    refusal = forms.ChoiceField(label="Motif", choices=choose((one.value, str(one.label)) for one in SAID_BY_OPERATORS))
    field_order = ("refusal", "note")


class ConnectionEndForm(CommentForm):
    reason = forms.ChoiceField(label="Motif", choices=choose(EndReason.choices))


class ConnectionAbandonForm(CommentForm):
    reason = forms.ChoiceField(
        label="Motif",
        choices=choose(
            one
            for one in ConnectionAbandonReason.choices
            if one[0] not in (ConnectionAbandonReason.UNTOUCHED, ConnectionAbandonReason.NEED_DROPPED)
        ),
    )
