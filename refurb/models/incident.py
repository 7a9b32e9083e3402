"""Incidents: devices lost, or sent to a point, with data on them; what was done of each, what was said of a theft."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When

from donations.models.donation import Donation
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from refurb.enums import WITHOUT_REASON, DeviceState, FollowUpKind, IncidentKind, MissingReason
from refurb.models.device import DeviceEntry
from refurb.models.drive import Drive
from refurb.permissions import sees_incidents
from typography.french import day

TO_THE_CNIL = timedelta(hours=72)
"""The time to notify a personal-data breach, from when it is known (RGPD, art. 33)."""


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads of incidents."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the officer, those of one's workshop or of one's own donations."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_incidents(actor)
        return self.none() if scope is None else self.filter(scope)

    def with_theft(self) -> Self:
        """Each with what was said of a theft from that loss to the next one, whether it was found since or not.

        ``said_stolen_at``, when it was first said to be stolen; ``not_stolen_at``, when that was last denied;
        ``stolen_at``, when the theft that stands was said; ``unjudged_since``, when one was first said that nothing was
        noted of since; ``to_complete_since``, when a theft that the CNIL had been told of was denied, until something
        is noted of it again.
        """
        later = DeviceEntry.objects.filter(object=OuterRef("device"), seq__gt=OuterRef("entry__seq"))
        again = DeviceEntry.objects.filter(verb="report_missing", object=OuterRef("object"), seq__lt=OuterRef("seq"))
        of_this_loss = later.filter(~Exists(again.filter(seq__gt=OuterRef(OuterRef("entry__seq")))))
        said = of_this_loss.filter(verb="tell_stolen").order_by("seq")
        denied = of_this_loss.filter(verb="tell_not_stolen").order_by("-seq")
        last = of_this_loss.filter(verb__in=("tell_stolen", "tell_not_stolen")).order_by("-seq")
        judged = IncidentFollowUp.objects.filter(incident=OuterRef(OuterRef("pk")), recorded_at__gte=OuterRef("at"))
        told = self.annotate(
            said_stolen_at=Subquery(said.values("at")[:1]),
            not_stolen_at=Subquery(denied.values("at")[:1]),
            stolen_at=Subquery(last.values(stands=Case(When(verb="tell_stolen", then=F("at"))))[:1]),
            unjudged_since=Subquery(said.filter(~Exists(judged)).values("at")[:1]),
        )
        theft_known = Case(When(reason=MissingReason.THEFT, then=F("known_at")), default=F("said_stolen_at"))
        noted = IncidentFollowUp.objects.filter(incident=OuterRef("pk"))
        meanwhile = {"recorded_at__gte": OuterRef("theft_known_at"), "recorded_at__lt": OuterRef("not_stolen_at")}
        notified = noted.filter(kind=FollowUpKind.TOLD, **meanwhile)
        to_complete = Q(Exists(notified), ~Exists(noted.filter(recorded_at__gte=OuterRef("not_stolen_at"))))
        return told.annotate(theft_known_at=theft_known).annotate(
            to_complete_since=Case(When(to_complete & Q(stolen_at=None), then=F("not_stolen_at")))
        )

    def unanswered(self) -> Self:
        """Those of which nobody has written down what was done, or not since it was said to be stolen, or not to be.

        ``awaited_since``: from when the 72 hours of the answer that is missing run. Denied and said again, a theft that
        was not judged is late from the first time.
        """
        answered = IncidentFollowUp.objects.filter(incident=OuterRef("pk"))
        stolen = Q(stolen_at__isnull=False, unjudged_since__isnull=False)
        to_complete = Q(to_complete_since__isnull=False)
        waiting = self.with_theft().filter(~Exists(answered) | stolen | to_complete)
        awaited = Case(
            When(to_complete, then=F("to_complete_since")),
            When(Exists(answered), then=F("unjudged_since")),
            default=F("known_at"),
        )
        return waiting.annotate(awaited_since=awaited)


class Incident(models.Model):
    """A device lost after its custody had passed, with data on it that nothing proves erased; or sent back by a point
    where its data could still be read, or of which a drive is not proven erased any more, as a late file shows or
    a recycler who contests its destruction says; or a drive that was taken out, or left for recycling, and that its
    recycler says it never had (then there is no ``reason``). Append-only.

    A personal-data breach is notified to the CNIL within 72 hours of its being known (RGPD, art. 33).
    """

    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="incidents", verbose_name="appareil")
    stay = models.PositiveSmallIntegerField("passage")
    kind = models.CharField("nature", max_length=12, choices=IncidentKind)
    known_at = models.DateTimeField("connu le")
    lost_from = models.CharField("perdu depuis l’état", max_length=20, choices=DeviceState)
    reason = models.CharField("motif", max_length=20, choices=MissingReason, blank=True, default="")
    donation = models.ForeignKey(
        Donation, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name="lot"
    )
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    entry = models.ForeignKey(
        "refurb.DeviceEntry", models.PROTECT, related_name="incidents", verbose_name="ligne du journal"
    )
    """The last one when it was known: a device that stayed where it was may be told of again."""

    # The one that its recycler never had; read when it is proven, never stored.
    drive: Drive | None = None

    # Of its journal; read with the rows that are shown, never stored.
    said_stolen_at: datetime | None
    not_stolen_at: datetime | None
    stolen_at: datetime | None
    unjudged_since: datetime | None
    to_complete_since: datetime | None
    awaited_since: datetime

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "incident"
        ordering = ("-known_at", "-pk")
        indexes = (models.Index(fields=("known_at",), name="refurb_incident_known"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=IncidentKind.DATA_BREACH) & ~Q(reason="") | Q(kind__in=WITHOUT_REASON, reason=""),
                name="refurb_incident_kind",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def notify_before(self) -> datetime:
        """When the CNIL is to be told, at the latest."""
        return self.known_at + TO_THE_CNIL

    @property
    def judged_again_before(self) -> datetime | None:
        """Until when it is judged anew: it was answered before it was known to be stolen; read ``with_theft``."""
        since = self.unjudged_since if self.stolen_at and self.follow_ups.all() else None
        return since + TO_THE_CNIL if since is not None else None

    @property
    def completed_before(self) -> datetime | None:
        """Until when the CNIL is told that the theft it knows of was none; read ``with_theft``."""
        return self.to_complete_since + TO_THE_CNIL if self.to_complete_since is not None else None

    @property
    def theft(self) -> str:
        """What was said of a theft since it was lost, in order, in words; read ``with_theft``."""
        said, denied, stands = self.said_stolen_at, self.not_stolen_at, self.stolen_at
        if denied is None:
            return f"vol constaté le {day(stands)}" if stands else ""
        told = [f"vol démenti le {day(denied)}"]
        if said is not None and said < denied:
            told.insert(0, f"dit volé le {day(said)}")
        if stands is not None:
            told.append(f"de nouveau dit volé le {day(stands)}")
        return ", ".join(told)


class FollowUpQuerySet(models.QuerySet["IncidentFollowUp"]):
    """Reads of what was done of incidents."""

    def visible_to(self, actor: Actor | None) -> Self:
        """What was done of the incidents one may see."""
        return self.filter(incident__in=Incident.objects.visible_to(actor).values("pk"))


class IncidentFollowUp(models.Model):
    """What was done of an incident, for the register of breaches (RGPD, art. 33, 5). Append-only."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="follow_ups", verbose_name="incident")
    kind = models.CharField("suite donnée", max_length=8, choices=FollowUpKind)
    done_on = models.DateField("le")
    number = models.CharField("numéro donné par la CNIL", max_length=40, blank=True)
    words = models.TextField("ce qui a été fait", blank=True, max_length=2000)
    recorded_at = models.DateTimeField("notée le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="notée par")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "suite d’un incident"
        verbose_name_plural = "suites d’incidents"
        ordering = ("recorded_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=FollowUpKind.values), name="refurb_followup_kind"),
            models.CheckConstraint(
                condition=~Q(kind=FollowUpKind.NO_RISK) | ~Q(words=""), name="refurb_followup_no_risk_said"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, le {day(self.done_on)}"
