"""The story on a day and from a seed drawn at each run: what the demonstration is opened on is nobody's choice.

Then nobody acts for years: what it left is reminded, released, forgotten, and no night stops at anything.
"""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

from demo.afterwards import years_pass
from demo.management.commands.seed_demo import DEVICES
from lifecycle.machine import machines
from lifecycle.models import Seal
from lifecycle.sealing import EVIDENCE
from prescriptions.enums import HouseholdState
from prescriptions.models import Household
from refurb.models import Device
from tests.demo.departements import by_another_process, new_world, seed

FROM, DAYS = date(2026, 2, 1), (date(2029, 1, 1) - date(2026, 2, 1)).days
"""From the first day that the reference data allow, up to the end of 2028."""
HALF = DEVICES // 2


def test_no_thread_of_the_story_is_refused_and_no_night_of_the_years_after_fails_on_any_day_from_any_seed(
    transactional_db: None, settings: Any
) -> None:
    settings.DEMO = True
    new_world()
    as_of = FROM + timedelta(days=random.randrange(DAYS))
    number = random.randrange(1, 10_000)
    try:
        seed(as_of=as_of, seed=number, devices=HALF, ahead=True, beside=by_another_process())
    except Exception as error:
        error.add_note(f"seed_demo --sweep --days {as_of} --seeds {number} --devices {HALF}")
        raise
    assert Device.objects.count() >= HALF * 0.9
    assert set(Seal.objects.values_list("machine", flat=True)) == {*machines(), EVIDENCE}

    assert list(years_pass(as_of)) == [], f"--days {as_of} --seeds {number} --devices {HALF}"
    states = Counter(Household.objects.values_list("state", flat=True))
    kept = states[HouseholdState.OPEN] + states[HouseholdState.ARCHIVED]
    assert states[HouseholdState.ANONYMISED] > kept, "the others wait for an answer still, or ended late"
