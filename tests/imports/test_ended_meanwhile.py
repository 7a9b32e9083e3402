"""What an import was is what it is under the lock: two workers, two tabs, a row that is there no more."""

from typing import Any
from unittest.mock import patch

import pytest

from documents.models import StoredFile
from donations.models import Donation, InventoryUnit
from imports import services
from imports.enums import ImportStage
from imports.models import Import
from imports.readers.sheets import SheetRefused
from imports.services import begin_import, carry_on_import, drop_import, undo_import
from lifecycle.exceptions import Unknown
from tests.donations.inventories import deposited, lot_of, machine, taken
from tests.donations.scene import Scene, load_law

pytestmark = pytest.mark.django_db


def under_way(monkeypatch: pytest.MonkeyPatch) -> Import:
    """An import whose lines a worker is to apply."""
    load_law()
    with monkeypatch.context() as patched:
        patched.setattr(services, "AT_ONCE", 0)
        return begin_import(source=deposited(Scene(), [machine("1"), machine("2")]))


@pytest.mark.parametrize("fails", [False, True])
def test_a_worker_that_comes_after_another_ended_it_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    source, check = under_way(monkeypatch), services.check_import

    def while_another_ends_it(row: Import) -> Any:
        checked = check(row)
        monkeypatch.setattr(services, "check_import", check)
        carry_on_import(source=row.pk)
        if fails:
            raise SheetRefused("Ce fichier ne se lit pas.")
        return checked

    monkeypatch.setattr(services, "check_import", while_another_ends_it)
    carry_on_import(source=source.pk)
    ended = Import.objects.get()
    assert (ended.stage, ended.created, ended.error) == (ImportStage.DONE, 2, "")
    assert Donation.objects.get() == lot_of(ended)
    assert InventoryUnit.objects.count() == 2


def test_a_file_that_is_no_longer_waiting_is_not_dropped() -> None:
    load_law()
    scene = Scene()
    dropped = drop_import(source=deposited(scene, [machine("1")]))
    applied = taken(scene, [machine("2")])
    for source in (dropped, applied):
        with pytest.raises(Unknown):
            drop_import(source=source)
    assert Import.objects.get(pk=applied.pk).stage == ImportStage.DONE
    assert StoredFile.objects.get(pk=applied.file_id).forgotten_at is None


def test_only_what_was_taken_is_undone_and_once() -> None:
    load_law()
    scene = Scene()
    waiting, applied = deposited(scene, [machine("1")]), taken(scene, [machine("2")])
    undo_import(source=applied)
    for source in (waiting, applied):
        with pytest.raises(Unknown):
            undo_import(source=source)
    assert Import.objects.get(pk=waiting.pk).stage == ImportStage.CHECKED


def test_a_file_that_is_there_no_more_is_not_begun() -> None:
    load_law()
    source = deposited(Scene(), [machine("1")])
    checked = services.check_import(source)
    Import.objects.filter(pk=source.pk).delete()
    with patch.object(services, "check_import", lambda _: checked), pytest.raises(Unknown):
        begin_import(source=source)
    assert not InventoryUnit.objects.exists()
