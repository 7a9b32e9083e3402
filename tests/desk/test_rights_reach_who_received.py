"""Who had received what a household corrects or erases is told, without a name: the distributor, the operator."""

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import ConnectionState
from connectivity.services.delays import measured
from documents.models import Mail
from network.models import Membership
from prescriptions.enums import NeedKind, NeedUse, PrescriptionState, RightKind
from prescriptions.services.households import edit_household
from prescriptions.services.needs import meet_need, start_need
from refurb.enums import DeviceState
from tests.connectivity.lines import FIXED, Line
from tests.desk.territory import Territory
from tests.desk.test_walls_of_all_pages import NAMES, seen
from tests.pages import acting, read
from tests.prescriptions.files import COMPUTER, SKILLS, again
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db


def test_a_correction_reaches_the_distributor_and_the_operator_by_references_alone() -> None:
    scenery = seen()
    desk = Desk(scenery.territory.circle)
    agent, household = scenery.territory.agent, again(scenery.household)
    asked = desk.asked(RightKind.RECTIFICATION, household)
    edit_household(actor=desk.circle.worker, household=household, address="12 rue des Abysses")
    before = Mail.objects.latest("pk").pk

    desk.answer(asked)

    mails = list(Mail.objects.filter(pk__gt=before))
    told = {address for mail in mails for address in mail.to}
    assert {agent.user.email, desk.circle.adviser.user.email} <= told
    to_operator = " ".join(mail.subject + mail.body for mail in mails if agent.user.email in mail.to)
    assert scenery.sent.reference in to_operator
    assert scenery.line.reference in to_operator
    for mail in mails:
        assert not any(name in mail.subject + mail.body for name in NAMES)


def test_whoever_still_has_the_line_reads_what_was_corrected_where_its_mail_leads() -> None:
    territory = Territory()
    household = territory.circle.household(address="1 rue Vieille", postcode="59000")
    need = territory.circle.accepted(((FIXED, NeedUse.PAPERWORK),), household).needs.get()
    line = territory.line(need)
    file, desk = line.active(), Desk(territory.circle)
    sent = [(one.sent, one.lines) for one in measured(operator=territory.agent.organisation_id)]
    asked = desk.asked(RightKind.RECTIFICATION, household)
    edit_household(actor=desk.circle.worker, household=again(household), address="12 rue des Abysses")
    url = reverse("connectivity:connection_detail", args=[file.reference])
    assert "1 rue Vieille" in read(acting(territory.agent), url)

    desk.answer(asked)

    (mail,) = Mail.objects.filter(subject__contains="informations corrigées")
    assert mail.to == [territory.agent.user.email]
    assert url in mail.body
    assert "12 rue des Abysses" in read(acting(territory.agent), url)
    assert file.papers.first().document.values["address"] == "12 rue des Abysses"  # type: ignore[union-attr]
    assert [(one.sent, one.lines) for one in measured(operator=territory.agent.organisation_id)] == sent


@pytest.mark.parametrize("refused", [True, False])
def test_an_operator_without_an_account_gets_a_link_to_what_it_still_has_and_asks_for_the_rest(refused: bool) -> None:
    line = Line()
    file = line.refused() if refused else line.accepted()
    Membership.objects.filter(pk=line.agent.pk).update(closed_at=timezone.now())
    desk, household = Desk(line.circle), again(line.need.prescription.household)
    asked = desk.asked(RightKind.RECTIFICATION, household)
    edit_household(actor=desk.circle.worker, household=household, address="12 rue des Abysses")
    before = Mail.objects.latest("pk").pk

    desk.answer(asked)

    told = Mail.objects.filter(pk__gt=before, to=[line.operator.email]).order_by("pk")
    assert f"demandez ce qui est corrigé à {line.worker.organisation.name}" in told[0].body or not refused
    assert [mail.subject.rpartition(": ")[2] for mail in told] == (
        ["informations corrigées"] if refused else ["informations corrigées", "la relire sans compte"]
    )
    assert file.transmissions.filter(address="12 rue des Abysses").exists() is not refused


def test_no_link_invites_an_operator_that_has_its_page_or_whose_household_limits_its_data() -> None:
    for with_account in (True, False):
        line = Line()
        file, desk, household = line.accepted(), Desk(line.circle), again(line.need.prescription.household)
        if not with_account:
            Membership.objects.filter(pk=line.agent.pk).update(closed_at=timezone.now())
            desk.answer(desk.asked(RightKind.RESTRICTION, household))
        asked = desk.asked(RightKind.RECTIFICATION, household)
        edit_household(actor=desk.circle.worker, household=again(household), address="12 rue des Abysses")
        before = Mail.objects.latest("pk").pk

        desk.answer(asked)

        mails = Mail.objects.filter(pk__gt=before, about_pk=file.pk, about_machine="connection")
        assert [mail.subject.rpartition(": ")[2] for mail in mails] == ["informations corrigées"]
        assert file.transmissions.filter(address="12 rue des Abysses").exists()


def test_an_objection_is_told_to_the_operator_whose_line_goes_on() -> None:
    line = Line()
    file, desk = line.active(), Desk(line.circle)
    desk.answer(desk.asked(RightKind.OBJECTION, again(line.need.prescription.household)))
    mail = Mail.objects.get(subject__startswith=f"Demande {file.reference}", subject__contains="s’oppose")
    assert mail.to == [line.agent.user.email]
    assert "sauf pour une ligne que vous lui fournissez" in mail.body
    assert again(file).state == ConnectionState.ACTIVE


def test_an_access_is_nobody_else_s_business() -> None:
    scenery = seen()
    desk = Desk(scenery.territory.circle)
    before = Mail.objects.latest("pk").pk
    desk.do(scenery.asked, "refuse", refusal="unfounded", told_by="letter")
    told = {address for mail in Mail.objects.filter(pk__gt=before) for address in mail.to}
    assert told == {scenery.territory.circle.worker.user.email}


def test_an_objection_frees_what_is_reserved_and_stops_a_line_whichever_request_is_served_in_part() -> None:
    for served_first in (True, False):
        territory = Territory()
        household = territory.circle.household(address="1 rue des Essais", postcode="59000")
        waiting = territory.circle.accepted(((FIXED, NeedUse.PAPERWORK),), household)
        partly = territory.circle.accepted((*COMPUTER, *SKILLS), household)
        if served_first:
            line = territory.line(waiting.needs.get()).sent()
        skills = partly.needs.get(kind=NeedKind.DIGITAL_SKILLS)
        started = start_need(actor=territory.worker, need=skills, mediation=territory.circle.mediation)
        meet_need(actor=territory.worker, need=started)
        device = territory.shelf.reserve(territory.shelf.available(), partly.needs.get(kind=NeedKind.COMPUTER))
        if not served_first:
            line = territory.line(waiting.needs.get()).sent()
        desk = Desk(territory.circle)

        desk.answer(desk.asked(RightKind.OBJECTION, household))

        assert again(device).state == DeviceState.AVAILABLE
        assert again(line).state == ConnectionState.ABANDONED
        assert again(waiting).state == PrescriptionState.WITHDRAWN
        assert again(partly).state == PrescriptionState.FULFILLED
