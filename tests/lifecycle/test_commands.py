"""The commands of the engine: what they tell of the clock, when the worker stops, what the drawing of a wall writes."""

import os
import signal
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState

from lifecycle.clock import Ran
from lifecycle.management.commands import draw_wall, run_clock, work
from lifecycle.operations import Tables
from lifecycle.versions import project_apps

pytestmark = pytest.mark.django_db


def test_the_clock_tells_each_refusal_with_how_many_rows_it_holds_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = [Ran("parcel", "expire", 1, Counter({"Le dépôt est plein.": 2, "Dites pourquoi.": 1}))]
    monkeypatch.setattr(run_clock, "run_clock", lambda at: ran)
    told = StringIO()
    call_command("run_clock", stdout=told)
    assert told.getvalue().splitlines() == [
        "parcel.expire\u00a0: 1 faits, 3 refusés",
        "    2 × Le dépôt est plein.",
        "    1 × Dites pourquoi.",
        "L’horloge a fait son tour.",
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_is_asked_to_stop_by_a_signal_and_given_its_grace(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    seen: list[dict[str, Any]] = []

    async def waits(app: object, *, stop: Any, **options: Any) -> None:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        await stop.wait()
        seen.append(options)

    monkeypatch.setattr(work, "work", waits)
    call_command("work", grace=3)
    assert seen == [{"shutdown_graceful_timeout": 3}]


def test_the_drawing_of_a_wall_is_written_once_and_goes_with_its_wall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config,) = (one for one in project_apps() if one.label == "lifecycle")
    file = tmp_path / "wall.json"
    monkeypatch.setattr(draw_wall, "project_apps", lambda: [config])
    monkeypatch.setattr(draw_wall, "drawing_of", lambda config: file)
    assert list(draw_wall.Command()._draw()) == [file]
    assert file.read_text() == (Path(config.path) / "wall.json").read_text()
    assert list(draw_wall.Command()._draw()) == []
    monkeypatch.setattr(draw_wall, "standing", lambda label: {})
    assert list(draw_wall.Command()._draw()) == [file]
    assert not file.exists()
    assert list(draw_wall.Command()._draw()) == []


def test_tables_made_together_go_together_the_last_one_first() -> None:
    key = ("id", models.BigAutoField(primary_key=True))
    link = ("shelf", models.ForeignKey("parcels.Shelf", models.PROTECT))
    tables = Tables(CreateModel("Shelf", [key]), CreateModel("Box", [key, link]))
    before, after = ProjectState(), ProjectState()
    tables.state_forwards("parcels", after)

    def there() -> set[str]:
        return {"parcels_shelf", "parcels_box"} & set(connection.introspection.table_names())

    with connection.schema_editor() as editor:
        tables.database_forwards("parcels", editor, before, after)
    assert there() == {"parcels_shelf", "parcels_box"}
    with connection.schema_editor() as editor:
        tables.database_backwards("parcels", editor, after, before)
    assert there() == set()
