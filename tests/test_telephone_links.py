"""A telephone number is read by pairs, and dialled without a space (RFC 3966)."""

import re
from pathlib import Path

import pytest

from config.database import PROJECT
from typography.french import by_pairs, dialled

LINK = re.compile(r'href="tel:([^"]*)"')


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("03 20 12 34 56", "0320123456"),
        ("03.20.12.34.56", "0320123456"),
        ("+33 3 20 12 34 56", "+33320123456"),
        ("0320\u00a0123456", "0320123456"),
        ("3020", "3020"),
        ("", ""),
    ],
)
def test_a_number_is_dialled_without_what_parts_it(typed: str, wanted: str) -> None:
    assert dialled(typed) == wanted
    assert dialled(by_pairs(typed)) == wanted


def test_every_telephone_link_is_written_in_the_one_way_that_leaves_no_space() -> None:
    pages = Path(PROJECT, "templates").rglob("*.html")
    links = [(page.name, number) for page in pages for number in LINK.findall(page.read_text())]
    assert links
    assert [(page, number) for page, number in links if not number.endswith("|dialled }}")] == []
