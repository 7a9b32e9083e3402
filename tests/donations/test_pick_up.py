"""The deed of gift, the date, what was counted, how the slip was signed."""

import base64
from datetime import timedelta

import pypdfium2 as pdfium
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.enums import ContentType
from documents.models import Mail, StoredFile
from documents.services import open_file, store_file
from documents.services.papers import draw_document
from donations.documents import calendar_of
from donations.enums import DonationPaperKind, DonationState, SlipProof
from donations.models import DeedAcceptance, DeedText, DonationPaper, PickUp, PickUpCount
from donations.services.deeds import accept_deed, deed_of
from donations.services.pickups import record_pick_up, sign_pick_up
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.services.accounts import disable_account, forget_user
from reference.dated import fingerprint
from refurb.enums import DeviceState, WithdrawalReason
from refurb.models import Device
from refurb.services.devices import receive_device
from tests.donations.scene import Scene, again, first_line, laptops, load_law, screens
from tests.refurb.devices import new_tag

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


def states(donation: object) -> list[str]:
    return sorted(Device.objects.filter(donation=donation).values_list("state", flat=True))


# --- deed


def test_the_deed_names_the_parties_and_what_is_given_to_each_workshop() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.qualified(split=True)

    text, exact = deed_of(donation)

    assert text.body in exact
    for word in (
        scene.donor.name,
        scene.donor.spaced_siret,
        scene.north.organisation.name,
        scene.south.organisation.name,
        donation.reference,
        "2 × ordinateur portable",
    ):
        assert word in exact


def test_a_contact_accepts_the_exact_text() -> None:
    scene = Scene()
    donation = scene.qualified()
    _, exact = deed_of(donation)

    accepted = accept_deed(actor=scene.contact, donation=donation, sha256=fingerprint(exact))

    assert accepted.exact_text == exact
    assert accepted.sha256 == fingerprint(accepted.exact_text)
    assert accepted.accepted_by == scene.contact


def test_accepting_twice_is_accepting_once() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)

    scene.accept(donation)

    assert DeedAcceptance.objects.count() == 1


def test_a_text_that_changed_since_it_was_shown_is_not_accepted() -> None:
    scene = Scene()
    donation = scene.qualified()
    _, exact = deed_of(donation)
    day = timezone.localdate()
    DeedText.objects.create(
        version="2", title="Acte", body="Autre", sha256=fingerprint("Autre"), valid_from=day,
        source="test", checked_on=day,
    )  # fmt: skip

    with pytest.raises(Refused) as refused:
        accept_deed(actor=scene.contact, donation=donation, sha256=fingerprint(exact))

    assert codes(refused) == ["text_changed"]


def test_a_deed_is_accepted_once_the_lot_is_qualified() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        accept_deed(actor=scene.contact, donation=donation, sha256="0" * 64)

    assert codes(refused) == ["not_qualified"]


def test_only_the_donor_accepts_its_deed() -> None:
    scene = Scene()
    donation = scene.qualified()

    for other in (scene.pilot, scene.north.manager):
        with pytest.raises(PermissionDenied):
            accept_deed(actor=other, donation=donation, sha256="0" * 64)
    with pytest.raises(Unknown):
        accept_deed(actor=Scene().contact, donation=donation, sha256="0" * 64)


def test_a_text_of_the_deed_keeps_its_words() -> None:
    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        DeedText.objects.update(body="Autre chose")

    assert DeedText.objects.update(valid_to=timezone.localdate())


# --- schedule


def test_scheduling_writes_the_pick_up_its_slip_and_tells_the_donor() -> None:
    scene = Scene()
    donation = scene.scheduled()

    assert donation.state == DonationState.SCHEDULED
    pick_up = scene.pick_up(donation, scene.north)
    assert pick_up.carrier == "La Navette"
    assert pick_up.ends_at - pick_up.starts_at == timedelta(hours=1)
    slip = DonationPaper.objects.get(donation=donation, kind=DonationPaperKind.SLIP)
    assert slip.workshop == scene.north.organisation
    assert slip.document.values["lines"][0]["expected"] == 3
    mail = Mail.objects.get(about_pk=donation.pk, subject__contains="enlèvement le")
    assert mail.to == [scene.contact.user.email]
    assert pick_up.slot in mail.body
    assert f"http://localhost:8000/lots/{donation.reference}/" in mail.body


def test_the_date_is_attached_to_what_the_donor_is_told_and_its_cancellation_too() -> None:
    scene = Scene()
    donation = scene.scheduled()
    scene.schedule(donation, scene.north, starts_at=timezone.now() + timedelta(days=8))
    gate.apply(donation, "withdraw", actor=scene.contact, reason="kept")

    told = Mail.objects.filter(about_pk=donation.pk, to=[scene.contact.user.email], subject__contains="enlèvement")
    files = [attachment.file for mail in told.order_by("pk") for attachment in mail.attachments.all()]

    assert [file.name for file in files] == [f"enlevement-{donation.reference}.ics"] * 3
    assert all(mail.body.count("fichier joint (.ics)") == 1 for mail in told)
    calendars = [open_file(file).read().decode() for file in files]
    assert ["METHOD:CANCEL" in calendar for calendar in calendars] == [False, False, True]
    assert [f"SEQUENCE:{rank}" in calendar for rank, calendar in enumerate(calendars)] == [True] * 3


def test_a_donor_without_anybody_to_write_to_leaves_no_calendar_behind() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)
    disable_account(user=scene.contact.user)

    scene.schedule(donation, scene.north)

    assert not StoredFile.objects.filter(content_type=ContentType.CALENDAR).exists()


def test_a_pick_up_is_scheduled_again_with_a_new_slip() -> None:
    scene = Scene()
    donation = scene.scheduled()
    later = timezone.now() + timedelta(days=8)

    scene.schedule(donation, scene.north, starts_at=later, carrier="Coursier")

    pick_up = PickUp.objects.get(donation=donation)
    assert (pick_up.starts_at, pick_up.carrier, pick_up.revision) == (later, "Coursier", 1)
    assert DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.SLIP).count() == 2
    assert Mail.objects.filter(subject__contains="date modifiée").count() == 1


def test_each_workshop_schedules_its_own_pick_up() -> None:
    scene = Scene(lines=(laptops(5),))
    donation = scene.scheduled(split=True)

    assert set(PickUp.objects.planned().values_list("workshop", flat=True)) == {scene.north.pk, scene.south.pk}
    expected = {
        paper.workshop_id: paper.document.values["lines"][0]["expected"]
        for paper in DonationPaper.objects.filter(donation=donation, kind=DonationPaperKind.SLIP)
    }
    assert expected == {scene.north.pk: 3, scene.south.pk: 2}


def test_a_workshop_does_not_see_the_slip_of_another() -> None:
    scene = Scene(lines=(laptops(4),))
    scene.scheduled(split=True)

    slips = DonationPaper.objects.filter(kind=DonationPaperKind.SLIP)
    assert slips.visible_to(scene.north.manager).count() == 1
    assert slips.visible_to(scene.contact).count() == 2
    assert PickUp.objects.visible_to(scene.south.technician).count() == 1
    assert not PickUp.objects.visible_to(Scene().contact).exists()


def test_the_date_goes_into_a_calendar_and_changes_there() -> None:
    scene = Scene()
    donation = scene.scheduled()
    pick_up = scene.pick_up(donation, scene.north)

    first = calendar_of(pick_up).decode().replace("\r\n ", "")
    scene.schedule(donation, scene.north, starts_at=timezone.now() + timedelta(days=9))
    second = calendar_of(scene.pick_up(donation, scene.north)).decode().replace("\r\n ", "")

    assert "SEQUENCE:0" in first
    assert "SEQUENCE:1" in second
    assert f"UID:{pick_up.uid}" in first
    assert f"UID:{pick_up.uid}" in second
    gate.apply(donation, "withdraw", actor=scene.contact, reason="kept")
    gone = calendar_of(PickUp.objects.get(pk=pick_up.pk)).decode()
    assert "METHOD:CANCEL" in gone
    assert "SEQUENCE:2" in gone


def test_a_forgotten_person_leaves_the_pick_ups() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)
    user = scene.contact.user
    name = user.get_full_name()
    scene.schedule(donation, scene.north, contact_name=name, contact_phone="03 00 00 00 00")
    png = base64.b64decode(PIXEL)
    drawn = store_file(content=png, name="signature.png", by=scene.north.technician)
    pick_up = scene.count(donation, scene.north, proof=SlipProof.DRAWN, signer_name=name, signature=drawn)

    forget_user(user=user)

    pick_up = PickUp.objects.get(pk=pick_up.pk)
    assert (pick_up.contact_name, pick_up.contact_phone, pick_up.signer_name) == ("", "", "")
    assert pick_up.signature is not None
    assert pick_up.signature.is_forgotten
    assert DonationPaper.objects.get(donation=donation, kind=DonationPaperKind.SLIP).document.values == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_at": None}, "starts_at"),
        ({"carrier": ""}, "carrier"),
        ({"contact_name": ""}, "contact_name"),
    ],
)
def test_scheduling_asks_for_date_carrier_and_contact(change: dict[str, object], code: str) -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)

    with pytest.raises(Refused) as refused:
        scene.schedule(donation, scene.north, **change)

    assert codes(refused) == [code]


def test_a_pick_up_is_not_scheduled_in_the_past() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)

    with pytest.raises(Refused) as refused:
        scene.schedule(donation, scene.north, starts_at=timezone.now() - timedelta(days=2))

    assert codes(refused) == ["starts_at"]


def test_a_slot_ends_after_it_starts() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)
    start = timezone.now() + timedelta(days=2)

    with pytest.raises(Refused) as refused:
        scene.schedule(donation, scene.north, starts_at=start, ends_at=start)

    assert codes(refused) == ["ends_at"]


def test_scheduling_waits_for_the_deed() -> None:
    scene = Scene()

    with pytest.raises(Refused) as refused:
        scene.schedule(scene.qualified(), scene.north)

    assert codes(refused) == ["deed_accepted"]


def test_only_the_manager_of_an_assigned_workshop_schedules() -> None:
    scene = Scene()
    donation = scene.qualified()
    scene.accept(donation)

    with pytest.raises(Unknown):
        scene.schedule(donation, scene.south)
    with pytest.raises(PermissionDenied):
        gate.apply(donation, "schedule", actor=scene.north.technician)


def test_a_workshop_that_has_come_does_not_schedule_again() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north)

    with pytest.raises(Refused) as refused:
        scene.schedule(donation, scene.north)

    assert codes(refused) == ["not_picked_up_by_us"]


def test_a_set_is_scheduled_where_the_deed_is_accepted() -> None:
    scene = Scene()
    accepted, waiting = scene.qualified(), scene.qualified()
    scene.accept(accepted)
    start = timezone.now() + timedelta(days=1)

    outcome = gate.apply_many(
        type(accepted).objects.filter(pk__in=(accepted.pk, waiting.pk)),
        "schedule",
        actor=scene.north.manager,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        carrier="La Navette",
        contact_name="Accueil",
    )

    assert outcome.moved == [accepted.pk]
    assert [reason.code for reason in outcome.refused[waiting.pk]] == ["deed_accepted"]


# --- the pick-up, and collect


def test_a_pick_up_collects_the_devices_and_the_donation() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.scheduled()

    pick_up = scene.count(donation, scene.north, peripherals=7)

    donation = again(donation)
    assert donation.state == DonationState.COLLECTED
    assert donation.collected_by == scene.north.technician
    assert states(donation) == ["collected"] * 5
    assert (pick_up.done_by, pick_up.peripherals) == (scene.north.technician, 7)
    assert sorted(pick_up.counts.values_list("quantity", flat=True)) == [2, 3]
    assert Mail.objects.filter(about_pk=donation.pk, subject__contains="est enlevé").count() == 1


def test_what_is_not_in_the_count_is_withdrawn() -> None:
    scene = Scene(lines=(laptops(3),))

    donation = scene.collected({0: 2})

    assert states(donation) == ["collected", "collected", "withdrawn"]
    left = Device.objects.get(donation=donation, state=DeviceState.WITHDRAWN)
    assert left.withdrawal_reason == WithdrawalReason.NOT_COUNTED
    assert left.journal.get(verb="withdraw").cause_entry == donation.journal.get(verb="collect").pk


def test_a_surplus_stays_in_the_count_and_creates_no_device() -> None:
    scene = Scene(lines=(laptops(3),))

    donation = scene.collected({0: 5})

    assert states(donation) == ["collected"] * 3
    assert PickUpCount.objects.get(pick_up__donation=donation).quantity == 5


def test_the_devices_of_the_first_workshop_are_collected_at_once_the_donation_with_the_last() -> None:
    scene = Scene(lines=(laptops(5),))
    donation = scene.scheduled(split=True)

    scene.count(donation, scene.north, {0: 2})

    assert again(donation).state == DonationState.SCHEDULED
    assert states(donation) == ["collected", "collected", "declared", "declared", "declared"]

    scene.count(donation, scene.south, {0: 1})

    assert again(donation).state == DonationState.COLLECTED
    assert states(donation) == ["collected"] * 3 + ["withdrawn"] * 2
    withdrawn = Device.objects.filter(donation=donation, state=DeviceState.WITHDRAWN)
    assert set(withdrawn.values_list("workshop", flat=True)) == {scene.north.pk, scene.south.pk}


def test_units_already_brought_to_the_workshop_count_in_the_pick_up() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.scheduled()
    brought = Device.objects.filter(donation=donation).last()
    assert brought is not None
    gate.apply(brought, "receive", actor=scene.north.technician, tag="T-1")

    scene.count(donation, scene.north, {0: 2})

    assert states(donation) == ["collected", "received", "withdrawn"]


def test_a_device_lost_after_the_first_pick_up_is_not_replaced_by_a_unit_left_behind() -> None:
    scene = Scene(lines=(laptops(6),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north, {0: 2})
    lost = Device.objects.filter(donation=donation, state=DeviceState.COLLECTED).first()
    assert lost is not None
    gate.apply(lost, "report_missing", actor=scene.north.technician, reason="count")

    scene.count(donation, scene.south)

    assert states(donation) == ["collected"] * 4 + ["missing", "withdrawn"]


def test_the_slip_may_be_signed_after_the_pick_up_and_the_donation_waits_for_it() -> None:
    scene = Scene()
    donation = scene.scheduled()

    pick_up = scene.count(donation, scene.north, proof="", signer_name="")

    assert again(donation).state == DonationState.SCHEDULED
    assert states(donation) == ["collected"] * 3
    with pytest.raises(Refused) as refused:
        gate.apply(donation, "collect", actor=scene.north.technician)
    assert codes(refused) == ["every_slip_signed"]

    scan = store_file(content=PDF, name="bordereau.pdf", by=scene.north.technician)
    sign_pick_up(actor=scene.north.manager, pick_up=pick_up, proof=SlipProof.SCANNED, signature=scan)

    assert again(donation).state == DonationState.COLLECTED
    signed = PickUp.objects.get(pk=pick_up.pk)
    assert (signed.signature, signed.signed_by) == (scan, scene.north.manager)


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ({"proof": SlipProof.DRAWN, "signer_name": "Dominique"}, "signature"),
        ({"proof": SlipProof.SCANNED}, "signature"),
        ({"proof": SlipProof.ATTESTED, "signer_name": " "}, "signer_name"),
        ({"proof": "said", "signer_name": "Dominique"}, "proof"),
    ],
)
def test_a_signature_has_what_proves_it(proof: dict[str, str], code: str) -> None:
    scene = Scene()
    donation = scene.scheduled()

    with pytest.raises(Refused) as refused:
        scene.count(donation, scene.north, **{"signer_name": ""} | proof)

    assert codes(refused) == [code]
    assert states(donation) == ["declared"] * 3


def test_every_line_of_the_workshop_is_counted() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.scheduled()

    with pytest.raises(Refused) as refused:
        record_pick_up(
            actor=scene.north.technician,
            pick_up=scene.pick_up(donation, scene.north),
            counts={first_line(donation).pk: 3},
            done_on=timezone.localdate(),
        )

    assert codes(refused) == ["every_line"]


def test_a_pick_up_is_not_recorded_before_it_took_place() -> None:
    scene = Scene()
    donation = scene.scheduled()

    with pytest.raises(Refused) as refused:
        scene.count(donation, scene.north, done_on=timezone.localdate() + timedelta(days=1))

    assert codes(refused) == ["in_the_future"]


def test_a_pick_up_does_not_come_before_the_offer() -> None:
    scene = Scene()
    donation = scene.scheduled()

    with pytest.raises(Refused) as refused:
        scene.count(donation, scene.north, done_on=timezone.localdate() - timedelta(days=1))

    assert codes(refused) == ["before_the_offer"]


def test_a_pick_up_counts_at_least_what_the_workshop_has_received_already() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.scheduled()
    for _ in range(2):
        receive_device(actor=scene.north.technician, line=first_line(donation), tag=new_tag())

    with pytest.raises(Refused) as refused:
        scene.count(donation, scene.north, {0: 1})

    assert codes(refused) == ["fewer_than_received"]
    scene.count(donation, scene.north, {0: 2})
    assert donation.devices.filter(state=DeviceState.RECEIVED).count() == 2


def test_a_pick_up_is_recorded_once_and_then_final() -> None:
    scene = Scene()
    donation = scene.scheduled()
    pick_up = scene.count(donation, scene.north)

    with pytest.raises(Refused) as refused:
        record_pick_up(actor=scene.north.technician, pick_up=pick_up, counts={}, done_on=timezone.localdate())
    assert codes(refused) == ["already_done"]
    with pytest.raises(Refused) as refused:
        sign_pick_up(actor=scene.north.technician, pick_up=pick_up, proof=SlipProof.ATTESTED, signer_name="Autre")
    assert codes(refused) == ["already_signed"]
    for change in ({"carrier": "Autre"}, {"done_on": "2020-01-01"}, {"proof": ""}, {"signed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PickUp.objects.filter(pk=pick_up.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        PickUpCount.objects.update(quantity=9)
    assert PickUp.objects.filter(pk=pick_up.pk).update(contact_name="", signer_name="") == 1


def test_only_people_of_the_workshop_record_its_pick_up() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    pick_up = scene.pick_up(donation, scene.north)
    given = {"pick_up": pick_up, "counts": {}, "done_on": timezone.localdate()}

    with pytest.raises(Unknown):
        record_pick_up(actor=scene.south.technician, **given)
    for other in (scene.contact, scene.pilot):
        with pytest.raises(PermissionDenied):
            record_pick_up(actor=other, **given)


def test_the_gate_does_not_collect_what_a_workshop_has_not_picked_up() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north)

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "collect", actor=scene.north.technician)

    assert codes(refused) == ["every_workshop_done", "every_line_counted"]


def test_a_lot_is_not_collected_before_it_is_scheduled() -> None:
    scene = Scene()

    with pytest.raises(Refused) as refused:
        gate.apply(scene.qualified(), "collect", actor=scene.north.technician)

    assert codes(refused)[0] == "state"


def test_a_file_may_not_hang_from_an_attested_signature() -> None:
    scene = Scene()
    donation = scene.scheduled()
    scan = store_file(content=PDF, name="bordereau.pdf", by=scene.north.technician)

    with pytest.raises(Refused) as refused:
        scene.count(donation, scene.north, signature=scan)

    assert codes(refused) == ["signature"]


def test_what_is_signed_stands_with_the_sentence_that_says_it_even_on_another_page() -> None:
    scene = Scene()
    donation = scene.scheduled()
    slip = DonationPaper.objects.get(donation=donation, kind=DonationPaperKind.SLIP).document
    assert slip is not None
    line = slip.values["lines"][0]
    ends = set()
    for lines in range(1, 16):  # the break moves down the page with each line more
        slip.values = slip.values | {"lines": [line] * lines}
        with pdfium.PdfDocument(draw_document(slip)) as pdf:
            told = [sheet.get_textpage().get_text_range() for sheet in pdf]
        where = {
            next(rank for rank, text in enumerate(told) if said in text)
            for said in ("La garde du matériel passe", "Pour le donateur")
        }
        assert len(where) == 1, lines
        ends |= where
    assert ends == {0, 1}
