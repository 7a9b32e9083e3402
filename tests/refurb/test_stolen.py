"""A device that is looked for turns out to be stolen: it is said, and those who judge the breach learn it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import first_of
from desk.todo.pilots import todo_of as todo_of_pilot
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import RETURN_REASONS, DeviceState, MissingReason, UndoReceiveReason, WithdrawalReason
from refurb.models import Device, Incident
from refurb.models.incident import TO_THE_CNIL
from refurb.services.devices import receive_device
from refurb.services.incidents import note_incident
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, private_lot
from typography.french import day

pytestmark = pytest.mark.django_db
LIST = reverse("refurb:incident_list") + "?tous=1"


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def test_what_was_looked_for_is_told_stolen_once_and_the_pilot_who_judges_the_breach_reads_it(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    before = Mail.objects.filter(to__contains=[bench.pilot.user.email]).count()

    page = reverse("refurb:device_tell_stolen", args=[device.reference])
    assert "Plainte" in read(acting(bench.technician), page)
    done(acting(bench.technician), page, comment="Plainte n° 2026/1")

    lost = fresh(device)
    assert (lost.state, lost.missing_reason) == (DeviceState.MISSING, MissingReason.THEFT)
    told = Mail.objects.filter(to__contains=[bench.pilot.user.email]).order_by("pk")
    assert told.count() == before + 1
    last = told.last()
    assert last is not None
    assert "volé" in last.subject
    assert "Plainte n°" not in last.body, "the words of the comment stay with the device"
    assert Incident.objects.get().reason == MissingReason.STOCKTAKE, "the register keeps what was known then"
    assert "vol constaté le" in read(acting(bench.pilot), reverse("refurb:incident_list") + "?tous=1")
    with pytest.raises(Refused):
        gate.apply(lost, "tell_stolen", actor=bench.technician)


def test_a_breach_that_was_answered_waits_for_the_pilot_again_and_the_register_keeps_the_theft(bench: Bench) -> None:
    device, pilot = bench.in_process(tag="PRH-1"), acting(bench.pilot)
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    incident = Incident.objects.get()
    page = reverse("refurb:incident_note", args=[device.reference, incident.pk])
    today = timezone.localdate()
    note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=today, words="Rangé ailleurs.")
    assert page not in read(pilot, reverse("desk:home"))

    gate.apply(device, "tell_stolen", actor=bench.technician)
    assert "à juger de nouveau avant le" in read(pilot, reverse("desk:block", args=["incidents"]))
    assert [late_after(bench, hours) for hours in (71, 73)] == [0, 1], "72 hours from when the theft is known"
    assert "Jugez de nouveau du risque" in read(pilot, page)
    assert "à juger de nouveau" in read(pilot, LIST)
    assert "vol constaté le" in read(pilot, reverse("refurb:device_detail", args=[device.reference]))

    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=today)
    assert page not in read(pilot, reverse("desk:home"))
    gate.apply(device, "receive", actor=bench.technician, tag="PRH-9")
    told = read(pilot, LIST)
    assert "vol constaté le" in told, "found, it was stolen all the same: the register forgets nothing"
    assert "à juger de nouveau" not in told

    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    gate.apply(device, "tell_stolen", actor=bench.technician)
    first, second = Incident.objects.with_theft().order_by("pk")
    assert first.stolen_at < second.stolen_at, "each loss has its own theft"
    assert list(Incident.objects.unanswered()) == [second]
    page = reverse("refurb:incident_note", args=[device.reference, second.pk])
    assert "Jugez de nouveau" not in read(pilot, page), "nobody had judged it yet: its own 72 hours run"
    assert late_after(bench, 71) == 0


def late_after(bench: Bench, hours: int) -> int:
    """How many incidents are late, so many hours after now."""
    at = timezone.now() + timedelta(hours=hours)
    return first_of(next(one for one in todo_of_pilot(bench.pilot, at).blocks if one.key == "incidents")).late


def test_only_those_who_look_for_it_say_so_and_a_proven_device_is_no_breach(bench: Bench) -> None:
    ready = bench.ready()
    gate.apply(ready, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    before = Mail.objects.count()
    for other in (bench.stranger, bench.pilot):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(ready, "tell_stolen", actor=other)
    gate.apply(ready, "tell_stolen", actor=bench.technician)
    assert Mail.objects.count() == before
    found = gate.apply(ready, "receive", actor=bench.technician, tag="PRH-9")
    assert found.missing_reason == ""


def test_what_was_stolen_before_it_came_is_handed_to_the_police_and_not_to_who_had_it() -> None:
    assert WithdrawalReason.STOLEN in RETURN_REASONS
    assert "police" in WithdrawalReason.STOLEN.label


# --- said by mistake


def test_a_theft_said_by_mistake_is_denied_and_those_who_were_told_learn_it(bench: Bench) -> None:
    device, pilot = bench.in_process(tag="PRH-1"), acting(bench.pilot)
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    incident = Incident.objects.get()
    note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=timezone.localdate(), words="Rangé.")
    gate.apply(device, "tell_stolen", actor=bench.technician)
    assert list(Incident.objects.unanswered()) == [incident]

    page = reverse("refurb:device_tell_not_stolen", args=[device.reference])
    asked = read(acting(bench.technician), page)
    offered = asked.partition("<main")[2].partition("<select")[2].partition("</select")[0]
    assert ("Absent à l’inventaire" in offered, "Vol constaté" in offered) == (True, False)
    done(acting(bench.technician), page, reason=MissingReason.STOCKTAKE, comment="Le voisin, pas celui-ci.")

    lost = fresh(device)
    assert (lost.state, lost.missing_reason) == (DeviceState.MISSING, MissingReason.STOCKTAKE)
    assert list(Incident.objects.unanswered()) == [], "it was judged, and nothing worse is known"
    told = Mail.objects.filter(to__contains=[bench.pilot.user.email]).order_by("pk").last()
    assert told is not None
    assert "n’a pas été volé" in told.subject
    assert "Le voisin" not in told.body
    listed = read(pilot, LIST)
    assert "vol constaté le" not in listed
    told = f"dit volé le {day(timezone.localdate())}, vol démenti le {day(timezone.localdate())}"
    assert told in listed, "the register keeps that it was said"
    assert told in read(pilot, reverse("refurb:device_detail", args=[device.reference]))
    assert f"D{told[1:]}" in read(pilot, reverse("refurb:incident_note", args=[device.reference, incident.pk]))


@pytest.mark.parametrize("reason", [MissingReason.STOCKTAKE, MissingReason.THEFT])
def test_a_theft_that_the_cnil_was_told_of_and_that_was_none_waits_until_the_pilot_completed_it(
    bench: Bench, reason: MissingReason
) -> None:
    device, pilot, today = bench.in_process(tag="PRH-1"), acting(bench.pilot), timezone.localdate()
    gate.apply(device, "report_missing", actor=bench.technician, reason=reason)
    incident = Incident.objects.get()
    if reason != MissingReason.THEFT:
        gate.apply(device, "tell_stolen", actor=bench.technician)
    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=today, number="2026-12")
    assert list(Incident.objects.unanswered()) == []
    denied = gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE).moved_at
    gate.apply(device, "receive", actor=bench.technician, tag="PRH-9")

    assert Incident.objects.unanswered().get().awaited_since == denied
    assert "notification à compléter avant le" in read(pilot, reverse("desk:block", args=["incidents"]))
    assert "notification à compléter" in read(pilot, LIST)
    page = reverse("refurb:incident_note", args=[device.reference, incident.pk])
    assert "complétez la notification avant le" in read(pilot, page)
    assert [late_after(bench, hours) for hours in (71, 73)] == [0, 1]

    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=today, words="Complétée.")
    assert list(Incident.objects.unanswered()) == []
    assert "à compléter" not in read(pilot, LIST)


def test_whoever_has_found_what_was_said_stolen_reads_that_it_is_denied_before_and_not_after(bench: Bench) -> None:
    device, technician = bench.in_process(tag="PRH-1"), acting(bench.technician)
    page = reverse("refurb:device_receive", args=[device.reference])
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    assert "Dire qu’il n’a pas été volé" not in read(technician, page)
    gate.apply(device, "tell_stolen", actor=bench.technician)
    assert "«\u00a0Dire qu’il n’a pas été volé\u00a0»\u00a0: ensuite, cela ne se dit plus" in read(technician, page)


def test_a_theft_that_is_told_again_after_it_was_denied_is_judged_anew(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    incident = Incident.objects.get()
    note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=timezone.localdate(), words="Rangé.")
    gate.apply(device, "tell_stolen", actor=bench.technician)
    gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    gate.apply(device, "tell_stolen", actor=bench.technician)
    (again,) = Incident.objects.unanswered()
    assert again.stolen_at == fresh(device).moved_at
    listed = read(acting(bench.pilot), LIST)
    assert [word in listed for word in ("dit volé le", "vol démenti le", "de nouveau dit volé le")] == [True] * 3


def test_a_judgement_that_is_late_stays_late_when_a_theft_is_denied_then_said_again(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    incident = Incident.objects.get()
    note_incident(actor=bench.pilot, incident=incident, kind="no_risk", done_on=timezone.localdate(), words="Rangé.")
    first = gate.apply(device, "tell_stolen", actor=bench.technician).moved_at
    for _ in range(2):
        gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE)
        gate.apply(device, "tell_stolen", actor=bench.technician)
    assert Incident.objects.unanswered().get().awaited_since == first
    assert Incident.objects.with_theft().get().judged_again_before == first + TO_THE_CNIL
    note_incident(actor=bench.pilot, incident=incident, kind="told", done_on=timezone.localdate())
    assert list(Incident.objects.unanswered()) == []
    denied = gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.OTHER).moved_at
    assert Incident.objects.with_theft().get().not_stolen_at == denied, "the last time that it was denied"
    last = gate.apply(device, "tell_stolen", actor=bench.technician).moved_at
    assert Incident.objects.unanswered().get().awaited_since == last, "a theft that is said after a judgement is new"


def test_whoever_was_told_of_a_theft_is_told_that_there_was_none_each_of_their_own_devices() -> None:
    load_numbers()
    scene = private_lot(2)
    bench = given_to(scene)
    donation = scene.collected()
    line = donation.lines.get()
    first, second = (receive_device(actor=bench.technician, line=line, tag=f"PRH-{rank}") for rank in (1, 2))
    gate.apply(first, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    gate.apply(second, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
    people = {one.user.email for one in (scene.contact, bench.manager, scene.pilot)}
    for verb, given, words in (
        ("tell_stolen", {}, "volé"),
        ("tell_not_stolen", {"reason": MissingReason.OTHER}, "n’a pas été volé"),
    ):
        before = set(Mail.objects.values_list("pk", flat=True))
        gate.apply(first, verb, actor=bench.technician, **given)
        written = Mail.objects.exclude(pk__in=before)
        assert {to for mail in written for to in mail.to} == people
        assert all(words in mail.subject and "PRH-1" in mail.body and "PRH-2" not in mail.body for mail in written)
    before = set(Mail.objects.values_list("pk", flat=True))
    gate.apply(second, "tell_not_stolen", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    written = Mail.objects.exclude(pk__in=before)
    assert {to for mail in written for to in mail.to} == people, "the loss was told as a theft"
    assert all("absent à l’inventaire" in mail.body for mail in written)


def test_a_reception_by_mistake_is_undone_even_of_what_had_been_said_stolen_and_each_loss_is_told_alone() -> None:
    load_numbers()
    scene = private_lot()
    bench = given_to(scene)
    donation = scene.collected()
    unit = Device.objects.get(donation=donation)
    gate.apply(unit, "report_missing", actor=bench.technician, reason=MissingReason.COUNT)
    gate.apply(unit, "tell_stolen", actor=bench.technician)
    gate.apply(unit, "tell_not_stolen", actor=bench.technician, reason=MissingReason.COUNT)
    gate.apply(unit, "receive", actor=bench.technician, tag="PRH-1")
    back = gate.apply(unit, "undo_receive", actor=bench.technician, reason=UndoReceiveReason.values[0])
    assert back.stay == 0
    gate.apply(unit, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    for verb, given in (("tell_stolen", {}), ("tell_not_stolen", {"reason": MissingReason.OTHER})):
        before = set(Mail.objects.values_list("pk", flat=True))
        gate.apply(unit, verb, actor=bench.technician, **given)
        written = Mail.objects.exclude(pk__in=before)
        assert [mail.body.count("\n- ") for mail in written] == [1, 1, 1], "the loss before was told in its time"


def test_what_is_denied_of_a_second_loss_takes_nothing_back_of_the_first(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    for reason in (MissingReason.STOCKTAKE, MissingReason.THEFT):
        gate.apply(device, "report_missing", actor=bench.technician, reason=reason)
        if reason == MissingReason.STOCKTAKE:
            gate.apply(device, "tell_stolen", actor=bench.technician)
            device = gate.apply(device, "receive", actor=bench.technician, tag="PRH-9")
    gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.OTHER)
    first, second = Incident.objects.with_theft().order_by("pk")
    assert (first.stolen_at is None, first.not_stolen_at) == (False, None)
    assert (second.stolen_at, second.not_stolen_at) == (None, fresh(device).moved_at)
    assert second.reason == MissingReason.THEFT, "the register keeps what was known then"


def test_only_what_is_said_stolen_is_denied_and_for_another_reason_than_theft(bench: Bench) -> None:
    device = bench.in_process(tag="PRH-1")
    gate.apply(device, "report_missing", actor=bench.technician, reason=MissingReason.STOCKTAKE)
    with pytest.raises(Refused, match="n’est pas dit volé"):
        gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=MissingReason.OTHER)
    gate.apply(device, "tell_stolen", actor=bench.technician)
    for reason in (MissingReason.THEFT, ""):
        with pytest.raises(Refused, match="puisqu’il n’a pas été volé"):
            gate.apply(device, "tell_not_stolen", actor=bench.technician, reason=reason)
    for other in (bench.stranger, bench.pilot):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(device, "tell_not_stolen", actor=other, reason=MissingReason.OTHER)
    assert fresh(device).missing_reason == MissingReason.THEFT


def test_a_proven_device_that_was_not_stolen_after_all_writes_to_nobody(bench: Bench) -> None:
    ready = bench.ready()
    gate.apply(ready, "report_missing", actor=bench.technician, reason=MissingReason.THEFT)
    before = Mail.objects.count()
    gate.apply(ready, "tell_not_stolen", actor=bench.technician, reason=MissingReason.OTHER)
    assert Mail.objects.count() == before
