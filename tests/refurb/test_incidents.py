"""What was done of an incident: the pilot writes it in the register, and it waits no more."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import first_of
from desk.todo.pilots import todo_of as todo_of_pilot
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.enums import FollowUpKind, MissingReason
from refurb.models import Incident, IncidentFollowUp
from refurb.models.incident import TO_THE_CNIL
from refurb.services.incidents import note_incident
from tests.network.factories import make_membership
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, from_lot, given_to, load_numbers, private_lot
from typography.french import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> tuple[Bench, Incident]:
    """A device lost with data on it, known now."""
    load_numbers()
    scene = private_lot()
    bench = given_to(scene)
    gate.apply(from_lot(scene), "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    return bench, Incident.objects.get()


def page_of(incident: Incident) -> str:
    return reverse("refurb:incident_note", args=[incident.device.reference, incident.pk])


def test_the_pilot_notes_that_the_cnil_was_told_and_it_waits_no_more(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    client, home = acting(bench.pilot), reverse("desk:home")
    device = reverse("refurb:device_detail", args=[incident.device.reference])
    assert page_of(incident) in read(client, home)
    assert "à notifier à la CNIL avant le" in read(client, device)

    today = timezone.localdate()
    assert done(client, page_of(incident), kind="told", done_on=today.isoformat(), number="CNIL-42") == device

    assert page_of(incident) not in read(client, home)
    told = read(client, device)
    assert "Notifié à la CNIL, le" in told
    assert "CNIL-42" in told
    assert "à notifier à la CNIL avant le" not in told
    assert "Notifié à la CNIL, le" in read(client, reverse("refurb:incident_list"))
    assert IncidentFollowUp.objects.get().recorded_by == bench.pilot


def test_the_officer_who_protects_data_reads_it_at_once_and_writes_nothing_of_it(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    officer = make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    client, listed = acting(officer), reverse("refurb:incident_list")
    home = read(client, reverse("desk:home"))
    due = Incident.objects.unanswered().get(pk=incident.pk).awaited_since + TO_THE_CNIL
    assert f"à notifier avant le {moment(due)}, dans 3\u00a0jours" in home
    assert str(incident.device) in home
    assert f'href="{listed}"' in home

    page = read(client, listed)
    assert str(incident.device) in page
    device = reverse("refurb:device_detail", args=[incident.device.reference])
    assert device not in page, "no link to a page that refuses him"
    assert f'href="{reverse("refurb:device_list")}"' not in page
    assert "Pages des appareils" not in page, "he opens no other"
    assert device in read(acting(bench.pilot), listed)

    assert client.get(page_of(incident)).status_code == HTTPStatus.FORBIDDEN
    with pytest.raises(PermissionDenied):
        note_incident(actor=officer, incident=incident, kind="told", done_on=timezone.localdate())
    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=timezone.localdate())
    assert "Aucun appareil perdu" in read(client, reverse("desk:block", args=["incidents"]))


def test_the_officer_is_told_of_each_breach_of_its_theft_and_when_there_was_none() -> None:
    officer = make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    load_numbers()
    scene = private_lot()
    bench = given_to(scene)
    device, pilot = from_lot(scene), bench.pilot
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    gate.apply(device, "tell_stolen", actor=bench.technician)
    gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    told = [mail.subject for mail in Mail.objects.filter(to__contains=[officer.user.email])]
    assert len(told) == 3
    assert all(subject.startswith("Incident") for subject in told)
    assert len(Mail.objects.filter(to__contains=[pilot.user.email], subject__in=told)) == 3


def test_where_no_officer_is_known_nobody_is_told_that_he_knows(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    pilot = bench.pilot
    gate.apply(incident.device, "tell_stolen", actor=bench.technician)
    (mail,) = Mail.objects.filter(to__contains=[pilot.user.email])
    assert "aucun délégué à la protection des données n’est inscrit" in mail.body
    make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)
    gate.apply(incident.device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    last = Mail.objects.filter(to__contains=[pilot.user.email]).latest("pk")
    assert "le délégué à la protection des données est prévenu" in last.body


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.DPO])
def test_of_the_departement_the_officer_alone_reads_incidents_beside_the_pilot(
    lost: tuple[Bench, Incident], role: Role
) -> None:
    client = acting(make_membership(role, OrganisationKind.DEPARTEMENT))
    answered_with = client.get(reverse("refurb:incident_list")).status_code
    assert answered_with == (HTTPStatus.OK if role == Role.DPO else HTTPStatus.FORBIDDEN)
    assert client.get(reverse("refurb:device_list")).status_code == HTTPStatus.FORBIDDEN


def test_one_that_nobody_followed_up_is_late_after_72_hours_and_one_followed_up_counts_no_more(
    lost: tuple[Bench, Incident],
) -> None:
    bench, incident = lost

    def counted(hours: int) -> tuple[int, int]:
        at = incident.known_at + timedelta(hours=hours)
        shown = first_of(next(block for block in todo_of_pilot(bench.pilot, at).blocks if block.key == "incidents"))
        return shown.count, shown.late

    assert (counted(71), counted(73)) == ((1, 0), (1, 1))
    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=timezone.localdate())
    assert counted(73) == (0, 0)
    assert "Aucun appareil perdu" in read(acting(bench.pilot), reverse("desk:block", args=["incidents"]))


def test_another_follow_up_completes_the_first(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    for kind in (FollowUpKind.TOLD, FollowUpKind.FOUND):
        note_incident(actor=bench.pilot, incident=incident, kind=kind, done_on=timezone.localdate())
    assert [row.kind for row in incident.follow_ups.all()] == ["told", "found"]
    assert read(acting(bench.pilot), page_of(incident)).count("Notifié à la CNIL, le") == 1


@pytest.mark.parametrize(
    ("kind", "days", "sentence"),
    [
        ("told", 1, "Ce jour est à venir"),
        ("told", -1, "Ce jour précède celui où l’incident a été connu."),
        ("no_risk", 0, "Écrivez pourquoi aucun risque n’est à craindre"),
        ("", 0, "Dites ce qui a été fait."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    lost: tuple[Bench, Incident], kind: str, days: int, sentence: str
) -> None:
    bench, incident = lost
    on = timezone.localdate() + timedelta(days=days)
    page = answered(acting(bench.pilot), page_of(incident), kind=kind, done_on=on.isoformat(), number="Z-9")
    assert sentence in page
    assert "Z-9" in page, "nothing typed is lost"
    assert not IncidentFollowUp.objects.exists()


def test_the_pilot_alone_notes_it_and_those_concerned_read_it(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    today = timezone.localdate()
    for actor in (bench.technician, bench.manager, make_membership(Role.OBSERVER, OrganisationKind.DEPARTEMENT)):
        with pytest.raises(PermissionDenied):
            note_incident(actor=actor, incident=incident, kind="told", done_on=today)
        assert acting(actor).get(page_of(incident)).status_code == 403
    with pytest.raises(Refused):
        note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=today, words="  ")
    note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=today, words="Disque chiffré.")
    for reader, seen in ((bench.pilot, 1), (bench.manager, 1), (bench.stranger, 0)):
        assert IncidentFollowUp.objects.visible_to(reader).count() == seen


def test_what_was_noted_is_never_changed(lost: tuple[Bench, Incident]) -> None:
    bench, incident = lost
    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=timezone.localdate())
    with pytest.raises(DatabaseError), transaction.atomic():
        IncidentFollowUp.objects.update(number="autre")
    with pytest.raises(DatabaseError), transaction.atomic():
        IncidentFollowUp.objects.all().delete()
