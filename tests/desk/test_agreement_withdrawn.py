"""A household takes its agreement back: its request stops, and nobody but its prescriber reads anything of it."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from distribution.models import HandOver
from documents.models import Mail
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind as Kind
from network.enums import Role
from prescriptions.enums import ErasureChannel
from prescriptions.models import PrescriptionEntry
from prescriptions.permissions import can_withdraw_prescription
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.services.revoking import revoke_prescription
from prescriptions.telling import telling_of
from tests.desk.territory import BOTH, Territory, need_of
from tests.desk.test_walls_of_all_pages import NAMES, called_like_pieces_of_markup, read_everything
from tests.network.factories import make_membership
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def test_nobody_who_served_it_reads_anything_of_it_any_more() -> None:
    """The household that waits, with its reserved device, its prepared note and its line asked of an operator."""
    scenery = called_like_pieces_of_markup()
    held, circle = scenery.held, scenery.territory.circle
    home = {"address": "2 rue des Essais", "postcode": "59000"}
    household = circle.household(last_name="Ineffacable", first_name="Oscar", email="oscar@exemple.test", **home)
    other = circle.accepted(BOTH, household)
    reserved = scenery.territory.shelf.reserve(scenery.territory.shelf.available(), need_of(other, "computer"))
    sent = scenery.territory.line(need_of(other, BOTH[1][0])).sent()
    assert HandOver.objects.filter(device=reserved).exists()

    revoke_prescription(actor=circle.worker, prescription=other, channel=ErasureChannel.PHONE)

    assert (again(reserved).state, again(sent).state, again(other).state) == ("available", "abandoned", "withdrawn")
    assert again(held).state == "reserved"
    for kind, role in ((Kind.DISTRIBUTOR, Role.ADVISER), (Kind.OPERATOR, Role.AGENT)):
        reader = make_membership(role, kind, scenery.organisations[kind])
        pages = list(read_everything(scenery, reader))
        assert [address for address, _, words in pages if "Ineffacable" in words] == [], kind
        assert any(NAMES[0] in words for _, _, words in pages), "the other household is still served"
        for name, row in (("prescription", other), ("household", household), ("need", need_of(other, "computer"))):
            page = reverse(f"prescriptions:{name}_detail", args=[row.reference])
            assert acting(reader).get(page).status_code == 404
        note = HandOver.objects.get(device=reserved)
        paper = reverse("distribution:hand_over_note", args=[reserved.reference, note.pk])
        assert acting(reader).get(paper).status_code == 404
    assert "Ineffacable" in read(
        acting(circle.worker), reverse("prescriptions:household_detail", args=[household.reference])
    )


def test_the_distributor_is_told_by_the_reference_alone() -> None:
    circle = Circle()
    prescription = circle.accepted(household=circle.household(last_name="Ineffacable"))
    adviser = circle.adviser

    revoke_prescription(actor=circle.worker, prescription=prescription, channel=ErasureChannel.LETTER)

    mail = Mail.objects.filter(to__contains=[adviser.user.email]).latest("pk")
    assert "retire son accord" in mail.subject
    assert prescription.reference in mail.body
    assert "Détruisez" in mail.body
    assert "Ineffacable" not in mail.body
    assert reverse("prescriptions:prescription_detail", args=[prescription.reference]) not in mail.body
    row = PrescriptionEntry.objects.filter(object=prescription).latest("seq")
    assert (row.verb, row.values["channel"]) == ("revoke", "letter")
    assert telling_of(again(prescription)).title == "Votre demande est arrêtée"


def test_it_says_by_which_way_and_the_list_of_reasons_does_not_stand_for_it() -> None:
    circle = Circle()
    prescription = circle.submitted()
    assert codes(lambda: revoke_prescription(actor=circle.worker, prescription=prescription, channel="rumour")) == {
        "channel"
    }
    assert can_withdraw_prescription(circle.worker) is not None
    assert codes(
        lambda: withdraw_prescription(actor=circle.worker, prescription=prescription, reason="agreement_withdrawn")
    ) == {"reason"}
    with pytest.raises(PermissionDenied):
        revoke_prescription(actor=circle.adviser, prescription=prescription, channel="phone")


def test_what_was_handed_over_is_kept_and_the_page_says_what_to_do(shelf_territory: Territory) -> None:
    territory = shelf_territory
    served = territory.circle.accepted(BOTH)
    shelf = territory.shelf
    shelf.handed_over(shelf.reserve(shelf.available(), need_of(served, "computer")))

    assert codes(lambda: revoke_prescription(actor=territory.circle.worker, prescription=served, channel="place")) == {
        "nothing_met"
    }


def test_the_worker_does_it_in_one_page() -> None:
    circle = Circle()
    prescription = circle.submitted()
    url = reverse("prescriptions:prescription_revoke", args=[prescription.reference])
    client = acting(circle.worker)
    assert "le distributeur n’en lit plus" in read(client, url)

    told = read(client, done(client, url, channel="place"))

    assert again(prescription).state == "withdrawn"
    assert "le foyer retire son accord" in told
    assert "le foyer a retiré son accord" in told


@pytest.fixture
def shelf_territory() -> Territory:
    return Territory()
