"""What people type about a pick-up: when, who comes, what was counted, how the slip is signed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from calendars.working_days import add_months
from documents.enums import ContentType
from documents.forms import DepositField
from donations.enums import SlipProof
from donations.forms.deposit import EvidenceForm
from donations.models import Allocation, Donation, PickUp
from donations.parameters import FARTHEST_PICK_UP_MONTHS
from donations.services.pickups import FILE_GIVEN, SIGNER_NAMED
from lifecycle.forms import CommentForm, day_input, field_of, validate_telephone
from network.models import Membership

SCAN = (ContentType.PDF, ContentType.PNG, ContentType.JPEG)
LATER = ""


class DonationScheduleForm(CommentForm):
    """The date, the carrier, whom to ask for."""

    day = forms.DateField(label="Jour", widget=day_input())
    starts = forms.TimeField(label="À partir de", widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(
        label="Jusqu’à",
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
        help_text="Une heure plus tard si vous laissez vide.",
    )
    carrier = forms.CharField(label="Transporteur", max_length=120, help_text="L’atelier lui-même, ou une entreprise.")
    contact_name = forms.CharField(label="Personne à demander sur place", max_length=120)
    contact_phone = forms.CharField(
        label="Son téléphone",
        max_length=20,
        required=False,
        widget=forms.TextInput({"type": "tel"}),
        validators=[validate_telephone],
    )
    instructions = forms.CharField(
        label="Consignes", required=False, widget=forms.Textarea({"rows": 2}), help_text="Imprimées sur le bordereau."
    )

    def __init__(self, *args: Any, planned: PickUp | None, donation: Donation, **kwargs: Any) -> None:
        if planned is not None:
            kwargs["initial"] = self._as_planned(planned)
        else:
            kwargs["initial"] = {name: getattr(donation, name) for name in ("contact_name", "contact_phone")}
        super().__init__(*args, **kwargs)

    def clean_day(self) -> date:
        """A slip of the finger in the year is seen before anybody is told the date."""
        day: date = self.cleaned_data["day"]
        today = timezone.localdate()
        months = FARTHEST_PICK_UP_MONTHS.on(today)
        if day > add_months(today, months):
            raise ValidationError(f"Ce jour est à plus de {months}\u00a0mois\u00a0: vérifiez l’année.")
        return day

    @staticmethod
    def _as_planned(planned: PickUp) -> dict[str, Any]:
        starts, ends = timezone.localtime(planned.starts_at), timezone.localtime(planned.ends_at)
        slot = {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}
        names = ("carrier", "contact_name", "contact_phone", "instructions")
        return slot | {name: getattr(planned, name) for name in names}

    def plan(self) -> dict[str, Any]:
        """What the service takes, instants in local time."""
        data = dict(self.cleaned_data)
        day, starts, ends = data.pop("day"), data.pop("starts"), data.pop("ends")
        data["starts_at"] = timezone.make_aware(datetime.combine(day, starts))
        data["ends_at"] = timezone.make_aware(datetime.combine(day, ends)) if ends else None
        return data


PROOFS = [
    (SlipProof.ATTESTED.value, "Accord donné sur place\u00a0: le nom de la personne suffit"),
    (SlipProof.SCANNED.value, "Bordereau papier signé\u00a0: je joins sa photo ou son scan"),
]


class DonationSignForm(EvidenceForm):
    """How the donor's side signed: attested by the workshop, or on paper and scanned."""

    proof = forms.ChoiceField(
        label="Signature du bordereau",
        choices=PROOFS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez comment le bordereau est signé."},
    )
    signer_name = forms.CharField(label="Nom de la personne qui signe pour le donateur", max_length=120, required=False)
    attested = forms.BooleanField(
        label="J’atteste que cette personne a vérifié le comptage et donné son accord", required=False
    )
    deposit = DepositField(
        label="Bordereau signé", accept=SCAN, required=False, help_text="PDF ou photo, si vous en avez un."
    )
    comment = CommentForm.base_fields["comment"]
    field_order = ("proof", "signer_name", "attested", "deposit", "kept", "comment")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        proof = data.get("proof")
        if proof == SlipProof.ATTESTED and not data.get("attested"):
            self.add_error("attested", ValidationError("Cochez la case pour attester l’accord.", code="required"))
        if proof == SlipProof.ATTESTED and not data.get("signer_name"):
            self.add_error("signer_name", ValidationError(SIGNER_NAMED.sentence, code=SIGNER_NAMED.code))
        if proof == SlipProof.SCANNED and data["deposit"] is None and "deposit" not in self.errors:
            self.add_error("deposit", ValidationError(FILE_GIVEN.sentence, code=FILE_GIVEN.code))
        if proof == LATER and data["deposit"] is not None:
            self.add_error(
                "proof",
                ValidationError("Un bordereau est joint\u00a0: choisissez «\u00a0Bordereau papier signé\u00a0»."),
            )
        return data

    def signature(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "proof": data["proof"],
            "signer_name": data["signer_name"],
            "signature": data["deposit"],
            "comment": data["comment"],
        }


class DonationCollectForm(DonationSignForm):
    """What was counted, line by line, and how the slip is signed, unless it is later."""

    done_on = forms.DateField(label="Enlevé le", widget=day_input())
    peripherals = forms.IntegerField(
        label="Périphériques emportés",
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text="Claviers, souris, chargeurs…",
    )

    def __init__(self, *args: Any, by: Membership, shares: Iterable[Allocation], **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["done_on"].initial = timezone.localdate()
        field_of(self, "proof", forms.ChoiceField).choices = [
            *PROOFS,
            (LATER, "Plus tard\u00a0: le bordereau papier sera joint ensuite"),
        ]
        self.fields["proof"].required = False
        self.fields["proof"].initial = SlipProof.ATTESTED
        self.shares = list(shares)
        for share in self.shares:
            self.fields[f"count_{share.line_id}"] = forms.IntegerField(
                label=f"{share.line.get_type_display()}, {share.line.purchase_year}",
                min_value=0,
                max_value=5000,
                help_text=". ".join(filter(None, (share.line.model_name, f"Attendu\u00a0: {share.quantity}."))),
                error_messages={"required": "Comptez cette ligne, zéro compris."},
            )
        counts = [f"count_{share.line_id}" for share in self.shares]
        self.order_fields(["done_on", *counts, "peripherals", *DonationSignForm.field_order])

    def count_fields(self) -> list[forms.BoundField]:
        """One field per line that the workshop was given."""
        return [self[f"count_{share.line_id}"] for share in self.shares]

    def count(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        counts = {share.line_id: data[f"count_{share.line_id}"] for share in self.shares}
        return {"counts": counts, "done_on": data["done_on"], "peripherals": data["peripherals"]} | self.signature()
