"""« Ajouter une valeur datée », followed to the letter."""

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from connectivity import parameters
from lifecycle.walls import drawn, standing
from reference.checks import check_declarations
from reference.files import PARAMETERS, data_of
from reference.known import raise_known
from reference.loading import load_reference
from reference.registry import REGISTRY

pytestmark = pytest.mark.django_db

HOWTO = Path(settings.BASE_DIR) / "docs/howto/ajouter-une-valeur-datee.md"
CODE = "connectivity.offer_answer_days"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", HOWTO.read_text(), re.DOTALL)


@pytest.fixture
def declared() -> Iterator[None]:
    """The first block, at the end of the module that it names; taken away afterwards."""
    assert "Dans `connectivity/parameters.py`" in HOWTO.read_text()
    exec(blocks("python")[0], vars(parameters))  # noqa: S102
    yield
    del REGISTRY.parameters[CODE], vars(parameters)["OFFER_ANSWER_DAYS"]


def test_the_blocks_declare_a_parameter_write_its_value_and_read_it(
    declared: None, tmp_path: Path, office: Client
) -> None:
    assert check_declarations() == []
    folder = shutil.copytree(data_of("connectivity"), tmp_path / "data")
    (lines,) = blocks("csv")
    header, line = lines.splitlines()
    with (folder / PARAMETERS).open("a") as file:
        file.write(line + "\n")
    assert (folder / PARAMETERS).read_text().splitlines()[0] == header

    config = apps.get_app_config("reference")
    assert standing("reference") == drawn(config)
    raise_known()
    assert standing("reference") != drawn(config)
    assert "manage.py draw_wall" in blocks("sh")[0]
    load_reference("connectivity", folder=folder)

    _, reading = blocks("python")
    there: dict[str, Any] = {}
    exec(reading, there)  # noqa: S102
    in_force, before = date(2026, 5, 13), date(2025, 12, 31)
    assert there["answer_by"](in_force) == in_force + timedelta(days=15)
    assert there["answer_by"](before) == before + timedelta(days=14)
    page = office.get(reverse("desk:parameter_list")).content.decode()
    assert "Répondre à une offre proposée" in page
    assert "Comité technique du 12 mai 2026" in page
