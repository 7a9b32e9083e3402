"""What happens to a line that works: what its household is told, the recharges sold for it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from connectivity.enums import ConnectionState, LineNews, NewsOutcome, RechargeCancelReason
from connectivity.models.connection import ConnectionFile
from connectivity.permissions import can_serve_connection
from documents.enums import SendState
from documents.models import Mail, Sms
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from network.permissions import is_pilot
from prescriptions.enums import ContactChannel
from prescriptions.models.contact import why_unsent
from typography.french import day, euros


def _of_served_files(rows: Any, actor: Actor | None) -> Any:
    """Those of the files one serves, and all for the pilot; none for an operator."""
    if actor is None:
        return rows.none()
    scope = Q() if actor is SYSTEM or is_pilot(actor) else can_serve_connection(actor)
    return rows.none() if scope is None else rows.filter(file__in=ConnectionFile.objects.filter(scope).values("pk"))


class NoticeQuerySet(models.QuerySet["LineNotice"]):
    """Reads of what households are to be told of their line."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the files one serves, and all for the pilot."""
        rows: Self = _of_served_files(self, actor)
        return rows

    def to_keep(self) -> Self:
        """Those that somebody still has to keep; of a visit, while it is planned and its day has not passed."""
        return self.unsaid().filter(self._planned())

    def to_untell(self) -> Self:
        """Those that somebody said to have told, as long as they would still be to tell: see ``to_keep``."""
        return self.filter(self._last(), self._planned(), outcome=NewsOutcome.TOLD)

    def said(self) -> Self:
        """Those that the household knows: somebody told it, or the message was not called off and did not fail."""
        lost = Q(mail__delivery=SendState.FAILED) | Q(sms__delivery=SendState.FAILED)
        return self.filter(Q(outcome=NewsOutcome.TOLD) | Q(outcome=NewsOutcome.SENT) & ~lost)

    def last_said(self) -> Self:
        """Those that the household knows, as long as they are the last news of their line."""
        return self.said().filter(self._last())

    def unsaid(self) -> Self:
        """Those that nobody told: what could not leave told nobody anything.

        Of a line, the last alone, and of one that ended, its end: what came next overtakes a mail whose failure is
        known only afterwards.
        """
        lost = Q(mail__delivery=SendState.FAILED) | Q(sms__delivery=SendState.FAILED)
        unsent = Q(outcome=NewsOutcome.SENT) & lost & self._last()
        return self.filter(Q(settled_at=None) | unsent)

    def _last(self) -> Q:
        later = LineNotice.objects.filter(file=OuterRef("file"), pk__gt=OuterRef("pk"))
        return ~Q(Exists(later)) & (~Q(file__state=ConnectionState.ENDED) | Q(about=LineNews.ENDED))

    def _planned(self) -> Q:
        planned = Q(file__state=ConnectionState.SCHEDULED, file__appointment_on__gte=timezone.localdate())
        return ~Q(about=LineNews.VISIT) | planned


class LineNotice(models.Model):
    """A household is to be told of its line: how, by which day, what came of it. What comes next overtakes it."""

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="notices", verbose_name="dossier")
    about = models.CharField("ce qui est à dire", max_length=10, choices=LineNews)
    channel = models.CharField("comment", max_length=8, choices=ContactChannel)
    promised_at = models.DateTimeField("à dire depuis le")
    due_on = models.DateField("à faire avant le")
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    mail = models.ForeignKey(
        Mail, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel envoyé"
    )
    sms = models.ForeignKey(Sms, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="SMS envoyé")
    outcome = models.CharField("suite", max_length=9, choices=NewsOutcome, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "foyer à prévenir de sa ligne"
        verbose_name_plural = "foyers à prévenir de leur ligne"
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("file",), condition=Q(settled_at=None), name="connectivity_linenotice_one_to_keep"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="", settled_by=None)
                | Q(settled_at__gte=F("promised_at"), outcome=NewsOutcome.TOLD, settled_by__isnull=False)
                | Q(
                    settled_at__gte=F("promised_at"),
                    outcome__in=[NewsOutcome.SENT, NewsOutcome.OVERTAKEN],
                    settled_by=None,
                ),
                name="connectivity_linenotice_outcome",
            ),
            models.CheckConstraint(condition=Q(about__in=LineNews.values), name="connectivity_linenotice_about"),
        )

    def __str__(self) -> str:
        return f"{self.get_about_display()} – {self.due_on:%d/%m/%Y}"

    @property
    def why(self) -> str:
        """« le SMS n’est pas parti (refusé par le service d’envoi) »; empty for one that nothing was sent for."""
        return why_unsent(self.mail, self.sms) if self.outcome == NewsOutcome.SENT else ""


class RechargeQuerySet(models.QuerySet["Recharge"]):
    """Reads of the recharges that were sold."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the files one serves, and all for the pilot."""
        rows: Self = _of_served_files(self, actor)
        return rows

    def sold(self) -> Self:
        """Those that were not cancelled."""
        return self.filter(cancelled_at=None)

    def in_month(self, month: date) -> Self:
        """Those of the month that begins on ``month``."""
        return self.filter(month=month.replace(day=1))

    def total(self) -> Any:
        """What they cost together, in euros."""
        return self.aggregate(total=Sum("amount", default=0))["total"]

    def free_rank(self, file: int, month: date, most: int) -> int | None:
        """The first free place of a line in a month, among ``most``; None when as many are taken, wherever.

        A limit that was lowered leaves places taken beyond it: they count.
        """
        rows: Iterable[int] = self.sold().in_month(month).filter(file=file).values_list("rank", flat=True)
        taken = set(rows)
        if len(taken) >= most:
            return None
        return next((rank for rank in range(1, most + 1) if rank not in taken), None)


class Recharge(models.Model):
    """A prepaid recharge sold at the counter for a line: how much, which day, by whom.

    ``rank`` is its place among those that a line may have in a month, ``most`` how many it may by the row of that day:
    two sales at once cannot take one place.
    """

    file = models.ForeignKey(ConnectionFile, models.PROTECT, related_name="recharges", verbose_name="dossier")
    distributor = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="vendue par")
    amount = models.DecimalField("montant", max_digits=6, decimal_places=2)
    sold_on = models.DateField("vendue le")
    sold_at = models.DateTimeField("notée le")
    sold_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    month = models.DateField("mois", editable=False)
    rank = models.PositiveSmallIntegerField("place dans le mois", editable=False)
    most = models.PositiveSmallIntegerField("limite du mois", editable=False)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulée par"
    )
    cancel_reason = models.CharField("motif", max_length=12, choices=RechargeCancelReason, blank=True)

    objects = RechargeQuerySet.as_manager()

    class Meta:
        verbose_name = "recharge vendue"
        verbose_name_plural = "recharges vendues"
        ordering = ("-sold_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("file", "month", "rank"),
                condition=Q(cancelled_at=None),
                name="connectivity_recharge_one_place",
                violation_error_message="Une autre recharge vient d’être vendue pour cette ligne.",
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=F("most")), name="connectivity_recharge_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(
                    month__day=1, month__month=F("sold_on__month"), month__year=F("sold_on__year"), amount__gt=0
                ),
                name="connectivity_recharge_of_month",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None, cancel_reason="")
                | Q(
                    cancelled_at__gte=F("sold_at"),
                    cancelled_by__isnull=False,
                    cancel_reason__in=RechargeCancelReason.values,
                ),
                name="connectivity_recharge_cancelled",
            ),
        )

    def __str__(self) -> str:
        return f"{euros(self.amount)}, {day(self.sold_on)}"
