"""Whether an offer comes to where a household lives: what is known of the commune, and of the address. Pure rules.

What somebody checked for the address wins over the commune; an unknown commune is « peut-être », never yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connectivity.eligibility import NBSP, REACH, AskedCondition, WeighedCondition
from connectivity.enums import Access, CheckedWith, CoverageLevel, Technology
from typography import french

MOBILE = (Technology.MOBILE, Technology.PREPAID)
REACHED_BY: Mapping[str, tuple[Access, ...]] = {
    Technology.FIBRE: (Access.FIBRE,),
    Technology.COPPER: (Access.COPPER,),
    Technology.BOX_4G: (Access.FIXED_4G, Access.FIXED_5G),
}
"""By what the line of an offer may come; one of them is enough."""
NAMED: Mapping[Access, str] = {
    Access.FIBRE: "la fibre",
    Access.CABLE: "le câble",
    Access.FIXED_4G: "la 4G fixe",
    Access.FIXED_5G: "la 5G fixe",
    Access.SATELLITE: "le satellite",
    Access.COPPER: "le cuivre",
}
ALL = Decimal(100)
TO_CHECK = f"{NBSP}: à confirmer à l’adresse."
RECEIVED = (CoverageLevel.VERY_GOOD, CoverageLevel.GOOD)


@dataclass(frozen=True)
class AccessShare:
    """How many premises of a commune, in per cent, one kind of access reaches, on which day, who says so."""

    percent: Decimal
    observed_on: date
    source: str


@dataclass(frozen=True)
class ReceptionLevel:
    """How well an operator is received in a commune, on which day, who says so."""

    level: str
    observed_on: date
    source: str


@dataclass(frozen=True)
class CheckedAddress:
    """What somebody found for the address itself."""

    reached: bool
    checked_on: date
    how: str


@dataclass(frozen=True)
class OperatorWord:
    """That the network of an operator does not reach the address: who answered so, on which day."""

    operator: str
    said_on: date

    @property
    def sentence(self) -> str:
        return f"{self.operator} a répondu le {french.day(self.said_on)} que son réseau n’arrive pas à cette adresse."


@dataclass(frozen=True)
class Here:
    """All that is known of where a household lives. ``levels``: by the name of the operator, in small letters.

    ``words``: what operators answered of the address, by the key of the organisation and the technology.
    """

    shares: Mapping[str, AccessShare]
    levels: Mapping[str, ReceptionLevel]
    address: Mapping[str, CheckedAddress]
    words: Mapping[tuple[int, str], OperatorWord] = field(default_factory=dict)


NOWHERE = Here({}, {}, {})
"""Nothing is known: no commune, or no table of it."""


def weigh_reach(technology: str, operator: str, here: Here, answers: int | None = None) -> WeighedCondition | None:
    """What is said of an offer there; None for what is had elsewhere than at home.

    ``answers``: the organisation that answers for it, if any; what it answered of the address wins over the rest.
    """
    word = None if answers is None else here.words.get((answers, technology))
    if word is not None:
        return WeighedCondition(AskedCondition(REACH, detail="Réseau de l’opérateur à l’adresse"), False, word.sentence)
    if technology in MOBILE:
        return _weigh_mobile(operator, here.levels.get(operator.casefold()))
    accesses = REACHED_BY.get(technology, ())
    found = [_weigh(access, here) for access in accesses]
    # The best of several: one that comes, else one that may, else none.
    return min(found, key=lambda one: {True: 0, None: 1, False: 2}[one.met], default=None)


def _weigh(access: Access, here: Here) -> WeighedCondition:
    name = NAMED[access]
    asked = AskedCondition(REACH, detail=f"{access.label} à l’adresse du logement")
    checked, share = here.address.get(access.value), here.shares.get(access.value)
    if checked is not None:
        day = french.day(checked.checked_on)
        comes = f"{name} y arrive" if checked.reached else f"{name} n’y arrive pas"
        told = f"Vérifié à l’adresse le {day}{NBSP}: {comes} ({_how(checked.how)})."
        return WeighedCondition(asked, checked.reached, told)
    if share is None:
        return WeighedCondition(asked, None, f"On ne sait pas si {name} arrive dans la commune{TO_CHECK}")
    said = f"{_dated_source(share.observed_on, share.source)}"
    if share.percent <= 0:
        return WeighedCondition(asked, False, f"{_capital(name)} n’arrive nulle part dans la commune ({said}).")
    if share.percent >= ALL:
        return WeighedCondition(asked, True, f"{_capital(name)} arrive à tous les logements de la commune ({said}).")
    figure = f"{share.percent.normalize():f}".replace(".", ",")
    told = f"{_capital(name)} arrive à {figure}{NBSP}% des logements de la commune ({said}){TO_CHECK}"
    return WeighedCondition(asked, None, told)


def _weigh_mobile(operator: str, level: ReceptionLevel | None) -> WeighedCondition:
    asked = AskedCondition(REACH, detail="Réseau mobile dans la commune")
    if level is None:
        return WeighedCondition(asked, None, f"On ne sait pas comment la commune est couverte par {operator}{TO_CHECK}")
    word = french.in_a_sentence(CoverageLevel(level.level).label)
    told = f"{operator}{NBSP}: {word} dans la commune ({_dated_source(level.observed_on, level.source)})"
    if level.level in RECEIVED:
        return WeighedCondition(asked, True, f"{told}.")
    return WeighedCondition(asked, None, f"{told}{TO_CHECK}")


def _dated_source(day: date, source: str) -> str:
    return f"état au {french.day(day)}, {source}"


def _how(code: str) -> str:
    return french.in_a_sentence(CheckedWith(code).label)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
