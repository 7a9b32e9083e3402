"""Situations of connection files, each reached through the services and the states before it."""

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from calendars.working_days import is_working_day
from connectivity.enums import (
    Access,
    Channel,
    ConditionRule,
    EvidenceKind,
    OfferAgreement,
    OperatorRefusalCode,
    PricePeriod,
    ProblemCode,
    ProofKind,
    Reliability,
    Technology,
)
from connectivity.models import ConnectionFile, CopperClosure, Offer, OfferCondition, TechnologyShare
from connectivity.services import connections as services
from connectivity.services.proofs import record_proof
from network.enums import OrganisationKind, Role
from network.models import Commune, Membership, Organisation
from prescriptions.enums import NeedKind, NeedUse
from prescriptions.models import Household, Need
from tests.network.factories import make_membership, make_organisation
from tests.prescriptions.files import Circle
from tests.remembered import remembered

_rank = itertools.count(1)
DAY = date(2020, 1, 1)
FIXED, MOBILE = NeedKind.FIXED_CONNECTION, NeedKind.MOBILE_CONNECTION


@remembered()
def make_offer(channel: str = Channel.DESK, **columns: Any) -> Offer:
    """An offer in force since 2020, for a fixed line unless said; one with a desk has an operator."""
    rank = next(_rank)
    operator = columns.pop("operator", None)
    if operator is None and channel == Channel.DESK:
        operator = make_organisation(OrganisationKind.OPERATOR, email=f"guichet{rank}@operateur.example")
    defaults = {
        "code": f"offre-{rank}", "name": f"Offre {rank}", "operator_name": "Opérateur inventé", "operator": operator,
        "technology": Technology.FIBRE, "kinds": [FIXED], "channel": channel, "price": Decimal("9.90"),
        "period": PricePeriod.MONTH, "entitlement_months": 12, "how_to": "Appelez le 0000.",
        "reliability": Reliability.SURE, "valid_from": DAY, "source": "test", "checked_on": DAY,
    }  # fmt: skip
    return Offer.objects.create(**defaults | columns)


@remembered()
def ask(offer: Offer, rule: str = ConditionRule.TENANT, **columns: Any) -> OfferCondition:
    """One more condition of an offer: a rent receipt of less than 90 days unless said."""
    defaults = {"proof": ProofKind.RENT_RECEIPT, "fresh_days": 90}
    return OfferCondition.objects.create(offer=offer, rule=rule, **defaults | columns)


@remembered()
def close_copper(commune: Commune, technical_on: date, **columns: Any) -> CopperClosure:
    """Copper closes in a commune, a year after it is sold no more."""
    defaults = {
        "lot": 3, "commercial_on": technical_on - timedelta(days=365), "technical_on": technical_on,
        "reliability": Reliability.CHECK, "valid_from": DAY, "source": "test", "checked_on": DAY,
    }  # fmt: skip
    return CopperClosure.objects.create(commune=commune, **defaults | columns)


@remembered()
def reach(commune: Commune, *accesses: str) -> None:
    """Every home of a commune may have these, fibre and copper unless said: an offer is sure there."""
    given = {"share": 100, "observed_on": DAY, "valid_from": DAY, "source": "test", "checked_on": DAY}
    for access in accesses or (Access.FIBRE, Access.COPPER):
        TechnologyShare.objects.create(commune=commune, access=access, **given)


@dataclass
class Line:
    """A household's file with the people around it. ``at`` is when the next acts happen; None is now."""

    channel: str = Channel.DESK
    circle: Circle = field(default_factory=Circle)
    kind: str = FIXED
    offer_columns: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)

    @property
    def at(self) -> datetime | None:
        return self.circle.at

    @property
    def worker(self) -> Membership:
        return self.circle.worker

    @property
    def adviser(self) -> Membership:
        return self.circle.adviser

    @property
    def pilot(self) -> Membership:
        return self.circle.pilot

    @cached_property
    def offer(self) -> Offer:
        return make_offer(self.channel, **{"kinds": [self.kind]} | self.offer_columns)

    @property
    def operator(self) -> Organisation:
        assert self.offer.operator is not None
        return self.offer.operator

    @cached_property
    def agent(self) -> Membership:
        return make_membership(Role.AGENT, OrganisationKind.OPERATOR, self.operator)

    @cached_property
    def need(self) -> Need:
        household = self._household(**self.person)
        return self.circle.accepted([(self.kind, NeedUse.PAPERWORK)], household).needs.get()

    @remembered("worker", "circle.commune", "at")
    def _household(self, **person: Any) -> Household:
        """One that may be written to."""
        address = {"address": "1 rue des Essais", "postcode": "59000", "email": f"foyer{next(_rank)}@exemple.test"}
        return self.circle.household(**address | person)

    def today(self) -> date:
        return timezone.localdate(self.at)

    def proposed(self, **given: Any) -> ConnectionFile:
        return remembered()(services.propose_connection)(actor=self.worker, need=self.need, at=self.at, **given)

    def choose(self, connection: ConnectionFile, offer: Offer | None = None, **given: Any) -> ConnectionFile:
        values = {
            "actor": self.worker,
            "offer": offer or self.offer,
            "agreement": OfferAgreement.IN_PERSON,
            "at": self.at,
        }
        return remembered()(services.choose_connection)(connection=connection, **values | given)

    def chosen(self, **given: Any) -> ConnectionFile:
        return self.choose(self.proposed(**given))

    def see(self, connection: ConnectionFile, rule: str = ConditionRule.TENANT, **given: Any) -> Any:
        values = {"proof": ProofKind.RENT_RECEIPT, "dated_on": self.today(), "at": self.at}
        return remembered()(record_proof)(actor=self.worker, connection=connection, rule=rule, **values | given)

    def send(self, connection: ConnectionFile, answer: str = "") -> ConnectionFile:
        return remembered()(services.send_connection)(
            actor=self.worker, connection=connection, answer=answer, at=self.at
        )

    def sent(self) -> ConnectionFile:
        return self.send(self.chosen())

    def report(self, connection: ConnectionFile, problem: str = ProblemCode.NAME_MISMATCH) -> ConnectionFile:
        return remembered()(services.report_problem_connection)(
            actor=self.agent, connection=connection, problem=problem, note="Voir le contrat.", at=self.at
        )

    def problem(self) -> ConnectionFile:
        return self.report(self.sent())

    def accepted(self) -> ConnectionFile:
        return remembered()(services.accept_connection)(
            actor=self.agent, connection=self.sent(), operator_reference="OP-77", at=self.at
        )

    def scheduled(self) -> ConnectionFile:
        return self.plan(self.accepted(), self.today() + timedelta(days=7))

    def plan(self, connection: ConnectionFile, day: date) -> ConnectionFile:
        """By its operator; confirmed where the day is not worked."""
        return remembered()(services.schedule_connection)(
            actor=self.agent,
            connection=connection,
            appointment_on=day,
            day_confirmed=not is_working_day(day),
            at=self.at,
        )

    def activate(self, connection: ConnectionFile, **given: Any) -> ConnectionFile:
        """By the operator where there is a desk, else by the worker on a bill."""
        values: dict[str, Any] = {"started_on": self.today(), "monthly_price": Decimal("9.90"), "at": self.at}
        values |= {"early_confirmed": connection.appointment_on is not None, "price_confirmed": True}
        if connection.channel == Channel.DESK:
            values |= {"actor": self.agent}
        else:
            values |= {
                "actor": self.worker, "evidence_kind": EvidenceKind.INVOICE, "evidence_on": self.today(),
                "evidence_reference": "F-001",
            }  # fmt: skip
        return remembered()(services.activate_connection)(connection=connection, **values | given)

    def active(self, **given: Any) -> ConnectionFile:
        return self.activate(self.scheduled() if self.channel == Channel.DESK else self.chosen(), **given)

    def refused(self) -> ConnectionFile:
        return remembered()(services.refuse_connection)(
            actor=self.agent, connection=self.sent(), refusal=OperatorRefusalCode.NO_COVERAGE, at=self.at
        )

    def later(self, **delay: float) -> datetime:
        """Move the hour of the next acts on, and return it."""
        return self.circle.later(**delay)


def again(connection: ConnectionFile) -> ConnectionFile:
    """The row as the database has it now."""
    return ConnectionFile.objects.get(pk=connection.pk)


def monday(hour: int = 10) -> datetime:
    """A Monday morning without a holiday in the weeks around: 1 March 2027."""
    return timezone.make_aware(datetime(2027, 3, 1, hour))  # noqa: DTZ001
