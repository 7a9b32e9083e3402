"""What changed since the last visit: a visit is the first page after half an hour of absence."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.models import Visit
from desk.services.visits import note_visit
from desk.templatetags.desk import relative_moment
from desk.todo.changes import MOST, Change, changes_since
from documents.models import Mail
from network.enums import OrganisationKind, Role
from network.models import Membership
from network.services.accounts import forget_user
from prescriptions.services.doubles import answer_double
from prescriptions.services.joining import join_household, part_household
from prescriptions.services.needs import meet_need, unmeet_need
from prescriptions.services.prescriptions import hand_on_prescription
from tests.network.factories import make_membership
from tests.prescriptions.files import SKILLS, Circle, again

pytestmark = pytest.mark.django_db
PRESCRIPTIONS = ("prescription",)


def told(circle: Circle, membership: Membership, since: datetime | None = None) -> list[Change]:
    now = timezone.now()
    return changes_since(membership, PRESCRIPTIONS, since or now - timedelta(hours=1), now)


def test_a_visit_lasts_until_half_an_hour_of_absence() -> None:
    membership = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    start = timezone.now()

    def comes(minutes: int) -> datetime | None:
        return note_visit(membership=membership, at=start + timedelta(minutes=minutes))

    assert comes(0) is None, "nothing before the first visit"
    assert comes(29) is None
    assert comes(58) is None, "each page carries the visit on"
    assert comes(88) == start + timedelta(minutes=58), "half an hour later begins another one"
    assert comes(100) == start + timedelta(minutes=58), "a reload changes nothing"
    assert comes(300) == start + timedelta(minutes=100)
    assert Visit.objects.count() == 1


def test_reloading_at_once_writes_nothing() -> None:
    membership = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    start = timezone.now()
    note_visit(membership=membership, at=start)
    with CaptureQueriesContext(connection) as queries:
        note_visit(membership=membership, at=start + timedelta(seconds=30))
    assert len(queries) == 1


def test_each_capacity_has_its_own_visits_and_they_are_read_by_nobody_else() -> None:
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    manager = make_membership(Role.MANAGER, OrganisationKind.PRESCRIBER, worker.organisation, worker.user)
    note_visit(membership=worker)
    assert note_visit(membership=manager, at=timezone.now() + timedelta(hours=3)) is None
    assert list(Visit.objects.visible_to(manager).values_list("membership", flat=True)) == [manager.pk]


def test_a_person_who_is_forgotten_leaves_no_visit() -> None:
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    note_visit(membership=worker)
    forget_user(user=worker.user, by=make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))
    assert not Visit.objects.exists()


# --- what is told


def test_what_others_did_is_told_and_what_one_did_oneself_is_not() -> None:
    circle = Circle()
    accepted = circle.accepted()
    [change] = told(circle, circle.worker)
    assert (change.sentence, change.subject) == ("Prescription acceptée", accepted.household.name)
    assert change.by == circle.distributor.name
    assert change.url.endswith(f"/{accepted.reference}/")
    assert "Prescription acceptée" not in [one.sentence for one in told(circle, circle.adviser)]


def test_a_file_that_changes_hands_is_told_inside_the_team_and_to_nobody_else() -> None:
    circle = Circle()
    submitted = circle.submitted()
    colleague = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, circle.prescriber)
    hand_on_prescription(actor=colleague, prescription=submitted, worker=colleague)
    [change] = told(circle, circle.worker)
    assert (change.sentence, change.subject) == ("Confiée à un collègue", submitted.household.name)
    assert "Confiée à un collègue" not in [change.sentence for change in told(circle, circle.adviser)]


def test_what_happened_before_the_last_visit_is_not_told_again() -> None:
    circle = Circle()
    circle.accepted()
    assert told(circle, circle.worker, since=timezone.now()) == []


def test_what_was_done_to_several_on_one_day_is_one_sentence() -> None:
    circle = Circle()
    for _ in range(3):
        circle.accepted()
    [change] = told(circle, circle.worker)
    assert change.subject == "3\u00a0prescriptions"
    assert change.url == "", "no list has these three alone"


def test_a_link_of_what_changed_opens_what_it_counts_or_is_none(client: Client) -> None:
    circle = Circle()
    now = timezone.now()
    for hours in (1, 1, 25, 49, 49):
        circle.at = now - timedelta(hours=hours)
        circle.submitted()
    client.force_login(circle.adviser.user)
    changes = client.get("/").context["changes"]
    assert sorted(change.subject.startswith("2") for change in changes) == [False, True, True]
    page = client.get("/").content.decode()
    told = page.partition('id="changes"')[2].partition("</section>")[0]
    assert "state=" not in told
    (alone,) = (change for change in changes if change.url)
    assert re.findall(r'href="([^"]+)"', told) == [alone.url]
    assert client.get(alone.url).context["prescription"].reference in alone.url


def test_nothing_is_told_of_rows_one_does_not_see() -> None:
    circle = Circle()
    circle.accepted()
    for role, kind in ((Role.WORKER, OrganisationKind.PRESCRIBER), (Role.ADVISER, OrganisationKind.DISTRIBUTOR)):
        assert told(circle, make_membership(role, kind)) == []


def test_the_pilot_is_told_references_and_no_name() -> None:
    circle = Circle()
    prescription = circle.accepted()
    assert prescription.reference in {change.subject for change in told(circle, circle.pilot)}
    assert prescription.household.name not in {change.subject for change in told(circle, circle.pilot)}


def test_ten_sentences_are_told_at_most() -> None:
    circle = Circle()
    start = timezone.now() - timedelta(days=40)
    for day in range(MOST + 2):
        circle.at = start + timedelta(days=day)
        circle.accepted()
    assert len(told(circle, circle.worker, since=start)) == MOST


def test_the_page_says_since_when(client: Client) -> None:
    circle = Circle()
    client.force_login(circle.worker.user)
    assert "Ces sept derniers jours" in client.get("/").content.decode()
    last = timezone.now() - timedelta(days=1)
    Visit.objects.filter(membership=circle.worker).update(seen_at=last)
    circle.accepted()
    page = client.get("/").content.decode()
    assert f"Depuis votre dernière visite, {relative_moment(last)}" in page
    assert "Prescription acceptée" in page


@pytest.mark.parametrize(
    ("before", "words"),
    [({}, "aujourd’hui à 17\u00a0h\u00a002"), ({"days": 1}, "hier à 17\u00a0h\u00a002")],
)
def test_a_near_day_is_said_in_words(before: Any, words: str) -> None:
    instant = timezone.localtime().replace(hour=17, minute=2) - timedelta(**before)
    assert relative_moment(instant) == words


def test_a_request_that_is_opened_again_is_told() -> None:
    circle = Circle()
    need = circle.started()
    unmeet_need(actor=circle.worker, need=meet_need(actor=circle.worker, need=need))
    assert "Prescription rouverte" in {change.sentence for change in told(circle, circle.adviser)}


def test_requests_that_went_to_another_file_of_the_household_are_told_and_written() -> None:
    circle = Circle()
    kept, left = circle.accepted(), circle.accepted(SKILLS)
    answer_double(actor=circle.adviser, household=left.household, other=kept.household, same=True)
    join_household(actor=circle.adviser, household=left.household, kept=kept.household)
    assert "Passée à l’autre dossier du foyer" in {change.sentence for change in told(circle, circle.worker)}
    mail = Mail.objects.get(subject__startswith="Dossiers réunis")
    assert circle.worker.user.email in mail.to
    assert left.household.reference in mail.body
    assert kept.household.reference in mail.body
    part_household(actor=circle.adviser, household=again(kept.household), left=again(left.household))
    assert Mail.objects.filter(subject__startswith="Dossiers séparés").count() == 1
