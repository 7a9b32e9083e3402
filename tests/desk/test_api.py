"""What programs read and do by a key: what its holder may, through the same gate, and nothing of a household."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.api import api, door
from desk.api.devices import OFFERED
from desk.models import ApiAct, ApiKey
from desk.services.api_keys import make_api_key, revoke_api_key
from documents.models import Mail
from lifecycle import gate
from lifecycle.machine import verbs_of
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership
from refurb.models import Device
from refurb.models.device import DeviceEntry
from reports.models import Report
from tests.costs import assert_same_queries
from tests.desk.test_walls_of_all_pages import NAMES, seen
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench, load_numbers
from tests.reports.stories import Story, paris

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


class Program:
    """A program with the key of somebody: no session, no cookie, CSRF checked."""

    def __init__(self, membership: Membership) -> None:
        self.key, self.text = make_api_key(actor=membership, name="Logiciel")
        self.client = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {self.text}"})

    def get(self, name: str, *args: str, **query: Any) -> Any:
        return told(self.client.get(reverse(f"api:{name}", args=args), query))

    def post(self, name: str, *args: str, **sent: Any) -> Any:
        url = reverse(f"api:{name}", args=args)
        return told(self.client.post(url, json.dumps(sent), content_type="application/json"))

    def act(self, device: Device, verb: str, *, trial: bool = False, **values: Any) -> Any:
        return self.post("device_act", device.reference, verb, valeurs=values, essai=trial)


def told(response: Any) -> tuple[int, Any]:
    return response.status_code, json.loads(response.content)


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
    monkeypatch.setattr(door, "TRIES", {"api": "2/m/ip"})
    guesses = [Client(headers={"authorization": f"Bearer {guess}"}) for guess in "abc"]
    assert [one.get(reverse("api:device_list")).status_code for one in guesses] == [401, 401, 429]
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
    assert bench.received().state == "received"


def test_pages_follow_one_another_and_none_is_read_twice(program: Program, bench: Bench) -> None:
    devices = [bench.received().reference for _ in range(5)]
    found, after = [], ""
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
    assert asked(depuis=(timezone.now() + timedelta(hours=1)).isoformat()) == []
    assert len(asked(depuis=(timezone.now() - timedelta(hours=1)).isoformat())) == 2


@pytest.mark.parametrize(
    "query", [{"etat": "x"}, {"combien": "0"}, {"combien": "501"}, {"combien": "9" * 4400}, {"depuis": "hier"}]
)
def test_what_cannot_be_read_is_named_and_nothing_fails(program: Program, query: dict[str, str]) -> None:
    status, said = program.get("device_list", **query)
    assert status == 422
    assert said["erreur"] == door.UNREADABLE
    assert any(name.startswith(next(iter(query))) for name in said["valeurs"])


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


# --- acting


def test_a_machine_goes_from_received_to_ready_by_a_program_and_the_journal_says_in_whose_name(
    program: Program, bench: Bench
) -> None:
    device = bench.received()
    status, said = program.act(device, "start")
    assert (status, said["appareil"]["etat"]) == (200, "in_process")
    assert bench.prepared(Device.objects.get(pk=device.pk))
    status, said = program.act(device, "recondition", price="49,90")
    assert (status, said["appareil"]["etat"], said["appareil"]["prix"]) == (200, "ready", "49.90")
    assert said["fait"] == f"{Device.objects.get(pk=device.pk)}\u00a0: reconditionné\u00a0: sans donnée, testé, classé."
    entries = DeviceEntry.objects.filter(object=device.pk, verb__in=("start", "recondition"))
    assert {entry.actor for entry in entries} == {bench.manager}
    assert list(ApiAct.objects.order_by("pk").values_list("verb", "reference")) == [
        ("start", device.reference),
        ("recondition", device.reference),
    ]
    page = read(acting(bench.manager), reverse("desk:api_key_detail", args=[program.key.pk]))
    assert page.count(device.reference) >= 2


def test_a_program_lets_no_disk_out_that_is_not_proven_empty(program: Program, bench: Bench) -> None:
    device = bench.in_process()
    status, said = program.act(device, "recondition", price=25)
    assert status == 409
    assert {"storage", "tested"} & {one["code"] for one in said["manque"]} or len(said["manque"]) >= 3
    assert all(one["phrase"] for one in said["manque"])
    device.refresh_from_db()
    assert device.state == "in_process"
    assert not ApiAct.objects.exists()


def test_a_trial_says_what_would_happen_and_leaves_nothing(program: Program, bench: Bench) -> None:
    device = bench.prepared()
    rows, mails = DeviceEntry.objects.count(), Mail.objects.count()
    status, said = program.act(device, "recondition", trial=True, price=25)
    assert (status, said["essai"], said["appareil"]["etat"]) == (200, True, "ready")
    assert (DeviceEntry.objects.count(), Mail.objects.count()) == (rows, mails)
    assert program.get("device", device.reference)[1]["etat"] == "in_process"
    assert not ApiAct.objects.exists()


def test_one_is_told_what_may_be_done_what_is_missing_and_which_values_are_asked(
    program: Program, bench: Bench
) -> None:
    device = bench.in_process()
    said = {one["acte"]: one for one in program.get("device_acts", device.reference)[1]}
    assert said["await_part"]["possible"]
    assert [one["nom"] for one in said["await_part"]["valeurs"] if one["obligatoire"]] == ["part_wanted"]
    assert not said["recondition"]["possible"]
    assert said["recondition"]["manque"]
    reasons = next(one for one in said["reject"]["valeurs"] if one["nom"] == "reason")
    assert "broken" in reasons["choix"]
    assert "" not in reasons["choix"]
    assert set(said) <= set(OFFERED)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, "part_wanted"),
        ({"part_wanted": " "}, "part_wanted"),
        ({"part_wanted": "x" * 121}, "part_wanted"),
        ({"part_wanted": "a\0b"}, "part_wanted"),
        ({"part_wanted": {"a": 1}}, "part_wanted"),
        ({"part_wanted": "Batterie", "state": "ready"}, "state"),
        ({"part_wanted": "Batterie", "at": "2020-01-01"}, "at"),
        ({"part_wanted": "Batterie", "actor": 1}, "actor"),
    ],
)
def test_values_that_do_not_go_are_named_and_nothing_moves(
    program: Program, bench: Bench, values: dict[str, Any], wrong: str
) -> None:
    device = bench.in_process()
    status, said = program.act(device, "await_part", **values)
    assert (status, said["erreur"]) == (422, door.WRONG)
    assert set(said["valeurs"]) == {wrong}
    device.refresh_from_db()
    assert device.state == "in_process"


def test_a_surprising_price_is_asked_about_here_too(bench: Bench, program: Program) -> None:
    device = bench.prepared()
    status, said = program.act(device, "recondition", price="0,50")
    assert (status, set(said["valeurs"])) == (422, {"price"})
    assert "0,50" in said["valeurs"]["price"][0]
    assert program.act(device, "recondition", price="0,50", sure=True)[0] == 200


def test_what_cannot_be_undone_is_no_act_of_a_program(program: Program, bench: Bench) -> None:
    device = bench.unusable()
    irreversible = {name for name, verb in verbs_of(Device).items() if verb.irreversible}
    assert {"recycle", "dismantle", "cede"} <= irreversible
    assert not irreversible & set(OFFERED)
    for verb in (*sorted(irreversible), "x", "reserve", "hand_over"):
        assert program.act(device, verb)[0] == 404
    assert not set(OFFERED) & {"reserve", "hand_over", "take_back", "allot", "ship"}, "what is done for a household"


def test_who_may_not_do_it_is_refused_as_on_its_page(bench: Bench) -> None:
    device = bench.received()
    assert Program(bench.pilot).act(device, "start") == (403, {"erreur": door.NOT_YOURS})
    device.refresh_from_db()
    assert device.state == "received"


def test_asked_again_after_a_lost_answer_it_says_that_it_is_done_already(program: Program, bench: Bench) -> None:
    device = bench.received()
    assert program.act(device, "start")[0] == 200
    status, said = program.act(device, "start")
    assert (status, [one["code"] for one in said["manque"]]) == (409, ["state"])
    assert ApiAct.objects.count() == 1


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"valeurs": []}', '{"valeurs": null}', '"x"'])
def test_a_body_that_is_no_act_is_refused(program: Program, bench: Bench, body: str) -> None:
    device = bench.received()
    url = reverse("api:device_act", args=[device.reference, "start"])
    answer = program.client.post(url, body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert "erreur" in json.loads(answer.content)
    device.refresh_from_db()
    assert device.state == "received"


def test_of_many_those_that_may_move_and_each_of_the_others_says_why(program: Program, bench: Bench) -> None:
    devices = [bench.received() for _ in range(3)]
    started, others = bench.in_process(), Bench().received()
    asked = [*(one.reference for one in (*devices, started, others, devices[0])), "D-INCONNU"]
    status, said = program.post("devices_act", "start", appareils=asked, essai=True)
    assert (status, said["faits"]) == (200, [one.reference for one in devices])
    assert not ApiAct.objects.exists()

    status, said = program.post("devices_act", "start", appareils=asked)
    assert (status, said["faits"]) == (200, [one.reference for one in devices])
    assert [(one["reference"], one["manque"][0]["code"]) for one in said["gardes"]] == [(started.reference, "state")]
    assert said["inconnus"] == [others.reference, "D-INCONNU"]
    assert ApiAct.objects.count() == 3
    others.refresh_from_db()
    assert others.state == "received"


def test_of_many_each_with_its_own_values_is_asked_one_by_one(program: Program, bench: Bench) -> None:
    device = bench.received()
    assert program.post("devices_act", "receive", appareils=[device.reference])[0] == 404
    assert program.post("devices_act", "start", appareils=[f"D-{n}" for n in range(501)])[0] == 422


def test_what_a_program_did_is_told_to_who_sees_the_key_and_leads_to_what_he_sees(
    program: Program, bench: Bench
) -> None:
    device = bench.received()
    program.act(device, "start")
    page = read(acting(bench.pilot), reverse("desk:api_key_detail", args=[program.key.pk]))
    assert reverse("refurb:device_detail", args=[device.reference]) in page
    assert ApiKey.objects.get().acts.get().verb == "start"


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


def test_nothing_that_a_program_reads_names_a_household_whoever_it_asks_for() -> None:
    scenery = seen()
    shelf = scenery.territory.shelf
    holders = [
        scenery.organisations[Kind.RECONDITIONER].memberships.filter(role=Role.MANAGER).first()
        or make_membership(Role.MANAGER, Kind.RECONDITIONER, scenery.organisations[Kind.RECONDITIONER]),
        make_membership(Role.MANAGER, Kind.EPCI, scenery.organisations[Kind.EPCI]),
        shelf.pilot,
    ]
    handed_over = scenery.given
    needs = [need.reference for need in (*scenery.served.needs.all(), *scenery.waiting.needs.all())]
    for holder in holders:
        cache.clear()
        program = Program(holder)
        read_all = json.dumps([program.get("device_list"), program.get("report_list")], ensure_ascii=False)
        for reference in Device.objects.values_list("reference", flat=True):
            one = [program.get("device", reference), program.get("device_acts", reference)]
            read_all += json.dumps(one, ensure_ascii=False)
        assert handed_over.reference in read_all or holder.kind != Kind.RECONDITIONER
        for secret in (*NAMES, *needs, scenery.household.reference, scenery.served.reference):
            assert secret not in read_all, (holder, secret)
