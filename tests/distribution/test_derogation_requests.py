"""An adviser asks for a derogation in writing; the pilot grants it or says why not; everyone reads where it stands."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from distribution.enums import DerogationKind, UndoHandOverReason
from distribution.models import Derogation, DerogationRequest
from distribution.services.derogations import ask_derogation, refuse_derogation
from distribution.services.hand_overs import grant_derogation
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.models import Need
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_epci, make_membership
from tests.pages import acting

pytestmark = pytest.mark.django_db
WHY = "Entretien d’embauche lundi, rien en rayon ici."


@pytest.fixture
def need(shelf: Shelf) -> Need:
    return shelf.need()


def ask(shelf: Shelf, need: Need, reason: str = WHY) -> DerogationRequest:
    return ask_derogation(actor=shelf.adviser, need=need, kind=DerogationKind.EMERGENCY, reason=reason)


def page(name: str, need: Need) -> str:
    return reverse(f"distribution:{name}", args=[need.reference])


def read(membership: Membership, url: str) -> str:
    return acting(membership).get(url).content.decode()


def test_a_request_goes_from_the_page_of_the_need_to_the_pilot_who_grants_it(shelf: Shelf, need: Need) -> None:
    assert page("derogation_ask", need) in read(shelf.adviser, page("need_choose", need))
    sent = acting(shelf.adviser).post(page("derogation_ask", need), {"kind": "emergency", "reason": WHY}, follow=True)
    assert "En attente du pilote" in sent.content.decode()
    listed = read(shelf.pilot, reverse("distribution:derogation_list"))
    assert "À décider" in listed
    assert WHY in listed
    assert page("derogation_grant", need) in listed
    assert page("derogation_grant", need) in read(shelf.pilot, "/")
    granting = read(shelf.pilot, page("derogation_grant", need))
    assert WHY in granting
    assert '<option value="emergency" selected>' in granting
    assert page("derogation_refuse", need) in granting

    acting(shelf.pilot).post(page("derogation_grant", need), {"kind": "emergency", "reason": "C’est urgent."})
    assert Derogation.objects.get().need == need
    answered = DerogationRequest.objects.get()
    assert (answered.granted, answered.answered_by) == (True, shelf.pilot)
    assert "Demander une dérogation" not in read(shelf.adviser, page("need_choose", need))
    assert "accordée, un appareil est à choisir" in read(shelf.adviser, "/")
    assert "Dérogations à décider" not in [one.block.title for one in acting(shelf.pilot).get("/").context["blocks"]]


def test_a_refusal_says_why_and_may_be_followed_by_another_request(shelf: Shelf, need: Need) -> None:
    ask(shelf, need)
    url = page("derogation_refuse", need)
    assert (
        "Écrivez pourquoi la dérogation est refusée." in acting(shelf.pilot).post(url, {"reason": ""}).content.decode()
    )
    acting(shelf.pilot).post(url, {"reason": "Une livraison arrive jeudi."})
    shown = read(shelf.adviser, page("need_choose", need))
    assert "Une livraison arrive jeudi." in shown
    assert "Une livraison arrive jeudi." in read(shelf.adviser, reverse("distribution:derogation_list"))
    assert "refusée, la raison est à lire" in read(shelf.adviser, "/")
    assert not Derogation.objects.exists()
    ask(shelf, need, "La livraison est annulée.")
    assert DerogationRequest.objects.pending().get().reason == "La livraison est annulée."


@pytest.mark.parametrize("granted", [True, False])
def test_who_asked_is_told_of_the_answer_without_a_word_of_the_household(
    shelf: Shelf, need: Need, *, granted: bool
) -> None:
    ask(shelf, need)
    if granted:
        grant_derogation(actor=shelf.pilot, need=need, kind=DerogationKind.EMERGENCY, reason="Une raison écrite.")
    else:
        refuse_derogation(actor=shelf.pilot, need=need, reason="Une raison écrite.")
    mail = Mail.objects.get(about_machine="need")
    assert mail.to == [shelf.adviser.user.email]
    assert mail.subject == f"Dérogation {'accordée' if granted else 'refusée'} pour le besoin {need.reference}"
    assert page("need_choose", need) in mail.body
    household = need.prescription.household
    for said in ("Une raison écrite", WHY, household.first_name, household.last_name):
        assert said not in mail.subject + mail.body


def test_one_request_waits_at_a_time_with_its_reason_written(shelf: Shelf, need: Need) -> None:
    with pytest.raises(Refused, match="Écrivez pourquoi"):
        ask(shelf, need, "   ")
    ask(shelf, need)
    with pytest.raises(Refused, match="attend déjà"):
        ask(shelf, need)


def test_nothing_is_asked_for_a_need_that_does_not_wait_or_was_granted(shelf: Shelf, need: Need) -> None:
    shelf.derogate(need)
    with pytest.raises(Refused, match="déjà accordée"):
        ask(shelf, need)
    device = shelf.reserved(out_of_order="appointment")
    with pytest.raises(Refused, match="attend pas"):
        ask(shelf, device.need)
    with pytest.raises(Refused, match="n’attend de réponse"):
        refuse_derogation(actor=shelf.pilot, need=device.need, reason="Non.")


def test_only_an_adviser_who_deals_with_it_asks_and_only_the_pilot_answers(shelf: Shelf, need: Need) -> None:
    stranger = make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR)
    with pytest.raises(Unknown):
        ask_derogation(actor=stranger, need=need, kind=DerogationKind.EMERGENCY, reason=WHY)
    assert acting(stranger).get(page("derogation_ask", need)).status_code == 404
    for membership in (shelf.technician, shelf.pilot):
        assert acting(membership).get(page("derogation_ask", need)).status_code == 403
    ask(shelf, need)
    for membership in (shelf.adviser, shelf.technician):
        assert acting(membership).post(page("derogation_refuse", need), {"reason": "Non."}).status_code == 403
    with pytest.raises(PermissionDenied):
        refuse_derogation(actor=shelf.adviser, need=need, reason="Non.")
    assert DerogationRequest.objects.visible_to(stranger).count() == 0
    assert DerogationRequest.objects.visible_to(shelf.adviser).count() == 1


def test_an_answer_is_written_once(shelf: Shelf, need: Need) -> None:
    ask(shelf, need)
    refuse_derogation(actor=shelf.pilot, need=need, reason="Une livraison arrive jeudi.")
    with pytest.raises(DatabaseError), transaction.atomic():
        DerogationRequest.objects.update(answer="Autre réponse")
    with pytest.raises(DatabaseError), transaction.atomic():
        DerogationRequest.objects.update(granted=True)


def test_a_derogation_granted_without_a_request_leaves_others_waiting(shelf: Shelf, need: Need) -> None:
    other = shelf.need()
    ask(shelf, other)
    grant_derogation(actor=shelf.pilot, need=need, kind=DerogationKind.TERRITORY, reason="Rien de plus proche.")
    assert DerogationRequest.objects.pending().get().need == other


def test_what_is_handed_over_under_a_derogation_is_counted_and_what_is_undone_or_only_granted_is_not(
    shelf: Shelf,
) -> None:
    since = timezone.now() - timedelta(days=1)

    def counted() -> dict[str, int]:
        return dict(Derogation.objects.visible_to(shelf.pilot).served_since(since))

    here, elsewhere = shelf.need(), shelf.need(commune=make_commune(epci=make_epci()))
    shelf.derogate(shelf.need())
    shelf.derogate(elsewhere)
    shelf.hand_over(shelf.reserved(need=here))
    assert counted() == {"Autre territoire": 0, "Urgence sociale": 0}

    done = shelf.hand_over(shelf.reserved(need=elsewhere))
    assert counted() == {"Autre territoire": 1, "Urgence sociale": 0}
    part = read(shelf.pilot, reverse("distribution:derogation_list")).partition('id="remises"')[2]
    assert part.partition("Autre territoire</th>")[2].startswith('<td class="text-end">1<')

    gate.apply(done, "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)
    assert counted() == {"Autre territoire": 0, "Urgence sociale": 0}
