"""What ends the life of a device, loses it, sends it back or moves it in the figures is explained."""

from collections.abc import Callable

import pytest

from lifecycle.requirements import EXPLAINED_IN_COMMENT
from refurb.models import Device
from tests.donations.scene import Scene
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


def announced(bench: Bench) -> Device:
    """A device of a lot, never seen: the pilot may withdraw it."""
    return Scene().qualified().devices.earliest("pk")


@pytest.mark.parametrize(
    ("verb", "who", "reach", "given"),
    [
        ("withdraw", "pilot", announced, {}),
        ("return_to_donor", "manager", Bench.received, {}),
        ("reject", "technician", Bench.in_process, {}),
        ("reopen", "technician", Bench.ready, {}),
        ("cede", "manager", Bench.ready, {"recipient": "Les Amis de l’essai"}),
        ("reclassify", "technician", Bench.received, {"type": "tablet"}),
        ("report_missing", "technician", Bench.received, {}),
    ],
)
def test_another_reason_is_refused_without_a_word_and_done_with_one(
    verb: str, who: str, reach: Callable[[Bench], Device], given: dict[str, str]
) -> None:
    load_numbers()
    bench = Bench()
    device = reach(bench)
    before = fresh(device).state, fresh(device).type
    client, url = acting(getattr(bench, who)), page_of(device, f"device_{verb}")
    assert "Autre motif, en commentaire" in read(client, url)
    for silent in ("", "  "):
        page = answered(client, url, reason="other", comment=silent, **given)
        assert EXPLAINED_IN_COMMENT in page
        assert all(value in page for value in given.values()), "what was typed is still there"
        assert (fresh(device).state, fresh(device).type) == before
    done(client, url, reason="other", comment="Convenu avec le pilote.", **given)
    assert (fresh(device).state, fresh(device).type) != before
    assert "Autre motif, en commentaire" not in read(client, page_of(device, "device_detail")), "it is for who writes"
