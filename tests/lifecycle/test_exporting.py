"""The export of the journals: files that anyone can recompute, and that name nobody."""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from lifecycle import gate
from lifecycle.exporting import export_journals
from lifecycle.machine import machines
from lifecycle.models import ClosedPeriod
from lifecycle.sealing import EVIDENCE, seal_journals
from network.models import Membership
from tests.lifecycle.parcels.models import Parcel

type Announce = Callable[..., list[Parcel]]

LONG_AGO, DAY = datetime(2020, 1, 1, tzinfo=UTC), timedelta(days=1)


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
    assert seals.keys() == machines().keys() | {EVIDENCE}
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


# --- the reader that knows nothing of Maillon


def read_alone(folder: Path) -> tuple[int, str]:
    """What ``docs/verify_export.py`` answers, run by a bare Python: its exit code, its words."""
    reader = Path(settings.BASE_DIR) / "docs" / "verify_export.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(reader), str(folder)], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def exported(announce: Announce, keeper: Membership, tmp_path: Path) -> Path:
    """Two parcels, one of them broken, a proof before each of two seals, then the export."""
    parcel, _ = announce(2)
    ClosedPeriod.objects.create(starts_at=LONG_AGO, ends_at=LONG_AGO + timedelta(days=1), closed_at=timezone.now())
    seal_journals(at=timezone.now())
    gate.apply(parcel, "break_", actor=keeper, reason="fell")
    ClosedPeriod.objects.create(starts_at=LONG_AGO + DAY, ends_at=LONG_AGO + 2 * DAY, closed_at=timezone.now())
    seal_journals(at=timezone.now())
    export_journals(tmp_path / "export")
    return tmp_path / "export"


def test_the_reader_finds_an_export_whole(exported: Path) -> None:
    code, said = read_alone(exported)
    seals = 2 * (len(machines()) + 1)
    assert (code, said) == (0, f"3 lignes, 2 preuves, {seals} scellés : 0 faute(s).\n")


def _alter(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _a_value(folder: Path) -> None:
    _alter(folder / "parcel.journal", '"reason":"fell"', '"reason":"sold"')


def _a_line_less(folder: Path) -> None:
    kept = lines(folder / "parcel.journal")
    (folder / "parcel.journal").write_text("\n".join([kept[0], *kept[2:], ""]), encoding="utf-8")


def _a_state(folder: Path) -> None:
    _alter(folder / "parcel.heads", " broken ", " stored ")


def _a_chain_made_anew(folder: Path) -> None:
    """Whoever writes everything again also computes the hashes: only the seals know."""
    before, written = "", []
    first, second, other = lines(folder / "parcel.journal")
    for line in (first, second):
        _, pk, held = line.split(" ", 2)
        held = held.replace('"size":"small"', '"size":"large"')
        before = hashlib.sha256((before + held).encode()).hexdigest()
        written.append(f"{before} {pk} {held}")
    _alter(folder / "parcel.heads", second.split(" ", 1)[0], before)
    (folder / "parcel.journal").write_text("\n".join([*written, other, ""]), encoding="utf-8")


def _a_proof_less(folder: Path) -> None:
    kept = lines(folder / "evidence.hashes")
    (folder / "evidence.hashes").write_text("\n".join([*kept[1:], ""]), encoding="utf-8")


def _a_proof_slipped_in(folder: Path) -> None:
    found = lines(folder / "evidence.hashes")[0].split(" ")
    with (folder / "evidence.hashes").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64} {found[1]} 0\n")


def _a_seal_less(folder: Path) -> None:
    kept = [line for line in lines(folder / "seals.jsonl") if '"parcel"' not in line or '"previous": ""' not in line]
    (folder / "seals.jsonl").write_text("\n".join([*kept, ""]), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_a_value, "la chaîne est rompue"),
        (_a_line_less, "ne s’accorde pas avec son journal"),
        (_a_state, "ne s’accorde pas avec son journal"),
        (_a_chain_made_anew, "a changé depuis"),
        (_a_proof_less, "n’est plus celle qui a été scellée"),
        (_a_proof_slipped_in, "n’est plus celle qui a été scellée"),
        (_a_seal_less, "ne suit pas celui d’avant"),
    ],
)
def test_the_reader_finds_what_was_changed(exported: Path, spoil: Callable[[Path], None], told: str) -> None:
    spoil(exported)
    code, said = read_alone(exported)
    assert code == 1
    assert told in said


@pytest.mark.django_db(transaction=True)
def test_an_export_is_read_as_of_one_instant(announce: Announce, tmp_path: Path) -> None:
    """Outside a transaction it opens one that sees nothing of what is written meanwhile."""
    announce(2)
    assert export_journals(tmp_path / "export").rows == 2
