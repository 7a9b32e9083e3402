"""The life of a lot, from the offer to the balance, step by step, as a plan says."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo import device_fates, inventories, papers
from demo.agenda import Thread, do, done
from demo.bench import Work
from demo.calendar import local, working_day
from demo.cast import WORKSHOPS
from demo.context import Story
from demo.device_fates import Fate
from demo.handed import ToTheStock
from demo.offers import STEPS, Lot, LotLine
from donations.enums import (
    Destination,
    DifferenceCode,
    DonationState,
    ReassignReason,
    SlipProof,
)
from donations.models import Donation, DonationLine, PickUp
from donations.services import deeds, donations, pickups
from donations.services.donations import Ruling
from lifecycle import gate
from network.enums import LegalNature
from network.models import Membership, Organisation
from reference.dated import fingerprint
from refurb.enums import CostKind, DeviceState, MissingReason, WithdrawalReason
from refurb.models import Device
from refurb.services import devices, stock

UNREAD = ("serial", "manufacturer", "model", "processor")
"""What is not read at the reception of a machine that is told by the others of its lot."""
INSTRUCTIONS = (
    "Venir à deux, avec un diable.",
    "Prévoir des caisses pour les câbles et les souris.",
    "Se présenter à l’accueil\u00a0: une pièce d’identité est demandée.",
)
"""What a workshop says to whoever fetches a lot, in turn."""


class Journey:
    """One lot. ``now`` is the instant of the present act."""

    def __init__(self, story: Story, lot: Lot) -> None:
        self.story, self.rng, self.lot = story, story.rng, lot
        self.now, self.donation = story.moment(working_day(lot.announced)), Donation()
        self.workshops = list(lot.workshops)

    def __str__(self) -> str:
        return self.donation.reference

    def live(self) -> Thread:
        """Every step the plan asks for, and the way out."""
        steps = STEPS[: STEPS.index(self.lot.until) + 1]
        for step in steps:
            yield from getattr(self, step)()
            if step == "announce" and step != steps[-1]:
                self.story.tabled[self.donation.pk] = self.rulings()
        yield from self.leave()

    def after(self, low: int, high: int) -> datetime:
        """Wait for some working days, one at least."""
        self.now = self.story.moment(working_day(timezone.localdate(self.now), self.rng.randint(low, high)))
        return self.now

    def by(self, actor: Membership) -> dict[str, Any]:
        """Who, on what and when, for a service of a donation."""
        return {"actor": actor, "donation": self.donation, "at": self.now}

    @property
    def contact(self) -> Membership:
        return self.story.cast.contact(self.lot.site.donor)

    @property
    def donor(self) -> Organisation:
        return self.story.cast.organisations[self.lot.site.donor]

    @property
    def is_public(self) -> bool:
        return self.donor.legal_nature == LegalNature.PUBLIC

    # --- the donor

    def create(self) -> Iterator[datetime]:
        yield self.now
        lines = [self._offered(line) for line in self.lot.lines]
        site = {"peripherals": self.rng.randint(0, 20), "description": self.lot.description}
        given = {"actor": self.contact, "donor": self.donor, "at": self.now, **site, **self.lot.site.description}
        if self.lot.inventory:
            models = [line.model for line in self.lot.lines]
            self.donation = inventories.import_lot(lines=list(zip(lines, models, strict=True)), **given)
        else:
            self.donation = donations.create_donation(lines=lines, **given)

    def _offered(self, line: LotLine) -> donations.AnnouncedLine:
        return donations.AnnouncedLine(
            type=line.type,
            quantity=line.quantity,
            purchase_year=line.year,
            condition=line.condition,
            model_name=line.model.name,
            unit_value=Decimal(self.rng.randrange(20, 200, 5)) if self.is_public else None,
        )

    def announce(self) -> Iterator[datetime]:
        self.now += timedelta(minutes=self.rng.randint(5, 30))
        if self.is_public:
            number = self.story.number("transfer")
            donations.record_transfer_decision(
                actor=self.contact,
                donation=self.donation,
                reference=f"DEC-{self.now:%Y}-{number:03}",
                decided_on=timezone.localdate(self.now) - timedelta(days=7),
            )
        donations.announce_donation(**self.by(self.contact))
        yield from ()

    # --- the pilot decides, the donor commits

    def qualify(self) -> Iterator[datetime]:
        """A committee that sat meanwhile has decided; else the pilot does, and the next one ratifies."""
        yield self.after(1, 5)
        if Donation.objects.filter(pk=self.donation.pk, state=DonationState.ANNOUNCED).exists():
            donations.qualify_donation(**self.by(self.story.cast.pilot), rulings=self.rulings())
        kept = Device.objects.filter(donation=self.donation).order_by("pk")[: self.lot.kept]
        for device in kept:
            gate.apply(
                device, "withdraw", actor=self.contact, reason=WithdrawalReason.KEPT, at=self.now + timedelta(hours=1)
            )

    def rulings(self) -> list[Ruling]:
        """What the plan decides of each line."""
        return [
            Ruling(row.pk, line.accepted, line.refusal, line.destination, self._shares(line.accepted))
            for row, line in self._rows()
        ]

    def _rows(self) -> list[tuple[DonationLine, LotLine]]:
        """The lines as the database has them, with what the plan says of each."""
        rows = DonationLine.objects.filter(donation=self.donation).order_by("pk")
        return list(zip(rows, self.lot.lines, strict=True))

    def _shares(self, quantity: int) -> dict[int, int]:
        """The same share for each workshop, the first one takes what is left over."""
        share, left = divmod(quantity, len(self.workshops))
        return {
            self.story.cast.organisations[workshop].pk: share + (left if rank == 0 else 0)
            for rank, workshop in enumerate(self.workshops)
        }

    def accept(self) -> Iterator[datetime]:
        yield self.after(1, 4)
        self._accept_deed()

    def _accept_deed(self) -> None:
        donation = Donation.objects.select_related("donor").get(pk=self.donation.pk)
        exact = deeds.deed_of(donation, at=self.now)[1]
        deeds.accept_deed(**self.by(self.contact), sha256=fingerprint(exact))

    # --- the workshops come

    def schedule(self) -> Iterator[datetime]:
        yield self.after(1, 2)
        self._plan()
        if not self.lot.given_up:
            return
        yield self.after(1, 1)
        former, self.workshops = self.workshops[0], [one for one in WORKSHOPS if one not in self.workshops][:1]
        donations.reassign_donation(
            **self.by(self.story.cast.manager(former)),
            shares={row.pk: self._shares(line.accepted) for row, line in self._rows()},
            reason=ReassignReason.CAPACITY,
            comment="Établi complet jusqu’à la fin du mois.",
        )
        yield self.after(1, 1)
        self._accept_deed()
        yield self.after(1, 1)
        self._plan()

    def _plan(self) -> None:
        """Each workshop fixes its day; one that is not to be reached lies after the end."""
        today = timezone.localdate(self.now)
        last = self.lot.until == "schedule" and not self.lot.withdrawn
        for rank, workshop in enumerate(self.workshops):
            day = working_day(self.story.last, 3 + rank) if last else working_day(today, self.rng.randint(3, 6) + rank)
            starts = local(day, self.rng.choice((9, 10, 14)))
            pickups.schedule_donation(
                **self.by(self.story.cast.manager(workshop)),
                starts_at=starts,
                ends_at=starts + timedelta(hours=2),
                carrier=self.rng.choice(("Camionnette de l’atelier", "Transports Exemple")),
                contact_name=self.contact.user.get_full_name(),
                contact_phone="03 00 00 00 00",
                instructions=INSTRUCTIONS[rank % len(INSTRUCTIONS)],
            )

    def pick_up(self) -> Iterator[datetime]:
        planned = PickUp.objects.planned().filter(donation=self.donation).order_by("starts_at", "pk")
        codes = {one.pk: code for code, one in self.story.cast.organisations.items()}
        for pick_up in planned.select_related("workshop"):
            workshop = codes[pick_up.workshop_id]
            done = pick_up.starts_at + timedelta(minutes=self.rng.randint(40, 90))
            self.now = max(done, self.now + timedelta(minutes=5))
            yield self.now
            technician = self.story.cast.technician(workshop, self.rng)
            drawn = self.rng.random() < 0.4
            pickups.record_pick_up(
                actor=technician,
                pick_up=pick_up,
                counts=self._counts(pick_up.workshop_id, first=workshop == self.workshops[0]),
                done_on=timezone.localdate(self.now),
                peripherals=self.rng.randint(0, 12),
                proof=SlipProof.DRAWN if drawn else SlipProof.ATTESTED,
                signer_name=self.contact.user.get_full_name(),
                signature=papers.signature(rng=self.rng, by=technician, at=self.now) if drawn else None,
                at=self.now,
            )

    def _counts(self, workshop: int, *, first: bool) -> dict[int, int]:
        """What is counted of each line: what was given to the workshop, less and more what the plan says."""
        counts = {}
        for row, line in self._rows():
            share = self._shares(line.accepted)[workshop]
            counts[row.pk] = share - line.not_found + line.surplus if first else share
        return counts

    def receive(self) -> Iterator[datetime]:
        for rank, workshop in enumerate(self.workshops):
            yield self.after(1, 1) if rank == 0 else self.now
            home = self.story.cast.organisations[workshop]
            for row, line in self._rows():
                units = Device.objects.filter(line=row, workshop=home, state=DeviceState.COLLECTED)
                self._unpack(workshop, row, line, units.count(), first=rank == 0)
            self._pay(workshop)

    def _unpack(self, workshop: str, row: DonationLine, line: LotLine, expected: int, *, first: bool) -> None:
        """Scan what is there, look for what is not, register what nobody announced."""
        lost = line.lost if first else 0
        found = self._scan_all(workshop, row, line, expected - lost)
        named = line.fates[: len(found)] if first else ()
        for fate, device in zip(named, found, strict=False):
            self._start(workshop, line, [device], fate)
        for _ in range(line.surplus if first else 0):
            given = self._scan(workshop, line)
            found.append(devices.register_device(**given, type=line.type, donation=self.donation))
        self._sort(workshop, line, found[len(named) :])
        home = self.story.cast.organisations[workshop]
        missing = Device.objects.filter(line=row, workshop=home, state=DeviceState.COLLECTED)
        for device in missing.order_by("pk")[:lost]:
            gate.apply(
                device,
                "report_missing",
                actor=self.story.cast.technician(workshop, self.rng),
                reason=MissingReason.COUNT,
                at=self._minute(),
                comment="Compté sur le bordereau, absent du camion.",
            )

    def _scan_all(self, workshop: str, row: DonationLine, line: LotLine, count: int) -> list[Device]:
        """Receive so many devices of a line in one session of scans."""
        if not count:
            return []
        scans = [self._scan(workshop, line) for _ in range(count)]
        if self.lot.inventory:
            return inventories.receive_each(row, scans)
        for fate, scan in zip(line.fates, scans, strict=False):
            if fate is device_fates.alike:
                for name in UNREAD:
                    del scan[name]
        facts = {scan.pop("tag"): scan for scan in scans}
        actors = [scan.pop("actor") for scan in scans]
        instants = [scan.pop("at") for scan in scans]
        outcome = done(
            devices.receive_devices(actor=actors[0], line=row, tags=list(facts), facts=facts, at=instants[-1])
        )
        return list(Device.objects.filter(pk__in=outcome.moved).order_by("pk"))

    def _sort(self, workshop: str, line: LotLine, found: Sequence[Device]) -> None:
        """What becomes of those the story does not name: by chance, and those that share a fate share a rack."""
        racks: dict[Fate, list[Device]] = {}
        for first in range(0, len(found), device_fates.HANDFUL):
            fate = (
                device_fates.too_old
                if line.destination == Destination.RECYCLING
                else device_fates.draw(line.type, self.rng)
            )
            racks.setdefault(fate, []).extend(found[first : first + device_fates.HANDFUL])
        for fate, rack in racks.items():
            self._start(workshop, line, rack, ToTheStock(fate))

    def _minute(self) -> datetime:
        """A minute or two later: a scan is quick."""
        self.now += timedelta(seconds=self.rng.randint(40, 110))
        return self.now

    def _scan(self, workshop: str, line: LotLine) -> dict[str, Any]:
        """What a technician reads on a device that comes in."""
        return {
            "actor": self.story.cast.technician(workshop, self.rng),
            "at": (at := self._minute()),
            "tag": self.story.labels.next(workshop, at),
            "serial": papers.serial(line.model.manufacturer, self.rng),
            "manufacturer": line.model.manufacturer,
            "model": line.model.model,
            "processor": line.model.processor,
            "year": line.year,
            "place": f"Étagère {self.rng.choice('ABCDEF')}{self.rng.randint(1, 6)}",
        }

    def _start(self, workshop: str, line: LotLine, group: Sequence[Device], fate: Fate) -> None:
        work = Work(self.story, workshop, group, line.model, self.now)
        self.story.agenda.add(fate(work), about=work)

    def _pay(self, workshop: str) -> None:
        """What the transport cost, and for some lots the hours of sorting."""
        manager = self.story.cast.manager(workshop)
        amounts = {CostKind.TRANSPORT: self.rng.randrange(40, 160, 5)}
        if self.rng.random() < 0.5:
            amounts[CostKind.TIME] = self.rng.randrange(30, 120, 10)
        for kind, amount in amounts.items():
            stock.record_cost(
                **self.by(manager),
                kind=kind,
                amount=Decimal(amount),
                spent_on=timezone.localdate(self.now),
                funder=self.story.cast.organisations["departement"],
            )

    # --- the end

    def reconcile(self) -> Iterator[datetime]:
        yield self.after(6, 18)
        manager = self.story.cast.manager(self.workshops[0])
        for line in DonationLine.objects.unexplained().filter(donation=self.donation).order_by("pk"):
            donations.explain_line(actor=manager, line=line, code=self._why(line), at=self.now)
        do("reconcile", self.by(manager))

    @staticmethod
    def _why(line: Any) -> DifferenceCode:
        """The explanation that fits the three numbers of a line."""
        if line.collected > line.accepted:
            return DifferenceCode.SURPLUS
        return DifferenceCode.LOST if line.received < line.collected else DifferenceCode.NOT_FOUND

    def leave(self) -> Iterator[datetime]:
        """The lot is declined, or taken back."""
        if self.lot.declined is not None:
            yield self.after(1, 3)
            do("decline", self.by(self.story.cast.pilot), reason=self.lot.declined)
        if self.lot.withdrawn is not None:
            yield self.after(1, 2)
            do("withdraw", self.by(self.contact), reason=self.lot.withdrawn)
