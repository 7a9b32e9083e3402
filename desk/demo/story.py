"""What happens when: the lots that show every way through the chain, then ordinary ones up to the size asked for."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from desk.demo import fates
from desk.demo.agenda import Agenda
from desk.demo.calendar import is_worked, local, months_before, working_day
from desk.demo.cast import WORKSHOPS, gather
from desk.demo.catalogue import Catalogue, Model
from desk.demo.lots import Journey, Line, Lot
from desk.demo.months import months, running_month
from desk.demo.stage import Stage
from desk.demo.strays import strays
from desk.demo.waste import passages
from lifecycle.references import drawn_from
from refurb.enums import DeclineReason, Destination, DeviceType, LineCondition, RefusalCode, WithdrawReason

MONTHS = 8
AGES = (3, 4, 5, 6, 7)
"""Years between the purchase and the gift of what is offered for reuse."""
RECENT = 0.3
"""The share of lots of the last weeks beyond chance, so that the benches are busy on the last day."""
COMMON = (
    (DeviceType.LAPTOP, 45),
    (DeviceType.DESKTOP, 22),
    (DeviceType.SCREEN, 14),
    (DeviceType.SMARTPHONE, 10),
    (DeviceType.TABLET, 9),
)
"""What donors offer, in per cent."""


def tell_story(*, as_of: date, seed: int, devices: int, tell: Callable[[float, datetime], None]) -> None:
    """Play the eight months before ``as_of`` through the services: same day, seed and size, same département.

    ``devices`` is about how many, never fewer than the fifty or so of the lots that show every way.
    ``tell`` is given how much is done (0 to 1) and the instant reached.
    """
    rng, references = Random(f"story {seed}"), Random(seed)  # noqa: S311 nothing here is a secret
    first = working_day(months_before(as_of, MONTHS))
    start, horizon = local(first, 8), local(as_of, 0)
    with drawn_from(references):
        cast = gather(start - timedelta(days=7))
        stage = Stage(cast, Catalogue(), rng, Agenda(horizon), first, as_of)
        lots = list(shown(stage))
        lots += ordinary(stage, devices - sum(lot.size for lot in lots))
        for thread in (months(stage), running_month(stage), strays(stage)):
            stage.agenda.add(thread)
        for workshop in WORKSHOPS:
            stage.agenda.add(passages(stage, workshop, cast.organisations["recyclage"]))
        for lot in lots:
            stage.agenda.add(Journey(stage, lot).live())
        stage.agenda.run(lambda now: tell((now - start) / (horizon - start), now))


def shown(stage: Stage) -> Iterator[Lot]:
    """The lots the story cannot do without: each state, each way out, each incident at least once."""
    yield from _settled(stage)
    yield from _under_way(stage)
    yield from _ended_early(stage)


def _settled(stage: Stage) -> Iterator[Lot]:
    """Old enough to be over."""
    sites, model = stage.cast.sites, stage.catalogue.named
    year = stage.last.year
    yield Lot(
        sites["textiles"][0],
        stage.back(130),
        (
            Line(
                model("Latitude 5400"),
                5,
                year - 5,
                fates=(fates.ready, fates.reopened, fates.ceded, fates.donor_certificate, fates.erased_twice),
            ),
            Line(model("P2419H"), 2, year - 6, fates=(fates.ready, fates.ready)),
        ),
        description="Renouvellement du service commercial.",
    )
    yield Lot(
        sites["hopital"][0],
        stage.back(110),
        (
            Line(
                model("OptiPlex 5070"),
                8,
                year - 6,
                refused=1,
                refusal=RefusalCode.CONDITION,
                fates=(fates.dismantled, fates.recycled, fates.undone, fates.lost_and_found),
            ),
            Line(model("Galaxy Tab A7"), 2, year - 5, announced_as=DeviceType.SMARTPHONE, fates=(fates.retyped,)),
            Line(
                model("OptiPlex 7010"),
                2,
                year - 12,
                condition=LineCondition.UNTESTED,
                destination=Destination.RECYCLING,
            ),
        ),
        workshops=WORKSHOPS,
        description="Postes d’accueil remplacés ; les deux plus anciens sont à recycler.",
    )
    yield Lot(
        sites["logistique"][0],
        stage.back(90),
        (
            Line(model("Galaxy XCover 5"), 4, year - 4, not_found=1),
            Line(
                model("ThinkPad T490"),
                4,
                year - 5,
                surplus=1,
                fates=(fates.drive_destroyed, fates.drive_removed, fates.unerasable, fates.given_back),
            ),
            Line(model("Redmi 9"), 3, year - 4, lost=1, fates=(fates.repaired,)),
        ),
    )
    yield Lot(
        sites["assurances"][1], stage.back(80), (Line(model("EliteBook 840 G5"), 2, year - 5, fates=(fates.resited,)),)
    )


def _under_way(stage: Stage) -> Iterator[Lot]:
    """Where each lot stands on the last day."""
    sites, model = stage.cast.sites, stage.catalogue.named
    year = stage.last.year
    yield Lot(
        sites["mairie"][0],
        stage.back(34),
        (
            Line(
                model("ThinkPad L390"),
                6,
                year - 5,
                fates=(
                    fates.received,
                    fates.in_process,
                    fates.awaiting_part,
                    fates.unusable,
                    fates.unerasable,
                    fates.lost,
                ),
            ),
        ),
        until="receive",
    )
    yield Lot(
        sites["lycee"][0],
        stage.back(24),
        (Line(model("Tab M10"), 3, year - 5), Line(model("E233"), 2, year - 6)),
        workshops=WORKSHOPS[1:],
        until="pick_up",
    )
    yield Lot(
        sites["brasserie"][0],
        stage.back(18),
        (Line(model("ProBook 450 G6"), 3, year - 5),),
        workshops=WORKSHOPS[1:],
        until="schedule",
        given_up=True,
    )
    yield Lot(
        sites["cabinet"][0],
        stage.back(8),
        (Line(model("TravelMate P214"), 3, year - 4),),
        until="qualify",
        kept=1,
    )
    yield Lot(sites["entraide"][0], stage.back(2), (Line(model("ThinkCentre M720s"), 5, year - 5),), until="announce")
    yield Lot(sites["textiles"][1], stage.back(1), (Line(model("Latitude 5410"), 10, year - 4),), until="create")


def _ended_early(stage: Stage) -> Iterator[Lot]:
    """Declined, taken back, before and after the decision."""
    sites, model = stage.cast.sites, stage.catalogue.named
    year = stage.last.year
    yield Lot(
        sites["cabinet"][1],
        stage.back(70),
        (Line(model("Compaq Elite 8300"), 4, year - 13, condition=LineCondition.FAULTY),),
        until="announce",
        declined=DeclineReason.TOO_OLD,
    )
    yield Lot(
        sites["entraide"][1],
        stage.back(50),
        (Line(model("243V7"), 2, year - 7),),
        workshops=WORKSHOPS[1:],
        until="qualify",
        declined=DeclineReason.QUANTITY,
    )
    yield Lot(
        sites["hopital"][2],
        stage.back(60),
        (Line(model("Core-X4"), 3, year - 5),),
        workshops=WORKSHOPS[1:],
        until="schedule",
        withdrawn=WithdrawReason.NO_DECISION,
    )


def ordinary(stage: Stage, devices: int) -> Iterator[Lot]:
    """Lots of every size, on any working day, from any donor, until so many devices are offered."""
    days = [day for day in _days(stage.first, stage.last) if is_worked(day)]
    rng, donors = stage.rng, stage.cast.donors()
    while devices > 0:
        lines = tuple(_offer(stage) for _ in range(rng.choice((1, 1, 2, 2, 3))))
        alone = [WORKSHOPS[:1], WORKSHOPS[1:]] * 2
        shared = [WORKSHOPS] if all(line.accepted >= len(WORKSHOPS) for line in lines) else []
        site = rng.choice(stage.cast.sites[rng.choice(donors)])
        recent = rng.random() < RECENT
        lot = Lot(site, rng.choice(days[-45:-12] if recent else days), lines, workshops=rng.choice(alone + shared))
        devices -= lot.size
        yield lot


def _offer(stage: Stage) -> Line:
    """A line of a lot: mostly good, sometimes refused in part, sometimes miscounted."""
    rng = stage.rng
    type_ = rng.choices([one for one, _ in COMMON], [weight for _, weight in COMMON])[0]
    model: Model = stage.catalogue.any_of(type_, rng)
    quantity = rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15))
    age = rng.choice(AGES)
    refused = rng.randint(1, quantity // 2) if rng.random() < 0.12 else 0
    return Line(
        model,
        quantity,
        max(stage.last.year - age, model.year),
        condition=rng.choice((LineCondition.WORKING, LineCondition.WORKING, LineCondition.UNTESTED)),
        refused=refused,
        refusal=rng.choice((RefusalCode.CONDITION, RefusalCode.QUANTITY)) if refused else "",
        not_found=1 if rng.random() < 0.08 else 0,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for rank in range((last - first).days):
        yield first + timedelta(days=rank)
