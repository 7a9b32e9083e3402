"""The photo of a paper: sent from the household's own page, looked at by its worker, and kept by nobody."""

import itertools
import re
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail, StoredFile
from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.enums import PhotoFault, PhotoState, PrescriptionState, RightKind
from prescriptions.machine.completion_rules import PHOTOS_SEEN
from prescriptions.models import Fact, HouseholdAccess, Prescription, ProofPhoto, WaitingPicture
from prescriptions.own_papers import pass_for
from prescriptions.own_photos import AGAIN, TOLD
from prescriptions.parameters import PHOTO_DAYS
from prescriptions.services.known import all_known
from prescriptions.services.known_taken import as_archive
from prescriptions.services.photos import NO_FACT, accept_proof_photo, send_photo
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from tests.documents.pictures import MAKER, PLACE, a_bomb, a_photo
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read
from tests.prescriptions.rights import Desk
from tests.prescriptions.told import plain
from typography.french import moment

pytestmark = pytest.mark.django_db
YEAR = "1984"
S = PhotoState


@pytest.fixture(autouse=True)
def nobody_tried() -> None:
    cache.clear()


@pytest.fixture
def circle() -> Circle:
    return Circle()


_days = itertools.count()


def incomplete(circle: Circle) -> Prescription:
    """A file of which a proof of income is missing; its person was born in a known year, no two on the same day."""
    born = date(1984, 1, 1) + timedelta(days=next(_days) % 360)
    prescription = circle.submitted(household=circle.household(birth_date=born))
    asked: Prescription = ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, missing=["income_seen"], at=circle.at
    )
    return asked


def link(prescription: Prescription) -> SignedLink:
    return SignedLink("sheet:1", opens=("prescription", prescription.pk))


SMALL = a_photo(size=(600, 400))


def sent(prescription: Prescription, **given: Any) -> ProofPhoto:
    return send_photo(actor=link(prescription), prescription=prescription, content=SMALL, **given)


class Page:
    """The household's page, opened with its year of birth."""

    def __init__(self, prescription: Prescription) -> None:
        code = prescription.papers.latest("pk").document.public_code
        self.client, self.url = Client(), reverse("prescriptions:own_photo", args=[code])
        self.opened = self.client.post(reverse("prescriptions:own_page", args=[code]), {"year": YEAR}, follow=True)
        found = re.search(r'name="pass" value="([^"]+)"', self.opened.content.decode())
        self.given = found[1] if found else ""

    def send(self, content: bytes, **changes: Any) -> Any:
        posted = {"pass": self.given, "send": "1", "photo": SimpleUploadedFile("IMG_4242.jpg", content, "image/jpeg")}
        return self.client.post(self.url, posted | changes, follow=True)


# --- sending


def test_it_is_sent_from_the_page_and_only_its_points_wait_in_the_database_and_on_no_disk(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    prescription = incomplete(circle)
    page = Page(prescription)
    assert "Envoyer une photo du papier" in plain(page.opened)
    told = plain(page.client.post(page.url, {"pass": page.given}, follow=True))
    for said in ("Seuls votre travailleur social et son équipe", "effacée dès qu’il l’a regardée", "après 7 jours"):
        assert said in told
    files_before = {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)  # nothing of it is written, not even for a moment
    content = a_photo(size=(3000, 2500)) + b"\0" * 3 * 1024**2
    assert MAKER.encode() in content
    assert "Votre photo est partie" in plain(page.send(content))
    kept = bytes(WaitingPicture.objects.get().content)
    assert kept.startswith(b"\xff\xd8\xff")
    for trace in (MAKER.encode(), PLACE.encode(), b"Exif", b"GPS", b"xmpmeta", b"IMG_4242"):
        assert trace not in kept
    assert {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()} == files_before
    assert not StoredFile.objects.filter(name__contains="IMG_4242").exists()
    photo = ProofPhoto.objects.get()
    assert (photo.state, photo.prescription_id) == (S.WAITING, prescription.pk)
    assert photo.journal.get().via


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 not a picture", "est un PDF, qui ne se lit pas comme une photo : photographiez ce qu’il montre"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ne se lit pas"),
        (a_bomb(), "trop de points"),
        (a_photo(size=(8, 8)), "trop petite pour que l’on y lise quelque chose : il faut 300 points de côté au moins"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "envoyez une photo prise avec un téléphone"),
        (b"", "Ce fichier est vide"),
        (b"\xff" * (10 * 1024**2 + 200_000), "dépasse 10 Mo"),
    ],
    ids=["pdf", "svg", "bomb", "tiny", "gif", "empty", "heavy"],
)
def test_what_is_no_picture_is_refused_with_a_sentence_and_leaves_nothing(
    circle: Circle, content: bytes, sentence: str
) -> None:
    response = Page(incomplete(circle)).send(content)
    assert response.status_code == 200
    assert sentence in plain(response)
    assert "Choisissez une photo" not in plain(response)
    assert not re.search("JPEG|PNG|WebP|HEIC", plain(response)), "a household has a photo, not a format"
    assert not ProofPhoto.objects.exists()
    assert not WaitingPicture.objects.exists()


def test_another_household_s_code_or_pass_sends_nothing_and_reads_nothing(circle: Circle) -> None:
    mine, theirs = incomplete(circle), incomplete(circle)
    page, other = Page(mine), Page(theirs)
    for changes in ({"pass": other.given}, {"pass": ""}, {"pass": "forged:forged"}):
        posted = {
            "pass": page.given,
            "send": "1",
            "photo": SimpleUploadedFile("IMG.jpg", SMALL, "image/jpeg"),
        } | changes
        response = page.client.post(page.url, posted)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/ma-demande/")
    with pytest.raises(Unknown):
        send_photo(actor=link(mine), prescription=theirs, content=SMALL)
    assert not ProofPhoto.objects.exists()
    sent(theirs)
    assert "attend votre travailleur social" not in plain(Page(mine).opened)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page.url, {"pass": page.given, "send": "1"}).status_code == 403


def test_so_many_wait_at_most_and_the_page_tells_it(circle: Circle) -> None:
    prescription = incomplete(circle)
    for _ in range(3):
        sent(prescription)
    with pytest.raises(Refused, match="Trop de photos"):
        sent(prescription)
    with pytest.raises(Refused, match="Trop de photos"), transaction.atomic():
        gate.create(ProofPhoto(prescription=prescription), "send", actor=link(prescription))
    page = Page(prescription)
    assert plain(page.opened).count(plain_of(TOLD[S.WAITING])) == 3
    assert "Envoyer une photo du papier" not in plain(page.opened)
    given = pass_for((prescription.papers.latest("pk").document_id, prescription.pk))
    assert "Trop de photos attendent" in plain(page.client.post(page.url, {"pass": given}, follow=True))


def plain_of(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_ten_a_day_are_sent_and_no_more_looked_at_or_not(circle: Circle) -> None:
    page = Page(incomplete(circle))
    for _ in range(10):
        page.send(b"no picture")
    assert page.send(SMALL).status_code == 429
    assert not ProofPhoto.objects.exists()


def test_none_is_sent_when_nothing_is_asked(circle: Circle) -> None:
    for prescription in (circle.submitted(), circle.accepted()):
        with pytest.raises(Refused, match="aucune photo n’est attendue"):
            sent(prescription)


# --- answering


def test_seen_it_is_noted_as_at_the_desk_and_the_picture_goes_in_the_same_transaction(circle: Circle) -> None:
    prescription = incomplete(circle)
    photo = sent(prescription)
    before = Fact.objects.filter(prescription=prescription).count()
    client = acting(circle.worker)
    assert "Papiers envoyés en photo" in read(client, "/")
    for url in ("/", page_of(prescription, "prescription_detail")):
        assert f"envoyée le {moment(photo.sent_at)}" in read(client, url), "two photos of one household are told apart"
    detail = read(client, page_of(photo, "proof_photo_detail"))
    assert f"/papiers-en-photo/{photo.reference}/image/" in detail
    picture = client.get(f"/papiers-en-photo/{photo.reference}/image/")
    assert picture.content.startswith(b"\xff\xd8\xff")
    assert "no-store" in picture.headers["Cache-Control"]
    dated = timezone.localdate() - timedelta(days=20)
    given = {"what": "minimum_income", "proof": "Attestation CAF", "dated_on": dated.isoformat()}
    where = done(client, page_of(photo, "proof_photo_accept"), **given)
    assert where == page_of(prescription, "prescription_completion")
    fact = Fact.objects.filter(prescription=prescription).latest("pk")
    assert (fact.kind, fact.proof, fact.dated_on, fact.seen_on, fact.recorded_by) == (
        *("minimum_income", "Attestation CAF", dated, timezone.localdate()),
        circle.worker,
    )
    assert Fact.objects.filter(prescription=prescription).count() == before + 1
    assert again(photo).state == S.SEEN
    assert not WaitingPicture.objects.exists()
    assert client.get(f"/papiers-en-photo/{photo.reference}/image/").status_code == 404
    assert plain_of(TOLD[S.SEEN]) in plain(Page(prescription).opened)


def test_what_the_fact_refuses_leaves_the_photo_to_be_looked_at(circle: Circle) -> None:
    photo = sent(incomplete(circle))
    tomorrow = timezone.localdate() + timedelta(days=1)
    client, url = acting(circle.worker), page_of(photo, "proof_photo_accept")
    for given, sentence in (
        ({"what": "minimum_income", "dated_on": tomorrow.isoformat()}, "daté d’après aujourd’hui"),
        ({"what": "minimum_income", "proof": "2 69 05 49 588 157 80"}, "sécurité sociale"),
        ({"what": ""}, "Dites ce que montre la photo"),
    ):
        assert sentence in client.post(url, given).content.decode()
    assert again(photo).state == S.WAITING
    assert WaitingPicture.objects.exists()
    accept_proof_photo(actor=circle.worker, proof_photo=photo, kind=NO_FACT)
    assert not WaitingPicture.objects.exists()


@pytest.mark.parametrize("fault", PhotoFault)
def test_to_be_done_again_is_told_to_the_household_on_its_page(circle: Circle, fault: str) -> None:
    prescription = incomplete(circle)
    photo = sent(prescription)
    done(acting(circle.worker), page_of(photo, "proof_photo_refuse"), fault=fault)
    assert (again(photo).state, again(photo).fault) == (S.REDO, fault)
    assert not WaitingPicture.objects.exists()
    assert plain_of(AGAIN[PhotoFault(fault)]) in plain(Page(prescription).opened)


def test_its_prescriber_alone_sees_it(circle: Circle) -> None:
    photo = sent(incomplete(circle))
    others = [
        circle.adviser,
        circle.pilot,
        circle.relay,
        make_membership(Role.DPO, OrganisationKind.DEPARTEMENT),
        make_membership(Role.WORKER, OrganisationKind.PRESCRIBER),
    ]
    for actor in others:
        for name in ("proof_photo_detail", "proof_photo_picture", "proof_photo_accept", "proof_photo_refuse"):
            assert acting(actor).get(page_of(photo, name)).status_code == 404, (actor, name)
        with pytest.raises((Unknown, PermissionDenied)):
            gate.apply(photo, "refuse", actor=actor, fault=PhotoFault.CUT)
        with pytest.raises(Unknown):
            accept_proof_photo(actor=actor, proof_photo=photo, kind=NO_FACT)
    assert again(photo).state == S.WAITING
    assert acting(circle.manager).get(page_of(photo, "proof_photo_picture")).status_code == 200
    assert HouseholdAccess.objects.filter(what="proof_photo_picture", actor=circle.manager).count() == 1


# --- kept by nobody


def gone(photo: ProofPhoto) -> bool:
    return again(photo).state == S.LAPSED and not WaitingPicture.objects.exists()


def test_nobody_looked_at_it_and_the_clock_deletes_it(circle: Circle) -> None:
    days = PHOTO_DAYS.on(timezone.localdate())
    circle.at = timezone.now() - timedelta(days=days, minutes=10)
    prescription = incomplete(circle)
    old, young = sent(prescription, at=circle.at), sent(prescription, at=circle.at + timedelta(days=1))
    run_clock()
    assert (again(old).state, again(young).state) == (S.LAPSED, S.WAITING)
    assert WaitingPicture.objects.get().photo == young


@pytest.mark.parametrize(
    "ends",
    [
        lambda circle, row: circle.submit(
            circle.answer(row), photos_left=[photo.reference for photo in row.photos.all()]
        ),
        lambda circle, row: withdraw_prescription(actor=circle.worker, prescription=row, reason="no_longer_needed"),
        lambda circle, row: gate.apply(row, "revoke", actor=circle.worker, channel="place"),
    ],
    ids=["sent_back", "withdrawn", "agreement_withdrawn"],
)
def test_it_goes_with_what_it_was_asked_for(circle: Circle, ends: Callable[[Circle, Prescription], Any]) -> None:
    prescription = incomplete(circle)
    photo = sent(prescription)
    ends(circle, prescription)
    assert again(prescription).state != PrescriptionState.INCOMPLETE
    assert gone(photo)


def test_a_file_is_not_filed_again_before_its_photo_is_looked_at_or_said_to_serve_no_more(circle: Circle) -> None:
    prescription = circle.answer(incomplete(circle))
    photo, client = sent(prescription), acting(circle.worker)
    url = reverse("prescriptions:prescription_submit", args=[prescription.reference])
    detail = read(client, page_of(prescription, "prescription_detail"))
    assert "regardez la photo que le foyer a envoyée" in detail
    assert "apportez ce qui est demandé" not in detail
    page = read(client, url)
    assert "Un papier en photo attend" in page
    assert page_of(photo, "proof_photo_detail") in page
    assert "Il reste à compléter" not in page
    told = answered(client, url, distributor=circle.distributor.pk)
    assert PHOTOS_SEEN.sentence in told
    assert again(photo).state == S.WAITING

    since = sent(prescription)
    told = answered(client, url, distributor=circle.distributor.pk, photos_left=[photo.reference])
    assert PHOTOS_SEEN.sentence in told, "one that came since is not deleted by what was ticked of another"
    assert f'value="{since.reference}"' in told
    assert {again(photo).state, again(since).state} == {S.WAITING}
    both = [photo.reference, since.reference]
    done(client, url, distributor=circle.distributor.pk, photos_left=both)

    assert gone(photo)
    assert gone(since)
    assert again(prescription).journal.latest("seq").values["photos_left"] == both


def test_a_photo_that_was_looked_at_lets_the_file_be_filed_and_asks_nothing(circle: Circle) -> None:
    prescription = circle.answer(incomplete(circle))
    gate.apply(sent(prescription), "refuse", actor=circle.worker, fault="unreadable")
    url = reverse("prescriptions:prescription_submit", args=[prescription.reference])
    assert "photos_left" not in read(acting(circle.worker), url)
    assert circle.submit(prescription).state == PrescriptionState.SUBMITTED
    assert "photos_left" not in again(prescription).journal.latest("seq").values


def test_nothing_of_it_is_exported_nor_written_to_anybody(circle: Circle) -> None:
    prescription = incomplete(circle)
    sent(prescription)
    kept = bytes(WaitingPicture.objects.get().content)
    known = all_known(prescription.household)
    said = [cell.said for section in known.sections for row in section.rows for cell in row]
    assert any("À regarder" in one for one in said), "that it was sent is told"
    archive = as_archive(known, timezone.now())
    assert kept[200:400] not in archive
    assert not any(file for file in known.files)
    assert not [mail for mail in Mail.objects.all() if mail.attachments.exists()]


def test_the_database_itself_refuses_to_keep_the_picture_of_an_answered_photo(circle: Circle) -> None:
    prescription = incomplete(circle)
    photo = sent(prescription)
    gate.apply(photo, "refuse", actor=circle.worker, fault=PhotoFault.CUT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="picture of an answered photo"), transaction.atomic():
        WaitingPicture.objects.create(photo=photo, content=SMALL)


def test_a_household_that_asked_that_nothing_moves_sends_no_photo_that_nobody_may_use(circle: Circle) -> None:
    prescription = incomplete(circle)
    desk = Desk(circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, prescription.household))
    page = plain(Page(prescription).opened)
    assert "tout est gardé comme c’est" in page
    assert "Envoyer une photo" not in page
    assert "Un papier manque" not in page
    assert "Il manque :" not in page
    with pytest.raises(Refused, match="aucune photo ne s’envoie"):
        sent(prescription)
