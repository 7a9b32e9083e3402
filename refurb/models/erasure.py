"""One run of a tool on one drive, with the verdict computed here: rows that are added, never edited."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from documents.enums import ContentType
from documents.models import StoredFile
from refurb.enums import (
    TO_LOOK_AT,
    AttributionReason,
    Claim,
    ClockReason,
    ErasureEntry,
    ErasureMethod,
    ErasureOrigin,
    ErasureOutcome,
    ErasureRefusal,
    ErasureVerification,
    HiddenSectors,
    ReportDifference,
    ToolClock,
)
from refurb.models.evidence import Evidence, EvidenceQuerySet, serial_key_of
from refurb.verdict import MEGABYTE, bytes_moved
from typography.french import HARD, grouped, lasting, storage, to_the_second

LOOK_AT_IT = (
    "Regardez le disque\u00a0: mal inventorié, corrigez-le\u00a0; si le journal est d’un autre, effacez celui-ci."
)


class ErasureQuerySet(EvidenceQuerySet["Erasure"]):
    """Reads of erasures."""

    def accepted(self) -> Self:
        """Current erasures whose computed verdict is favourable."""
        return self.current().filter(outcome=ErasureOutcome.ACCEPTED)


class Erasure(Evidence):
    """One erasure of one drive, with the verdict computed by ``refurb.verdict`` beside what the report claims.

    A donor's own certificate is kept (``origin``) and never counts. Sizes in bytes.
    """

    drive = models.ForeignKey("refurb.Drive", models.PROTECT, related_name="erasures", verbose_name="disque")
    origin = models.CharField("origine", max_length=10, choices=ErasureOrigin)
    tool = models.CharField("outil", max_length=60)
    tool_version = models.CharField("version", max_length=30, blank=True)
    standard = models.CharField("norme ou programme", max_length=60, blank=True)
    method = models.CharField("méthode", max_length=15, choices=ErasureMethod)
    started_at = models.DateTimeField("début", null=True, blank=True)
    finished_at = models.DateTimeField("fin", null=True, blank=True)
    bytes_expected = models.PositiveBigIntegerField("octets à effacer", null=True, blank=True)
    bytes_erased = models.PositiveBigIntegerField("octets effacés", null=True, blank=True)
    passes_asked = models.PositiveSmallIntegerField("passes demandées", default=1)
    passes_done = models.PositiveSmallIntegerField("passes faites", default=0)
    verification = models.CharField("vérification", max_length=12, choices=ErasureVerification)
    verification_errors = models.PositiveIntegerField("erreurs à la vérification", default=0)
    pass_errors = models.PositiveIntegerField("erreurs d’écriture", default=0)
    hidden_sectors = models.CharField("secteurs cachés", max_length=15, choices=HiddenSectors)
    serial_read = models.CharField("numéro de série au rapport", max_length=80, blank=True)
    operator = models.CharField("opérateur", max_length=80, blank=True)
    report = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rapport"
    )
    report_sha256 = models.CharField("empreinte du rapport", max_length=64, blank=True)
    outcome = models.CharField("verdict", max_length=10, choices=ErasureOutcome)
    refusals = ArrayField(
        models.CharField(max_length=20, choices=ErasureRefusal), verbose_name="motifs de refus", default=list
    )
    claimed = models.CharField("selon le rapport", max_length=10, choices=Claim, blank=True)
    claimed_seconds = models.PositiveIntegerField("durée imprimée (secondes)", null=True, blank=True)
    differences = ArrayField(
        models.CharField(max_length=20, choices=ReportDifference), verbose_name="écarts avec le rapport", default=list
    )
    entry = models.CharField("entré par", max_length=10, choices=ErasureEntry, blank=True, default="")
    serial_key = serial_key_of("serial_read")
    run_sha256 = models.CharField("empreinte du passage lu", max_length=64, blank=True, default="")
    rate_ceiling = models.PositiveIntegerField("débit le plus haut (Mo/s)", null=True, blank=True)
    clock = models.CharField("horloge du poste", max_length=10, choices=ToolClock, default=ToolClock.LOCAL)
    clock_offset = models.IntegerField("décalage de l’horloge (secondes)", default=0)
    clock_reason = models.CharField("horloge, pourquoi", max_length=15, choices=ClockReason, blank=True, default="")
    attribution = models.CharField(
        "attribué au disque", max_length=10, choices=AttributionReason, blank=True, default=""
    )

    objects = ErasureQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "effacement"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome=ErasureOutcome.REFUSED, refusals__len__gt=0)
                | Q(
                    outcome=ErasureOutcome.ACCEPTED,
                    refusals=[],
                    origin=ErasureOrigin.WORKSHOP,
                    finished_at__isnull=False,
                    passes_done__gte=F("passes_asked"),
                    verification_errors=0,
                    pass_errors=0,
                )
                & ~Q(verification=ErasureVerification.NONE)
                & (Q(bytes_expected=None) | Q(bytes_erased__gte=F("bytes_expected"))),
                name="refurb_erasure_verdict",
            ),
            models.CheckConstraint(
                condition=Q(report=None, report_sha256="") | Q(report__isnull=False) & ~Q(report_sha256=""),
                name="refurb_erasure_report_hashed",
            ),
            models.CheckConstraint(
                condition=Q(clock=ToolClock.LOCAL, clock_offset=0, clock_reason="")
                | ~Q(clock=ToolClock.LOCAL) & ~Q(clock_reason=""),
                name="refurb_erasure_clock_said",
                violation_error_message="Dites pourquoi l’horloge n’était pas à l’heure d’ici.",
            ),
            models.CheckConstraint(
                condition=Q(entry__in=(ErasureEntry.READ, ErasureEntry.CHECKED), report__isnull=False)
                & ~Q(run_sha256="")
                | Q(entry__in=(ErasureEntry.TYPED, ErasureEntry.UNSAID), run_sha256="", clock=ToolClock.LOCAL)
                & Q(attribution=""),
                name="refurb_erasure_entry",
            ),
        )
        indexes = (
            *Evidence.Meta.indexes,
            models.Index(fields=("serial_key",), name="refurb_erasure_serial_key", condition=~Q(serial_key="")),
            models.Index(fields=("run_sha256",), name="refurb_erasure_run", condition=~Q(run_sha256="")),
            models.Index(fields=("report_sha256",), name="refurb_erasure_report", condition=~Q(report_sha256="")),
        )

    def __str__(self) -> str:
        return f"{self.tool}\u00a0: {self.get_outcome_display().lower()}"

    @property
    def duration(self) -> timedelta | None:
        """From its start to its end."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None

    @property
    def moved_bytes(self) -> int | None:
        """What was written and read again, all passes together."""
        return bytes_moved(self.bytes_erased, self.passes_done, self.verification)

    @property
    def rate(self) -> int | None:
        """Megabytes per second that were written and read; None when it is not known."""
        moved, lasted = self.moved_bytes, self.duration
        return int(moved / lasted.total_seconds()) // MEGABYTE if moved and lasted else None

    @property
    def is_typed(self) -> bool:
        """A person copied it: what it says is the word of that person."""
        return self.origin == ErasureOrigin.WORKSHOP and self.entry in (ErasureEntry.TYPED, ErasureEntry.CHECKED)

    @property
    def is_unread(self) -> bool:
        """No log that Maillon reads stands behind what a person typed."""
        return self.origin == ErasureOrigin.WORKSHOP and self.entry == ErasureEntry.TYPED

    @property
    def printed_end(self) -> datetime | None:
        """The end as the clock of the computer told it; the same as the end when that clock was right."""
        return self.finished_at and self.finished_at - timedelta(seconds=self.clock_offset)

    @property
    def refusal_labels(self) -> list[str]:
        """The French sentences of what keeps it from counting."""
        told = {
            ErasureRefusal.TOO_FAST: self._too_fast,
            ErasureRefusal.BEFORE_ARRIVAL: self._before_arrival,
            ErasureRefusal.SERIAL_MISSING: self._without_number,
            ErasureRefusal.METHOD_UNSUITED: self._unsuited,
        }
        return [told[code]() if code in told else str(ErasureRefusal(code).label) for code in self.refusals]

    def _before_arrival(self) -> str:
        """When it began, when the drive arrived, and what to do."""
        arrived, is_begun = self.drive.arrived_at, self.started_at is not None
        told = f"L’effacement {'a commencé' if is_begun else 's’est terminé'} le"
        told = f"{told} {to_the_second(self.started_at or self.finished_at)}"
        out = "déposez le journal en disant comment était réglée son horloge"
        if self.entry == ErasureEntry.READ:
            out = "déposez de nouveau le journal en déclarant le décalage de son horloge"
        return (
            f"{told}, avant l’arrivée du disque, le {to_the_second(arrived)}\u00a0: il ne prouve rien. Si le poste"
            f" n’était pas à l’heure d’ici, {out}\u00a0; sinon, effacez le disque de nouveau."
        )

    def _unsuited(self) -> str:
        """A reset proves the storage of a phone or a tablet alone; how that of a computer is erased."""
        label = str(ErasureRefusal.METHOD_UNSUITED.label)
        if self.method != ErasureMethod.RESET:
            return label
        return (
            f"{label} Une réinitialisation ne prouve que le stockage d’un téléphone ou d’une tablette\u00a0: effacez"
            " celui d’un ordinateur, même soudé, avec nwipe ou par une commande du disque (Sanitize,"
            " «\u00a0blkdiscard\u00a0»), et joignez le rapport de l’outil."
        )

    def _without_number(self) -> str:
        """A log that bears no number is attributed to its drive by a person; a typed one is typed with it."""
        label = str(ErasureRefusal.SERIAL_MISSING.label)
        if self.entry not in (ErasureEntry.READ, ErasureEntry.CHECKED):
            return label
        if self.report is not None and self.report.content_type == ContentType.PDF:
            return f"{label} Il faut le journal texte de nwipe\u00a0: un certificat PDF ne s’attribue pas."
        return f"{label} Attribuez ce journal au disque dont il parle, en disant comment vous le savez."

    def _too_fast(self) -> str:
        """« 512 Go écrits et relus en 0 s : ce type de disque ne dépasse pas 600 Mo/s. »"""
        moved, lasted, most = self.moved_bytes, self.duration, self.rate_ceiling
        if moved is None or lasted is None or most is None:
            return str(ErasureRefusal.TOO_FAST.label)
        how = "écrits et relus" if moved > (self.bytes_erased or 0) * self.passes_done else "écrits"
        told = f"{storage(moved)} {how} en {lasting(lasted)}"
        return f"{told}\u00a0: ce type de disque ne dépasse pas {grouped(most)}{HARD}Mo/s."

    @property
    def to_look_at(self) -> str:
        """What the drive itself has to settle, and what to do then; nothing when the log and the inventory agree."""
        told = [str(ReportDifference(code).label) for code in self.differences if code in TO_LOOK_AT]
        if not told:
            return ""
        return " ".join((*told, LOOK_AT_IT))

    @property
    def difference_labels(self) -> list[str]:
        """The French sentences of where the report says otherwise."""
        return [str(ReportDifference(code).label) for code in self.differences]
