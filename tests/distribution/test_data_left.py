"""A point sends a device back with data on it: an incident, who is told, and whose word is believed afterwards."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from distribution.enums import SendBackReason
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import AbsenceReason, DriveKind, IncidentKind
from refurb.models import Device, Incident, StorageAbsence
from refurb.services import evidence
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene, laptops
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.test_certificates import reconditioned
from tests.refurb.test_former_proofs import one_device

pytestmark = pytest.mark.django_db


def sent_back(shelf: Shelf, device: Device, reason: str = SendBackReason.NOT_ERASED) -> Device:
    back: Device = gate.apply(device, "send_back", actor=shelf.adviser, reason=reason)
    return back


def without_storage(shelf: Shelf) -> Device:
    """Declared reconditioned on the word of a technician, and sent back by a point."""
    bench = shelf.bench
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    return sent_back(shelf, shelf.on_the_shelf(bench.recondition(bench.identified(device))))


def attest(actor: Any, device: Device) -> StorageAbsence:
    return evidence.attest_no_storage(actor=actor, device=device, reason=AbsenceReason.NO_STORAGE)


def test_data_still_there_at_a_point_open_an_incident_and_everybody_concerned_is_told() -> None:
    load_numbers()
    scene = Scene(lines=(laptops(1),))
    bench, donation, device = one_device(scene)
    officer, manager = make_membership(Role.DPO, OrganisationKind.DEPARTEMENT), bench.manager
    pilot, shelf = bench.pilot, Shelf(bench)
    back = sent_back(shelf, shelf.on_the_shelf(reconditioned(bench, device)))

    incident = Incident.objects.get()
    assert (incident.kind, incident.device, incident.donation) == (IncidentKind.DATA_LEFT, back, donation)
    assert (incident.lost_from, incident.reason) == ("available", "")
    told = [email for mail in Mail.objects.all() if str(back) in mail.body for email in mail.to]
    for person in (scene.contact, manager, pilot, officer):
        assert person.user.email in told
        page = read(acting(person), reverse("refurb:incident_list"))
        assert "encore lisibles à un point" in page
        assert "Renvoyé par un point" in page
    assert reverse("refurb:incident_note", args=[back.reference, incident.pk]) in read(
        acting(pilot), reverse("desk:home")
    )


def test_sent_back_for_anything_else_opens_no_incident() -> None:
    shelf = Shelf()
    sent_back(shelf, shelf.available(), SendBackReason.BROKEN)
    assert not Incident.objects.exists()


def test_that_there_is_no_storage_is_then_attested_by_the_manager_alone() -> None:
    shelf = Shelf()
    device, bench = without_storage(shelf), shelf.bench
    with pytest.raises(Refused, match="responsable de l’atelier") as refused:
        attest(bench.technician, device)
    assert [reason.code for reason in refused.value.all] == ["manager_attests"]
    told = {"device": device, "stay": device.stay, "recorded_at": timezone.now(), "reason": AbsenceReason.EMPTY_BAY}
    with pytest.raises(IntegrityError, match="seul atteste"), transaction.atomic():
        StorageAbsence.objects.create(**told, recorded_by=bench.technician)
    assert attest(bench.manager, device).pk


def test_lost_and_found_again_it_is_believed_no_more_until_it_is_reconditioned() -> None:
    shelf = Shelf()
    device, bench = without_storage(shelf), shelf.bench
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    device = gate.apply(device, "receive", actor=bench.technician, tag="T-9")
    with pytest.raises(Refused):
        attest(bench.technician, device)
    device = gate.apply(device, "start", actor=bench.technician)
    with pytest.raises(Refused, match="numéro de série du disque"):
        bench.drive(device, serial="")
    bench.erase(bench.drive(device, kind=DriveKind.SSD, serial="FOUND-1"))
    bench.test(device)
    bench.grade(device)
    ready = bench.recondition(device)
    device = gate.apply(ready, "reopen", actor=bench.technician, reason="grade")
    assert bench.drive(device, serial="").pk, "what was proven since is believed as before"


def test_a_bench_that_nobody_belied_attests_as_before() -> None:
    bench = Bench()
    Shelf(bench)
    assert bench.no_storage(bench.in_process()).pk
