"""A circuit as it was stored still runs: the names of the flow and of its nodes are schema."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from viewflow.workflow.models import Process, Task

from conventions.asked import asked_of
from conventions.enums import ConventionState
from conventions.models import Convention, Review
from tests.conventions.conventions import Treaty, again

pytestmark = pytest.mark.django_db
STORED = Path(__file__).parent / "fixtures" / "circuit.json"


def second_round(treaty: Treaty) -> Convention:
    """The situation of the stored circuit: the second round, where the lawyer has answered."""
    convention = treaty.changes_requested()
    treaty.answer_points(convention)
    treaty.submit(again(convention))
    treaty.answer(treaty.reviews(convention)[0])
    return again(convention)


def load(convention: Convention, folder: Path) -> None:
    """Put the stored circuit in the place of the one of this convention; only the keys are those of today."""
    Process.objects.all().delete()
    reviews = {(row.round, row.party): row.pk for row in Review.objects.filter(convention=convention)}
    stored: list[dict[str, Any]] = json.loads(STORED.read_text())
    for row in stored:
        fields = row["fields"]
        if "artifact_object_id" in fields:
            fields["artifact_object_id"] = convention.pk
        if "seed_object_id" in fields:
            fields["seed_object_id"] = reviews[fields["data"]["round"], fields["data"]["party"]]
    path = folder / "circuit.json"
    path.write_text(json.dumps(stored))
    call_command("loaddata", str(path), verbosity=0)


def test_a_stored_circuit_goes_to_its_end(tmp_path: Path) -> None:
    treaty = Treaty()
    convention = second_round(treaty)
    load(convention, tmp_path)
    process = Process.objects.get()
    assert process.artifact == convention
    assert len(asked_of(treaty.workshop_reviewer)) == 1

    for review in treaty.reviews(convention)[1:]:
        treaty.answer(review)
    assert [task.flow_task.name for task in asked_of(treaty.manager)] == ["open_signature"]
    treaty.sign_all(treaty.open_signature(again(convention)))

    assert again(convention).state == ConventionState.SIGNED
    assert Process.objects.get().status == "DONE"
    assert not Task.objects.filter(finished=None).exists()
