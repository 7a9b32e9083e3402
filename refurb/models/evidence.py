"""What proves what was done to a device: rows that are added, never edited; a newer one may supersede an older one."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from documents.models import StoredFile
from network.models import Membership, Organisation
from refurb.enums import (
    SOLDERED_STORAGE,
    AbsenceReason,
    CheckResult,
    Claim,
    CosmeticGrade,
    DestructionKind,
    DestructionMethod,
    DeviceState,
    DeviceType,
    Difference,
    DriveKind,
    ErasureMethod,
    ErasureOrigin,
    HiddenSectors,
    Outcome,
    Refusal,
    RemovalDestination,
    Verification,
)
from refurb.models.reference import Checklist, GradingScale


class EvidenceQuerySet[E: "Evidence"](models.QuerySet[E]):
    """Reads of evidence."""

    def current(self) -> Self:
        """The rows that no newer row supersedes."""
        return self.filter(superseded_by=None)

    def of_this_stay(self) -> Self:
        """The current rows of the present stay of the device of an outer query."""
        return self.current().filter(device=OuterRef("pk"), stay=OuterRef("stay"))


class Evidence(models.Model):
    """What all evidence says of itself: of which device, in which stay, recorded when and by whom.

    Evidence counts in its own stay and in no other. Append-only by trigger.
    """

    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="%(class)ss", verbose_name="appareil")
    stay = models.PositiveSmallIntegerField("passage")
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="enregistré par"
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="remplace"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")), name="%(app_label)s_%(class)s_supersedes"
            ),
        )
        indexes = (models.Index(fields=("device", "stay"), name="%(app_label)s_%(class)s_stay"),)


class DriveQuerySet(EvidenceQuerySet["Drive"]):
    """Reads of drives."""

    def unproven(self) -> Self:
        """Current drives with neither an accepted erasure finished after the arrival nor a destruction."""
        return self.current().filter(
            ~Exists(Erasure.objects.accepted().filter(drive=OuterRef("pk"), finished_at__gte=OuterRef("arrived_at"))),
            ~Exists(Destruction.objects.current().filter(drive=OuterRef("pk"))),
        )

    def in_place(self) -> Self:
        """Current drives that are still in their device: the storage of a phone or tablet never leaves it."""
        removals = DriveRemoval.objects.current().filter(drive=OuterRef("pk"))
        return self.current().filter(
            ~Exists(removals.filter(Q(destination=RemovalDestination.MISTAKE) | ~Q(device__type__in=SOLDERED_STORAGE)))
        )

    def real(self) -> Self:
        """Current drives, less those that were inventoried by mistake."""
        mistaken = DriveRemoval.objects.current().filter(drive=OuterRef("pk"), destination=RemovalDestination.MISTAKE)
        return self.current().filter(~Exists(mistaken))

    def missing_erasures(self) -> Self:
        """Drives that left their device, or whose device left for waste, and that nothing proves empty: aim 0.

        Removed drives until erased or destroyed, whatever became of the device; drives of a recycled device until
        the recycler's certificate is in (machines §1: dismantle, recycle).
        """
        removed = DriveRemoval.objects.current().filter(drive=OuterRef("pk"))
        gone = Q(device__state__in=(DeviceState.RECYCLED, DeviceState.DISMANTLED), stay=F("device__stay"))
        return self.unproven().real().filter(Exists(removed) | gone)


class Drive(Evidence):
    """One storage found in a device, the internal storage of a phone or tablet included. Sizes in bytes."""

    kind = models.CharField("type", max_length=10, choices=DriveKind)
    serial = models.CharField("numéro de série", max_length=80, blank=True)
    manufacturer = models.CharField("marque", max_length=60, blank=True)
    model = models.CharField("modèle", max_length=80, blank=True)
    capacity = models.PositiveBigIntegerField("capacité (octets)", null=True, blank=True)
    slot = models.CharField("emplacement", max_length=40, blank=True)
    arrived_at = models.DateTimeField("arrivée de l’appareil")

    objects = DriveQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "disque"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=DriveKind.values), name="refurb_drive_kind"),
            models.CheckConstraint(condition=Q(stay__gte=1), name="refurb_drive_stay_counted"),
        )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.get_kind_display(), self.model, self.serial)))


class StorageAbsence(Evidence):
    """A person attests, with a reason, that a device holds no drive."""

    reason = models.CharField("motif", max_length=20, choices=AbsenceReason)

    class Meta(Evidence.Meta):
        verbose_name = "absence de stockage"
        verbose_name_plural = "absences de stockage"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(recorded_by__isnull=False), name="refurb_storageabsence_attested"),
        )

    def __str__(self) -> str:
        return self.get_reason_display()


class ErasureQuerySet(EvidenceQuerySet["Erasure"]):
    """Reads of erasures."""

    def accepted(self) -> Self:
        """Current erasures whose computed verdict is favourable."""
        return self.current().filter(outcome=Outcome.ACCEPTED)


class Erasure(Evidence):
    """One erasure of one drive, with the verdict computed by ``refurb.verdict`` beside what the report claims.

    A donor's own certificate is kept (``origin``) and never counts. Sizes in bytes.
    """

    drive = models.ForeignKey(Drive, models.PROTECT, related_name="erasures", verbose_name="disque")
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
    verification = models.CharField("vérification", max_length=12, choices=Verification)
    verification_errors = models.PositiveIntegerField("erreurs à la vérification", default=0)
    pass_errors = models.PositiveIntegerField("erreurs d’écriture", default=0)
    hidden_sectors = models.CharField("secteurs cachés", max_length=15, choices=HiddenSectors)
    serial_read = models.CharField("numéro de série au rapport", max_length=80, blank=True)
    operator = models.CharField("opérateur", max_length=80, blank=True)
    report = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rapport"
    )
    report_sha256 = models.CharField("empreinte du rapport", max_length=64, blank=True)
    outcome = models.CharField("verdict", max_length=10, choices=Outcome)
    refusals = ArrayField(
        models.CharField(max_length=20, choices=Refusal), verbose_name="motifs de refus", default=list
    )
    claimed = models.CharField("selon le rapport", max_length=10, choices=Claim, blank=True)
    claimed_seconds = models.PositiveIntegerField("durée imprimée (secondes)", null=True, blank=True)
    differences = ArrayField(
        models.CharField(max_length=20, choices=Difference), verbose_name="écarts avec le rapport", default=list
    )

    objects = ErasureQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "effacement"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REFUSED, refusals__len__gt=0)
                | Q(
                    outcome=Outcome.ACCEPTED,
                    refusals=[],
                    origin=ErasureOrigin.WORKSHOP,
                    finished_at__isnull=False,
                    passes_done__gte=F("passes_asked"),
                    verification_errors=0,
                    pass_errors=0,
                )
                & ~Q(verification=Verification.NONE)
                & (Q(bytes_expected=None) | Q(bytes_erased__gte=F("bytes_expected"))),
                name="refurb_erasure_verdict",
            ),
            models.CheckConstraint(
                condition=Q(report=None, report_sha256="") | Q(report__isnull=False) & ~Q(report_sha256=""),
                name="refurb_erasure_report_hashed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.tool} : {self.get_outcome_display().lower()}"

    @property
    def refusal_labels(self) -> list[str]:
        """The French sentences of what keeps it from counting."""
        return [str(Refusal(code).label) for code in self.refusals]

    @property
    def difference_labels(self) -> list[str]:
        """The French sentences of where the report says otherwise."""
        return [str(Difference(code).label) for code in self.differences]


class Destruction(Evidence):
    """A drive destroyed, at the workshop or by a recycler who certifies it."""

    drive = models.ForeignKey(Drive, models.PROTECT, related_name="destructions", verbose_name="disque")
    kind = models.CharField("par", max_length=10, choices=DestructionKind)
    method = models.CharField("méthode", max_length=10, choices=DestructionMethod)
    destroyed_at = models.DateTimeField("détruit le")
    recycler = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="recycleur"
    )
    certificate = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="certificat ou photo"
    )

    class Meta(Evidence.Meta):
        verbose_name = "destruction"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=DestructionKind.WORKSHOP, recycler=None)
                | Q(kind=DestructionKind.RECYCLER, recycler__isnull=False, certificate__isnull=False),
                name="refurb_destruction_certified",
                violation_error_message="La destruction par un recycleur demande son certificat.",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class DriveRemoval(Evidence):
    """A drive taken out of its device: named, and followed until it is erased or destroyed."""

    drive = models.ForeignKey(Drive, models.PROTECT, related_name="removals", verbose_name="disque")
    removed_at = models.DateTimeField("retiré le")
    destination = models.CharField("destination", max_length=12, choices=RemovalDestination)
    place = models.CharField("rangé à", max_length=60, blank=True)

    class Meta(Evidence.Meta):
        verbose_name = "retrait de disque"
        verbose_name_plural = "retraits de disques"

    def __str__(self) -> str:
        return self.get_destination_display()


class TestRun(Evidence):
    """The functions of a device tested against one version of the checklist of its type."""

    __test__ = False  # pytest would take its name for a test

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="runs", verbose_name="liste")
    passed = models.BooleanField("en état de marche")
    failing = ArrayField(models.CharField(max_length=40), verbose_name="fonctions en défaut", default=list)

    class Meta(Evidence.Meta):
        verbose_name = "série de tests"
        verbose_name_plural = "séries de tests"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(passed=True, failing=[]) | Q(passed=False, failing__len__gt=0), name="refurb_testrun_passed"
            ),
        )

    def __str__(self) -> str:
        return "Tests réussis" if self.passed else "Tests non réussis"


class TestResult(models.Model):
    """The result of one function in one run; ``carried_from`` is the run of this stay where it was observed."""

    __test__ = False  # pytest would take its name for a test

    run = models.ForeignKey(TestRun, models.PROTECT, related_name="results", verbose_name="série")
    function = models.SlugField("fonction", max_length=40)
    result = models.CharField("résultat", max_length=15, choices=CheckResult)
    carried_from = models.ForeignKey(
        TestRun, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="repris de"
    )

    class Meta:
        verbose_name = "résultat de test"
        verbose_name_plural = "résultats de tests"
        ordering = ("run", "pk")
        constraints = (models.UniqueConstraint(fields=("run", "function"), name="refurb_testresult_once"),)

    def __str__(self) -> str:
        return f"{self.function} : {self.get_result_display().lower()}"


class Grading(Evidence):
    """A grade as it was computed: scale, measures, sum line by line. The cosmetic letter is apart."""

    type = models.CharField("type", max_length=12, choices=DeviceType)
    scale = models.ForeignKey(GradingScale, models.PROTECT, related_name="gradings", verbose_name="grille")
    measures = models.JSONField("mesures")
    lines = models.JSONField("somme, ligne par ligne")
    score = models.DecimalField("total", max_digits=8, decimal_places=2)
    uncapped = models.CharField("grade du total", max_length=12)
    caps = models.JSONField("plafonds appliqués", default=list)
    grade = models.CharField("grade", max_length=12)
    label = models.CharField("libellé", max_length=80)
    cosmetic = models.CharField("aspect", max_length=1, choices=CosmeticGrade)

    class Meta(Evidence.Meta):
        verbose_name = "classement"

    def __str__(self) -> str:
        return f"{self.label} ({self.scale})"
