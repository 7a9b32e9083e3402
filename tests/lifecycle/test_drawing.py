"""What is drawn of a machine is what it declares."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command

from lifecycle.drawing import BEGIN, END, drawings, mermaid, registrations, with_registrations
from lifecycle.registry import Move, on_transition, registry
from tests.lifecycle.parcels.models import Parcel


def remember(move: Move) -> None:
    """Follow nothing in particular."""


@pytest.fixture
def followed() -> Iterator[None]:
    on_transition("parcel", "give", remember)
    yield
    registry.followers.pop(("parcel", "give"))


def test_every_state_and_every_edge_is_in_the_graph() -> None:
    lines = [line.strip() for line in mermaid(Parcel)]
    assert lines[0] == "stateDiagram-v2"
    assert 'state "En rayon" as stored' in lines
    assert "[*] --> announced: Annoncer" in lines
    assert {"announced --> stored: Ranger", "broken --> stored: Ranger"} <= set(lines)
    assert [line for line in lines if line.endswith("--> [*]")] == ["given --> [*]", "expired --> [*]"]
    assert not any("Reclasser" in line for line in lines)


def test_the_page_says_who_does_what_on_which_lines() -> None:
    page = drawings([Parcel])["docs/machines/parcel.md"]
    rows = {
        row.split(" | ")[0].strip("| "): [cell.strip(" |") for cell in row.split(" | ")] for row in page.splitlines()
    }
    head, announce, expire = rows["verbe"], rows["Annoncer"], rows["Échoir"]
    technician, pilot = head.index("Technicien – Reconditionneur"), head.index("Pilote – Département (pilotage)")
    assert (announce[technician], announce[pilot]) == ("selon la ligne", "oui")
    assert rows["Ranger"][pilot] == ""
    assert rows["Casser"][head.index("à la suite de")] == "`parcel.give`"
    assert expire[head.index("horloge")] == "oui"
    assert "Travailleur social – Prescripteur" not in head
    assert "Travailleur social – Prescripteur" in page
    assert "  - Le scellé n’a pas été relevé." in page
    assert "- **Reclasser**, depuis\u00a0: Annoncé, En rayon." in page


def test_the_chart_is_read_aloud_too() -> None:
    svg = ET.fromstring(drawings([Parcel])["docs/machines/parcel.svg"])  # noqa: S314
    space = "{http://www.w3.org/2000/svg}"
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "title desc"
    assert svg.findtext(f"{space}title", "").endswith("états et verbes")
    told = svg.findtext(f"{space}desc", "")
    assert "Ranger\u00a0: de «\u00a0Annoncé\u00a0», «\u00a0Cassé\u00a0» vers «\u00a0En rayon\u00a0»." in told
    assert "Reclasser\u00a0: de «\u00a0Annoncé\u00a0», «\u00a0En rayon\u00a0» sans changer d’état." in told
    assert {text.text for text in svg.iter(f"{space}text")} >= {"Annoncer", "Échoir", "Cassé", "(création)"}


def test_registrations_are_listed_between_the_markers_of_the_page(followed: None) -> None:
    assert f"| `on_transition` parcel.give | `{__name__}.remember` |" in registrations()
    text = f"# Before\n\n{BEGIN}\nperimee\n{END}\n\nafter\n"
    fresh = with_registrations(text)
    assert "perimee" not in fresh
    assert fresh.startswith(f"# Before\n\n{BEGIN}\n\n| ")
    assert fresh.endswith(f"|\n\n{END}\n\nafter\n")
    assert with_registrations(fresh) == fresh


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}"])
def test_a_page_without_its_markers_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="repères"):
        with_registrations(text)


def test_the_command_draws_then_finds_all_up_to_date(settings: object, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="introuvable"):
        call_command("draw_machines")
    (tmp_path / "ARCHITECTURE.md").write_text(f"{BEGIN}\n{END}\n")
    with pytest.raises(CommandError, match=r"À redessiner.*parcel\.svg"):
        call_command("draw_machines", "--check")
    call_command("draw_machines", stdout=StringIO())
    told = StringIO()
    call_command("draw_machines", "--check", stdout=told)
    (tmp_path / "docs/machines/former.svg").touch()
    with pytest.raises(CommandError, match=r"former\.svg"):
        call_command("draw_machines", "--check")
    call_command("draw_machines", stdout=told)
    assert not (tmp_path / "docs/machines/former.svg").exists()
