"""The guides of ``docs/howto`` are followed to the letter: what they change is changed, what they try is tried.

Those on the tests' own app are tried here. Their ``diff`` blocks, which name their file, are applied to the sources in
memory; their ``python`` blocks are run one after the other. The model that comes out stands on the tables of the tests,
with the wall of its verbs, until the transaction ends.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.signals import class_prepared
from django.test.utils import isolate_apps

from lifecycle import checks, gate
from lifecycle.exceptions import Refused
from lifecycle.fields import StateField
from lifecycle.machine import Stateful
from lifecycle.operations import Tables
from lifecycle.wall_sql import creation
from lifecycle.walls import wall_of
from network.models import Membership

PROJECT = Path(settings.BASE_DIR)
TOY = "tests.lifecycle.parcels"
PAGES = [PROJECT / "docs" / "howto" / name for name in ("ajouter-un-etat.md", "ajouter-un-verbe.md")]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)

pytestmark = pytest.mark.django_db


def blocks(page: Path, language: str) -> Iterator[tuple[str, str]]:
    """``(file, text)`` of the blocks of a page in this language."""
    for found, file, text in BLOCK.findall(page.read_text()):
        if found == language:
            yield file, text


def changed(page: Path) -> dict[str, str]:
    """``{file: its source once the page is followed}``. A block that fits nowhere, or twice, is an error."""
    sources: dict[str, str] = {}
    for file, text in blocks(page, "diff"):
        lines = text.splitlines(keepends=True)
        before = "".join(line[1:] or "\n" for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or "\n" for line in lines if not line.startswith("-"))
        if not any(line.startswith(" ") or line == "\n" for line in lines):  # part of a line
            before, after = before.removesuffix("\n"), after.removesuffix("\n")
        source = sources.get(file) or (PROJECT / file).read_text()
        assert source.count(before) == 1, f"{page.name}: {file}\n{before}"
        sources[file] = source.replace(before, after)
    return sources


def made(name: str, sources: dict[str, str]) -> ModuleType:
    """A module of the app, made again from its changed source."""
    path = f"{name.replace('.', '/')}.py"
    module = ModuleType(name)
    module.__file__ = path
    exec(compile(sources.get(path) or (PROJECT / path).read_text(), path, "exec"), vars(module))
    return module


@pytest.fixture(params=PAGES, ids=lambda page: page.stem)
def followed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the page leads to: its sources, and the names of the two modules."""
    sources = changed(request.param)
    with isolate_apps(TOY) as isolated:
        isolated.register_model("network", Membership)
        models = made(f"{TOY}.models", sources)
        monkeypatch.setitem(sys.modules, f"{TOY}.models", models)
        machine = made(f"{TOY}.machine", sources)
    names = {"gate": gate, "pytest": pytest, "Refused": Refused, "Membership": Membership}
    yield {"page": request.param, "sources": sources} | names | vars(machine) | vars(models)
    class_prepared.disconnect(models.Parcel._meta.get_field("state")._collect_transitions)


def raise_wall(model: type[Stateful]) -> None:
    """What ``migrate`` does when it ends."""
    with connection.cursor() as cursor:
        for name, body in wall_of(model).items():
            cursor.execute(creation(name, body))


def test_the_page_is_followed_to_the_letter(followed: dict[str, Any], keeper: Membership) -> None:
    parcel, depot = followed["Parcel"], followed["Depot"](organisation=keeper.organisation, total=100)
    depot.save()

    def stored(weight: int) -> Stateful:
        (row,) = gate.create_many(parcel, "announce", [parcel(depot=depot)], actor=keeper)
        return gate.apply(row, "store", actor=keeper, weight=weight, label=f"R-{row.pk}")

    tries = list(blocks(followed["page"], "python"))
    assert tries
    names = followed | {"keeper": keeper, "stored": stored}
    *said, tried = (compile(text, followed["page"].name, "exec") for _, text in tries)
    for text in said:
        exec(text, names)
    raise_wall(parcel)
    exec(tried, names)


def test_what_the_page_declares_passes_the_checks(followed: dict[str, Any]) -> None:
    assert list(checks.errors_of(followed["Parcel"])) == []


def test_the_migrations_say_what_the_page_says_of_the_states(followed: dict[str, Any]) -> None:
    migration = made(f"{TOY}.migrations.0001_tables", followed["sources"]).Migration
    tables = {table.name: table for one in migration.operations if isinstance(one, Tables) for table in one.tables}
    state = dict(tables["Parcel"].fields)["state"]
    assert isinstance(state, StateField)
    assert state.choices == followed["Parcel"]._meta.get_field("state").choices
