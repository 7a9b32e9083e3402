"""What is shipped to run Maillon names what production asks, restarts always, and keeps the owner for migrations."""

import re
from pathlib import Path

from config.database import PROJECT, SERVING_ROLE

DEPLOY = PROJECT / "deploy"
ASKED = re.compile(r'(?:required|os\.environ\.get)\("([A-Z_]+)"|os\.environ\["([A-Z_]+)"\]')


def names_of(path: Path) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", path.read_text(), re.MULTILINE))


def test_the_example_names_every_variable_that_the_settings_read() -> None:
    texts = [(PROJECT / "config" / "settings" / f"{name}.py").read_text() for name in ("base", "production")]
    asked = {first or second for text in texts for first, second in ASKED.findall(text)} - {"SITE_URL"}
    assert names_of(DEPLOY / "maillon.env.example") == asked


def test_the_site_and_its_worker_restart_always_and_never_know_the_owner() -> None:
    for name in ("maillon-site.service", "maillon-worker.service"):
        unit = (DEPLOY / name).read_text()
        assert "\nRestart=always\n" in unit
        assert "owner.env" not in unit
    compose = (DEPLOY / "compose.yaml").read_text()
    assert compose.count("restart: always") == 3
    assert compose.count("owner.env") == 1


def test_rights_are_given_after_each_migration() -> None:
    for name in ("maillon-migrate.service", "compose.yaml", "../docs/guide/exploitation.md"):
        text = (DEPLOY / name).read_text()
        assert text.index("manage.py migrate") < text.index(f"manage.py grant_rights {SERVING_ROLE}")


def test_the_roles_of_the_guide_are_those_that_are_shipped() -> None:
    guide = (PROJECT / "docs" / "guide" / "exploitation.md").read_text()
    for line in (DEPLOY / "roles.sql").read_text().splitlines():
        assert line.startswith("--") or line in guide
