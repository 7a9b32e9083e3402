"""Reference data: what is refused of a version or leaves no trace; committees: who sees none."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from conventions.models import PriceCeiling
from desk.models import Committee, Meeting, ReferenceAction, ReferenceChange
from desk.permissions import sees_committees, sees_meetings
from desk.services.reference import add_version, correct_row, withdraw_version
from lifecycle.actors import SYSTEM
from network.models import Membership
from refurb.models import GradingScale
from tests.desk.test_reference_data import BY_SLUG, CEILINGS, DAY, address, next_one
from tests.given import load_reference
from tests.pages import read

pytestmark = pytest.mark.django_db
SCALES = BY_SLUG["grilles-de-classement"]


def ceiling() -> PriceCeiling:
    load_reference("conventions")
    return PriceCeiling.objects.get(type="laptop")


def scale() -> GradingScale:
    load_reference("refurb")
    return GradingScale.objects.get(code="ec-pc-2025")


def next_scale(former: GradingScale, begins: date) -> GradingScale:
    return GradingScale(
        code="ec-pc-2099",
        name="Grille à venir",
        types=former.types,
        valid_from=begins,
        source="Essai",
        checked_on=begins,
    )


def test_nobody_and_the_clock_are_convened_to_no_committee() -> None:
    for actor in (None, SYSTEM):
        assert sees_committees(actor) is None
        assert sees_meetings(actor) is None
    assert not Committee.objects.visible_to(None).exists()
    assert not Meeting.objects.visible_to(None).exists()


def test_a_correction_that_corrects_nothing_leaves_no_trace(pilot: Membership) -> None:
    row = ceiling()
    assert correct_row(family=CEILINGS, row=row, changed=["source"], by=pilot) == row
    assert not ReferenceChange.objects.exists()


def test_a_version_begins_after_the_one_it_follows(pilot: Membership, today: date) -> None:
    former = ceiling()
    begun = add_version(family=CEILINGS, row=next_one(former, today), by=pilot)
    traces = ReferenceChange.objects.count()
    with pytest.raises(ValidationError) as refused:
        add_version(family=CEILINGS, row=next_one(former, today, 200), by=pilot)
    assert "la nouvelle vient après ce jour" in refused.value.message_dict["valid_from"][0]
    assert PriceCeiling.objects.filter(type="laptop").count() == 2
    assert PriceCeiling.objects.get(pk=begun.pk).valid_to is None
    assert ReferenceChange.objects.count() == traces


def test_of_kinds_that_live_side_by_side_a_version_given_up_leaves_the_others_as_they_are_and_the_page_says_so(
    office: Client, pilot: Membership, today: date
) -> None:
    former = scale()
    made = add_version(family=SCALES, row=next_scale(former, today + 10 * DAY), replaces=former, by=pilot)
    assert GradingScale.objects.get(pk=former.pk).valid_to == today + 9 * DAY
    page = read(office, address("reference_withdraw", SCALES.slug, made.pk))
    assert "cette autre garde le dernier jour qui lui a été donné" in page
    assert "Celle qui la précède continue" not in page
    assert withdraw_version(family=SCALES, row=made, by=pilot) is None
    assert not GradingScale.objects.filter(code="ec-pc-2099").exists()
    assert GradingScale.objects.get(pk=former.pk).valid_to == today + 9 * DAY
    assert ReferenceChange.objects.latest("pk").action == ReferenceAction.WITHDRAWN


def test_a_version_that_already_ends_the_day_before_is_not_said_to_be_ended_again(
    pilot: Membership, today: date
) -> None:
    former = scale()
    GradingScale.objects.filter(pk=former.pk).update(valid_to=today + timedelta(days=9))
    add_version(family=SCALES, row=next_scale(former, today + 10 * DAY), replaces=former, by=pilot)
    assert [change.action for change in ReferenceChange.objects.all()] == [ReferenceAction.REPLACED]
    assert GradingScale.objects.get(pk=former.pk).valid_to == today + 9 * DAY
