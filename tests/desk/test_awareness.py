"""Awareness sessions: told, moved and called off by mail; who came is counted, and opens an account by invitation."""

from datetime import datetime, timedelta
from typing import Any

import page
import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from documents.services import open_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.enums import AwarenessState, LegalNature, OrganisationKind, Role
from network.models import AwarenessSession, Invitation, Organisation
from network.services.awareness import convene_awareness, hold_awareness, invite_structure, plan_awareness
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.pages import acting, answered, done, read

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Room:
    """A pilot, a structure that Maillon knows by its address, and a session a week from ``now``."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or timezone.now()
        self.pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
        self.commune = make_commune()
        self.known = make_organisation(OrganisationKind.PRESCRIBER, name="CCAS connu", email="accueil@ccas.test")
        self.starts = self.now + 7 * DAY
        self.session = plan_awareness(
            actor=self.pilot,
            commune=self.commune,
            starts_at=self.starts,
            ends_at=self.starts + HOUR,
            place="Salle des fêtes",
            at=self.now,
        )

    def convene(self, **given: Any) -> AwarenessSession:
        usual = {"organisations": [self.known], "others": [("Association Neuve", "neuve@asso.test"), ("Muette", "")]}
        return convene_awareness(actor=self.pilot, awareness=self.session, at=self.now, **usual | given)

    def held(self) -> AwarenessSession:
        """Two people of the known one and one of the new came, and a structure that nobody had invited."""
        self.convene()
        keys = dict(self.session.guests.values_list("name", "pk"))
        came = {keys["CCAS connu"]: 2, keys["Association Neuve"]: 1}
        return hold_awareness(
            actor=self.pilot, awareness=self.session, came=came, besides=[("Sans Carton", 3)], at=self.starts
        )


def past() -> Room:
    return Room(timezone.now() - 9 * DAY)


def calendar(mail: Mail) -> str:
    return open_file(mail.attachments.get().file).read().decode().replace("\r\n ", "")


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def test_each_structure_with_an_address_is_told_once_with_a_date_that_names_nobody() -> None:
    room = Room()
    room.convene()
    room.convene(others=[("association neuve", "neuve@asso.test"), ("Tardive", "tard@asso.test")])
    mails = list(Mail.objects.order_by("pk"))
    assert sorted(mail.to[0] for mail in mails) == ["accueil@ccas.test", "neuve@asso.test", "tard@asso.test"]
    event = calendar(mails[0])
    assert "BEGIN:VEVENT" in event
    assert "Salle des fêtes" in event
    told = f"{event} {mails[0].body}"
    assert not any(word in told for word in ("ORGANIZER", "ATTENDEE", room.pilot.user.last_name, "CCAS connu"))
    shown = read(acting(room.pilot), reverse("network:awareness_detail", args=[room.session.reference]))
    assert "1 structure sans courriel" in shown.replace("\u00a0", " ")


@pytest.mark.parametrize("has_phone", [True, False])
def test_each_mail_says_whom_to_answer_even_of_an_organiser_without_a_number_or_an_address(has_phone: bool) -> None:
    room = Room()
    phone = "0359735959" if has_phone else ""
    Organisation.objects.filter(pk=room.pilot.organisation_id).update(phone=phone, email="")
    room.convene()
    gate.apply(room.session, "cancel", actor=room.pilot, reason="few")

    reach = "03 59 73 59 59" if has_phone else room.pilot.user.email
    mails = list(Mail.objects.all())
    assert len(mails) == 4
    assert all(reach in mail.body.replace("\u00a0", " ") for mail in mails)


def test_a_move_replaces_the_date_and_a_cancellation_takes_it_away_for_those_who_were_told() -> None:
    room = Room()
    room.convene()
    first = calendar(Mail.objects.earliest("pk"))
    Mail.objects.all().update(subject="avant")
    given = {"starts_at": room.starts + DAY, "ends_at": room.starts + DAY + HOUR, "place": "Mairie"}
    gate.apply(room.session, "move", actor=room.pilot, **given)
    moved = list(Mail.objects.exclude(subject="avant"))
    assert len(moved) == 2

    def line(text: str, start: str) -> str:
        return next(one for one in text.splitlines() if one.startswith(start))

    second = calendar(moved[0])
    assert line(first, "UID:") == line(second, "UID:")
    assert int(line(first, "SEQUENCE:")[9:]) < int(line(second, "SEQUENCE:")[9:])
    gate.apply(room.session, "cancel", actor=room.pilot, reason="few")
    last = Mail.objects.latest("pk")
    assert "METHOD:CANCEL" in calendar(last)
    assert "annulée" in last.subject
    with pytest.raises(Refused):
        gate.apply(room.session, "convene", actor=room.pilot, structures=1)
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_a_session_that_began_is_called_off_without_a_word_since_it_has_taken_place_or_not() -> None:
    room = past()
    room.convene()
    page_ = reverse("network:awareness_cancel", args=[room.session.reference])
    assert "La session a commencé\u00a0: personne n’est prévenu." in read(acting(room.pilot), page_)
    done(acting(room.pilot), page_, reason="few")

    assert not Mail.objects.filter(subject__contains="est annulée").exists()
    page_ = read(acting(room.pilot), reverse("network:awareness_detail", args=[room.session.reference]))
    assert "appeler" not in page_
    assert "rien n’est attendu" in page_


def test_structures_without_an_address_are_to_be_called_again_of_a_move_and_of_a_cancellation() -> None:
    room = Room()
    room.convene()
    pilot, name = acting(room.pilot), room.session.reference
    detail = reverse("network:awareness_detail", args=[name])
    assert "à appeler" in read(pilot, detail)
    assert "à rappeler" not in read(pilot, detail)
    for verb in ("move", "cancel"):
        assert "celles qui ont un courriel" in read(pilot, reverse(f"network:awareness_{verb}", args=[name]))
    given = {"starts_at": room.starts + DAY, "ends_at": room.starts + DAY + HOUR, "place": "Mairie"}
    gate.apply(room.session, "move", actor=room.pilot, **given)
    assert "Celles que vous aviez déjà appelées sont à rappeler." in read(pilot, detail)

    gate.apply(room.session, "cancel", actor=room.pilot, reason="few")

    assert "les structures sans courriel sont à rappeler" in read(pilot, detail)
    assert "à prévenir par téléphone" in read(pilot, detail)


def test_who_came_is_noted_once_it_began_and_taken_back_when_it_was_typed_wrong() -> None:
    room = Room()
    room.convene()
    with pytest.raises(Refused) as refused:
        hold_awareness(actor=room.pilot, awareness=room.session, came={}, at=room.now)
    assert codes(refused.value) == {"awareness_begun", "awareness_came"}
    room = past()
    assert "Découvrir Maillon" in read(acting(room.pilot), "/")
    assert room.held().state == AwarenessState.HELD
    entry = room.session.journal.get(verb="hold")
    assert entry.values == {"structures": 3, "people": 6}
    gate.apply(room.session, "reopen", actor=room.pilot)
    with pytest.raises(ValidationError, match="déjà dans la liste"):
        hold_awareness(actor=room.pilot, awareness=room.session, came={}, besides=[("sans carton", 1)])


def test_a_structure_that_came_opens_its_account_and_one_that_did_not_is_refused() -> None:
    room = past()
    room.held()
    guests = {one.name: one for one in room.session.guests.all()}
    made = invite_structure(
        actor=room.pilot, guest=guests["Sans Carton"], email="chef@carton.test", legal_nature=LegalNature.ASSOCIATION
    )
    structure = Organisation.objects.get(name="Sans Carton")
    assert (made.organisation, made.kind, made.role) == (structure, OrganisationKind.PRESCRIBER, Role.MANAGER)
    assert list(structure.communes_served.all()) == [room.commune]
    again = invite_structure(actor=room.pilot, guest=guests["Sans Carton"], email="autre@carton.test")
    assert again.organisation == structure
    assert Organisation.objects.filter(name="Sans Carton").count() == 1
    with pytest.raises(ValidationError, match="pas notée présente"):
        invite_structure(actor=room.pilot, guest=guests["Muette"], email="chef@muette.test")
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    with pytest.raises(PermissionDenied):
        invite_structure(actor=worker, guest=guests["CCAS connu"], email="x@exemple.test")
    known = Organisation.objects.count()
    with pytest.raises(ValidationError, match="porte déjà ce nom"):
        invite_structure(actor=room.pilot, name="ccas CONNU", commune=room.commune, email="x@exemple.test")
    with pytest.raises(ValidationError) as unnamed:
        invite_structure(actor=room.pilot, name=" \n", commune=room.commune, email="x@exemple.test")
    assert list(unnamed.value.message_dict) == ["name"]
    assert Organisation.objects.count() == known
    assert not Invitation.objects.filter(email="x@exemple.test").exists()


def test_the_sheet_is_a_tagged_pdf_with_a_line_for_each_structure_and_no_person() -> None:
    room = Room()
    room.convene()
    client = acting(room.pilot)
    answer = client.get(reverse("desk:awareness_sheet", args=[room.session.reference]))
    content = b"".join(answer.streaming_content)
    assert [failure.message for failure in page.validate_pdf_bytes(content, profile="ua1").failures] == []
    text = " ".join(one.get_textpage().get_text_bounded() for one in pypdfium2.PdfDocument(content))
    assert "Association Neuve" in text
    assert room.pilot.user.last_name not in text
    event = client.get(reverse("desk:awareness_calendar", args=[room.session.reference]))
    assert event.headers["Content-Type"].startswith("text/calendar")


def test_the_pages_of_a_session_lead_from_a_hole_to_an_account() -> None:
    room = Room()
    client = acting(room.pilot)
    plan = reverse("network:awareness_plan")
    assert f'value="{room.commune.name}"' in read(client, plan, commune=room.commune.code)
    tomorrow = timezone.localdate() + DAY
    typed = {"title": "Essai", "commune": room.commune.name, "starts_on": tomorrow.isoformat(), "place": "Mairie"}
    typed |= {"starts": "10:00", "ends": "11:00"}
    for wrong, said in (({"starts_on": "0001-01-01"}, "vérifiez l’année"), ({"ends": "09:00"}, "finit après")):
        assert said in answered(client, plan, **typed | wrong)
    made = done(client, plan, **typed)
    session = AwarenessSession.objects.get(title="Essai")
    assert session.reference in made
    invite = reverse("network:awareness_convene", args=[session.reference])
    assert "ce courriel n’en est pas un" in answered(client, invite, others="Une ; pas-une-adresse")
    assert "Choisissez au moins une structure" in answered(client, invite, others="")
    done(client, invite, organisations=[room.known.pk], others="Muette")
    assert session.guests.count() == 2

    room = past()
    room.convene()
    client, hold = acting(room.pilot), reverse("network:awareness_hold", args=[room.session.reference])
    guest = room.session.guests.get(name="CCAS connu")
    assert "un nombre" in answered(client, hold, besides="Une autre ; " + "9" * 3000)
    assert "Personne n’est noté présent" in answered(client, hold)
    done(client, hold, **{f"guest-{guest.pk}": "4"}, besides="Une autre ; 2")
    url = reverse("network:guest_invite", args=[room.session.reference, guest.pk])
    assert url in read(client, reverse("network:awareness_detail", args=[room.session.reference]))
    done(client, url, email="chef@ccas.test")
    assert Invitation.objects.filter(email="chef@ccas.test", organisation=room.known).exists()
    stranger = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    assert stranger.get(url).status_code in {403, 404}
    assert stranger.get(reverse("network:awareness_list")).status_code == 403


def test_two_structures_of_one_name_are_both_told_and_one_that_changed_its_name_is_not_told_twice() -> None:
    room = Room()
    twin = make_organisation(OrganisationKind.PRESCRIBER, name="CCAS connu", email="jumeau@ccas.test")
    room.convene(organisations=[room.known, twin], others=[])
    assert Mail.objects.count() == 2
    Organisation.objects.filter(pk=room.known.pk).update(name="CCAS renommé")
    room.convene(organisations=[Organisation.objects.get(pk=room.known.pk), twin], others=[])
    assert sorted(mail.to[0] for mail in Mail.objects.all()) == ["accueil@ccas.test", "jumeau@ccas.test"]


def test_a_structure_whose_address_no_mail_can_be_sent_to_is_to_be_called_and_stops_nobody_s_invitation() -> None:
    room = Room()
    Organisation.objects.filter(pk=room.known.pk).update(email="accueil@ccas.fr\u202c")
    room.convene(organisations=[Organisation.objects.get(pk=room.known.pk)])
    assert [mail.to[0] for mail in Mail.objects.all()] == ["neuve@asso.test"]
    assert room.session.guests.get(name="CCAS connu").invited_at is None
