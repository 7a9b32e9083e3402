"""The page of all parameters, and a new value in the pilot's hands: no gap, no overlap, its source, its trace."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from conventions.parameters import REVIEW_DAYS
from desk.models import ReferenceAction, ReferenceChange
from desk.reference.reading import traces
from desk.services.reference import add_version, correct_row, withdraw_version
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.parameters import LINK_DAYS
from reference.families import families
from reference.models import Parameter
from reference.registry import REGISTRY
from tests.costs import assert_same_queries
from tests.given import load_reference
from tests.network.factories import make_membership
from tests.reference.values import LONG_AGO, SAID, make_value

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FAMILY = next(family for family in families() if family.prefix == "conventions")
LIST = "desk:parameter_list"


def a_value(begins: date, value: int, ends: date | None = None) -> Parameter:
    return Parameter(code=REVIEW_DAYS.code, value=value, valid_from=begins, valid_to=ends, **SAID)


def typed(begins: date, value: str, today: date) -> dict[str, Any]:
    return {"value": value, "valid_from": f"{begins}", "source": "Comité du 12 mai", "checked_on": f"{today}"}


def test_every_parameter_is_on_the_page_with_its_unit_its_value_the_next_and_the_past_ones(
    office: Client, pilot: Membership, today: date
) -> None:
    load_reference()
    row = Parameter.objects.get(code=REVIEW_DAYS.code)
    add_version(family=FAMILY, row=a_value(today + 10 * DAY, 12), by=pilot, replaces=row)
    page = office.get(reverse(LIST))
    told = page.content.decode()
    lines = {line.declared.code: line for _, ours in page.context["families"] for line in ours}
    assert lines.keys() == REGISTRY.parameters.keys()
    assert all(line.declared.label in told.replace("&#x27;", "'") for line in lines.values())
    line = lines[REVIEW_DAYS.code]
    assert (line.in_force, line.declared.unit, line.following.spelt) == ("10", "jours ouvrés", "12\u00a0jours ouvrés")
    assert [one.value for one in line.history] == [12, 10]
    assert row.source in told


def test_a_parameter_that_no_row_gives_shows_its_usual_value_and_receives_its_first(
    office: Client, today: date
) -> None:
    page = office.get(reverse(LIST)).content.decode()
    assert page.count("valeur d’usage") == len(REGISTRY.parameters)
    url = reverse("desk:parameter_value", args=[REVIEW_DAYS.code])
    assert set(office.get(url).context["form"].fields) == {"value", "valid_from", "source", "checked_on"}
    answer = office.post(url, typed(today - DAY, "12", today))
    assert "commence aujourd’hui au plus tôt" in answer.content.decode()
    assert office.post(url, typed(today, "12", today)).status_code == 302
    assert (REVIEW_DAYS.on(today), REVIEW_DAYS.on(today - DAY)) == (12, 10)
    assert office.get(url).status_code == 302


def test_a_new_value_ends_the_one_before_and_leaves_its_trace(office: Client, today: date) -> None:
    former = make_value(REVIEW_DAYS, 10)
    url = reverse("desk:parameter_value", args=[REVIEW_DAYS.code])
    answer = office.get(url, follow=True)
    assert "En jours ouvrés." in answer.content.decode()
    there = answer.redirect_chain[0][0]
    assert "Un nombre entier" in office.post(there, typed(today + DAY, "1,5", today)).content.decode()
    assert "Au moins 1" in office.post(there, typed(today + DAY, "0", today)).content.decode()
    assert office.post(there, typed(today + DAY, "12", today)).status_code == 302
    assert Parameter.objects.get(pk=former.pk).valid_to == today
    assert [REVIEW_DAYS.on(today), REVIEW_DAYS.on(today + DAY)] == [10, 12]
    changes = list(ReferenceChange.objects.order_by("pk"))
    assert [(change.action, change.code) for change in changes] == [
        (ReferenceAction.ENDED, REVIEW_DAYS.code),
        (ReferenceAction.REPLACED, REVIEW_DAYS.code),
    ]
    assert {trace.title for trace in traces(changes)} == {FAMILY.title}
    assert "10\u00a0jours ouvrés → 12\u00a0jours ouvrés" in changes[1].said


def test_a_day_whose_year_was_mistyped_is_refused_beside_its_field(office: Client, today: date) -> None:
    make_value(REVIEW_DAYS, 10)
    there = office.get(reverse("desk:parameter_value", args=[REVIEW_DAYS.code]), follow=True).redirect_chain[0][0]
    refusals = (
        (typed(date(9999, 1, 1), "12", today), "valid_from", "Ce jour vient dans plus de dix ans"),
        (typed(today + 3700 * DAY, "12", today), "valid_from", "Ce jour vient dans plus de dix ans"),
        (typed(today + DAY, "12", date(1, 1, 1)) | {"checked_on": "0001-01-01"}, "checked_on", "avant 2000"),
        (typed(today + DAY, "12", date(1999, 12, 31)), "checked_on", "avant 2000"),
    )
    for given, field, sentence in refusals:
        answer = office.post(there, given)
        assert answer.status_code == 200
        assert sentence in str(answer.context["form"].errors[field])
    assert office.post(there, typed(today + 3600 * DAY, "12", date(2000, 1, 1))).status_code == 302


def test_a_value_between_two_stops_where_the_next_begins(pilot: Membership, today: date) -> None:
    former = make_value(REVIEW_DAYS, 10)
    add_version(family=FAMILY, row=a_value(today + 20 * DAY, 14), by=pilot, replaces=former)
    made = add_version(family=FAMILY, row=a_value(today + 10 * DAY, 12), by=pilot, replaces=former)
    assert made.valid_to == today + 19 * DAY
    assert [REVIEW_DAYS.on(today + days * DAY) for days in (9, 10, 19, 20)] == [10, 12, 12, 14]


def test_a_gap_is_refused_and_named(pilot: Membership, today: date) -> None:
    row = make_value(REVIEW_DAYS, 10)
    row.valid_to = today + 9 * DAY
    with pytest.raises(ValidationError, match=r"Du .*, aucune valeur ne vaudrait"):
        correct_row(family=FAMILY, row=row, changed=["valid_to"], by=pilot)
    to_come = add_version(family=FAMILY, row=a_value(today + 10 * DAY, 12), by=pilot)
    to_come.valid_from = today + 12 * DAY
    with pytest.raises(ValidationError, match=r"Du .* au .*, aucune valeur ne vaudrait") as refused:
        correct_row(family=FAMILY, row=to_come, changed=["valid_from"], by=pilot)
    assert refused.value.message_dict.keys() == {"valid_from"}


@pytest.mark.parametrize("first", [date(1, 1, 1), LONG_AGO - DAY])
def test_a_value_before_the_first_one_is_refused_whoever_writes_it(
    office: Client, pilot: Membership, today: date, first: date
) -> None:
    row = make_value(REVIEW_DAYS, 10)
    url = reverse("desk:reference_replace", args=[FAMILY.slug, row.pk])
    answer = office.post(url, typed(first, "12", today))
    assert "Une valeur commence aujourd’hui au plus tôt" in answer.content.decode()
    with pytest.raises(ValidationError, match="aujourd’hui au plus tôt"):
        add_version(family=FAMILY, row=a_value(first, 12), by=pilot)
    assert Parameter.objects.filter(code=REVIEW_DAYS.code).count() == 1


def test_a_value_to_come_is_not_moved_into_the_past(pilot: Membership, today: date) -> None:
    row = add_version(family=FAMILY, row=a_value(today, 12), by=pilot)
    row.valid_from = today - DAY
    with pytest.raises(ValidationError, match="aujourd’hui au plus tôt"):
        correct_row(family=FAMILY, row=row, changed=["valid_from"], by=pilot)


def test_a_value_that_applied_says_so_and_names_nothing_that_could_lean_on_it(office: Client) -> None:
    row = make_value(REVIEW_DAYS, 10)
    told = office.get(reverse("desk:reference_detail", args=[FAMILY.slug, row.pk])).content.decode()
    assert "Cette version s’est appliquée" in told
    assert "S’y appuient" not in told
    assert "Cette version a servi" not in told


def test_a_value_too_large_is_refused_beside_its_field_and_a_whole_one_is_shown_without_zeros(
    office: Client, today: date
) -> None:
    row = Parameter.objects.get(pk=make_value(REVIEW_DAYS, 10).pk)
    url = reverse("desk:reference_replace", args=[FAMILY.slug, row.pk])
    assert 'value="10"' in office.get(url).content.decode()
    answer = office.post(url, typed(today + DAY, "99999999", today))
    assert "Au plus 365\u00a0jours ouvrés." in answer.content.decode()


def test_nobody_is_written_to_until_an_hour_that_comes_before_the_first(pilot: Membership, today: date) -> None:
    load_reference()
    family = next(family for family in families() if family.prefix == "messages")
    row = Parameter(code="messages.from_hour", value=21, valid_from=today + DAY, **SAID)
    with pytest.raises(ValidationError, match="Aucun SMS après"):
        add_version(family=family, row=row, by=pilot)


def test_after_a_gap_that_is_past_a_value_begins_today_and_not_later(pilot: Membership, today: date) -> None:
    make_value(REVIEW_DAYS, 10, LONG_AGO, today - 5 * DAY)
    with pytest.raises(ValidationError, match="aucune valeur ne vaudrait"):
        add_version(family=FAMILY, row=a_value(today + DAY, 12), by=pilot)
    add_version(family=FAMILY, row=a_value(today, 12), by=pilot)


def test_a_value_to_come_that_is_given_up_lets_the_former_go_on(pilot: Membership, today: date) -> None:
    former = make_value(REVIEW_DAYS, 10)
    made = add_version(family=FAMILY, row=a_value(today + DAY, 12), by=pilot)
    withdraw_version(family=FAMILY, row=made, by=pilot)
    assert Parameter.objects.get(pk=former.pk).valid_to is None


def test_a_value_is_found_in_its_own_family_only(office: Client) -> None:
    row = make_value(LINK_DAYS, 20)
    assert office.get(reverse("desk:reference_detail", args=[FAMILY.slug, row.pk])).status_code == 404
    assert office.get(reverse("desk:reference_detail", args=["reglages-des-prescriptions", row.pk])).status_code == 200
    assert office.get(reverse("desk:parameter_value", args=["conventions.unknown"])).status_code == 404


def test_a_word_keeps_the_parameters_that_have_it_in_their_name_and_the_chapters_that_have_it_in_their_title(
    office: Client,
) -> None:
    def told(typed: str) -> dict[str, int]:
        page = office.get(reverse(LIST), {"nom": typed})
        return {family.prefix: len(lines) for family, lines in page.context["families"]}

    everything = told("")
    assert told("  DELAI de relecture ") == {"conventions": 1}
    assert told("regles des conv") == {"conventions": everything["conventions"]}
    assert told("rien de tel") == {}
    assert "0 ligne pour" in office.get(reverse(LIST), {"nom": "rien de tel"}).content.decode()


def test_nobody_but_the_pilot_opens_the_page(client: Client) -> None:
    client.force_login(make_membership(Role.MANAGER, OrganisationKind.EPCI).user)
    for url in (reverse(LIST), reverse("desk:parameter_value", args=[REVIEW_DAYS.code])):
        assert client.get(url).status_code == 403


def test_the_page_costs_the_same_whatever_the_history(office: Client) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            first = Parameter.objects.filter(code=REVIEW_DAYS.code).order_by("valid_from").first()
            begins = (first.valid_from if first else date(2026, 1, 1)) - 10 * DAY
            a_value(begins, 10, begins + 9 * DAY).save()

    assert_same_queries(more, lambda: office.get(reverse(LIST)), rows=40)


def test_chapters_are_closed_until_a_word_is_looked_for_and_open_without_a_script(office: Client) -> None:
    page = office.get(reverse(LIST))
    closed = page.content.decode()
    for family, _ in page.context["families"]:
        assert f'<details class="mb-3" id="{family.slug}">' in closed
    found = office.get(reverse(LIST), {"nom": "relecture"}).content.decode()
    assert f'<details class="mb-3" id="{FAMILY.slug}" open>' in found
