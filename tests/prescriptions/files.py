"""Situations of households, prescriptions and needs, each reached through the services and the states before it."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from network.enums import OrganisationKind, Role
from network.models import Commune, Membership, Organisation
from prescriptions.enums import AgreementHow, CompletionSaid, FactKind, NeedKind, NeedState, NeedUse
from prescriptions.models import AgreementText, Household, Need, Prescription, SheetTranslation
from prescriptions.services.completion import answer_point
from prescriptions.services.households import create_household
from prescriptions.services.needs import ask_need, start_need
from prescriptions.services.prescriptions import (
    accept_prescription,
    create_prescription,
    record_agreement,
    record_fact,
    submit_prescription,
)
from prescriptions.services.transfers import accept_transfer, ask_transfer
from tests.given import load_reference
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.remembered import remembered

_rank = itertools.count(1)

PARIS = timezone.get_default_timezone()

type Asked = Sequence[tuple[str, str]]
COMPUTER: Asked = ((NeedKind.COMPUTER, NeedUse.STUDIES),)
SKILLS: Asked = ((NeedKind.DIGITAL_SKILLS, NeedUse.PAPERWORK),)


@remembered()
def load_settings() -> None:
    """The reference files of the app, once per test; translations, which are many, for those that ask for them."""
    if not AgreementText.objects.exists():
        load_reference("prescriptions")
        SheetTranslation.objects.all().delete()


def person(**changes: Any) -> dict[str, Any]:
    """An invented person, like no other of the test."""
    rank = next(_rank)
    return {
        "last_name": f"Exemple-{rank}",
        "first_name": "Dominique",
        "phone": f"06990{rank:05}",
        "adults": 1,
        "children": 2,
    } | changes


@dataclass
class Circle:
    """The people around a file: a social worker, a distributor's adviser, the pilot, a mediation place.

    ``at`` is when its next acts happen; None is now.
    """

    prescriber: Organisation = field(default_factory=lambda: make_organisation(OrganisationKind.PRESCRIBER))
    distributor: Organisation = field(default_factory=lambda: make_organisation(OrganisationKind.DISTRIBUTOR))
    commune: Commune = field(default_factory=make_commune)
    at: datetime | None = None
    proof: str = ""
    """What was seen of each household, in words."""

    def __post_init__(self) -> None:
        load_settings()

    @cached_property
    def worker(self) -> Membership:
        return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, self.prescriber)

    @cached_property
    def manager(self) -> Membership:
        return make_membership(Role.MANAGER, OrganisationKind.PRESCRIBER, self.prescriber)

    @cached_property
    def adviser(self) -> Membership:
        return make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR, self.distributor)

    @cached_property
    def pilot(self) -> Membership:
        return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)

    @cached_property
    def relay(self) -> Membership:
        """An adviser of a relay that serves the commune."""
        organisation = make_organisation(OrganisationKind.RELAY)
        organisation.communes_served.add(self.commune)
        return make_membership(Role.ADVISER, OrganisationKind.RELAY, organisation)

    @cached_property
    def mediation(self) -> Organisation:
        return make_organisation(OrganisationKind.MEDIATION)

    @remembered("worker", "commune", "at")
    def household(self, **changes: Any) -> Household:
        given = {"commune": self.commune} | person() | changes
        return create_household(actor=self.worker, at=self.at, **given)

    @remembered("worker", "at")
    def empty(self, household: Household | None = None, story: str = "") -> Prescription:
        """A draft with nothing in it, that the household itself asks for."""
        household = household or self.household()
        return create_prescription(actor=self.worker, household=household, asked_again=True, story=story, at=self.at)

    @remembered("worker", "at")
    def see_fact(self, prescription: Prescription, kind: str = FactKind.MINIMUM_INCOME, **fact: Any) -> Any:
        return record_fact(actor=self.worker, prescription=prescription, kind=kind, at=self.at, **fact)

    @remembered("worker", "at")
    def agree(self, prescription: Prescription) -> Any:
        return record_agreement(actor=self.worker, prescription=prescription, how=AgreementHow.SIGNED, at=self.at)

    def draft(self, needs: Asked = COMPUTER, household: Household | None = None, story: str = "") -> Prescription:
        """A draft that has everything it needs to be submitted."""
        prescription = self.empty(household, story)
        for kind, use in needs:
            remembered()(ask_need)(actor=self.worker, prescription=prescription, kind=kind, use=use, at=self.at)
        self.see_fact(prescription, **({"proof": self.proof} if self.proof else {}))
        self.agree(prescription)
        return prescription

    @remembered("worker", "distributor", "at")
    def submit(self, prescription: Prescription, **given: Any) -> Prescription:
        return submit_prescription(
            actor=self.worker, prescription=prescription, distributor=self.distributor, at=self.at, **given
        )

    def answer(self, prescription: Prescription, words: str = "Fait avec le foyer") -> Prescription:
        """Every point of the last request has an answer; the file is not sent back yet."""
        for code in prescription.completion_requests.latest("pk").points:
            remembered()(answer_point)(
                actor=self.worker,
                prescription=prescription,
                code=code,
                said=CompletionSaid.DONE,
                words=words,
                at=self.at,
            )
        return prescription

    def submitted(self, needs: Asked = COMPUTER, household: Household | None = None, story: str = "") -> Prescription:
        return self.submit(self.draft(needs, household, story))

    @remembered("adviser", "at")
    def accept(self, prescription: Prescription, **given: Any) -> Prescription:
        return accept_prescription(actor=self.adviser, prescription=prescription, at=self.at, **given)

    def accepted(self, needs: Asked = COMPUTER, household: Household | None = None, story: str = "") -> Prescription:
        return self.accept(self.submitted(needs, household, story))

    def started(self) -> Need:
        """A need of digital skills in progress, the only one of its prescription."""
        need = self.accepted(SKILLS).needs.get()
        return remembered()(start_need)(actor=self.worker, need=need, mediation=self.mediation, at=self.at)

    def later(self, **delay: float) -> datetime:
        """Move the hour of the next acts on, and return it."""
        self.at = (self.at or timezone.now()) + timedelta(**delay)
        return self.at


@remembered()
def accepted_prescription(
    *,
    needs: Asked = COMPUTER,
    commune: Commune | None = None,
    prescriber: Organisation | None = None,
    distributor: Organisation | None = None,
    at: datetime | None = None,
    **household: Any,
) -> Prescription:
    """A prescription accepted by legal steps, all at ``at``; its ``needs`` (kind, use) wait.

    ``household`` takes the columns of a person (``email="…"``).
    """
    circle = Circle(
        **{
            name: value
            for name, value in {
                "prescriber": prescriber,
                "distributor": distributor,
                "commune": commune,
                "at": at,
            }.items()
            if value is not None
        }
    )
    return circle.accepted(needs, circle.household(**household))


def transferred(circle: Circle, prescription: Prescription, prescriber: Organisation) -> Prescription:
    """A prescription that another prescriber took, as it was offered."""
    offered = ask_transfer(actor=circle.worker, prescription=prescription, prescriber=prescriber, at=circle.at)
    taker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, prescriber)
    accept_transfer(actor=taker, transfer=offered, at=circle.at)
    return again(prescription)


@remembered()
def waiting_need(kind: str = NeedKind.COMPUTER, use: str = NeedUse.STUDIES, **given: Any) -> Need:
    """One need that waits, alone on its accepted prescription; ``given`` as for ``accepted_prescription``."""
    return accepted_prescription(needs=[(kind, use)], **given).needs.get(state=NeedState.WAITING)


def again[M: Any](row: M) -> M:
    """The row as it is now."""
    fetched: M = type(row)._base_manager.get(pk=row.pk)
    return fetched
