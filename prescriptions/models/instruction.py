"""How a distributor shares the requests out: who is away and who replaces him, what advisers note of a file."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from prescriptions.enums import NoteAudience
from prescriptions.models.prescription import Prescription
from prescriptions.nir import validate_no_nir
from prescriptions.permissions import sees_absences, sees_file_notes


class AdviserAbsenceQuerySet(models.QuerySet["AdviserAbsence"]):
    """Reads of absences."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of one's own distributor: colleagues know who is away."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_absences(actor)
        return self.none() if scope is None else self.filter(scope)

    def standing(self) -> Self:
        """Those that were not called off."""
        return self.filter(called_off_at=None)

    def uncovered(self, day: date) -> Self:
        """Those not over yet that nobody replaces."""
        return self.standing().filter(last_on__gte=day).told_uncovered(day).filter(is_uncovered=True)

    def told_uncovered(self, day: date) -> Self:
        """Each with ``is_uncovered``: no replacement was named, he left, or he is away himself meanwhile."""
        meanwhile = AdviserAbsence.objects.standing().filter(
            adviser=OuterRef("replaced_by"),
            last_on__gte=day,
            first_on__lte=OuterRef("last_on"),
        )
        away = Exists(meanwhile.filter(last_on__gte=OuterRef("first_on")))
        here = Membership.objects.open().filter(pk=OuterRef("replaced_by"))
        return self.annotate(is_uncovered=away | ~Exists(here))


class AdviserAbsence(models.Model):
    """An adviser is away from one day to another, both included; what waits for him is on his replacement's first page.

    It ends by itself. Called off, it is kept: what was done meanwhile was done by whoever did it.
    """

    # Whether nobody replaces: read with the rows by the page that lists them, never stored.
    is_uncovered: bool

    adviser = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="absent")
    replaced_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplacé par"
    )
    first_on = models.DateField("du")
    last_on = models.DateField("au")
    declared_at = models.DateTimeField("déclarée le")
    declared_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="déclarée par")
    called_off_at = models.DateTimeField("arrêtée le", null=True, blank=True)

    objects = AdviserAbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence d’un conseiller"
        verbose_name_plural = "absences des conseillers"
        ordering = ("first_on", "pk")
        indexes = (models.Index(fields=("adviser", "last_on"), name="prescriptions_absence_days"),)
        constraints = (
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="prescriptions_absence_order"),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("adviser")), name="prescriptions_absence_another"
            ),
        )

    def __str__(self) -> str:
        return f"du {self.first_on:%d/%m/%Y} au {self.last_on:%d/%m/%Y}"


class FileNoteQuerySet(models.QuerySet["FileNote"]):
    """Reads of notes of instruction."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Of the requests one may see: all that one's own distributor wrote, or those shared with one's prescriber."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_file_notes(actor)
        if scope is None:
            return self.none()
        return self.filter(scope, prescription__in=Prescription.objects.visible_to(actor).values("pk"))


class FileNote(models.Model):
    """What an adviser notes of a request: shared with its prescriber, or kept among the advisers. Append-only.

    The household reads both when it asks for what is written of it.
    """

    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="notes", verbose_name="prescription")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="structure")
    audience = models.CharField("lue par", max_length=6, choices=NoteAudience)
    text = models.TextField("note", validators=[validate_no_nir])
    written_at = models.DateTimeField("écrite le")
    written_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = FileNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "note d’instruction"
        verbose_name_plural = "notes d’instruction"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(audience__in=NoteAudience.values), name="prescriptions_filenote_audience"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_audience_display()}, {self.written_at:%d/%m/%Y}"
