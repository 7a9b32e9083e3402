"""Tampering beside the chain, as one who may disable triggers would: each thing is found and named."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from lifecycle import gate, seal_checks
from lifecycle.evidence import evidence_tables
from lifecycle.faults import Fault
from lifecycle.journal import journal_of
from lifecycle.machine import Stateful, machines
from lifecycle.models import Seal, Verification
from lifecycle.sealing import SealFile, seal_journals
from lifecycle.tasks import verify_and_seal
from lifecycle.verification import is_whole_night, machines_in_doubt, verify_journal, verify_journals
from lifecycle.wall_checks import SENTENCES, verify_wall
from network.models import Membership
from tests.intruder import intruder
from tests.lifecycle.parcels.models import Parcel, SealProof

type Announce = Callable[..., list[Parcel]]
type Live = Callable[[], Parcel]


def run(*statements: str) -> None:
    """As the owner, with the triggers of the rows off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def faults(*, whole: bool = True) -> list[Fault]:
    found: list[Fault] = []
    verify_journals(found.append, whole=whole)
    return found


def said(*, whole: bool = True) -> list[str]:
    return [fault.in_words for fault in faults(whole=whole)]


@pytest.fixture
def live(announce: Announce, keeper: Membership) -> Live:
    """A parcel on its shelf, with the proof of its seal."""

    def one() -> Parcel:
        (parcel,) = announce()
        SealProof.objects.create(parcel=parcel)
        return gate.apply(parcel, "store", actor=keeper, weight=10, label=f"R-{parcel.pk}")

    return one


# --- evidence


def test_a_seal_holds_the_hash_of_each_row_of_evidence_that_anyone_can_compute(live: Live, settings: object) -> None:
    live()
    seal_journals(at=timezone.now())
    (path,) = Path(settings.LIFECYCLE_SEAL_DIR).glob("evidence-*")
    content = gzip.decompress(path.read_bytes())
    header, *lines = [json.loads(line) for line in content.splitlines()]
    proof = SealProof.objects.get()
    told = {"columns": ["id", "parcel_id"], "last": proof.pk, "rows": 1}
    assert header["tables"]["parcels_sealproof"] == told
    row = f'{{"id":{proof.pk},"parcel_id":{proof.parcel_id}}}'
    assert ["parcels_sealproof", proof.pk, hashlib.sha256(row.encode()).hexdigest()] in lines
    sealed = Seal.objects.get(machine="evidence")
    assert (sealed.digest, sealed.objects_count) == (hashlib.sha256(content).hexdigest(), len(lines))


def test_the_next_seal_holds_what_is_new_alone_and_one_made_by_hand_holds_all(live: Live) -> None:
    live()
    seal_journals(at=timezone.now() - timedelta(days=2))
    live()
    seal_journals(at=timezone.now() - timedelta(days=1))
    new = SealFile.last("evidence")
    assert new is not None
    assert (new.whole, len([line for line in new.hashes() if line[0] == "parcels_sealproof"])) == (False, 1)
    assert new.extents()["parcels_sealproof"].rows == 2
    seal_journals(at=timezone.now(), whole=True)
    again = SealFile.last("evidence")
    assert again is not None
    assert (again.whole, len([line for line in again.hashes() if line[0] == "parcels_sealproof"])) == (True, 2)


@pytest.mark.parametrize("whole", [True, False])
def test_evidence_taken_away_is_found(live: Live, whole: bool) -> None:
    live(), live()
    seal_journals(at=timezone.now())
    live()
    assert faults(whole=whole) == []
    lost = SealProof.objects.order_by("pk")[0]
    run(f"DELETE FROM parcels_sealproof WHERE id = {lost.pk}")
    (sentence,) = said(whole=whole)
    assert sentence.startswith(f"Preuves seal proof n° {lost.pk}\u00a0: la ligne a été retirée depuis le scellé")


@pytest.mark.parametrize("whole", [True, False])
def test_evidence_slipped_in_under_an_older_number_is_found(live: Live, whole: bool) -> None:
    first = live()
    run("SELECT setval(pg_get_serial_sequence('parcels_sealproof', 'id'), nextval('parcels_sealproof_id_seq') + 3)")
    live()
    seal_journals(at=timezone.now())
    slipped = SealProof.objects.latest("pk").pk - 1
    run(f"INSERT INTO parcels_sealproof (id, parcel_id) VALUES ({slipped}, {first.pk})")
    (sentence,) = said(whole=whole)
    assert f"n° {slipped}\u00a0: la ligne a été ajoutée sous un numéro déjà scellé" in sentence


def test_evidence_altered_is_found_when_everything_is_read(live: Live) -> None:
    first, other = live(), live()
    seal_journals(at=timezone.now())
    run(f"UPDATE parcels_sealproof SET parcel_id = {other.pk} WHERE parcel_id = {first.pk}")
    (sentence,) = said()
    assert "la ligne a été modifiée depuis le scellé" in sentence
    assert said(whole=False) == []


def test_evidence_in_doubt_is_not_sealed_before_somebody_does_it(live: Live) -> None:
    live()
    verify_and_seal(timestamp=0)
    run("DELETE FROM parcels_sealproof")
    with pytest.raises(Exception, match="evidence"):
        verify_and_seal(timestamp=0)
    assert machines_in_doubt() == {"evidence"}
    assert Seal.objects.filter(machine="evidence").count() == 1
    seal_journals(at=timezone.now(), whole=True)
    assert faults() == []


def test_seals_of_evidence_gone_from_the_database_are_told_by_their_files(live: Live) -> None:
    live()
    seal_journals(at=timezone.now())
    run("DELETE FROM lifecycle_seal WHERE machine = 'evidence'")
    found: list[Fault] = []
    seal_checks.verify_evidence(found.append)
    assert [one.in_words for one in found] == [
        "Preuves (scellés)\u00a0: le dernier fichier n’est pas le dernier scellé de la base."
    ]


def test_a_sealed_table_that_is_no_more_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    seal_journals(at=timezone.now())
    left = {name: table for name, table in evidence_tables().items() if name != "parcels_sealproof"}
    monkeypatch.setattr(seal_checks, "evidence_tables", lambda: left)
    found: list[Fault] = []
    seal_checks.verify_evidence(found.append)
    assert [one.in_words for one in found] == [
        "Preuves parcels_sealproof\u00a0: la table, ou une colonne qui est scellée, n’existe plus."
    ]


def test_a_file_of_evidence_that_is_lost_or_replaced_is_found(live: Live, settings: object) -> None:
    live()
    seal_journals(at=timezone.now() - timedelta(days=1))
    live()
    seal_journals(at=timezone.now())
    older, newer = sorted(Path(settings.LIFECYCLE_SEAL_DIR).glob("evidence-*"))
    content = older.read_bytes()
    lines = gzip.decompress(content).splitlines(keepends=True)
    older.write_bytes(gzip.compress(b"".join([lines[0], *lines[2:]])))
    assert any("n’est pas celui que la base a scellé" in sentence for sentence in said())
    older.unlink()
    (sentence,) = said()
    assert "introuvable" in sentence
    older.write_bytes(content)
    newer.unlink()
    assert "le dernier fichier n’est pas le dernier scellé de la base." in said()[0]


def without(header: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in header.items() if key != name}


def with_tables(header: dict[str, Any], changed: Any) -> dict[str, Any]:
    return header | {"tables": {name: changed(told) for name, told in header["tables"].items()}}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda header: with_tables(header, lambda told: without(told, "rows")),
        lambda header: with_tables(header, lambda told: without(told, "last")),
        lambda header: with_tables(header, lambda told: without(told, "columns")),
        lambda header: with_tables(header, lambda told: told | {"columns": [1]}),
        lambda header: with_tables(header, lambda told: told | {"rows": "many"}),
        lambda header: with_tables(header, lambda told: None),
        lambda header: header | {"tables": []},
        lambda header: without(header, "sealed_at"),
        lambda header: header | {"sealed_at": "yesterday"},
        lambda header: header | {"sealed_at": "2026-01-01T00:00:00"},
        lambda header: header | {"sealed_at": 12},
        lambda header: without(header, "previous"),
        lambda header: [header],
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_a_header_that_was_tampered_with_is_a_fault_with_the_name_of_its_file(
    live: Live, settings: object, tamper: Callable[[Any], Any], whole: bool
) -> None:
    live()
    seal_journals(at=timezone.now())
    (file,) = Path(settings.LIFECYCLE_SEAL_DIR).glob("evidence-*")
    header, *lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    told = json.dumps(tamper(json.loads(header))).encode() + b"\n"
    file.write_bytes(gzip.compress(b"".join([told, *lines])))

    assert f"le fichier {file.name} est illisible." in " ".join(said(whole=whole))


@pytest.mark.parametrize(
    ("machine", "line"),
    [("evidence", ["lifecycle_parcels", "1", "a"]), ("evidence", {"a": 1}), ("parcel", ["1", 1, "a"]), ("parcel", 3)],
)
def test_a_line_that_is_none_is_a_fault_with_the_name_of_its_file(
    live: Live, settings: object, machine: str, line: Any
) -> None:
    live()
    seal_journals(at=timezone.now())
    (file,) = Path(settings.LIFECYCLE_SEAL_DIR).glob(f"{machine}-*")
    header = gzip.decompress(file.read_bytes()).splitlines(keepends=True)[0]
    file.write_bytes(gzip.compress(header + json.dumps(line).encode() + b"\n"))

    assert f"le fichier {file.name} est illisible." in " ".join(said())


# --- stamps


def test_a_stamp_that_is_not_the_one_its_journal_says_is_found(live: Live) -> None:
    whole, altered = live(), live()
    assert altered.journal.get(seq=2).values["stamps"] == {"rounds": 1, "weight": 10}
    run(f"UPDATE parcels_parcel SET weight = 3 WHERE id = {altered.pk}")
    for reading in (True, False):
        (fault,) = faults(whole=reading)
        assert (fault.reference, fault.seq) == (altered.reference, 2)
        assert "«\u00a0weight\u00a0» n’est pas ce que dit cette ligne" in fault.sentence
    assert whole.weight == 10


def test_an_object_born_before_its_journal_said_stamps_is_no_fault(live: Live) -> None:
    parcel = live()
    # As an older version wrote it; the chain is not what is looked at here.
    run(f'UPDATE parcels_parcelentry SET "values" = "values" - \'stamps\' WHERE object_id = {parcel.pk}')
    assert not any("n’est pas ce que dit" in fault.sentence for fault in faults())
    run('UPDATE parcels_parcelentry SET "values" = \'{"stamps": {"weight": null}}\' WHERE seq = 1')
    assert any("n’est pas ce que dit" in fault.sentence for fault in faults())


# --- the wall


def wall_faults() -> list[str]:
    found: list[Fault] = []
    verify_wall(found.append)
    return [fault.in_words for fault in found]


BACKDOOR = (
    "CREATE TRIGGER parcels_backdoor BEFORE INSERT ON parcels_sealproof FOR EACH ROW"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
)


ONCE_LATER = (
    "ALTER TABLE parcels_parcelentry DROP CONSTRAINT parcels_parcelentry_once,"
    " ADD CONSTRAINT parcels_parcelentry_once UNIQUE (object_id, seq) DEFERRABLE"
)
UNCHECKED = (
    "ALTER TABLE parcels_parcel DROP CONSTRAINT parcels_stored_stamp, ADD CONSTRAINT parcels_stored_stamp CHECK (true)"
)
UNLINKED = (
    "ALTER TABLE parcels_parcelentry ADD CONSTRAINT entry_of_object FOREIGN KEY (object_id)"
    " REFERENCES parcels_parcel ON DELETE CASCADE NOT VALID"
)


@pytest.mark.django_db
def test_the_wall_that_migrations_raise_is_the_one_that_is_drawn() -> None:
    assert wall_faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", machines().values(), ids=machines())
def test_a_journal_holds_one_row_of_each_rank_at_every_moment(model: type[Stateful]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.condeferrable, k.convalidated, x.indisvalid, x.indimmediate FROM pg_constraint k"
            " JOIN pg_index x ON x.indexrelid = k.conindid WHERE k.conrelid = %s::regclass AND k.contype = 'u' AND ("
            "SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a"
            " WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) = '{object_id,seq}'",
            [journal_of(model)._meta.db_table],
        )
        assert cursor.fetchall() == [(False, True, True, True)]


@pytest.mark.django_db
def test_a_restored_database_has_all_its_triggers() -> None:
    """PostgreSQL makes each of them again on the tables as they are today, computed columns included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        )
        for table, name, definition in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(definition)
    assert wall_faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "DROP TRIGGER parcels_parcel_wall_move ON parcels_parcel",
            "Mur de la base parcels_parcel.parcels_parcel_wall_move\u00a0: n’existe plus.",
        ),
        (
            "CREATE OR REPLACE FUNCTION parcels_parcel_wall_move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "Mur de la base parcels_parcel_wall_move()\u00a0: n’est plus ce que le code écrit.",
        ),
        (
            "ALTER FUNCTION parcels_parcelentry_wall_edges() RESET search_path",
            "Mur de la base parcels_parcelentry_wall_edges()\u00a0: n’est plus ce que le code écrit.",
        ),
        (
            "ALTER TABLE parcels_parcel DISABLE TRIGGER parcels_parcel_wall_move",
            "Mur de la base parcels_parcel\u00a0: le déclencheur «\u00a0parcels_parcel_wall_move\u00a0» est désactivé.",
        ),
        (
            BACKDOOR,
            "Mur de la base parcels_sealproof.parcels_backdoor\u00a0: n’est pas de ceux que le code écrit.",
        ),
        (
            "CREATE TABLE more_entries () INHERITS (parcels_parcelentry)",
            f"Mur de la base parcels_parcelentry\u00a0: {SENTENCES['child'].format('more_entries')}",
        ),
        (
            "CREATE RULE swallow AS ON INSERT TO parcels_sealproof DO INSTEAD NOTHING",
            "Mur de la base parcels_sealproof\u00a0: une règle «\u00a0swallow\u00a0» réécrit ce qui s’y inscrit.",
        ),
        (
            "ALTER TABLE parcels_parcelentry DROP CONSTRAINT parcels_parcelentry_once",
            "Mur de la base parcels_parcelentry (parcels_parcelentry_once)\u00a0: n’existe plus.",
        ),
        (
            ONCE_LATER,
            "Mur de la base parcels_parcelentry (parcels_parcelentry_once)\u00a0: n’est plus ce que le code écrit.",
        ),
        (
            UNCHECKED,
            "Mur de la base parcels_parcel (parcels_stored_stamp)\u00a0: n’est plus ce que le code écrit.",
        ),
        (
            "ALTER TABLE parcels_depot DROP CONSTRAINT parcels_depot_room",
            "Mur de la base parcels_depot (parcels_depot_room)\u00a0: n’existe plus.",
        ),
        (
            "DROP INDEX parcels_label_once",
            "Mur de la base parcels_parcel (parcels_label_once)\u00a0: n’existe plus.",
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'parcels_label_once'::regclass",
            "Mur de la base parcels_parcel (parcels_label_once)\u00a0: n’est plus ce que le code écrit.",
        ),
        (
            "ALTER TABLE parcels_parcel ALTER reference DROP NOT NULL",
            "Mur de la base parcels_parcel (not null)\u00a0: n’est plus ce que le code écrit.",
        ),
        (UNLINKED, "Mur de la base parcels_parcelentry (entry_of_object)\u00a0: n’est pas de ceux que le code écrit."),
    ],
)
def test_what_is_dropped_replaced_or_put_beside_the_wall_is_found(statement: str, sentence: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert wall_faults() == [sentence]


def test_rows_of_a_child_table_are_found_by_the_chain_too(live: Live) -> None:
    parcel = live()
    run(
        "CREATE TABLE more_entries () INHERITS (parcels_parcelentry)",
        f"INSERT INTO more_entries SELECT * FROM ONLY parcels_parcelentry WHERE object_id = {parcel.pk} AND seq = 2",
    )
    assert len(faults()) > 1


# --- dates and seals


def test_a_row_dated_ahead_is_found(live: Live) -> None:
    parcel = live()
    run(f"UPDATE parcels_parcelentry SET at = now() + interval '1 hour' WHERE object_id = {parcel.pk} AND seq = 2")
    ahead = [fault for fault in faults(whole=False) if "datée d’un instant à venir" in fault.sentence]
    assert [(fault.reference, fault.seq) for fault in ahead] == [(parcel.reference, 2)]


def drop_all_seals(settings: object) -> None:
    run("DELETE FROM lifecycle_seal")
    for path in Path(settings.LIFECYCLE_SEAL_DIR).iterdir():
        path.unlink()


def test_seals_that_all_disappeared_after_a_night_that_passed_are_found(live: Live, settings: object) -> None:
    live()
    verify_and_seal(timestamp=0)
    assert faults() == []
    drop_all_seals(settings)
    found = said()
    assert any(text.startswith("Parcel (scellés)") and "n’a pas été suivie de son scellé" in text for text in found)
    assert any(text.startswith("Preuves (scellés)") for text in found)


def test_a_machine_that_came_with_a_new_version_is_no_fault_before_its_first_seal(live: Live, settings: object) -> None:
    verify_and_seal(timestamp=0)
    run("DELETE FROM lifecycle_seal WHERE machine = 'parcel'")
    for path in Path(settings.LIFECYCLE_SEAL_DIR).glob("parcel-*"):
        path.unlink()
    assert faults() == []
    verify_and_seal(timestamp=0)
    assert Seal.objects.filter(machine="parcel").count() == 1


def test_seals_that_all_disappeared_with_the_verifications_are_found_by_the_age_of_the_journal(
    live: Live, settings: object
) -> None:
    live()
    verify_and_seal(timestamp=0)
    drop_all_seals(settings)
    Verification.objects.all().delete()
    run("UPDATE parcels_parcelentry SET recorded_at = recorded_at - interval '3 days'")
    assert any(text.startswith("Parcel (scellés)\u00a0: aucun, ni dans la base ni dans le dossier") for text in said())


# --- a night that reads what is new


def read(parcel_rows: list[Fault], *, whole: bool) -> int:
    return verify_journal(Parcel, parcel_rows.append, whole=whole)


def test_a_week_night_reads_what_moved_since_the_seal_and_a_sunday_everything(live: Live, keeper: Membership) -> None:
    live(), live()
    moved = live()
    found: list[Fault] = []
    assert read(found, whole=False) == 6, "nothing is sealed yet"
    seal_journals(at=timezone.now())
    assert read(found, whole=False) == 0
    gate.apply(moved, "break_", actor=keeper, reason="fell")
    assert read(found, whole=False) == 3
    assert read(found, whole=True) == 7
    assert found == []
    friday = timezone.make_aware(timezone.datetime(2026, 11, 27, 1, 10))  # type: ignore[attr-defined]
    assert [is_whole_night(friday + timedelta(days=days)) for days in range(3)] == [False, False, True]


def test_a_week_night_finds_what_was_done_to_what_moved_and_holes_anywhere(live: Live, keeper: Membership) -> None:
    still, moved = live(), live()
    seal_journals(at=timezone.now())
    gate.apply(moved, "break_", actor=keeper, reason="fell")
    run(f"UPDATE parcels_parcelentry SET role = 'pilot' WHERE object_id = {moved.pk} AND seq = 3")
    run(f"DELETE FROM parcels_parcelentry WHERE object_id = {still.pk} AND seq = 1")
    found = [(fault.reference, fault.seq) for fault in faults(whole=False)]
    assert {(moved.reference, 3), (still.reference, 2)} <= set(found)


def test_a_week_night_finds_an_object_that_disappeared(live: Live) -> None:
    lost = live()
    seal_journals(at=timezone.now())
    run(
        f"DELETE FROM parcels_parcelentry WHERE object_id = {lost.pk}",
        f"DELETE FROM parcels_parcel WHERE id = {lost.pk}",
    )
    assert f"d’identifiant {lost.pk}" in {fault.reference for fault in faults(whole=False)}


def test_whoever_reads_and_writes_rows_alone_verifies_and_seals(live: Live) -> None:
    live()
    with intruder():
        verify_and_seal(timestamp=0)
        live()
        verify_and_seal(timestamp=0)
    assert [one.faults_count for one in Verification.objects.all()] == [0, 0]
    assert Seal.objects.filter(machine="evidence").count() == 2
