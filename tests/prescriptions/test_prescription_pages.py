"""Prescriptions and needs as each role reads and moves them through pages."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.models import Mail
from lifecycle.requirements import EXPLAINED_IN_COMMENT
from network.enums import OrganisationKind, Role
from prescriptions.models import Decision, HouseholdAccess, Prescription
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from prescriptions.views.rows import veil
from tests.network.factories import make_membership, make_organisation
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
STORY = "Hébergée chez une amie depuis le printemps."
EVERYTHING = (("computer", "studies"), ("fixed_connection", "paperwork"), ("digital_skills", "social"))


@pytest.fixture
def circle() -> Circle:
    return Circle()


def incomplete(circle: Circle) -> Prescription:
    asked: Prescription = ask_completion_prescription(
        actor=circle.adviser, prescription=circle.submitted(), missing=["income_seen"], words="Un texte d’essai."
    )
    return asked


# --- who acts next


STEPS: list[tuple[Callable[[Circle], Prescription], str, str, str]] = [
    (Circle.empty, "worker", "complétez ce qui manque", ""),
    (Circle.draft, "worker", "relisez la demande, puis déposez-la", ""),
    (Circle.submitted, "adviser", "examinez la demande", "En attente de l’examen par"),
    (incomplete, "worker", "apportez ce qui est demandé", "En attente d’un complément de"),
    (lambda circle: circle.accepted(SKILLS), "worker", "orientez le foyer", "En attente d’une orientation par"),
]


@pytest.mark.parametrize(("prepare", "role", "yours", "awaited"), STEPS)
def test_a_prescription_says_whose_turn_it_is(
    circle: Circle, prepare: Callable[[Circle], Prescription], role: str, yours: str, awaited: str
) -> None:
    prescription = prepare(circle)
    page = read(acting(getattr(circle, role)), page_of(prescription, "prescription_detail"))
    assert f"À vous d’agir\N{NO-BREAK SPACE}:</strong> {yours}" in page
    if awaited:
        other = circle.pilot if role == "adviser" else circle.adviser
        page = read(acting(other), page_of(prescription, "prescription_detail"))
        assert awaited in page
        assert "À vous d’agir" not in page


@pytest.mark.parametrize(
    ("needs", "yours", "awaited"),
    [
        ([("computer", "work")], "En attente d’un appareil chez", "En attente d’un appareil chez"),
        (
            [("mobile_connection", "work")],
            "À vous d’agir\u00a0:</strong> proposez une offre de connexion au foyer",
            "En attente d’une offre de connexion",
        ),
    ],
)
def test_an_accepted_prescription_says_what_is_awaited_and_of_whom(
    circle: Circle, needs: list[tuple[str, str]], yours: str, awaited: str
) -> None:
    accepted = circle.accepted(needs)
    need = accepted.needs.get()
    client, page = acting(circle.worker), page_of(accepted, "prescription_detail")
    assert yours in read(client, page)
    assert awaited in read(acting(circle.pilot), page_of(need, "need_detail"))
    if need.kind == "mobile_connection":
        propose = reverse("connectivity:connection_propose", args=[need.reference])
        assert propose in read(client, page)
        assert client.get(propose).status_code == 200


def test_the_distributor_s_adviser_is_asked_to_choose_a_device(circle: Circle) -> None:
    accepted = circle.accepted([("computer", "work")])
    for row, name in ((accepted, "prescription_detail"), (accepted.needs.get(), "need_detail")):
        assert "choisissez un appareil pour ce foyer" in read(acting(circle.adviser), page_of(row, name))


# --- what each reads


def test_the_page_tells_needs_rank_rules_facts_agreement_papers_and_life(circle: Circle) -> None:
    accepted = circle.accepted(EVERYTHING)
    page = read(acting(circle.adviser), page_of(accepted, "prescription_detail"))
    for told in (
        f"Prescription {accepted.reference}", "1er sur 1", "D’où vient ce rang", "Bénéficiaire d’un minimum social",
        "Remplie", "Accord donné le", "Fiche du foyer", "Prescription acceptée", "Les règles sont favorables",
        accepted.household.name, "Équipement", "Autonomie",
    ):  # fmt: skip
        assert told in page, told


def test_the_chain_is_told_in_one_sentence(circle: Circle) -> None:
    page = read(acting(circle.worker), page_of(circle.accepted(COMPUTER), "prescription_detail"))
    space = "\N{NO-BREAK SPACE}"
    assert f"Équipement (Ordinateur), étape en cours, en attente{space}; Connexion, pas demandé{space};" in page


def test_the_page_of_a_household_shows_the_chain_of_the_request_that_lives_rather_than_of_a_draft(
    circle: Circle,
) -> None:
    accepted = circle.accepted(COMPUTER)
    draft = circle.draft(household=accepted.household)
    client, url = acting(circle.worker), page_of(accepted.household, "household_detail")
    page = read(client, url)
    assert f"La demande du foyer ({accepted.reference})" in page
    assert f"La demande du foyer ({draft.reference})" not in page
    withdraw_prescription(actor=circle.worker, prescription=accepted, reason="other", comment="Ne vient plus.")
    assert f"La demande du foyer ({draft.reference})" in read(client, url)


@pytest.mark.parametrize("role", ["adviser", "relay", "pilot"])
def test_nobody_but_its_prescriber_reads_the_story(circle: Circle, role: str) -> None:
    accepted = circle.accepted(story=STORY)
    client = acting(getattr(circle, role))
    for url in (
        page_of(accepted, "prescription_detail"),
        page_of(accepted.household, "household_detail"),
        page_of(accepted.needs.get(), "need_detail"),
    ):
        page = read(client, url)
        assert STORY not in page
        assert "Situation du foyer" not in page
    for method in (client.get, client.post):
        assert method(page_of(accepted, "prescription_story"), {"story": "x"}).status_code == 403
    assert STORY in read(acting(circle.worker), page_of(accepted, "prescription_detail"))


def test_a_relay_reads_need_and_contact_and_no_fact(circle: Circle) -> None:
    submitted = circle.submitted()
    client = acting(circle.relay)
    assert client.get(page_of(submitted, "prescription_detail")).status_code == 404
    accepted = circle.accept(submitted)
    page = read(client, page_of(accepted, "prescription_detail"))
    assert accepted.household.name in page
    for hidden in ("minimum social", "Ce que disent les règles", "Accord donné le", "Ce qui a été vu"):
        assert hidden not in page, hidden
    elsewhere = Circle().accepted()
    assert client.get(page_of(elsewhere, "prescription_detail")).status_code == 404


def test_a_relay_is_left_no_birth_date_nor_the_day_a_minor_was_seen_to_be_emancipated(circle: Circle) -> None:
    copy = circle.accepted().household
    copy.birth_date, copy.emancipated_on = date(2010, 1, 2), date(2026, 3, 4)
    veil(copy, circle.relay)
    assert (copy.birth_date, copy.emancipated_on) == (None, None)


def test_a_colleague_of_another_prescriber_sees_nothing(circle: Circle) -> None:
    accepted = circle.accepted()
    client = acting(Circle().worker)
    for row, name in (
        (accepted, "prescription_detail"),
        (accepted.needs.get(), "need_detail"),
        (accepted.household, "household_detail"),
    ):
        assert client.get(page_of(row, name)).status_code == 404
    assert accepted.reference not in read(client, reverse("prescriptions:prescription_list"))


def test_the_papers_open_to_whoever_sees_the_prescription(circle: Circle) -> None:
    submitted = circle.submitted()
    paper = submitted.papers.get()
    url = page_of(submitted, "prescription_paper", paper.pk)
    for actor in (circle.worker, circle.adviser):
        response = acting(actor).get(url)
        assert response.headers["Content-Type"] == "application/pdf"
        assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert acting(Circle().worker).get(url).status_code == 404


def test_every_opening_is_written_in_the_log(circle: Circle) -> None:
    accepted = circle.accepted()
    need, household = accepted.needs.get(), accepted.household
    client = acting(circle.adviser)
    for row, name in ((accepted, "prescription_detail"), (need, "need_detail"), (household, "household_detail")):
        read(client, page_of(row, name))
    opened = HouseholdAccess.objects.filter(household=household, actor=circle.adviser).order_by("pk")
    assert list(opened.values_list("what", flat=True)) == ["prescription_detail", "need_detail", "household_detail"]


# --- the verbs


def test_an_adviser_asks_for_what_is_missing_from_the_list_and_in_words(circle: Circle) -> None:
    submitted = circle.submitted()
    client, url = acting(circle.adviser), page_of(submitted, "prescription_ask_completion")
    assert "Dites ce qui manque" in answered(client, url)
    done(client, url, missing=["income_seen"], words="Le plus récent.")
    assert again(submitted).state == "incomplete"
    page = read(acting(circle.worker), page_of(submitted, "prescription_detail"))
    assert "Un justificatif de ressources vu récemment" in page
    assert "Le plus récent." in page


def test_an_adviser_accepts_with_the_rules_in_front(circle: Circle) -> None:
    submitted = circle.submitted()
    client, url = acting(circle.adviser), page_of(submitted, "prescription_accept")
    page = read(client, url)
    for told in (
        "Une acceptation ne se reprend pas",
        "Ce que disent les règles du jour",
        "Bénéficiaire d’un minimum social",
        "Remplie",
        "Minimum social",
    ):
        assert told in page, told
    done(client, url)
    assert again(submitted).state == "accepted"


def against(circle: Circle) -> Prescription:
    draft = circle.empty()
    sent_needs = {"needs-TOTAL_FORMS": 1, "needs-INITIAL_FORMS": 0, "needs-0-kind": "computer", "needs-0-use": "work"}
    acting(circle.worker).post(page_of(draft, "prescription_needs"), sent_needs)
    circle.see_fact(draft, "reste_a_vivre", band="rav_more")
    circle.agree(draft)
    return circle.submit(draft)


def test_against_the_rules_a_reason_is_written(circle: Circle) -> None:
    submitted = against(circle)
    client, url = acting(circle.adviser), page_of(submitted, "prescription_accept")
    assert "Les règles sont défavorables" in read(client, url)
    page = answered(client, url)
    assert 'href="#id_motive"' in page
    assert again(submitted).state == "submitted"
    done(client, url, motive="Rupture récente de ressources.")
    assert again(submitted).state == "accepted"
    assert Decision.objects.get(prescription=submitted).motive == "Rupture récente de ressources."


def test_a_refusal_says_why_and_what_comes_next(circle: Circle) -> None:
    submitted = circle.submitted()
    client, url = acting(circle.adviser), page_of(submitted, "prescription_refuse")
    page = answered(client, url, reason="", next_step="", motive="Déjà vu ailleurs.")
    assert 'href="#id_reason"' in page
    assert "Déjà vu ailleurs." in page
    page = answered(client, url, reason="not_eligible", next_step="S’adresser à la commune.")
    assert "le quotient familial seul ne suffit jamais à refuser" in page
    assert "S’adresser à la commune." in page
    done(client, url, reason="already_served", next_step="S’adresser à la commune.")
    page = read(acting(circle.worker), page_of(submitted, "prescription_detail"))
    head, _, facts = page.partition('id="needs"')
    assert "Le foyer a déjà été équipé pour ce besoin" in head
    assert "S’adresser à la commune." in head
    assert page_of(submitted.household, "prescription_begin") in head
    assert "Le foyer n’est pas d’accord" in head
    assert "pas encore" not in facts
    assert page_of(submitted.household, "prescription_begin") not in read(
        acting(circle.adviser), page_of(submitted, "prescription_detail")
    )


def test_a_refusal_whose_reason_says_nothing_alone_is_explained_and_nothing_typed_is_lost(circle: Circle) -> None:
    submitted = circle.submitted()
    client, url = acting(circle.adviser), page_of(submitted, "prescription_refuse")
    page = answered(client, url, reason="other", next_step="", motive=" ")
    assert 'href="#id_motive"' in page
    assert 'href="#id_next_step"' in page
    page = answered(client, url, reason="not_here", next_step="", motive="Il relève du fonds de solidarité.")
    assert "Écrivez au foyer où s’adresser" in page
    assert "Il relève du fonds de solidarité." in page
    assert again(submitted).state == "submitted"
    done(client, url, reason="other", next_step="Appelez le distributeur.", motive="Dossier ouvert ailleurs.")
    assert again(submitted).state == "refused"


def test_a_worker_gives_a_prescription_up_confirms_it_and_hands_it_on(circle: Circle) -> None:
    client = acting(circle.worker)
    accepted = circle.accepted()
    done(client, page_of(accepted, "prescription_confirm"))
    assert again(accepted).confirmed_at is not None
    receiver = make_organisation("prescriber")
    after = done(client, page_of(accepted, "prescription_transfer"), prescriber=receiver.pk)
    assert after == page_of(accepted, "prescription_detail")
    assert again(accepted).prescriber == circle.prescriber, "until the other one takes it"
    other = circle.submitted()
    assert 'href="#id_reason"' in answered(client, page_of(other, "prescription_withdraw"))
    done(client, page_of(other, "prescription_withdraw"), reason="unreachable")
    page = read(client, page_of(other, "prescription_detail"))
    assert "Le foyer n’est plus joignable" in page


def test_a_file_is_handed_on_to_a_colleague_who_is_told_and_a_received_one_is_taken(circle: Circle) -> None:
    colleague = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, circle.prescriber)
    stranger = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    submitted = circle.submitted()
    url = page_of(submitted, "prescription_hand_on")
    client = acting(circle.manager)
    for wrong in ("", stranger.pk, circle.worker.pk):
        assert 'href="#id_worker"' in answered(client, url, worker=wrong)
    done(client, url, worker=colleague.pk)
    assert again(submitted).worker == colleague
    told = Mail.objects.about("prescription", submitted.pk).filter(subject__contains="vous la suivez désormais")
    assert told.get().to == [colleague.user.email]
    done(acting(circle.worker), url, worker=circle.worker.pk)
    assert again(submitted).worker == circle.worker
    assert told.count() == 1, "whoever takes a file knows it"


def test_whoever_loses_a_file_to_a_colleague_is_told_by_whom_it_is_followed(circle: Circle) -> None:
    colleague = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, circle.prescriber)
    submitted = circle.submitted()
    url = page_of(submitted, "prescription_hand_on")
    told = Mail.objects.about("prescription", submitted.pk).filter(subject__contains="un collègue la suit désormais")

    done(acting(colleague), url, worker=colleague.pk)
    assert told.get().to == [circle.worker.user.email]
    assert f"suivie désormais par {colleague.user.get_full_name()}" in told.get().body
    assert submitted.household.last_name not in told.get().body
    done(acting(colleague), url, worker=circle.worker.pk)
    assert told.count() == 1, "whoever hands a file on knows it"


def test_whoever_followed_a_file_that_a_manager_transfers_is_told(circle: Circle) -> None:
    submitted, receiver = circle.submitted(), make_organisation("prescriber")
    told = Mail.objects.about("prescription", submitted.pk).filter(subject__contains="transférée")

    done(acting(circle.manager), page_of(submitted, "prescription_transfer"), prescriber=receiver.pk)
    taker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, receiver)
    done(acting(taker), page_of(submitted.transfers.get(), "transfer_accept"))
    assert [circle.worker.user.email] in [mail.to for mail in told]
    assert f"est transférée à {receiver.name}" in told.get(to=[circle.worker.user.email]).body


def test_whoever_waits_for_what_is_missing_recalls_it_and_not_whoever_owes_it(circle: Circle) -> None:
    asked = incomplete(circle)
    assert acting(circle.worker).get(page_of(asked, "prescription_remind")).status_code == 403
    done(acting(circle.adviser), page_of(asked, "prescription_remind"))
    assert "Dossier à compléter" in read(acting(circle.worker), page_of(asked, "prescription_detail"))
    page = answered(acting(circle.adviser), page_of(asked, "prescription_remind"))
    assert "Une relance est déjà partie aujourd’hui" in page


def test_the_household_is_asked_again_by_its_worker_and_by_nobody_else(circle: Circle) -> None:
    accepted = circle.accepted()
    for role, status in (("worker", 200), ("adviser", 403), ("pilot", 403)):
        url = page_of(accepted, "prescription_remind")
        assert acting(getattr(circle, role)).get(url).status_code == status, role


def test_a_worker_refers_to_a_mediation_place_and_says_what_came_of_it(circle: Circle) -> None:
    need = circle.accepted(SKILLS).needs.get()
    client, place = acting(circle.worker), circle.mediation
    assert 'href="#id_mediation"' in answered(client, page_of(need, "need_start"))
    done(client, page_of(need, "need_start"), mediation=place.pk)
    assert f"Orienté vers</dt><dd>{place}" in read(client, page_of(need, "need_detail"))
    done(client, page_of(need, "need_wait_again"))
    assert again(need).state == "waiting"
    done(client, page_of(need, "need_start"), mediation=place.pk)
    done(client, page_of(need, "need_meet"))
    assert again(need.prescription).state == "fulfilled"
    done(client, page_of(need, "need_unmeet"))
    assert again(need.prescription).state == "accepted"


def test_a_need_is_given_up_by_the_worker_or_the_adviser(circle: Circle) -> None:
    accepted = circle.accepted(EVERYTHING)
    computer, line, skills = accepted.needs.order_by("pk")
    assert 'href="#id_reason"' in answered(acting(circle.worker), page_of(computer, "need_drop"))
    told = read(acting(circle.worker), page_of(computer, "need_drop"))
    assert "Cela ne se défait pas\u00a0: ce qui est réservé" in told
    assert "il faudra une nouvelle prescription" in told
    asked = circle.draft().needs.first()
    assert "ajouté de nouveau" in read(acting(circle.worker), page_of(asked, "need_drop"))
    done(acting(circle.worker), page_of(computer, "need_drop"), reason="served_elsewhere")
    done(acting(circle.adviser), page_of(line, "need_drop"), reason="nothing_suitable")
    assert (again(computer).state, again(line).state, again(skills).state) == ("unmet", "unmet", "waiting")


ALLOWED: dict[str, set[str]] = {
    "submit": {"worker"},
    "ask_completion": {"adviser", "pilot"},
    "accept": {"adviser", "pilot"},
    "refuse": {"adviser", "pilot"},
    "withdraw": {"worker"},
    "confirm": {"worker"},
    "hand_on": {"worker"},
    "transfer": {"worker"},
}


@pytest.mark.parametrize("verb", ALLOWED)
def test_an_action_that_is_not_ones_to_do_is_forbidden(circle: Circle, verb: str) -> None:
    submitted = circle.submitted()
    url = page_of(submitted, f"prescription_{verb}")
    for role in ("worker", "adviser", "pilot"):
        client = acting(getattr(circle, role))
        assert (client.get(url).status_code != 403) == (role in ALLOWED[verb]), role
        if role not in ALLOWED[verb]:
            assert client.post(url, {"reason": "other"}).status_code == 403, role
    assert again(submitted).state == "submitted"


def test_opening_pages_changes_nothing_but_the_log(circle: Circle) -> None:
    accepted = circle.accepted(EVERYTHING)
    before = Prescription.objects.filter(pk=accepted.pk).values().get()
    for role in ("worker", "adviser", "pilot"):
        client = acting(getattr(circle, role))
        for verb in ("detail", *ALLOWED):
            client.get(page_of(accepted, f"prescription_{verb}"))
    assert Prescription.objects.filter(pk=accepted.pk).values().get() == before


# --- cost


def test_the_page_costs_the_same_whatever_it_has_of_facts_papers_and_life(circle: Circle) -> None:
    client = acting(circle.worker)

    def cost(prescription: Prescription) -> int:
        read(client, page_of(prescription, "prescription_detail"))
        with CaptureQueriesContext(connection) as queries:
            read(client, page_of(prescription, "prescription_detail"))
        return len(queries)

    small, large = circle.draft(), circle.draft()
    for _ in range(6):
        circle.see_fact(large)
        circle.agree(large)
    assert cost(circle.submit(small)) == cost(circle.submit(large))


def test_a_prescription_given_up_says_the_reason_of_its_own_list() -> None:
    circle = Circle()
    prescription = circle.submitted()
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="other", comment="Sans suite")
    page = read(acting(circle.worker), page_of(prescription, "prescription_detail"))
    assert "Autre motif, en commentaire" in page
    assert "Autre motif, dans la précision" not in page


def test_a_reason_that_says_nothing_alone_is_explained_in_the_comment_and_nothing_typed_is_lost() -> None:
    circle = Circle()
    prescription = circle.accepted()
    client = acting(circle.worker)
    for row, name in ((prescription, "prescription_withdraw"), (prescription.needs.get(), "need_drop")):
        page = answered(client, page_of(row, name), reason="other", comment=" ")
        assert 'href="#id_comment"' in page
        assert EXPLAINED_IN_COMMENT in page
        assert '<option value="other" selected>' in page
    assert (again(prescription).state, prescription.needs.get().state) == ("accepted", "waiting")
    done(client, page_of(prescription.needs.get(), "need_drop"), reason="other", comment="Parti sans adresse.")
    assert prescription.needs.get().state == "unmet"
