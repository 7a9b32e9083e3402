"""Situations of donations, each reached through the services and the states before it."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from donations.enums import DeclineReason, Destination, LineCondition, LineRefusalCode, SlipProof
from donations.models import DeedText, Donation, DonationLine, PickUp
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from donations.services.deeds import accept_deed, deed_of
from donations.services.donations import (
    AnnouncedLine,
    Ruling,
    announce_donation,
    create_donation,
    qualify_donation,
)
from donations.services.pickups import record_pick_up, schedule_donation
from lifecycle import gate
from network.enums import LegalNature, OrganisationKind, Role
from network.models import Commune, Membership, Organisation
from reference.dated import fingerprint
from reference.models import Parameter
from refurb.enums import DeviceType
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.reference.values import make_value
from tests.remembered import remembered

_rank = itertools.count(1)
DAY = date(2020, 1, 1)


@remembered()
def load_law() -> None:
    """The thresholds and the text of the deed, in force since 2020."""
    dated = {"valid_from": DAY, "source": "test", "checked_on": DAY}
    make_value(PUBLIC_GIFT_VALUE, 300, DAY)
    make_value(DEVICE_AGE, 10, DAY)
    body = "Article 1 – Objet\nLe donateur donne le matériel désigné en annexe."
    DeedText.objects.create(version="1", title="Acte de don", body=body, sha256=fingerprint(body), **dated)


def laptops(quantity: int = 3, **fields: Any) -> AnnouncedLine:
    """Recent working laptops."""
    year = timezone.localdate().year - 4
    defaults = {"type": DeviceType.LAPTOP, "purchase_year": year, "condition": LineCondition.WORKING}
    return AnnouncedLine(**defaults | {"quantity": quantity} | fields)


def screens(quantity: int = 2, **fields: Any) -> AnnouncedLine:
    """Recent screens."""
    return laptops(quantity, **{"type": DeviceType.SCREEN} | fields)


@remembered()
def make_donor(legal_nature: LegalNature) -> Organisation:
    """A donor with a SIRET of its own."""
    return make_organisation(OrganisationKind.DONOR, siret=f"{next(_rank):014}", legal_nature=legal_nature)


@dataclass
class Workshop:
    """A workshop with its manager and one technician."""

    organisation: Organisation = field(default_factory=lambda: make_organisation(OrganisationKind.RECONDITIONER))

    @cached_property
    def manager(self) -> Membership:
        return make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER, self.organisation)

    @cached_property
    def technician(self) -> Membership:
        return make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER, self.organisation)

    @property
    def pk(self) -> int:
        return self.organisation.pk


@dataclass
class Scene:
    """The people around a lot: a donor's contact, the pilot, two workshops."""

    legal_nature: LegalNature = LegalNature.PRIVATE
    lines: Sequence[AnnouncedLine] = (laptops(),)

    @cached_property
    def pilot(self) -> Membership:
        return make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)

    @cached_property
    def donor(self) -> Organisation:
        return make_donor(self.legal_nature)

    @cached_property
    def contact(self) -> Membership:
        return make_membership(Role.CONTACT, OrganisationKind.DONOR, self.donor)

    @cached_property
    def north(self) -> Workshop:
        return Workshop()

    @cached_property
    def south(self) -> Workshop:
        return Workshop()

    @cached_property
    def commune(self) -> Commune:
        return make_commune()

    def site(self) -> dict[str, Any]:
        return {"pick_up_address": "1 rue des Essais", "pick_up_postcode": "59000", "commune": self.commune}

    def public(self) -> dict[str, Any]:
        """What a public donor adds."""
        return {"transfer_reference": "D-2026-12"} if self.legal_nature == LegalNature.PUBLIC else {}

    def draft(self, **site: Any) -> Donation:
        return remembered()(create_donation)(
            actor=self.contact, donor=self.donor, lines=self.lines, **self.site() | self.public() | site
        )

    def announced(self, **site: Any) -> Donation:
        return remembered()(announce_donation)(actor=self.contact, donation=self.draft(**site))

    def announced_before_the_law(self, **site: Any) -> Donation:
        """Announced on a day when the limit was higher: what was described then is over it since."""
        limit = Parameter.objects.filter(code=PUBLIC_GIFT_VALUE.code)
        held = limit.get().value
        limit.update(value=10_000)
        donation = self.announced(**site)
        limit.update(value=held)
        return donation

    def rulings(
        self, donation: Donation, *, accept: Mapping[int, int] | None = None, split: bool = False
    ) -> list[Ruling]:
        """Accept everything (or ``{rank of the line: quantity}``) for the north, or half for each workshop."""
        rulings = []
        for rank, line in enumerate(donation.lines.order_by("pk")):
            accepted = line.quantity if accept is None else accept.get(rank, line.quantity)
            half = accepted // 2 if split else 0
            code = "" if accepted == line.quantity else LineRefusalCode.CONDITION
            shares = {self.north.pk: accepted - half} | ({self.south.pk: half} if half else {})
            rulings.append(Ruling(line.pk, accepted, code, Destination.REUSE, shares))
        return rulings

    def qualified(self, *, split: bool = False, accept: Mapping[int, int] | None = None) -> Donation:
        donation = self.announced()
        rulings = self.rulings(donation, accept=accept, split=split)
        return remembered()(qualify_donation)(actor=self.pilot, donation=donation, rulings=rulings)

    def accept(self, donation: Donation) -> None:
        remembered()(accept_deed)(actor=self.contact, donation=donation, sha256=fingerprint(deed_of(donation)[1]))

    def schedule(self, donation: Donation, workshop: Workshop, **changes: Any) -> Donation:
        return schedule_for_tomorrow(actor=workshop.manager, donation=donation, **changes)

    def scheduled(self, *, split: bool = False, accept: Mapping[int, int] | None = None) -> Donation:
        donation = self.qualified(split=split, accept=accept)
        self.accept(donation)
        if split:
            self.schedule(donation, self.south)
        return self.schedule(donation, self.north)

    def pick_up(self, donation: Donation, workshop: Workshop) -> PickUp:
        return PickUp.objects.planned().get(donation=donation, workshop=workshop.organisation)

    def count(
        self, donation: Donation, workshop: Workshop, counts: Mapping[int, int] | None = None, **changes: Any
    ) -> PickUp:
        """Record the pick-up of a workshop: what it was given, or ``{rank of the line: counted}``."""
        shares = dict(
            donation.allocations.current().filter(workshop=workshop.organisation).values_list("line", "quantity")
        )
        for rank, line in enumerate(donation.lines.order_by("pk")):
            if counts is not None and rank in counts:
                shares[line.pk] = counts[rank]
        signed = {"proof": SlipProof.ATTESTED, "signer_name": "Dominique Exemple"}
        given = {"counts": shares, "done_on": timezone.localdate(), **signed} | changes
        return remembered()(record_pick_up)(
            actor=workshop.technician, pick_up=self.pick_up(donation, workshop), **given
        )

    def collected(
        self, counts: Mapping[int, int] | None = None, *, accept: Mapping[int, int] | None = None
    ) -> Donation:
        donation = self.scheduled(accept=accept)
        self.count(donation, self.north, counts)
        return again(donation)

    def declined(self) -> Donation:
        return gate.apply(self.announced(), "decline", actor=self.pilot, reason=DeclineReason.TOO_OLD)


@remembered()
def schedule_for_tomorrow(**changes: Any) -> Donation:
    """At this hour, unless said."""
    tomorrow = timezone.now() + timedelta(days=1)
    given = {"starts_at": tomorrow, "carrier": "La Navette", "contact_name": "Accueil"}
    return schedule_donation(**given | changes)


def public_scene(*lines: AnnouncedLine) -> Scene:
    """A public donor; its machines are worth 100 € unless said otherwise."""
    return Scene(LegalNature.PUBLIC, lines or (laptops(unit_value=Decimal(100)),))


def again(donation: Donation) -> Donation:
    """The row as the database has it now."""
    return Donation.objects.get(pk=donation.pk)


def first_line(donation: Donation) -> DonationLine:
    line = donation.lines.order_by("pk").first()
    assert line is not None
    return line


def midday(day: date) -> datetime:
    """Noon of a day, in local time."""
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001
