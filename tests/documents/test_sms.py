"""SMS: numbers, parts, quiet hours; the door is shut by default; what leaves leaves once, and is forgotten."""

import io
from datetime import datetime, timedelta
from http.client import BadStatusLine
from typing import Any
from urllib.error import HTTPError, URLError
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from documents import sms_door
from documents.enums import (
    ATTACHMENT,
    FORGOTTEN,
    INTERRUPTED,
    MOVED,
    OVERTAKEN,
    REFUSED,
    REPLACED,
    SHUT,
    STOPPED,
    WITHHELD,
    SendState,
)
from documents.exceptions import DeliveryFailed
from documents.models import Sms
from documents.quiet import loud_from
from documents.services import call_off_sms, forget_sms, queue_sms, takes_sms
from documents.services.sms import MOST_TRIES, deliver_sms, put_off_due
from documents.texting import is_basic, mobile_of, parts_of, simpler
from network.enums import OrganisationKind, Role
from tests.network.factories import make_membership
from tests.pages import acting

PARIS = ZoneInfo("Europe/Paris")
ABOUT = ("appointment", 1)
SENT: list[tuple[str, str, str]] = []


class Carries:
    """A provider of the tests: it keeps what it is handed, and fails when it is told to."""

    keeps = False
    fails: Exception | None = None

    def send(self, *, number: str, text: str, mark: str) -> None:
        if self.fails is not None:
            raise self.fails
        SENT.append((number, text, mark))


@pytest.fixture
def door(settings: LazySettings) -> type[Carries]:
    SENT.clear()
    Carries.fails = None
    settings.SMS_PROVIDER = f"{__name__}.Carries"
    return Carries


def now_loud() -> datetime:
    """An instant that is past, at an hour that is not quiet: what is written then may leave."""
    return datetime(2026, 11, 25, 10, tzinfo=PARIS)


# --- numbers and signs


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("07.12.34.56.78", "+33712345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("03 20 00 00 00", ""),
        ("+32 470 12 34 56", ""),
        ("061234567", ""),
        ("06123456789", ""),
        ("9" * 4300, ""),
        ("", ""),
        ("06\0 12 34 56 78", ""),
        ("٠٦١٢٣٤٥٦٧٨", ""),
    ],
)
def test_a_mobile_of_france_is_told_in_full_and_nothing_else_is_a_number(typed: str, number: str) -> None:
    assert mobile_of(typed) == number


def test_one_sign_that_is_not_of_the_alphabet_cuts_it_at_seventy() -> None:
    assert (parts_of("a" * 160), parts_of("a" * 161), parts_of("a" * 307)) == (1, 2, 3)
    assert (parts_of("ê" * 70), parts_of("ê" * 71)) == (1, 2)
    assert (parts_of("€" * 80), parts_of("€" * 81)) == (1, 2)
    assert is_basic(simpler("«\u00a0L’été, ça coûte 25\u00a0€\u00a0» – œuvre…"))


# --- quiet hours


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ((2026, 11, 25, 10), (2026, 11, 25, 10)),
        ((2026, 11, 25, 7, 59), (2026, 11, 25, 8)),
        ((2026, 11, 25, 20), (2026, 11, 26, 8)),
        ((2026, 11, 28, 21), (2026, 11, 30, 8)),
        ((2026, 11, 29, 10), (2026, 11, 30, 8)),
        ((2026, 12, 24, 22), (2026, 12, 26, 8)),
        ((2027, 5, 1, 10), (2027, 5, 3, 8)),
    ],
)
@pytest.mark.django_db
def test_nobody_is_woken(written: tuple[int, ...], leaves: tuple[int, ...]) -> None:
    assert loud_from(datetime(*written, tzinfo=PARIS)) == datetime(*leaves, tzinfo=PARIS)  # type: ignore[misc, arg-type]


NAIVE = datetime(2026, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 hypothesis gives them their zone


@pytest.mark.parametrize(
    ("first", "last", "leaves"),
    [(8, 24, (23, 30)), (8, 99, (23, 30)), (0, 20, (24, 0)), (20, 8, (32, 0)), (25, 30, (32, 0))],
)
def test_hours_that_no_day_has_stop_nothing_and_wake_nobody(first: int, last: int, leaves: tuple[int, int]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("documents.quiet.MESSAGES_FROM", Fixed(first))
        patched.setattr("documents.quiet.MESSAGES_UNTIL", Fixed(last))
        wednesday = datetime(2026, 11, 25, tzinfo=PARIS)
        found = loud_from(wednesday + timedelta(hours=23, minutes=30))
    assert found == wednesday + timedelta(hours=leaves[0], minutes=leaves[1])


@given(st.datetimes(*NAIVE, timezones=st.just(PARIS)))
def test_at_any_instant_it_leaves_soon_and_within_the_hours(at: datetime) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("documents.quiet.MESSAGES_FROM", Fixed(8))
        patched.setattr("documents.quiet.MESSAGES_UNTIL", Fixed(20))
        local = timezone.localtime(loud_from(at))
    assert timedelta(0) <= local - at <= timedelta(days=4)
    assert 8 <= local.hour < 20
    assert local.weekday() != 6


class Fixed:
    def __init__(self, number: int) -> None:
        self.number = number

    def on(self, day: object) -> int:
        return self.number


# --- the door


def test_the_door_is_shut_by_default() -> None:
    assert sms_door.provider() is None
    assert not takes_sms("06 12 34 56 78")


@pytest.mark.django_db(transaction=True)
def test_one_leaves_once_and_its_text_goes(door: type[Carries]) -> None:
    sms = queue_sms(number="06 12 34 56 78", text="Rendez-vous l’après-midi", about=ABOUT, at=now_loud())
    for _ in range(2):
        deliver_sms(sms=sms.pk, at=now_loud())
    assert [("+33612345678", "Rendez-vous l'après-midi", str(sms.pk))] == SENT
    left = Sms.objects.get()
    assert (left.delivery, left.text) == (SendState.SENT, "")


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_its_hour(door: type[Carries]) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    Sms.objects.update(leaves_at=now_loud() + timedelta(hours=1))
    deliver_sms(sms=sms.pk, at=now_loud())
    assert SENT == []
    assert put_off_due(now_loud()) == 0
    assert put_off_due(now_loud() + timedelta(hours=2)) == 1


@pytest.mark.parametrize(
    "late", [datetime(2026, 11, 25, 20, 1, tzinfo=PARIS), datetime(2026, 11, 29, 10, tzinfo=PARIS)]
)
@pytest.mark.django_db(transaction=True)
def test_one_whose_hour_had_come_wakes_nobody_when_it_is_tried_later(door: type[Carries], late: datetime) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=datetime(2026, 11, 25, 19, 58, tzinfo=PARIS))
    assert put_off_due(late) == 0
    deliver_sms(sms=sms.pk, at=late)
    assert (Sms.objects.get().delivery, SENT) == (SendState.QUEUED, [])
    deliver_sms(sms=sms.pk, at=datetime(2026, 11, 30, 8, tzinfo=PARIS))
    assert len(SENT) == 1


@pytest.mark.django_db(transaction=True)
def test_what_goes_wrong_otherwise_ends_it_and_is_not_left_being_sent(door: type[Carries]) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    door.fails = KeyError("+33612345678")
    deliver_sms(sms=sms.pk, at=now_loud())
    assert (Sms.objects.get().delivery, Sms.objects.get().error) == (SendState.FAILED, "KeyError")


@pytest.mark.django_db(transaction=True)
def test_once_the_door_is_shut_what_waits_is_not_taken_for_told(door: type[Carries], settings: LazySettings) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    settings.SMS_PROVIDER = ""
    deliver_sms(sms=sms.pk, at=now_loud())
    assert Sms.objects.get().delivery == SendState.FAILED


@pytest.mark.django_db(transaction=True)
def test_one_that_could_not_is_tried_again_some_times_and_one_that_is_refused_is_not(door: type[Carries]) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    door.fails = DeliveryFailed("HTTP 503")
    for attempt in range(1, MOST_TRIES + 1):
        deliver_sms(sms=sms.pk, at=now_loud())
        ended = attempt == MOST_TRIES
        assert Sms.objects.get().delivery == (SendState.FAILED if ended else SendState.QUEUED)
    refused = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    door.fails = sms_door.SmsRefused("HTTP 400")
    deliver_sms(sms=refused.pk, at=now_loud())
    assert Sms.objects.get(pk=refused.pk).error == "HTTP 400"


@pytest.mark.parametrize("why", [WITHHELD, REPLACED, MOVED])
@pytest.mark.django_db(transaction=True)
def test_what_is_called_off_while_the_service_does_not_answer_is_not_tried_again(
    door: type[Carries], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())

    def stopped_meanwhile(self: Carries, **said: str) -> None:
        call_off_sms([sms.pk], error=why)
        raise DeliveryFailed("HTTP 503")

    monkeypatch.setattr(door, "send", stopped_meanwhile)
    deliver_sms(sms=sms.pk, at=now_loud())
    left = Sms.objects.get()
    assert (left.delivery, left.error, left.text) == (SendState.FAILED, why, "")


@pytest.mark.django_db(transaction=True)
def test_a_worker_cut_off_while_sending_says_so_rather_than_send_twice(door: type[Carries]) -> None:
    sms = queue_sms(number="0612345678", text="x", about=ABOUT, at=now_loud())
    Sms.objects.update(delivery=SendState.SENDING)
    deliver_sms(sms=sms.pk, at=now_loud())
    assert (Sms.objects.get().delivery, SENT) == (SendState.FAILED, [])


@pytest.mark.django_db(transaction=True)
def test_in_a_demonstration_nothing_leaves_and_the_outbox_shows_it(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    sms = queue_sms(number="0612345678", text="Bonjour", about=ABOUT, at=now_loud())
    deliver_sms(sms=sms.pk, at=now_loud())
    kept = Sms.objects.get()
    assert (kept.delivery, kept.text) == (SendState.KEPT, "Bonjour")


@pytest.mark.django_db
def test_what_is_forgotten_names_nobody_and_leaves_no_more(door: type[Carries]) -> None:
    queue_sms(number="0612345678", text="x", about=ABOUT)
    forget_sms(about=ABOUT, at=timezone.now())
    gone = Sms.objects.get()
    assert (gone.number, gone.text, gone.delivery) == ("", "", SendState.FAILED)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HTTPError("", 400, "", {}, io.BytesIO()), sms_door.SmsRefused),  # type: ignore[arg-type]
        (HTTPError("", 429, "", {}, io.BytesIO()), DeliveryFailed),  # type: ignore[arg-type]
        (HTTPError("", 503, "", {}, io.BytesIO()), DeliveryFailed),  # type: ignore[arg-type]
        (URLError("no route"), DeliveryFailed),
        (TimeoutError(), DeliveryFailed),
        (BadStatusLine("+33612345678"), DeliveryFailed),
    ],
)
def test_what_a_provider_answers_is_told_by_its_code_alone(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, answer: Exception, error: type[Exception]
) -> None:
    settings.SMS_URL, settings.SMS_TOKEN = "https://sms.exemple.test/", "secret"

    def answers(*args: Any, **kwargs: Any) -> None:
        assert kwargs["timeout"] == sms_door.TIMEOUT
        raise answer

    monkeypatch.setattr(sms_door, "urlopen", answers)
    with pytest.raises(error) as raised:
        sms_door.ByHttp().send(number="+33612345678", text="Bonjour", mark="1")
    assert not any(secret in str(raised.value) for secret in ("612345678", "Bonjour", "secret"))


def test_nothing_is_said_to_a_provider_in_the_clear(settings: LazySettings) -> None:
    settings.SMS_URL = "http://sms.exemple.test/"
    with pytest.raises(sms_door.SmsRefused):
        sms_door.ByHttp().send(number="+33612345678", text="x", mark="1")


@pytest.mark.django_db
def test_the_list_says_in_french_why_an_sms_did_not_leave() -> None:
    first = queue_sms(number="0612345678", text="Demain à 10 h", about=ABOUT)
    queue_sms(number="0612345678", text="Demain à 11 h", about=ABOUT)
    assert Sms.objects.get(pk=first.pk).error == REPLACED
    assert set(STOPPED) == {REPLACED, OVERTAKEN, FORGOTTEN, INTERRUPTED, SHUT, REFUSED, WITHHELD, MOVED, ATTACHMENT}
    page = acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)).get(reverse("documents:sms_list")).text
    assert "remplacé par un autre" in page
    assert "replaced" not in page.partition("<main")[2].partition("</main>")[0]
    assert "0612345678" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "03 20 00 00 00", "+1 202 555 0100", "06 12 34 56"])
def test_no_sms_is_written_for_a_number_that_is_no_mobile_and_the_one_that_waits_still_leaves(number: str) -> None:
    waiting = queue_sms(number="06 12 34 56 78", text="Rendez-vous mardi", about=ABOUT)
    with pytest.raises(ValueError, match="no mobile"):
        queue_sms(number=number, text="Rendez-vous mercredi", about=ABOUT)
    assert Sms.objects.get() == waiting
    assert Sms.objects.get().delivery == SendState.QUEUED
