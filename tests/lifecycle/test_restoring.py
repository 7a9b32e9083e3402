"""The database comes from a backup, older than the seals: what was lost is told, and the nights go on."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from lifecycle import gate
from lifecycle.erased import NAME
from lifecycle.models import RESTORED, Seal, Verification
from lifecycle.tasks import verify_and_seal
from lifecycle.verification import FaultsFound
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Parcel
from tests.lifecycle.test_verification import tamper
from tests.network.factories import make_membership
from tests.pages import acting, read

type Announce = Callable[..., list[Parcel]]


@pytest.fixture
def lost_day(announce: Announce, keeper: Membership) -> tuple[Parcel, Parcel]:
    """A night is sealed and saved; a parcel moves, another comes, a second night is sealed; the backup comes back."""
    (kept,) = announce(1)
    verify_and_seal(timestamp=0)
    with transaction.atomic():
        gate.apply(kept, "break_", actor=keeper, reason="fell")
        (gone,) = announce(1)
        verify_and_seal(timestamp=0)
        transaction.set_rollback(True)
    return kept, gone


def files(settings: Any, folder: str = "") -> set[str]:
    return {path.name for path in (Path(settings.LIFECYCLE_SEAL_DIR) / folder).glob("*.jsonl.gz")}


def after_restore() -> str:
    told = StringIO()
    call_command("after_restore", stdout=told)
    return told.getvalue()


def test_without_the_command_the_night_finds_seals_that_are_not_its_own(lost_day: tuple[Parcel, Parcel]) -> None:
    with pytest.raises(FaultsFound):
        verify_and_seal(timestamp=0)


def test_what_was_sealed_and_is_lost_is_told_and_the_nights_go_on(
    lost_day: tuple[Parcel, Parcel], settings: Any
) -> None:
    kept, gone = lost_day
    before = files(settings)

    told = after_restore()

    assert f"parcel {kept.reference}, ligne n° 1\u00a0: le journal s’arrête là, il allait jusqu’au n° 2." in told
    assert f"parcel d’identifiant {gone.pk}\u00a0: la base ne le connaît plus, il allait jusqu’au n° 1." in told
    assert "moins loin que leurs scellés, à reprendre\u00a0: 2." in told
    assert "Tout est vérifié et scellé" in told
    (folder,) = Path(settings.LIFECYCLE_SEAL_DIR).glob("lost-*")
    aside = files(settings, folder.name)
    assert aside < before, "none is deleted"
    assert len(aside) == len(before) / 2
    assert not files(settings) & aside

    verify_and_seal(timestamp=0)
    assert Verification.objects.filter(faults_count__gt=0).exclude(subject=RESTORED).count() == 0
    seals = list(Seal.objects.filter(machine="parcel").order_by("sealed_at"))
    assert [seal.previous for seal in seals] == ["", *(seal.digest for seal in seals[:-1])]


def test_the_pilots_read_what_is_to_be_done_again_for_a_month(lost_day: tuple[Parcel, Parcel]) -> None:
    pilot = acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))
    assert "base remise en place" not in read(pilot, "/")

    after_restore()

    page = read(pilot, "/")
    assert "base remise en place" in page
    assert f"{lost_day[0].reference}, ligne n° 1" in page
    Verification.objects.filter(subject=RESTORED).update(started_at=timezone.now() - timedelta(days=31))
    assert "base remise en place" not in read(pilot, "/")


def test_a_database_that_lost_nothing_loses_nothing_by_it(announce: Announce, settings: Any) -> None:
    announce(2)
    verify_and_seal(timestamp=0)
    before = files(settings)

    told = after_restore()

    assert "Aucun scellé ne va plus loin que la base." in told
    assert not Verification.objects.filter(subject=RESTORED).exists()
    assert before < files(settings)
    assert not list(Path(settings.LIFECYCLE_SEAL_DIR).glob("lost-*"))


def test_a_file_of_seals_that_cannot_be_read_stops_it_before_anything_is_put_aside(
    lost_day: tuple[Parcel, Parcel], settings: Any
) -> None:
    before, sealed = files(settings), Seal.objects.count()
    max(Path(settings.LIFECYCLE_SEAL_DIR).glob("parcel-*")).write_bytes(b"not a seal")

    with pytest.raises(CommandError, match="illisible"):
        after_restore()

    assert (files(settings), Seal.objects.count()) == (before, sealed)


def test_a_restoration_is_no_way_to_have_a_rewritten_journal_sealed(
    lost_day: tuple[Parcel, Parcel], keeper: Membership
) -> None:
    """Rewritten in the backup, hashes left as they were: it is read again, told, and not sealed."""
    tamper("UPDATE parcels_parcelentry SET size = 'large' WHERE object_id = %s", lost_day[0].pk)
    sealed = Seal.objects.count()

    with pytest.raises(CommandError, match="Rien n’est scellé"):
        after_restore()

    assert Seal.objects.count() == sealed


def test_what_goes_on_otherwise_than_it_was_sealed_is_told(lost_day: tuple[Parcel, Parcel], pilot: Membership) -> None:
    """The site reopened before the command: the same rank is another move."""
    kept = lost_day[0]
    for size in ("large", "small"):
        gate.apply(kept, "reclassify", actor=pilot, reason="wrong", size=size)

    told = after_restore()

    assert f"parcel {kept.reference}, ligne n° 2\u00a0: la ligne n’est pas celle qui avait été scellée." in told


def test_run_again_after_it_stopped_it_takes_nothing_back_of_what_it_said(
    lost_day: tuple[Parcel, Parcel], settings: Any
) -> None:
    tamper("UPDATE parcels_parcelentry SET size = 'large' WHERE object_id = %s", lost_day[0].pk)
    for _ in range(2):
        with pytest.raises(CommandError, match="Rien n’est scellé"):
            after_restore()

    (noted,) = Verification.objects.filter(subject=RESTORED)
    assert noted.faults_count == 2
    (folder,) = Path(settings.LIFECYCLE_SEAL_DIR).glob("lost-*")
    assert lost_day[0].reference in (folder / "lost.txt").read_text()


def test_a_line_of_the_register_that_is_not_signed_is_told_and_holds_no_seal_back(
    lost_day: tuple[Parcel, Parcel], settings: Any
) -> None:
    (Path(settings.LIFECYCLE_SEAL_DIR) / NAME).write_text("household F-AAAA-AAAA:forged\n")

    told = after_restore()

    assert "dans register" in told
    assert "Tout est vérifié et scellé" in told
