"""How parties end a convention: the agreement of each to a proposal, the paper by which one would end it alone."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from conventions.enums import CHOICES_ALONE, ENDED_ALONE, ConventionState, Party, TerminateReason
from conventions.models.convention import Convention
from conventions.parameters import END_LAPSE_DAYS
from documents.models import StoredFile
from network.models import Membership, Organisation
from reference.parameters import ValuesOfDay


class EndConsent(models.Model):
    """One party agrees to end a convention, in one round of proposal: on screen, or by its paper. Append-only."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="end_consents", verbose_name="convention")
    round = models.PositiveSmallIntegerField("accord de fin n°")
    party = models.CharField("partie", max_length=14, choices=Party)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="accord signé"
    )
    given_at = models.DateTimeField("donné le")
    given_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "accord pour une fin"
        verbose_name_plural = "accords pour une fin"
        ordering = ("convention_id", "round", "pk")
        constraints = (
            models.UniqueConstraint(fields=("convention", "round", "party"), name="conventions_endconsent_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_party_display()}, {self.given_at:%d/%m/%Y}"


OPEN = Q(taken_back_at=None, lapsed_at=None)
"""Neither taken back nor followed by another of its party."""


class EndNoticeQuerySet(models.QuerySet["EndNotice"]):
    """Reads of notices."""

    def open(self) -> Self:
        """The last of each party, unless it took it back: whether it still counts is another matter."""
        return self.filter(OPEN)

    def pending(self, days: ValuesOfDay, day: date) -> Self:
        """Those by which a party may end it on ``day``, or later: not those that were not followed in time."""
        return self.open().exclude(lapsed(days, day))


class EndNotice(models.Model):
    """The paper by which a party says that it will end a convention alone; a party has one that is open at most.

    What it says never changes. ``rank``: that of its act in the journal. ``alone_on``: the first day on which its
    party may end it, by the delays of the day on which it was recorded; later once its date is contested.
    """

    # From when until when its party may end it, None when it counts no more; set by what reads it, never stored.
    alone: tuple[date, date] | None

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="end_notices", verbose_name="convention")
    rank = models.PositiveIntegerField("rang au journal")
    party = models.CharField("partie", max_length=14, choices=Party)
    reason = models.CharField("préavis ou mise en demeure", max_length=20, choices=CHOICES_ALONE)
    given_on = models.DateField("date du papier")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="papier")
    told_at = models.DateTimeField("enregistré le")
    given_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    alone_on = models.DateField("résiliation possible à partir du")
    contested_at = models.DateTimeField("date contestée le", null=True, editable=False)
    contested_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="date contestée par"
    )
    taken_back_at = models.DateTimeField("retiré le", null=True, editable=False)
    lapsed_at = models.DateTimeField("suivi d’un autre le", null=True, editable=False)

    objects = EndNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "préavis ou mise en demeure"
        verbose_name_plural = "préavis et mises en demeure"
        ordering = ("convention_id", "rank")
        constraints = (
            models.UniqueConstraint(fields=("convention", "rank"), name="conventions_endnotice_act"),
            models.UniqueConstraint(fields=("convention", "party"), condition=OPEN, name="conventions_endnotice_once"),
            models.CheckConstraint(condition=Q(reason__in=ENDED_ALONE), name="conventions_endnotice_reason"),
            models.CheckConstraint(condition=Q(alone_on__gte=F("given_on")), name="conventions_endnotice_delay"),
            models.CheckConstraint(
                condition=Q(contested_at=None, contested_by=None)
                | Q(contested_at__isnull=False, contested_by__isnull=False),
                name="conventions_endnotice_contested",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(lapsed_at=None), name="conventions_endnotice_closed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.given_on:%d/%m/%Y}"

    @property
    def name(self) -> str:
        return "Mise en demeure" if self.reason == TerminateReason.BREACH else "Préavis de résiliation"

    @property
    def by(self) -> Organisation:
        """The organisation that gave it."""
        return self.given_by.organisation

    @property
    def told_on(self) -> date:
        """The day on which it was recorded."""
        return timezone.localdate(self.told_at)

    @property
    def is_open(self) -> bool:
        """Neither taken back nor followed by another."""
        return self.taken_back_at is None and self.lapsed_at is None

    def alone_between(self, day: date) -> tuple[date, date] | None:
        """The first and the last day on which its party may end it; None when it does not count any more on ``day``."""
        if not self.is_open or (self.convention.is_amendment and self.convention.state != ConventionState.SIGNED):
            return None
        last = self.alone_on + timedelta(days=END_LAPSE_DAYS.on(day))
        return (self.alone_on, last) if day <= last else None


def lapsed(days: ValuesOfDay, day: date) -> Q:
    """Its party did not follow it: of a convention, too late to; of an amendment, in force since."""
    too_late = Q(alone_on__lt=day - timedelta(days=days[END_LAPSE_DAYS]))
    return too_late | Q(convention__amends__isnull=False) & ~Q(convention__state=ConventionState.SIGNED)
