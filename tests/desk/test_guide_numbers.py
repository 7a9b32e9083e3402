"""The numbers of the guide that the pilot may change are those in force: each has its code beside it."""

import re

import pytest

from desk.guide.chapters import CODE, FOLDER, read_chapter
from tests.test_spec import dated_values

WORDS = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"]
UNITS = {"jours": 1, "mois": 1, "ans": 12, "an": 12, "heures": 1, "absences": 1}
"""The units of such numbers, and how many of the unit of their code each is worth: years are kept as months."""
NUMBER = rf"(?P<number>\d+|{'|'.join(WORDS)})"
UNIT = rf"[ \u00a0\n]+(?:derniers[ \u00a0\n])?(?P<unit>{'|'.join(UNITS)})\b(?:[ \u00a0\n]ouvrés)?+"
CODED = re.compile(rf"\b{NUMBER}(?:{UNIT})?{CODE.pattern}", re.IGNORECASE)
BARE = re.compile(rf"\b(?!un\b){NUMBER}{UNIT}(?!<!--)", re.IGNORECASE)
TEXTS = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
FIXED = {
    ("atelier", "72 heures"),
    ("pilote", "72 heures"),  # the law: a breach is notified
    ("pilote", "90 derniers jours"),  # what a page shows, by construction
    ("pilote", "douze mois"),
    ("lecteur", "deux mois"),  # any two months
    ("prescripteur", "18 ans"),  # the law: majority
    ("prescripteur", "16 ans"),  # the law: emancipation
    ("prescripteur", "24 mois"),  # 12 and 24 months of a comparison
    ("lecteur", "30 jours"),  # how far back a list begins; another one goes on
    ("visiteur", "douze heures"),  # how long a session lives: a setting of the site
    ("protection-des-donnees", "six heures"),  # the hour of the day
    ("protection-des-donnees", "72 heures"),  # the law
}
"""What nobody sets in « Administration »."""


def wrong_numbers(text: str) -> list[str]:
    """The numbers with a code that are not the one in force, and the codes that follow no number."""
    values, found = dated_values(), CODED.finditer(text)
    told = [(match["code"], _worth(match["number"], match["unit"], match["code"]), match[0]) for match in found]
    wrong = [said for code, worth, said in told if float(values.get(code, "nan")) != worth]
    if len(told) != len(CODE.findall(text)):
        wrong.append("a code follows its number and its unit")
    return wrong


def _worth(number: str, unit: str | None, code: str) -> int:
    known = int(number) if number.isdigit() else WORDS.index(number.lower()) + 1
    return known * (UNITS[(unit or "").lower()] if code.endswith("_months") and unit else 1)


@pytest.mark.parametrize("chapter", TEXTS)
def test_a_number_that_may_change_is_the_one_in_force_and_has_its_code(chapter: str) -> None:
    text = TEXTS[chapter]
    assert wrong_numbers(text) == []
    bare = {(chapter, re.sub(r"\s", " ", match[0])) for match in BARE.finditer(text)}
    assert bare - FIXED == set(), "a code beside it, or named among those that nobody sets"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("21\u00a0jours<!-- distribution.reservation_days -->", 0),
        ("20 jours<!-- distribution.reservation_days -->", 1),
        ("Deux ans<!-- prescriptions.archive_after_months -->", 0),
        ("dix jours\nouvrés<!-- conventions.review_working_days -->", 0),
        ("21 jours<!-- distribution.nothing -->", 1),
        ("des jours<!-- distribution.reservation_days -->", 1),
    ],
)
def test_a_wrong_number_is_found(text: str, wrong: int) -> None:
    assert len(wrong_numbers(text)) == wrong


def test_nobody_reads_the_codes() -> None:
    for slug, text in TEXTS.items():
        assert "&lt;!--" not in read_chapter(slug, text).html
