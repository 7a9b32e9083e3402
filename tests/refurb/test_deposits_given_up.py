"""Files that people deposited: kept as soon as a row has taken them, whatever row it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conventions.models import EndConsent, EndNotice, Signature, SignatureDeposit
from distribution.models import HandOver
from documents.models import Document, MailAttachment, StoredFile
from documents.services.files import forget_abandoned, takers
from donations.models import PickUp
from imports.models import Import
from refurb.models import DepositedFile, Destruction, Erasure, Photo
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db


def test_every_column_that_holds_a_file_is_looked_at() -> None:
    assert set(takers()) == {
        (Document, "rendered"),
        (MailAttachment, "file"),
        (Signature, "scan"),
        (SignatureDeposit, "file"),
        (EndConsent, "file"),
        (EndNotice, "file"),
        (Erasure, "report"),
        (DepositedFile, "file"),
        (Destruction, "certificate"),
        (Photo, "file"),
        (HandOver, "signature"),
        (PickUp, "signature"),
        (Import, "file"),
    }


def test_the_report_of_an_erasure_is_never_taken_for_a_deposit_given_up() -> None:
    load_numbers()
    bench = Bench()
    bench.erase(bench.drive(bench.in_process()))
    bench.report()
    assert forget_abandoned(before=timezone.now() + timedelta(days=1)) == 1
    assert not Erasure.objects.get().report.is_forgotten
    assert StoredFile.objects.filter(forgotten_at=None, stored_by=bench.technician.pk).count() == 1
