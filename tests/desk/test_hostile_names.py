"""A name is text: a file, a person or an organisation called like a piece of markup shows as it is written."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conventions.forms.circuit import SignatureSignForm
from documents.forms import DepositForm
from documents.models import StoredFile
from documents.services import files
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation, User
from prescriptions.models import Household
from refurb.forms.donations import DonationAcceptDeedForm
from tests.desk.test_walls_of_all_pages import Scenery
from tests.documents.samples import PDF
from tests.network.factories import make_membership, make_organisation, make_user
from tests.pages import acting

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;"


class Typed(forms.Form):
    """A help text that quotes what somebody typed, by whatever way it came there."""

    name = forms.CharField(help_text=f"Aujourd’hui\u00a0: {MARKUP}")


def test_a_help_text_is_text_whatever_it_quotes() -> None:
    page = render_crispy_form(Typed())
    assert SHOWN in page
    assert MARKUP not in page


@pytest.mark.parametrize("form", [SignatureSignForm, DonationAcceptDeedForm])
def test_whoever_signs_reads_her_name_as_it_is_written(form: Any) -> None:
    signer = make_membership(Role.MANAGER, OrganisationKind.DONOR, user=make_user(first_name=MARKUP, last_name="X"))
    made = form(by=signer)
    assert SHOWN in str(made["name"].help_text), "wherever it is shown, the help text is escaped already"
    assert MARKUP not in render_crispy_form(made)


def test_a_deposited_file_shows_its_name_as_it_is_written() -> None:
    depositor = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    upload = SimpleUploadedFile(f"{MARKUP}.pdf", PDF, content_type="application/pdf")
    form = DepositForm({}, {"deposit": upload}, by=depositor)
    assert form.is_valid(), form.errors
    assert f"{SHOWN}.pdf" in str(form["deposit"].help_text)
    page = render_crispy_form(form)
    assert f"{SHOWN}.pdf" in page
    assert MARKUP not in page


def pages(scenery: Scenery, membership: Membership) -> Iterator[tuple[str, str]]:
    """``(address, markup)`` of every page that this membership opens."""
    client = acting(membership)
    for _, address in scenery.addresses:
        response = client.get(address)
        if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
            yield address, response.content.decode()


def test_no_page_takes_a_name_for_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody and everything is called like a piece of markup; each role opens each address of the project."""
    monkeypatch.setattr(files, "clean_name", lambda name: f"{MARKUP}{name}"[:120])
    scenery = Scenery()
    assert StoredFile.objects.filter(name__contains=MARKUP).exists()
    User.objects.update(first_name=MARKUP, last_name=MARKUP)
    Organisation.objects.update(name=f"{MARKUP} SA")
    Household.objects.update(first_name=MARKUP, last_name=MARKUP)
    shown, taken = set(), []
    last_of_each = {(one.kind, one.role): one for one in Membership.objects.open().order_by("pk")}
    for membership in last_of_each.values():
        for address, page in pages(scenery, membership):
            if MARKUP in page:
                taken.append((str(membership.role), address))
            if SHOWN in page:
                shown.add(address)
    assert taken == []
    assert len(shown) > 50, "names do show: the proof above is not made of empty pages"


def test_a_search_shows_what_was_typed_as_it_is_written(client: Client) -> None:
    membership = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    make_organisation(name=f"{MARKUP} SA")
    client.force_login(membership.user)
    page = client.post(reverse("desk:search"), {"recherche": MARKUP}).content.decode()
    assert MARKUP not in page


def test_the_signer_is_whoever_the_form_is_for() -> None:
    signer = SimpleNamespace(user=SimpleNamespace(get_full_name=lambda: "Camille Martin"))
    assert str(SignatureSignForm(by=signer)["name"].help_text).endswith("Camille Martin.")
