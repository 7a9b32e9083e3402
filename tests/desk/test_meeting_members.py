"""Who sits at a committee: what members read of it and when, whom it is told, and who alone decides."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from desk.enums import Presence, RatificationAnswer
from desk.models import Committee, Seat
from desk.services.committees import cancel_committee, move_committee, plan_committee
from desk.services.meetings import (
    close_meeting,
    convene,
    decide_meeting,
    foresee,
    keep_typed,
    open_meeting,
)
from desk.todo.blocks import first_of
from desk.todo.committees import committees
from documents.models import Mail
from lifecycle.exceptions import Unknown
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.desk.meetings import TODAY, Table, states
from tests.network.factories import make_membership
from tests.pages import acting
from typography.french import day, full_day

pytestmark = pytest.mark.django_db


def test_a_member_reads_and_nobody_but_the_pilot_decides() -> None:
    table = Table(lots=2)
    table.keep(table.typed(table.lots[0], "accept", "accept"))
    for someone, wrong in ((table.member, PermissionDenied), (table.stranger, Unknown)):
        for act in (decide_meeting, close_meeting, foresee):
            with pytest.raises(wrong):
                act(actor=someone, meeting=table.meeting)
        with pytest.raises(wrong):
            keep_typed(actor=someone, meeting=table.meeting, posted={})
        with pytest.raises(PermissionDenied):
            convene(actor=someone, committee=table.committee, presences={})
    other = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        open_meeting(actor=table.member, committee=other)
    member, stranger = acting(table.member), acting(table.stranger)
    own = reverse("desk:committee_detail", args=[table.committee.pk])
    read = member.get(table.page("meeting_detail"))
    assert read.status_code == 200
    assert "<select" not in read.content.decode().partition("<main")[2]
    assert table.lots[0].reference in read.content.decode()
    named = re.compile(rf"{re.escape(str(table.pilot.user))}\b")  # « Exemple 1 » is not « Exemple 13 », the reader
    assert not named.search(read.content.decode()), "members are told by what they are"
    for name in ("meeting_decide", "meeting_close"):
        assert member.get(table.page(name)).status_code == 403
        assert member.post(table.page(name)).status_code == 403
        assert stranger.get(table.page(name)).status_code == 404
        assert stranger.post(table.page(name)).status_code == 404
    assert member.post(table.page("meeting_detail"), {}).status_code == 403
    assert stranger.get(table.page("meeting_detail")).status_code == 404
    assert member.get(own).status_code == 200
    assert stranger.get(own).status_code == 404
    for name in ("committee_seats", "meeting_open", "committee_move", "committee_cancel"):
        address = reverse(f"desk:{name}", args=[table.committee.pk])
        assert member.post(address).status_code == 403, name
        assert stranger.post(address).status_code == 404, name
    assert member.get(reverse("desk:committee_list")).status_code == 200
    assert stranger.get(reverse("desk:committee_list")).status_code == 403
    assert states(table.lots) == ["announced"] * 2
    assert member.get(table.page("meeting_minutes")).status_code == 404
    table.keep(table.typed(table.lots[0], "postpone", "postpone"))
    table.close()
    assert stranger.get(table.page("meeting_minutes")).status_code == 404


def counted(member: Membership) -> dict[str, int]:
    """How many rows each block about committees has, on somebody's first page."""
    return {block.key: first_of(block).count for block in committees(member, timezone.now())}


def test_members_are_written_to_and_find_the_committee_on_their_first_page_until_its_minutes_are_old() -> None:
    table = Table()
    to = table.member.user.email
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    called = {table.member.pk: Presence.CONVENED}
    convene(actor=table.pilot, committee=coming, presences=called)
    convene(actor=table.pilot, committee=coming, presences=called)
    (asked,) = Mail.objects.filter(to__contains=[to], subject__contains="convoqué")
    assert reverse("desk:committee_detail", args=[coming.pk]) in asked.body
    assert not Mail.objects.filter(to__contains=[to], subject__contains="compte rendu").exists()
    first_page = acting(table.member).get("/").content.decode()
    assert table.page("meeting_detail") in first_page
    assert reverse("desk:committee_detail", args=[coming.pk]) in first_page
    assert table.page("meeting_detail") not in acting(table.stranger).get("/").content.decode()
    assert counted(table.member) == {"comites": 2, "comptes-rendus": 0}
    table.close()
    assert counted(table.member) == {"comites": 1, "comptes-rendus": 1}, "what is closed is only to be read"
    (told,) = Mail.objects.filter(to__contains=[to], subject__contains="compte rendu")
    assert table.page("meeting_detail") in told.body
    assert "compte rendu du" in acting(table.member).get("/").content.decode()


def test_a_member_reads_the_agenda_before_the_meeting_opens_and_no_answer_while_it_sits() -> None:
    table = Table(ratify=1)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    convene(actor=table.pilot, committee=coming, presences={table.member.pk: Presence.CONVENED})
    (ratified,) = table.meeting.ratifications.all()
    table.keep({f"answer-{ratified.pk}": RatificationAnswer.RATIFIED})
    agenda = reverse("desk:committee_detail", args=[coming.pk])
    for address in (agenda, table.page("meeting_detail")):
        told = acting(table.member).get(address).content.decode().partition("<main")[2]
        for lot in (*table.lots, *table.decided):
            assert lot.reference in told, address
            assert reverse("donations:donation_detail", args=[lot.reference]) not in told, "a member has no such page"
        assert RatificationAnswer.RATIFIED.label.lower() not in told, "what is being typed is not read"


def test_the_agenda_of_another_committee_says_which_lots_a_meeting_has_on_its_table_until_it_is_closed() -> None:
    table = Table(ratify=1)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    elsewhere = make_membership(Role.MANAGER, OrganisationKind.EPCI)
    presences = dict.fromkeys((table.member.pk, elsewhere.pk), Presence.CONVENED)
    convene(actor=table.pilot, committee=coming, presences=presences)
    agenda, sits = reverse("desk:committee_detail", args=[coming.pk]), "qui n’est pas close"

    def told(actor: Membership) -> str:
        return acting(actor).get(agenda).content.decode().partition("<main")[2]

    for reader in (table.pilot, table.member):
        assert told(reader).count(f"\u00a0; sur la table de la séance du {day(TODAY())}, {sits}") == 2
    assert sits not in told(elsewhere), "he is of no other committee"
    later = table.scene.announced()
    assert told(table.pilot).count(sits) == 2
    assert later.reference in told(table.pilot)
    answers = {f"answer-{one.pk}": RatificationAnswer.RATIFIED for one in table.meeting.ratifications.all()}
    table.keep(answers | table.typed(table.lots[0], "accept", "accept"))
    table.decide()
    table.close()
    assert sits not in told(table.pilot)


def test_members_are_told_once_that_a_committee_moved_and_that_it_is_called_off() -> None:
    table = Table(lots=0)
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    convene(actor=table.pilot, committee=coming, presences={table.member.pk: Presence.CONVENED})
    later = TODAY() + timedelta(days=16)
    before = Mail.objects.count()
    for _ in range(2):
        move_committee(actor=table.pilot, committee=coming, meets_on=later, place="salle Exemple")
    cancel_committee(actor=table.pilot, committee=coming)
    told = list(Mail.objects.order_by("pk")[before:])
    assert [mail.to for mail in told] == [[table.member.user.email]] * 2
    moved, cancelled = told
    assert full_day(later).replace("\u00a0", " ") in moved.subject
    assert "salle Exemple" in moved.body
    assert "annulé" in cancelled.subject


def test_a_meeting_that_is_still_open_is_on_the_first_page_of_the_pilot_until_it_is_closed() -> None:
    table = Table(lots=0)
    Committee.objects.filter(pk=table.committee.pk).update(meets_on=TODAY() - timedelta(days=5))
    coming = plan_committee(actor=table.pilot, kind="technical", meets_on=TODAY() + timedelta(days=9))
    office = acting(table.pilot)
    first_page = office.get("/").content.decode()
    assert "Séance ouverte" in first_page
    assert table.page("meeting_detail") in first_page
    assert "En séance" in office.get(reverse("desk:committee_list")).content.decode()
    table.close()
    first_page = office.get("/").content.decode()
    assert table.page("meeting_detail") not in first_page
    assert reverse("desk:committee_detail", args=[coming.pk]) in first_page
    assert "compte rendu prêt" in office.get(reverse("desk:committee_list")).content.decode()


def test_somebody_who_sat_and_whose_role_is_closed_since_stays_among_those_who_sat() -> None:
    table = Table()
    other = make_membership(Role.MANAGER, OrganisationKind.EPCI)
    Membership.objects.filter(pk=table.member.pk).update(closed_at=timezone.now())
    page = reverse("desk:committee_seats", args=[table.committee.pk])
    acting(table.pilot).post(page, {"member": [other.pk]})
    assert dict(Seat.objects.values_list("membership", "presence")) == {
        table.member.pk: Presence.PRESENT,
        other.pk: Presence.CONVENED,
    }
