"""A request that its operator stopped: what is asked first is what would make it pass, and nothing that would not."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import (
    Access,
    Channel,
    CheckedWith,
    ConditionRule,
    ConnectionAbandonReason,
    OfferAgreement,
    OfferVerdict,
    ProblemCode,
    Technology,
)
from connectivity.models import ConnectionFile, Offer
from connectivity.services.connections import abandon_connection
from connectivity.services.offers import OfferProposal, offers_of_the_day
from connectivity.services.reach import check_address
from lifecycle import gate
from network.models import Membership
from prescriptions.models import Need
from prescriptions.services.households import edit_household, move_household
from tests.connectivity.lines import Line, ask, make_offer
from tests.network.factories import make_commune
from tests.prescriptions.answers import said_no
from tests.refurb.pages import acting, answered, read
from typography.french import day

pytestmark = pytest.mark.django_db
P = ProblemCode
CORRECT, PROOF, CHOOSE, SEND = (
    "Corriger le foyer", "Noter une pièce vue", "Choisir une offre", "Transmettre à l’opérateur",
)  # fmt: skip
TYPED = {
    "last_name": "Essai", "first_name": "Nadia", "phone": "0612345678", "contact_channel": "sms", "adults": 1,
    "children": 0,
}  # fmt: skip


def page_of(connection: ConnectionFile, name: str = "detail") -> str:
    return reverse(f"connectivity:connection_{name}", args=[connection.reference])


def asked_first(connection: ConnectionFile, actor: Membership) -> str:
    """The label of the one button beside « À vous d’agir »; empty without one."""
    page = acting(actor).get(page_of(connection)).content.decode()
    found = re.search(r'class="btn btn-primary"[^>]*>\s*([^<]+?)\s*<', page)
    return found[1] if found else ""


def stopped(line: Line, problem: str, *, proven: bool = False, alone: bool = False) -> ConnectionFile:
    """``proven``: its offer asks a proof, which was seen. ``alone``: no other offer of the day answers that need."""
    if not alone:
        make_offer(Channel.OWN_SUBSCRIPTION, technology=Technology.BOX_4G)
    if proven:
        ask(line.offer)
    connection = line.chosen()
    if proven:
        line.see(connection)
    return line.report(line.send(connection), problem)


@pytest.mark.parametrize(
    ("problem", "proven", "first"),
    [
        (P.NUMBER_NOT_FOUND, False, CORRECT), (P.NAME_MISMATCH, False, CORRECT), (P.NO_COVERAGE, False, CHOOSE),
        (P.DOCUMENT_REFUSED, True, PROOF), (P.DOCUMENT_REFUSED, False, SEND), (P.NOT_ELIGIBLE, True, PROOF),
        (P.NOT_ELIGIBLE, False, CHOOSE), (P.ALREADY_CUSTOMER, False, ""), (P.DUPLICATE, False, ""),
        (P.APPOINTMENT_MISSED, False, SEND), (P.OTHER, False, SEND),
    ],
)  # fmt: skip
def test_what_is_asked_first_is_what_would_make_the_request_pass(problem: str, proven: bool, first: str) -> None:
    line = Line()
    connection = stopped(line, problem, proven=proven)
    assert asked_first(connection, line.worker) == first
    assert "la demande part ensuite" not in read(acting(line.worker), page_of(connection)), "nothing leaves by itself"


@pytest.mark.parametrize("problem", [P.NUMBER_NOT_FOUND, P.NO_COVERAGE, P.NAME_MISMATCH])
def test_a_proof_that_grew_old_meanwhile_hides_no_other_problem(problem: str) -> None:
    line = Line()
    line.circle.at = timezone.now() - timedelta(days=20)
    make_offer()
    ask(line.offer)
    connection = line.chosen()
    line.see(connection, dated_on=timezone.localdate() - timedelta(days=100))
    connection = line.report(line.send(connection), problem)
    assert asked_first(connection, line.worker) == (CHOOSE if problem == P.NO_COVERAGE else CORRECT)


def test_whoever_cannot_correct_the_household_waits_for_who_can() -> None:
    line = Line()
    connection = stopped(line, P.NUMBER_NOT_FOUND)
    page = read(acting(line.adviser), page_of(connection))
    assert f"En attente d’une correction du foyer par {line.worker.organisation}" in page
    assert f"L’équipe de {line.worker.organisation} corrige le foyer" in page
    assert asked_first(connection, line.adviser) == ""
    edit_household(actor=line.worker, household=connection.need.prescription.household, phone="0612345699")
    assert asked_first(connection, line.adviser) == SEND


@pytest.mark.parametrize(
    ("problem", "told", "then"),
    [
        (P.NUMBER_NOT_FOUND, {"phone": "0612345699"}, SEND),
        (P.NUMBER_NOT_FOUND, {"address": "12 rue des Essais"}, SEND),
        (P.NUMBER_NOT_FOUND, {"children": 7}, CORRECT),
        (P.NUMBER_NOT_FOUND, {"last_name": "Autrement"}, CORRECT),
        (P.NAME_MISMATCH, {"last_name": "Autrement"}, SEND),
        (P.NAME_MISMATCH, {"phone": "0612345699"}, CORRECT),
        (P.NO_COVERAGE, {"address": "12 rue des Essais"}, SEND),
        (P.NO_COVERAGE, {"phone": "0612345699"}, CHOOSE),
    ],
)  # fmt: skip
def test_only_what_the_operator_said_is_wrong_is_corrected_by_a_correction(
    problem: str, told: dict[str, Any], then: str
) -> None:
    line = Line()
    connection = stopped(line, problem)
    edit_household(actor=line.worker, household=connection.need.prescription.household, **told)
    assert asked_first(connection, line.worker) == then


@pytest.mark.parametrize("problem", [P.NUMBER_NOT_FOUND, P.NO_COVERAGE])
def test_a_household_that_moved_is_asked_for_where_it_lives(problem: str) -> None:
    line = Line()
    connection = stopped(line, problem)
    household = connection.need.prescription.household
    commune = make_commune(epci=household.commune.epci)
    move_household(actor=line.worker, household=household, commune=commune, moved_on=timezone.localdate())
    assert asked_first(connection, line.worker) == SEND


def test_what_was_corrected_before_the_problem_answers_nothing_and_a_second_problem_asks_again() -> None:
    line = Line()
    connection = line.sent()
    household = connection.need.prescription.household
    edit_household(actor=line.worker, household=household, phone="0612345699")
    connection = line.report(line.send(line.report(connection, P.OTHER), "Corrigé."), P.NUMBER_NOT_FOUND)
    assert asked_first(connection, line.worker) == CORRECT
    edit_household(actor=line.worker, household=household, phone="0612345698")
    connection = line.report(line.send(connection, "Corrigé."), P.NUMBER_NOT_FOUND)
    assert asked_first(connection, line.worker) == CORRECT


def test_an_offer_that_does_arrive_at_the_address_is_asked_for_again() -> None:
    line = Line()
    connection = stopped(line, P.NO_COVERAGE)
    seen = {"access": Access.FIBRE, "checked_on": timezone.localdate(), "how": CheckedWith.values[0]}
    check_address(actor=line.worker, connection=connection, reached=False, **seen)
    assert asked_first(connection, line.worker) == CHOOSE
    check_address(actor=line.worker, connection=connection, reached=True, **seen)
    assert asked_first(connection, line.worker) == SEND


@pytest.mark.parametrize("problem", [P.NO_COVERAGE, P.NOT_ELIGIBLE])
def test_another_offer_is_chosen_without_the_one_that_cannot_be_ticked(problem: str) -> None:
    line = Line()
    assert "checked" not in acting(line.worker).get(page_of(stopped(line, problem), "choose")).content.decode()
    other = Line()
    assert "checked" in acting(other.worker).get(page_of(stopped(other, P.OTHER), "choose")).content.decode()


def test_once_the_offer_may_reach_the_household_it_is_ticked_again() -> None:
    line = Line()
    connection = stopped(line, P.NO_COVERAGE)
    seen = {"access": Access.FIBRE, "checked_on": timezone.localdate(), "how": CheckedWith.values[0]}
    check_address(actor=line.worker, connection=connection, reached=True, **seen)
    assert "checked" in acting(line.worker).get(page_of(connection, "choose")).content.decode()


@pytest.mark.parametrize(
    ("problem", "proof", "then"),
    [
        (P.DOCUMENT_REFUSED, {}, SEND),
        (P.NOT_ELIGIBLE, {}, SEND),
        (P.NOT_ELIGIBLE, {"holds": False}, CHOOSE),
        (P.DOCUMENT_REFUSED, {"holds": False}, CHOOSE),
        (P.NOT_ELIGIBLE, {"days": 60}, PROOF),
        (P.DOCUMENT_REFUSED, {"days": 60}, PROOF),
    ],
)
def test_only_a_proof_that_holds_and_is_as_recent_lets_the_request_go_again(
    problem: str, proof: dict[str, Any], then: str
) -> None:
    line = Line()
    connection = stopped(line, problem, proven=True)
    dated = {"dated_on": timezone.localdate() - timedelta(days=proof["days"])} if "days" in proof else proof
    line.see(connection, **dated)
    assert asked_first(connection, line.worker) == then


def test_what_the_prescription_says_by_itself_is_no_proof_to_note() -> None:
    line = Line()
    ask(line.offer, ConditionRule.FOLLOWED)
    assert asked_first(stopped(line, P.NOT_ELIGIBLE), line.worker) == CHOOSE


@pytest.mark.parametrize(
    "waiting",
    [
        Line.proposed, Line.chosen,
        *(partial(stopped, problem=one) for one in (P.NUMBER_NOT_FOUND, P.NO_COVERAGE, P.DOCUMENT_REFUSED)),
    ],
)  # fmt: skip
def test_for_a_household_that_needs_it_no_more_nothing_is_chosen_corrected_nor_sent(
    waiting: Callable[[Line], ConnectionFile],
) -> None:
    line = Line()
    connection = waiting(line)
    said_no(connection.need.prescription)
    page = read(acting(line.worker), page_of(connection))
    assert "abandonnez le dossier" in page
    assert "transmettez de nouveau" not in page
    assert "choisissez une autre offre" not in page.lower()
    assert asked_first(connection, line.worker) == "Abandonner le dossier"
    assert asked_first(connection, line.pilot) == ""
    if connection.state == "problem":
        told = read(acting(line.agent), page_of(connection))
        assert "En attente du travailleur social" in told
        assert "a répondu non" not in told, "an operator is not told what the household answered to others"


def test_whoever_corrects_the_household_from_a_request_that_stopped_comes_back_to_it() -> None:
    line = Line()
    connection = stopped(line, P.NUMBER_NOT_FOUND)
    client, here = acting(line.worker), page_of(connection)
    household = reverse("prescriptions:household_detail", args=[connection.need.prescription.household.reference])
    (address,) = re.findall(r'href="([^"]*/corriger/[^"]*)"', client.get(here).content.decode())
    page = answered(client, address, **TYPED | {"last_name": ""})
    assert page.count(f'href="{here}"') == 1, "« Annuler » leads there too"
    assert f'href="{household}"' in page, "the household is named by its own page"
    assert "Noter un déménagement" in page
    assert client.post(address, TYPED).url == here
    move = re.search(r'href="([^"]*/demenager/[^"]*)"', client.get(address).content.decode())
    assert move is not None
    moving = unescape(move[1])
    moved = {"commune": make_commune().code, "moved_on": str(timezone.localdate())}
    page = client.post(moving, moved | {"moved_on": ""}).content.decode()
    assert page.count(f'href="{here}"') == 1, "« Annuler » of the move leads there too"
    assert f'href="{household}"' in page
    assert client.post(moving, moved).url == here
    assert client.post(moving.partition("?")[0], moved | {"commune": make_commune().code}).url == household
    for asked in ("https://ailleurs.example/", "abc", "?x=1"):
        assert client.post(f"{address.partition('?')[0]}?suite={asked}", TYPED).url == household


def test_the_operator_finds_what_it_stopped_by_a_filter_and_not_among_what_it_has_to_answer() -> None:
    line = Line()
    connection = stopped(line, P.OTHER)
    client, queue = acting(line.agent), reverse("connectivity:queue")
    assert connection.reference not in read(client, queue)
    page = read(client, f"{queue}?state={connection.state}")
    assert connection.reference in page
    assert connection.get_state_display() in page
    other = Line()
    assert connection.reference not in read(acting(other.agent), f"{queue}?state={connection.state}")
    line.send(connection, "Corrigé.")
    assert connection.reference not in read(client, f"{queue}?state=problem")
    assert connection.reference in read(client, queue)


# --- what an operator said of an address

NOT_SERVED = "réseau n’arrive pas à cette adresse"
NO_WAY = "Aucune offre du jour n’est possible pour ce foyer"


def says(line: Line, connection: ConnectionFile, offer: Offer | None = None) -> OfferProposal:
    """What an offer of the day says of the household, its own unless said."""
    wanted = offer or line.offer
    need = Need.objects.get(pk=connection.need_id)
    (one,) = [one for one in offers_of_the_day(need=need, file=connection) if one.offer == wanted]
    return one


def is_refused(line: Line, connection: ConnectionFile, offer: Offer | None = None) -> bool:
    """Whether choosing it is refused for what its operator said, and for nothing else."""
    given = {"offer": offer or line.offer, "agreement": OfferAgreement.IN_PERSON}
    rows = ConnectionFile.objects.filter(pk=connection.pk)
    reasons = gate.preview(rows, "choose", actor=line.worker, **given).refused.get(connection.pk, ())
    assert {reason.code for reason in reasons} <= {"operator_serves"}, reasons
    return any(NOT_SERVED in reason.sentence for reason in reasons)


def test_what_an_operator_said_of_an_address_is_a_no_for_its_offers_of_that_kind_and_says_who_and_when() -> None:
    line = Line()
    same = make_offer(operator=line.operator)
    copper = make_offer(operator=line.operator, technology=Technology.COPPER)
    elsewhere = make_offer()
    connection = stopped(line, P.NO_COVERAGE)
    for offer in (line.offer, same):
        found = says(line, connection, offer)
        assert found.verdict == OfferVerdict.NOT
        (why,) = found.assessment.against
        told = f"{line.operator} a répondu le {day(timezone.localdate())} que son {NOT_SERVED}"
        assert told in why.sentence
        assert is_refused(line, connection, offer)
    for offer in (copper, elsewhere):
        assert says(line, connection, offer).verdict == OfferVerdict.MAYBE
        assert not is_refused(line, connection, offer)
    page = read(acting(line.worker), page_of(connection, "choose"))
    assert NOT_SERVED in page
    assert f'value="{line.offer.pk}"' not in page


def test_it_is_known_still_once_another_offer_was_chosen_and_for_the_next_file_of_the_household() -> None:
    line = Line()
    other = make_offer()
    connection = line.choose(stopped(line, P.NO_COVERAGE), other)
    assert is_refused(line, connection)
    abandon_connection(actor=line.worker, connection=connection, reason=ConnectionAbandonReason.OTHER)
    page = read(acting(line.worker), reverse("connectivity:connection_propose", args=[line.need.reference]))
    assert NOT_SERVED in page
    assert is_refused(line, line.proposed())


def test_a_request_that_was_refused_because_the_home_is_not_served_says_so_too() -> None:
    line = Line()
    line.refused()
    connection = line.proposed()
    assert says(line, connection).verdict == OfferVerdict.NOT
    assert is_refused(line, connection)


@pytest.mark.parametrize("problem", [P.OTHER, P.NOT_ELIGIBLE, P.NUMBER_NOT_FOUND])
def test_another_problem_says_nothing_of_the_address(problem: str) -> None:
    line = Line()
    connection = stopped(line, problem)
    assert says(line, connection).verdict != OfferVerdict.NOT
    assert not is_refused(line, connection)


@pytest.mark.parametrize("lifted", ["moves", "corrected", "checked"])
def test_it_holds_until_the_household_moved_or_somebody_notes_what_arrives_there(lifted: str) -> None:
    line = Line()
    connection = stopped(line, P.NO_COVERAGE)
    household, today = connection.need.prescription.household, timezone.localdate()
    seen: dict[str, Any] = {"checked_on": today, "how": CheckedWith.ARCEP, "actor": line.worker}
    edit_household(actor=line.worker, household=household, phone="0612345699")
    check_address(connection=connection, access=Access.FIBRE, reached=False, **seen)
    check_address(connection=connection, access=Access.COPPER, reached=True, **seen)
    assert says(line, connection).verdict == OfferVerdict.NOT
    assert asked_first(connection, line.worker) == CHOOSE, "copper arrives: it says nothing of fibre"
    if lifted == "moves":
        commune = make_commune(epci=household.commune.epci)
        move_household(actor=line.worker, household=household, commune=commune, moved_on=today)
    elif lifted == "corrected":
        edit_household(actor=line.worker, household=household, address="12 rue des Essais")
    else:
        check_address(connection=connection, access=Access.FIBRE, reached=True, **seen)
    assert says(line, connection).verdict != OfferVerdict.NOT
    assert not is_refused(line, connection)


def test_once_no_offer_of_the_day_is_left_the_page_says_the_way_out() -> None:
    line = Line()
    connection = stopped(line, P.NO_COVERAGE, alone=True)
    page = read(acting(line.worker), page_of(connection))
    assert "forfait mobile" not in page
    assert NO_WAY[0].lower() + NO_WAY[1:] in page
    assert asked_first(connection, line.worker) == "Abandonner le dossier"
    chosen = read(acting(line.worker), page_of(connection, "choose"))
    assert NO_WAY in chosen
    assert reverse("connectivity:connection_abandon", args=[connection.reference]) in chosen
    make_offer(Channel.OWN_SUBSCRIPTION, technology=Technology.BOX_4G)
    assert asked_first(connection, line.worker) == CHOOSE


def test_what_was_taken_without_an_operator_is_read_after_one_said_that_it_does_not_come() -> None:
    line = Line()
    own = make_offer(Channel.COUNTER, technology=Technology.PREPAID)
    connection = line.activate(line.choose(stopped(line, P.NO_COVERAGE), own))
    assert acting(line.worker).get(page_of(connection)).status_code == 200


def test_a_mobile_offer_that_no_check_of_an_address_concerns_is_chosen_again() -> None:
    line = Line(offer_columns={"technology": Technology.MOBILE})
    line.refused()
    assert line.choose(line.proposed()).state == "chosen"
