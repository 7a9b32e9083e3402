"""A name is text: a file, a person or an organisation called like a piece of markup shows as it is written.

That no page of any role takes one for markup is proven where they are all asked for: ``test_walls_of_all_pages``.
"""

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
from donations.forms.donations import DonationAcceptDeedForm
from network.enums import OrganisationKind, Role
from tests.desk.hostile import MARKUP, SHOWN
from tests.documents.samples import PDF
from tests.network.factories import make_membership, make_organisation, make_user

pytestmark = pytest.mark.django_db


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


def test_a_search_shows_what_was_typed_as_it_is_written(client: Client) -> None:
    membership = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    make_organisation(name=f"{MARKUP} SA")
    client.force_login(membership.user)
    page = client.post(reverse("desk:search"), {"recherche": MARKUP}).content.decode()
    assert MARKUP not in page


def test_the_signer_is_whoever_the_form_is_for() -> None:
    signer = SimpleNamespace(user=SimpleNamespace(signing_name="Camille Martin"))
    assert str(SignatureSignForm(by=signer)["name"].help_text).endswith("Camille Martin.")
