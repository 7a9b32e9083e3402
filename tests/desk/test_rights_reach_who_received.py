"""Who had received what a household corrects or erases is told, without a name: the distributor, the operator."""

import pytest

from documents.models import Mail
from prescriptions.enums import RightKind
from prescriptions.services.households import edit_household
from tests.desk.test_walls_of_all_pages import NAMES, seen
from tests.prescriptions.files import again
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
    assert {agent.user.email, desk.circle.adviser.user.email} <= {address for mail in mails for address in mail.to}
    assert any(scenery.sent.reference in mail.subject for mail in mails if agent.user.email in mail.to)
    for mail in mails:
        assert not any(name in mail.subject + mail.body for name in NAMES)


def test_an_access_is_nobody_else_s_business() -> None:
    scenery = seen()
    desk = Desk(scenery.territory.circle)
    before = Mail.objects.latest("pk").pk
    desk.do(scenery.asked, "refuse", refusal="unfounded", told_by="letter")
    told = {address for mail in Mail.objects.filter(pk__gt=before) for address in mail.to}
    assert told == {scenery.territory.circle.worker.user.email}
