"""A recycler reads what is recorded in its name, and says that it is not so: the proof falls until it is answered."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.todo.readers import destructions, former_destructions
from documents.models import Mail
from documents.services import open_file, store_file
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import (
    CONTESTED,
    DestructionKind,
    DestructionMethod,
    FollowUpKind,
    IncidentKind,
    MissingReason,
    RemovalDestination,
    UndoneReason,
)
from refurb.forms.evidence import UndoneForm
from refurb.models import Destruction, Device, Drive, DriveRemoval, Erasure, Incident
from refurb.panels import incidents_panel
from refurb.services import batches, evidence
from refurb.services.contesting import confirm_destruction, contest_destruction
from refurb.services.drive_acts import undo_destruction, undo_removal
from refurb.services.incidents import note_incident
from tests.desk.test_todo import block, landing
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.network.factories import make_membership, make_organisation
from tests.pages import acting, read
from tests.refurb.devices import Bench, fresh, from_lot, given_to, load_numbers, private_lot
from tests.refurb.hardware import here_now, nwipe
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
DENIED = UndoneReason.DENIED


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def of_recycler(bench: Bench) -> Membership:
    return make_membership(Role.MANAGER, OrganisationKind.RECYCLER, bench.recycler)


def certified(bench: Bench) -> Destruction:
    """The drive of a device that was handed over to be destroyed, said to be destroyed."""
    device = bench.in_process()
    drive = bench.drive(device)
    bench.recycle(bench.unusable(device), destruction_awaited=True)
    return certify(bench, drive)


def certify(bench: Bench, drive: Drive, **given: object) -> Destruction:
    told = {"kind": DestructionKind.RECYCLER, "method": DestructionMethod.SHRED, "recycler": bench.recycler}
    told |= {"destroyed_at": timezone.now(), "certificate": bench.report(drive)} | given
    return evidence.record_destruction(actor=bench.technician, drive=drive, **told)  # type: ignore[arg-type]


def confirm(bench: Bench, row: Destruction, **given: object) -> Destruction:
    """Its recycler says that it is destroyed after all, by another certificate."""
    told = {"method": DestructionMethod.SHRED, "destroyed_at": timezone.now(), "certificate": bench.report(row.drive)}
    return confirm_destruction(actor=of_recycler(bench), destruction=row, **told | given)  # type: ignore[arg-type]


def test_a_recycler_reads_the_paper_and_contests_and_the_workshop_is_asked_until_it_answers(bench: Bench) -> None:
    row = certified(bench)
    recycler, workshop = acting(of_recycler(bench)), acting(bench.technician)
    (line,) = block(landing(recycler), "destructions-en-votre-nom").lines
    page = read(recycler, line.url)
    assert str(row.drive) in page
    assert "l’atelier a 7 jours pour répondre" in page
    paper = recycler.get(reverse("refurb:destruction_paper", args=[row.pk]))
    assert row.drive.serial.encode() in b"".join(paper.streaming_content)
    assert block(landing(workshop), "destructions-contestees").lines == []
    assert not Drive.objects.missing_erasures().exists()

    told = recycler.post(line.url, {"reason": "not_received"}, follow=True)

    assert "Contestée" in told.content.decode()
    assert list(Drive.objects.missing_erasures()) == [row.drive]
    (kept,) = block(landing(recycler), "destructions-en-votre-nom").lines
    assert f"pas reçu, dites-vous. {bench.workshop.organisation} répond avant le" in kept.about
    for client in (workshop, acting(bench.manager)):
        (asked,) = block(landing(client), "destructions-contestees").lines
        assert asked.title == str(row.drive)
        assert asked.when.startswith("à répondre avant le ")
    assert "le recycleur dit ne pas l’avoir reçu" in read(workshop, asked.url)
    with pytest.raises(Refused, match="conteste ce papier"):
        certify(bench, row.drive, certificate=row.certificate)

    confirm(bench, row)

    assert block(landing(workshop), "destructions-contestees").lines == []
    assert not Drive.objects.missing_erasures().exists()
    answered, again = block(landing(recycler), "destructions-en-votre-nom").lines[::-1]
    assert "Une autre preuve est enregistrée depuis" in answered.about
    assert answered.url == line.url != again.url


def test_a_recycler_still_reaches_and_contests_what_was_recorded_more_than_a_month_ago(bench: Bench) -> None:
    row, actor = certified(bench), of_recycler(bench)
    client, then = acting(actor), timezone.now() + timedelta(days=31)
    assert list(destructions(actor, timezone.now()).rows) == [row]
    assert not former_destructions(actor, timezone.now()).rows.exists()  # type: ignore[union-attr]

    assert not destructions(actor, then).rows.exists()  # type: ignore[union-attr]
    former = former_destructions(actor, then)
    assert list(former.rows) == [row]  # type: ignore[arg-type]
    assert client.get(former.address).status_code == HTTPStatus.OK
    contest_destruction(actor=actor, destruction=row, reason=DENIED, at=then)

    assert list(destructions(actor, then + timedelta(days=60)).rows) == [row], "told until it is answered"
    assert not former_destructions(actor, then + timedelta(days=60)).rows.exists()  # type: ignore[union-attr]


def test_whoever_contested_reads_it_and_the_paper_again_and_is_not_told_that_nothing_was_recorded(bench: Bench) -> None:
    row = certified(bench)
    recycler = acting(of_recycler(bench))
    page = reverse("refurb:destruction_contest", args=[row.pk])
    recycler.post(page, {"reason": "not_received"})

    again = recycler.post(page, {"reason": "denied"})

    for told in (read(recycler, page), again.content.decode()):
        assert "Vous l’avez contestée le" in told
        assert "\u00a0: pas reçu. " in told
        assert '<input type="radio"' not in told
    assert Destruction.objects.filter(undone__in=CONTESTED).count() == 1
    paper = recycler.get(reverse("refurb:destruction_paper", args=[row.pk]))
    assert row.drive.serial.encode() in b"".join(paper.streaming_content)
    other = acting(make_membership(Role.MANAGER, OrganisationKind.RECYCLER))
    assert other.get(page).status_code == 404


@pytest.mark.parametrize(("reason", "is_asked"), [("not_received", False), ("denied", True)])
def test_no_certificate_is_asked_of_a_recycler_for_what_it_never_had(bench: Bench, reason: str, is_asked: bool) -> None:
    row = certified(bench)
    actor = of_recycler(bench)
    contest_destruction(actor=actor, destruction=row, reason=reason)
    lines = block(landing(acting(actor)), "certificats-attendus").lines
    assert [row.drive.serial in line.about for line in lines] == [True] * is_asked


def test_who_waits_for_a_certificate_reads_that_it_is_contested_and_who_answers_by_when(bench: Bench) -> None:
    row = certified(bench)
    pilot, manager = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT), bench.manager
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    for actor in (pilot, manager):
        client = acting(actor)
        (line,) = block(landing(client), "effacements").lines
        assert "destruction contestée par le recycleur le" in line.about
        assert "l’atelier répond avant le" in line.about
        assert "attendu depuis" not in line.about
        page = read(client, reverse("refurb:missing_erasure_list"))
        assert "Destruction contestée par le recycleur le" in page
        assert "Certificat du recycleur attendu" not in page


@pytest.mark.parametrize(("reason", "tells_pilot"), [("not_received", True), ("denied", False)])
def test_the_workshop_is_written_to_and_the_pilot_of_a_drive_that_nobody_has(
    bench: Bench, reason: str, tells_pilot: bool
) -> None:
    row = certified(bench)
    pilot, manager = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT), bench.manager
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=reason)
    told = Mail.objects.filter(subject__startswith="Destruction contestée")
    to = {address for mail in told for address in mail.to}
    assert (manager.user.email in to, pilot.user.email in to) == (True, tells_pilot)
    assert all("enregistre une autre preuve avant le" in " ".join(mail.body.split()) for mail in told)


@pytest.mark.parametrize(("days", "is_late"), [(6, False), (8, True)])
def test_what_is_contested_and_not_answered_in_a_week_is_late(bench: Bench, days: int, is_late: bool) -> None:
    row, then = certified(bench), timezone.now() - timedelta(days=days)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED, at=then)
    (line,) = block(landing(acting(bench.technician)), "destructions-contestees").lines
    assert line.is_late == is_late


def test_the_drive_of_a_device_that_stayed_is_proven_no_more_either(bench: Bench) -> None:
    """A drive that was taken out, and brought to the recycler."""
    drive = bench.drive(bench.in_process())
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    row = certify(bench, drive)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    assert list(Drive.objects.contested()) == list(Drive.objects.missing_erasures()) == [drive]


def brought(bench: Bench, **given: object) -> Drive:
    """A drive that was taken out of a device which stays at the workshop, to be brought to the recycler."""
    drive = bench.drive(bench.in_process(), **given)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    return drive


def corrected(bench: Bench, drive: Drive, **given: object) -> Drive:
    said = {"kind": drive.kind, "serial": drive.serial, "source": drive.source, "capacity": drive.capacity} | given
    return evidence.record_drive(actor=bench.technician, device=drive.device, supersedes=drive, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("becomes", [{}, {"model": "870 EVO"}, {"serial": "SN999001"}, {"serial": ""}])
def test_what_is_contested_stays_so_though_the_inventory_is_corrected(bench: Bench, becomes: dict[str, str]) -> None:
    drive = brought(bench)
    named = f"Broyé : {drive.serial}, SN999001, {drive.device.reference}".encode()
    paper = store_file(content=named, name="papier.txt", content_type="text/plain", by=bench.technician)
    row = certify(bench, drive, certificate=paper)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)

    again = corrected(bench, corrected(bench, drive, **becomes), **becomes)

    assert [one.pk for one in Drive.objects.contested()] == [again.pk]
    with pytest.raises(Refused, match="conteste ce papier"):
        certify(bench, again, certificate=paper)
    told = {field.attname: getattr(row, field.attname) for field in Destruction._meta.fields} | {"id": None}
    with pytest.raises(IntegrityError, match="conteste ce papier"), transaction.atomic():
        Destruction.objects.create(**told | {"drive_id": again.pk})
    other = store_file(content=named + b" 2", name="autre.txt", content_type="text/plain", by=bench.technician)
    assert confirm(bench, row, certificate=other).drive == again
    assert not Drive.objects.contested().exists()


def test_a_contest_follows_the_number_into_another_device_and_ends_once_it_is_answered(bench: Bench) -> None:
    drive = brought(bench)
    row = certify(bench, drive)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    found = bench.drive(bench.in_process(), serial=drive.serial)
    assert found in Drive.objects.contested()
    with pytest.raises(Refused, match="conteste ce papier"):
        certify(bench, found, certificate=row.certificate)
    bench.erase(found)
    assert not Drive.objects.contested().exists()


def test_what_was_contested_and_answered_says_nothing_of_the_next_stay(bench: Bench) -> None:
    drive = brought(bench)
    row = certify(bench, drive)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    bench.erase(drive)
    bench.drive(bench.in_process(), serial=drive.serial)
    assert not Drive.objects.contested().exists()


@pytest.mark.parametrize("reason", sorted(CONTESTED))
def test_nobody_undoes_an_act_in_the_words_of_a_recycler(bench: Bench, reason: UndoneReason) -> None:
    drive = brought(bench)
    row = certify(bench, drive)
    removal = drive.removals.get()
    for actor in (bench.technician, bench.manager, of_recycler(bench)):
        with pytest.raises(PermissionDenied):
            undo_destruction(actor=actor, destruction=row, reason=reason)
        with pytest.raises(PermissionDenied):
            undo_removal(actor=actor, removal=removal, reason=reason)
    told = {field.attname: getattr(row, field.attname) for field in Destruction._meta.fields} | {"id": None}
    told |= {"supersedes_id": row.pk, "undone": reason}
    with pytest.raises(IntegrityError, match="conteste lui-même"), transaction.atomic():
        Destruction.objects.create(**told)
    gone = {field.attname: getattr(removal, field.attname) for field in DriveRemoval._meta.fields} | {"id": None}
    with pytest.raises(IntegrityError, match="refurb_driveremoval_not_contested"), transaction.atomic():
        DriveRemoval.objects.create(**gone | {"supersedes_id": removal.pk, "undone": reason})
    assert Destruction.objects.current().get() == row


def test_nobody_but_its_recycler_contests_and_once(bench: Bench) -> None:
    row, mine = certified(bench), of_recycler(bench)
    with pytest.raises(PermissionDenied):
        contest_destruction(actor=bench.manager, destruction=row, reason=DENIED)
    another = make_membership(Role.MANAGER, OrganisationKind.RECYCLER)
    with pytest.raises(Unknown):
        contest_destruction(actor=another, destruction=row, reason=DENIED)
    with pytest.raises(PermissionDenied):
        contest_destruction(actor=mine, destruction=row, reason=UndoneReason.ENTRY)
    for client, expected in ((acting(another), 404), (acting(bench.manager), 403)):
        for page in ("destruction_contest", "destruction_paper"):
            assert client.get(reverse(f"refurb:{page}", args=[row.pk])).status_code == expected
    contest_destruction(actor=mine, destruction=row, reason=DENIED)
    with pytest.raises(Refused, match="déjà annulé"):
        contest_destruction(actor=mine, destruction=row, reason=DENIED)


def test_a_workshop_does_not_speak_for_the_recycler(bench: Bench) -> None:
    assert not CONTESTED & {code for code, _ in UndoneForm().fields["reason"].choices}  # type: ignore[attr-defined]
    drive = bench.drive(bench.in_process())
    own = evidence.record_destruction(
        actor=bench.technician,
        drive=drive,
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )
    told = {field.attname: getattr(own, field.attname) for field in Destruction._meta.fields} | {"id": None}
    with pytest.raises(IntegrityError, match="refurb_destruction_contested"), transaction.atomic():
        Destruction.objects.create(**told | {"supersedes_id": own.pk, "undone": "denied"})


# --- what the workshop says next in the name of who contests


@pytest.mark.parametrize("kept", ["taken out", "gone for recycling"])
def test_no_other_paper_in_the_name_of_who_contests_proves_it_unless_that_recycler_gives_it(
    bench: Bench, kept: str
) -> None:
    row = certify(bench, brought(bench)) if kept == "taken out" else certified(bench)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    told = {field.attname: getattr(row, field.attname) for field in Destruction._meta.fields} | {"id": None}
    assert row.certificate is not None
    with open_file(row.certificate) as file:
        spaced = file.read() + b" "
    paper = store_file(content=spaced, name="papier.txt", content_type="text/plain", by=bench.technician)

    for other in (paper, bench.report(row.drive)):
        with pytest.raises(Refused, match="lui seul dit désormais qu’il l’est") as refused:
            certify(bench, row.drive, certificate=other)
        assert [(one.code, one.field) for one in refused.value.all] == [("word_awaited", "recycler")]
        with pytest.raises(IntegrityError, match="lui seul dit désormais"), transaction.atomic():
            Destruction.objects.create(**told | {"certificate_id": other.pk})
    assert list(Drive.objects.contested()) == [row.drive]

    said = confirm(bench, row)

    assert not Drive.objects.missing_erasures().exists()
    if kept == "taken out":
        with pytest.raises(Refused, match="lui seul dit désormais"):
            certify(bench, row.drive, supersedes=said)


def test_another_recycler_certifies_what_the_first_one_never_had(bench: Bench) -> None:
    row = certify(bench, brought(bench))
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    certify(bench, row.drive, recycler=make_organisation(OrganisationKind.RECYCLER))
    assert not Drive.objects.missing_erasures().exists()
    with pytest.raises(Refused, match="plus rien à confirmer"):
        confirm(bench, row)


def test_a_recycler_confirms_on_the_page_where_it_contested_and_nobody_else_does(bench: Bench) -> None:
    row = certified(bench)
    page = reverse("refurb:destruction_confirm", args=[row.pk])
    client = acting(of_recycler(bench))
    assert client.get(page).status_code == HTTPStatus.FOUND
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    assert page in read(client, reverse("refurb:destruction_contest", args=[row.pk]))
    assert "personne d’autre que vous" in read(client, page)
    other = acting(make_membership(Role.MANAGER, OrganisationKind.RECYCLER))
    assert (other.get(page).status_code, acting(bench.manager).get(page).status_code) == (404, 403)
    with pytest.raises(PermissionDenied):
        confirm_destruction(
            actor=bench.manager, destruction=row, method="shred", destroyed_at=timezone.now(), certificate=None
        )
    paper = SimpleUploadedFile("c.txt", f"Broyé : {row.drive.serial}".encode(), "text/plain")
    sent = {"method": "shred", "destroyed_at": f"{timezone.localtime():%Y-%m-%dT%H:%M:%S}", "deposit": paper}
    told = client.post(page, sent, follow=True).content.decode()
    assert "de nouveau prouvé détruit" in told
    assert not Drive.objects.missing_erasures().exists()
    assert Destruction.objects.current().get().recorded_by.organisation == bench.recycler  # type: ignore[union-attr]


# --- a drive that nobody has


def not_received(scene: Scene) -> tuple[Bench, Destruction]:
    """Of a picked-up lot, a drive that was taken out and said destroyed by a recycler that never had it."""
    bench = given_to(scene)
    device = gate.apply(from_lot(scene), "start", actor=bench.technician)
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    return bench, certify(bench, drive)


def test_a_drive_that_nobody_received_is_a_breach_that_its_donor_the_pilot_and_the_officer_learn() -> None:
    load_numbers()
    scene = private_lot()
    bench, row = not_received(scene)
    pilot, officer = bench.pilot, make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    since = set(Mail.objects.values_list("pk", flat=True))
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    incident = Incident.objects.get()
    assert (incident.kind, incident.device, incident.donation) == (
        IncidentKind.DRIVE_LOST,
        row.device,
        row.device.donation,
    )
    told = Mail.objects.exclude(pk__in=since)
    contested = {to for mail in told.filter(subject__startswith="Destruction contestée") for to in mail.to}
    assert {bench.manager.user.email, pilot.user.email, officer.user.email} <= contested
    (of_donor,) = told.filter(subject__startswith="Un disque que personne n’a reçu")
    assert of_donor.to == [scene.contact.user.email]
    assert "72 heures" in of_donor.body
    (line,) = block(landing(acting(pilot)), "incidents").lines
    assert "disque que personne n’a reçu" in line.title
    assert "Disque que le recycleur dit n’avoir pas reçu" in read(acting(officer), reverse("refurb:incident_list"))
    assert not Device.objects.to_recall().exists()


def test_the_page_of_its_lot_tells_the_donor_of_an_incident_and_what_was_noted_of_it() -> None:
    load_numbers()
    scene = private_lot()
    bench, row = not_received(scene)
    assert row.device.donation is not None
    page = page_of(row.device.donation, "donation_detail")
    assert "Incidents de données" not in read(acting(scene.contact), page)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    told = read(acting(scene.contact), page)
    assert IncidentKind.DRIVE_LOST.label in told
    assert page_of(row.device, "device_detail") in told
    assert "n’en a pas encore noté la suite" in told
    noted = {"kind": FollowUpKind.TOLD, "done_on": timezone.localdate(), "number": "CNIL-1"}
    note_incident(actor=bench.pilot, incident=Incident.objects.get(), **noted)
    told = read(acting(scene.contact), page)
    assert FollowUpKind.TOLD.label in told
    assert "n’en a pas encore noté la suite" not in told
    stranger = make_membership(Role.CONTACT, OrganisationKind.DONOR)
    assert incidents_panel(row.device.donation, stranger) is None


def back_again(bench: Bench, device: Device) -> Device:
    """Reconditioned with another drive, lost, then found at the workshop: another stay begins."""
    bench.erase(kept := bench.drive(device))
    ready = bench.recondition(bench.identified(bench.prepared(device)))
    gate.apply(ready, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    gate.apply(fresh(device), "receive", actor=bench.technician, tag=ready.tag)
    again = gate.apply(fresh(device), "start", actor=bench.technician)
    bench.erase(bench.drive(again, serial=kept.serial))
    return again


def confirmed_by_its_recycler(bench: Bench, row: Destruction) -> None:
    confirm(bench, row)


def erased_by_a_log(bench: Bench, row: Destruction) -> None:
    """Found at the workshop after all, and erased in the hours that follow."""
    content = nwipe(row.drive.serial, end=here_now() + timedelta(hours=2))
    report = store_file(content=content, name="l.log", content_type="text/plain", by=bench.technician)
    then = timezone.now() + timedelta(hours=3)
    (erased,) = batches.record_logs(actor=bench.technician, drives=[row.drive], report=report, at=then)
    assert erased.outcome == "accepted", erased.refusals


@pytest.mark.parametrize(
    ("stays", "proven"), [(1, confirmed_by_its_recycler), (2, confirmed_by_its_recycler), (1, erased_by_a_log)]
)
def test_whoever_learnt_that_nobody_had_a_drive_learns_its_end_whatever_its_device_lived_since(
    stays: int, proven: Callable[[Bench, Destruction], None]
) -> None:
    load_numbers()
    scene = private_lot()
    bench, row = not_received(scene)
    if stays == 2:
        back_again(bench, fresh(row.device))
    pilot, officer = bench.pilot, make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    incident = Incident.objects.get(kind=IncidentKind.DRIVE_LOST)
    assert (incident.stay, incident.donation) == (stays, row.device.donation)
    told = Mail.objects.filter(subject__startswith="Un disque que personne n’a reçu")
    assert [mail.to for mail in told] == [[scene.contact.user.email]]

    proven(bench, row)

    ended = Mail.objects.filter(subject__contains="personne n’avait reçu est prouvé vide")
    people = [scene.contact, bench.manager, pilot, officer]
    assert {to for mail in ended for to in mail.to} >= {one.user.email for one in people}
    assert all(str(row.drive) in mail.body for mail in ended)
    once = ended.count()
    bench.erase(bench.drive(bench.in_process()))
    assert ended.count() == once, "it is told once"


def test_whoever_read_that_a_lost_drive_is_proven_learns_that_this_was_a_mistake() -> None:
    load_numbers()
    scene = private_lot()
    bench, row = not_received(scene)
    officer = make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    people = [scene.contact, bench.manager, bench.pilot, officer]
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    wrong = evidence.record_destruction(
        actor=bench.technician, drive=row.drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )
    assert Mail.objects.filter(subject__contains="est prouvé vide").exists()
    again = Mail.objects.filter(subject__contains="dit prouvé vide ne l’est plus")
    assert not again.exists()

    undo_destruction(actor=bench.manager, destruction=wrong, reason=UndoneReason.ENTRY)

    assert {to for mail in again for to in mail.to} >= {one.user.email for one in people}
    assert all(str(row.drive) in mail.body for mail in again)
    once = again.count()
    other = evidence.record_destruction(
        actor=bench.technician,
        drive=bench.drive(bench.in_process()),
        method=DestructionMethod.DRILL,
        destroyed_at=timezone.now(),
    )
    undo_destruction(actor=bench.manager, destruction=other, reason=UndoneReason.ENTRY)
    assert again.count() == once, "of what was never lost nobody is told"


def test_a_drive_that_was_erased_as_well_is_not_lost_when_its_recycler_never_had_it() -> None:
    load_numbers()
    bench, row = not_received(private_lot())
    bench.erase(row.drive, finished_at=row.destroyed_at)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=UndoneReason.NOT_RECEIVED)
    assert not Incident.objects.exists()


def test_what_the_recycler_has_and_what_is_still_in_a_device_of_the_workshop_is_not_lost(bench: Bench) -> None:
    kept = certify(bench, bench.drive(bench.in_process()))
    contest_destruction(actor=of_recycler(bench), destruction=kept, reason=UndoneReason.NOT_RECEIVED)
    had = certify(bench, brought(bench))
    contest_destruction(actor=of_recycler(bench), destruction=had, reason=DENIED)
    assert not Incident.objects.exists()


# --- a device that left the workshop on that proof


def away_on_it(shelf: Shelf) -> tuple[Device, Destruction]:
    """On the shelf of a point: a drive that its recycler certifies, and another that is erased."""
    bench = shelf.bench
    device = bench.in_process()
    row = certify(bench, bench.drive(device))
    return shelf.on_the_shelf(bench.recondition(bench.identified(bench.prepared(device)))), row


def test_a_contested_drive_of_a_device_that_left_is_a_breach_that_everybody_learns() -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    since = set(Mail.objects.values_list("pk", flat=True))
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    incident = Incident.objects.get()
    assert (incident.kind, incident.device, incident.lost_from) == (IncidentKind.DATA_DENIED, away, "available")
    assert list(Device.objects.to_recall()) == [away]
    told = [mail for mail in Mail.objects.exclude(pk__in=since) if "contesté" in mail.body]
    for person in (bench.manager, shelf.adviser, bench.pilot):
        assert len([mail for mail in told if person.user.email in mail.to]) == 1
    assert "À rappeler, disque non prouvé effacé" in read(acting(shelf.adviser), reverse("desk:home"))
    assert "Destruction contestée par le recycleur, après le départ" in read(
        acting(bench.pilot), reverse("refurb:incident_list")
    )


def test_the_workshop_answers_wherever_the_device_is_and_the_recall_is_over() -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    (asked,) = block(landing(acting(bench.technician)), "destructions-contestees").lines
    page = reverse("refurb:device_record_destruction", args=[away.reference, row.drive_id])
    assert page in read(acting(bench.technician), asked.url)
    since = set(Mail.objects.values_list("pk", flat=True))
    bench.erase(row.drive)
    assert not Device.objects.to_recall().exists()
    assert block(landing(acting(bench.technician)), "destructions-contestees").lines == []
    for person in (bench.manager, shelf.adviser, bench.pilot):
        (mail,) = [one for one in Mail.objects.exclude(pk__in=since) if person.user.email in one.to]
        assert "n’est plus à rappeler" in mail.subject
    assert shelf.reserve(fresh(away)).state == "reserved"


AWAY: dict[str, Callable[[Shelf, Device], Device]] = {
    "on the shelf": lambda shelf, device: device,
    "lost there": lambda shelf, device: shelf.missing(device),
    "brought back by its household": lambda shelf, device: shelf.returned(shelf.handed_over(shelf.reserved(device))),
}


@pytest.mark.parametrize("since", AWAY)
def test_of_what_is_away_the_word_of_the_workshop_alone_answers_no_contest(since: str) -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    away = AWAY[since](shelf, away)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    assert away.shipped_at is not None
    told: dict[str, Any] = {"actor": bench.technician, "drive": row.drive, "method": DestructionMethod.DRILL}
    for when, expected in (
        (timezone.now(), ("left_by_then", "destroyed_at")),
        (away.shipped_at - timedelta(seconds=1), ("paper_of_what_left", "certificate")),
    ):
        with pytest.raises(Refused) as refused:
            evidence.record_destruction(**told, destroyed_at=when)
        assert [(one.code, one.field) for one in refused.value.all] == [expected]
        assert Drive.objects.contested().filter(pk=row.drive_id).exists()
    before = away.shipped_at - timedelta(seconds=1)
    with pytest.raises(Refused, match="conteste ce papier"):
        evidence.record_destruction(**told, destroyed_at=before, certificate=row.certificate)
    evidence.record_destruction(**told, destroyed_at=before, certificate=bench.report(row.drive))
    assert not Drive.objects.contested().exists()


@pytest.mark.parametrize("since", AWAY)
def test_the_database_takes_no_word_alone_of_what_is_away(since: str) -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    away = AWAY[since](shelf, away)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    assert away.shipped_at is not None
    before = away.shipped_at - timedelta(seconds=1)
    said: dict[str, Any] = {
        "device": away,
        "drive": row.drive,
        "stay": row.stay,
        "kind": DestructionKind.WORKSHOP,
        "method": DestructionMethod.DRILL,
        "recorded_at": timezone.now(),
        "recorded_by": bench.technician,
    }
    paper = bench.report(row.drive)
    for sentence, given in (
        ("un papier montre qu’il était détruit", {"destroyed_at": before}),
        (
            "ne l’a pas détruit après",
            {"destroyed_at": away.shipped_at + timedelta(microseconds=1), "certificate": paper},
        ),
    ):
        with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            Destruction.objects.create(**said, **given)
    assert Destruction.objects.create(**said, destroyed_at=before, certificate=paper)


def test_no_erasure_by_word_alone_hides_behind_the_one_it_replaces() -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    proof = bench.erase(row.drive)
    values = {field.attname: getattr(proof, field.attname) for field in Erasure._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name != "serial_key"}
    values |= {"id": None, "report_id": None, "report_sha256": "", "run_sha256": "", "recorded_at": timezone.now()}
    with pytest.raises(IntegrityError, match="un papier montre"), transaction.atomic():
        Erasure.objects.create(**values | {"supersedes_id": proof.pk})
    assert away.state == "available"


def test_that_a_contested_drive_was_never_there_is_for_the_pilot_to_say() -> None:
    shelf = Shelf()
    bench = shelf.bench
    away, row = away_on_it(shelf)
    never: dict[str, Any] = {"drive": row.drive, "destination": RemovalDestination.MISTAKE}
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    with pytest.raises(Refused, match="revient au pilote") as refused:
        evidence.remove_drive(actor=bench.manager, **never)
    assert [one.field for one in refused.value.all] == ["destination"]
    page = read(acting(bench.pilot), reverse("refurb:device_remove_drive", args=[away.reference, row.drive_id]))
    assert f'value="{RemovalDestination.MISTAKE}"' in page
    assert Device.objects.to_recall().exists()
    with pytest.raises(IntegrityError, match="revient au pilote"), transaction.atomic():
        DriveRemoval.objects.create(
            **never, device=away, stay=row.stay, removed_at=timezone.now(), recorded_at=timezone.now(),
            recorded_by=bench.manager,
        )  # fmt: skip
    evidence.remove_drive(actor=bench.pilot, **never)
    assert not Device.objects.to_recall().exists()


def test_a_drive_that_was_taken_out_before_its_device_left_recalls_nothing() -> None:
    shelf = Shelf()
    bench = shelf.bench
    device = bench.in_process()
    drive = bench.drive(device)
    evidence.remove_drive(actor=bench.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    row = certify(bench, drive)
    shelf.on_the_shelf(bench.recondition(bench.identified(bench.prepared(device))))
    contest_destruction(actor=of_recycler(bench), destruction=row, reason=DENIED)
    assert not Incident.objects.exists()
    assert list(Drive.objects.missing_erasures()) == [drive]


def test_once_its_day_is_past_nobody_reads_that_the_workshop_will_answer_by_then(bench: Bench) -> None:
    row, then = certified(bench), timezone.now() - timedelta(days=9)
    actor = of_recycler(bench)
    contest_destruction(actor=actor, destruction=row, reason=DENIED, at=then)
    (missing,) = block(landing(acting(bench.manager)), "effacements").lines
    (own,) = block(landing(acting(actor)), "destructions-en-votre-nom").lines
    for line in (missing, own):
        assert "n’a pas répondu, en retard depuis le" in line.about
        assert "répond avant" not in line.about
