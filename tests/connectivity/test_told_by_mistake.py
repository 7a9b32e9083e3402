"""« Le foyer est prévenu », noted of the wrong line: nobody had told it, and somebody is to tell it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from connectivity.enums import LineNews
from connectivity.models import ConnectionFile, LineNotice
from connectivity.services.lines import keep_notice, untell_notice
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import ContactChannel
from tests.connectivity.lines import Line, again
from tests.connectivity.test_visit_and_refusal_told import page_of, plan, reached_by, to_tell
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
NOT_TOLD = "Le foyer n’a pas été prévenu"


def undo_of(file: ConnectionFile) -> str:
    return reverse("connectivity:connection_untold", args=[file.reference])


def told() -> tuple[Line, ConnectionFile]:
    line = reached_by(ContactChannel.PHONE)
    file = plan(line, line.accepted())
    keep_notice(actor=line.worker, connection=file)
    return line, file


def test_a_visit_said_to_be_told_by_mistake_is_to_be_told_again() -> None:
    line, file = told()
    client = acting(line.worker)
    page = read(client, page_of(file))
    assert NOT_TOLD in page
    assert line.worker.user.get_full_name() in page
    assert to_tell() == []

    answer = client.post(undo_of(file), {"notice": str(LineNotice.objects.get().pk)}, follow=True)

    assert "le foyer est à prévenir" in answer.content.decode()
    assert to_tell() == [LineNews.VISIT]
    page = read(client, page_of(file))
    assert "Prévenir le foyer avant le" in page
    assert NOT_TOLD not in page
    assert "Foyers à prévenir de leur ligne" in read(client, reverse("desk:home"))
    keep_notice(actor=line.worker, connection=file)
    assert to_tell() == []


def test_a_visit_that_nobody_told_after_all_is_not_called_off() -> None:
    line, file = told()
    untell_notice(actor=line.worker, connection=file)
    line.report(again(file))
    assert to_tell() == [], "the household knows of no visit: it waits for nobody"


def test_only_whoever_serves_the_household_says_that_it_was_not_told() -> None:
    line, file = told()
    with pytest.raises(PermissionDenied):
        untell_notice(actor=line.pilot, connection=file)
    with pytest.raises(Unknown):
        untell_notice(actor=Line().worker, connection=file)
    assert NOT_TOLD not in read(acting(line.pilot), page_of(file))
    assert acting(line.pilot).post(undo_of(file)).status_code == 403
    assert NOT_TOLD not in read(acting(line.agent), page_of(file))
    assert to_tell() == []


def test_once_something_else_is_to_be_told_what_was_told_before_stays_told() -> None:
    line, file = told()
    plan(line, again(file), days=9)
    with pytest.raises(Refused, match="rien à reprendre"):
        untell_notice(actor=line.worker, connection=file)
    first = LineNotice.objects.earliest("pk")
    keep_notice(actor=line.worker, connection=file)
    with pytest.raises(Refused, match="a changé entre-temps"):
        untell_notice(actor=line.worker, connection=file, read=str(first.pk))
    assert to_tell() == []


def test_what_a_message_told_stays_told() -> None:
    line = Line(person={"contact_channel": ContactChannel.EMAIL})
    file = plan(line, line.accepted())
    assert to_tell() == []
    with pytest.raises(Refused, match="rien à reprendre"):
        untell_notice(actor=line.worker, connection=file)
    assert NOT_TOLD not in read(acting(line.worker), page_of(file))


def test_once_its_day_has_passed_nobody_is_promised_to_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    line, file = told()
    passed = line.today() + timedelta(days=8)
    monkeypatch.setattr("connectivity.models.line.timezone", SimpleNamespace(localdate=lambda: passed))
    with pytest.raises(Refused, match="rien à reprendre"):
        untell_notice(actor=line.worker, connection=file)
    assert NOT_TOLD not in read(acting(line.worker), page_of(file))
