"""Monthly gisement reports: their figures as they were counted, and their journal."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from documents.models import Document
from lifecycle.actors import Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership
from reports.enums import ReportState
from reports.months import Bounds, bounds
from reports.permissions import sees_reports

S = ReportState
PAPER = "monthly_report"
"""The kind of its paper in ``documents``."""
YEARLY = "yearly_report"
"""The kind of the paper of a year, which belongs to the report of its December."""


class ReportQuerySet(models.QuerySet["Report"]):
    """Reads of reports."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system; the published ones for observers and EPCI; none for the others."""
        scope = sees_reports(actor)
        return self.none() if scope is None else self.filter(scope)

    def unsettled(self, first: date) -> Self:
        """Months before ``first`` of which something waits for the pilot: to freeze, to publish, a year to close."""
        open_year = Q(month__month=12) & ~Exists(yearly_papers())
        return self.filter(month__lt=first).filter(~Q(state=S.PUBLISHED) | open_year)


def yearly_papers() -> models.QuerySet[Document]:
    """The paper of the year that ends with an outer report."""
    return Document.objects.filter(owner_machine="report", owner_pk=OuterRef("pk"), kind=YEARLY)


class Report(Stateful):
    """The figures of one month. ``figures`` is what ``reports.figures.reckon`` counted, under its SHA-256."""

    state = StateField("état", choices=ReportState, default=ReportState.COMPUTED, protected=True)
    month = models.DateField("mois", help_text="Le premier jour du mois.")
    figures = models.JSONField("chiffres", editable=False)
    figures_sha256 = models.CharField("empreinte des chiffres", max_length=64, editable=False)
    as_of = models.DateTimeField("arrêté au", editable=False)
    computed_at = models.DateTimeField("calculé le", editable=False)
    computed_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    frozen_at = models.DateTimeField("figé le", null=True, editable=False)
    frozen_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    published_at = models.DateTimeField("publié le", null=True, editable=False)
    published_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "rapport mensuel"
        verbose_name_plural = "rapports mensuels"
        ordering = ("-month",)
        constraints = (
            models.UniqueConstraint(fields=("month",), name="reports_report_month_once"),
            models.CheckConstraint(condition=Q(state__in=S.values), name="reports_report_state_known"),
            models.CheckConstraint(condition=Q(month__day=1), name="reports_report_first_day"),
            models.CheckConstraint(
                condition=Q(state=S.COMPUTED, frozen_at=None, frozen_by=None)
                | Q(state__in=(S.FROZEN, S.PUBLISHED), frozen_at__isnull=False, frozen_by__isnull=False),
                name="reports_report_frozen",
            ),
            models.CheckConstraint(
                condition=Q(state=S.PUBLISHED, published_at__isnull=False, published_by__isnull=False)
                | ~Q(state=S.PUBLISHED) & Q(published_at=None, published_by=None),
                name="reports_report_published",
            ),
            models.CheckConstraint(condition=Q(figures_sha256__regex=r"^[0-9a-f]{64}$"), name="reports_report_sha256"),
        )

    @property
    def bounds(self) -> Bounds:
        """The first instant of the month, and the first one after it."""
        return bounds(self.month)

    @property
    def is_whole(self) -> bool:
        """Whether the figures go to the last instant of the month."""
        return self.as_of >= self.bounds.end

    @property
    def published_sha256(self) -> str:
        """The hash of what is public of the figures; nothing where they never chose what they hide."""
        return str(self.figures.get("secrets", {}).get("published_sha256", ""))

    @property
    def paper(self) -> Document | None:
        """The document frozen when it was published."""
        return self._owned(PAPER)

    @property
    def yearly_paper(self) -> Document | None:
        """The document frozen when the year that ends with this month was closed."""
        return self._owned(YEARLY)

    @property
    def waits_for_its_year(self) -> bool:
        """Whether it is the last month of a year, published, and the year is not closed."""
        return self.state == S.PUBLISHED and self.month.month == 12 and self.yearly_paper is None

    def _owned(self, kind: str) -> Document | None:
        owned = Document.objects.filter(owner_machine=self.machine.name, owner_pk=self.pk, kind=kind)
        return owned.select_related("rendered").first()


class ReportEntry(Entry):
    """The journal of reports: each row holds the hash of the figures it left."""

    object = models.ForeignKey(Report, models.PROTECT, related_name="journal", verbose_name="rapport")
    month = models.DateField("mois")
    as_of = models.DateTimeField("arrêté au")
    figures_sha256 = models.CharField("empreinte des chiffres", max_length=64)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des rapports"
        verbose_name_plural = "journal des rapports"
