"""The drives of a device: what it holds, what left it, what was destroyed; or that it holds none."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value

from documents.models import StoredFile
from donations.models.inventory import called
from lifecycle.actors import Actor
from network.models import Organisation
from refurb.enums import (
    CONTESTED,
    SOLDERED_STORAGE,
    AbsenceReason,
    CertificateNames,
    DestructionKind,
    DestructionMethod,
    DeviceState,
    DriveKind,
    DriveSource,
    RemovalDestination,
    UndoneReason,
)
from refurb.models.erasure import Erasure
from refurb.models.evidence import Evidence, EvidenceQuerySet, serial_key_of
from refurb.parameters import CONTEST_DAYS
from refurb.permissions import certifies_destruction


class DriveQuerySet(EvidenceQuerySet["Drive"]):
    """Reads of drives."""

    def unproven(self) -> Self:
        """Current drives with neither an accepted erasure finished after the arrival nor a destruction."""
        return self.current().filter(~_erased(), ~_destroyed())

    def proven(self) -> Self:
        """Current drives that were erased after their arrival with a favourable verdict, or destroyed."""
        return self.current().filter(_erased() | _destroyed())

    def in_place(self) -> Self:
        """Current drives that are still in their device: the storage of a phone or tablet never leaves it."""
        removals = DriveRemoval.objects.current().filter(drive=OuterRef("pk"))
        return self.current().filter(
            ~Exists(removals.filter(Q(destination=RemovalDestination.MISTAKE) | ~Q(drive__kind=DriveKind.INTERNAL)))
        )

    def fitting(self) -> Self:
        """Those of a kind that their device holds, as it is called now: « interne » of a phone or a tablet alone.

        A memory card is no device's own storage.
        """
        internal, soldered = Q(kind=DriveKind.INTERNAL), Q(device__type__in=SOLDERED_STORAGE)
        return self.filter(internal & soldered | ~internal & ~soldered).exclude(kind=DriveKind.CARD)

    def misfitting(self) -> Self:
        """Those that were written down while their device was called something else."""
        internal, soldered = Q(kind=DriveKind.INTERNAL), Q(device__type__in=SOLDERED_STORAGE)
        return self.filter(internal & ~soldered | ~internal & soldered).exclude(kind=DriveKind.CARD)

    def working(self) -> Self:
        """Current drives that a device works with: in place, and not destroyed."""
        return self.in_place().filter(~_destroyed())

    def real(self) -> Self:
        """Current drives, less those that were inventoried by mistake."""
        mistaken = DriveRemoval.objects.current().filter(drive=OuterRef("pk"), destination=RemovalDestination.MISTAKE)
        return self.current().filter(~Exists(mistaken))

    def contested(self) -> Self:
        """Those that a recycler says it did not destroy, and that nothing proves since, with ``contested_at``.

        The same drive under its number, or as its inventory said it before: the database knows which.
        """
        said = Drive.objects.filter(destructions__undone__in=CONTESTED)
        near = Q(device__in=said.values("device")) | Q(serial_key__in=said.exclude(serial_key="").values("serial_key"))
        rows = self.unproven().real().filter(near, ~_proven_since()).with_contest()
        return rows.filter(contested_at__isnull=False)

    def contested_by(self, row: "Destruction") -> Self:
        """Of those, the drive of which this row was contested, as its inventory says it now."""
        said = Q(pk=row.drive_id) | Q(supersedes=row.drive_id) | Q(supersedes__supersedes=row.drive_id)
        same = Q(serial_key=row.drive.serial_key) & ~Q(serial_key="")
        return self.contested().filter(said | same).order_by("pk")

    def with_contest(self) -> Self:
        """Each with ``contested_at``: when its recycler said it did not destroy it; None once answered."""
        at = Func(F("pk"), function="refurb_drive_contested_at", output_field=models.DateTimeField())
        return self.annotate(contested_at=at)

    def not_seen_later(self) -> Self:
        """Those whose number was not inventoried again in a later stay of their device: that row says where it is."""
        later = Drive.objects.real().filter(device=OuterRef("device"), stay__gt=OuterRef("stay"))
        return self.filter(~Exists(later.exclude(serial_key="").filter(serial_key=OuterRef("serial_key"))))

    def left_behind(self) -> Self:
        """Drives of an earlier stay that nobody said were taken out, nor proved empty, nor found there again since.

        The same number was found again, or the storage of a phone or a tablet, which can be no other. What a household
        had since is its own.
        """
        entries = self.model._meta.get_field("device").related_model._meta.get_field("journal").related_model
        given = entries.objects.filter(object=OuterRef("device"), target=DeviceState.HANDED_OVER)
        later = Drive.objects.real().filter(device=OuterRef("device"), stay__gt=OuterRef("stay"))
        same = ~Q(serial_key="") & Q(serial_key=OuterRef("serial_key"))
        again = later.filter(same | Q(kind=DriveKind.INTERNAL) & Q(kind=OuterRef("kind")))
        since = given.filter(recorded_at__gt=OuterRef("recorded_at"))
        return self.unproven().in_place().filter(~Exists(again), ~Exists(since), stay__lt=F("device__stay"))

    def missing_erasures(self) -> Self:
        """Drives that left their device, or whose device left for waste, and that nothing proves empty: aim 0.

        Removed drives until erased or destroyed, whatever became of the device; drives of a recycled device until
        the recycler's certificate is in (machines §1.17); drives of an earlier stay until somebody says where they are.
        The same number proven later, wherever it was found, is the proof.
        """
        removed = DriveRemoval.objects.current().filter(drive=OuterRef("pk"))
        gone = Q(device__state__in=(DeviceState.RECYCLED, DeviceState.DISMANTLED), stay=F("device__stay"))
        behind = Drive.objects.left_behind().filter(pk=OuterRef("pk"))
        return self.unproven().real().filter(Exists(removed) | gone | Exists(behind), ~_proven_since())


def _proven_since() -> Exists:
    later = Drive.objects.real().proven().filter(pk__gt=OuterRef("pk"), serial_key=OuterRef("serial_key"))
    return Exists(later.exclude(serial_key=""))


def _erased() -> Exists:
    proofs = Erasure.objects.accepted().filter(drive=OuterRef("pk"), finished_at__gte=OuterRef("arrived_at"))
    return Exists(proofs)


def _destroyed() -> Exists:
    return Exists(Destruction.objects.current().filter(drive=OuterRef("pk")))


def came_out_of(part: Any) -> Q:
    """Of a part of the stock: the drive it is, or one fitted and taken out again; as its inventory was corrected."""
    came = Q()
    for way in ("", "supersedes__", "supersedes__supersedes__"):
        came |= Q(**{f"{way}part": part})
        came |= Q(**{f"{way}fitted_by__part": part, f"{way}fitted_by__taken_out__isnull": False})
    return came


class Drive(Evidence):
    """One storage found in a device, the internal storage of a phone or tablet included. Sizes in bytes."""

    # Read by the pages that list drives, never stored.
    is_unproven: bool
    is_missing: bool
    is_contested: bool
    is_in_place: bool
    gone: list[Any]
    contested_at: datetime | None

    kind = models.CharField("type", max_length=10, choices=DriveKind)
    serial = models.CharField("numéro de série", max_length=80, blank=True)
    serial_key = serial_key_of("serial")
    source = models.CharField("d’où l’on connaît le numéro", max_length=10, choices=DriveSource, blank=True, default="")
    manufacturer = models.CharField("marque", max_length=60, blank=True)
    model = models.CharField("modèle", max_length=80, blank=True)
    capacity = models.PositiveBigIntegerField("capacité (octets)", null=True, blank=True)
    slot = models.CharField("emplacement", max_length=40, blank=True)
    arrived_at = models.DateTimeField("arrivée")
    """That of its device, or of the last one that held it if that came later."""

    objects = DriveQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "disque"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=DriveKind.values), name="refurb_drive_kind"),
            models.CheckConstraint(condition=Q(stay__gte=1), name="refurb_drive_stay_counted"),
        )
        indexes = (
            *Evidence.Meta.indexes,
            models.Index(fields=("serial_key",), name="refurb_drive_serial_key", condition=~Q(serial_key="")),
        )

    def __str__(self) -> str:
        return " ".join(filter(None, dict.fromkeys((self.get_kind_display(), self.model, self.serial))))

    def is_contested_by(self, paper: StoredFile) -> bool:
        """Whether its recycler contests this paper for it, under its number or as its inventory said it before."""
        asked = Func(
            F("pk"),
            Value(paper.sha256),
            function="refurb_drive_contested_paper",
            output_field=models.BooleanField(),
        )
        return Drive.objects.filter(asked, pk=self.pk).exists()

    def awaits_word_of(self, recycler: Organisation, but: Evidence | None = None) -> bool:
        """Whether this recycler contests that it destroyed it, and nothing proves it since, whatever ``but`` says."""
        asked = Func(
            F("pk"),
            Value(recycler.pk),
            Value(but and but.pk, output_field=models.BigIntegerField()),
            function="refurb_drive_contested_by",
            output_field=models.BooleanField(),
        )
        return Drive.objects.filter(asked, pk=self.pk).exists()

    @property
    def called(self) -> str:
        """Its maker and its model on one line, the maker said once; nothing when neither is known."""
        return called(self.manufacturer, self.model)


class AbsenceQuerySet(EvidenceQuerySet["StorageAbsence"]):
    """Reads of what is attested of devices without drives."""

    def with_denial(self) -> Self:
        """Each with ``is_denied``: a drive was found in the same stay since then, and not fitted there."""
        found = (
            Drive.objects.real()
            .filter(
                device=OuterRef("device"),
                stay=OuterRef("stay"),
                recorded_at__gte=OuterRef("recorded_at"),
                fitted_by=None,
                supersedes__fitted_by=None,
            )
            .exclude(kind=DriveKind.CARD)
        )
        return self.annotate(is_denied=Exists(found))


class StorageAbsence(Evidence):
    """A person attests, with a reason, that a device holds no drive."""

    is_denied: bool
    """Annotated by ``with_denial``, never stored."""

    reason = models.CharField("motif", max_length=20, choices=AbsenceReason)

    objects = AbsenceQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "absence de stockage"
        verbose_name_plural = "absences de stockage"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(recorded_by__isnull=False), name="refurb_storageabsence_attested"),
        )

    def __str__(self) -> str:
        return self.get_reason_display()


class DriveActQuerySet[E: "DriveAct"](EvidenceQuerySet[E]):
    """Reads of what was done to drives."""

    def current(self) -> Self:
        """Those that stand: neither superseded, nor a row that only says that one is undone."""
        return super().current().filter(undone="")


class DriveAct(Evidence):
    """What is said to have been done to a drive, once; said of the wrong one, another row undoes it.

    Such a row (``undone``) repeats the one that it supersedes, says who undid it and why, and counts for nothing.
    """

    undone = models.CharField("annulée car", max_length=12, choices=UndoneReason, blank=True, default="")

    class Meta(Evidence.Meta):
        abstract = True
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(undone="") | Q(undone__in=UndoneReason.values, supersedes__isnull=False),
                name="%(app_label)s_%(class)s_undone",
            ),
        )

    @property
    def undone_by(self) -> Self | None:
        """The row that undid it; None while it stands, and when another one corrected it."""
        newer: Self | None = getattr(self, "superseded_by", None)
        return newer if newer is not None and newer.undone else None


class DestructionQuerySet(DriveActQuerySet["Destruction"]):
    """Reads of destructions."""

    def in_the_name_of(self, actor: Actor) -> Self:
        """Those that stand and that a recycler is said to certify, for that recycler; none for anybody else."""
        return self.read_by(actor).current()

    def read_by(self, actor: Actor) -> Self:
        """Those that stand, and those that this recycler contested: it reads what it said, and the paper, still."""
        scope = certifies_destruction(actor)
        if scope is None:
            return self.none()
        told = Q(superseded_by=None) | Q(superseded_by__undone__in=CONTESTED)
        return self.filter(told, scope, undone="", kind=DestructionKind.RECYCLER)

    def with_answer(self) -> Self:
        """Each with ``is_pending``: its recycler contests it, and nothing proves the drive since; and ``answer_by``."""
        return self.annotate(
            is_pending=_awaits_answer(), answer_by=CONTEST_DAYS.days_after("superseded_by__recorded_at")
        )

    def unanswered(self) -> Self:
        """Those whose drive a recycler contests, and nothing proves since."""
        return self.filter(_awaits_answer())


def _awaits_answer() -> Exists:
    same = Q(pk=OuterRef("drive")) | ~Q(serial_key="") & Q(serial_key=OuterRef("drive__serial_key"))
    corrected = Q(supersedes=OuterRef("drive")) | Q(supersedes__supersedes=OuterRef("drive"))
    return Exists(Drive.objects.contested().filter(same | corrected))


class Destruction(DriveAct):
    """A drive destroyed, at the workshop or by a recycler who certifies it."""

    is_pending: bool
    answer_by: datetime
    """Annotated by ``with_answer``, never stored."""

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
    certificate_names = models.CharField(
        "ce que nomme le certificat", max_length=10, choices=CertificateNames, blank=True, default=""
    )

    confirmed = models.BooleanField("certificat relu, dont des mots disent un échec", default=False)

    objects = DestructionQuerySet.as_manager()

    class Meta(DriveAct.Meta):
        verbose_name = "destruction"
        constraints = (
            *DriveAct.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=DestructionKind.WORKSHOP, recycler=None)
                | Q(kind=DestructionKind.RECYCLER, recycler__isnull=False, certificate__isnull=False),
                name="refurb_destruction_certified",
                violation_error_message="La destruction par un recycleur demande son certificat.",
            ),
            models.CheckConstraint(
                condition=Q(certificate_names="")
                | Q(certificate_names__in=CertificateNames.values, kind=DestructionKind.RECYCLER),
                name="refurb_destruction_named",
            ),
            models.CheckConstraint(
                condition=~Q(undone__in=sorted(CONTESTED)) | Q(kind=DestructionKind.RECYCLER),
                name="refurb_destruction_contested",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_unread(self) -> bool:
        """Certified by a paper in which nothing could be read: what it names is the word of who recorded it."""
        return self.kind == DestructionKind.RECYCLER and not self.certificate_names


class DriveRemoval(DriveAct):
    """A drive taken out of its device: named, and followed until it is erased or destroyed."""

    drive = models.ForeignKey(Drive, models.PROTECT, related_name="removals", verbose_name="disque")
    removed_at = models.DateTimeField("retiré le")
    destination = models.CharField("destination", max_length=12, choices=RemovalDestination)
    place = models.CharField("rangé à", max_length=60, blank=True)

    objects = DriveActQuerySet.as_manager()

    class Meta(DriveAct.Meta):
        verbose_name = "retrait de disque"
        verbose_name_plural = "retraits de disques"
        constraints = (
            *DriveAct.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(undone__in=sorted(CONTESTED)), name="refurb_driveremoval_not_contested"
            ),
        )

    def __str__(self) -> str:
        return self.get_destination_display()
