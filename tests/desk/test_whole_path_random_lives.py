"""hypothesis leads every machine at once: stocks, quotas and needs balance, and nothing is served twice."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectivity.enums import Channel, ConnectionAbandonReason, EndReason, OperatorRefusalCode, ProblemCode
from connectivity.models import ConnectionFile
from connectivity.services import connections
from conventions.enums import ResumeReason, SuspendReason
from conventions.models import Convention
from distribution.services import allotment, point_stock, returns
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.models import Household, Need, Prescription
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import confirm_prescription, withdraw_prescription
from refurb.enums import PartKind
from refurb.models import Device
from refurb.services.bench import record_repair
from reports.figures import reckon
from reports.months import month_of, next_month
from tests.connectivity.lines import FIXED, again
from tests.conventions.conventions import ended_alone
from tests.desk.territory import BOTH, Territory, balance, faults
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_membership
from tests.prescriptions.files import COMPUTER
from tests.refurb.devices import fresh

pytestmark = pytest.mark.usefixtures("days_to_come")

ALONG = ["allot", "ship", "stock_in", "reserve", "hand_over", "take_back"]
ONLINE = ["propose", "choose", "send", "accept_line", "activate"]
SIDEWAYS = [
    "release_allotment",
    "send_back",
    "lose",
    "find",
    "release",
    "undo_hand_over",
    "repair",
    "give_back",
    "exchange",
    "start",
    "problem",
    "refuse_line",
    "abandon_line",
    "end_line",
    "withdraw",
    "confirm",
    "drop",
    "move",
    "suspend",
    "resume",
    "terminate",
    "days",
]
FORWARD = {
    "ready": "allot",
    "allotted": "ship",
    "shipped": "stock_in",
    "available": "reserve",
    "reserved": "hand_over",
    "handed_over": "take_back",
    "returned": "repair",
    "missing": "find",
}
"""What is done next to a device, by its state."""
LINE_FORWARD = {
    "proposed": "choose",
    "chosen": "send",
    "sent": "accept_line",
    "problem": "choose",
    "accepted": "activate",
    "active": "end_line",
}
"""What is done next to the last file of a need; another is proposed when it is over, or when there is none."""
steps = st.tuples(
    st.sampled_from(["on"] * 40 + ["online"] * 20 + ALONG + ONLINE + SIDEWAYS),
    st.integers(0, 2),
    st.integers(0, 3),
    st.sampled_from(["right", "right", "right", "relay", "pilot", "stranger"]),
    st.sampled_from([0, 1, 9, 40, 95, 200]),
)


class World:
    """Two laptops and a desktop with its screen, two households who ask for both, one for a computer alone."""

    def __init__(self) -> None:
        self.territory = Territory(Shelf(quotas={"laptop": 2, "desktop": 1}))
        shelf = self.territory.shelf
        self.elsewhere = make_commune(epci=shelf.epci)
        self.far = make_commune()
        self.devices = [shelf.on_the_shelf(shelf.ready()), shelf.ready(), shelf.desktop()]
        self.prescriptions = [self.territory.accepted(needs) for needs in (BOTH, BOTH, COMPUTER)]
        self.needs = [need for row in self.prescriptions for need in row.needs.order_by("pk")]
        self.lines = [need for need in self.needs if need.kind == FIXED]
        self.computers = [need for need in self.needs if need.kind != FIXED]
        party = shelf.convention.epci_signatory.organisation
        self.treaty_manager = make_membership(Role.MANAGER, OrganisationKind.EPCI, party)
        shelf.relay_point, shelf.stranger, self.territory.agent, self.territory.own_offer  # noqa: B018

    def who(self, right: Any, asked: str) -> Any:
        return right if asked == "right" else getattr(self.territory.shelf, asked)


@pytest.fixture
def world(db: None) -> World:
    return World()


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(path=st.lists(steps, min_size=15, max_size=45))
def test_whatever_everyone_does_stocks_quotas_and_needs_balance(
    world: World, path: list[tuple[str, int, int, str, int]]
) -> None:
    with transaction.atomic():
        world.territory.go_to(timezone.now())
        for step in path:
            world.territory.later(minutes=1)
            with suppress(Refused, PermissionDenied, Unknown):
                act(world, Step(*step))
                balance()
        balance()
        assert faults() == []
        count_every_month(world)
        transaction.set_rollback(True)


def count_every_month(world: World) -> None:
    """Raises UnbalancedJournal."""
    end = world.territory.at
    assert end is not None
    month = month_of(timezone.now() - timedelta(days=1))
    while month <= month_of(end):
        reckon(month, end)
        month = next_month(month)


class Step(NamedTuple):
    """One thing to do: on which device, for which household or need, by whom, after how many days."""

    name: str
    place: int = 0
    rank: int = 0
    asked: str = "right"
    days: int = 0


def act(world: World, done: Step) -> None:
    step, place, rank, asked, days = done
    device = fresh(world.devices[place])
    if step == "on":
        step = FORWARD.get(device.state, "repair")
    elif step == "online":
        last = world.lines[rank % 2].connections.order_by("-pk").first()
        step = "propose" if last is None else LINE_FORWARD.get(last.state, "propose")
    if step in ONLINE or step.endswith("_line") or step == "problem":
        on_a_line(world, step, again_need(world.lines[rank % 2]), asked, place)
    elif step in CONVENTION:
        on_the_convention(world, step, asked)
    elif step in HOUSEHOLD:
        on_a_household(world, step, rank, asked)
    elif step == "days":
        run_clock(at=world.territory.later(days=days))
    elif step in WORKSHOP:
        in_the_workshop(world, step, device, asked)
    else:
        on_the_shelf(world, step, device, again_need(world.computers[rank % 3]), asked)


def again_need(need: Need) -> Need:
    return Need.objects.get(pk=need.pk)


WORKSHOP = ("allot", "release_allotment", "ship", "repair", "start")
CONVENTION = ("suspend", "resume", "terminate")
HOUSEHOLD = ("withdraw", "confirm", "drop", "move")


def in_the_workshop(world: World, step: str, device: Device, asked: str) -> None:
    shelf, at = world.territory.shelf, world.territory.at
    manager, technician = world.who(shelf.manager, asked), world.who(shelf.technician, asked)
    match step:
        case "allot":
            shelf.allotted(device, Convention.objects.get(pk=shelf.convention.pk), actor=manager)
        case "release_allotment":
            gate.apply(device, "release_allotment", actor=manager, reason="balance", at=at)
        case "ship":
            point = shelf.point if device.pk % 2 else shelf.relay_point
            allotment.ship_device(actor=technician, device=device, point=point, at=at)
        case "repair":
            record_repair(actor=technician, device=device, kind=PartKind.BATTERY, work="Batterie changée", at=at)
        case "start":
            gate.apply(device, "start", actor=technician, at=at)


def on_the_shelf(world: World, step: str, device: Device, need: Need, asked: str) -> None:  # noqa: C901
    shelf, at = world.territory.shelf, world.territory.at
    actor = world.who(shelf.adviser, asked)
    match step:
        case "stock_in":
            gate.apply(device, "stock_in", actor=actor, at=at)
        case "send_back":
            gate.apply(device, "send_back", actor=actor, reason="broken", at=at)
        case "lose":
            shelf.missing(device, actor=actor)
        case "find":
            point_stock.find_device(actor=actor, device=device, at=at)
        case "reserve":
            shelf.reserve(device, need, actor=actor)
        case "release":
            gate.apply(device, "release", actor=actor, at=at)
        case "hand_over":
            shelf.hand_over(device, actor=actor)
        case "undo_hand_over":
            gate.apply(device, "undo_hand_over", actor=actor, reason="entry", at=at)
        case "take_back":
            shelf.take_back(device, actor=actor)
        case "give_back":
            returns.give_back_device(actor=actor, device=device, at=at)
        case "exchange":
            earlier = Device.objects.main().filter(state="returned").exclude(pk=device.pk).first()
            if earlier is not None:
                shelf.exchange(device, earlier, actor=actor)


def on_a_line(world: World, step: str, need: Need, asked: str, place: int) -> None:
    territory = world.territory
    line = territory.line(need, Channel.OWN_SUBSCRIPTION if place == 2 else Channel.DESK)
    worker, agent, at = world.who(territory.worker, asked), world.who(territory.agent, asked), territory.at
    if step == "propose":
        connections.propose_connection(actor=worker, need=need, at=at)
        return
    last = need.connections.order_by("-pk").first()
    if last is None:
        return
    match step:
        case "choose":
            line.choose(last, actor=worker)
        case "send":
            connections.send_connection(actor=worker, connection=last, answer="Vu avec le foyer.", at=at)
        case "accept_line":
            connections.accept_connection(actor=agent, connection=last, operator_reference="OP-1", at=at)
        case "activate":
            own = territory.line(need, Channel(last.channel)) if last.channel else line
            own.activate(last)
        case "problem":
            code = ProblemCode.NAME_MISMATCH
            connections.report_problem_connection(actor=agent, connection=last, problem=code, note="", at=at)
        case "refuse_line":
            connections.refuse_connection(actor=agent, connection=last, refusal=OperatorRefusalCode.NO_COVERAGE, at=at)
        case "abandon_line":
            connections.abandon_connection(actor=worker, connection=last, reason=ConnectionAbandonReason.OTHER, at=at)
        case "end_line":
            connections.end_connection(actor=worker, connection=last, reason=EndReason.MOVED, at=at)


def on_a_household(world: World, step: str, rank: int, asked: str) -> None:
    actor, at = world.who(world.territory.worker, asked), world.territory.at
    prescription = Prescription.objects.get(pk=world.prescriptions[rank % 3].pk)
    match step:
        case "withdraw":
            withdraw_prescription(actor=actor, prescription=prescription, reason="moved_away", at=at)
        case "confirm":
            confirm_prescription(actor=actor, prescription=prescription, at=at)
        case "drop":
            drop_need(actor=actor, need=again_need(world.needs[rank]), reason="unreachable", at=at)
        case "move":
            household = Household.objects.get(pk=prescription.household_id)
            commune = world.far if rank % 2 else world.elsewhere
            day = timezone.localdate(at)
            move_household(actor=actor, household=household, commune=commune, moved_on=day, at=at)


def on_the_convention(world: World, step: str, asked: str) -> None:
    at = world.territory.at
    convention = Convention.objects.get(pk=world.territory.shelf.convention.pk)
    actor = world.who(convention.epci_signatory if step == "terminate" else world.treaty_manager, asked)
    match step:
        case "suspend":
            gate.apply(convention, "suspend", actor=actor, reason=SuspendReason.SUPPLY, at=at)
        case "resume":
            gate.apply(convention, "resume", actor=actor, reason=ResumeReason.SETTLED, at=at)
        case "terminate":
            ended_alone(convention, actor, at=at)


def test_the_steps_of_these_lives_do_lead_somewhere(world: World) -> None:
    """Each step passes once on the way it is meant for, so that random lives are not all refusals."""
    territory = world.territory
    territory.go_to(timezone.now())
    for step, place in [
        *(("reserve", 0), ("hand_over", 0), ("take_back", 0), ("repair", 0), ("give_back", 0), ("take_back", 0)),
        *((step, 1) for step in ("allot", "ship", "stock_in", "exchange")),
        *((step, 0) for step in ("propose", "choose", "send", "problem")),
        *((step, 0) for step in ("abandon_line", *ONLINE)),
        *(("suspend", 0), ("resume", 0)),
        *((step, 2) for step in ("allot", "ship", "stock_in", "lose", "find")),
    ]:
        territory.later(minutes=1)
        act(world, Step(step, place))
        balance()
    assert Prescription.objects.get(pk=world.prescriptions[0].pk).state == "fulfilled"
    assert again(ConnectionFile.objects.latest("pk")).state == "active"
    for step, rank in (("withdraw", 1), ("terminate", 0)):
        act(world, Step(step, rank=rank))
        balance()
    run_clock(at=territory.later(days=400))
    balance()
    assert faults() == []
    count_every_month(world)
