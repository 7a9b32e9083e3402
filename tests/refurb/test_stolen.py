"""A device that is looked for turns out to be stolen: it is said, and those who judge the breach learn it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import RETURN_REASONS, DeviceState, MissingReason, WithdrawalReason
from refurb.models import Incident
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, fresh, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def test_what_was_looked_for_is_told_stolen_once_and_the_pilot_who_judges_the_breach_reads_it(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    before = Mail.objects.filter(to__contains=[bench.pilot.user.email]).count()

    page = reverse("refurb:device_tell_stolen", args=[device.reference])
    assert "Plainte" in read(acting(bench.technician), page)
    done(acting(bench.technician), page, comment="Plainte n° 2026/1")

    lost = fresh(device)
    assert (lost.state, lost.missing_reason) == (DeviceState.MISSING, MissingReason.THEFT)
    told = Mail.objects.filter(to__contains=[bench.pilot.user.email]).order_by("pk")
    assert told.count() == before + 1
    last = told.last()
    assert last is not None
    assert "volé" in last.subject
    assert "Plainte n°" not in last.body, "the words of the comment stay with the device"
    assert Incident.objects.get().reason == MissingReason.STOCKTAKE, "the register keeps what was known then"
    assert "vol constaté depuis" in read(acting(bench.pilot), reverse("refurb:incident_list") + "?tous=1")
    with pytest.raises(Refused):
        gate.apply(lost, "tell_stolen", actor=bench.technician)


def test_only_those_who_look_for_it_say_so_and_a_proven_device_is_no_breach(bench: Bench) -> None:
    ready = bench.ready()
    gate.apply(ready, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    before = Mail.objects.count()
    for other in (bench.stranger, bench.pilot):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(ready, "tell_stolen", actor=other)
    gate.apply(ready, "tell_stolen", actor=bench.technician)
    assert Mail.objects.count() == before
    found = gate.apply(ready, "receive", actor=bench.technician, tag="PRH-9")
    assert found.missing_reason == ""


def test_what_was_stolen_before_it_came_is_handed_to_the_police_and_not_to_who_had_it() -> None:
    assert WithdrawalReason.STOLEN in RETURN_REASONS
    assert "police" in WithdrawalReason.STOLEN.label
