"""The agenda of the committees: dates the pilot writes down, and what each has to read and to decide."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.models import Committee
from desk.services.committees import plan_committee
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.donations.scene import Scene, load_law
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = timedelta(days=1)


def planned(pilot: Membership, days: int = 8, kind: str = "technical") -> Committee:
    return plan_committee(actor=pilot, kind=kind, meets_on=TODAY() + days * DAY, place="14 h, salle Exemple")


def page(name: str, committee: Committee) -> str:
    return reverse(f"desk:{name}", args=[committee.pk])


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def test_a_date_is_written_down_and_told_on_the_first_page(office: Client) -> None:
    assert "Aucun comité n’est prévu" in read(office, "/")
    meets_on = TODAY() + 8 * DAY
    sent = {"kind": "technical", "meets_on": meets_on.isoformat(), "place": "14 h"}
    office.post(reverse("desk:committee_plan"), sent)
    committee = Committee.objects.get()
    assert (committee.kind, committee.meets_on, committee.place) == ("technical", meets_on, "14 h")
    told = read(office, "/")
    assert page("committee_detail", committee) in told
    assert "dans 8 jours" in told.replace("\u00a0", " ")
    again = office.post(reverse("desk:committee_plan"), sent).content.decode()
    assert "déjà prévu ce jour-là" in again
    sent["meets_on"] = (TODAY() - DAY).isoformat()
    assert "aujourd’hui au plus tôt" in office.post(reverse("desk:committee_plan"), sent).content.decode()
    assert Committee.objects.count() == 1


def test_one_to_come_moves_or_is_called_off_and_one_that_is_past_stays(office: Client, pilot: Membership) -> None:
    committee = planned(pilot)
    later = TODAY() + 20 * DAY
    office.post(page("committee_move", committee), {"meets_on": later.isoformat(), "place": ""})
    assert Committee.objects.get().meets_on == later
    office.post(page("committee_cancel", committee))
    assert Committee.objects.get().cancelled_at is not None
    assert "Ce comité est annulé" in read(office, page("committee_detail", committee))
    assert "Aucun comité n’est prévu" in read(office, "/")
    held = planned(pilot)
    Committee.objects.filter(pk=held.pk).update(meets_on=TODAY() - DAY)
    moved = office.post(page("committee_move", held), {"meets_on": later.isoformat(), "place": ""})
    assert "sa date ne change plus" in moved.content.decode()
    assert page("committee_move", held) not in read(office, page("committee_detail", held))


def test_the_technical_committee_has_on_its_agenda_the_lots_to_decide_and_those_to_ratify(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load_law()
    scene = Scene()
    office = Client()
    office.force_login(scene.pilot.user)
    decided, announced = scene.qualified(), scene.announced()
    before, after = planned(scene.pilot, days=0), planned(scene.pilot, days=30)
    steering = planned(scene.pilot, days=40, kind="steering")
    lots = [reverse("donations:donation_detail", args=[lot.reference]) for lot in (decided, announced)]
    for technical in (before, after):
        told = read(office, page("committee_detail", technical))
        assert all(lot in told for lot in lots), "what waits is on every agenda until it is decided"
    assert page("meeting_open", before) in read(office, page("committee_detail", before))
    assert page("meeting_open", after) not in read(office, page("committee_detail", after))
    told = read(office, page("committee_detail", steering))
    assert not any(lot in told for lot in lots)
    assert "Lots annoncés, à qualifier" in told
    assert str(before) in read(office, page("committee_detail", after))
    scene.qualified()
    assert "Seuls les premiers sont ici" not in read(office, page("committee_detail", before))
    monkeypatch.setattr("desk.views.committees.MOST", 1)
    assert "Seuls les premiers sont ici" in read(office, page("committee_detail", before)), (
        "none is left out in silence"
    )


def test_nobody_but_the_pilot_reads_or_writes_the_agenda(client: Client, pilot: Membership) -> None:
    committee = planned(pilot)
    for role, kind in ((Role.OBSERVER, OrganisationKind.DEPARTEMENT), (Role.MANAGER, OrganisationKind.EPCI)):
        someone = make_membership(role, kind)
        client.force_login(someone.user)
        assert client.get(reverse("desk:committee_list")).status_code == 403
        assert client.get(reverse("desk:committee_plan")).status_code == 403
        assert client.get(page("committee_detail", committee)).status_code == 404
        assert client.post(page("committee_cancel", committee)).status_code == 404
        with pytest.raises(PermissionDenied):
            planned(someone)
