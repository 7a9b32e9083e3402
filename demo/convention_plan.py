"""Which conventions the EPCI of the département sign, and how far each has gone on the last day."""

from collections.abc import Iterator

from conventions.enums import Party
from demo.calendar import working_day
from demo.context import Story
from demo.conventions import LARGE, SMALL, Deal, Treaty


def deals(story: Story, *, everywhere: bool = True) -> Iterator[Deal]:
    """Those that devices go through, those that ended, those under way on the last day.

    ``everywhere``: those of the other EPCI too, which show nothing that the first ones do not.
    """
    yield from _in_force(story)
    yield from _under_way(story)
    if everywhere:
        yield from _last_months(story)


def _in_force(story: Story) -> Iterator[Deal]:
    """Those that took effect in the first weeks: devices go through them, two have ended since."""
    first = story.first
    effect = working_day(first, 30)
    yield Deal(
        "mel", "200093201", "lille", "Équipement solidaire – Métropole de Lille", working_day(first, 1), effect,
        months=36, quotas=LARGE, against=True, then=Treaty.amended,
    )  # fmt: skip
    yield Deal(
        "maubeuge", "200043396", "sambre", "Équipement solidaire – Val de Sambre", working_day(first, 2), effect,
        months=24, quotas=LARGE,
    )  # fmt: skip
    yield Deal(
        "avesnois", "200043404", "sambre", "Équipement solidaire – Sud Avesnois", working_day(first, 4), effect,
        months=24,
    )  # fmt: skip
    yield Deal(
        "dunkerque", "245900428", "littoral", "Équipement solidaire – Dunkerque", working_day(first, 3), effect,
        then=Treaty.suspended,
    )  # fmt: skip
    yield Deal(
        "valenciennes", "245901160", "sambre", "Test opérationnel – Valenciennes", working_day(first, 2), effect,
        months=2, quotas=SMALL, is_test=True,
    )  # fmt: skip
    yield Deal(
        "cambrai", "200068500", "sambre", "Équipement solidaire – Cambrai", working_day(first, 5), effect,
        quotas=SMALL, then=Treaty.terminated,
    )  # fmt: skip


def _under_way(story: Story) -> Iterator[Deal]:
    """One at each stage between the draft and the third signature, one given up."""
    back = story.back
    yield Deal(
        "douaisis", "200044618", "lille", "Équipement solidaire – Douaisis", back(42), working_day(story.last, 12),
        quotas=SMALL, reopened=True,
    )  # fmt: skip
    yield Deal(
        "maubeuge-lille", "200043396", "lille", "Deuxième atelier – Val de Sambre", back(30),
        working_day(story.last, 15), quotas=SMALL, missing=Party.EPCI,
    )  # fmt: skip
    yield Deal(
        "avesnois-lille", "200043404", "lille", "Deuxième atelier – Sud Avesnois", back(45),
        working_day(story.last, 30), quotas=SMALL, until="review", silent=Party.DISTRIBUTOR,
    )  # fmt: skip
    yield Deal(
        "cambrai-lille", "200068500", "lille", "Équipement solidaire – Cambrai, atelier de Lille", back(20),
        working_day(story.last, 35), until="review", against=True, answered=False,
    )  # fmt: skip
    yield Deal(
        "valenciennes-suite", "245901160", "sambre", "Équipement solidaire – Valenciennes", back(4),
        working_day(story.last, 45), months=24, until="submit",
    )  # fmt: skip
    yield Deal(
        "mel-tablettes", "200093201", "lille", "Tablettes pour les études – Métropole de Lille", back(3),
        working_day(story.last, 60), until="draft",
    )  # fmt: skip
    yield Deal(
        "dunkerque-sambre", "245900428", "sambre", "Deuxième atelier – Dunkerque", back(90), back(30), until="submit",
        quotas=SMALL, then=Treaty.abandoned,
    )  # fmt: skip


def _last_months(story: Story) -> Iterator[Deal]:
    """Two came into force later, the others are at every stage: whoever opens the demonstration has one to read, one
    to sign, whatever the party.
    """
    first, back = story.first, story.back
    yield Deal(
        "hainaut", "200042190", "sambre", "Équipement solidaire – Porte du Hainaut", working_day(first, 55),
        working_day(first, 85), months=24,
    )  # fmt: skip
    yield Deal(
        "flandre", "200040947", "littoral", "Équipement solidaire – Cœur de Flandre", working_day(first, 75),
        working_day(first, 105), months=24,
    )  # fmt: skip
    yield Deal(
        "mel-sambre", "200093201", "sambre", "Deuxième atelier – Métropole de Lille", back(7),
        working_day(story.last, 50), until="submit",
    )  # fmt: skip
    yield Deal(
        "mel-littoral", "200093201", "littoral", "Troisième atelier – Métropole de Lille", back(17),
        working_day(story.last, 30), quotas=SMALL, until="open",
    )  # fmt: skip
    yield Deal(
        "hainaut-lille", "200042190", "lille", "Deuxième atelier – Porte du Hainaut", back(19),
        working_day(story.last, 25), quotas=SMALL, until="open",
    )  # fmt: skip
    yield Deal(
        "coeuravesnois", "200043263", "sambre", "Équipement solidaire – Cœur de l’Avesnois", back(36),
        working_day(story.last, 20), quotas=SMALL, missing=Party.EPCI,
    )  # fmt: skip
    yield Deal(
        "hautsdeflandre", "200040954", "littoral", "Équipement solidaire – Hauts de Flandre", back(16),
        working_day(story.last, 30), quotas=SMALL, until="open",
    )  # fmt: skip
    yield Deal(
        "caudresis", "200030633", "sambre", "Équipement solidaire – Caudrésis-Catésis", back(24),
        working_day(story.last, 40), quotas=SMALL, until="review", against=True, answered=False,
    )  # fmt: skip
    yield Deal(
        "solesmois", "245901038", "sambre", "Équipement solidaire – Pays Solesmois", back(10),
        working_day(story.last, 45), quotas=SMALL, until="review",
    )  # fmt: skip
    yield Deal(
        "ostrevent", "245901152", "lille", "Équipement solidaire – Cœur d’Ostrevent", back(5),
        working_day(story.last, 50), until="submit",
    )  # fmt: skip
    yield Deal(
        "mormal", "200043321", "sambre", "Équipement solidaire – Pays de Mormal", back(14),
        working_day(story.last, 50), quotas=SMALL, until="submit",
    )  # fmt: skip
    yield Deal(
        "pevele", "200041960", "lille", "Équipement solidaire – Pévèle-Carembault", back(6),
        working_day(story.last, 60), until="draft",
    )  # fmt: skip
    yield Deal(
        "flandrelys", "245900758", "littoral", "Équipement solidaire – Flandre Lys", back(60), back(10),
        until="submit", quotas=SMALL, then=Treaty.abandoned,
    )  # fmt: skip
