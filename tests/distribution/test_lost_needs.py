"""A household that has no more what it was given: the chain breaks there, somebody decides, its need waits again."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import EndReason
from connectivity.services import connections
from desk.todo.prescribers import todo_of
from distribution.enums import HandOverKind, SettlementKind
from distribution.models import HandOver
from distribution.services import returns
from documents.models import Mail
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import DropReason, NeedKind, NeedState, NeedUse, PrescriptionState, SheetLanguage
from prescriptions.models import Need, NeedEntry, SheetTranslation
from prescriptions.models.need import rank_of
from prescriptions.progress import need_chain
from prescriptions.saying import plain
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need, let_be_need, reopen_need
from prescriptions.services.revoking import revoke_prescription
from prescriptions.services.transfers import ask_transfer
from prescriptions.telling import telling_of
from prescriptions.views.same_household import given_before
from prescriptions.views.steps import need_step, next_step
from refurb.models import Device
from reports.figures import reckon
from reports.months import month_of
from tests.connectivity.lines import Line
from tests.distribution.shelves import Shelf
from tests.given import load_reference
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from tests.prescriptions.files import Circle, accepted_prescription, again
from tests.prescriptions.pages import acting

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def worker_of(shelf: Shelf) -> Membership:
    return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)


def refund(shelf: Shelf, device: Device) -> None:
    returns.settle_return(
        actor=shelf.adviser, device=device, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer"
    )


def lost(shelf: Shelf) -> Need:
    """A need whose device came back, and was refunded."""
    back = shelf.returned()
    refund(shelf, back)
    return again(back.need)


# --- what is told


def test_a_device_brought_back_is_told_where_the_chain_broke_and_nothing_is_asked_while_it_is_repaired(
    shelf: Shelf,
) -> None:
    worker, sold = worker_of(shelf), shelf.handed_over()
    assert "satisfait" in str(need_chain(again(sold.need), worker))

    back = shelf.take_back(sold)

    need = again(back.need)
    assert (need.state, need.loss, need.lost_at) == ("met", "device_back", back.returned_at)
    equipment = next(link for link in need_chain(need, worker).links if link.label == "Équipement")
    assert (equipment.code, equipment.said.startswith("rapporté le ")) == ("stopped", True)
    step = need_step(need, worker)
    assert (step.yours, "réparer" in step.awaited) == ("", True)
    assert next_step(need.prescription, [need], worker).yours == ""
    assert Mail.objects.filter(subject__contains="l’appareil est rapporté").count() == 1
    assert codes(lambda: reopen_need(actor=worker, need=need)) == {"nothing_owed"}


def test_a_device_that_is_owed_is_still_told_as_given_to_whoever_would_give_another(shelf: Shelf) -> None:
    worker, sold = worker_of(shelf), shelf.handed_over()
    household = sold.need.prescription.household

    def told() -> list[str]:
        return [str(one) for one in given_before(household, worker)]

    (given,) = told()
    assert given.startswith("ordinateur, le ")
    back = shelf.take_back(sold)
    (owed,) = told()
    assert owed.startswith(f"{given}, rapporté le ")
    assert "échange ou remboursement à venir" in owed
    refund(shelf, back)
    assert told() == []


def test_what_was_repaired_or_exchanged_is_served_again_and_nothing_is_asked(shelf: Shelf) -> None:
    repaired, exchanged = shelf.returned(), shelf.returned()
    shelf.repair(repaired)
    returns.give_back_device(actor=shelf.adviser, device=repaired)
    shelf.exchange(shelf.available(), exchanged)

    for device in (repaired, exchanged):
        need = again(device.need)
        assert (need.state, need.lost_at, need.loss) == ("met", None, "")
        assert NeedEntry.objects.filter(object=need.pk).latest("seq").verb == "recover"
        assert codes(lambda need=need: reopen_need(actor=worker_of(shelf), need=need)) >= {"lost"}


def told_words(need: Need) -> set[str]:
    """Each text of what is told of its request, as it is translated."""
    telling = telling_of(need.prescription)
    told = (telling.title, telling.todo, *telling.sentences)
    return {plain(getattr(one, "template", one)) for one in told}


def test_while_its_device_is_owed_the_household_is_sent_to_nobody_who_can_do_nothing(shelf: Shelf) -> None:
    device = shelf.returned()
    prescription = again(device.need).prescription
    owed = telling_of(prescription)
    assert owed.title == "Votre appareil est rapporté"
    assert owed.todo.startswith("Rien à faire pour l’instant")
    assert str(prescription.distributor) in owed.todo
    assert "travailleur social" not in " ".join((owed.todo, *owed.sentences))

    said = told_words(device.need)
    returns.settle_return(actor=shelf.adviser, device=device, kind=SettlementKind.GIVEN_UP)
    settled = telling_of(prescription)
    assert settled.todo == "Vous en avez encore besoin\u00a0? Voyez votre travailleur social."
    assert settled.sentences[0] == "Votre appareil est rapporté. Il n’est ni réparé ni échangé."

    said |= told_words(device.need)
    let_be_need(actor=prescription.worker, need=again(device.need), reason=DropReason.SERVED_ELSEWHERE)
    left = telling_of(prescription)
    assert (left.title, left.sentences[0]) == ("Votre demande est terminée", "Tous vos besoins ont eu leur réponse.")

    load_reference("prescriptions")
    for language in SheetLanguage:
        known = {plain(french) for french in SheetTranslation.objects.texts_on(language, timezone.localdate())}
        assert said | told_words(device.need) <= known


def test_a_device_that_is_owed_is_told_beside_what_the_same_request_waits_for(shelf: Shelf) -> None:
    prescription = accepted_prescription(
        needs=((NeedKind.COMPUTER, NeedUse.WORK), (NeedKind.MOBILE_CONNECTION, NeedUse.SOCIAL)),
        commune=shelf.commune, prescriber=shelf.prescriber, distributor=shelf.distributor,
    )  # fmt: skip
    need = prescription.needs.get(kind=NeedKind.COMPUTER)
    shelf.take_back(shelf.handed_over(shelf.reserved(need=need)))
    assert again(prescription).state == PrescriptionState.ACCEPTED
    told = " ".join(telling_of(again(prescription)).sentences)
    assert "Dès qu’il y a pour vous" in told
    assert "Votre appareil est rapporté\u00a0: le point vous dit" in told


def test_a_refund_asks_the_worker_and_the_page_says_so(shelf: Shelf) -> None:
    need = lost(shelf)
    worker = need.prescription.worker
    block = next(one for one in todo_of(worker, timezone.now()).blocks if one.key == "plus-servis")
    assert [row.pk for row in block.rows] == [need.pk]
    assert Mail.objects.filter(subject__contains="à rouvrir, ou non").count() == 1
    assert need_step(need, worker).verb == "reopen"
    assert telling_of(need.prescription).title == "Vous n’avez plus ce qui vous avait été remis"

    page = acting(worker).get(reverse("prescriptions:need_detail", args=[need.reference]))

    assert "rouvrez le besoin" in page.content.decode()
    prescription = acting(worker).get(reverse("prescriptions:prescription_detail", args=[need.prescription.reference]))
    assert "plus rien n’est attendu" not in prescription.content.decode()


# --- opened again


@pytest.mark.usefixtures("days_to_come")
def test_reopened_it_waits_with_the_weeks_it_had_waited_and_not_those_it_was_served() -> None:
    start = timezone.now() + timedelta(minutes=1)
    shelf = Shelf()
    shelf.available()
    need = shelf.need()
    shelf.at = start + timedelta(weeks=6)
    sold = shelf.handed_over(shelf.reserved(need=need))
    shelf.at = start + timedelta(weeks=30)
    back = shelf.take_back(sold)
    shelf.at = start + timedelta(weeks=31)
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP, at=shelf.at)

    at = start + timedelta(weeks=33)
    before = again(need)
    opened = reopen_need(actor=need.prescription.worker, need=before, at=at)

    assert (opened.state, opened.met_at, opened.lost_at, opened.started_at) == ("waiting", None, None, None)
    assert opened.waits_from == before.lost_at - (before.met_at - before.accepted_at)
    rank = rank_of(opened, at + timedelta(seconds=1))
    assert rank is not None
    assert rank.lines[-1].detail.startswith("9 semaines")
    prescription = again(need.prescription)
    assert (prescription.state, prescription.ended_at) == ("accepted", None)
    assert prescription.valid_until > at
    assert Mail.objects.filter(subject__contains="un besoin est rouvert").count() == 1


def test_another_device_serves_it_and_the_first_one_never_goes_back(shelf: Shelf) -> None:
    back = shelf.returned()
    refund(shelf, back)
    need = reopen_need(actor=shelf.adviser, need=again(back.need))
    assert codes(lambda: returns.give_back_device(actor=shelf.adviser, device=back)) >= {"not_settled"}

    second = shelf.handed_over(shelf.reserved(need=need))

    need = again(need)
    assert (second.need, need.state, need.lost_at) == (need, "met", None)
    assert again(need.prescription).state == "fulfilled"


@pytest.mark.usefixtures("days_to_come")
def test_a_need_met_twice_counts_once_among_those_that_are_met() -> None:
    shelf = Shelf()
    back = shelf.returned()
    start = timezone.now()
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)
    shelf.at = start + timedelta(days=40)
    need = reopen_need(actor=back.need.prescription.worker, need=again(back.need), at=shelf.at)
    shelf.handed_over(shelf.reserved(need=need))

    met = []
    for month in (month_of(start), month_of(shelf.at)):
        rows = reckon(month, shelf.at + timedelta(days=60)).figures["needs"]
        met.append(sum(row[4] for row in rows if row[0] == NeedState.MET))
        for *_, opening, entered, left, closing, other in rows:
            assert opening + entered - left + other == closing
    assert met == [1, 0]


def test_a_line_that_ends_asks_the_same() -> None:
    line = Line()
    active = line.active()
    connections.end_connection(actor=line.worker, connection=active, reason=EndReason.UNPAID)

    need = again(line.need)
    assert (need.state, need.loss) == ("met", "line_ended")
    assert need_step(need, line.worker).verb == "reopen"
    opened = reopen_need(actor=line.worker, need=need)
    assert opened.state == "waiting"
    assert connections.propose_connection(actor=line.worker, need=opened).state == "proposed"


@pytest.mark.usefixtures("days_to_come")
def test_what_ends_by_the_clock_in_a_set_is_told_of_each_need() -> None:
    line, other = Line(), Line()
    until = line.today() + timedelta(days=1)
    rows = [line.active(entitlement_ends_on=until), other.active(entitlement_ends_on=until)]
    run_clock(at=timezone.now() + timedelta(days=3))

    assert {again(row).state for row in rows} == {"ended"}
    assert set(Need.objects.values_list("loss", flat=True)) == {"line_ended"}


# --- left as it is, refused


def test_left_as_it_is_nobody_is_asked_any_more(shelf: Shelf) -> None:
    need = lost(shelf)
    worker = need.prescription.worker
    for reason in ("", DropReason.PRESCRIPTION_REFUSED, DropReason.OFFER_DECLINED):
        assert codes(lambda reason=reason: let_be_need(actor=worker, need=need, reason=reason)) == {"reason"}

    let_be_need(actor=worker, need=need, reason=DropReason.SERVED_ELSEWHERE)

    need = again(need)
    assert (need.state, need.left_reason) == ("met", "served_elsewhere")
    assert not Need.objects.lost().exists()
    assert "s’est équipé autrement" in need_step(need, worker).awaited
    assert codes(lambda: reopen_need(actor=worker, need=need)) == {"lost"}
    assert telling_of(again(need.prescription)).title == "Votre demande est terminée"


def test_nobody_but_those_who_follow_the_household_decides(shelf: Shelf) -> None:
    need = lost(shelf)
    for actor in (shelf.pilot, shelf.relay):
        with pytest.raises(PermissionDenied):
            reopen_need(actor=actor, need=need)
    with pytest.raises(Unknown):
        reopen_need(actor=shelf.stranger, need=need)


def test_a_need_already_asked_in_another_prescription_is_not_opened_twice(shelf: Shelf) -> None:
    need = lost(shelf)
    circle = Circle(shelf.prescriber, shelf.distributor, shelf.commune)
    other = circle.submitted(household=need.prescription.household)
    assert codes(lambda: reopen_need(actor=shelf.adviser, need=need)) == {"asked_elsewhere"}
    drop_need(actor=circle.worker, need=other.needs.get(), reason=DropReason.NO_LONGER_NEEDED)

    assert reopen_need(actor=shelf.adviser, need=need).state == "waiting"


def test_what_may_be_opened_again_is_told_before_it_is_asked_anew_and_which_one_waits_once_it_is(shelf: Shelf) -> None:
    need = lost(shelf)
    circle = Circle(shelf.prescriber, shelf.distributor, shelf.commune)
    draft = circle.draft(household=need.prescription.household)
    client, its_page = acting(circle.worker), reverse("prescriptions:need_detail", args=[need.reference])
    for name in ("prescription_needs", "prescription_submit"):
        page = client.get(reverse(f"prescriptions:{name}", args=[draft.reference])).content.decode()
        assert "Ce foyer a un besoin à rouvrir" in page
        assert its_page in page
    assert need_step(need, circle.worker).verb == "reopen"

    asked = circle.submit(draft)
    step = need_step(need, circle.worker)
    assert (step.verb, f"dans la prescription {asked}" in step.yours) == ("let_be", True)
    assert f"dans la prescription {asked}" in client.get(its_page).content.decode()
    other = make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR)
    assert str(asked) not in need_step(need, other).yours


def test_the_wall_refuses_a_loss_that_no_journal_says(shelf: Shelf) -> None:
    held = Need._base_manager.filter(pk=shelf.handed_over().need_id)
    with pytest.raises(DatabaseError, match="journal"), transaction.atomic():
        held.update(lost_at=timezone.now(), loss="device_back")


def test_the_journal_is_whole_after_a_whole_round(shelf: Shelf) -> None:
    need = lost(shelf)
    opened = reopen_need(actor=need.prescription.worker, need=need)
    shelf.handed_over(shelf.reserved(need=opened))

    verify_journals(pytest.fail)
    verbs = list(NeedEntry.objects.filter(object=need.pk).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["ask", "wait", "start", "meet", "lose", "reopen", "start", "meet"]


def test_reopened_it_waits_where_the_household_lives_now(shelf: Shelf) -> None:
    need = lost(shelf)
    worker, household = need.prescription.worker, need.prescription.household
    there = make_commune(epci=make_epci())
    move_household(actor=worker, household=household, commune=there, moved_on=timezone.localdate())

    opened = reopen_need(actor=worker, need=need)

    prescription = again(need.prescription)
    assert (opened.epci, prescription.commune, prescription.epci) == (there.epci, there, there.epci)
    assert not Need.objects.visible_to(shelf.relay).filter(pk=need.pk).exists()


def test_the_agreement_taken_back_after_a_refund_leaves_the_sale_to_its_seller(shelf: Shelf) -> None:
    need = lost(shelf)
    reopen_need(actor=need.prescription.worker, need=need)
    revoke_prescription(actor=need.prescription.worker, prescription=again(need.prescription), channel="phone")
    note = HandOver.objects.get(need=need.pk, kind=HandOverKind.SALE)
    url = reverse("distribution:hand_over_note", args=[note.device.reference, note.pk])
    assert acting(shelf.adviser).get(url).status_code == 200
    assert not Need.objects.visible_to(shelf.adviser).filter(pk=need.pk).exists()


def test_what_serves_a_household_ends_the_offer_of_its_file_whatever_was_locked_before(shelf: Shelf) -> None:
    line = Line()
    chosen = line.scheduled()
    reserved = shelf.reserved()
    offers = []
    for need in (reserved.need, line.need):
        receiver = make_organisation(OrganisationKind.PRESCRIBER)
        worker = need.prescription.worker
        offers.append(ask_transfer(actor=worker, prescription=need.prescription, prescriber=receiver))

    shelf.hand_over(reserved)
    line.activate(chosen)

    assert [again(offer).state for offer in offers] == ["cancelled", "cancelled"]
    assert {again(offer.prescription).state for offer in offers} == {"fulfilled"}


@pytest.mark.usefixtures("days_to_come")
def test_met_again_where_its_household_moved_it_counts_once_all_the_same() -> None:
    line = Line()
    active, start = line.active(), timezone.now()
    connections.end_connection(actor=line.worker, connection=active, reason=EndReason.UNPAID)
    later = start + timedelta(days=40)
    need = reopen_need(actor=line.worker, need=again(line.need), at=later)
    household, there = need.prescription.household, make_commune(epci=make_epci())
    moved = {"moved_on": timezone.localdate(later), "at": later + timedelta(minutes=1)}
    move_household(actor=line.worker, household=household, commune=there, **moved)
    line.circle.at, line.need = later + timedelta(minutes=5), again(need)
    line.active()

    met = []
    for month in (month_of(start), month_of(later)):
        rows = reckon(month, later + timedelta(days=60)).figures["needs"]
        met.append(sum(row[4] for row in rows if row[0] == NeedState.MET))
        for *_, opening, entered, left, closing, other in rows:
            assert opening + entered - left + other == closing
    assert met == [1, 0]
