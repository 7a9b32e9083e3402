"""The sheet of a request that came with a file joined by error, once it went back."""

import pytest
from django.utils import timezone

from documents.models import Document
from lifecycle import gate
from prescriptions.enums import ErasureChannel
from prescriptions.models import Household, Prescription
from prescriptions.services.joining import join_household, part_household
from prescriptions.services.prescriptions import withdraw_prescription
from tests.prescriptions.files import COMPUTER, Circle, again, person
from tests.prescriptions.test_joined_files import HER, PHONE

pytestmark = pytest.mark.django_db


def named_on_the_sheet_of(request: Prescription) -> str:
    sheet = request.papers.first()
    assert sheet is not None
    return str(sheet.document.values["name"])


def test_it_names_its_own_household_again_and_those_that_named_the_other_go_with_it() -> None:
    circle = Circle()
    beside = Circle(distributor=circle.distributor, commune=circle.commune)
    kept = circle.submitted(COMPUTER, household=circle.household(**person(**HER)))
    other = beside.household(**person(last_name="Autrenom", first_name="Nadja"))
    request = beside.submitted(PHONE, household=other)
    file = join_household(actor=circle.adviser, household=other, kept=kept.household)
    request = beside.accept(again(request))
    assert named_on_the_sheet_of(request) == "Nadia Vandewalle"
    part_household(actor=circle.pilot, household=file, left=Household.objects.get(pk=other.pk))
    assert named_on_the_sheet_of(again(request)) == "Nadja Autrenom"
    assert named_on_the_sheet_of(again(kept)) == "Nadia Vandewalle"

    withdraw_prescription(actor=circle.worker, prescription=again(kept), reason="no_longer_needed")
    given = {"received_on": timezone.localdate(), "channel": ErasureChannel.PLACE}
    gate.apply(again(file), "erase_on_request", actor=circle.pilot, **given)
    assert not Document.objects.filter(values__name="Nadia Vandewalle").exists()
    assert named_on_the_sheet_of(again(request)) == "Nadja Autrenom"
