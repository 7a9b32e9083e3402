"""What workers and advisers type about a line that works: a right that is lost, another offer, a recharge."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from connectivity.enums import (
    AfterLoss,
    Channel,
    EvidenceKind,
    OfferAgreement,
    OfferVerdict,
    RechargeCancelReason,
    RightLoss,
)
from connectivity.forms.connections import PRICE_IS_OVER, REFERENCE, aside_of, is_price_over
from connectivity.models import ConnectionFile
from connectivity.prices import price_of
from connectivity.services.lines import amounts_of
from connectivity.services.offers import OfferProposal
from lifecycle.amounts import AmountField
from lifecycle.forms import choose, day_input, field_of
from prescriptions.forms.asking import CommentForm


def _price(label: str, help_text: str, *, required: bool = True) -> AmountField:
    return AmountField(label=label, min_value=0, max_digits=6, decimal_places=2, required=required, help_text=help_text)


class ConnectionLoseRightForm(CommentForm):
    right_loss = forms.ChoiceField(label="Pourquoi", choices=choose(RightLoss.choices))
    after_loss = forms.ChoiceField(
        label="Ce qui suit le dernier jour du droit", choices=AfterLoss, widget=forms.RadioSelect
    )
    price_after = _price(
        "Prix ensuite (€)", "Seulement si la ligne continue. Celui que l’opérateur annonce, TTC.", required=False
    )


class ConnectionChangeOfferForm(CommentForm):
    """Another offer for a line: those of the day that are possible and need no desk, but its own."""

    offer = forms.ChoiceField(label="Nouvelle offre", widget=forms.RadioSelect)
    agreement = forms.ChoiceField(label="Accord du foyer", choices=choose(OfferAgreement.choices))
    price_told = forms.BooleanField(
        label="Le foyer sait que le prix est à confirmer",
        required=False,
        help_text="Pour une offre dont le prix est à confirmer.",
    )
    started_on = forms.DateField(label="La nouvelle offre marche depuis le", widget=day_input())
    monthly_price = _price("Prix convenu (€)", "Par mois, ou par recharge. TTC.")
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
    evidence_kind = forms.ChoiceField(
        label="Ce qui le montre", choices=choose(one for one in EvidenceKind.choices if one[0] != EvidenceKind.OPERATOR)
    )
    evidence_on = forms.DateField(label="Preuve datée du", widget=day_input())
    evidence_reference = forms.CharField(
        label="Référence de la preuve",
        max_length=60,
        required=False,
        widget=forms.TextInput(REFERENCE),
        help_text="Numéro de contrat, de facture ou de ticket\u00a0; inutile pour une ligne essayée. Le document"
        " n’est pas gardé.",
    )

    def __init__(self, *args: Any, file: ConnectionFile, proposals: Sequence[OfferProposal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = [one for one in proposals if can_follow(file, one)]
        self.offers = {str(one.offer.pk): one.offer for one in possible}
        labels = {OfferVerdict.MAYBE: " – à compléter"}
        field_of(self, "offer", forms.ChoiceField).choices = [
            (
                str(one.offer.pk),
                f"{one.offer} – {price_of(one.offer)}{labels.get(one.verdict, '')}{aside_of(one.offer)}",
            )
            for one in possible
        ]
        if not any(one.offer.is_to_confirm for one in possible):
            del self.fields["price_told"]
        if not is_price_over(self, self.offers.get(self.data.get("offer", ""))):
            del self.fields["price_confirmed"]
        for name in ("started_on", "evidence_on"):
            self.initial.setdefault(name, timezone.localdate())

    def clean_offer(self) -> Any:
        return self.offers[self.cleaned_data["offer"]]


def can_follow(file: ConnectionFile, proposal: OfferProposal) -> bool:
    """Whether a line may go on by this offer: it is not impossible, is another one, and asks no operator's desk."""
    offer = proposal.offer
    return proposal.verdict != OfferVerdict.NOT and offer.pk != file.offer_id and offer.channel != Channel.DESK


class RechargeForm(forms.Form):
    """A recharge that was just sold at the counter."""

    amount = _price("Montant (€)", "Ce que la personne paie.")
    sold_on = forms.DateField(label="Vendue le", widget=day_input())

    def __init__(self, *args: Any, file: ConnectionFile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("sold_on", timezone.localdate())
        if file.offer is not None and (said := amounts_of(file.offer)):
            self.fields["amount"].help_text = f"Ce que la personne paie\u00a0: une recharge {said}."
        if file.offer is not None and file.offer.price is not None and file.offer.price_max is None:
            self.initial.setdefault("amount", file.offer.price)


class CancelRechargeForm(forms.Form):
    reason = forms.ChoiceField(label="Motif", choices=choose(RechargeCancelReason.choices))
