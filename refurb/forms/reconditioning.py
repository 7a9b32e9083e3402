"""What a technician types on the one page where a device is declared reconditioned."""

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from documents.enums import ContentType
from donations.forms.deposit import EvidenceForm
from donations.serials import same_serial
from refurb.enums import SOLDERED_STORAGE, AbsenceReason, AttributionReason, CheckResult, CosmeticGrade, DriveSource
from refurb.forms.bench import GradingForm, TestRunForm
from refurb.forms.devices import UNREAD, UNREAD_HELP, DeviceReconditionForm, asked_of_its_type
from refurb.forms.evidence import DriveForm, ReportForm
from refurb.models import Checklist, Device, Drive
from refurb.readers.nwipe import LogRun, NotNwipe
from refurb.services.devices import INSIDE
from refurb.services.likeness import Likeness
from refurb.services.nwipe import NotThisDrive, kind_told, run_about, runs_of
from refurb.verdict import ROUNDING
from typography.french import euros, storage

LOG = "Journal de nwipe (fichier texte)"
NOT_A_LOG = (
    "Ce fichier n’est pas un journal texte de nwipe\u00a0: il est gardé. Donnez le journal, ou saisissez"
    " l’effacement à la main."
)
NOT_A_CERTIFICATE = (
    "Un certificat PDF ne s’attribue pas\u00a0: il est gardé. Donnez le journal texte de nwipe du même effacement."
    " Vous ne l’avez plus\u00a0? Effacez de nouveau et gardez-le."
)
ALL_NUMBERED = "Chaque disque de ce journal a son numéro de série\u00a0: déposez-le sur la ligne de son disque."
MEMORY = "ram_gb"
NO_MEMORY = "Donnez la mémoire, ici ou dans l’identité."
TOO_DEAR = 2
"""A price over so many times the legal ceiling of the type is asked about, even where no ceiling binds."""
FREE = Decimal(1)
"""Under one euro too: a price is often left out by mistake."""


class LogForm(ReportForm):
    """The log of a drive already inventoried: everything is read in it."""

    def __init__(self, *args: Any, drive: Drive, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drive = drive
        self.run: LogRun | None = None
        self.fields["deposit"].label = LOG

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.stored is not None:
            self.run = read_run(self, self.drive.serial)
        return data


class DepositedLogForm(LogForm):
    """The same on a page of its own, where there is nothing else to give."""

    deposit_required = "Déposez le journal de nwipe."


class NewDriveForm(ReportForm, DriveForm):
    """A storage found: read in the log that erased it, or typed. Its number is better read on the drive than there."""

    attested = forms.BooleanField(
        label="J’ai lu sur le disque le numéro que le journal donne",
        required=False,
        help_text="Sinon, le certificat dira que le disque est inventorié d’après le rapport.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, supersedes=None, **kwargs)
        for name in ("manufacturer", "model", "slot", "source"):
            self.fields.pop(name, None)
        self.run: LogRun | None = None
        if kwargs["device"].type in SOLDERED_STORAGE:
            # Its storage is erased by the device itself: no tool writes a log of it.
            for name in ("deposit", "kept", "attested", "clock", "clock_reason", "really"):
                del self.fields[name]
            return
        self.fields["kind"].required = False
        self.fields["deposit"].label = LOG
        self.fields["deposit"].help_text = "Le disque et son effacement y sont lus. Sans journal, laissez vide."
        serial = self.fields["serial"]
        serial.help_text = "Lu ou scanné sur l’étiquette du disque\u00a0: le journal doit porter le même."
        self.order_fields(["deposit", "kept", "kind", "serial", "capacity"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.stored is not None:
            self.run = read_run(self, data.get("serial", ""))
        told = kind_told(self.run) if self.run else None
        data["kind"] = data.get("kind") or told
        if not data["kind"] and "deposit" not in self.errors:
            self.add_error("kind", "Dites de quel type de stockage il s’agit.")
        data["source"] = DriveSource.STICKER if data.get("serial") else DriveSource.UNSAID
        if self.run is not None:
            if not data.get("serial") and same_serial(self.run.serial):
                data["serial"] = self.run.serial
                data["source"] = DriveSource.ATTESTED if data.get("attested") else DriveSource.REPORT
            if data.get("capacity") is None:
                data["capacity"] = self.run.size
        return data

    def drive(self) -> dict[str, Any]:
        """What ``record_drive`` takes."""
        given = {name: self.cleaned_data.get(name) for name in ("kind", "serial", "source", "capacity")}
        return given | {"model": self.run.model[:80] if self.run else ""}


def read_run(form: EvidenceForm, serial: str) -> LogRun | None:
    """The run of the deposited log about this serial number; what is wrong goes beside the file."""
    assert form.stored is not None
    try:
        return run_about(runs_of(form.stored), serial)
    except NotNwipe:
        form.add_error("deposit", ValidationError(NOT_A_LOG, code="not_a_log"))
    except NotThisDrive as error:
        form.add_error("deposit", ValidationError(str(error), code="another_drive"))
    return None


class DeviceIdentityForm(forms.ModelForm):
    """What a household and a grade are told of the device; or why it cannot be read."""

    class Meta:
        model = Device
        fields = ("manufacturer", "model", *INSIDE, "unread")
        labels = {"unread": UNREAD}
        help_texts = {"unread": UNREAD_HELP}

    def __init__(self, *args: Any, alike: Likeness, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked_of_its_type(self)
        if self.is_bound:
            return  # what is compared with what was typed is what is written, not what was proposed
        for name, (value, device) in alike.facts.items():
            self.initial[name] = value
            self.fields[name].help_text = f"Comme {device.tag or device.reference}, du même lot\u00a0: vérifiez."


class AttributedLogForm(ReportForm):
    """A log whose disks have no number."""

    deposit_required = "Déposez le journal de nwipe."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.runs: list[LogRun] = []
        self.fields["deposit"].label = LOG

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.stored is None:
            return data
        try:
            self.runs = [run for run in runs_of(self.stored) if not same_serial(run.serial)]
        except NotNwipe:
            is_pdf = self.stored.content_type == ContentType.PDF
            self.add_error("deposit", ValidationError(NOT_A_CERTIFICATE if is_pdf else NOT_A_LOG, code="not_a_log"))
        else:
            if not self.runs:
                self.add_error("deposit", ValidationError(ALL_NUMBERED, code="all_numbered"))
        return data


class AttributionForm(forms.Form):
    """For each disk of the log, the drive that it is; only drives of about its capacity are proposed."""

    reason = forms.ChoiceField(label="Comment le savez-vous", choices=AttributionReason, widget=forms.RadioSelect)

    def __init__(self, *args: Any, runs: Sequence[LogRun], drives: Sequence[Drive], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drives = {str(drive.pk): drive for drive in drives}
        for run in runs:
            fits = [drive for drive in drives if is_as_large(drive, run)]
            choices = [(str(drive.pk), one) for drive, one in zip(fits, told_apart(fits), strict=True)]
            size = f", {storage(run.size)}" if run.size else ""
            self.fields[f"disk-{run.name}"] = forms.ChoiceField(
                label=f"{run.disk}{_ranked(run)} ({run.model or 'modèle inconnu'}{size})",
                choices=[("", "Aucun de ces disques"), *choices],
                required=False,
                help_text=_when(run),
            )
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [said for name, said in data.items() if name.startswith("disk-") and said]
        if not chosen:
            raise ValidationError("Dites de quel disque parle au moins un des passages.", code="nothing_chosen")
        if len(set(chosen)) < len(chosen):
            raise ValidationError("Un disque ne peut pas être celui de deux passages.", code="chosen_twice")
        return data

    def chosen(self) -> dict[str, Drive]:
        """``{disk of the log: the drive that it is}``."""
        said = {name: pk for name, pk in self.cleaned_data.items() if name.startswith("disk-") and pk}
        return {name.removeprefix("disk-"): self.drives[pk] for name, pk in said.items()}


def is_as_large(drive: Drive, run: LogRun) -> bool:
    """Of the capacity that the log prints, but for the rounding of labels; unknown sizes are not told apart."""
    if not drive.capacity or not run.size:
        return True
    return run.size * ROUNDING <= drive.capacity <= run.size / ROUNDING


def told_apart(drives: Sequence[Drive]) -> list[str]:
    """What each is called: two alike in a machine are told apart by their size, their place, then their order."""
    said = [
        ", ".join(
            filter(
                None,
                (
                    f"{drive.device.tag or drive.device.reference}\u00a0: {drive}",
                    storage(drive.capacity) if drive.capacity else "",
                    drive.slot,
                ),
            )
        )
        for drive in drives
    ]
    seen: Counter[str] = Counter()
    told = []
    for one in said:
        seen[one] += 1
        alike = said.count(one) > 1
        told.append(f"{one}, rang {seen[one]} à l’inventaire" if alike else one)
    return told


def _ranked(run: LogRun) -> str:
    """« , passage 2 »: the log was appended to, and the same path names another run."""
    return "" if run.rank == 1 else f", passage {run.rank}"


def _when(run: LogRun) -> str:
    ended = run.finished_at or run.last_at
    return f"Selon l’horloge du poste, terminé le {ended:%d/%m/%Y à %H:%M:%S}." if ended else "Sans fin établie."


class NoStorageForm(forms.Form):
    """A person's word that there is no storage: choosing why is giving it."""

    reason = forms.ChoiceField(
        label="J’ai examiné l’appareil\u00a0: il ne contient aucun stockage",
        choices=AbsenceReason,
        widget=forms.RadioSelect,
    )


class ChecksForm(TestRunForm):
    """One tick for all that works, then what does not."""

    all_ok = forms.BooleanField(
        label="Tout est bon", required=False, help_text="Puis cochez les exceptions, s’il y en a."
    )

    def __init__(self, *args: Any, checklist: Checklist, **kwargs: Any) -> None:
        super().__init__(*args, checklist=checklist, **kwargs)
        self.codes = [name for name in self.fields if name != "all_ok"]

    @property
    def functions(self) -> list[forms.BoundField]:
        """One line per function."""
        return [self[code] for code in self.codes]

    def results(self) -> dict[str, CheckResult]:
        """The exceptions, over all that works when it is ticked."""
        said = {code: CheckResult(self.cleaned_data[code]) for code in self.codes if self.cleaned_data.get(code)}
        working = dict.fromkeys(self.codes, CheckResult.OK) if self.cleaned_data.get("all_ok") else {}
        return working | said


class MeasuresForm(GradingForm):
    """The measures of the grade; a note opens at nought, which says that there is nothing to say.

    The cosmetic letter is one gesture: it is what remains to be said once a file of the machine was read. The memory is
    typed once, in the identity (``memory``), when the page asks for both.
    """

    def __init__(self, *args: Any, memory: Callable[[], int | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memory = memory if MEMORY in self.fields and not self.initial.get(MEMORY) else None
        if self.memory is not None:
            self.fields[MEMORY].required = False
            self.fields[MEMORY].help_text = "Laissez vide\u00a0: c’est celle de l’identité."
        letters = [(one.value, f"{one.value} – {one.label}") for one in CosmeticGrade]
        self.fields["cosmetic"] = forms.ChoiceField(label="Aspect", choices=letters, widget=forms.RadioSelect)
        for name in self.notes:
            self.initial.setdefault(name, 0)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.memory is not None and MEMORY not in self.errors and data.get(MEMORY) is None:
            if (read := self.memory()) is None:
                self.add_error(MEMORY, ValidationError(NO_MEMORY, code="required"))
            else:
                data[MEMORY] = Decimal(read)
        return data


class PriceForm(DeviceReconditionForm):
    """The price, asked about twice when it is far from the others; ``ceiling``: the legal one, when it binds not."""

    sure = forms.BooleanField(label="Oui, ce prix est le bon", required=False)

    def __init__(self, *args: Any, ceiling: Decimal | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ceiling = ceiling
        self.is_doubted = False
        self.fields["price"].widget.attrs["autocomplete"] = "off"
        self.order_fields(["price", "sure", "comment"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        doubted, sure = doubt(data.get("price"), self.ceiling), data.pop("sure", False)
        self.is_doubted = bool(doubted)
        if doubted and not sure:
            self.add_error("price", ValidationError(f"{doubted} Corrigez-le, ou confirmez-le.", code="doubtful"))
        return data


def doubt(price: Decimal | None, ceiling: Decimal | None) -> str:
    """Why a price is surprising; empty when it is not. ``ceiling``: that of public gifts, for one that is not."""
    if price is None:
        return ""
    if price < FREE:
        return f"Le prix est de {euros(price)}."
    if ceiling is not None and price > TOO_DEAR * ceiling:
        return f"{euros(price)}, c’est plus de {TOO_DEAR} fois le plafond des dons publics ({euros(ceiling)})."
    return ""
