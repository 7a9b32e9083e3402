"""The thresholds and the text of the deed, as the files of the project give them."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from donations.models import DeedText
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from reference.dated import fingerprint


@pytest.mark.django_db
def test_the_files_of_the_project_hold_the_law_of_donations() -> None:
    call_command("load_reference", stdout=StringIO())

    today = timezone.localdate()
    assert PUBLIC_GIFT_VALUE.on(today) == 300
    assert DEVICE_AGE.on(today) == 10
    text = DeedText.objects.on(today).get()
    assert text.sha256 == fingerprint(text.body)
    assert "L. 3212-2" in text.body
