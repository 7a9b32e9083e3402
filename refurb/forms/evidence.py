"""What people type to prove what was done to a storage."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from donations.forms.deposit import EvidenceForm
from donations.serials import is_placeholder
from lifecycle.amounts import CapacityField
from lifecycle.forms import choose, field_of, retype
from network.models import Membership, Organisation
from network.permissions import is_pilot
from refurb.contradictions import ToldRun
from refurb.enums import (
    CONTESTED,
    IN_THE_WORKSHOP,
    SETTLED_FROM_AFAR,
    SOLDERED_STORAGE,
    AbsenceReason,
    Claim,
    ClockReason,
    DestructionKind,
    DestructionMethod,
    DriveKind,
    DriveSource,
    ErasureMethod,
    ErasureVerification,
    HiddenSectors,
    RemovalDestination,
    ToolClock,
    UndoneReason,
)
from refurb.forms.devices import SCANNED, recyclers_seen_by
from refurb.models import Device, Drive
from refurb.permissions import can_settle_drive
from refurb.services.nwipe import ClockTold

READ_ELSEWHERE = (DriveSource.STICKER, DriveSource.SYSTEM, DriveSource.ATTESTED)
"""How the number of a drive is known when it is not by the report that proves it."""
GIGABYTE, TEN = 10**9, 10
"""Makers and tools count storage in thousands: 256 Go are 256 000 000 000 bytes."""
TO_THE_SECOND = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
READ_AGAIN = "J’ai relu ce papier\u00a0: il dit bien que ce disque est détruit."
INTERNAL_RUN: dict[str, Any] = {
    "method": ErasureMethod.RESET,
    "tool": "Réglages de l’appareil",
    "verification": ErasureVerification.FIRST_START,
    "hidden_sectors": HiddenSectors.NOT_APPLICABLE,
}
"""How a phone or a tablet is erased; each value may be changed."""


def gigabytes(size: int | None) -> Decimal | None:
    """A size in bytes as it is sold: 256,060514304 Go are « 256 Go »; under ten, one decimal tells two apart."""
    if not size:
        return None
    exact = Decimal(size) / GIGABYTE
    return exact.quantize(Decimal(1)) if exact >= TEN else exact.quantize(Decimal("0.1"))


def instant_field(label: str, **given: Any) -> forms.DateTimeField:
    """A moment, to the second: a report of erasure is compared with the arrival of the device."""
    widget = forms.DateTimeInput({"type": "datetime-local", "step": "1"}, format=TO_THE_SECOND[0])
    return forms.DateTimeField(label=label, widget=widget, input_formats=TO_THE_SECOND, **given)


class DriveForm(forms.Form):
    """One storage found in a device."""

    kind = forms.ChoiceField(label="Type de stockage")
    serial = forms.CharField(
        label="Numéro de série du disque",
        max_length=80,
        required=False,
        widget=forms.TextInput(SCANNED),
        help_text="Celui du disque, pas de l’appareil\u00a0: le rapport d’effacement doit porter le même.",
    )
    source = forms.ChoiceField(
        label="D’où vient ce numéro",
        choices=[(one.value, one.label) for one in READ_ELSEWHERE],
        initial=DriveSource.STICKER,
        required=False,
        help_text="Il se lit ailleurs que dans le rapport d’effacement, qui lui sera comparé.",
    )
    capacity = CapacityField(label="Capacité (Go)", min_value=0, max_value=100_000, decimal_places=3, required=False)
    manufacturer = forms.CharField(label="Marque", max_length=60, required=False)
    model = forms.CharField(label="Modèle", max_length=80, required=False)
    slot = forms.CharField(label="Emplacement", max_length=40, required=False, help_text="Exemple\u00a0: baie 2, M.2.")

    def __init__(self, *args: Any, device: Device, supersedes: Drive | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exact: int | None = None
        internal = device.type in SOLDERED_STORAGE
        kinds = [one for one in DriveKind if internal == (one == DriveKind.INTERNAL) or one == DriveKind.CARD]
        choices = [(one.value, one.label) for one in kinds]
        field_of(self, "kind", forms.ChoiceField).choices = choices if internal else choose(choices)
        if internal:
            del self.fields["source"]
        if supersedes is not None:
            self.initial = {name: getattr(supersedes, name) for name in self.fields}
            if supersedes.source == DriveSource.REPORT and "source" in self.fields:
                field_of(self, "source", forms.ChoiceField).choices = [
                    (one.value, one.label) for one in (*READ_ELSEWHERE, DriveSource.REPORT)
                ]
            self.initial["capacity"] = gigabytes(supersedes.capacity)
            self.exact = supersedes.capacity

    def clean_serial(self) -> str:
        typed: str = self.cleaned_data["serial"]
        if is_placeholder(typed):
            raise forms.ValidationError(
                f"«\u00a0{typed.strip()}\u00a0» n’est pas un numéro de série\u00a0: laissez vide s’il ne se lit pas.",
                code="placeholder",
            )
        return typed

    def clean_source(self) -> str:
        """No number, no source of it."""
        return self.cleaned_data["source"] if self.cleaned_data.get("serial") else ""

    def clean_capacity(self) -> int | None:
        """In bytes: to the byte as before where the size shown was left as it is."""
        typed: Decimal | None = self.cleaned_data["capacity"]
        if typed is not None and typed == gigabytes(self.exact):
            return self.exact
        return None if typed is None else int(typed * GIGABYTE)


class ClockForm(forms.Form):
    """The clock of the computer that ran a tool: the hours that its report prints are read by that clock."""

    clock = forms.ChoiceField(
        label="L’horloge du poste qui effaçait", choices=ToolClock, initial=ToolClock.LOCAL, required=False
    )
    clock_reason = forms.ChoiceField(
        label="Pourquoi elle n’était pas à l’heure d’ici",
        choices=[("", "Elle l’était"), *ClockReason.choices],
        required=False,
    )
    really = instant_field(
        "Fausse\u00a0: l’effacement s’est terminé en réalité",
        required=False,
        help_text="La fin du dernier effacement du journal, à l’heure d’ici. Votre nom reste à côté.",
    )

    def told_clock(self) -> ClockTold:
        """How the clock stood; of here unless it is said otherwise."""
        data = self.cleaned_data
        if (clock := ToolClock(data.get("clock") or ToolClock.LOCAL)) == ToolClock.LOCAL:
            return ClockTold()
        return ClockTold(
            clock, data.get("clock_reason") or "", data.get("really") if clock == ToolClock.WRONG else None
        )

    @property
    def typed(self) -> str:
        """What is typed, in one text; empty when the clock told the hour of here."""
        clock, *why = (str(self[name].value() or "") for name in ClockForm.base_fields)
        return " ".join((clock, *why)) if any(why) or clock not in ("", ToolClock.LOCAL) else ""


class ReportForm(ClockForm, EvidenceForm):
    """The report of a tool, and the clock of the computer that ran it."""


class StorageAbsenceForm(forms.Form):
    """A person's word that there is no storage."""

    reason = forms.ChoiceField(label="Pourquoi il n’y en a pas", choices=AbsenceReason, widget=forms.RadioSelect)
    seen = forms.BooleanField(label="J’ai ouvert ou examiné l’appareil et j’atteste qu’il ne contient aucun stockage.")


class ReadAgainForm(EvidenceForm):
    """A file whose words may raise a doubt: whoever gives it says that he read it again, once he is asked.

    He says it of the file he was asked about (``asked``, its SHA-256), and of no other that takes its place.
    """

    confirmed = forms.BooleanField(
        label="J’ai relu le rapport\u00a0: il dit bien que ce disque est effacé.",
        required=False,
        widget=forms.HiddenInput,
        help_text="Gardé avec la preuve, et écrit sur le certificat d’effacement.",
    )
    asked = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self["asked"].data:
            self._show()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.stored is None or data.get("asked") != self.stored.sha256:
            data["confirmed"] = False
            retype(self, {self.add_prefix("confirmed"): "", self.add_prefix("asked"): ""})
            self.fields["confirmed"].widget = forms.HiddenInput()
        return data

    def add_error(self, field: str | None, error: Any) -> None:
        """The box is shown once it is asked for, about the file that is there."""
        super().add_error(field, error)
        if field == "confirmed" and self.stored is not None:
            retype(self, {self.add_prefix("asked"): self.stored.sha256})
            self._show()

    def _show(self) -> None:
        self.fields["confirmed"].widget = forms.CheckboxInput()


class ErasureForm(ReadAgainForm):
    """One run of a tool on one drive, as its report says it."""

    groups_of_fields = (
        ("Comment", ("method", "tool", "tool_version", "standard", "operator")),
        ("Quand", ("started_at", "finished_at")),
        ("Ce que l’outil a fait", ("serial_read", "bytes_expected", "bytes_erased", "passes_asked", "passes_done")),
        ("Contrôles", ("verification", "verification_errors", "pass_errors", "hidden_sectors")),
        ("Le rapport", ("deposit", "confirmed", "claimed", "claimed_duration")),
    )

    method = forms.ChoiceField(label="Méthode", choices=choose(ErasureMethod.choices))
    tool = forms.CharField(label="Outil", max_length=60, help_text="Exemple\u00a0: nwipe.")
    tool_version = forms.CharField(label="Version", max_length=30, required=False)
    standard = forms.CharField(label="Norme ou programme", max_length=60, required=False)
    operator = forms.CharField(
        label="Opérateur", max_length=80, required=False, help_text="Des initiales ou un numéro de poste suffisent."
    )
    started_at = instant_field("Début", required=False)
    finished_at = instant_field("Fin", required=False)
    serial_read = forms.CharField(
        label="Numéro de série au rapport",
        max_length=80,
        required=False,
        widget=forms.TextInput(SCANNED),
        help_text="Tel qu’il est imprimé\u00a0; vide si le rapport n’en porte pas.",
    )
    bytes_expected = forms.IntegerField(label="Octets à effacer", min_value=0, max_value=2**62, required=False)
    bytes_erased = forms.IntegerField(label="Octets effacés", min_value=0, max_value=2**62, required=False)
    passes_asked = forms.IntegerField(label="Passes demandées", min_value=0, max_value=99, initial=1)
    passes_done = forms.IntegerField(label="Passes faites", min_value=0, max_value=99, initial=1)
    verification = forms.ChoiceField(label="Vérification", choices=choose(ErasureVerification.choices))
    verification_errors = forms.IntegerField(
        label="Erreurs à la vérification", min_value=0, max_value=2**31 - 1, initial=0
    )
    pass_errors = forms.IntegerField(label="Erreurs d’écriture", min_value=0, max_value=2**31 - 1, initial=0)
    hidden_sectors = forms.ChoiceField(label="Secteurs cachés (HPA, DCO)", choices=choose(HiddenSectors.choices))
    claimed = forms.ChoiceField(label="Ce que dit le rapport", choices=Claim, required=False)
    claimed_duration = forms.DurationField(
        label="Durée imprimée", required=False, help_text="Heures:minutes:secondes, exemple\u00a0: 1:05:30."
    )

    def __init__(self, *args: Any, drive: Drive, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deposit"].label = "Rapport de l’outil (fichier)"
        if drive.kind == DriveKind.INTERNAL:
            self.initial = {**INTERNAL_RUN, **self.initial}
            self.fields["tool"].help_text = "Exemple\u00a0: les réglages de l’appareil."

    def clean_claimed_duration(self) -> timedelta | None:
        duration: timedelta | None = self.cleaned_data["claimed_duration"]
        if duration is not None and not timedelta(0) <= duration <= timedelta(days=365):
            raise forms.ValidationError("Donnez une durée de moins d’un an.")
        return duration

    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """The fields under their headings."""
        return [(legend, [self[name] for name in names]) for legend, names in self.groups_of_fields]

    def run(self) -> ToldRun:
        """What was run on the drive; the report is apart, in ``stored``."""
        run = {name: self.cleaned_data[name] for _, names in self.groups_of_fields for name in names}
        duration = run.pop("claimed_duration")
        del run["deposit"], run["confirmed"]
        return ToldRun(**run, claimed_seconds=int(duration.total_seconds()) if duration else None)


class DonorCertificateForm(EvidenceForm):
    """What a donor gave with the machine."""

    deposit_required = "Déposez le certificat du donateur."

    tool = forms.CharField(label="Outil nommé par le certificat", max_length=60)
    finished_at = instant_field("Effacé le, selon le certificat")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deposit"].label = "Certificat du donateur"
        self.order_fields(["tool", "finished_at", "deposit"])


class DestructionForm(ReadAgainForm):
    """A drive that exists no more."""

    kind = forms.ChoiceField(label="Par qui", choices=DestructionKind, widget=forms.RadioSelect)
    method = forms.ChoiceField(label="Méthode", choices=choose(DestructionMethod.choices))
    destroyed_at = instant_field("Détruit le")
    recycler = forms.ModelChoiceField(
        label="Recycleur",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="Aucun\u00a0: fait à l’atelier",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "recycler", forms.ModelChoiceField).queryset = recyclers_seen_by(self.by)
        self.fields["deposit"].label = "Certificat ou photo"
        self.fields["deposit"].help_text = (
            "Obligatoire pour une destruction par un recycleur\u00a0: il nomme le disque, l’appareil ou le bordereau."
            " De même pour ce qui a été détruit ici et se note une fois l’appareil parti."
            " Une image est marquée «\u00a0non lu\u00a0»."
        )
        self.fields["confirmed"].label = READ_AGAIN
        self.order_fields(["kind", "method", "destroyed_at", "recycler", "deposit", "confirmed"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == DestructionKind.WORKSHOP and data.get("recycler"):
            self.add_error("recycler", "Une destruction à l’atelier n’a pas de recycleur.")
        return data


class ConfirmDestructionForm(ReadAgainForm):
    """What a recycler says of a drive of which it contested the destruction: it is destroyed after all."""

    method = forms.ChoiceField(label="Méthode", choices=choose(DestructionMethod.choices))
    destroyed_at = instant_field("Détruit le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deposit"].label = "Votre certificat"
        self.fields[
            "deposit"
        ].help_text = "Un autre que celui que vous avez contesté\u00a0: il nomme le disque, l’appareil ou le bordereau."
        self.fields["confirmed"].label = READ_AGAIN
        self.order_fields(["method", "destroyed_at", "deposit", "confirmed"])


class DriveRemovalForm(forms.Form):
    """A drive taken out of its device."""

    destination = forms.ChoiceField(label="Destination")
    place = forms.CharField(label="Rangé à", max_length=60, required=False)

    def __init__(self, *args: Any, by: Membership, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = device.state in IN_THE_WORKSHOP and not is_pilot(by)
        offered = set(RemovalDestination) if here else set(SETTLED_FROM_AFAR)
        if can_settle_drive(by) is None:
            offered.discard(RemovalDestination.MISTAKE)
        choices = [(one.value, one.label) for one in RemovalDestination if one in offered]
        field_of(self, "destination", forms.ChoiceField).choices = choose(choices)


class UndoneForm(forms.Form):
    """Why what is written of a drive did not happen."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=choose([(one.value, one.label) for one in UndoneReason if one not in CONTESTED]),
        error_messages={"required": "Dites pourquoi cet enregistrement s’annule."},
    )


class ContestForm(forms.Form):
    """Why a recycler says that a destruction recorded in its name did not take place."""

    reason = forms.ChoiceField(
        label="Pourquoi",
        choices=[
            (UndoneReason.DENIED, "Nous ne l’avons pas détruit"),
            (UndoneReason.NOT_RECEIVED, "Nous ne l’avons pas reçu"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi vous contestez."},
    )
