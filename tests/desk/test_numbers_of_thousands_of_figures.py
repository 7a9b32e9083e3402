"""A number that no row bears, sent wherever a page asks for something: a sentence or a 404, never a fault of ours."""

import re
from collections.abc import Collection, Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.utils.datastructures import MultiValueDict

from lifecycle.typed import whole, whole_ones
from network.enums import OrganisationKind as Kind
from network.enums import Role
from tests.desk.test_walls_of_all_pages import seen
from tests.network.factories import make_membership
from tests.pages import crawling
from tests.refurb.test_reconditioning_page import Fields

pytestmark = pytest.mark.django_db
HUGE = ("9" * 4400, "9" * 19, "٣" * 4400)
ASKED = ("annee", "replace", "piece", "convention", "place", "besoin", "page", "view", "voir", "feuille", "mois")
FIRST_LEVEL = 2
BOXES = ("row", "member", "view", "device", "appareil", "choisi", "pk")


@pytest.mark.parametrize("text", [*HUGE, "", " ", "-1", "1.5", "1e9", "²", "x", "\0", None])
def test_what_is_no_key_is_none(text: str | None) -> None:
    assert whole(text) is None
    assert whole_ones([text, "12", " 7 ", "٣"]) == [12, 7, 3]


READERS = (
    (Kind.DEPARTEMENT, Role.PILOT),
    (Kind.RECONDITIONER, Role.MANAGER),
    (Kind.DISTRIBUTOR, Role.MANAGER),
    (Kind.PRESCRIBER, Role.WORKER),
    (Kind.DONOR, Role.CONTACT),
)


def test_no_page_fails_of_a_number_of_thousands_of_figures() -> None:
    """Each reads each address; a form is sent by the first to whom it shows these boxes."""
    scenery = seen()
    addresses = sorted({address for _, address in scenery.addresses})
    faults, known = [], set[tuple[str, frozenset[str]]]()
    for kind, role in READERS:
        with crawling(make_membership(role, kind, scenery.organisations.get(kind))) as client:
            for rank, address in enumerate(addresses):
                huge = HUGE[rank % len(HUGE)]
                asked = "&".join(f"{name}={huge}" for name in ASKED)
                page = client.get(f"{address}?{asked}")
                if page.status_code >= 500:
                    faults.append(f"{role} GET {address}")
                if page.status_code != 200 or address.count("/") <= FIRST_LEVEL:  # a list: what is asked leaves no row
                    page = client.get(address)
                if (form := (address, boxes_of(page))) not in known and form[1]:
                    known.add(form)
                    faults += [f"{role} POST {address} {sent}" for sent in posted(client, *form, huge)]
    assert not faults, "\n".join(faults)
    assert len(known) > 150, "most forms are shown to one of these"


def boxes_of(page: object) -> frozenset[str]:
    """The names of all that the forms of a page ask for; nothing when it shows none."""
    if getattr(page, "status_code", 0) != 200 or "<form" not in (content := words(page)):
        return frozenset()
    fields = Fields()
    fields.feed(main := content.partition("<main")[2])
    return frozenset({*fields.sent, *re.findall(r'name="([\w-]+)"', main)} - {"csrfmiddlewaretoken"})


def posted(client: Client, address: str, names: Collection[str], huge: str) -> Iterator[str]:
    """What fails of the forms of a page when each of their boxes holds this; nothing is left of it."""
    for button in ("", *(name for name in ("save", "declare", "act", "foresee", "close", "add_row") if name in names)):
        sent = MultiValueDict({name: [huge, "1"] for name in {*names, *BOXES}})
        if button:
            sent[button] = "1"
        with transaction.atomic():
            if client.post(address, sent).status_code >= 500:
                yield button
            transaction.set_rollback(True)


def words(page: object) -> str:
    content = b"" if getattr(page, "streaming", False) else getattr(page, "content", b"")
    return str(content.decode(errors="ignore"))
