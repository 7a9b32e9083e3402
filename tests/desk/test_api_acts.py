"""What programs do by a key: the work of the bench, through the same forms and the same gate, and nothing else."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from desk.api import door
from desk.api.devices import OFFERED
from desk.models import ApiAct, ApiKey
from lifecycle.machine import verbs_of
from lifecycle.models import Comment
from network.enums import OrganisationKind as Kind
from network.enums import Role
from refurb.enums import (
    CorrectTagReason,
    DeviceReopenReason,
    UndoReceiveReason,
    UndoRejectReason,
    UnusableReason,
)
from refurb.models import Device
from refurb.models.device import DeviceEntry
from tests.demo.departements import fingerprints
from tests.desk.programs import Program, at_work, told
from tests.desk.test_walls_of_all_pages import seen
from tests.donations.scene import Scene
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bench() -> Bench:
    return at_work()


@pytest.fixture
def program(bench: Bench) -> Program:
    return Program(bench.manager)


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
    bench.drive(device)
    bench.test(device)
    bench.grade(device)
    status, said = program.act(device, "recondition", price=25)
    assert (status, [one["code"] for one in said["manque"]]) == (409, ["drives_proven"])
    assert said["manque"][0]["phrase"]
    device.refresh_from_db()
    assert device.state == "in_process"
    assert not ApiAct.objects.exists()


def test_a_trial_says_what_would_happen_and_leaves_nothing(program: Program, bench: Bench) -> None:
    device = bench.prepared()
    before, jobs = fingerprints(), ProcrastinateJob.objects.count()
    status, said = program.act(device, "recondition", trial=True, price=25)
    assert (status, said["essai"], said["appareil"]["etat"]) == (200, True, "ready")
    assert program.get("device", device.reference)[1]["etat"] == "in_process"
    assert fingerprints() == before
    assert not ApiAct.objects.exists()
    assert ProcrastinateJob.objects.count() == jobs


def test_the_trial_of_many_refuses_what_the_act_refuses_and_lets_what_it_lets(program: Program, bench: Bench) -> None:
    asked = {"appareils": [bench.in_process().reference, bench.received().reference]}
    for values, moved in (
        ({"reason": "other"}, 0),
        ({"reason": "other", "comment": "Coque fendue"}, 2),
    ):
        tried, done = (
            program.post("devices_act", "reject", **asked, valeurs=values, essai=one) for one in (True, False)
        )
        assert len(tried[1]["faits"]) == moved
        assert (tried[0], tried[1] | {"essai": False}) == done


def test_an_act_that_fails_is_not_written_down_as_done(
    program: Program, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = bench.received()

    def fails(*rows: Any, **told: Any) -> None:
        raise ValidationError("Non.")

    monkeypatch.setattr(ApiAct.objects, "bulk_create", fails)
    assert program.act(device, "start")[0] == 422
    device.refresh_from_db()
    assert device.state == "received", "nor done without being written down"


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
        ({"part_wanted": ["Clavier", "Batterie"]}, "part_wanted"),
        ({"part_wanted": True}, "part_wanted"),
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
    for no in (0, "no", "non", 1, "true", [True]):
        assert set(program.act(device, "recondition", price="0,50", sure=no)[1]["valeurs"]) == {"sure"}
    assert set(program.act(device, "recondition", price="0,50", sure=False)[1]["valeurs"]) == {"price"}
    assert set(program.act(device, "recondition", price=[1, 25])[1]["valeurs"]) == {"price"}
    assert program.act(device, "recondition", price=0.5, sure=True)[0] == 200


def test_what_is_not_named_stays_as_the_page_shows_it() -> None:
    device = Scene().qualified().devices.earliest("pk")
    Device.objects.filter(pk=device.pk).update(place="Étagère B2")
    program = Program(make_membership(Role.MANAGER, Kind.RECONDITIONER, device.workshop))
    assert program.act(device, "receive", tag="T-77")[0] == 200
    device.refresh_from_db()
    assert (device.tag, device.place) == ("T-77", "Étagère B2")


def test_what_a_value_is_like_is_told(program: Program, bench: Bench) -> None:
    acts = {one["acte"]: one for one in program.get("device_acts", bench.in_process().reference)[1]}
    kinds = {one["nom"]: one["genre"] for one in acts["recondition"]["valeurs"]}
    assert kinds == {"price": "texte", "sure": "case", "comment": "texte"}


def test_the_lines_of_a_comment_are_those_of_a_page(program: Program, bench: Bench) -> None:
    device = bench.received()
    assert program.act(device, "start", comment="a\r\nb")[0] == 200
    assert Comment.objects.get().text == "a\nb"


def test_programs_do_the_work_of_the_bench_and_no_other(program: Program, bench: Bench) -> None:
    """Each open verb is named: one that is added is thought about."""
    verbs = verbs_of(Device)
    assert set(OFFERED) == {
        *("receive", "undo_receive", "undo_early_receive", "correct_tag", "start", "undo_start", "await_part"),
        *("resume", "recondition", "reopen", "reject", "undo_reject", "reclassify", "correct_waste"),
    }
    assert not [name for name in OFFERED if verbs[name].irreversible]
    assert all(page.view is None for page in OFFERED.values())
    device = bench.unusable()
    for verb in sorted({*verbs, "x"} - set(OFFERED)):
        assert program.act(device, verb) == (404, {"erreur": door.NOT_THERE})
    device.refresh_from_db()
    assert device.state == "unusable"


TYPED: dict[str, dict[str, Any]] = {
    "receive": {"tag": "Z-1"},
    "undo_receive": {"reason": UndoReceiveReason.values[0]},
    "undo_early_receive": {"reason": UndoReceiveReason.values[0]},
    "correct_tag": {"tag": "Z-1", "reason": CorrectTagReason.values[0]},
    "await_part": {"part_wanted": "Batterie"},
    "recondition": {"price": 1},
    "reopen": {"reason": DeviceReopenReason.values[0]},
    "reject": {"reason": UnusableReason.BROKEN},
    "undo_reject": {"reason": UndoRejectReason.values[0]},
}
"""What each verb asks: whatever is not in it asks nothing, but for what is not of a device that left the bench."""


def test_what_is_kept_for_a_household_is_not_moved_by_a_program() -> None:
    workshop = seen().territory.shelf.convention.workshop
    program = Program(make_membership(Role.MANAGER, Kind.RECONDITIONER, workshop))
    kept = list(Device.objects.filter(workshop=workshop, state__in=("reserved", "handed_over")))
    assert {device.state for device in kept} == {"reserved", "handed_over"}
    before = fingerprints()
    for device in kept:
        for verb in set(OFFERED) - {"correct_tag", "reclassify", "correct_waste"}:  # which move nothing
            status, said = program.act(device, verb, **TYPED.get(verb, {}))
            why = {one["code"] for one in said.get("manque", ())}
            assert status == 403 or (status == 409 and "state" in why), (verb, said)
    assert fingerprints() == before


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


@pytest.mark.parametrize(
    "body",
    [
        *(
            "",
            "{",
            "[]",
            "null",
            '"x"',
            '{"valeurs": []}',
            '{"valeurs": null}',
            '{"essais": true}',
            '{"essai": 2}',
            '{"essai": "true"}',
            '{"essai": 0}',
        ),
        *(r'{"valeurs": {"comment": "\ud800"}}', r'{"valeurs": {"\ud800": 1}}', '{"valeurs": {"x": NaN}}'),
    ],
)
def test_a_body_that_is_no_act_is_refused(program: Program, bench: Bench, body: str) -> None:
    device = bench.received()
    url = reverse("api:device_act", args=[device.reference, "start"])
    answer = program.client.post(url, body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert "erreur" in json.loads(answer.content)
    device.refresh_from_db()
    assert device.state == "received"


def test_what_the_address_adds_to_an_act_is_refused_and_not_left_aside(program: Program, bench: Bench) -> None:
    device = bench.received()
    for url in (
        reverse("api:device_act", args=[device.reference, "start"]),
        reverse("api:devices_act", args=["start"]),
    ):
        body = json.dumps({"appareils": [device.reference]} if url.endswith("actes/start") else {})
        answer = program.client.post(f"{url}?essai=true", body, content_type="application/json")
        assert answer.status_code == 422
    device.refresh_from_db()
    assert device.state == "received"


def test_every_refusal_is_json_in_french(program: Program, bench: Bench, settings: Any) -> None:
    url = reverse("api:device", args=[bench.received().reference])
    for method in ("put", "delete", "patch", "options"):
        assert told(getattr(program.client, method)(url)) == (405, {"erreur": door.NOT_SO})
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert program.act(bench.received(), "start", comment="x" * 50) == (413, {"erreur": door.TOO_BIG})


def test_of_many_those_that_may_move_and_each_of_the_others_says_why(program: Program, bench: Bench) -> None:
    devices = [bench.received() for _ in range(3)]
    started, others = bench.in_process(), Bench().received()
    asked = [*(one.reference for one in (*devices, started, others, devices[0])), "D-INCONNU"]
    status, said = program.post("devices_act", "start", appareils=asked, essai=True)
    assert (status, said["faits"]) == (200, [one.reference for one in devices])
    assert not ApiAct.objects.exists()

    status, said = program.post("devices_act", "start", appareils=asked)
    assert (status, said["faits"]) == (200, [one.reference for one in devices])
    assert [(one["reference"], one["manque"][0]["code"]) for one in said["refuses"]] == [(started.reference, "state")]
    assert said["inconnus"] == [others.reference, "D-INCONNU"]
    assert ApiAct.objects.count() == 3
    others.refresh_from_db()
    assert others.state == "received"


def test_of_many_each_with_its_own_values_is_asked_one_by_one(program: Program, bench: Bench) -> None:
    device = bench.received()
    assert program.post("devices_act", "receive", appareils=[device.reference])[0] == 422
    said = {one["acte"]: one["de_plusieurs"] for one in program.get("device_acts", device.reference)[1]}
    assert said["start"]
    assert not said["correct_tag"]
    assert program.post("devices_act", "start", appareils=[f"D-{n}" for n in range(501)])[0] == 422


def test_what_a_program_did_is_told_to_who_sees_the_key_and_leads_to_what_he_sees(
    program: Program, bench: Bench
) -> None:
    device = bench.received()
    program.act(device, "start")
    page = read(acting(bench.pilot), reverse("desk:api_key_detail", args=[program.key.pk]))
    assert reverse("refurb:device_detail", args=[device.reference]) in page
    assert ApiKey.objects.get().acts.get().verb == "start"


def test_every_act_of_a_program_is_told_page_after_page(
    program: Program, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.views.api_keys.PER_PAGE", 2)
    devices = [bench.received() for _ in range(3)]
    for device in devices:
        program.act(device, "start")
    client, url = acting(bench.pilot), reverse("desk:api_key_detail", args=[program.key.pk])

    first, second = read(client, url), client.get(url, {"page": 2}).content.decode()

    assert "3 actes" in first
    told = [[device.reference in page for device in devices] for page in (first, second)]
    assert told == [[False, True, True], [True, False, False]], "the last one first, none left out"
