"""The technical team looks at machines; it moves and removes nothing."""

from collections.abc import Callable

import pytest
from django.test import RequestFactory
from django.urls import reverse

from network.models import User
from tests.lifecycle.pages import site
from tests.lifecycle.parcels.models import Parcel, ParcelEntry

type Announce = Callable[..., list[Parcel]]

pytestmark = pytest.mark.urls("tests.lifecycle.pages")


@pytest.fixture
def request_of_staff(db: None) -> object:
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("technique@exemple.example")
    return request


def test_what_the_gate_writes_is_read_only(request_of_staff: object) -> None:
    fields = site.get_model_admin(Parcel).get_readonly_fields(request_of_staff)
    assert {"reference", "state", "seq", "head", "moved_at", "size", "depot", "label", "stored_by"} <= set(fields)
    assert "expires_at" not in fields


@pytest.mark.parametrize("model", [Parcel, ParcelEntry])
def test_nothing_is_added_changed_or_removed_not_even_in_bulk(request_of_staff: object, model: type) -> None:
    window = site.get_model_admin(model)
    assert not window.has_add_permission(request_of_staff)
    assert not window.has_change_permission(request_of_staff)
    assert not window.has_delete_permission(request_of_staff)
    assert window.get_actions(request_of_staff) == {}


def test_a_journal_is_only_read(request_of_staff: object) -> None:
    window = site.get_model_admin(ParcelEntry)
    assert window.has_view_permission(request_of_staff)


def test_a_forged_form_writes_nothing(announce: Announce, client: object, request_of_staff: object) -> None:
    (parcel,) = announce()
    client.force_login(request_of_staff.user)
    client.raise_request_exception = False  # the refusal has a page, whose links these few addresses do not know
    address = reverse("admin:parcels_parcel_change", args=[parcel.pk], current_app="parcel_admin")
    client.post(address, {"state": "given", "seq": 9, "limit": 7, "rounds": 0})
    found = Parcel.objects.get()
    assert (found.state, found.seq, found.limit) == ("announced", 1, 100)


@pytest.mark.parametrize("name", ["parcels_parcel_changelist", "parcels_parcelentry_changelist"])
def test_the_lists_open(announce: Announce, client: object, request_of_staff: object, name: str) -> None:
    announce(2)
    client.force_login(request_of_staff.user)
    assert client.get(reverse(f"admin:{name}", current_app="parcel_admin")).status_code == 200
