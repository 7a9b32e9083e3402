"""When a household comes to a point for its device: the hours a point opens, the days it closes, the appointments."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from distribution.enums import AppointmentState as S
from distribution.enums import ClosureReason, Weekday
from distribution.permissions import sees_appointments
from documents.enums import REPLACED, MessageChannel, MessageCode, SendState
from documents.models import Mail, Sms
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership
from prescriptions.enums import NeedState
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage, MessageNote, Need, Residence
from refurb.enums import DeviceState
from refurb.models import Device, DistributionPoint

SEATED = Q(state=S.BOOKED) | Q(state=S.HONOURED, ended_at__gte=F("starts_at"))
"""Those that keep their place of the hour: one that is missed or cancelled, or that came before it, leaves it."""
FIRST_HOUR, LAST_HOUR = "06:00", "22:00"


class OpeningQuerySet(models.QuerySet["PointOpening"]):
    """Reads of the hours of points."""

    def on(self, day: date) -> Self:
        """Those that are in force on a day, whatever its weekday."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class PointOpening(models.Model):
    """Each week, on a day, a point receives households one after another; ``places`` at each hour."""

    point = models.ForeignKey(DistributionPoint, models.PROTECT, related_name="openings", verbose_name="point")
    weekday = models.PositiveSmallIntegerField("jour", choices=Weekday)
    starts_at = models.TimeField("de")
    ends_at = models.TimeField("à")
    minutes = models.PositiveSmallIntegerField("durée d’un rendez-vous, en minutes")
    places = models.PositiveSmallIntegerField("foyers reçus à la même heure")
    valid_from = models.DateField("à partir du")
    valid_to = models.DateField("jusqu’au", null=True, blank=True)
    declared_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="déclarée par")

    objects = OpeningQuerySet.as_manager()

    class Meta:
        verbose_name = "ouverture aux rendez-vous"
        verbose_name_plural = "ouvertures aux rendez-vous"
        ordering = ("weekday", "starts_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(weekday__in=Weekday.values), name="distribution_opening_weekday"),
            models.CheckConstraint(
                condition=Q(starts_at__gte=FIRST_HOUR, ends_at__lte=LAST_HOUR, ends_at__gt=F("starts_at")),
                name="distribution_opening_hours",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=240, places__gte=1, places__lte=20),
                name="distribution_opening_sizes",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="distribution_opening_dates"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts_at:%H:%M} à {self.ends_at:%H:%M}"


class PointClosure(models.Model):
    """Days on which a point receives nobody, whatever its week says. Public holidays need none."""

    point = models.ForeignKey(DistributionPoint, models.PROTECT, related_name="closures", verbose_name="point")
    first_day = models.DateField("du")
    last_day = models.DateField("au")
    reason = models.CharField("motif", max_length=10, choices=ClosureReason)
    declared_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="déclarée par")
    declared_at = models.DateTimeField("déclarée le", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "fermeture d’un point"
        verbose_name_plural = "fermetures de points"
        ordering = ("first_day", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="distribution_closure_dates"),
            models.CheckConstraint(condition=Q(reason__in=ClosureReason.values), name="distribution_closure_reason"),
        )

    def __str__(self) -> str:
        return self.get_reason_display()


GIVES_HOUR = (MessageCode.APPOINTMENT, MessageCode.MOVED)
"""What a household is written to about when it is told an hour; what comes later reminds it of it."""


def not_known(*, of: Collection[MessageCode] = tuple(MessageCode)) -> Q:
    """What the household does not know: nobody told it, what was sent to tell it did not leave, or was not read.

    ``of``: what was sent to it, alone; what is sent to its worker or to the point tells it nothing.
    """
    lost: dict[str, Any] = {
        "about_machine": "appointment",
        "about_pk": OuterRef("pk"),
        "delivery": SendState.FAILED,
        "created_at__gte": OuterRef("told_at"),
    }
    sent = HouseholdMessage.objects.filter(code__in=of)
    mails = Mail.objects.filter(Exists(sent.filter(mail=OuterRef("pk"))), **lost)
    texts = Sms.objects.filter(Exists(sent.filter(sms=OuterRef("pk"))), **lost).exclude(error=REPLACED)
    return Q(told_at=None) | Q(Exists(mails)) | Q(Exists(texts)) | _not_read(of)


def _not_read(of: Collection[MessageCode]) -> Q:
    """What told the hour that it has came back, did not leave as was noted, or went where the household is not: its
    letter, before somebody noted that it knows; its mail or its SMS since. A number or an address that is corrected
    once the hour is past says nothing of it; whoever answered that it comes knows it.
    """
    entries = AppointmentEntry.objects.filter(object=OuterRef(OuterRef("pk"))).order_by("-seq")
    since = Subquery(entries.filter(verb__in=("book", "move", "cancel")).values("at")[:1])
    notes = MessageNote.objects.told_nothing().filter(
        subject="appointment", subject_key=OuterRef("pk"), noted_at__gte=OuterRef("told_at"), message__code__in=of
    )
    in_time = ~Q(fate=MessageFate.ASTRAY) | Q(noted_at__lt=OuterRef("starts_at"))
    letter = Q(message__channel=MessageChannel.LETTER, message__written_at__gte=since)
    sent = ~Q(message__channel=MessageChannel.LETTER) & Q(message__written_at__gte=OuterRef("told_at"))
    answered = AppointmentEntry.objects.filter(object=OuterRef("pk"), verb="confirm", at=OuterRef("told_at"))
    return Q(Exists(notes.filter(in_time, letter | sent))) & ~Q(Exists(answered))


def not_received(*, foreseen: bool = False, without: int | None = None) -> Q:
    """At an hour at which its point has said since that it receives nobody: days closed, hours stopped, point shut.

    ``foreseen``: of the days closed, those alone that were written before how the appointment ended was: an absence
    that was noted first stands. ``without``: as if this opening (primary key) were stopped.
    """
    closed = PointClosure.objects.filter(
        point=OuterRef("point"), first_day__lte=OuterRef("starts_at__date"), last_day__gte=OuterRef("starts_at__date")
    )
    if foreseen:
        closed = closed.filter(declared_at__lt=OuterRef("ended_at"))
    still = PointOpening.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=OuterRef("starts_at__date")),
        point=OuterRef("point"),
        weekday=OuterRef("starts_at__iso_week_day") - 1,
        valid_from__lte=OuterRef("starts_at__date"),
        starts_at__lte=OuterRef("starts_at__time"),
        ends_at__gte=OuterRef("ends_at__time"),
    )
    if without is not None:
        still = still.exclude(pk=without)
    return Q(Exists(closed)) | ~Q(Exists(still)) | Q(point__is_active=False)


def moved_since() -> Q:
    """Those whose household told that it lives elsewhere since the point last said that it comes there.

    By an hour that it gave or kept, this one or one before it, or when it put the device aside: an hour that the
    household takes alone says nothing.
    """
    here = {"need": OuterRef(OuterRef("need")), "point": OuterRef(OuterRef("point"))}
    hours = Appointment._base_manager.filter(**here, kept_at__isnull=False).order_by("-kept_at").values("kept_at")
    aside = Device.objects.main().filter(**here, state=DeviceState.RESERVED).values("reserved_at")
    said = Greatest(Subquery(hours[:1]), Subquery(aside[:1]))
    moves = Residence.objects.filter(household=OuterRef("need__prescription__household"), corrects=None)
    return Q(Exists(moves.filter(told_at__gt=said)))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Reads of appointments."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the reservations one may read: one's points', one's households', one's own by its sheet."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_appointments(actor)
        return self.none() if scope is None else self.filter(scope)

    def booked(self) -> Self:
        """Those that are awaited."""
        return self.filter(state=S.BOOKED)

    def between(self, begins: datetime, ends: datetime) -> Self:
        """Those that begin from one instant on, and before another, the first first."""
        return self.filter(starts_at__gte=begins, starts_at__lt=ends).order_by("starts_at", "seat", "pk")

    def to_tell(self, at: datetime) -> Self:
        """Those to come, or that were to come, of which the household does not know: nobody told it, or no mail left.

        One that is cancelled and booked again at another hour is told with the new one; who answered that it needs
        nothing any more expects nothing, who has its device since was there to hear of it, and who knew no hour waits
        for none.
        """
        again = Appointment._base_manager.filter(need=OuterRef("need"), state=S.BOOKED)
        wanted, unserved = Q(need__prescription__declined_at=None), ~Q(need__state=NeedState.MET)
        knew = AppointmentEntry.objects.filter(object=OuterRef("pk"), verb="cancel", values__has_key="known_hour")
        awaited = Q(state=S.BOOKED) | Q(state=S.CANCELLED) & wanted & unserved & Q(Exists(knew)) & ~Q(Exists(again))
        return self.filter(awaited & not_known(), starts_at__gt=at)

    def to_move(self, at: datetime) -> Self:
        """Those to come at an hour at which their point receives nobody any more."""
        return self.booked().filter(not_received(), starts_at__gt=at)

    def to_keep(self, at: datetime) -> Self:
        """Those to come whose household moved since: the point keeps the hour, gives another, or gives it up."""
        return self.booked().filter(moved_since(), starts_at__gt=at)

    def to_follow(self) -> Self:
        """Those that were missed for what is still put aside, and that no other appointment replaces."""
        held = Device.objects.main().filter(need=OuterRef("need"), state=DeviceState.RESERVED)
        later = Appointment._base_manager.filter(need=OuterRef("need"), pk__gt=OuterRef("pk"))
        still = held.filter(reserved_at__lte=OuterRef("booked_at"))
        return self.filter(~Q(Exists(later)), Q(Exists(still)), state=S.MISSED)

    def unheard_of(self) -> Self:
        """The missed ones of which the household had not been told: nobody was absent."""
        return self.filter(not_known(of=GIVES_HOUR), state=S.MISSED)

    def to_rebook(self) -> Self:
        """Those given up, by whoever it was, while what they were for is still put aside, and that no other replaces.

        Who answered that it needs nothing any more is called for no hour.
        """
        held = Device.objects.main().filter(need=OuterRef("need"), state=DeviceState.RESERVED)
        later = Appointment._base_manager.filter(need=OuterRef("need"), pk__gt=OuterRef("pk"))
        still = held.filter(reserved_at__lte=OuterRef("booked_at"))
        wanted = Q(need__prescription__declined_at=None)
        return self.filter(~Q(Exists(later)), Q(Exists(still)), wanted, state=S.CANCELLED)


class Appointment(Stateful):
    """The hour at which a household comes for what a need of it holds at a point.

    ``seat``: its place among those received at the same hour. ``told_at``: when the household knew of what is written
    here; ``reminded_at``: when it was told again, the working day before; ``kept_at``: when the point last gave
    this hour, or said that it stands, knowing where the household lives.
    """

    state = StateField("état", choices=S, default=S.BOOKED, protected=True)
    need = models.ForeignKey(Need, models.PROTECT, related_name="appointments", verbose_name="besoin")
    point = models.ForeignKey(DistributionPoint, models.PROTECT, related_name="appointments", verbose_name="point")
    starts_at = models.DateTimeField("commence le", null=True, editable=False)
    ends_at = models.DateTimeField("finit le", null=True, editable=False)
    seat = models.PositiveSmallIntegerField("place de cette heure", null=True, editable=False)
    places = models.PositiveSmallIntegerField("places de cette heure", null=True, editable=False)
    booked_at = models.DateTimeField("pris le", null=True, editable=False)
    told_at = models.DateTimeField("su du foyer le", null=True, editable=False)
    reminded_at = models.DateTimeField("rappelé le", null=True, editable=False)
    kept_at = models.DateTimeField("confirmé par le point le", null=True, editable=False)
    ended_at = models.DateTimeField("fini le", null=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=("point", "starts_at"), name="distribution_appointment_day"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="distribution_appointment_state_known"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False, ends_at__gt=F("starts_at")), name="distribution_appointment_hours"
            ),
            models.CheckConstraint(
                condition=Q(seat__gte=1, seat__lte=F("places")), name="distribution_appointment_seated"
            ),
            models.CheckConstraint(
                condition=Q(state=S.BOOKED, ended_at=None) | ~Q(state=S.BOOKED) & Q(ended_at__isnull=False),
                name="distribution_appointment_ended",
            ),
            models.UniqueConstraint(
                fields=("point", "starts_at", "seat"),
                condition=SEATED,
                name="distribution_appointment_seat_once",
            ),
            models.UniqueConstraint(
                fields=("need",), condition=Q(state=S.BOOKED), name="distribution_appointment_one_booked"
            ),
        )

    def __str__(self) -> str:
        return f"Rendez-vous {self.reference}"


class AppointmentEntry(Entry):
    """The journal of appointments."""

    object = models.ForeignKey(Appointment, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des rendez-vous"
        verbose_name_plural = "journal des rendez-vous"
        indexes = (models.Index(fields=("at", "object"), name="distribution_appointment_at"),)
