"""Who had received what a household corrects or erases is told, without a name: the distributor, the operator."""

import pytest

from connectivity.enums import ConnectionState
from documents.models import Mail
from prescriptions.enums import NeedKind, NeedUse, PrescriptionState, RightKind
from prescriptions.services.households import edit_household
from prescriptions.services.needs import meet_need, start_need
from refurb.enums import DeviceState
from tests.connectivity.lines import FIXED
from tests.desk.territory import Territory
from tests.desk.test_walls_of_all_pages import NAMES, seen
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
        household = territory.circle.household()
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
