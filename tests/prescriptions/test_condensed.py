"""What is known of a household is said once on paper where it is said alike, and nothing of it is left out."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pypdfium2 as pdfium
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from prescriptions.services.condensed import condensed, reasons_apart, rows_of
from prescriptions.services.known import KnownCell, KnownOfHousehold, KnownSection, all_known
from prescriptions.services.known_taken import as_pdf
from tests.desk.test_walls_of_all_pages import STORY, seen
from tests.pages import acting
from typography.french import written_moment

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FURNITURE = re.compile(
    r"Tout ce que Maillon sait de vous\s+établi le [^\r\n]*|Maillon · Dossier \S+\s*|page \d+ / \d+\s*"
)
"""What stands at the top and at the foot of each page."""


def cell(label: str, said: str, raw: object = None) -> KnownCell:
    return KnownCell(label, label, said, said if raw is None else raw)


def at(label: str, minutes: int) -> KnownCell:
    instant = NOON + timedelta(minutes=minutes)
    return cell(label, written_moment(instant), instant)


def whole(section: KnownSection) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple((one.label, one.said) for one in row) for row in section.rows)


def again(section: KnownSection) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(tuple(row) for row in rows_of(condensed(section)))


words = st.sampled_from(["a", "b", "a à b", "x\n\nfin", "y\n\nfin", "fin", "x\n\nsuite\n\nfin", "\n\n", ""])
cells = st.one_of(
    st.builds(cell, st.sampled_from(["par", "page", "texte"]), words),
    st.builds(at, st.sampled_from(["le", "lu le"]), st.sampled_from([0, 1, 60, 1440, 1441])),
)


@given(rows=st.lists(st.lists(cells, max_size=5), max_size=9))
def test_whatever_a_table_says_its_rows_are_told_whole(rows: list[list[KnownCell]]) -> None:
    section = KnownSection("Table", rows)
    assert again(section) == whole(section)


def test_what_all_rows_say_is_said_once_and_rows_that_differ_by_their_instant_are_one() -> None:
    who = cell("par", "Travailleur social")
    rows = [
        [at("le", minutes), cell("page", page), who] for minutes, page in ((0, "foyer"), (5, "besoin"), (9, "foyer"))
    ]

    told = condensed(KnownSection("Qui a ouvert votre dossier", rows))

    assert [said for _, said in told.shared] == [("par", "Travailleur social")]
    first, second = told.rows
    assert len(told.rows) == 2
    day, _, hour = written_moment(NOON).partition(" à ")
    later = written_moment(NOON + timedelta(minutes=9)).partition(" à ")[2]
    assert first.told == [("le", f"{day} à {hour}, {later}"), ("page", "foyer")]
    assert second.told[1] == ("page", "besoin")


def test_a_reason_not_to_give_is_said_once_with_all_that_it_is_true_of() -> None:
    sections = [
        KnownSection("Une", [], (("clé", "ne dit rien"), ("nom", "à un autre"))),
        KnownSection("Deux", [], (("clé", "ne dit rien"), ("rang", "ne dit rien"))),
    ]
    assert reasons_apart(sections) == [("ne dit rien", ["clé", "rang"]), ("à un autre", ["nom"])]


def read(content: bytes) -> tuple[str, int]:
    """What is on its pages, less what is printed on each and the way lines are cut; how many there are."""
    with pdfium.PdfDocument(content) as pdf:
        pages = [FURNITURE.sub("", sheet.get_textpage().get_text_range()) for sheet in pdf]
    return bare("".join(pages)), len(pages)


def bare(text: str) -> str:
    return re.sub(r"[\s\ufffe\u00ad-]+", "", text)


@pytest.mark.django_db
def test_the_paper_says_every_word_that_is_known_in_few_pages_however_often_the_file_is_opened() -> None:
    scenery = seen()
    known = all_known(scenery.household)

    told, pages = read(as_pdf(known, timezone.now()))

    for section in known.sections:
        assert bare(section.title) in told
        assert again(section) == whole(section)
        shown = condensed(section)
        said = [one for row in shown.rows for one in row.told] + [one for _, one in shown.shared]
        missing = [one for one in said if bare(one[1]) not in told or bare(one[0]).lower() not in told.lower()]
        assert missing == [], section.title
        assert all(bare(ending) in told for ending in shown.endings.values())
        assert all(bare(label) in told and bare(why)[1:] in told for label, why in section.apart)
    assert pages <= 10, "it was 46"
    for _ in range(40):
        acting(scenery.territory.circle.worker).get(f"/foyers/{scenery.household.reference}/")
    assert read(as_pdf(all_known(scenery.household), timezone.now()))[1] <= pages + 1


@pytest.mark.django_db
def test_a_word_that_is_left_out_of_the_paper_is_seen() -> None:
    scenery = seen()
    known = all_known(scenery.household)
    assert bare(STORY) in read(as_pdf(known, timezone.now()))[0]
    cut = [one for one in known.sections if one.title != "Ce que vous avez confié sur votre situation"]

    told, _ = read(as_pdf(KnownOfHousehold(known.household, cut, [], []), timezone.now()))

    assert bare(STORY) not in told
