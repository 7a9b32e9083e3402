"""What a mail reads of a row is there: a name that no row has, behind an « if », would never be said."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from connectivity.models import ConnectionFile

MAILS = sorted((Path(settings.BASE_DIR) / "templates" / "emails").rglob("*.txt"))
TAG = re.compile(r"{[{%](.*?)[}%]}", re.DOTALL)
QUOTED = re.compile(r'"[^"]*"')
READ = re.compile(r"(?<![\w.])([a-z_]+)\.([a-z_]+)")
OTHERS = {"session"}
"""Names of a table that a mail gives to something else."""


def tables() -> dict[str, type]:
    """What the mails call each row: its class, in small letters."""
    ours = [model for model in apps.get_models() if (Path(settings.BASE_DIR) / model._meta.app_label).is_dir()]
    words = {re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower(): model for model in ours}
    return {"file": ConnectionFile} | {word: model for word, model in words.items() if word not in OTHERS}


def unknown(text: str) -> list[str]:
    """What is read of a row that none has."""
    known = tables()
    read = [pair for tag in TAG.findall(text) for pair in READ.findall(QUOTED.sub("", tag))]
    return [f"{word}.{name}" for word, name in read if word in known and not hasattr(known[word], name)]


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: f"{mail.parent.name}/{mail.name}")
def test_a_mail_reads_of_a_row_what_it_has(mail: Path) -> None:
    assert unknown(mail.read_text()) == []


def test_a_name_that_no_row_has_is_found() -> None:
    assert unknown("{% if file.problem_note %}« {{ file.operator_note }} »{% endif %}") == ["file.problem_note"]
