"""Django's admin, for the technical team: every table is there, superusers read it, and nothing can be written."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from desk.services.visits import note_visit
from lifecycle.admin import ReadOnlyAdmin
from lifecycle.machine import Stateful
from lifecycle.sealing import seal_journals
from lifecycle.verification import JOURNALS, note_verification, verify_journals
from lists.services import save_view
from network.enums import OrganisationKind, Role
from network.models import User
from network.services.invitations import invite
from prescriptions.enums import NoteAudience
from prescriptions.services.instruction import declare_absence, write_file_note
from tests.desk.test_walls_of_all_pages import NAMES, STORY, seen
from tests.given import load_reference
from tests.network.factories import make_membership, make_user
from tests.prescriptions.files import Circle
from tests.test_consistency import OURS

pytestmark = pytest.mark.django_db
REGISTERED = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)


@pytest.fixture
def technician(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("technique@exemple.test"))
    return client


def address(model: type[models.Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def test_every_table_of_ours_is_there() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS}
    assert ours <= admin.site._registry.keys()


@pytest.mark.parametrize(("model", "window"), REGISTERED, ids=[model._meta.label for model, _ in REGISTERED])
def test_no_table_lets_anything_be_written(rf: RequestFactory, model: type[models.Model], window: ModelAdmin) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("technique@exemple.test")
    assert isinstance(window, ReadOnlyAdmin)
    assert not window.has_add_permission(request)
    assert not window.has_change_permission(request)
    assert not window.has_delete_permission(request)
    assert window.get_actions(request) == {}
    assert window.has_view_permission(request)


def house(circle: Circle) -> None:
    """What the house keeps for itself: a view somebody saved, an invitation, a night's seals and what verified them."""
    save_view(by=circle.worker, page="prescriptions:list", name="Les miennes", query="etat=submitted")
    invite(
        organisation=circle.prescriber,
        email="collegue@exemple.test",
        kind=OrganisationKind.PRESCRIBER,
        role=Role.WORKER,
        by=circle.pilot,
    )
    note_visit(membership=circle.worker)
    note_verification(JOURNALS, verify_journals)
    seal_journals(at=timezone.now())


def test_each_list_and_each_page_opens_and_a_forged_form_writes_nothing(technician: Client) -> None:
    """A household served twice, and the dated rows that one reads: most tables have a row."""
    scenery = seen()
    circle = scenery.territory.circle
    told_by = {"actor": circle.adviser, "prescription": scenery.waiting, "audience": NoteAudience.TEAM}
    write_file_note(**told_by, text="À rappeler")
    today = timezone.localdate()
    declare_absence(actor=circle.adviser, adviser=circle.adviser, first_on=today, last_on=today)
    for app in ("prescriptions", "documents", "donations", "connectivity", "refurb", "conventions", "distribution"):
        load_reference(app)
    house(circle)
    empty, told = [], []
    for model, _ in REGISTERED:
        listed = technician.get(address(model, "changelist"))
        assert listed.status_code == 200, model
        assert technician.get(address(model, "add")).status_code == 403, model
        row = model._default_manager.order_by("-pk").first()
        if row is None:
            empty.append(model._meta.label)
            continue
        pages = [listed, technician.get(address(model, "change", row.pk))]
        assert [page.status_code for page in pages] == [200, 200], model
        assert pages[1].context["adminform"].form.fields == {}, model
        told += [model._meta.label for page in pages if any(name in page.content.decode() for name in (*NAMES, STORY))]
        forged = {field.name: "1" for field in model._meta.concrete_fields} | {"_save": "Save"}
        if issubclass(model, Stateful):
            forged["state"] = next(code for code, _ in model._meta.get_field("state").flatchoices if code != row.state)
        before = model._default_manager.filter(pk=row.pk).values().get()
        assert technician.post(address(model, "change", row.pk), forged).status_code == 403, model
        assert technician.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model
        technician.post(
            address(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        )
        assert model._default_manager.filter(pk=row.pk).values().get() == before, model
    assert told == [], "a household is named to those who serve it, and to nobody else"
    assert len(empty) < len(REGISTERED) / 3, empty


@pytest.mark.parametrize("is_staff", [True, False])
def test_the_window_opens_to_superusers_alone_and_no_page_leads_there(client: Client, is_staff: bool) -> None:
    client.force_login(make_user(is_staff=is_staff))
    assert client.get("/technique/").status_code == 302
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    client.force_login(pilot.user)
    assert client.get("/technique/").status_code == 302
    assert "/technique/" not in client.get(reverse("desk:administration")).content.decode()
