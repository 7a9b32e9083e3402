"""Whoever a thing in progress rests on leaves: somebody else sees it, and may go on with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import UndoActivateReason
from conventions.asked import asked_of, claim_task
from conventions.emails import reviews_recalled, signatures_recalled
from conventions.enums import Party
from conventions.models import Review, Signature
from desk.awaited_work import every_work
from desk.leaving import resting
from desk.unattended import left_work
from distribution.enums import DerogationKind
from distribution.services.derogations import ask_derogation
from documents.models import Mail
from donations.enums import NextStep
from donations.services.prospects import plan_prospect
from lifecycle import gate
from lifecycle.clock import run_clock
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership, Organisation
from network.services.accounts import disable_account
from network.services.memberships import close_membership
from network.services.mergers import declare_merger
from network.services.next_step import Then
from prescriptions.enums import RightKind, TransferRefusal
from prescriptions.models import Prescription, Transfer
from prescriptions.services.instruction import declare_absence
from prescriptions.services.prescriptions import refuse_prescription, withdraw_prescription
from prescriptions.services.transfers import accept_transfer, ask_transfer, decline_transfer
from tests.connectivity.lines import Line, monday
from tests.conventions.conventions import Treaty
from tests.desk.test_todo import block, landing
from tests.distribution.shelves import Shelf
from tests.donations.scene import Scene
from tests.donations.test_prospects import TODAY, Ground
from tests.network.factories import make_membership
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import page_of
from tests.prescriptions.rights import Desk
from tests.refurb.devices import given_to
from typography.french import of

pytestmark = pytest.mark.django_db
type Expected = list[tuple[Organisation, str]]


def a_lot() -> Expected:
    scene = Scene()
    scene.qualified()
    assert scene.north.manager
    return [(scene.donor, "actes de don à accepter"), (scene.north.organisation, "lots à enlever ou à solder")]


def a_bench() -> Expected:
    bench = given_to(Scene())
    bench.received()
    return [(bench.technician.organisation, "appareils sur l’établi")]


def a_convention() -> Expected:
    treaty = Treaty()
    assert treaty.epci_party is not None
    assert treaty.workshop_reviewer
    treaty.in_review()
    Treaty(epci=treaty.epci, epci_party=treaty.epci_party).draft()
    return [(treaty.epci_party, "conventions à faire avancer"), (treaty.workshop, "avis attendus")]


def a_signature() -> Expected:
    treaty = Treaty()
    treaty.signing()
    return [(treaty.distributor, "signatures attendues")]


def a_file() -> Expected:
    circle, beside = Circle(), Circle()
    assert beside.worker
    accepted = circle.accepted()
    circle.submitted()
    ask_transfer(actor=circle.worker, prescription=accepted, prescriber=beside.prescriber)
    return [
        (circle.prescriber, "demandes suivies"),
        (beside.prescriber, "dossiers proposés, sans réponse"),
        (circle.distributor, "demandes à examiner"),
        (circle.distributor, "besoins à servir"),
    ]


def a_delivery() -> Expected:
    shelf = Shelf()
    shelf.shipped()
    assert shelf.adviser
    return [(shelf.distributor, "livraisons à pointer")]


def a_line() -> Expected:
    line = Line()
    assert line.agent
    line.sent()
    Organisation.objects.filter(pk=line.operator.pk).update(email="")
    return [(line.operator, "lignes demandées")]


def a_return() -> Expected:
    shelf = Shelf()
    assert shelf.adviser
    shelf.returned()
    shelf.allotted()
    return [(shelf.distributor, "retours de foyers"), (shelf.convention.workshop, "appareils affectés à expédier")]


def a_refusal() -> Expected:
    circle = Circle()
    assert circle.worker
    refuse_prescription(actor=circle.adviser, prescription=circle.submitted(), reason="already_served")
    return [(circle.prescriber, "foyers à prévenir")]


def an_end() -> Expected:
    treaty = Treaty()
    gate.apply(treaty.active(), "propose_end", actor=treaty.signatories[Party.DISTRIBUTOR])
    return [(treaty.workshop, "fins de convention à accepter ou non")]


STORIES = [
    *(a_lot, a_bench, a_convention, a_signature, a_file, a_delivery, a_line),
    *(a_return, a_refusal, an_end),
]


def known() -> set[tuple[int, str]]:
    return {(one.organisation, one.work.noun.many) for one in left_work()}


def all_leave(organisation: Organisation) -> None:
    for member in Membership.objects.open().filter(organisation=organisation).select_related("user"):
        disable_account(user=member.user)


@pytest.mark.parametrize("story", STORIES)
def test_what_waits_where_everybody_left_is_on_the_page_of_the_pilot(story: Callable[[], Expected]) -> None:
    expected = story()
    pilot = make_membership(Role.PILOT, Kind.DEPARTEMENT)
    wanted = {(organisation.pk, many) for organisation, many in expected}
    assert not wanted & known(), "somebody may do it"
    for organisation, _ in expected:
        all_leave(organisation)
    assert wanted <= known()
    client = acting(pilot)
    told = "".join(f"{line.title} {line.about}" for line in block(landing(client), "sans-personne").lines)
    for organisation, many in expected:
        assert organisation.name in told
        page = read(client, reverse("network:organisation_detail", args=[organisation.reference]))
        assert next(one for one in every_work() if one.noun.many == many).way_out in page


def test_a_closed_organisation_is_one_where_nobody_acts() -> None:
    circle = Circle()
    circle.accepted()
    Organisation.objects.filter(pk=circle.prescriber.pk).update(is_active=False)
    (line,) = block(landing(acting(circle.pilot)), "sans-personne").lines
    assert (line.title, line.when) == (circle.prescriber.name, "organisation fermée")
    page = reverse("network:organisation_detail", args=[circle.prescriber.reference])
    assert "personne ne s’y invite avant qu’elle soit rouverte" in read(acting(circle.pilot), page)
    Organisation.objects.filter(pk=circle.prescriber.pk).update(is_active=True)
    disable_account(user=circle.worker.user)
    page = reverse("network:organisation_detail", args=[circle.prescriber.reference])
    assert "personne n’agit plus pour cette organisation" in read(acting(circle.pilot), page)


def test_a_page_with_work_for_nobody_does_not_say_that_nothing_is_awaited_because_others_have_a_role_there() -> None:
    circle = Circle()
    circle.submitted()
    make_membership(Role.SIGNATORY, Kind.DISTRIBUTOR, circle.distributor)
    assert circle.adviser.pk
    disable_account(user=circle.adviser.user)
    told = read(acting(circle.pilot), reverse("network:organisation_detail", args=[circle.distributor.reference]))
    assert "demande à examiner" in told
    assert "1\u00a0rôle ouvert" in told
    assert "Rien n’est attendu" not in told


def test_requests_of_rights_without_an_officer_are_on_the_page_of_the_pilot() -> None:
    asking = Desk()
    asking.asked()
    assert asking.officer
    pilot = make_membership(Role.PILOT, Kind.DEPARTEMENT, asking.officer.organisation)
    assert block(landing(acting(pilot)), "sans-personne").count == 0
    disable_account(user=asking.officer.user)
    (line,) = block(landing(acting(pilot)), "sans-personne").lines
    assert "1 demande de droits à répondre" in line.about.replace("\u00a0", " ")


def test_an_officer_of_another_organisation_of_the_departement_answers_them() -> None:
    make_membership(Role.PILOT, Kind.DEPARTEMENT)
    asking = Desk()
    asking.asked()
    assert asking.officer
    assert "demandes de droits à répondre" not in {many for _, many in known()}


def test_what_the_people_of_a_relay_may_do_waits_for_somebody() -> None:
    shelf = Shelf()
    shelf.need()
    shelf.shipped(point=shelf.relay_point)
    all_leave(shelf.distributor)
    assert known() == set()
    all_leave(shelf.relay.organisation)
    assert known() == {(shelf.distributor.pk, "besoins à servir"), (shelf.distributor.pk, "livraisons à pointer")}


def test_the_list_of_what_waits_for_a_distributor_that_is_closed_shows_it() -> None:
    circle = Circle()
    circle.submitted()
    Organisation.objects.filter(pk=circle.distributor.pk).update(is_active=False)
    (url,) = [one.url for one in left_work() if one.organisation == circle.distributor.pk and one.url]
    assert "Sélectionnez un choix valide" not in read(acting(circle.pilot), url)


def test_each_number_of_what_waits_leads_to_a_list_that_holds_as_many() -> None:
    circle = Circle()
    circle.accepted()
    circle.submitted()
    withdraw_prescription(actor=circle.worker, prescription=circle.accepted(), reason="unreachable")
    circle.draft()
    Organisation.objects.filter(pk__in=[circle.prescriber.pk, circle.distributor.pk]).update(is_active=False)
    led = [one for one in left_work() if one.url]
    assert {(one.organisation, one.count) for one in led} == {(circle.prescriber.pk, 2), (circle.distributor.pk, 1)}
    for one in led:
        assert acting(circle.pilot).get(one.url).context["listing"].count == one.count, one.in_words


def test_the_pilot_offers_the_files_of_a_prescriber_where_nobody_is_left() -> None:
    circle, beside = Circle(), Circle()
    assert beside.worker
    accepted = circle.accepted()
    page = reverse("prescriptions:prescription_detail", args=[accepted.reference])
    url = reverse("prescriptions:prescription_transfer", args=[accepted.reference])
    client = acting(circle.pilot)
    assert url not in read(client, page)
    assert client.get(url).status_code == 403, "its worker is there"
    all_leave(circle.prescriber)

    assert url in read(client, page)
    assert f"Plus personne n’agit pour {circle.prescriber}" in read(client, url)
    done(client, url, prescriber=beside.prescriber.pk)

    transfer = Transfer.objects.get()
    (asked,) = Mail.objects.filter(subject__contains="Un dossier vous est proposé")
    assert asked.to == [beside.worker.user.email]
    assert "plus personne n’agit" in asked.body
    assert str(circle.pilot.organisation) in read(acting(beside.worker), page_of(transfer, "transfer_detail"))
    decline_transfer(actor=beside.worker, transfer=transfer, reason=TransferRefusal.NOBODY.value)
    (told,) = Mail.objects.filter(subject__contains="ne la reprend pas")
    assert told.to == [circle.pilot.user.email]
    assert "Vous la suivez toujours" not in told.body
    again = ask_transfer(actor=circle.pilot, prescription=accepted, prescriber=beside.prescriber)
    assert page_of(again, "transfer_cancel") in read(client, page_of(again, "transfer_detail"))
    accept_transfer(actor=beside.worker, transfer=again)
    assert Prescription.objects.get(pk=accepted.pk).prescriber == beside.prescriber


def test_an_operator_that_no_mail_reaches_is_told_to_the_pilot_when_a_line_is_asked() -> None:
    line = Line()
    assert line.pilot
    Organisation.objects.filter(pk=line.operator.pk).update(email="")
    chosen = line.chosen()
    line.see(chosen)
    client = acting(line.worker)
    assert "n’a dans Maillon ni agent ni adresse" in read(
        client, reverse("connectivity:connection_send", args=[chosen.reference])
    )
    line.send(chosen)
    (mail,) = Mail.objects.filter(subject__contains="n’en sait rien")
    assert mail.to == [line.pilot.user.email]
    assert reverse("network:organisation_detail", args=[line.operator.reference]) in mail.body


def closed(operator: Organisation) -> Organisation:
    """It is no longer in service; its address stays on its page."""
    assert operator.email
    Organisation.objects.filter(pk=operator.pk).update(is_active=False)
    return operator


def told_from(start: int) -> list[tuple[list[str], str, str]]:
    """What was written since there were so many mails."""
    return [(mail.to, mail.subject, mail.body) for mail in Mail.objects.order_by("pk")[start:]]


@pytest.mark.usefixtures("days_to_come")
def test_an_operator_that_is_closed_is_not_recalled_at_its_address_and_the_pilot_is_told() -> None:
    line = Line(circle=Circle(at=monday()))
    assert line.pilot
    sent = line.sent()
    closed(line.operator)
    before = Mail.objects.count()
    run_clock(at=monday() + timedelta(days=7))
    (told,) = [one for one in told_from(before) if sent.reference in one[1]]
    to, subject, body = told
    assert to == [line.pilot.user.email]
    assert "n’en sait rien" in subject
    assert "est fermé dans Maillon" in body
    assert "donnez son adresse" not in body
    assert (line.operator.pk, "lignes demandées") in known()


def test_a_page_does_not_say_that_a_closed_operator_is_awaited() -> None:
    line = Line()
    sent = line.sent()
    page = reverse("connectivity:connection_detail", args=[sent.reference])
    assert f"En attente {of(line.operator)}" in read(acting(line.worker), page)
    closed(line.operator)
    told = read(acting(line.worker), page)
    assert f"En attente {of(line.operator)}" not in told
    assert f"{line.operator} n’est plus en activité" in told


def test_before_a_line_is_asked_its_page_does_not_say_that_a_closed_operator_receives_it() -> None:
    line = Line()
    chosen = line.chosen()
    line.see(chosen)
    closed(line.operator)
    told = read(acting(line.worker), reverse("connectivity:connection_send", args=[chosen.reference]))
    assert f"{line.operator} recevra" not in told
    assert "n’a dans Maillon ni agent ni adresse" not in told
    assert "n’est plus en activité" in told


def test_a_closed_operator_is_not_written_to_when_its_line_does_not_work() -> None:
    line = Line()
    active = line.active()
    closed(line.operator)
    before = Mail.objects.count()
    gate.apply(active, "undo_activate", actor=line.worker, reason=UndoActivateReason.ENTRY.value)
    assert [line.operator.email] not in [to for to, _, _ in told_from(before)]


def test_a_closed_operator_is_told_to_the_officer_when_a_household_exercises_a_right() -> None:
    line = Line()
    sent, desk = line.sent(), Desk(line.circle)
    closed(line.operator)
    before = Mail.objects.count()
    asked = desk.asked(RightKind.OBJECTION, sent.need.prescription.household)
    desk.answer(asked)
    told = told_from(before)
    assert [line.operator.email] not in [to for to, _, _ in told]
    ((to, _, body),) = [one for one in told if "n’est pas prévenu" in one[1]]
    assert to == [desk.officer.user.email]
    assert "est fermé dans Maillon" in body
    assert "ni agent ni adresse" not in body


def test_an_operator_that_no_mail_reaches_is_told_to_the_officer_when_a_household_exercises_a_right() -> None:
    line = Line()
    sent, desk = line.sent(), Desk(line.circle)
    Organisation.objects.filter(pk=line.operator.pk).update(email="")
    asked = desk.asked(RightKind.OBJECTION, sent.need.prescription.household)
    desk.answer(asked)
    (mail,) = Mail.objects.filter(subject__contains="n’est pas prévenu")
    assert mail.to == [desk.officer.user.email]


def test_what_an_operator_answers_reaches_the_team_when_nobody_who_followed_it_is_left() -> None:
    line = Line()
    sent = line.sent()
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, line.circle.prescriber)
    disable_account(user=line.worker.user)
    line.report(sent)
    assert [colleague.user.email] in [mail.to for mail in Mail.objects.all()]


def test_a_next_step_of_a_manager_whose_epci_merged_is_on_the_page_of_the_pilot() -> None:
    ground = Ground()
    plan_prospect(actor=ground.manager, prospect=ground.prospect, then=Then(NextStep.CALL, TODAY(), ground.manager))
    reference = ground.prospect.reference
    assert reference not in read(acting(ground.pilot), "/")
    merged, successor = ground.commune.epci, ground.elsewhere.epci
    assert merged is not None
    assert successor is not None
    organisation = ground.other.organisation
    declare_merger(actor=ground.pilot, epci=merged, successor=successor, organisation=organisation)
    assert reference not in read(acting(ground.manager), "/")
    assert reference in read(acting(ground.pilot), "/")


def test_what_a_colleague_who_left_had_taken_in_charge_is_taken_by_another() -> None:
    treaty = Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()
    claim_task(actor=treaty.lawyer, pk=task.pk)
    client = acting(treaty.manager)
    assert "s’en charge" in read(client, reverse("conventions:inbox"))
    disable_account(user=treaty.lawyer.user)
    told = read(client, reverse("conventions:inbox"))
    assert f"{treaty.lawyer.user} s’en charge" not in told
    assert reverse("conventions:task_claim", args=[task.pk]) in told
    assert claim_task(actor=treaty.manager, pk=task.pk).owner == treaty.manager.user


def test_what_somebody_had_in_charge_in_a_role_that_is_closed_is_taken_by_another() -> None:
    treaty = Treaty()
    treaty.in_review()
    task = asked_of(treaty.lawyer).get()
    claim_task(actor=treaty.lawyer, pk=task.pk)
    make_membership(Role.OBSERVER, Kind.EPCI, treaty.lawyer.organisation, user=treaty.lawyer.user)
    close_membership(membership=Membership.objects.get(pk=treaty.lawyer.pk), by=treaty.pilot)
    assert claim_task(actor=treaty.manager, pk=task.pk).owner == treaty.manager.user


def test_a_signatory_who_left_is_replaced_before_it_is_late() -> None:
    treaty = Treaty()
    assert treaty.pilot
    convention = treaty.signing()
    signature = treaty.signature(convention, Party.DISTRIBUTOR)
    manager = make_membership(Role.MANAGER, Kind.DISTRIBUTOR, treaty.distributor)
    disable_account(user=signature.signatory.user)
    client = acting(manager)
    replace = reverse("conventions:signature_replace", args=[signature.reference])
    assert replace in read(client, "/")
    before = Mail.objects.count()
    signatures_recalled(Signature.objects.filter(pk=signature.pk), timezone.now())
    told = [mail.to for mail in Mail.objects.order_by("pk")[before:]]
    assert sorted(told) == sorted([[manager.user.email], [treaty.pilot.user.email]])


def test_a_review_asked_of_somebody_who_left_is_recalled_to_the_manager() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = next(one for one in treaty.reviews(convention) if one.organisation_id == treaty.workshop.pk)
    manager = make_membership(Role.MANAGER, Kind.RECONDITIONER, treaty.workshop)
    gate.apply(review, "hand_on", actor=treaty.workshop_reviewer, to=treaty.workshop_reviewer)
    disable_account(user=treaty.workshop_reviewer.user)
    before = Mail.objects.count()
    reviews_recalled(Review.objects.filter(pk=review.pk), timezone.now())
    assert [mail.to for mail in Mail.objects.order_by("pk")[before:]] == [[manager.user.email]]


def test_a_review_that_only_somebody_who_left_may_give_is_on_the_page_of_the_pilot() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = next(one for one in treaty.reviews(convention) if one.organisation_id == treaty.workshop.pk)
    make_membership(Role.REVIEWER, Kind.RECONDITIONER, treaty.workshop)
    gate.apply(review, "hand_on", actor=treaty.workshop_reviewer, to=treaty.workshop_reviewer)
    wanted = (treaty.workshop.pk, "avis attendus de personnes parties")
    assert wanted not in known()
    disable_account(user=treaty.workshop_reviewer.user)
    assert wanted in known()
    make_membership(Role.MANAGER, Kind.RECONDITIONER, treaty.workshop)
    assert wanted not in known(), "he answers, or hands it on"


def test_the_answer_to_a_derogation_reaches_the_colleagues_of_the_adviser_who_left() -> None:
    shelf = Shelf()
    need = shelf.need()
    colleague = make_membership(Role.ADVISER, Kind.DISTRIBUTOR, shelf.distributor)
    ask_derogation(actor=shelf.adviser, need=need, kind=DerogationKind.EMERGENCY, reason="Une formation commence.")
    disable_account(user=shelf.adviser.user)
    shelf.derogate(need)
    assert colleague.user.email in Mail.objects.latest("pk").to
    assert block(landing(acting(colleague)), "reponses").count == 1


def test_how_a_request_of_rights_ended_reaches_the_colleagues_of_whoever_noted_it() -> None:
    desk = Desk()
    asked = desk.asked(RightKind.OBJECTION)
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, desk.circle.prescriber)
    disable_account(user=desk.circle.worker.user)
    desk.answer(asked)
    assert [colleague.user.email] in [mail.to for mail in Mail.objects.filter(subject__contains=asked.reference)]


def test_before_a_role_or_an_account_is_closed_its_page_says_what_rests_on_it() -> None:
    circle = Circle()
    circle.accepted()
    pilot = acting(circle.pilot)
    pages = [
        reverse("network:membership_close", args=[circle.worker.pk]),
        reverse("network:user_disable", args=[circle.worker.user_id]),
        reverse("network:user_forget", args=[circle.worker.user_id]),
    ]
    for page in pages:
        told = read(pilot, page).replace("\u00a0", " ")
        assert f"Plus personne de {circle.prescriber} ne pourra s’en charger : 1 demande suivie." in told
        assert "ses collègues" not in told
    make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    for page in pages:
        told = read(pilot, page).replace("\u00a0", " ")
        assert "1 demande suivie : ses collègues l’ont dans" in told
        assert "Plus personne" not in told
    disable_account(user=circle.worker.user)
    nothing = make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    assert "Ce qui repose" not in read(pilot, reverse("network:user_disable", args=[nothing.user_id]))


def test_before_the_only_manager_leaves_it_is_said_that_nobody_else_invites_there() -> None:
    pilot, manager = Circle().pilot, make_membership(Role.MANAGER, Kind.EPCI)
    said = f"{manager.organisation} n’a pas d’autre responsable\u00a0: seul le pilote pourra y inviter quelqu’un"
    pages = [
        reverse("network:membership_close", args=[manager.pk]),
        reverse("network:user_disable", args=[manager.user_id]),
    ]
    for page in pages:
        assert said in read(acting(pilot), page)
    closed = make_membership(Role.MANAGER, Kind.EPCI, manager.organisation)
    close_membership(membership=closed, by=pilot)
    assert said in read(acting(pilot), pages[0]), "one whose role is closed invites nobody"
    other = make_membership(Role.MANAGER, Kind.EPCI, manager.organisation)
    for page in pages:
        assert "pas d’autre responsable" not in read(acting(pilot), page)
    assert any("pas d’autre responsable" in told for told in resting([manager, other])), "they leave together"
    reviewer = make_membership(Role.REVIEWER, Kind.EPCI, manager.organisation)
    assert not any("pas d’autre responsable" in told for told in resting([reviewer, pilot]))


def test_of_two_teams_that_somebody_leaves_the_one_that_has_colleagues_is_told_apart() -> None:
    alone, team = Circle(), Circle()
    alone.accepted()
    team.accepted()
    make_membership(Role.WORKER, Kind.PRESCRIBER, team.prescriber)
    told = [one.replace("\u00a0", " ") for one in resting([alone.worker, team.worker])]
    assert len(told) == 2
    assert told[0].startswith("1 demande suivie : ses collègues l’ont dans")
    assert told[1].startswith(f"Plus personne de {alone.prescriber} ne pourra s’en charger : 1 demande suivie.")


def test_whoever_followed_it_in_another_role_of_the_same_team_has_not_left() -> None:
    circle = Circle()
    accepted = circle.accepted()
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, circle.prescriber)
    lead = make_membership(Role.MANAGER, Kind.PRESCRIBER, circle.prescriber, user=circle.worker.user)
    close_membership(membership=circle.worker, by=circle.pilot)
    page = page_of(accepted, "prescription_detail")
    assert "n’agit plus ici" not in read(acting(lead), page)
    assert not Prescription.objects.followed_by(colleague).exists()
    disable_account(user=lead.user)
    assert "n’agit plus ici" in read(acting(colleague), page)
    assert Prescription.objects.followed_by(colleague).exists()


def test_what_waits_for_somebody_away_whom_nobody_replaces_is_read_by_colleagues_where_no_manager_is() -> None:
    circle = Circle()
    prescription = circle.submitted()
    gate.apply(prescription, "take_up", actor=circle.adviser)
    colleague = make_membership(Role.ADVISER, Kind.DISTRIBUTOR, circle.distributor)
    assert block(landing(acting(colleague)), "demandes").count == 0
    today = timezone.localdate()
    declare_absence(actor=circle.adviser, adviser=circle.adviser, first_on=today, last_on=today)
    assert Mail.objects.latest("pk").to == [colleague.user.email]
    assert block(landing(acting(colleague)), "demandes").count == 1
    make_membership(Role.MANAGER, Kind.DISTRIBUTOR, circle.distributor)
    assert block(landing(acting(colleague)), "demandes").count == 0, "the lead shares it out"


def test_a_workshop_without_a_manager_hears_of_its_lots() -> None:
    scene = Scene()
    assert scene.north.technician
    scene.qualified()
    told = [mail.to for mail in Mail.objects.all()]
    assert [scene.north.technician.user.email] in told
