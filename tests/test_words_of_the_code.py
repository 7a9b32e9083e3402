"""What the screens say, what the code says of it, and where: the table of ``docs/mots-du-code.md`` is true."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings

PROJECT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| (?P<word>[^|]+) \| `(?P<code>\w+)` \| `(?P<path>[\w/.]+)` \|$", re.MULTILINE)
ENGINE = {"lifecycle", "lists", "reference", "demo", "parcels"}
"""Their words stand at the head of the table, chosen."""


def rows() -> Iterator[tuple[str, str, str]]:
    text = (PROJECT / "docs" / "mots-du-code.md").read_text()
    for found in ROW.finditer(text):
        yield found["word"], found["code"], found["path"]


def test_each_word_is_defined_where_the_table_says() -> None:
    told = list(rows())
    assert len(told) > 100
    lost = [
        (code, path)
        for _, code, path in told
        if not re.search(rf"^(class|def) {code}\b", (PROJECT / path).read_text(), re.MULTILINE)
    ]
    assert lost == []


def test_each_table_of_the_field_has_its_word_which_is_that_of_the_screens() -> None:
    told = {code: word for word, code, _ in rows()}
    models = {
        model.__name__: str(model._meta.verbose_name)
        for config in apps.get_app_configs()
        if (PROJECT / config.label).is_dir() and config.label not in ENGINE
        for model in config.get_models()
        if not model.__name__.endswith("Entry")
    }
    assert {code: told.get(code) for code in models} == models


def test_a_word_has_one_sense() -> None:
    """Two tables of two apps are not called the same, in French or in English."""
    words = [word.lower() for word, _, _ in rows()]
    codes = [code for _, code, _ in rows()]
    assert {word for word in words if words.count(word) > 1} == set()
    assert {code for code in codes if codes.count(code) > 1} == set()
