"""What people type about a pick-up: when, who comes, what was counted, how the slip is signed."""

from collections.abc import Iterable, Mapping
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
from donations.services.pickups import FEWER_THAN_RECEIVED, FILE_GIVEN, SIGNER_NAMED
from donations.units import BeforePickUp
from lifecycle.forms import CommentForm, day_input, field_of, validate_telephone
from lifecycle.typed import whole
from network.models import Membership
from typography.french import plural

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


def short_told(discarded: int) -> str:
    """What a count that leaves devices out does, before it is done."""
    gone = plural(discarded, "n’est pas dans ce compte\u00a0: il sera,ne sont pas dans ce compte\u00a0: ils seront")
    return (
        f"{discarded} appareil{plural(discarded)} attendu{plural(discarded)} {gone} retiré{plural(discarded)} du lot."
    )


def discard_told(discarded: int) -> str:
    """What is confirmed."""
    return (
        f"Retirer du lot {discarded} appareil{plural(discarded)} resté{plural(discarded)} chez le donateur, sans retour"
    )


class DonationCollectForm(DonationSignForm):
    """What was counted, line by line, and how the slip is signed, unless it is later.

    ``here``: of each line, what the workshop has received and awaits. A count that leaves awaited devices out is given
    twice: a box that bears their number is ticked once the sentence is read.
    """

    done_on = forms.DateField(label="Enlevé le", widget=day_input())
    peripherals = forms.IntegerField(
        label="Périphériques emportés",
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text="Claviers, souris, chargeurs…",
    )

    def __init__(
        self,
        *args: Any,
        by: Membership,
        shares: Iterable[Allocation],
        here: Mapping[int, BeforePickUp],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.here = here
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
                help_text=". ".join(filter(None, (share.line.model_name, self._expected(share)))),
                error_messages={"required": "Comptez cette ligne, zéro compris."},
            )
        counts = [f"count_{share.line_id}" for share in self.shares]
        self.discarded = self._discarded()
        if self.discarded:
            self.fields[self._box] = forms.BooleanField(label=discard_told(self.discarded), required=False)
        self.order_fields(["done_on", *counts, self._box, "peripherals", *DonationSignForm.field_order])

    @property
    def _box(self) -> str:
        """The name of the box that confirms this very number."""
        return f"discard_{self.discarded}"

    @property
    def discard(self) -> forms.BoundField | None:
        """The box to tick, when the count leaves awaited devices out."""
        return self[self._box] if self.discarded else None

    def _expected(self, share: Allocation) -> str:
        here = self.here.get(share.line_id, BeforePickUp()).received
        already = f", dont {here} déjà reçu{plural(here)} à l’atelier, à compter aussi" if here else ""
        return f"Attendu\u00a0: {share.quantity}{already}."

    def _typed(self, share: Allocation) -> int | None:
        return whole(self.data.get(self.add_prefix(f"count_{share.line_id}")))

    def _discarded(self) -> int:
        """How many awaited devices the count that was typed leaves out; none while a line is wrong."""
        typed = [(self.here.get(share.line_id, BeforePickUp()), self._typed(share)) for share in self.shares]
        if any(quantity is None or quantity < here.received for here, quantity in typed):
            return 0
        return sum(here.discarded(quantity) for here, quantity in typed if quantity is not None)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for share in self.shares:
            received = self.here.get(share.line_id, BeforePickUp()).received
            quantity = data.get(f"count_{share.line_id}")
            if quantity is not None and quantity < received:
                said = f"{received} appareil{plural(received)} de cette ligne {plural(received, 'est,sont')} déjà"
                said += f" reçu{plural(received)} à l’atelier\u00a0: comptez-{plural(received, 'le,les')} aussi."
                self.add_error(f"count_{share.line_id}", ValidationError(said, code=FEWER_THAN_RECEIVED.code))
        if self.discarded and not data.pop(self._box, False):
            said = f"{short_told(self.discarded)} Corrigez le compte, ou confirmez."
            self.add_error(self._box, ValidationError(said, code="short"))
        return data

    def count_fields(self) -> list[forms.BoundField]:
        """One field per line that the workshop was given."""
        return [self[f"count_{share.line_id}"] for share in self.shares]

    def count(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        counts = {share.line_id: data[f"count_{share.line_id}"] for share in self.shares}
        return {"counts": counts, "done_on": data["done_on"], "peripherals": data["peripherals"]} | self.signature()
