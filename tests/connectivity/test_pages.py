"""The pages of connection: who sees what, at what cost, what each asks and does."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Channel, ConditionRule, ConnectionState, CurrentLine, ProblemCode
from connectivity.followers import remind
from connectivity.models import ConnectionFile, ConnectionPaper, Offer, ProofSeen
from connectivity.services.lines import keep_notice
from documents.models import Mail
from lifecycle.actors import SYSTEM
from lifecycle.registry import Move, Moved
from network.models import Membership, Organisation
from prescriptions.models import HouseholdAccess, Need
from tests.connectivity.lines import DAY, Line, again, ask, close_copper, make_offer
from tests.costs import assert_same_queries
from tests.network.factories import make_membership
from tests.prescriptions.answers import said_no
from tests.refurb.pages import acting, answered, read
from typography.french import day

pytestmark = pytest.mark.django_db
S = ConnectionState
NBSP = "\N{NO-BREAK SPACE}"
ACTIONS = (
    "choose", "proof", "send", "report_problem", "accept", "schedule", "activate", "renew", "refuse", "end", "abandon",
    "lose_right", "change_offer",
)  # fmt: skip


def page_of(connection: ConnectionFile, name: str, *args: Any) -> str:
    return reverse(f"connectivity:connection_{name}", args=[connection.reference, *args])


def people(line: Line) -> dict[str, Membership]:
    return {"worker": line.worker, "adviser": line.adviser, "pilot": line.pilot, "agent": line.agent}


# --- the lists


def test_each_sees_the_files_it_serves_and_the_pilot_all() -> None:
    line, other = Line(), Line()
    mine, theirs = line.sent(), other.proposed()
    name = line.need.prescription.household.last_name
    url = reverse("connectivity:connection_list")
    for actor in (line.worker, line.adviser):
        page = read(acting(actor), url)
        assert mine.reference in page
        assert name in page
        assert theirs.reference not in page
    page = read(acting(line.pilot), url)
    assert mine.reference in page
    assert theirs.reference in page
    assert name not in page
    assert acting(line.agent).get(url).url == reverse("connectivity:queue")


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("manager", "epci"), ("observer", "epci"), ("contact", "donor"), ("technician", "reconditioner"),
        ("manager", "recycler"), ("observer", "funder"),
    ],
)  # fmt: skip
def test_those_who_serve_no_household_see_no_file(role: str, kind: str) -> None:
    line = Line()
    connection = line.sent()
    client = acting(make_membership(role, kind))

    page = read(client, reverse("connectivity:connection_list"))
    assert "ne suit pas les foyers un par un" in page
    assert connection.reference not in page
    for name in ("detail", *ACTIONS):
        assert client.get(page_of(connection, name)).status_code == 404, name
        assert client.post(page_of(connection, name)).status_code in (404, 405), name
    for name in ("waiting_list", "queue", "queue_export", "queue_import", "offer_list"):
        assert client.get(reverse(f"connectivity:{name}")).status_code == 403, name
    paper = connection.papers.first()
    assert paper is not None
    assert client.get(page_of(connection, "paper", paper.pk)).status_code == 404


def test_the_list_is_narrowed_by_state_kind_territory_and_reference() -> None:
    line = Line()
    chosen = line.chosen()
    other = Line(circle=line.circle)
    proposed = other.proposed()
    client = acting(line.worker)

    def found(**query: str) -> set[str]:
        page = read(client, reverse("connectivity:connection_list"), **query)
        return {one.reference for one in (chosen, proposed) if f"/{one.reference}/" in page}

    assert found() == {chosen.reference, proposed.reference}
    assert found(state="chosen") == {chosen.reference}
    assert found(kind="mobile_connection") == set()
    assert found(text=proposed.reference.lower()) == {proposed.reference}
    assert "Aucun dossier ne répond" in read(client, reverse("connectivity:connection_list"), state="active")


def shared(line: Line) -> Callable[[int], None]:
    """A function that sends so many more files of the same circle to the same operator."""

    def make(count: int) -> None:
        for _ in range(count):
            more = Line(circle=line.circle)
            more.__dict__["offer"] = line.offer
            more.sent()

    return make


def test_the_file_of_an_operator_costs_the_same_with_one_request_and_with_many() -> None:
    line = Line()
    client = acting(line.agent)
    assert_same_queries(shared(line), lambda: client.get(reverse("connectivity:queue_export")), rows=4)


def test_offers_and_the_end_of_copper_are_told_with_their_source() -> None:
    line = Line()
    ask(line.offer)
    close_copper(line.circle.commune, date(2030, 1, 31))
    page = read(acting(line.worker), reverse("connectivity:offer_list"))
    assert line.offer.name in page
    assert f"test. Vérifié le {day(DAY)}." in page
    assert "Être locataire" in page
    page = read(acting(line.worker), reverse("connectivity:closure_list"), commune=line.circle.commune.name)
    assert day(date(2030, 1, 31)) in page


# --- from a need to a line


def test_a_worker_goes_from_the_need_to_the_line_by_the_pages() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    ask(line.offer)
    close_copper(line.circle.commune, line.today() + timedelta(days=500))
    client, need = acting(line.worker), line.need
    assert need.reference in read(client, reverse("connectivity:waiting_list"))
    url = reverse("connectivity:connection_propose", args=[need.reference])
    page = read(client, url)
    assert "Quittance de loyer de moins de 90 jours à regarder." in page
    assert "fin de vente le" in page

    made = client.post(url, {"current_line": CurrentLine.COPPER})
    connection = ConnectionFile.objects.get()
    assert made.url == page_of(connection, "choose")
    assert connection.current_line == CurrentLine.COPPER
    assert "encore sur le cuivre" in read(client, page_of(connection, "detail"))

    client.post(page_of(connection, "proof"), {"rule": "tenant", "dated_on": line.today(), "holds": "yes"})
    assert ProofSeen.objects.get().ceiling is None
    assert "Ce champ est obligatoire" in answered(client, page_of(connection, "choose"), offer=line.offer.pk)
    client.post(page_of(connection, "choose"), {"offer": line.offer.pk, "agreement": "in_person"})
    page = read(client, page_of(connection, "detail"))
    assert f"À vous d’agir{NBSP}:</strong> quand la personne a souscrit" in page
    assert "Fiche de connexion du foyer" in page
    client.post(
        page_of(connection, "activate"),
        {
            "started_on": line.today(), "monthly_price": "9,90", "evidence_kind": "contract",
            "evidence_on": line.today(), "evidence_reference": "C-12",
        },
    )  # fmt: skip
    assert again(connection).state == S.ACTIVE
    assert Need.objects.get(pk=need.pk).state == "met"
    assert HouseholdAccess.objects.filter(what="connection", actor=line.worker).exists()


def test_an_offer_that_is_impossible_is_told_and_not_offered() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, offer_columns={"technology": "copper"})
    ask(line.offer, ConditionRule.COPPER_OPEN, proof="none")
    close_copper(line.circle.commune, line.today() + timedelta(days=100))
    connection = line.proposed()
    page = read(acting(line.worker), page_of(connection, "choose"))
    assert "Aucune offre du jour n’est possible" in page
    assert 'name="offer"' not in page


def test_an_offer_whose_proof_was_never_seen_asks_to_look_at_it_before_it_asks_to_send() -> None:
    line = Line()
    ask(line.offer)
    connection = line.chosen()
    client = acting(line.worker)
    page = read(client, page_of(connection, "detail"))
    assert "regardez avec la personne la pièce que demande l’offre" in page
    assert page_of(connection, "proof") in page
    assert "transmettez la demande à l’opérateur" not in page
    line.see(connection)
    assert "transmettez la demande à l’opérateur" in read(client, page_of(connection, "detail"))


@pytest.mark.parametrize("gone", ["operator", "offer"])
@pytest.mark.parametrize("state", ["chosen", "problem"])
def test_who_chose_an_offer_that_leads_nowhere_any_more_is_asked_to_choose_another(gone: str, state: str) -> None:
    line = Line()
    make_offer()
    connection = line.chosen() if state == "chosen" else line.report(line.sent())
    if gone == "operator":
        Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    else:
        Offer.objects.filter(pk=line.offer.pk).update(valid_to=line.today() - timedelta(days=1))
    why = {"operator": "n’est plus en activité", "offer": "celle-ci n’est plus en vigueur"}[gone]
    page = read(acting(line.worker), page_of(connection, "detail"))
    assert f"À vous d’agir{NBSP}:</strong> choisissez une autre offre avec la personne" in page
    assert why in page
    assert "transmettez" not in page
    told = read(acting(line.pilot), page_of(connection, "detail"))
    assert page_of(connection, "address") not in told, "no link to a page that refuses him"
    assert page_of(connection, "address") in read(acting(line.worker), page_of(connection, "detail"))
    assert "En attente du choix d’une autre offre avec la personne" in told
    assert why in told
    assert "de la transmission" not in told


def test_the_reminder_of_a_problem_does_not_say_to_send_to_an_operator_that_closed() -> None:
    line = Line()
    problem = line.report(line.sent())
    Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    remind(Move("connection", "remind", SYSTEM, timezone.now(), None, {}, [Moved(problem.pk, "", "", 0)]))
    body = Mail.objects.latest("pk").body
    assert "Choisissez une autre offre" in body
    assert "transmettez" not in body


def test_an_operator_that_closed_is_said_wherever_its_offer_is_proposed_and_on_no_list_of_proofs() -> None:
    line = Line()
    ask(line.offer)
    looking, chosen = line.proposed(), Line(circle=line.circle, offer_columns={"operator": line.operator}).chosen()
    Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    client = acting(line.worker)
    gone = "n’est plus en activité"
    assert gone in read(client, page_of(looking, "choose"))
    assert gone in read(client, reverse("connectivity:offer_list"))
    assert gone in read(client, reverse("connectivity:offer_detail", args=[line.offer.code]))
    assert "Opérateur en activité" in read(client, page_of(chosen, "detail"))
    assert "Opérateur en activité" not in read(client, page_of(looking, "proof"))


def test_a_problem_tells_its_next_step_and_the_words_of_the_operator() -> None:
    line = Line()
    problem = line.problem()
    page = read(acting(line.worker), page_of(problem, "detail"))
    assert "Comparez le nom du dossier" in page
    assert "Voir le contrat." in page
    assert "comparez le nom du dossier à celui de la pièce d’identité, et corrigez-le" in page
    assert "Corriger le foyer" in page
    told = read(acting(line.adviser), page_of(problem, "detail"))
    assert f"L’équipe de {line.worker.organisation} corrige le foyer" in told


def test_the_pages_of_the_household_and_of_its_request_say_what_a_line_that_stopped_waits_for() -> None:
    line = Line()
    connection = line.report(line.sent(), ProblemCode.NUMBER_NOT_FOUND)
    prescription = connection.need.prescription
    pages = [
        reverse("prescriptions:household_detail", args=[prescription.household.reference]),
        reverse("prescriptions:prescription_detail", args=[prescription.reference]),
        reverse("prescriptions:need_detail", args=[connection.need.reference]),
    ]
    for page in pages:
        for actor in (line.worker, line.adviser):
            assert "Vérifiez l’adresse complète" in read(acting(actor), page), (page, actor.role)
        assert "Vérifiez l’adresse complète" not in read(acting(line.pilot), page), "he deals with no line"
    line.send(connection, "Adresse complétée.")
    assert not any("Vérifiez l’adresse" in read(acting(line.worker), page) for page in pages)
    line.report(connection, ProblemCode.NUMBER_NOT_FOUND)
    assert "Vérifiez l’adresse" in read(acting(line.worker), pages[0])
    said_no(prescription)
    assert not any("Vérifiez l’adresse" in read(acting(line.worker), page) for page in pages), "it needs it no more"


def test_an_operator_reads_the_person_to_connect_and_neither_proofs_nor_facts() -> None:
    line = Line()
    ask(line.offer)
    connection = line.chosen()
    line.see(connection)
    line.send(connection)
    page = read(acting(line.agent), page_of(connection, "detail"))
    household = line.need.prescription.household
    for told in (household.last_name, "1 rue des Essais", "vues par un professionnel", "acceptez la demande"):
        assert told in page, told
    for hidden in ("Quittance", line.circle.prescriber.name, "Minimum social", "Conditions de l’offre"):
        assert hidden not in page, hidden


def test_an_operator_that_said_no_keeps_the_reference_and_no_person() -> None:
    line = Line()
    refused = line.refused()
    page = read(acting(line.agent), page_of(refused, "detail"))
    assert refused.reference in page
    assert line.need.prescription.household.last_name not in page
    assert line.need.prescription.household.last_name in read(acting(line.worker), page_of(refused, "detail"))


@pytest.mark.parametrize(
    ("prepare", "who", "yours", "awaited"),
    [
        (Line.proposed, "worker", "choisissez une offre", "En attente du choix"),
        (Line.chosen, "adviser", "transmettez la demande", "En attente de la transmission"),
        (Line.sent, "agent", "acceptez la demande", "En attente d’Opérateur"),
        (Line.accepted, "agent", "fixez la date", "En attente d’Opérateur"),
        (Line.scheduled, "agent", "déclarez la ligne active", "En attente d’Opérateur"),
        (Line.problem, "worker", "comparez le nom du dossier", "En attente du travailleur social"),
    ],
)  # fmt: skip
def test_a_file_says_whose_turn_it_is(prepare: Any, who: str, yours: str, awaited: str) -> None:
    line = Line()
    connection = prepare(line)
    assert f"À vous d’agir{NBSP}:</strong> {yours}" in read(acting(people(line)[who]), page_of(connection, "detail"))
    waiting = read(acting(line.pilot), page_of(connection, "detail"))
    assert awaited in waiting
    assert "À vous d’agir" not in waiting


def test_a_file_over_waits_for_its_household_to_be_told_then_for_nothing() -> None:
    line = Line()
    file = line.refused()
    page = read(acting(line.worker), page_of(file, "detail"))
    assert "Ce dossier est terminé\u00a0: il reste à prévenir le foyer" in page
    assert "Plus rien n’est attendu" not in page
    keep_notice(actor=line.worker, connection=file)
    assert "Plus rien n’est attendu" in read(acting(line.worker), page_of(file, "detail"))


# --- the actions


def test_a_page_of_a_file_leads_back_to_the_list_that_its_reader_came_from() -> None:
    line = Line()
    connection = line.sent()
    queue = f'<a href="{reverse("connectivity:queue")}">Demandes</a>'
    files = f'<a href="{reverse("connectivity:connection_list")}">Connexions</a>'
    for who, page, here, there in (("agent", "accept", queue, files), ("worker", "abandon", files, queue)):
        for name in ("detail", page):
            read_by = read(acting(people(line)[who]), page_of(connection, name))
            assert f'<li class="breadcrumb-item">{here}</li>' in read_by, (who, name)
            assert f'<li class="breadcrumb-item">{there}</li>' not in read_by, (who, name)


POSTED: list[tuple[Callable[[Line], ConnectionFile], str, str, dict[str, Any], str]] = [
    (Line.chosen, "worker", "send", {}, "sent"),
    (Line.sent, "agent", "report_problem", {"problem": "duplicate"}, "problem"),
    (Line.sent, "agent", "accept", {"operator_reference": "A"}, "accepted"),
    (
        Line.accepted,
        "agent",
        "schedule",
        {"appointment_on": "today", "appointment_slot": "day", "day_confirmed": "on"},
        "scheduled",
    ),
    (
        Line.scheduled,
        "agent",
        "activate",
        {"started_on": "today", "monthly_price": "0", "early_confirmed": "on"},
        "active",
    ),
    (Line.sent, "agent", "refuse", {"refusal": "no_coverage"}, "refused"),
    (Line.active, "worker", "end", {"reason": "moved"}, "ended"),
    (Line.active, "agent", "end", {"reason": "unpaid"}, "ended"),
    (Line.scheduled, "adviser", "abandon", {"reason": "gave_up"}, "abandoned"),
]


@pytest.mark.parametrize(("prepare", "who", "verb", "data", "state"), POSTED)
def test_an_action_is_asked_then_done(
    prepare: Callable[[Line], ConnectionFile], who: str, verb: str, data: dict[str, Any], state: str
) -> None:
    line = Line()
    connection = prepare(line)
    client = acting(people(line)[who])
    assert client.get(page_of(connection, verb)).status_code == 200
    given = {name: f"{line.today()}" if value == "today" else value for name, value in data.items()}
    done = client.post(page_of(connection, verb), given)
    assert done.status_code == 302, done.content.decode()
    assert again(connection).state == state
    assert client.get(done.url).status_code == 200


def test_renewing_is_asked_then_done() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active(entitlement_ends_on=line.today() + timedelta(days=20))
    client = acting(line.worker)
    assert 'name="entitlement_ends_on" value="' in read(client, page_of(active, "renew"))
    client.post(page_of(active, "renew"), {"entitlement_ends_on": line.today() + timedelta(days=400)})
    assert again(active).renewed_at is not None


ALLOWED: dict[str, set[str]] = {
    "choose": {"worker", "adviser"},
    "proof": {"worker", "adviser"},
    "send": {"worker", "adviser"},
    "abandon": {"worker", "adviser"},
    "renew": {"worker"},
    "report_problem": {"agent"},
    "accept": {"agent"},
    "schedule": {"agent"},
    "activate": {"agent"},
    "refuse": {"agent"},
    "end": {"agent", "worker"},
    "lose_right": {"worker"},
    "change_offer": {"worker", "adviser"},
}


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_that_is_not_ones_to_do_is_forbidden(name: str) -> None:
    line = Line()
    connection = line.sent()
    for role, actor in people(line).items():
        opened = acting(actor).get(page_of(connection, name))
        assert (opened.status_code != 403) == (role in ALLOWED[name]), (role, opened.status_code)
        if role not in ALLOWED[name]:
            assert acting(actor).post(page_of(connection, name), {"reason": "other"}).status_code == 403


@pytest.mark.parametrize("name", ["detail", *ACTIONS])
def test_a_file_of_others_does_not_exist(name: str) -> None:
    line, other = Line(), Line()
    connection = line.sent()
    for stranger in (other.worker, other.adviser, other.agent):
        assert acting(stranger).get(page_of(connection, name)).status_code == 404
        assert acting(stranger).post(page_of(connection, name)).status_code in (404, 405)


def test_a_need_of_others_or_that_waits_no_more_is_not_proposed_for() -> None:
    line, other = Line(), Line()
    url = reverse("connectivity:connection_propose", args=[line.need.reference])
    assert acting(other.worker).get(url).status_code == 404
    assert acting(line.pilot).get(url).status_code == 404
    line.proposed()
    assert acting(line.worker).get(url).status_code == 404


# --- papers


def test_papers_open_to_those_they_are_for() -> None:
    line = Line()
    connection = line.sent()
    family = ConnectionPaper.objects.get(file=connection, kind="family")
    operator = ConnectionPaper.objects.get(file=connection, kind="operator")
    for actor, paper, status in (
        (line.worker, family, 200), (line.adviser, operator, 200), (line.agent, operator, 200),
        (line.agent, family, 404), (Line().worker, family, 404),
    ):  # fmt: skip
        opened = acting(actor).get(page_of(connection, "paper", paper.pk))
        assert opened.status_code == status
        if status == 200:
            assert b"".join(opened.streaming_content).startswith(b"%PDF")


# --- what is added to the pages below


def test_the_pages_of_a_need_and_a_prescription_lead_to_the_file() -> None:
    line = Line()
    pages = [
        reverse("prescriptions:prescription_detail", args=[line.need.prescription.reference]),
        reverse("prescriptions:need_detail", args=[line.need.reference]),
    ]
    propose = reverse("connectivity:connection_propose", args=[line.need.reference])
    for url in pages:
        assert propose in read(acting(line.adviser), url)
    connection = line.proposed()
    for url in pages:
        page = read(acting(line.adviser), url)
        assert connection.reference in page
        assert propose not in page


@pytest.mark.parametrize("columns", [{"price": None, "price_max": None}, {"reliability": "check"}])
def test_a_price_to_be_confirmed_is_told_to_the_household_before_it_agrees(columns: dict[str, object]) -> None:
    line = Line(offer_columns=columns)
    connection, client = line.proposed(), acting(line.worker)
    url, chosen = page_of(connection, "choose"), {"offer": line.offer.pk, "agreement": "in_person"}
    assert "Le foyer sait que le prix est à confirmer" in read(client, url)
    page = answered(client, url, **chosen)
    assert "dites-le au foyer avant son accord" in page
    assert 'href="#id_price_told"' in page
    assert again(connection).state == S.PROPOSED
    client.post(url, chosen | {"price_told": "on"})
    assert again(connection).state == S.CHOSEN
    assert connection.journal.get(verb="choose").values["price_told"] is True


def test_of_a_sure_price_nothing_is_asked_nor_kept() -> None:
    line = Line(offer_columns={"reliability": "sure"})
    connection, client = line.proposed(), acting(line.worker)
    assert "price_told" not in read(client, page_of(connection, "choose"))
    client.post(page_of(connection, "choose"), {"offer": line.offer.pk, "agreement": "in_person", "price_told": "on"})
    assert "price_told" not in connection.journal.get(verb="choose").values


def test_the_day_of_a_proof_is_read_on_it_and_is_never_today_by_itself() -> None:
    line = Line()
    ask(line.offer, ConditionRule.TENANT)
    page = read(acting(line.worker), page_of(line.chosen(), "proof"))
    field = page.split('name="dated_on"')[1].split(">")[0]
    assert "value=" not in field
