"""Whatever is posted on a household's page leads to one that is opened: nothing is sent twice, and little is held."""

import itertools
from datetime import date, timedelta
from http.cookies import Morsel

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.services import forget_document
from prescriptions import own_visit
from prescriptions.enums import SheetLanguage
from prescriptions.models import HouseholdAccess, Prescription, ProofPhoto, RightsRequest
from prescriptions.own_visit import COOKIE
from prescriptions.saying import (
    Tongue,
    TranslatableDay,
    as_parts,
    from_parts,
    listed,
    translatable,
    translatable_moment,
)
from prescriptions.services.prescriptions import ask_completion_prescription
from tests.documents.pictures import a_photo
from tests.pages import boxes_of
from tests.prescriptions.files import Circle

pytestmark = pytest.mark.django_db
YEAR = {"year": "1984"}
THERE, ASKED = "Qui appeler", "Votre année de naissance"


@pytest.fixture(autouse=True)
def nobody_tried() -> None:
    cache.clear()


@pytest.fixture
def circle() -> Circle:
    return Circle()


_days = itertools.count()


def incomplete(circle: Circle) -> Prescription:
    born = date(1984, 1, 1) + timedelta(days=next(_days) % 360)
    prescription = circle.submitted(household=circle.household(birth_date=born))
    asked: Prescription = ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, missing=["income_seen"], at=circle.at
    )
    return asked


def pages(prescription: Prescription) -> tuple[str, str, str]:
    code = prescription.papers.latest("pk").document.public_code
    names = ("own_page", "own_photo", "own_rights")
    first, second, third = (reverse(f"prescriptions:{name}", args=[code]) for name in names)
    return first, second, third


def opened(prescription: Prescription) -> tuple[Client, str]:
    client, url = Client(), pages(prescription)[0]
    assert client.post(url, YEAR).headers["Location"] == url
    return client, url


def read(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def held_by(client: Client) -> Morsel[str]:
    return client.cookies[COOKIE]


def test_the_page_is_opened_again_without_a_year_for_some_minutes_then_asks_it(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = opened(incomplete(circle))
    for _ in range(2):
        assert THERE in read(client, url)
    with monkeypatch.context() as patched:
        patched.setattr(own_visit, "HELD", -1)
        assert ASKED in read(client, url)
    assert ASKED in read(Client(), url), "another browser holds nothing"


def test_whoever_closes_it_leaves_nothing_on_the_screen_s_browser(circle: Circle) -> None:
    client, url = opened(incomplete(circle))
    assert 'name="close"' in read(client, url)
    closed = client.post(url, {"close": "1"})
    assert closed.headers["Location"] == url
    assert (held_by(client).value, held_by(client)["max-age"]) == ("", 0)
    assert ASKED in read(client, url)


@pytest.mark.parametrize("ended", ["closed", "its minutes over", "in another browser"])
def test_no_button_of_a_page_that_is_closed_acts_nor_opens_it_again(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    prescription = incomplete(circle)
    client, url = opened(prescription)
    photo = pages(prescription)[1]
    given = boxes_of(read(client, url))["pass"]
    if ended == "closed":
        client.post(url, {"close": "1"})
    elif ended == "its minutes over":
        monkeypatch.setattr(own_visit, "HELD", -1)
    else:
        client = Client()
    content = SimpleUploadedFile("IMG.jpg", a_photo(size=(600, 400)), "image/jpeg")
    for sent in ({"pass": given}, {"pass": given, "send": "1", "photo": content}):
        assert client.post(photo, sent).headers["Location"] == url
        assert ASKED in read(client, url)
    assert not ProofPhoto.objects.exists()


def test_what_is_held_is_read_by_no_script_and_sent_to_this_sheet_alone(circle: Circle) -> None:
    client, url = opened(incomplete(circle))
    held = held_by(client)
    assert (held["path"], held["httponly"], held["samesite"]) == (url, True, "Strict")
    assert 0 < held["max-age"] <= 300


@pytest.mark.parametrize("held", ["", "x", "forged:forged:forged", "another"])
def test_what_is_forged_opens_nothing_and_breaks_nothing(circle: Circle, held: str) -> None:
    client, urls = Client(), pages(incomplete(circle))
    client.cookies[COOKIE] = signing.dumps([1, 2], salt=COOKIE) if held == "another" else held
    assert ASKED in read(client, urls[0])
    assert client.get(urls[1]).headers["Location"] == urls[0]
    assert client.get(urls[2]).status_code == 200


def test_the_visit_of_one_sheet_opens_no_other(circle: Circle) -> None:
    client, _ = opened(incomplete(circle))
    other = pages(incomplete(circle))
    assert ASKED in read(client, other[0])
    assert client.get(other[1]).headers["Location"] == other[0]


def test_once_its_household_is_forgotten_a_page_held_open_tells_nothing(circle: Circle) -> None:
    prescription = incomplete(circle)
    client, url = opened(prescription)
    forget_document(document=prescription.papers.latest("pk").document)
    assert ASKED in read(client, url)


def test_a_photo_is_sent_once_and_reading_its_page_again_sends_none(circle: Circle) -> None:
    prescription = incomplete(circle)
    client, url = opened(prescription)
    photo = pages(prescription)[1]
    given = boxes_of(read(client, url))["pass"]
    assert client.post(photo, {"pass": given}).headers["Location"] == photo
    assert "Envoyer la photo" in read(client, photo)
    content = SimpleUploadedFile("IMG.jpg", a_photo(size=(600, 400)), "image/jpeg")
    assert client.post(photo, {"pass": given, "send": "1", "photo": content}).headers["Location"] == photo
    assert "Votre photo est partie" in read(client, photo)
    assert "Envoyer la photo" in read(client, photo), "read again, it is told no more"
    assert THERE in read(client, url), "and going back reads the page of the request"
    assert ProofPhoto.objects.count() == 1


def test_a_right_is_asked_once_and_its_number_is_on_a_page_that_is_opened(circle: Circle) -> None:
    prescription = incomplete(circle)
    client, rights = Client(), pages(prescription)[2]
    assert client.post(rights, YEAR | {"kind": "access"}).headers["Location"] == rights
    asked = RightsRequest.objects.get()
    assert f"Gardez ce numéro\u00a0: <strong>{asked}</strong>" in read(client, rights)
    again = read(client, rights)
    assert asked.reference not in again
    assert "Envoyer ma demande" in again


def test_each_reading_is_in_the_log_of_accesses_once(circle: Circle) -> None:
    prescription = incomplete(circle)

    def logged() -> int:
        return HouseholdAccess.objects.filter(household=prescription.household, what="own_page").count()

    client, url = opened(prescription)
    read(client, url)
    assert logged() == 1, "the answer and the page that tells it are one"


def test_what_is_kept_of_a_sentence_is_said_again_in_french_and_in_any_language() -> None:
    told = translatable(
        "On vous attend le {when}. {things}, {day}.",
        when=translatable_moment(timezone.now()),
        things=listed(["une pièce d’identité", "la feuille"]),
        day=TranslatableDay.of(date(2026, 12, 1)),
    )
    back = from_parts(as_parts(told))
    assert back == told
    tongue = Tongue(SheetLanguage.ARABIC, {})
    assert tongue.say(back) == tongue.say(told)
    assert from_parts([as_parts(told), "", {"a": "b"}]) == [told, "", {"a": "b"}]
