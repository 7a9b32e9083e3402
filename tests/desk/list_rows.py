"""The lists of every app, who reads them, and rows to fill them."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectivity.enums import Channel, PricePeriod
from connectivity.models import CopperClosure
from connectivity.services.campaigns import create_campaign
from connectivity.services.lines import sell_recharge
from donations.enums import NextStep
from donations.services.prospects import create_prospect
from lifecycle import gate
from network.enums import LegalNature, OrganisationKind, Role, RolloutStep, StructureKind
from network.models import Membership
from network.services.awareness import plan_awareness
from network.services.directory import publish_public_service
from network.services.next_step import Then
from network.services.rollouts import begin_rollout
from prescriptions.enums import Requester, RightKind, RightsChannel
from prescriptions.services.rights import receive_rights_request
from refurb.enums import MissingReason, PartKind, RemovalDestination
from refurb.services import evidence, parts
from tests.connectivity.lines import FIXED, close_copper, make_offer
from tests.desk.territory import Territory, need_of
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.network.factories import make_commune, make_epci, make_membership
from tests.refurb.devices import given_to, private_lot
from tests.remembered import remembered

_rank = itertools.count(1)

LISTS: dict[str, tuple[str, ...]] = {
    "network:organisation_list": ("pilot", "adviser"),
    "network:directory": ("worker", "adviser", "pilot"),
    "network:awareness_list": ("pilot",),
    "network:rollout_list": ("pilot",),
    "desk:uncovered_list": ("pilot",),
    "documents:mail_list": ("pilot",),
    "documents:sms_list": ("pilot",),
    "conventions:convention_list": ("pilot", "adviser"),
    "conventions:ending_list": ("pilot",),
    "prescriptions:prescription_list": ("worker", "adviser", "relay", "pilot"),
    "prescriptions:need_list": ("adviser", "relay", "pilot"),
    "prescriptions:household_list": ("worker",),
    "prescriptions:rights_request_list": ("officer", "worker"),
    "prescriptions:message_list": ("worker", "pilot"),
    "prescriptions:foreseen_list": ("officer", "pilot"),
    "donations:donation_list": ("contact", "technician", "pilot"),
    "donations:prospect_list": ("pilot",),
    "refurb:device_list": ("technician", "adviser", "pilot"),
    "refurb:missing_erasure_list": ("technician", "pilot"),
    "refurb:incident_list": ("manager", "officer", "pilot"),
    "refurb:part_list": ("technician", "pilot"),
    "refurb:waste_register": ("technician", "pilot"),
    "distribution:allotment": ("manager", "pilot"),
    "distribution:shelf": ("adviser",),
    "distribution:need_queue": ("adviser",),
    "distribution:reservation_list": ("adviser",),
    "distribution:return_list": ("adviser",),
    "distribution:send_back_list": ("adviser",),
    "distribution:delivery_list": ("technician", "adviser", "pilot"),
    "distribution:point_list": ("adviser", "pilot"),
    "distribution:derogation_list": ("pilot",),
    "connectivity:connection_list": ("worker", "adviser", "pilot"),
    "connectivity:waiting_list": ("worker", "adviser"),
    "connectivity:queue": ("agent",),
    "connectivity:offer_list": ("worker",),
    "connectivity:closure_list": ("worker",),
    "connectivity:recharge_list": ("worker", "adviser", "pilot"),
    "connectivity:campaign_list": ("worker", "adviser", "pilot"),
    "reports:report_list": ("pilot",),
}
"""The lists, by the name of their address, each with who reads it."""
PAIRS = [(name, who) for name, readers in LISTS.items() for who in readers]
NAMING: dict[str, tuple[str, ...]] = {
    "prescriptions:prescription_list": ("adviser", "relay"),
    "prescriptions:need_list": ("adviser", "relay"),
    "distribution:need_queue": ("adviser",),
    "distribution:reservation_list": ("adviser",),
    "connectivity:connection_list": ("adviser",),
    "connectivity:waiting_list": ("adviser",),
    "connectivity:recharge_list": ("adviser",),
    "connectivity:queue": ("agent",),
}
"""Those that name households to somebody who does not follow them himself."""


@dataclass
class Rows:
    """A territory where every list has rows; ``one_more`` adds at least one to most of them."""

    scene: Scene = field(default_factory=private_lot)

    def __post_init__(self) -> None:
        self.territory = Territory(Shelf(given_to(self.scene)))

    def who(self, name: str) -> Membership:
        shelf = self.territory.shelf
        found: dict[str, Any] = {
            "contact": lambda: self.scene.contact,
            "worker": lambda: self.territory.worker,
            "agent": lambda: self.territory.agent,
            "officer": lambda: make_membership(Role.DPO, OrganisationKind.DEPARTEMENT),
        }
        return found[name]() if name in found else getattr(shelf, name)

    def one_more(self) -> None:
        territory, shelf, bench = self.territory, self.territory.shelf, self.territory.shelf.bench
        territory.go_to(None)
        shelf.ready()
        shelf.shipped()
        shelf.available()
        shelf.returned()
        lost = bench.in_process()
        bench.drive(lost)
        gate.apply(lost, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
        removed = bench.drive(bench.in_process())
        evidence.remove_drive(actor=bench.technician, drive=removed, destination=RemovalDestination.DESTRUCTION)
        parts.take_part(actor=bench.technician, device=bench.unusable(), kind=PartKind.CHARGER)
        bench.recycle(bench.unusable(bench.proven(bench.in_process())), bsd_number=f"BSD-{next(_rank)}")
        self.scene.qualified()
        create_prospect(
            actor=shelf.pilot,
            name=f"Donateur possible {next(_rank)}",
            legal_nature=LegalNature.PRIVATE,
            commune=make_commune(epci=shelf.epci),
            then=Then(NextStep.CALL, timezone.localdate(), shelf.pilot),
        )
        then = Then(RolloutStep.CALL, timezone.localdate(), shelf.pilot)
        begin_rollout(actor=shelf.pilot, epci=make_epci(), then=then)
        shelf.another_point(name=f"Point {next(_rank)}")
        close_copper(make_commune(epci=shelf.epci), timezone.localdate())
        self.campaign()
        self.prescribing()
        device = shelf.available()
        territory.go_to(timezone.now())
        served, waiting = territory.accepted(), territory.accepted()
        shelf.reserve(device, need_of(served, "computer"))
        territory.line(need_of(served, FIXED)).sent()
        sold = territory.line(need_of(territory.accepted(), FIXED), Channel.COUNTER)
        sold.__dict__["offer"] = make_offer(Channel.COUNTER, period=PricePeriod.RECHARGE)
        sell_recharge(actor=shelf.adviser, connection=sold.active(), amount=sold.offer.price or 0)
        shelf.derogate(need_of(waiting, "computer"))
        receive_rights_request(
            actor=territory.worker,
            household=territory.circle.submitted().household,
            kind=RightKind.ACCESS,
            requester=Requester.PERSON,
            channel=RightsChannel.PLACE,
            received_on=timezone.localdate(),
        )

    def prescribing(self) -> None:
        """One more service of the directory, one more session."""
        worker, commune = self.territory.worker, make_commune(epci=self.territory.shelf.epci)
        publish_public_service(
            actor=worker,
            organisation=worker.organisation,
            kind=StructureKind.CCAS,
            name=f"Accueil {next(_rank)}",
            phone="0320000000",
            communes=[commune],
        )
        starts = timezone.now() + timedelta(days=9)
        plan_awareness(
            actor=self.territory.shelf.pilot,
            commune=commune,
            starts_at=starts,
            ends_at=starts + timedelta(hours=1),
            place="Mairie",
        )

    def campaign(self) -> None:
        """Calls in a commune where copper closes, to the household of one more request."""
        territory, closes = self.territory, timezone.localdate() + timedelta(days=200)
        commune = territory.circle.commune
        if not CopperClosure.objects.filter(commune=commune).exists():
            close_copper(commune, closes)
        territory.accepted()
        create_campaign(
            actor=territory.shelf.pilot,
            title=f"Campagne {next(_rank)}",
            closes_by=closes,
            script="Bonjour.",
            commune=commune,
        )


def some_rows() -> Rows:
    """At least one row in most lists; what comes next happens at the hour it is."""
    rows = _some_rows()
    rows.territory.go_to(timezone.now())
    return rows


@remembered()
def _some_rows() -> Rows:
    rows = Rows()
    rows.one_more()
    return rows
