"""A reception set right: another label, a scan that should not have been; each journalled with its reason."""

import pytest
from django.core.exceptions import PermissionDenied

from documents.models import Mail
from donations.enums import DonationState
from donations.models import DonationPaper
from donations.services.donations import explain_line
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind
from network.services.mergers import declare_merger
from refurb.enums import (
    CorrectTagReason,
    DeviceState,
    PartKind,
    UndoReceiveReason,
    UndoRejectReason,
    WithdrawalReason,
)
from refurb.models import Device, DeviceEntry, DevicePaper, Incident
from refurb.services import corrections, devices
from refurb.services.bench import record_repair
from tests.donations.scene import again, first_line
from tests.network.factories import make_epci, make_organisation
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, new_tag, private_lot
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
S = DeviceState
TYPED, SCANNED = CorrectTagReason.TYPED, UndoReceiveReason.WRONG_DEVICE


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def last(device: Device) -> DeviceEntry:
    return DeviceEntry.objects.of(device).order_by("-seq")[0]


# --- correct_tag


def test_a_wrong_label_is_corrected_and_the_journal_keeps_both(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-0024")

    corrections.correct_tag_device(actor=bench.technician, device=device, tag="prh 0042", reason=TYPED)

    assert (fresh(device).tag, fresh(device).state) == ("prh 0042", S.IN_PROCESS)
    assert (last(device).verb, last(device).values) == (
        "correct_tag",
        {"reason": "typed", "was": "PRH0024", "becomes": "PRH0042"},
    )
    assert bench.received(tag="PRH-0024")


def test_a_label_is_not_corrected_into_one_that_another_device_has(bench: Bench) -> None:
    device, other = bench.received(), bench.received(tag="PRH-0042")

    with pytest.raises(Refused) as refused:
        corrections.correct_tag_device(actor=bench.technician, device=device, tag="prh0042", reason=TYPED)

    assert codes(refused.value) == {"tag_free"}
    assert other.tag == "PRH-0042"


@pytest.mark.parametrize(("tag", "reason", "code"), [("", TYPED, "tag_given"), ("B-1", "", "reason")])
def test_a_correction_wants_a_label_and_a_reason(bench: Bench, tag: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        corrections.correct_tag_device(actor=bench.technician, device=bench.received(), tag=tag, reason=reason)

    assert code in codes(refused.value)


def test_the_same_label_is_no_correction(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")

    with pytest.raises(Refused) as refused:
        corrections.correct_tag_device(actor=bench.technician, device=device, tag="PRH-0042", reason=TYPED)

    assert codes(refused.value) == {"tag_corrected"}


def test_only_the_workshop_that_has_the_device_corrects_its_label(bench: Bench) -> None:
    device = bench.received()

    with pytest.raises(PermissionDenied):
        corrections.correct_tag_device(actor=bench.pilot, device=device, tag="B-1", reason=TYPED)


def test_the_certificate_is_made_anew_with_the_right_label(bench: Bench) -> None:
    device = bench.ready()
    before = DevicePaper.objects.get(device=device)

    corrections.correct_tag_device(actor=bench.technician, device=device, tag="PRH-9999", reason=TYPED)

    now = DevicePaper.objects.filter(device=device).latest("pk")
    assert now.pk != before.pk
    assert now.document.values["tag"] == "PRH-9999"
    assert now.document.values["ready"] == before.document.values["ready"]


def test_a_label_is_corrected_on_its_page(bench: Bench) -> None:
    device = bench.received(tag="PRH-0024")
    client, url = acting(bench.technician), page_of(device, "device_correct_tag")
    assert url in read(client, page_of(device, "device_detail"))

    done(client, url, tag="PRH-0042", reason="typed")

    assert "Étiquette corrigée" in read(client, page_of(device, "device_detail"))


# --- undo


def test_a_reception_is_undone_and_the_unit_is_awaited_again() -> None:
    scene = private_lot()
    bench, line = given_to(scene), first_line(scene.collected())
    read_on_it = {"serial": "ABC", "model": "D’un autre", "year": 2001, "place": "A1"}
    device = devices.receive_device(actor=bench.technician, line=line, tag="PRH-0042", **read_on_it)

    gate.apply(device, "undo_receive", actor=bench.technician, reason=SCANNED)

    undone = fresh(device)
    assert (undone.state, undone.tag, undone.stay, undone.received_at) == (S.COLLECTED, "", 0, None)
    assert (undone.serial, undone.place) == ("", "")
    assert (undone.model, undone.year) == (line.model_name, line.purchase_year)
    assert (last(device).verb, last(device).values["reason"]) == ("undo_receive", "wrong_device")
    assert last(device).values["stamps"] == {"stay": 0}
    again_here = devices.receive_device(actor=bench.technician, line=line, tag="prh0042")
    assert (again_here.pk, again_here.stay) == (device.pk, 1)


def test_a_reception_before_any_pick_up_goes_back_to_the_donor() -> None:
    scene = private_lot()
    bench, line = given_to(scene), first_line(scene.qualified())
    device = devices.receive_device(actor=bench.technician, line=line, tag="PRH-0042")

    gate.apply(device, "undo_early_receive", actor=bench.technician, reason=SCANNED)

    assert fresh(device).state == S.DECLARED


def test_a_merger_of_its_epci_does_not_keep_a_reception_from_being_undone() -> None:
    scene = private_lot()
    bench, line = given_to(scene), first_line(scene.collected())
    device = devices.receive_device(actor=bench.technician, line=line, tag="PRH-0042")
    assert device.origin_epci is not None
    successor = make_epci()
    acts_for_it = make_organisation(OrganisationKind.EPCI, epci=successor)
    declare_merger(actor=bench.pilot, epci=device.origin_epci, successor=successor, organisation=acts_for_it)
    assert last(device).verb == "follow_merger"

    gate.apply(fresh(device), "undo_receive", actor=bench.technician, reason=SCANNED)

    assert fresh(device).state == S.COLLECTED


def test_a_device_registered_by_mistake_leaves_and_its_label_is_free(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")

    gate.apply(device, "undo_register", actor=bench.technician, reason=UndoReceiveReason.TWICE)

    assert (fresh(device).state, fresh(device).withdrawal_reason) == (S.WITHDRAWN, WithdrawalReason.ENTRY)
    assert bench.received(tag="prh 0042")


def test_each_way_back_is_for_the_devices_that_came_so(bench: Bench) -> None:
    device = bench.received()

    for undo in ("undo_receive", "undo_early_receive"):
        with pytest.raises((PermissionDenied, Refused)):
            gate.apply(device, undo, actor=bench.technician, reason=SCANNED)


@pytest.mark.parametrize("done_since", ["drive", "absence", "test", "grade", "repaired", "rejected"])
def test_nothing_is_undone_once_something_was_done_after(bench: Bench, done_since: str) -> None:
    device = bench.received()
    if done_since == "drive":
        bench.drive(device)
    elif done_since == "absence":
        bench.no_storage(device)
    elif done_since == "test":
        bench.test(device)
    elif done_since == "grade":
        bench.grade(device)
    elif done_since == "repaired":
        bench_repair(bench, device)
    else:
        undo_rejected(bench, device)

    with pytest.raises(Refused) as refused:
        gate.apply(fresh(device), "undo_register", actor=bench.technician, reason=SCANNED)

    assert codes(refused.value) == {"nothing_done"}


def bench_repair(bench: Bench, device: Device) -> None:
    record_repair(actor=bench.technician, device=device, kind=PartKind.BATTERY, work="Batterie changée")


def undo_rejected(bench: Bench, device: Device) -> None:
    gate.apply(bench.unusable(device), "undo_reject", actor=bench.manager, reason=UndoRejectReason.ENTRY)


def test_a_corrected_label_does_not_keep_a_reception_from_being_undone(bench: Bench) -> None:
    device = bench.received()
    corrections.correct_tag_device(actor=bench.technician, device=device, tag="B-1", reason=TYPED)

    gate.apply(fresh(device), "undo_register", actor=bench.technician, reason=SCANNED)

    assert fresh(device).state == S.WITHDRAWN


def test_a_device_that_was_lost_and_found_keeps_its_second_stay() -> None:
    scene = private_lot()
    bench, line = given_to(scene), first_line(scene.collected())
    device = devices.receive_device(actor=bench.technician, line=line, tag=new_tag())
    gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    found = devices.receive_device(actor=bench.technician, device=fresh(device), tag=device.tag)

    with pytest.raises(Refused) as refused:
        gate.apply(found, "undo_receive", actor=bench.technician, reason=SCANNED)

    assert "first_arrival" in codes(refused.value)


def test_the_balance_of_a_lot_keeps_what_it_counted() -> None:
    scene = private_lot()
    bench, donation = given_to(scene), scene.collected()
    device = devices.receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    gate.apply(donation, "reconcile", actor=bench.manager)

    with pytest.raises(Refused) as refused:
        gate.apply(device, "undo_receive", actor=bench.technician, reason=SCANNED)

    assert codes(refused.value) == {"lot_not_balanced"}


def test_what_was_put_in_a_balanced_lot_by_mistake_is_taken_out_of_it_and_its_donor_hears_of_nothing() -> None:
    scene = private_lot()
    bench, donation = given_to(scene), scene.collected()
    devices.receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    gate.apply(donation, "reconcile", actor=bench.manager)
    late = bench.received(donation=donation)
    assert late.unannounced
    before = Mail.objects.count()

    gone = gate.apply(late, "undo_register", actor=bench.technician, reason="twice")

    assert gone.state == DeviceState.WITHDRAWN
    assert Mail.objects.count() == before
    assert not Incident.objects.exists()


def test_a_screen_whose_label_is_corrected_is_promised_no_certificate(bench: Bench) -> None:
    client = acting(bench.technician)
    screen, laptop = bench.recondition(bench.prepared(bench.announced_screen())), bench.ready()
    assert "Le certificat d’effacement déjà établi" not in read(client, page_of(screen, "device_correct_tag"))
    assert "Le certificat d’effacement déjà établi" in read(client, page_of(laptop, "device_correct_tag"))


def test_the_page_of_a_device_offers_the_one_way_back_that_is_its_own(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.technician)

    page = read(client, page_of(device, "device_detail"))
    assert page_of(device, "device_undo_register") in page
    assert page_of(device, "device_undo_receive") not in page
    leads = done(client, page_of(device, "device_undo_register"), reason="twice")

    assert "Enregistrement annulé" in read(client, page_of(device, "device_detail"))
    assert str(device) not in read(client, leads).split("Derniers scans")[1]


# --- the two papers of a lot


def test_the_certificate_and_the_outcome_statement_count_the_same_devices() -> None:
    """Ten devices beyond what was announced, one never seen, one registered by mistake."""
    scene = private_lot(3)
    bench, donation = given_to(scene), scene.collected()
    line = first_line(donation)
    for _ in range(2):
        devices.receive_device(actor=bench.technician, line=line, tag=new_tag())
    surplus = [bench.received(donation=donation) for _ in range(11)]
    gate.apply(surplus[-1], "undo_register", actor=bench.technician, reason=UndoReceiveReason.TWICE)
    lost = Device.objects.get(donation=donation, stay=0)
    gate.apply(lost, "report_missing", actor=bench.technician, reason="count")
    assert "Reçus en plus</dt><dd>10" in read(acting(bench.manager), page_of(donation, "donation_differences"))
    explain_line(actor=bench.manager, line=line, code="lost")

    gate.apply(again(donation), "reconcile", actor=bench.manager)

    outcome, certificate = (
        DonationPaper.objects.get(donation=donation, kind=kind).document.values for kind in ("outcome", "erasure")
    )
    same = ("units", "received", "surplus", "unseen", "surplus_lines")
    assert {name: outcome[name] for name in same} == {name: certificate[name] for name in same}
    assert (outcome["units"], outcome["received"], outcome["surplus"], outcome["unseen"]) == (13, 2, 10, 1)
    assert len(certificate["devices"]) == outcome["units"]
    assert sum(standing["devices"] for standing in certificate["standings"]) == outcome["units"]
    assert again(donation).state == DonationState.RECONCILED
    assert "reçus en plus\u00a0: 10" in read(acting(scene.contact), page_of(donation, "donation_detail"))
