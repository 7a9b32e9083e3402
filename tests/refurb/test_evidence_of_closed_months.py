"""A month that is closed takes no more evidence: what its figures counted stays what they counted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lifecycle.models import ClosedPeriod
from refurb.enums import AbsenceReason, DriveKind
from refurb.models import Drive, Incident, StorageAbsence
from refurb.models.evidence import Evidence
from refurb.services import evidence
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def closed() -> tuple[datetime, datetime]:
    now = timezone.now()
    first, last = now - timedelta(days=40), now - timedelta(days=10)
    ClosedPeriod.objects.create(starts_at=first, ends_at=last, closed_at=now)
    return first, last


def counted() -> Iterator[type[Any]]:
    """What the figures of a month count beside the journals."""
    yield Incident
    yield from (model for model in apps.get_models() if issubclass(model, Evidence))


def test_every_table_of_evidence_obeys_the_closed_months() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname = 'lifecycle_refuse_closed_record'"
        )
        held = {table for (table,) in cursor.fetchall()}
    assert held == {model._meta.db_table for model in counted()}


def test_a_drive_found_in_a_closed_month_is_refused_by_the_database(
    bench: Bench, closed: tuple[datetime, datetime]
) -> None:
    device = bench.in_process()
    row = Drive(device=device, stay=device.stay, kind=DriveKind.SSD, arrived_at=device.received_at)
    for inside in (closed[0], closed[1] - timedelta(microseconds=1)):
        row.recorded_at = inside
        with pytest.raises(IntegrityError, match="close"), transaction.atomic():
            row.save(force_insert=True)
    row.recorded_at = closed[1]
    row.save(force_insert=True)
    assert Drive.objects.count() == 1


def test_a_service_that_is_given_an_instant_of_a_closed_month_writes_nothing(
    bench: Bench, closed: tuple[datetime, datetime]
) -> None:
    device = bench.in_process()
    with pytest.raises(IntegrityError, match="close"), transaction.atomic():
        evidence.attest_no_storage(
            actor=bench.technician, device=device, reason=AbsenceReason.EMPTY_BAY, at=closed[0] + timedelta(days=1)
        )
    assert not StorageAbsence.objects.exists()
