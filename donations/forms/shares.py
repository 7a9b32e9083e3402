"""What is decided of each line of a lot, and which workshops take which share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from donations.enums import Destination, DonorKind, LineRefusalCode, ReassignReason
from donations.forms.donations import LineByLine
from donations.machine import donation_rules as rules
from donations.models import Allocation, Donation, DonationLine
from donations.services.donations import Ruling
from lifecycle.forms import CommentForm, ReasonForm, choose, day_input, field_of
from network.enums import OrganisationKind
from network.models import Membership, Organisation

type Shares = dict[int, int]


def workshops() -> QuerySet[Organisation]:
    """The workshops a lot may be given to."""
    return Organisation.objects.active().of_kind(OrganisationKind.RECONDITIONER)


class WorkshopField(forms.ModelChoiceField):
    """The workshop that takes whatever is not shared line by line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), empty_label="Choisissez…", **kwargs)

    def offer(self, workshops: list[Organisation]) -> None:
        """Offer these; the only one is chosen already."""
        self.queryset = Organisation.objects.filter(pk__in=[workshop.pk for workshop in workshops])
        if len(workshops) == 1:
            self.initial = workshops[0].pk


class SharesForm(forms.Form):
    """How a line is shared between workshops: a quantity for each, or none for all to the one chosen above."""

    def __init__(self, data: Any, *, line: DonationLine, among: list[Organisation]) -> None:
        super().__init__(data, prefix=f"line-{line.pk}")
        self.line = line
        self.among = among
        for workshop in self.among:
            self.fields[f"share_{workshop.pk}"] = forms.IntegerField(
                label=workshop.name, min_value=0, max_value=line.quantity, required=False
            )

    def share_fields(self) -> list[forms.BoundField]:
        """The quantity of each workshop."""
        return [self[f"share_{workshop.pk}"] for workshop in self.among]

    @property
    def is_shared(self) -> bool:
        """Whether something was typed there, so that it is shown open."""
        return any(field.value() not in (None, "") for field in self.share_fields())

    def shares(self, total: int, whole: Organisation | None) -> Shares:
        """``{workshop pk: quantity}``: as typed, else everything to ``whole``."""
        typed = {workshop.pk: self.cleaned_data.get(f"share_{workshop.pk}") or 0 for workshop in self.among}
        if any(typed.values()) or whole is None:
            return typed
        return {whole.pk: total}


class RulingForm(SharesForm):
    """What is decided of one line."""

    accepted = forms.IntegerField(label="Quantité acceptée", min_value=0)
    destination = forms.ChoiceField(label="Pour", choices=Destination.choices)
    code = forms.ChoiceField(
        label="Motif de refus",
        choices=choose(LineRefusalCode.choices, "Aucun refus"),
        required=False,
        help_text="Dès qu’un appareil de la ligne est refusé.",
    )

    def __init__(self, data: Any, *, line: DonationLine, among: list[Organisation], too_old: bool) -> None:
        super().__init__(data, line=line, among=among)
        self.too_old = too_old
        self.fields["accepted"].initial = line.quantity
        if too_old:
            self.fields["destination"].initial = Destination.RECYCLING

    def clean(self) -> None:
        """Told beside the field what the rules tell of the whole lot."""
        accepted = self.cleaned_data.get("accepted")
        if accepted is None:
            return
        if accepted > self.line.quantity:
            self.add_error("accepted", f"On ne peut accepter plus que ce qui est annoncé\u00a0: {self.line.quantity}.")
        elif accepted < self.line.quantity and not self.cleaned_data.get("code"):
            self.add_error("code", rules.REFUSAL_CODED.sentence)

    @property
    def is_homeless(self) -> bool:
        """Whether something is accepted, and shared between no workshops."""
        return bool(self.cleaned_data["accepted"]) and not any(self.shares(0, None).values())

    def ruling(self, whole: Organisation | None) -> Ruling:
        """The decision, as the service takes it: a reason to refuse goes with something refused."""
        data = self.cleaned_data
        accepted = data["accepted"]
        shares = self.shares(accepted, whole) if accepted else {}
        code = data["code"] if accepted < self.line.quantity else ""
        return Ruling(self.line.pk, accepted, code, data["destination"], shares)


class DonationQualifyForm(LineByLine[RulingForm], CommentForm):
    """What is decided of the lot, as a whole and line by line."""

    workshop = WorkshopField(
        label="Confier le lot à",
        required=False,
        help_text="Toutes les lignes que vous ne partagez pas entre plusieurs ateliers.",
    )
    transfer_reference = forms.CharField(
        label="Référence de la décision de cession",
        max_length=80,
        required=False,
        help_text="Un donateur public cède par une décision.",
    )
    transfer_decided_on = forms.DateField(label="Décision prise le", required=False, widget=day_input())
    to_ratify = forms.BooleanField(
        label="Décidé entre deux séances\u00a0: à ratifier par le comité", required=False, initial=True
    )

    def __init__(
        self, data: Any, *, donation: Donation, lines: Iterable[DonationLine], oldest: int, among: list[Organisation]
    ) -> None:
        """``oldest``: the first year of purchase that may still be used again."""
        super().__init__(data)
        field_of(self, "workshop", WorkshopField).offer(among)
        if donation.donor_kind == DonorKind.PUBLIC:
            self.fields["transfer_reference"].initial = donation.transfer_reference
            self.fields["transfer_decided_on"].initial = donation.transfer_decided_on
        else:
            del self.fields["transfer_reference"], self.fields["transfer_decided_on"]
        self.lines = [RulingForm(data, line=line, among=among, too_old=line.purchase_year < oldest) for line in lines]

    def is_valid(self) -> bool:
        """Also wrong when something is accepted for no workshop at all."""
        valid = super().is_valid()
        if valid and self.cleaned_data["workshop"] is None and any(line.is_homeless for line in self.lines):
            self.add_error("workshop", "Choisissez l’atelier, ou partagez chaque ligne acceptée.")
            return False
        return valid

    def decision(self) -> dict[str, Any]:
        """What the service takes."""
        whole = self.cleaned_data["workshop"]
        named = ("transfer_reference", "transfer_decided_on", "to_ratify", "comment")
        values = {name: self.cleaned_data[name] for name in named if name in self.fields}
        return values | {"rulings": [line.ruling(whole) for line in self.lines]}


class DonationReassignForm(LineByLine[SharesForm], ReasonForm):
    """To which workshops the lot goes: for the pilot, line by line if need be."""

    reasons, rule, explained = ReassignReason.choices, rules.REASSIGN_REASON, (ReassignReason.OTHER,)
    workshop = WorkshopField(
        label="Confier le lot à",
        required=False,
        help_text="Toutes les lignes que vous ne partagez pas entre plusieurs ateliers.",
    )

    def __init__(self, data: Any, *, lines: Iterable[DonationLine], among: list[Organisation]) -> None:
        """``lines`` with what was ``accepted`` of each; those of which nothing was are left out."""
        super().__init__(data)
        field_of(self, "workshop", WorkshopField).offer(among)
        self.lines = [SharesForm(data, line=line, among=among) for line in lines if line.accepted]

    def shared(self) -> dict[int, Shares]:
        """``{line pk: {workshop pk: quantity}}``, whole."""
        whole = self.cleaned_data["workshop"]
        return {form.line.pk: form.shares(form.line.accepted, whole) for form in self.lines}


class DonationGiveUpForm(ReasonForm):
    """A workshop gives up its share, to another one that takes it whole."""

    reasons, rule, explained = ReassignReason.choices, rules.REASSIGN_REASON, (ReassignReason.OTHER,)
    workshop = WorkshopField(label="Confier votre part à")

    def __init__(self, data: Any, *, among: list[Organisation]) -> None:
        super().__init__(data)
        field_of(self, "workshop", WorkshopField).offer(among)

    def shared(self, shares: Iterable[Allocation], by: Membership) -> dict[int, Shares]:
        """``{line pk: {workshop pk: quantity}}``, whole: the shares of today, one's own in other hands."""
        shared: dict[int, Shares] = {}
        for share in shares:
            own = share.workshop_id == by.organisation_id
            home = self.cleaned_data["workshop"].pk if own else share.workshop_id
            line = shared.setdefault(share.line_id, {})
            line[home] = line.get(home, 0) + share.quantity
        return shared
