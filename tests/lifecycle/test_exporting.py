"""The export of the journals: files that anyone can recompute, and that name nobody."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lifecycle import gate
from lifecycle.exporting import export_journals
from lifecycle.machine import machines
from lifecycle.sealing import seal_journals
from network.models import Membership
from tests.lifecycle.parcels.models import Parcel

type Announce = Callable[..., list[Parcel]]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_each_line_is_the_hash_of_the_one_before_and_of_what_it_holds(
    announce: Announce, keeper: Membership, tmp_path: Path
) -> None:
    parcel, _ = announce(2)
    gate.apply(parcel, "break_", actor=keeper, reason="fell", comment="Tombé du camion de Mme Untel")
    done = export_journals(tmp_path / "export")
    assert (done.machines, done.rows) == (len(machines()), 3)
    previous: dict[int, str] = {}
    for line in lines(tmp_path / "export" / "parcel.journal"):
        written, _, held = line.split(" ", 2)
        pk = json.loads(held)["object_id"]
        assert hashlib.sha256((previous.get(pk, "") + held).encode()).hexdigest() == written
        previous[pk] = written
    heads = [line.split(" ") for line in lines(tmp_path / "export" / "parcel.heads")]
    assert {int(pk): head for pk, _, head, *_ in heads} == previous
    assert [(seq, state) for _, seq, _, state, _ in heads] == [("2", "broken"), ("1", "announced")]


def test_an_export_holds_the_seals_and_their_files(announce: Announce, tmp_path: Path) -> None:
    announce()
    seal_journals(at=timezone.now())
    export_journals(tmp_path / "export")
    seals = {one["machine"]: one for one in map(json.loads, lines(tmp_path / "export" / "seals.jsonl"))}
    assert seals.keys() == machines().keys()
    (file,) = (tmp_path / "export" / "seals").glob("parcel-*.jsonl.gz")
    assert hashlib.sha256(gzip.decompress(file.read_bytes())).hexdigest() == seals["parcel"]["digest"]


def test_every_file_has_its_digest(announce: Announce, tmp_path: Path) -> None:
    announce()
    seal_journals(at=timezone.now())
    export_journals(tmp_path / "export")
    told = dict(reversed(line.split("  ", 1)) for line in lines(tmp_path / "export" / "SHA256SUMS"))
    files = {str(path.relative_to(tmp_path / "export")): path for path in (tmp_path / "export").rglob("*.*")}
    assert told == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_an_export_holds_no_comment_and_no_name(announce: Announce, keeper: Membership, tmp_path: Path) -> None:
    (parcel,) = announce()
    gate.apply(parcel, "break_", actor=keeper, reason="fell", comment="Tombé du camion de Mme Untel")
    export_journals(tmp_path / "export")
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "export").glob("*.*"))
    for word in ("Untel", keeper.user.email, keeper.user.last_name, keeper.organisation.name):
        assert word not in written


def test_a_folder_that_holds_something_is_refused_and_left_as_it_is(announce: Announce, tmp_path: Path) -> None:
    announce()
    (tmp_path / "letter").write_text("dear")
    with pytest.raises(CommandError, match="n’est pas vide"):
        call_command("export_journal", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["letter"]


def test_the_command_says_what_it_wrote(announce: Announce, tmp_path: Path, capsys: Any) -> None:
    announce(3)
    call_command("export_journal", str(tmp_path / "export"))
    assert f"{len(machines())} journaux, 3 lignes, 0 scellés" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_an_export_is_read_as_of_one_instant(announce: Announce, tmp_path: Path) -> None:
    """Outside a transaction it opens one that sees nothing of what is written meanwhile."""
    announce(2)
    assert export_journals(tmp_path / "export").rows == 2
