"""What households ask for: the requests that show every way, then ordinary ones up to the size asked for."""

from collections.abc import Iterator
from datetime import date

from calendars.working_days import add_months
from connectivity.models import CopperClosure
from demo import lines
from demo.agenda import Thread
from demo.calendar import working_day
from demo.clock import EARLY_MONTHS
from demo.context import Story
from demo.homes import Homes
from demo.requests import KINDS, Ask, Follow, early, skills
from demo.seasons import MEETINGS, in_season
from network.models import Commune
from prescriptions.enums import NOT_ELIGIBLE, NeedKind, NeedUse

COMPUTER = (NeedKind.COMPUTER, NeedUse.STUDIES)
FIXED = (NeedKind.FIXED_CONNECTION, NeedUse.PAPERWORK)
MOBILE = (NeedKind.MOBILE_CONNECTION, NeedUse.WORK)
SKILLS = (NeedKind.DIGITAL_SKILLS, NeedUse.PAPERWORK)
PRESCRIBERS = (
    ("mns-roubaix", 150), ("mns-lille", 120), ("mns-maubeuge", 110), ("mns-tourcoing", 75), ("mns-denain", 70),
    ("mns-dunkerque", 60), ("france-services", 55), ("mns-fives", 45), ("mns-saint-amand", 40), ("mns-saint-pol", 38),
    ("mns-fourmies", 35), ("mns-wattrelos", 32), ("mns-hazebrouck", 30), ("ccas", 28), ("mns-villeneuve", 25),
    ("mns-gravelines", 20), ("mns-hellemmes", 18), ("mns-valenciennes", 15), ("mns-seclin", 12), ("mns-douai", 10),
)  # fmt: skip
"""Who writes the requests, and how often beside the others."""
USUAL: dict[str, tuple[Follow, ...]] = {
    NeedKind.FIXED_CONNECTION: (lines.desk, lines.desk, lines.own, lines.solved, lines.refused),
    NeedKind.MOBILE_CONNECTION: (lines.desk, lines.counter, lines.counter, lines.counter),
    NeedKind.DIGITAL_SKILLS: (skills,),
}
"""What becomes of the needs that no device serves."""
COPPER = 3
"""How many households ask for a line where copper closes next."""
FIRST_WEEKS = 0.1
"""The share of requests of the first weeks beyond chance, when no device is there yet."""


def asked(story: Story, homes: Homes, households: int) -> Iterator[Ask]:
    """About so many households, and never fewer than the forty or so that show every way."""
    told = [*_computers(story, homes), *_settled(story, homes), *_under_way(story, homes), *_connections(story, homes)]
    yield from told
    for _ in range(households - len(told)):
        yield _any(story, homes)


def long_gone(story: Story, homes: Homes) -> Iterator[Thread]:
    """Met more than two years ago: one is erased by now, one is archived."""
    for prescriber, months in (("mns-lille", EARLY_MONTHS - 1), ("mns-roubaix", 29)):
        yield early(story, homes.any_of(prescriber), prescriber, add_months(story.last, -months))


def _computers(story: Story, homes: Homes) -> Iterator[Ask]:
    """The first households: they wait for the first devices, in the order of their rank."""
    for rank, prescriber in enumerate(("mns-roubaix", "mns-lille", "france-services") * 5):
        yield Ask(prescriber, homes.any_of(prescriber), working_day(story.first, 6 + 3 * rank), (COMPUTER,))
    for rank, prescriber in enumerate(("mns-maubeuge",) * 6 + ("ccas",) * 2):
        yield Ask(prescriber, homes.any_of(prescriber), working_day(story.first, 10 + 5 * rank), (COMPUTER,))


def _settled(story: Story, homes: Homes) -> Iterator[Ask]:
    """Refused, given up, dropped, moved, entrusted to others, met twice."""
    back, any_of = story.back, homes.any_of
    yield Ask("mns-lille", any_of("mns-lille"), back(95), (COMPUTER,), out="already_served")
    yield Ask("france-services", any_of("france-services"), back(75), (COMPUTER,), out=NOT_ELIGIBLE, against=True)
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(66), (COMPUTER,), against=True)
    yield Ask("mns-dunkerque", any_of("mns-dunkerque"), back(88), (COMPUTER,), out="withdrawn")
    yield Ask("mns-dunkerque", any_of("mns-dunkerque"), back(60), ((NeedKind.TABLET, NeedUse.SOCIAL),), out="dropped")
    yield Ask("ccas", any_of("ccas"), back(70), (COMPUTER,), out="withdrawn", until="open")
    yield Ask("mns-lille", any_of("mns-lille"), back(85), (COMPUTER,), completed=False, photo="redo")
    yield Ask("mns-maubeuge", any_of("mns-maubeuge"), back(64), (COMPUTER,), completed=True, photo="left")
    yield Ask(
        "mns-lille", any_of("mns-lille"), back(58), ((NeedKind.TABLET, NeedUse.SOCIAL),),
        moves_to=any_of("mns-maubeuge"),
    )  # fmt: skip
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(52), (COMPUTER,), entrusted_to="mns-lille")
    yield Ask("ccas", any_of("ccas"), back(24), (COMPUTER,), entrusted_to="mns-roubaix", unanswered=True)
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(48), (COMPUTER,), twin=True)
    douai = Commune.objects.current().get(code="59178")
    yield Ask("mns-lille", any_of("mns-lille", douai), back(120), (COMPUTER,))
    for _ in range(2):
        yield Ask("mns-roubaix", any_of("mns-roubaix"), back(90), (SKILLS,), follows={SKILLS[0]: skills})


def _under_way(story: Story, homes: Homes) -> Iterator[Ask]:
    """A draft, one submitted, one person known to two services, two to be completed, those just accepted."""
    back, any_of = story.back, homes.any_of
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(2), (COMPUTER, SKILLS), until="open")
    yield Ask("mns-lille", any_of("mns-lille"), back(4), (COMPUTER, FIXED), until="submit")
    yield Ask("mns-maubeuge", any_of("mns-maubeuge"), back(5), (COMPUTER,), until="submit")
    same = any_of("mns-roubaix")
    yield Ask("mns-roubaix", same, back(6), (COMPUTER,), until="submit")
    yield Ask("ccas", same.spelt_otherwise(), back(3), (COMPUTER,), until="submit")
    yield Ask("france-services", any_of("france-services"), back(11), (COMPUTER,), completed=False, photo="seen")
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(9), (COMPUTER,), completed=False)
    yield Ask("mns-roubaix", any_of("mns-roubaix"), back(12), (COMPUTER, MOBILE))
    yield Ask("mns-maubeuge", any_of("mns-maubeuge"), back(13), (COMPUTER, SKILLS), follows={SKILLS[0]: skills})


def _connections(story: Story, homes: Homes) -> Iterator[Ask]:
    """Every channel and every step of a connection file on the last day, those that went wrong, those that ended."""
    back = story.back
    standing = (
        ("propose", FIXED), ("choose", MOBILE), ("send", FIXED), ("accept", FIXED), ("schedule", FIXED),
    )  # fmt: skip
    for step, need in standing:
        yield _line(homes, "mns-lille", back(21), need, lines.up_to(step))
    yield _line(homes, "mns-roubaix", back(21), FIXED, lines.steps("propose", "choose", "send", "problem"))
    yield _line(homes, "mns-roubaix", back(95), FIXED, lines.desk)
    yield _line(homes, "mns-roubaix", back(72), FIXED, lines.solved)
    yield _line(homes, "mns-maubeuge", back(70), FIXED, lines.refused)
    yield _line(homes, "france-services", back(62), FIXED, lines.own)
    yield _line(homes, "mns-lille", back(55), MOBILE, lines.counter)
    yield _line(homes, "mns-lille", back(110), MOBILE, lines.short)
    yield _line(homes, "mns-fives", back(95), MOBILE, lines.recharged)
    yield _line(homes, "mns-lille", back(60), MOBILE, lines.losing)
    yield _line(homes, "mns-roubaix", back(105), FIXED, lines.left)
    yield _line(homes, "mns-dunkerque", back(50), FIXED, lines.steps("propose", "choose", "abandon"))
    yield _line(homes, "mns-lille", back(80), FIXED, lines.up_to("propose"))
    yield _line(homes, "mns-lille", back(45), FIXED, lines.up_to("send"))
    closing = CopperClosure.objects.on(story.last).filter(technical_on__gt=story.last).select_related("commune")
    for soon in closing.order_by("technical_on", "commune__code")[:COPPER]:
        home = homes.any_of("mns-lille", soon.commune)
        yield Ask("mns-lille", home, back(28), (FIXED,), follows={FIXED[0]: lines.on_copper})


def _line(homes: Homes, prescriber: str, opened: date, need: tuple[str, str], follow: Follow) -> Ask:
    return Ask(prescriber, homes.any_of(prescriber), opened, (need,), follows={need[0]: follow})


def _any(story: Story, homes: Homes) -> Ask:
    """An ordinary request: one need or two, of any prescriber, more of them in the first weeks."""
    rng = story.rng
    prescriber = rng.choices([one for one, _ in PRESCRIBERS], [weight for _, weight in PRESCRIBERS])[0]
    worked = story.worked[5:-3]
    opened = rng.choice(worked[: len(worked) // 8]) if rng.random() < FIRST_WEEKS else in_season(worked, MEETINGS, rng)
    kinds = rng.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=rng.choice((1, 1, 2)))
    needs = tuple((kind, rng.choice(list(NeedUse))) for kind in dict.fromkeys(kinds))
    follows = {kind: rng.choice(ways) for kind, ways in USUAL.items()}
    out = rng.choices(("", "withdrawn", "dropped", "duplicate"), (92, 3, 3, 2))[0]
    return Ask(
        prescriber,
        homes.any_of(prescriber),
        opened,
        needs,
        completed=True if rng.random() < 0.1 else None,
        out=out,
        follows=follows if not out else {},
    )
