"""Where somebody prescribes, and what each structure did of its requests."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.activity import by_month, of_structures
from desk.coverage import active_since, coverage
from network.enums import OrganisationKind, Role, StructureKind
from network.models import Commune, Organisation
from network.services.directory import publish_public_service
from prescriptions.services.prescriptions import ask_completion_prescription, refuse_prescription
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again, transferred

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def serve(circle: Circle, *communes: Commune) -> None:
    publish_public_service(
        actor=circle.worker,
        organisation=circle.prescriber,
        kind=StructureKind.CCAS,
        name="Accueil",
        phone="0320000000",
        communes=communes,
    )


def test_a_commune_is_covered_while_a_structure_that_serves_it_files_requests() -> None:
    now = timezone.now()
    circle = Circle()
    beside = make_commune(epci=circle.commune.epci)
    alone = make_commune(epci=circle.commune.epci)
    serve(circle, circle.commune, beside)

    def told() -> tuple[int, int, int, int]:
        (row,) = [one for one in coverage(timezone.now()) if one.epci == circle.commune.epci]
        return row.communes, row.covered, row.unknown, row.requests

    assert told() == (3, 0, 1, 0), "a structure that files nothing covers nothing"
    circle.submitted()
    assert told() == (3, 2, 1, 1)
    Organisation.objects.filter(pk=circle.prescriber.pk).update(is_active=False)
    assert told() == (3, 0, 3, 1), "one that left the chain covers nothing either"
    assert alone.name
    assert active_since(now) < now


def test_a_structure_whose_last_request_is_too_old_is_not_active() -> None:
    circle = Circle(at=active_since(timezone.now()) - 2 * DAY)
    serve(circle, circle.commune)
    circle.submitted()
    (row,) = [one for one in coverage(timezone.now()) if one.epci == circle.commune.epci]
    assert (row.covered, row.unknown, row.requests) == (0, 0, 0)
    assert row.tone == "none"


def test_the_map_and_its_table_say_the_same_and_each_hole_leads_to_both_acts() -> None:
    circle = Circle()
    hole = make_commune(epci=circle.commune.epci)
    serve(circle, circle.commune)
    circle.submitted()
    pilot = acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))

    page = read(pilot, reverse("desk:coverage"))
    assert f"{reverse('desk:uncovered_list')}?epci={circle.commune.epci.pk}" in page
    listed = read(pilot, reverse("desk:uncovered_list"), epci=str(circle.commune.epci.pk))
    assert circle.commune.name not in listed
    for name in ("network:structure_invite", "network:awareness_plan"):
        assert f"{reverse(name)}?commune={hole.code}" in listed
    for role, kind in ((Role.MANAGER, OrganisationKind.EPCI), (Role.WORKER, OrganisationKind.PRESCRIBER)):
        stranger = acting(make_membership(role, kind))
        for name in ("coverage", "uncovered_list", "activity_list"):
            assert stranger.get(reverse(f"desk:{name}")).status_code == 403


def test_the_months_of_a_structure_count_what_became_of_its_requests_and_no_other_s() -> None:
    now = timezone.localtime()  # days before it are of the calendar: hours across a change of hour are not
    circle, other = Circle(at=now - 40 * DAY), Circle()
    first, second, third = (circle.submitted() for _ in range(3))
    other.submitted()
    circle.at = now - 36 * DAY
    circle.accept(first)
    refuse_prescription(actor=circle.adviser, prescription=second, reason="already_served", at=circle.at)
    ask_completion_prescription(actor=circle.adviser, prescription=third, words="Il manque un mot", at=circle.at)

    now = timezone.now()
    whole, months = by_month(circle.prescriber, now)
    assert (whole.filed, whole.accepted, whole.refused, whole.sent_back, whole.delay) == (3, 1, 1, 1, 4)
    assert sum(told.filed for _, told in months) == 3
    assert len(months) == 12
    told = {row.pk: one.filed for row, one in of_structures(now)}
    assert (told[circle.prescriber.pk], told[other.prescriber.pk]) == (3, 1)

    mine = acting(circle.worker)
    assert "Mois par mois" in read(mine, reverse("desk:activity", args=[circle.prescriber.reference]))
    assert mine.get(reverse("desk:activity", args=[other.prescriber.reference])).status_code == 404
    reader = acting(make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER))
    assert reader.get(reverse("desk:activity", args=[circle.prescriber.reference])).status_code == 403


def test_a_hole_is_filled_by_a_structure_that_is_invited() -> None:
    commune = make_commune()
    pilot = acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))
    url = reverse("network:structure_invite")
    assert f'value="{commune.name}"' in read(pilot, url, commune=commune.code)
    answer = pilot.post(
        url,
        {"name": "Structure neuve", "legal_nature": "association", "commune": commune.name, "email": "a@exemple.test"},
    )
    assert answer.status_code == 302
    made = Organisation.objects.get(name="Structure neuve")
    assert (made.kinds, made.commune) == ([OrganisationKind.PRESCRIBER], commune)
    assert make_organisation(OrganisationKind.PRESCRIBER).pk != made.pk


def test_what_is_decided_after_a_transfer_counts_for_whoever_took_the_request_and_may_open_it() -> None:
    circle, taker = Circle(), make_organisation(OrganisationKind.PRESCRIBER)
    before, after = circle.submitted(), circle.submitted()
    circle.accept(before)
    for prescription in (before, after):
        transferred(circle, prescription, taker)
    circle.accept(again(after))

    def told(structure: Organisation) -> tuple[int, int]:
        whole, _ = by_month(structure, timezone.now())
        assert dict(of_structures(timezone.now()))[structure] == whole
        return whole.filed, whole.accepted

    assert (told(circle.prescriber), told(taker)) == ((2, 1), (0, 1))
