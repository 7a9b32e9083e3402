"""The clock of conventions: entry into force, reminders, the last day; due, not due, and after ten days off."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.models import Convention, Quota
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from tests.conventions.conventions import Treaty, again, ended_alone, midday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
S = ConventionState
START = date(2027, 3, 1)
LAST = date(2028, 2, 29)
SIGNED_AT = midday(date(2027, 2, 1))


def treaty() -> Treaty:
    """One year, from 1 March 2027 to 29 February 2028, signed a month before."""
    return Treaty(starts_on=START, ends_on=LAST, at=SIGNED_AT)


def moved(verb: str, day: date) -> int:
    return sum(ran.moved for ran in run_clock(at=midday(day)) if (ran.machine, ran.verb) == ("convention", verb))


def reminders(convention: Convention) -> list[str]:
    found = Mail.objects.about("convention", convention.pk).filter(subject__contains="Dernier jour")
    return sorted(set(found.values_list("subject", flat=True)))


def days_of(convention: Convention, verb: str) -> list[date]:
    return [timezone.localdate(entry.at) for entry in convention.journal.filter(verb=verb).order_by("seq")]


def test_it_comes_into_force_on_its_day_and_not_the_day_before() -> None:
    convention = treaty().signed()

    assert moved("activate", START - timedelta(days=1)) == 0
    assert not Quota.objects.exists()
    assert moved("activate", START) == 1
    assert moved("activate", START) == 0

    entry = convention.journal.get(verb="activate")
    assert again(convention).state == S.ACTIVE
    assert entry.due_at == timezone.make_aware(timezone.datetime(2027, 3, 1))  # type: ignore[attr-defined]
    assert entry.actor is None
    assert Quota.objects.get().starts_on == START


def test_the_clock_catches_up_with_days_off() -> None:
    convention = treaty().signed()

    assert moved("activate", START + timedelta(days=10)) == 1

    quota = Quota.objects.get()
    assert (quota.starts_on, quota.ends_on) == (START, LAST)
    assert days_of(convention, "activate") == [START + timedelta(days=10)]


def test_the_parties_are_reminded_at_180_90_and_30_days_once_each() -> None:
    scene = treaty()
    convention = scene.signed()
    run_clock(at=midday(START))

    day = START
    while day <= LAST:
        run_clock(at=midday(day))
        day += timedelta(days=7)

    assert len(days_of(convention, "remind")) == 3
    for reminded, days in zip(days_of(convention, "remind"), (180, 90, 30), strict=True):
        assert timedelta(0) <= reminded - (LAST - timedelta(days=days)) < timedelta(days=7)


@pytest.mark.parametrize("days", [180, 90, 30])
def test_a_reminder_is_due_on_its_day_and_not_the_day_before(days: int) -> None:
    scene = treaty()
    scene.signed()
    run_clock(at=midday(START))
    run_clock(at=midday(LAST - timedelta(days=days + 1)))

    due = LAST - timedelta(days=days)

    assert moved("remind", due) == 1
    assert moved("remind", due) == 0
    assert moved("remind", due + timedelta(days=1)) == 0


def test_reminders_missed_in_days_off_become_one() -> None:
    convention = treaty().signed()
    run_clock(at=midday(START))

    assert moved("remind", LAST - timedelta(days=20)) == 1
    assert moved("remind", LAST - timedelta(days=19)) == 0
    assert reminders(convention) == [f"Dernier jour dans 20 jours\u00a0: {convention.reference}".replace("\u00a0", " ")]


def test_a_reminder_late_by_ten_days_is_sent_and_the_next_one_comes_on_its_day() -> None:
    convention = treaty().signed()
    run_clock(at=midday(START))

    assert moved("remind", LAST - timedelta(days=170)) == 1
    assert moved("remind", LAST - timedelta(days=91)) == 0
    assert moved("remind", LAST - timedelta(days=90)) == 1
    assert len(days_of(convention, "remind")) == 2


def test_a_convention_of_a_month_is_not_reminded_of_days_before_it_began() -> None:
    scene = Treaty(starts_on=START, ends_on=date(2027, 3, 31), at=SIGNED_AT)
    scene.signed()

    run_clock(at=midday(START))

    assert moved("remind", date(2027, 3, 31)) == 0


@pytest.mark.parametrize("suspended", [False, True], ids=["active", "suspended"])
def test_it_expires_the_day_after_its_last_day(suspended: bool) -> None:
    scene = treaty()
    convention = scene.signed()
    run_clock(at=midday(START))
    if suspended:
        gate.apply(convention, "suspend", actor=scene.manager, reason="supply", at=midday(START + timedelta(days=3)))

    assert moved("expire", LAST) == 0
    assert moved("expire", LAST + timedelta(days=1)) == 1
    assert moved("expire", LAST + timedelta(days=1)) == 0

    expired = again(convention)
    assert (expired.state, expired.ended_on, expired.ended_because) == (S.EXPIRED, LAST, "")


def test_an_end_found_ten_days_late_keeps_its_day() -> None:
    scene = treaty()
    convention = scene.signed()
    run_clock(at=midday(START))

    assert moved("expire", LAST + timedelta(days=11)) == 1

    expired = again(convention)
    assert expired.ended_on == LAST
    last_chance = midday(LAST + timedelta(days=89))
    assert Convention.objects.handing_over(last_chance).filter(pk=convention.pk).exists()
    assert not Convention.objects.handing_over(last_chance + timedelta(days=1)).filter(pk=convention.pk).exists()


def test_one_left_alone_for_its_whole_life_goes_through_it_in_one_run() -> None:
    convention = treaty().signed()

    run_clock(at=midday(LAST + timedelta(days=40)))

    assert again(convention).state == S.EXPIRED
    assert list(convention.journal.order_by("-seq").values_list("verb", flat=True)[:2]) == ["expire", "activate"]


def test_one_that_was_terminated_is_neither_reminded_nor_expired() -> None:
    scene = treaty()
    convention = scene.signed()
    run_clock(at=midday(START))
    ended_alone(
        convention,
        scene.manager,
        at=midday(START + timedelta(days=2)),
    )

    run_clock(at=midday(LAST + timedelta(days=10)))

    assert again(convention).state == S.TERMINATED
    assert not reminders(convention)
