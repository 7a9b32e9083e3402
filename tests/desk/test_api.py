"""What programs read by a key: what its holder reads, and no household; who is refused is told why, in JSON."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.api import api, door
from desk.services.api_keys import revoke_api_key
from desk.views.errors import NOT_FOUND
from lifecycle import gate
from network.enums import OrganisationKind as Kind
from network.enums import Role
from refurb.models import Device
from reports.models import Report
from tests.costs import assert_same_queries
from tests.desk.programs import Program, at_work, told
from tests.desk.test_walls_of_all_pages import NAMES, seen
from tests.network.factories import make_membership
from tests.pages import acting
from tests.refurb.devices import Bench
from tests.reports.stories import Story, paris

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bench() -> Bench:
    return at_work()


@pytest.fixture
def program(bench: Bench) -> Program:
    return Program(bench.manager)


# --- the door


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Bearer x", "Basic eDp4", "Bearer " + "x" * 5000])
def test_without_a_key_that_opens_nothing_is_read_and_it_is_said_in_french(bench: Bench, header: str | None) -> None:
    client = Client(headers={} if header is None else {"authorization": header})
    for name, args in (("device_list", ()), ("device", ("D-X",)), ("report_list", ()), ("report", ("R-X",))):
        assert told(client.get(reverse(f"api:{name}", args=args))) == (401, {"erreur": door.NO_KEY})
    url = reverse("api:device_act", args=["D-X", "start"])
    assert told(client.post(url, "{}", content_type="application/json"))[0] == 401


def test_an_address_that_does_not_exist_is_answered_to_a_program_in_json_and_to_people_by_a_page(
    program: Program,
) -> None:
    for client in (program.client, Client()):
        for address in ("/api/v1/", "/api/v1/nimporte"):
            assert told(client.get(address)) == (404, {"erreur": NOT_FOUND})
    page = Client().get("/nimporte")
    assert (page.status_code, "Page introuvable" in page.content.decode()) == (404, True)


def test_no_answer_is_kept_on_the_way(program: Program) -> None:
    for client in (program.client, Client()):
        assert "no-store" in client.get(reverse("api:device_list")).headers["Cache-Control"]


def test_a_session_is_no_key(bench: Bench) -> None:
    """A browser that is signed in asks nothing of the API: no other site makes it act there."""
    assert acting(bench.manager).get(reverse("api:device_list")).status_code == 401


def test_a_revoked_key_has_no_answer_from_the_next_demand_on(program: Program, bench: Bench) -> None:
    assert program.get("device_list")[0] == 200
    revoke_api_key(actor=bench.manager, key=program.key)
    assert program.get("device_list") == (401, {"erreur": door.NO_KEY})


def test_who_asks_too_often_waits_whichever_key_he_guesses(
    program: Program, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "KEY_TRIES", {"api_key": "2/m/key"})
    assert [program.get("device_list")[0] for _ in range(3)] == [200, 200, 429]
    assert Program(bench.manager).get("device_list")[0] == 429, "another key of the same person waits too"
    monkeypatch.setattr(door, "TRIES", {"api": "2/m/ip"})
    guesses = [Client(headers={"authorization": f"Bearer {guess}"}) for guess in "abc"]
    assert [one.get(reverse("api:device_list")).status_code for one in guesses] == [401, 401, 429]
    monkeypatch.setattr(door, "KEY_TRIES", {"api_key": "9/m/key"})
    assert [Program(bench.manager).get("device_list")[0] for _ in range(3)] == [200] * 3, "others behind it go on"


def test_the_description_says_every_demand_and_needs_no_key() -> None:
    status, said = told(Client().get(reverse("api:openapi-json")))
    assert status == 200
    assert {"/api/v1/appareils", "/api/v1/appareils/{reference}/actes/{verb}", "/api/v1/rapports"} <= set(said["paths"])
    for methods in said["paths"].values():
        assert all(one["security"] for one in methods.values())
    assert api.version in said["info"]["version"]


def test_there_is_no_page_that_a_browser_would_open_with_scripts_of_others() -> None:
    assert Client().get("/api/v1/docs").status_code == 404
    assert Client().get("/api/v1/").status_code == 404


# --- reading


def test_one_reads_the_devices_one_sees_and_no_other(program: Program, bench: Bench) -> None:
    mine, others = bench.received(), Bench().received()
    status, said = program.get("device_list")
    assert status == 200
    assert [one["reference"] for one in said["appareils"]] == [mine.reference]
    assert said["suite"] is None
    assert program.get("device", mine.reference)[1]["etiquette"] == mine.tag
    for demand in (program.get("device", others.reference), program.act(others, "start")):
        assert demand == (404, {"erreur": door.NOT_THERE})
    others.refresh_from_db()
    assert others.state == "received"


def test_who_sees_no_device_in_his_role_is_told_so_and_not_that_there_is_none() -> None:
    program = Program(make_membership(Role.MANAGER, Kind.EPCI))
    assert program.get("device_list") == (403, {"erreur": door.NOT_YOURS})


def test_pages_follow_one_another_and_none_is_read_twice(program: Program, bench: Bench) -> None:
    devices = [bench.received().reference for _ in range(5)]
    found, after = list[str](), 0
    for _ in range(3):
        _, said = program.get("device_list", combien=2, apres=after)
        found += [one["reference"] for one in said["appareils"]]
        after = said["suite"]
    assert found == devices
    assert after is None


def test_devices_are_asked_for_by_state_type_label_and_since_when_they_moved(program: Program, bench: Bench) -> None:
    received, started = bench.received(), bench.in_process()

    def asked(**query: Any) -> list[str]:
        return [one["reference"] for one in program.get("device_list", **query)[1]["appareils"]]

    assert asked(etat="received") == [received.reference]
    assert asked(etat=["received", "in_process"]) == [received.reference, started.reference]
    assert asked(type="screen") == []
    assert asked(etiquette=received.tag.lower()) == [received.reference]
    assert asked(ecrit_depuis=(timezone.now() + timedelta(hours=1)).isoformat()) == []
    assert len(asked(ecrit_depuis=(timezone.now() - timedelta(hours=1)).isoformat())) == 2


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"etat": "x"}, "Un de ces codes\u00a0: "),
        ({"etats": "ready"}, door.NOT_ASKED_HERE),
        ({"combien": "0"}, "Au moins 1."),
        ({"combien": "501"}, "Au plus 500."),
        ({"combien": "deux"}, "Un nombre entier."),
        ({"combien": "9" * 4400}, "Un nombre entier, moins long."),
        ({"apres": "-1"}, "Au moins 0."),
        ({"apres": "9" * 30}, "Moins de 9\u202f223\u202f372\u202f036\u202f854\u202f775\u202f808."),
        ({"ecrit_depuis": "hier"}, "Un jour et une heure, ainsi\u00a0: 2026-12-01T08:00:00+01:00."),
        ({"ecrit_depuis": "20261201"}, "Un jour et une heure, ainsi\u00a0: 2026-12-01T08:00:00+01:00."),
    ],
)
def test_what_cannot_be_read_is_named_with_why_and_nothing_fails(
    program: Program, query: dict[str, str], why: str
) -> None:
    status, said = program.get("device_list", **query)
    assert (status, said["erreur"]) == (422, door.WRONG)
    ((name, sentences),) = said["valeurs"].items()
    assert name.startswith(next(iter(query)))
    assert len(sentences) == 1
    assert sentences[0].startswith(why)


@pytest.mark.parametrize(
    ("sent", "name", "why"),
    [
        ({"essai": "marie.durand@exemple.test"}, "essai", "true ou false."),
        ({"essais": "Marie Durand"}, "essais", "Ce nom n’est pas attendu ici."),
        ({"valeurs": "Marie Durand"}, "valeurs", "Un objet\u00a0: {…}."),
        ({"appareils": "Marie Durand"}, "appareils", "Une liste\u00a0: […]."),
        ({"appareils": [{"Marie": "Durand"}]}, "appareils.0", "Un texte."),
        ({}, "appareils", "À donner\u00a0: cette demande ne va pas sans."),
    ],
)
def test_why_a_body_is_refused_is_said_by_field_and_repeats_nothing_of_what_was_sent(
    program: Program, sent: dict[str, object], name: str, why: str
) -> None:
    status, said = program.post("devices_act", "start", **({"appareils": []} if sent else {}) | sent)
    assert (status, said) == (422, {"erreur": door.WRONG, "valeurs": {name: [why]}})


def test_a_name_that_is_not_known_is_not_left_aside(program: Program, bench: Bench) -> None:
    reference = bench.received().reference
    for name, args in (("device", (reference,)), ("device_acts", (reference,)), ("report_list", ())):
        assert program.get(name, *args, mois="2026-10")[0] == 422


def test_a_list_costs_the_same_whatever_its_length(program: Program, bench: Bench) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            bench.received()

    assert_same_queries(more, lambda: program.get("device_list"), rows=10)


def test_who_only_follows_a_device_reads_neither_its_number_nor_its_place(bench: Bench) -> None:
    device = bench.received(place="B2", serial="ABC123")
    pilot = Program(bench.pilot)
    assert program_reads(pilot, device) == {"numero_de_serie": None, "place": None}
    assert program_reads(Program(bench.manager), device) == {"numero_de_serie": "ABC123", "place": "B2"}


def program_reads(program: Program, device: Device) -> dict[str, Any]:
    said = program.get("device", device.reference)[1]
    return {name: said[name] for name in ("numero_de_serie", "place")}


# --- reports


def test_a_program_reads_published_months_with_the_bytes_whose_hash_is_printed() -> None:
    story = Story()
    report = story.frozen()
    observer = Program(make_membership(Role.OBSERVER, Kind.PREFECTURE))
    assert observer.get("report_list") == (200, [])
    gate.apply(report, "publish", actor=story.pilot, at=paris(12, 31))
    status, said = observer.get("report_list")
    assert status == 200
    assert said == [{"reference": report.reference, "mois": f"{report.month:%Y-%m}", "sha256": report.published_sha256}]
    answer = observer.client.get(reverse("api:report", args=[report.reference]))
    printed = acting(story.pilot).get(reverse("reports:report_public", args=[report.reference]))
    assert answer.content == printed.content


def test_even_the_pilot_carries_away_only_what_everybody_may_read() -> None:
    story = Story()
    pilot = Program(story.pilot)
    frozen = story.frozen()
    assert pilot.get("report", frozen.reference)[0] == 404
    assert pilot.get("report_list") == (200, [])
    report = gate.apply(frozen, "publish", actor=story.pilot, at=paris(12, 31))
    answer = pilot.client.get(reverse("api:report", args=[report.reference]))
    assert json.loads(answer.content) != Report.objects.get(pk=report.pk).figures


# --- households


def test_nothing_that_a_program_reads_names_a_household_whoever_it_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists, devices, acts, refusals and trials, of every device there is, for all who read some."""
    monkeypatch.setattr(door, "KEY_TRIES", {"api_key": "9999/m/key"})
    scenery = seen()
    shelf = scenery.territory.shelf
    workshop = scenery.organisations[Kind.RECONDITIONER]
    needs = [need.reference for need in (*scenery.served.needs.all(), *scenery.waiting.needs.all())]
    secrets = (*NAMES, *needs, scenery.household.reference, scenery.served.reference, scenery.waiting.reference)
    for holder in (make_membership(Role.MANAGER, Kind.RECONDITIONER, workshop), shelf.pilot):
        program = Program(holder)
        answers = [program.get("device_list"), program.post("devices_act", "start", appareils=[], essai=True)]
        for device in Device.objects.all():
            answers += [program.get("device", device.reference), program.get("device_acts", device.reference)]
            answers += [program.act(device, "start", trial=True)]
            answers += [program.act(device, "reject", trial=True, reason="broken")]
        said = json.dumps(answers, ensure_ascii=False)
        assert scenery.given.reference in said
        assert [secret for secret in secrets if secret in said] == [], str(holder)
