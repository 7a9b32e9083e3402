"""A page that is declared: what it asks, what does it, what it says, where it leads, whom it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.machine import ParcelState as S
from tests.lifecycle.parcels.models import Parcel, SealProof
from tests.network.factories import make_membership
from tests.pages import acting, answered, read

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.lifecycle.parcel_actions")]
type Announce = Callable[..., list[Parcel]]


def address(parcel: Parcel, verb: str) -> str:
    return reverse(f"parcels:parcel_{verb}", args=[parcel.reference])


def said(client: Client, url: str, **data: Any) -> tuple[str, str]:
    """Where a page leads once it is done, and what it says then."""
    response = client.post(url, data)
    assert response.status_code == 302, response.content.decode()
    return response.headers["Location"], " ".join(str(one) for one in get_messages(response.wsgi_request))


def fresh(parcel: Parcel) -> Parcel:
    return Parcel.objects.get(pk=parcel.pk)


def test_the_address_and_its_name_are_those_of_the_declaration(announce: Announce) -> None:
    (parcel,) = announce()
    assert address(parcel, "reclassify") == f"/colis/{parcel.reference}/reclasser/"


def test_a_page_without_a_service_asks_the_gate_with_what_the_form_gives(announce: Announce, pilot: Membership) -> None:
    (parcel,) = announce()
    data = {"reason": "wrong", "size": "large", "comment": "Vu au quai"}

    leads, told = said(acting(pilot), address(parcel, "reclassify"), **data)

    moved = fresh(parcel)
    entry = moved.journal.latest("seq")
    assert (moved.size, entry.verb, entry.actor_id) == ("large", "reclassify", pilot.pk)
    assert leads == reverse("parcels:parcel_detail", args=[parcel.reference])
    assert told == f"{parcel.reference}\u00a0: autre taille que small."


def test_a_service_is_given_the_row_the_actor_and_the_values_of_the_form(
    announce: Announce, keeper: Membership
) -> None:
    (parcel,) = announce()

    leads, told = said(acting(keeper), address(parcel, "store"), label="A-1", kilos="3")

    stored = fresh(parcel)
    assert (stored.state, stored.label, stored.weight, stored.stored_by) == (S.STORED, "A-1", 3, keeper)
    assert leads == f"/colis/{parcel.reference}/suite/", "the page that it names comes next"
    assert told == f"{parcel.reference}\u00a0: rangé.", "in the words of the verb, inside the sentence of the machine"


def test_success_may_be_told_of_the_row_before_and_after(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    assert said(acting(keeper), address(parcel, "break_"), reason="fall")[1] == "Annoncé puis Cassé."


def test_the_page_shows_the_verb_what_it_warns_of_and_what_the_form_was_given(
    announce: Announce, keeper: Membership, pilot: Membership
) -> None:
    (parcel,) = announce()
    assert "<h1" in (page := read(acting(keeper), address(parcel, "store")))
    assert "Ranger" in page
    assert "Colis small." in page
    assert "Déclarer cassé" in read(acting(keeper), address(parcel, "break_"))
    assert f"Vue par {pilot.pk}" in read(acting(pilot), address(parcel, "reclassify"))


def test_what_the_rules_refuse_is_told_beside_its_field_and_nothing_typed_is_lost(
    announce: Announce, keeper: Membership
) -> None:
    (parcel,) = announce()

    shown = acting(keeper).post(address(parcel, "store"), {"label": "A-1", "kilos": "700"})

    assert shown.status_code == 200
    errors = shown.context["form"].errors
    assert "dépasse la limite" in errors["kilos"][0], "where the form calls otherwise what the rule names"
    assert 'value="700"' in shown.content.decode()
    assert fresh(parcel).state == S.ANNOUNCED


def test_what_a_service_finds_invalid_is_told_in_the_same_way(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    page = answered(acting(keeper), address(parcel, "store"), label="RESERVE", kilos="7")
    assert "Cette étiquette ne se donne pas." in page
    assert 'value="RESERVE"' in page
    assert fresh(parcel).state == S.ANNOUNCED


def test_a_reason_that_is_not_chosen_is_asked_for_in_the_words_of_the_rule(
    announce: Announce, keeper: Membership
) -> None:
    (parcel,) = announce()
    assert "Dites pourquoi." in answered(acting(keeper), address(parcel, "break_"))


@pytest.mark.parametrize("verb", ["store", "break_", "reclassify"])
def test_a_row_one_does_not_see_is_not_found(announce: Announce, verb: str) -> None:
    (parcel,) = announce()
    stranger = acting(make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER))
    assert [stranger.get(address(parcel, verb)).status_code, stranger.post(address(parcel, verb)).status_code] == [
        404
    ] * 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_verb_of_others_is_forbidden_to_whoever_sees_the_row(
    announce: Announce, keeper: Membership, pilot: Membership, method: str
) -> None:
    (parcel,) = announce()
    for actor, verb in ((keeper, "reclassify"), (pilot, "store")):
        assert getattr(acting(actor), method)(address(parcel, verb)).status_code == 403
    assert parcel.journal.count() == 1


def test_a_page_may_refuse_of_its_own(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce(size="huge")
    assert acting(keeper).get(address(parcel, "store")).status_code == 403


def test_a_view_written_by_hand_answers_at_the_address_that_is_declared(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    assert acting(keeper).get(address(parcel, "give")).content.decode() == "à la main"


# --- a page that is opened again


def receipt_in(page: str) -> str:
    return page.partition('id="receipt"')[2].partition("</div>")[0]


def test_a_verb_that_is_done_is_told_as_done_by_whom_and_when(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    said(acting(keeper), address(parcel, "store"), label="A-1", kilos="3", comment="Près de la porte.")

    page = read(acting(keeper), address(parcel, "store"))

    assert "n’est pas possible depuis l’état" not in page
    for told in ("C’est fait", "Rangé", "par vous", "Près de la porte."):
        assert told in receipt_in(page)
    assert "Depuis, l’état a changé" not in page


def test_another_than_who_did_it_reads_who(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    said(acting(keeper), address(parcel, "store"), label="A-1", kilos="3")
    colleague = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER, keeper.organisation)
    assert str(keeper.user) in receipt_in(read(acting(colleague), address(parcel, "store")))


def test_what_was_done_stays_told_once_the_row_moved_on(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    gate.apply(parcel, "store", actor=keeper, label="A-1", weight=3)
    parcel = fresh(parcel)
    SealProof.objects.create(parcel=parcel)
    gate.apply(parcel, "give", actor=keeper)

    page = read(acting(keeper), address(parcel, "store"))

    assert "C’est fait" in receipt_in(page)
    assert "Depuis, l’état a changé" in receipt_in(page)


def test_what_another_verb_made_too_late_is_told_with_that_verb(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    gate.apply(parcel, "store", actor=keeper, label="A-1", weight=3)
    parcel = fresh(parcel)
    SealProof.objects.create(parcel=parcel)
    gate.apply(parcel, "give", actor=keeper)

    page = read(acting(keeper), address(parcel, "break_"))

    assert "n’est pas possible depuis l’état" in page
    assert "Remettre" in receipt_in(page)
    assert "C’est fait" not in page


def test_a_second_press_is_told_what_the_first_one_did(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    said(acting(keeper), address(parcel, "store"), label="A-1", kilos="3")
    page = acting(keeper).post(address(parcel, "store"), {"label": "A-2", "kilos": "4"}).content.decode()
    assert "C’est fait" in receipt_in(page)
    assert 'value="A-2"' in page
