"""A large file is applied by a worker, and by the next one when the first is killed."""

from unittest.mock import patch

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import InventoryUnit
from imports import services
from imports.models import Import
from imports.services import begin_import
from tests.documents.test_tasks import killed_job, retry_stalled
from tests.documents.worker import run_worker
from tests.donations.inventories import deposited, lot_of, machine
from tests.donations.scene import Scene, load_law

pytestmark = pytest.mark.django_db(transaction=True)


def under_way() -> Import:
    load_law()
    with patch.object(services, "AT_ONCE", 1):
        return begin_import(source=deposited(Scene(), [machine(str(rank)) for rank in range(5)]))


def test_a_worker_applies_what_was_begun() -> None:
    source = under_way()
    assert (source.stage, source.done) == ("applying", 0)
    run_worker()
    source = Import.objects.get()
    assert (source.stage, source.created, lot_of(source).lines.get().quantity) == ("done", 5, 5)


def test_the_next_worker_goes_on_where_a_killed_one_stood() -> None:
    source = under_way()
    checked = services.check_import(source)
    with patch.object(services, "CHUNK", 2):
        assert services._apply_chunk(source=source.pk, rows=checked.rows)
    killed_job()
    retry_stalled()
    run_worker()
    source = Import.objects.get()
    assert (source.stage, source.created, InventoryUnit.objects.count()) == ("done", 5, 5)
    assert not ProcrastinateJob.objects.filter(task_name="imports.apply", status="failed").exists()
