"""No browser keeps a page that names a household: another person may sit down at the same machine.

A page with a form to fill in is kept, for whoever goes back to it finds what was typed; the end of the session clears
those (``tests.network.test_sessions``).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from lxml import etree

from lifecycle.unkept import UNKEPT
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership
from tests.desk.house import ASKS_NOTHING, PARSER
from tests.desk.test_walls_of_all_pages import NAMES, SERVES, Scenery, seen, words
from tests.network.factories import make_membership
from tests.pages import crawling

OF_A_VERB = {
    "besoins/<str:reference>/abandonner/",
    "foyers/<str:reference>/doubles/",
    "foyers/<str:reference>/reunir/",
    "foyers/<str:reference>/rouvrir/",
    "prescriptions/<str:reference>/accepter/",
    "prescriptions/<str:reference>/comparer/",
    "prescriptions/<str:reference>/complement/",
    "prescriptions/<str:reference>/refuser/",
    "prescriptions/<str:reference>/retirer-complement/",
    "prescriptions/<str:reference>/transferer/",
    "rayon/besoins/<str:reference>/",
}
"""Pages that ask something, where this scenery has nothing to be typed: the verb is done, or a choice is made first."""


def is_filled_in(text: str) -> bool:
    """Whether something is typed or chosen in the page itself, and sent."""
    root = etree.fromstring(text.encode(), PARSER)
    forms = (form for main in root.iter("main") for form in main.iter("form") if form.get("method") == "post")
    fields = (field for form in forms for field in form.iter("input", "select", "textarea"))
    return any(field.get("type") not in ASKS_NOTHING for field in fields)


def kept_with_a_name(scenery: Scenery, membership: Membership) -> Iterator[str]:
    """The addresses whose answer names the household, is nothing to be filled in, and may be kept by a browser."""
    with crawling(membership) as client:
        for route, address in scenery.addresses:
            response: Any = client.get(address)
            if response.status_code != 200 or "no-store" in response.headers.get("Cache-Control", ""):
                continue
            read = words(response)
            if any(name in read for name in NAMES) and not is_filled_in(read):
                yield route


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "role"), sorted(SERVES))
def test_a_page_that_names_a_household_and_asks_nothing_is_kept_by_no_browser(kind: Kind, role: Role) -> None:
    scenery = seen()
    membership = make_membership(role, kind, scenery.organisations.get(kind))
    assert sorted(set(kept_with_a_name(scenery, membership)) - OF_A_VERB) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["desk:home", "distribution:appointment_day", "distribution:appointment_day_paper"])
def test_the_first_page_and_the_day_at_the_counter_are_kept_by_no_browser(name: str, client: Client) -> None:
    client.force_login(make_membership(Role.ADVISER, Kind.DISTRIBUTOR).user)
    response = client.get(reverse(name))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, UNKEPT)
