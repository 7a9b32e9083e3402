"""What machines say of themselves: files deposited at a workshop, what each filled, scores of processors."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q

from documents.models import StoredFile
from lifecycle.actors import Actor
from network.models import Membership, Organisation
from reference.dated import Dated
from refurb.enums.hardware import DismissalReason, FileKind, Unreadable
from refurb.models.deposit_token import DepositToken
from refurb.models.evidence import Evidence, EvidenceQuerySet
from refurb.permissions import can_work_on_device
from refurb.readers.facts import HardwareFacts
from refurb.readers.names import processor_key


class DepositedFileQuerySet(models.QuerySet["DepositedFile"]):
    """Reads of deposited files."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of one's workshop: nobody else opens them."""
        allowed = None if actor is None else can_work_on_device(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def waiting(self) -> Self:
        """Those that are no device's, or no more, and that nobody set aside, the oldest first."""
        taken = HardwareReport.objects.standing().filter(deposit=OuterRef("pk"))
        return self.filter(~Exists(taken), dismissal=None).order_by("pk")


class DepositedFile(models.Model):
    """A file that a tool wrote of a machine, deposited at a workshop, read at once, then sorted. Append-only.

    ``points_at``, ``shows`` and ``failed`` are what the database asks of it while it waits (``refurb.unsorted``).
    """

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    kind = models.CharField("sorte de fichier", max_length=12, choices=FileKind, blank=True)
    problem = models.CharField("non lu car", max_length=15, choices=Unreadable, blank=True)
    facts = models.JSONField("ce qu’il dit", default=dict)
    text = models.TextField("texte du PDF", blank=True)
    points_at = ArrayField(models.TextField(), verbose_name="ce qui désigne un appareil", default=list)
    shows = ArrayField(models.TextField(), verbose_name="disques montrés", default=list)
    failed = ArrayField(models.TextField(), verbose_name="disques non effacés", default=list)
    deposited_at = models.DateTimeField("déposé le")
    deposited_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="déposé par"
    )
    token = models.ForeignKey(
        DepositToken, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par la clé"
    )

    objects = DepositedFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier d’une machine"
        verbose_name_plural = "fichiers de machines"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(problem="") & ~Q(kind="") | ~Q(problem="") & Q(kind=""), name="refurb_depositedfile_read"
            ),
            models.CheckConstraint(
                condition=Q(deposited_by=None, token__isnull=False) | Q(deposited_by__isnull=False, token=None),
                name="refurb_depositedfile_by",
            ),
        )
        indexes = (
            models.Index(fields=("workshop", "-id"), name="refurb_depositedfile_latest"),
            GinIndex(fields=("points_at",), name="refurb_depositedfile_points"),
        )

    def __str__(self) -> str:
        return str(self.file)

    @property
    def hardware_facts(self) -> HardwareFacts:
        """What it says, as its reader gave it; nothing when it was not read."""
        return HardwareFacts.from_json(self.facts)


class FilePointer(models.Model):
    """A device at which a file pointed while it waited, whatever became since of its label, its number or its drives.

    The database keeps those of a device whose label or number changes, or whose drive is corrected or taken out
    (``refurb_keep_pointers``). ``held_back``: the file kept that device from leaving, when the manager set it aside.
    Append-only.
    """

    deposit = models.ForeignKey(
        DepositedFile, models.PROTECT, related_name="pointers", verbose_name="fichier d’une machine"
    )
    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="+", verbose_name="appareil")
    held_back = models.BooleanField("le fichier le retenait, quand il a été écarté", default=False)
    recorded_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "appareil désigné par un fichier"
        verbose_name_plural = "appareils désignés par des fichiers"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("deposit", "device", "held_back"), name="refurb_filepointer_once"),
        )

    def __str__(self) -> str:
        return f"{self.deposit}\u00a0: {self.device}"


class FileDismissal(models.Model):
    """A deposited file that a person sets aside, and why; ``words`` of one that held a device back. Append-only."""

    deposit = models.OneToOneField(
        DepositedFile, models.PROTECT, related_name="dismissal", verbose_name="fichier d’une machine"
    )
    reason = models.CharField("motif", max_length=10, choices=DismissalReason)
    words = models.TextField("pourquoi", blank=True, max_length=500)
    set_aside_at = models.DateTimeField("écarté le")
    set_aside_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="écarté par")

    class Meta:
        verbose_name = "fichier écarté"
        verbose_name_plural = "fichiers écartés"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.get_reason_display()


class HardwareReportQuerySet(EvidenceQuerySet["HardwareReport"]):
    """Reads of what files said of devices."""

    def standing(self) -> Self:
        """Those of which nobody said since that the file is of another machine."""
        return self.filter(withdrawn_at=None)


class HardwareReport(Evidence):
    """What one deposited file said of one device, what it filled of it, and where what was written said otherwise.

    Withdrawn, the file was another machine's: what it filled is taken back, and it waits to be sorted again.
    """

    deposit = models.ForeignKey(
        DepositedFile, models.PROTECT, related_name="reports", verbose_name="fichier d’une machine"
    )
    kind = models.CharField("sorte de fichier", max_length=12, choices=FileKind)
    sha256 = models.CharField("empreinte du fichier", max_length=64, db_index=True)
    facts = models.JSONField("ce qu’il dit", default=dict)
    filled = models.JSONField("ce qu’il a rempli", default=dict)
    differences = models.JSONField("ce qui était écrit autrement", default=dict)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="retirée par"
    )

    objects = HardwareReportQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "lecture d’un appareil"
        verbose_name_plural = "lectures d’appareils"
        constraints = (
            *Evidence.Meta.constraints,
            models.UniqueConstraint(
                fields=("deposit", "device"), condition=Q(withdrawn_at=None), name="refurb_hardwarereport_standing"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="refurb_hardwarereport_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.recorded_at:%d/%m/%Y}"

    @property
    def hardware_facts(self) -> HardwareFacts:
        """What the file said, as its reader gave it."""
        return HardwareFacts.from_json(self.facts)


class ProcessorScore(Dated):
    """The score of a processor in the benchmark that the scales read (PassMark CPU Mark), with its source."""

    name = models.CharField("processeur", max_length=80)
    key = models.CharField("nom comparable", max_length=80, editable=False)
    score = models.PositiveIntegerField("score (PassMark CPU Mark)")

    class Meta(Dated.Meta):
        verbose_name = "score d’un processeur"
        verbose_name_plural = "scores des processeurs"
        ordering = ("name", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("key", "valid_from"), name="refurb_processorscore_once"),
        )

    def __str__(self) -> str:
        return self.name


def key_of_processor(told: dict[str, object]) -> str:
    """How a processor is found again, whatever tool or person wrote it."""
    return processor_key(str(told["name"]))
