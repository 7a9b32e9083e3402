"""Who opens which page of distribution, what each page keeps from whom, and at what cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from distribution.services.allotment import ship_devices
from lifecycle import gate
from network.enums import OrganisationKind, Role
from prescriptions.models import HouseholdAccess
from refurb.enums import DeviceType
from refurb.models import Device
from tests.distribution.shelves import Shelf, delivery_of
from tests.donations.scene import public_scene
from tests.network.factories import make_membership
from tests.refurb.devices import from_lot, given_to
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db

SHELF_PAGES = ("shelf", "reservation_list", "return_list", "send_back_list", "need_queue")
LISTS: dict[str, set[str]] = {
    **{name: {"adviser", "relay", "distributor_manager"} for name in SHELF_PAGES},
    "allotment": {"workshop_manager", "pilot"},
    "delivery_list": {"technician", "workshop_manager", "adviser", "relay", "distributor_manager", "pilot"},
    "delivery_prepare": {"technician", "workshop_manager"},
    "point_list": {"technician", "workshop_manager", "adviser", "relay", "distributor_manager", "pilot"},
    "point_create": {"distributor_manager", "pilot"},
    "derogation_list": {"adviser", "distributor_manager", "pilot"},
}
"""Pages without a row, with the roles they open to."""
ROLES: dict[str, tuple[Role, OrganisationKind]] = {
    "technician": (Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
    "workshop_manager": (Role.MANAGER, OrganisationKind.RECONDITIONER),
    "adviser": (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
    "distributor_manager": (Role.MANAGER, OrganisationKind.DISTRIBUTOR),
    "relay": (Role.ADVISER, OrganisationKind.RELAY),
    "pilot": (Role.PILOT, OrganisationKind.DEPARTEMENT),
    "worker": (Role.WORKER, OrganisationKind.PRESCRIBER),
    "contact": (Role.CONTACT, OrganisationKind.DONOR),
    "reviewer": (Role.REVIEWER, OrganisationKind.EPCI),
    "agent": (Role.AGENT, OrganisationKind.OPERATOR),
}
DEVICE_PAGES = (
    "device_detail",
    "device_attach",
    "device_detach",
    "device_allot",
    "device_release_allotment",
    "device_ship",
    "device_cancel_shipment",
    "device_stock_in",
    "device_send_back",
    "device_ask_back",
    "device_find",
    "device_reserve",
    "device_release",
    "device_prepare_hand_over",
    "device_hand_over",
    "device_undo_hand_over",
    "device_take_back",
    "device_undo_take_back",
    "device_tell_repaired",
    "device_give_back",
    "device_replace",
    "device_exchange",
    "device_settle",
)
DELIVERY_PAGES = ("delivery_detail", "delivery_note", "delivery_cancel", "delivery_reconcile")


# --- roles


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_to_its_roles_and_refuses_the_others(role: str) -> None:
    client = acting(make_membership(*ROLES[role]))
    told = {name: client.get(reverse(f"distribution:{name}")).status_code for name in LISTS}
    assert told == {name: 200 if role in roles else 403 for name, roles in LISTS.items()}


def test_the_devices_the_deliveries_and_the_needs_of_others_do_not_exist(shelf: Shelf) -> None:
    device = shelf.reserved()
    delivery, need = delivery_of(device), device.need
    note = device.hand_overs.get()
    urls = [page_of(device, name) for name in DEVICE_PAGES]
    urls += [page_of(device, name, note.pk) for name in ("hand_over_note", "hand_over_signature")]
    urls += [reverse(f"distribution:{name}", args=[delivery.reference]) for name in DELIVERY_PAGES]
    for role in ROLES.keys() - {"pilot"}:
        client = acting(make_membership(*ROLES[role]))
        for url in urls:
            assert client.get(url).status_code == 404, (role, url)
            assert client.post(url, {}).status_code in (404, 405), (role, url)
        for name in ("need_choose", "derogation_grant"):
            assert client.get(reverse(f"distribution:{name}", args=[need.reference])).status_code in (403, 404), (
                role,
                name,
            )


def test_the_workshop_and_the_pilot_do_nothing_for_a_household(shelf: Shelf) -> None:
    device = shelf.reserved()
    for membership in (shelf.technician, shelf.manager, shelf.pilot):
        client = acting(membership)
        for name in ("device_hand_over", "device_reserve", "device_replace", "device_settle"):
            assert client.get(page_of(device, name)).status_code == 403, (membership, name)


def test_a_note_is_for_those_who_serve_the_household(shelf: Shelf) -> None:
    device = shelf.reserved()
    url = page_of(device, "hand_over_note", device.hand_overs.get().pk)
    for membership in (shelf.technician, shelf.manager, shelf.pilot):
        assert acting(membership).get(url).status_code == 404


def test_only_the_pilot_grants_a_derogation(shelf: Shelf) -> None:
    url = reverse("distribution:derogation_grant", args=[shelf.need().reference])
    for role in ROLES.keys() - {"pilot"}:
        assert acting(make_membership(*ROLES[role])).get(url).status_code == 403, role
    assert acting(shelf.pilot).get(url).status_code == 200


def test_a_point_is_changed_by_the_manager_of_its_distributor_and_by_the_pilot(shelf: Shelf) -> None:
    url = reverse("distribution:point_edit", args=[shelf.point.reference])
    manager = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, shelf.distributor)
    for membership, status in (
        (manager, 200),
        (shelf.pilot, 200),
        (shelf.adviser, 403),
        (shelf.technician, 403),
        (make_membership(*ROLES["distributor_manager"]), 403),
    ):
        assert acting(membership).get(url).status_code == status


# --- what is kept from whom


def household_of(device: Device) -> Any:
    assert device.need is not None
    return device.need.prescription.household


@pytest.mark.parametrize("state", ["reserved", "returned"])
def test_the_page_of_a_device_names_the_household_to_its_advisers_alone(shelf: Shelf, state: str) -> None:
    device = getattr(shelf, state)()
    household = household_of(device)

    served = read(acting(shelf.adviser), page_of(device, "device_detail"))
    assert household.last_name in served
    assert device.need.reference in served
    for membership in (shelf.technician, shelf.manager, shelf.pilot):
        page = read(acting(membership), page_of(device, "device_detail"))
        assert household.last_name not in page
        assert household.phone not in page
        assert device.need.prescription.reference in page
        assert "Fiches" not in page


def test_a_donor_reads_that_its_device_was_handed_over_and_nothing_of_whom_nor_for_how_much() -> None:
    scene = public_scene()
    bench = given_to(scene)
    shelf = Shelf(bench)
    device = from_lot(scene)
    ready = bench.recondition(bench.prepared(gate.apply(device, "start", actor=bench.technician)), 45)
    handed = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready)))

    page = read(acting(scene.contact), page_of(handed, "device_detail"))

    assert "Remis le" in page
    assert str(shelf.epci) not in page, "a territory where few are served"
    household = household_of(handed)
    for hidden in (household.last_name, household.phone, handed.need.reference, handed.need.prescription.reference):
        assert hidden not in page
    for hidden in (shelf.convention.reference, shelf.point.name, "Prix de vente", "Garanti jusqu’au"):
        assert hidden not in page


def test_who_reads_the_name_of_a_household_is_logged(shelf: Shelf) -> None:
    device = shelf.reserved()
    household = household_of(device)
    before = HouseholdAccess.objects.filter(household=household).count()
    read(acting(shelf.adviser), page_of(device, "device_detail"))
    read(acting(shelf.adviser), reverse("distribution:need_choose", args=[device.need.reference]))
    logged = HouseholdAccess.objects.filter(household=household, actor=shelf.adviser)
    assert sorted(logged.values_list("what", flat=True)) == ["device_detail", "need_choose"]
    read(acting(shelf.technician), page_of(device, "device_detail"))
    assert HouseholdAccess.objects.filter(household=household).count() == before + 2


def test_who_opens_a_hand_over_or_its_note_is_logged_too(shelf: Shelf) -> None:
    device = shelf.reserved()
    note = device.hand_overs.get()
    client = acting(shelf.adviser)
    read(client, page_of(device, "device_hand_over"))
    client.get(reverse("distribution:hand_over_note", args=[device.reference, note.pk]))
    client.get(reverse("distribution:hand_over_signature", args=[device.reference, note.pk]))
    logged = HouseholdAccess.objects.filter(household=household_of(device), actor=shelf.adviser)
    assert sorted(logged.values_list("what", flat=True)) == [
        "device_hand_over",
        "hand_over_note",
        "hand_over_signature",
    ]


def test_a_relay_sees_its_own_points_and_no_other(shelf: Shelf) -> None:
    ours, theirs = shelf.available(point=shelf.relay_point), shelf.available()
    page = read(acting(shelf.relay), reverse("distribution:shelf"))
    assert ours.tag in page
    assert theirs.tag not in page
    everything = read(acting(shelf.adviser), reverse("distribution:shelf"))
    assert ours.tag in everything
    assert theirs.tag in everything


def test_an_anonymous_is_asked_to_sign_in(shelf: Shelf) -> None:
    device = shelf.available()
    for name in LISTS:
        assert Client().get(reverse(f"distribution:{name}")).status_code == 302
    assert Client().get(page_of(device, "device_reserve")).status_code == 302


# --- at what cost


def test_a_delivery_costs_the_same_with_one_line_and_with_many(
    shelf: Shelf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    def shipped(count: int) -> str:
        pks = [shelf.allotted().pk for _ in range(count)]
        ship_devices(actor=shelf.technician, devices=Device.objects.filter(pk__in=pks), point=shelf.point)
        return delivery_of(Device.objects.get(pk=pks[0])).reference

    client = acting(shelf.adviser)
    for name in ("delivery_detail", "delivery_reconcile"):
        few, several = shipped(1), shipped(4)
        read(client, reverse(f"distribution:{name}", args=[few]))
        with django_assert_max_num_queries(20) as one:
            read(client, reverse(f"distribution:{name}", args=[few]))
        with django_assert_max_num_queries(20) as many:
            read(client, reverse(f"distribution:{name}", args=[several]))
        assert len(one) == len(many)


def test_the_screen_of_a_desktop_is_no_row_of_the_shelf(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    page = read(acting(shelf.adviser), reverse("distribution:shelf"))
    assert desktop.tag in page
    assert Device.objects.get(type=DeviceType.SCREEN).tag not in page


def test_the_shelf_of_another_distributor_is_its_own(shelf: Shelf) -> None:
    shelf.available()
    assert "Rien en rayon" in read(acting(shelf.stranger), reverse("distribution:shelf"))
