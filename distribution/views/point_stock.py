"""The shelf of a distribution point: stock, reservations, returns, what is to be sent back."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.http.response import HttpResponseBase
from django.utils import timezone

from distribution.appointments import expected_at
from distribution.asked_back import to_send_back
from distribution.brought_back import to_follow, with_standing
from distribution.filters import PointFilter, ShelfFilter
from distribution.permissions import can_serve_device
from distribution.tables import ReservationTable, ReturnTable, SendBackTable, ShelfTable
from distribution.views.device_sets import ON_RESERVATIONS, ON_SEND_BACKS
from lifecycle.actors import Actor
from lists.listing import Listing, lists
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Prescription
from prescriptions.permissions import can_accept_prescription
from prescriptions.views.rows import named_by
from refurb.enums import ARRIVED, DeviceState
from refurb.models import Delivery, DeliveryLine, Device, DeviceEntry
from refurb.models.device import DeviceQuerySet
from refurb.views.device_sets import DEVICE_BOX
from typography.french import Noun

S = DeviceState
DEVICE = Noun("appareil", "appareils")
RESERVATION = Noun("réservation", "réservations", feminine=True)
RETURN = Noun("retour", "retours")
OF_LATE = timedelta(days=30)
"""How long what was sent back is told to the point that sent it."""
EN_ROUTE, ARRIVED_THERE, LOOKED_FOR = "en route", "arrivé à l’atelier", "recherché par l’atelier"
ON_THE_SHELF = (S.AVAILABLE, S.RESERVED, S.RETURNED)
"""What one finds there by looking; the others are on their way, with a household or looked for."""


@lists
def shelf_list(request: Request) -> HttpResponseBase:
    """The stock of one's points, with what falls soon and what is on its way."""
    here = at_my_points(request)
    asked_for_a_state = bool(request.GET.get("state"))
    rows = here.filter(state__in=(S.SHIPPED, *ARRIVED, S.MISSING) if asked_for_a_state else ON_THE_SHELF)
    first = Case(When(state=S.AVAILABLE, then=Value(0)), default=Value(1), output_field=IntegerField())
    ordered = rows.main().order_by(first, "available_at", "pk").select_related("point", "convention_epci")
    page = Listing(request, rows=ordered, table=ShelfTable, noun=DEVICE, filters=ShelfFilter)
    if (answered := page.answered()) is not None:
        return answered
    counts = {one: Count("pk", filter=Q(state=one)) for one in ON_THE_SHELF}
    late = here.main().to_send_back(timezone.now()).values("pk")
    return page.shown(
        "distribution/shelf.html",
        **here.main().order_by().aggregate(**counts, to_send_back=Count("pk", filter=Q(pk__in=late))),
        coming=Delivery.objects.visible_to(request.membership).open().count(),
        to_examine=to_examine(request.membership),
    )


def to_examine(actor: Actor) -> int:
    """How many demands wait for the answer of whoever acts: none where somebody else answers."""
    if can_accept_prescription(actor) is None:
        return 0
    return Prescription.objects.visible_to(actor).filter(state=PrescriptionState.SUBMITTED).count()


@lists
def reservation_list(request: Request) -> HttpResponseBase:
    """What is held for households, the first to fall first."""
    rows = at_my_points(request).main().filter(state=S.RESERVED).order_by("reserved_until", "pk")
    household = "need__prescription__household"
    lapses = ExpressionWrapper(unrestricted(household), BooleanField())
    page = Listing(
        request,
        rows=rows.select_related("point", household).annotate(expected_at=expected_at(), lapses=lapses),
        table=ReservationTable,
        noun=RESERVATION,
        filters=PointFilter,
        sets=ON_RESERVATIONS,
        box=DEVICE_BOX,
        named=named_by(request, "need__prescription__household"),
    )
    return page.respond("distribution/reservation_list.html")


@lists
def return_list(request: Request) -> HttpResponseBase:
    """What households brought back, the oldest first, and where each stands."""
    rows = to_follow(at_my_points(request).main()).order_by("returned_at", "pk")
    page = Listing(
        request,
        rows=with_standing(rows).select_related("point", "need"),
        table=ReturnTable,
        noun=RETURN,
        filters=PointFilter,
    )
    return page.respond("distribution/return_list.html")


@lists
def send_back_list(request: Request) -> HttpResponseBase:
    """What workshops ask for, and what is left of conventions that ended too long ago to hand anything over."""
    rows = to_send_back(at_my_points(request).main(), timezone.now())
    page = Listing(
        request,
        rows=rows.select_related("point", "convention"),
        table=SendBackTable,
        noun=DEVICE,
        filters=PointFilter,
        sets=ON_SEND_BACKS,
        box=DEVICE_BOX,
    )
    if (answered := page.answered()) is not None:
        return answered
    sent = _sent_back(request.membership)
    return page.shown(
        "distribution/send_back_list.html",
        on_the_way=[one for one in sent if one.standing == EN_ROUTE],
        over=[one for one in sent if one.standing != EN_ROUTE],
    )


class SentBack(NamedTuple):
    """What a point sent back: what, on which day, and whether the workshop has it."""

    device: Device
    sent_at: datetime
    standing: str


def _sent_back(actor: Actor) -> list[SentBack]:
    """What one's points sent back of late and was not delivered since; it is on no list of theirs any more."""
    moves = DeviceEntry.objects.filter(object=OuterRef("pk"), verb="send_back").order_by("-seq")
    last = DeliveryLine.objects.filter(device=OuterRef("pk")).order_by("-pk")
    since = timezone.now() - OF_LATE
    lately = DeviceEntry.objects.filter(verb="send_back", at__gte=since).values("object")
    rows = Device.objects.main().filter(pk__in=lately)
    rows = rows.alias(
        last=Subquery(last.values("delivery")[:1]), shipped=Subquery(last.values("delivery__prepared_at")[:1])
    )
    rows = rows.annotate(sent_at=Subquery(moves.values("at")[:1])).filter(
        last__in=Delivery.objects.visible_to(actor).values("pk"),
        sent_at__gte=since,
        shipped__lte=F("sent_at"),
    )
    coming = set(rows.on_the_way_back().values_list("pk", flat=True))
    return [
        SentBack(device, device.sent_at, EN_ROUTE if device.pk in coming else _standing(device))
        for device in rows.order_by("-sent_at", "pk")
    ]


def _standing(device: Device) -> str:
    return LOOKED_FOR if device.state == S.MISSING else ARRIVED_THERE


def at_my_points(request: Request) -> DeviceQuerySet:
    """The devices of the points one serves. Raises PermissionDenied (403) for whoever serves none."""
    actor = request.membership
    scope = can_serve_device(actor)
    if scope is None:
        raise PermissionDenied
    return Device.objects.visible_to(actor).filter(scope)
