"""A household that moved, or was corrected, once its operator had the request: the operator is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Technology
from connectivity.models import ConnectionFile, ConnectionPaper, Transmission
from connectivity.services.answers import queue_rows
from connectivity.services.links import actor_of, link_of
from connectivity.views.steps import TO_WRITE
from documents.models import Mail
from lifecycle.exceptions import Refused
from network.models import Membership, Organisation
from prescriptions.enums import RightKind
from prescriptions.models import Household
from prescriptions.services.households import edit_household, move_household
from tests.connectivity.lines import Line
from tests.connectivity.test_answers import token_of
from tests.network.factories import make_commune
from tests.pages import acting, read
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db
NEW, OLD = "12 rue d’Après", "1 rue des Essais"
WITH_IT = [Line.sent, Line.accepted, Line.scheduled]
HANDED = "l’opérateur reçoit la correction"
WITHOUT_ADDRESS = ["street_written", "postcode_written"]


def household_of(connection: ConnectionFile) -> Household:
    return Household.objects.get(prescriptions__needs__connections=connection)


def page_of(connection: ConnectionFile) -> str:
    return reverse("connectivity:connection_detail", args=[connection.reference])


def correct(line: Line, connection: ConnectionFile, **said: Any) -> None:
    edit_household(actor=line.worker, household=household_of(connection), **said)


@pytest.mark.parametrize("with_operator", WITH_IT)
def test_the_operator_is_told_what_was_corrected_and_reads_the_old_beside_the_new(
    with_operator: Callable[[Line], ConnectionFile],
) -> None:
    line = Line()
    assert line.agent.pk
    connection = with_operator(line)
    mails = Mail.objects.count()
    assert "Corrigé le" not in read(acting(line.agent), page_of(connection))
    correct(line, connection, address=NEW, phone="0639984455")
    assert Transmission.objects.filter(file=connection).count() == 2
    for reader in (line.agent, line.worker, line.adviser):
        page = read(acting(reader), page_of(connection))
        assert "Corrigé le" in page
        assert f"{OLD} → {NEW}" in page
        assert "→ 06\u00a039\u00a098\u00a044\u00a055" in page
    assert Mail.objects.count() == mails + 1
    assert connection.reference in Mail.objects.latest("pk").subject
    assert NEW not in Mail.objects.latest("pk").body
    rows = queue_rows(actor=line.agent)
    told = dict(zip(rows[0], rows[1], strict=True))
    assert told["adresse"] == NEW
    assert told["corrige_le"] == f"{timezone.localdate():%d/%m/%Y}"
    assert "Corrigée le" in read(acting(line.agent), reverse("connectivity:queue"))
    assert ConnectionPaper.objects.filter(file=connection, kind="operator").count() == 2


def test_a_move_is_told_once_with_its_address_and_the_page_says_that_the_operator_has_it() -> None:
    line = Line()
    connection = line.sent()
    household, commune = household_of(connection), make_commune(postcodes=["59100"])
    client = acting(line.worker)
    page = reverse("prescriptions:household_move", args=[household.reference])
    typed = {"commune": commune.code, "moved_on": str(timezone.localdate()), "address": NEW, "postcode": "59100"}
    answer = client.post(page, typed, follow=True).content.decode()
    assert HANDED in answer
    assert connection.reference in answer
    assert Transmission.objects.filter(file=connection).count() == 2
    last = Transmission.objects.filter(file=connection).latest("pk")
    assert (last.address, last.postcode, last.city) == (NEW, "59100", commune.name)


def test_the_correction_says_that_the_operator_has_it_and_says_nothing_of_it_otherwise() -> None:
    line, other = Line(), Line()
    connection, chosen = line.sent(), other.chosen()
    typed = {"last_name": "Essai", "first_name": "Nadia", "contact_channel": "sms", "adults": 1, "children": 0}
    for one, said in ((line, True), (other, False)):
        file = connection if said else chosen
        page = reverse("prescriptions:household_edit", args=[household_of(file).reference])
        answer = acting(one.worker).post(page, typed | {"phone": "0612345698"}, follow=True).content.decode()
        assert (HANDED in answer) is said


@pytest.mark.parametrize("state", [Line.chosen, Line.problem, Line.active, Line.refused])
def test_nothing_is_told_where_no_operator_works_on_it(state: Callable[[Line], ConnectionFile]) -> None:
    line = Line()
    connection = state(line)
    before = Transmission.objects.count()
    correct(line, connection, address=NEW)
    assert Transmission.objects.count() == before


def test_nothing_is_told_of_what_no_operator_was_told() -> None:
    line = Line()
    connection = line.sent()
    correct(line, connection, children=4)
    correct(line, connection, address=OLD)
    assert Transmission.objects.filter(file=connection).count() == 1


def test_a_household_that_limits_its_data_is_not_told_of() -> None:
    line = Line()
    connection = line.sent()
    desk = Desk(line.circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, household_of(connection)))
    correct(line, connection, address=NEW)
    assert Transmission.objects.filter(file=connection).count() == 1


def test_an_operator_without_an_account_gets_a_link_that_says_what_changed() -> None:
    line = Line()
    connection = line.sent()
    correct(line, connection, address=NEW)
    token = token_of(connection)
    link = link_of(token=token)
    assert link is not None
    assert Transmission.objects.visible_to(actor_of(link)).count() == 2
    page = Client().post(reverse("connectivity:link", args=[token])).content.decode()
    assert f"{OLD} → {NEW}" in page


def test_a_request_that_is_sent_again_starts_anew() -> None:
    line = Line()
    connection = line.sent()
    correct(line, connection, address=NEW)
    connection = line.send(line.report(connection), "Corrigé.")
    assert "Corrigé le" not in read(acting(line.agent), page_of(connection))


# --- a household that nobody can reach

SENTENCE = "Donnez au moins un moyen de joindre le foyer"


def test_a_correction_does_not_take_the_last_way_to_reach_a_household() -> None:
    line = Line(person={"email": "", "phone": "0612345678", "address": "", "postcode": ""})
    connection = line.chosen()
    household = household_of(connection)
    with pytest.raises(Refused, match=SENTENCE):
        correct(line, connection, phone="")
    with pytest.raises(Refused, match=SENTENCE):
        move_household(
            actor=line.worker, household=household, commune=make_commune(), moved_on=timezone.localdate(), phone=""
        )
    typed = {"last_name": "Essai", "first_name": "Nadia", "contact_channel": "phone", "adults": 1, "children": 0}
    page = reverse("prescriptions:household_edit", args=[household.reference])
    assert SENTENCE in acting(line.worker).post(page, typed | {"phone": ""}).content.decode()
    assert household_of(connection).phone == "0612345678"
    correct(line, connection, phone="", email="foyer@exemple.test", contact_channel="email")
    assert household_of(connection).phone == ""


def test_a_request_of_a_household_that_its_operator_cannot_reach_is_not_sent() -> None:
    line = Line(person={"email": ""})
    connection = line.chosen()
    Household.objects.filter(pk=household_of(connection).pk).update(phone="", address="", postcode="")
    with pytest.raises(Refused, match="moyen de joindre") as refused:
        line.send(connection)
    assert [reason.code for reason in refused.value.all] == ["operator_reaches", *WITHOUT_ADDRESS]
    correct(line, connection, phone="0612345699", address=NEW, postcode="59000")
    assert line.send(connection).state == "sent"


def test_a_line_that_comes_home_is_asked_for_at_a_whole_address_to_which_the_page_leads() -> None:
    line = Line()
    connection = line.chosen()
    Household.objects.filter(pk=household_of(connection).pk).update(address="", postcode="")
    with pytest.raises(Refused, match="numéro et rue") as refused:
        line.send(connection)
    assert [reason.code for reason in refused.value.all] == WITHOUT_ADDRESS
    assert all("Corriger l’identité ou le contact" in reason.lifted_by for reason in refused.value.all)
    edit = reverse("prescriptions:household_edit", args=[household_of(connection).reference])
    page = read(acting(line.worker), page_of(connection))
    assert edit in page
    assert TO_WRITE in page
    assert "En attente d’une correction du foyer par" in read(acting(line.adviser), page_of(connection))
    correct(line, connection, address=NEW)
    with pytest.raises(Refused, match="code postal") as refused:
        line.send(connection)
    assert [reason.code for reason in refused.value.all] == WITHOUT_ADDRESS[1:]
    correct(line, connection, postcode="59000")
    assert TO_WRITE not in read(acting(line.worker), page_of(connection))
    assert line.send(connection).state == "sent"


def test_a_line_that_comes_nowhere_is_asked_for_without_an_address() -> None:
    line = Line(offer_columns={"technology": Technology.MOBILE})
    connection = line.chosen()
    Household.objects.filter(pk=household_of(connection).pk).update(address="", postcode="")
    assert line.send(connection).state == "sent"


def test_nothing_is_sent_to_an_operator_that_is_closed() -> None:
    line = Line()
    connection = line.sent()
    Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    household = edit_household(actor=line.worker, household=household_of(connection), address=NEW)
    assert household.told_to == []
    assert Transmission.objects.filter(file=connection).count() == 1


def test_of_an_operator_that_nothing_reaches_the_page_says_who_is_to_tell_it_and_the_pilot_is_written_to() -> None:
    line = Line()
    connection = line.sent()
    Membership.objects.filter(organisation=line.operator).update(closed_at=timezone.now())
    Organisation.objects.filter(pk=line.operator.pk).update(email="")
    to_pilot = Mail.objects.filter(to__contains=[line.pilot.user.email])
    before = to_pilot.count()
    household = edit_household(actor=line.worker, household=household_of(connection), address=NEW)
    (said,) = household.told_to
    assert f"{line.operator} n’a pas d’adresse, dites-lui la correction." in said
    assert to_pilot.count() == before + 1
