"""Tampering with the journal through SQL, as one who may disable triggers would: everything is found and named."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifecycle import gate
from lifecycle.journal import chained_hash, hashed_columns
from lifecycle.models import Comment, Seal, Verification
from lifecycle.sealing import seal_journals
from lifecycle.tasks import verify_and_seal
from lifecycle.verification import (
    JOURNALS,
    TOLD,
    Fault,
    FaultsFound,
    note_verification,
    verify_comments,
    verify_journal,
)
from network.models import Membership
from tests.lifecycle.parcels.models import Parcel, ParcelEntry

type Announce = Callable[..., list[Parcel]]
type Live = Callable[[], Parcel]

TABLES = ("parcels_parcelentry", "parcels_parcel", "lifecycle_comment", "lifecycle_seal")


def tamper(sql: str, *parameters: object) -> None:
    """Change rows with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def faults() -> list[Fault]:
    found: list[Fault] = []
    verify_journal(Parcel, found.append)
    verify_comments(found.append)
    return found


def named(found: list[Fault]) -> list[tuple[str, int | None]]:
    return [(fault.reference, fault.seq) for fault in found]


@pytest.fixture
def live(announce: Announce, keeper: Membership) -> Live:
    """A parcel with three rows: announced, stored, broken with a comment."""

    def one() -> Parcel:
        (parcel,) = announce()
        gate.apply(parcel, "store", actor=keeper, weight=10, label=f"R-{parcel.pk}")
        return gate.apply(parcel, "break_", actor=keeper, reason="fell", comment="Tombé du quai")

    return one


def test_whole_journals_have_no_fault_and_the_command_says_so(live: Live) -> None:
    live(), live()
    assert faults() == []
    told = StringIO()
    call_command("verify_journal", stdout=told)
    assert "intacts\u00a0: 6 lignes, 2 commentaires" in told.getvalue()


def other_value(name: str) -> str:
    return {
        "actor_id": "NULL",
        "at": "at + interval '1 microsecond'",
        "cause_entry": "1",
        "depot_id": "depot_id",
        "due_at": "now()",
        "object_id": "object_id",
        "organisation": "organisation + 1",
        "recorded_at": "recorded_at - interval '1 day'",
        "seq": "seq + 7",
        "values": "'{\"weight\": 11}'",
    }.get(name, f"left('x' || {name}, 10)")


@pytest.mark.parametrize(
    "name", [name for name in hashed_columns(ParcelEntry) if name not in {"object_id", "depot_id"}]
)
def test_a_row_altered_in_any_column_is_found(live: Live, name: str) -> None:
    whole, altered = live(), live()
    column = ParcelEntry._meta.get_field(name).column
    tamper(
        f'UPDATE parcels_parcelentry SET "{column}" = {other_value(name)} WHERE object_id = %s AND seq = 2', altered.pk
    )
    found = faults()
    assert altered.reference in {fault.reference for fault in found}
    assert whole.reference not in {fault.reference for fault in found}
    assert name == "seq" or (altered.reference, 2) in named(found)


def test_a_row_given_to_another_object_or_depot_is_found(live: Live, keeper: Membership) -> None:
    first, second = live(), live()
    tamper(
        "UPDATE parcels_parcelentry SET object_id = %s, seq = 4 WHERE object_id = %s AND seq = 3", first.pk, second.pk
    )
    assert {fault.reference for fault in faults()} == {first.reference, second.reference}


def test_an_altered_hash_is_found(live: Live) -> None:
    parcel = live()
    tamper("UPDATE parcels_parcelentry SET hash = repeat('0', 64) WHERE object_id = %s AND seq = 1", parcel.pk)
    assert (parcel.reference, 1) in named(faults())


def test_a_row_removed_from_the_middle_is_found(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s AND seq = 2", parcel.pk)
    missing, *stamps = faults()
    assert (missing.reference, missing.seq) == (parcel.reference, 3)
    assert "n° 2" in missing.sentence
    assert {fault.seq for fault in stamps} == {1}, "nor is there a row any more that says its stamps"


def test_a_first_row_removed_is_found(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s AND seq = 1", parcel.pk)
    assert (parcel.reference, 2) in named(faults())


def test_a_hole_closed_by_numbering_again_is_found(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s AND seq = 2", parcel.pk)
    tamper("UPDATE parcels_parcelentry SET seq = 2 WHERE object_id = %s AND seq = 3", parcel.pk)
    assert (parcel.reference, 2) in named(faults())


def test_rows_set_in_another_order_are_found(live: Live) -> None:
    parcel = live()
    tamper("UPDATE parcels_parcelentry SET seq = 9 WHERE object_id = %s AND seq = 2", parcel.pk)
    tamper("UPDATE parcels_parcelentry SET seq = 2 WHERE object_id = %s AND seq = 3", parcel.pk)
    tamper("UPDATE parcels_parcelentry SET seq = 3 WHERE object_id = %s AND seq = 9", parcel.pk)
    assert {(parcel.reference, 2), (parcel.reference, 3)} <= set(named(faults()))


def test_a_cut_tail_is_found_by_the_object(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s AND seq = 3", parcel.pk)
    (fault,) = faults()
    assert fault.reference == parcel.reference
    assert "(état, rang au journal, empreinte, dernier mouvement)" in fault.sentence


def test_an_object_whose_whole_journal_is_gone_is_found(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s", parcel.pk)
    assert [(fault.reference, fault.sentence) for fault in faults()] == [
        (parcel.reference, "l’objet n’a aucun journal.")
    ]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("state = 'stored', stored_at = now()", "état"),
        ("size = 'huge'", "size"),
        ("moved_at = moved_at - interval '1 day'", "dernier mouvement"),
        ("head = ''", "empreinte"),
    ],
)
def test_an_object_moved_without_its_journal_is_found(live: Live, change: str, word: str) -> None:
    parcel = live()
    tamper(f"UPDATE parcels_parcel SET {change} WHERE id = %s", parcel.pk)
    (fault,) = faults()
    assert fault.reference == parcel.reference
    assert word in fault.sentence


def cut_and_set_back(parcel: Parcel) -> None:
    """Take the last row away and put the object where it was: inside the database nothing shows any more."""
    tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s AND seq = 3", parcel.pk)
    tamper(
        "UPDATE parcels_parcel o SET state = j.target, seq = j.seq, head = j.hash, moved_at = j.at "
        "FROM parcels_parcelentry j WHERE o.id = %s AND j.object_id = o.id AND j.seq = 2",
        parcel.pk,
    )


def write_again(parcel: Parcel) -> None:
    """Alter the second row and compute every hash from there on, and the head of the object."""
    tamper("UPDATE parcels_parcelentry SET role = 'pilot' WHERE object_id = %s AND seq = 2", parcel.pk)
    previous = ParcelEntry.objects.get(object=parcel, seq=1).hash
    for entry in ParcelEntry.objects.filter(object=parcel, seq__gte=2).order_by("seq"):
        previous = chained_hash(previous, {name: getattr(entry, name) for name in hashed_columns(ParcelEntry)})
        tamper("UPDATE parcels_parcelentry SET hash = %s WHERE id = %s", previous, entry.pk)
    tamper("UPDATE parcels_parcel SET head = %s WHERE id = %s", previous, parcel.pk)


def test_a_cut_tail_with_the_object_set_back_is_found_by_the_seal(live: Live) -> None:
    parcel, whole = live(), live()
    seal_journals(at=timezone.now())
    cut_and_set_back(parcel)
    (fault,) = faults()
    assert (fault.reference, fault.seq) == (parcel.reference, 2)
    assert "jusqu’au n° 3" in fault.sentence
    assert whole.reference not in str(fault)


def test_without_a_seal_a_tail_cut_with_care_would_not_be_found(live: Live) -> None:
    cut_and_set_back(live())
    assert faults() == []


def test_a_chain_rewritten_since_the_last_seal_is_found(live: Live) -> None:
    live()
    parcel = live()
    seal_journals(at=timezone.now())
    write_again(parcel)
    (fault,) = faults()
    assert (fault.reference, fault.seq) == (parcel.reference, 3)
    assert "réécrite depuis le scellé" in fault.sentence


def test_an_object_that_disappeared_with_its_journal_is_found_by_the_seal(live: Live) -> None:
    lost, whole, last = live(), live(), live()
    seal_journals(at=timezone.now())
    for parcel in (lost, last):
        tamper("DELETE FROM parcels_parcelentry WHERE object_id = %s", parcel.pk)
        tamper("DELETE FROM parcels_parcel WHERE id = %s", parcel.pk)
    assert [fault.reference for fault in faults()] == [f"d’identifiant {lost.pk}", f"d’identifiant {last.pk}"]
    assert whole.seq == 3


def test_moves_made_since_the_seal_are_no_fault(live: Live, pilot: Membership, keeper: Membership) -> None:
    parcel = live()
    seal_journals(at=timezone.now())
    gate.apply(parcel, "store", actor=keeper, weight=1, label="R-again")
    live()
    assert faults() == []


def test_an_altered_comment_is_found_and_an_erased_one_is_not(live: Live) -> None:
    altered, erased = live(), live()
    digests = {parcel.pk: parcel.journal.get(seq=3).comment_digest for parcel in (altered, erased)}
    Comment.objects.filter(digest=digests[erased.pk]).update(text="", salt="")
    assert faults() == []
    tamper("UPDATE lifecycle_comment SET text = 'Tombé de lui-même' WHERE digest = %s", digests[altered.pk])
    (fault,) = faults()
    assert fault.reference == digests[altered.pk][:12]


def test_a_journal_left_behind_by_its_object_is_found(live: Live) -> None:
    lost, whole = live(), live()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM parcels_parcel WHERE id = %s", [lost.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    (fault,) = faults()
    assert (fault.reference, fault.sentence) == (
        f"d’identifiant {lost.pk}",
        "l’objet a disparu, son journal reste.",
    )
    assert whole.pk != lost.pk


def test_a_comment_taken_away_is_found(live: Live) -> None:
    parcel = live()
    tamper("DELETE FROM lifecycle_comment")
    (fault,) = faults()
    assert (fault.reference, fault.seq) == (parcel.reference, 3)


def test_a_seal_that_lost_its_file_is_found(live: Live, settings: object) -> None:
    live()
    seal_journals(at=timezone.now())
    for path in Path(settings.LIFECYCLE_SEAL_DIR).iterdir():
        path.unlink()
    (fault,) = faults()
    assert (fault.reference, fault.sentence) == ("(scellés)", "le fichier du dernier scellé est introuvable.")


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_damaged_seal_is_found(live: Live, settings: object, damage: str) -> None:
    live()
    seal_journals(at=timezone.now())
    (path,) = Path(settings.LIFECYCLE_SEAL_DIR).glob("parcel-*")
    content = path.read_bytes()
    path.write_bytes({"cut": content[: len(content) // 2], "noise": b"noise" + content, "empty": b""}[damage])
    (fault,) = faults()
    assert "illisible" in fault.sentence


def test_a_seal_removed_from_the_database_is_found(live: Live) -> None:
    live()
    seal_journals(at=timezone.now() - timedelta(days=1))
    seal_journals(at=timezone.now())
    newest = Seal.objects.filter(machine="parcel").first()
    tamper("DELETE FROM lifecycle_seal WHERE id = %s", newest.pk)
    (fault,) = faults()
    assert "n’est pas le dernier scellé" in fault.sentence


def test_a_seal_of_another_content_is_found(live: Live) -> None:
    live()
    seal_journals(at=timezone.now() - timedelta(days=1))
    seal_journals(at=timezone.now())
    tamper("UPDATE lifecycle_seal SET digest = repeat('0', 64) WHERE machine = 'parcel'")
    assert [fault.reference for fault in faults()] == ["(scellés)", "(scellés)"]


def test_the_command_names_each_fault_and_fails(live: Live) -> None:
    parcel = live()
    tamper("UPDATE parcels_parcelentry SET role = 'pilot' WHERE object_id = %s AND seq = 2", parcel.pk)
    told = StringIO()
    with pytest.raises(CommandError, match=r"1 faute\(s\)") as failure:
        call_command("verify_journal", stdout=told)
    assert failure.value.returncode == 1
    assert f"parcel {parcel.reference}, ligne n° 2\u00a0: la ligne a été modifiée" in told.getvalue()


def test_verifying_costs_the_same_statements_whatever_the_length(live: Live) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert faults() == []
        return len(queries)

    live()
    few = cost()
    for _ in range(5):
        live()
    assert cost() == few


# --- every night


def test_a_night_without_a_fault_says_when_it_passed_and_how_much_was_read(live: Live) -> None:
    live(), live()
    verify_and_seal(timestamp=0)
    noted = Verification.objects.get()
    assert (noted.subject, noted.rows_count, noted.faults_count, noted.faults) == (JOURNALS, 8, 0, [])
    assert noted.started_at <= noted.finished_at
    assert Verification.objects.last_of_each().get().passed_at == noted.finished_at


def test_a_night_with_a_fault_names_it_and_the_task_fails(live: Live) -> None:
    verify_and_seal(timestamp=0)
    parcel = live()
    tamper("UPDATE parcels_parcelentry SET role = 'pilot' WHERE object_id = %s AND seq = 2", parcel.pk)
    with pytest.raises(FaultsFound, match="parcel"):
        verify_and_seal(timestamp=0)
    noted, before = Verification.objects.all()
    assert (noted.faults_count, noted.machines) == (1, ["parcel"])
    assert noted.faults[0].startswith(f"Parcel {parcel.reference}, ligne n° 2\u00a0: la ligne")
    assert Verification.objects.last_of_each().get().passed_at == before.finished_at


def test_a_fault_keeps_the_capitals_of_what_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parcel._meta, "verbose_name", "colis de l’EPCI")
    assert Fault("parcel", "P-1", None, "abîmé.").in_words == "Colis de l’EPCI P-1\u00a0: abîmé."
    assert Fault("commentaire", "ab12", None, "abîmé.").in_words == "Commentaire ab12\u00a0: abîmé."


@pytest.mark.django_db
def test_a_verification_that_fails_halfway_is_seen_not_to_have_come_to_its_end() -> None:
    def breaks(report: object) -> int:
        raise NotADirectoryError

    with pytest.raises(NotADirectoryError):
        note_verification(JOURNALS, breaks)
    assert Verification.objects.get().finished_at is None
    assert not Verification.objects.last_of_each().exists()


@pytest.mark.django_db
def test_the_first_faults_are_kept_in_words_and_all_are_counted() -> None:
    def many(report: Callable[[Fault], None]) -> int:
        for number in range(TOLD + 5):
            report(Fault("parcel", f"P-{number}", None, "abîmé."))
        return number

    with pytest.raises(FaultsFound):
        note_verification(JOURNALS, many)
    noted = Verification.objects.get()
    assert (noted.faults_count, len(noted.faults)) == (TOLD + 5, TOLD)


def test_what_was_rewritten_is_told_again_each_night_until_somebody_seals_it(live: Live) -> None:
    """Sealed over, a chain rewritten with its hashes would look whole the night after."""
    parcel = live()
    verify_and_seal(timestamp=0)
    write_again(parcel)
    for _ in range(2):
        with pytest.raises(FaultsFound):
            verify_and_seal(timestamp=0)
    assert Seal.objects.filter(machine="parcel").count() == 1
    others = Seal.objects.exclude(machine="parcel").values_list("machine").annotate(Count("pk"))
    assert {count for _, count in others} == {3}, "the others are sealed every night"
    call_command("seal_journal", stdout=StringIO())
    verify_and_seal(timestamp=0)


def test_nothing_is_sealed_on_what_another_night_found(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was rewritten since the last seal would be sealed unread."""

    def breaks(report: object, *, whole: bool) -> int:
        raise NotADirectoryError

    live()
    verify_and_seal(timestamp=0)
    monkeypatch.setattr("lifecycle.tasks.verify_journals", breaks)
    with pytest.raises(NotADirectoryError):
        verify_and_seal(timestamp=0)
    assert Seal.objects.filter(machine="parcel").count() == 1
    monkeypatch.undo()
    verify_and_seal(timestamp=0)
    assert Seal.objects.filter(machine="parcel").count() == 2


def test_the_night_verifies_before_it_seals(live: Live) -> None:
    """After the seal, nothing of the day would be compared with the night before."""
    live()
    verify_and_seal(timestamp=0)
    noted, sealed = Verification.objects.get(), Seal.objects.filter(machine="parcel").get()
    assert noted.finished_at is not None
    assert noted.finished_at <= sealed.sealed_at
