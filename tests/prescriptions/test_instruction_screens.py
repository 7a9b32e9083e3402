"""The team of a distributor, notes and photos of papers in a real browser: accessible, whole at 320 pixels wide."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from lifecycle import gate
from network.enums import OrganisationKind, Role
from prescriptions.enums import NoteAudience
from prescriptions.services.instruction import declare_absence, write_file_note
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import page_of
from tests.prescriptions.test_photos import SMALL, incomplete, sent
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_of_instruction_and_of_photos_read_at_any_width_and_axe_finds_nothing(
    open_page: Callable[..., Page],
) -> None:
    cache.clear()
    circle = Circle()
    lead = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, circle.distributor)
    prescription, other = incomplete(circle), circle.submitted()
    photo = sent(prescription)
    gate.apply(other, "take_up", actor=circle.adviser)
    for audience in NoteAudience:
        write_file_note(actor=circle.adviser, prescription=prescription, audience=audience, text="Rappeler lundi.")
    day = timezone.localdate()
    days = {"first_on": day, "last_on": day + timedelta(days=5)}
    declare_absence(actor=lead, adviser=circle.adviser, replaced_by=lead, **days)
    declare_absence(actor=lead, adviser=lead, first_on=day + timedelta(days=8), last_on=day + timedelta(days=9))
    page = open_page()
    look = Look(page)
    sign_in(page, lead)
    team = reverse("prescriptions:absence_list")
    pages = [page_of(prescription, f"prescription_{name}") for name in ("detail", "note")]
    for url in ("/", team, reverse("prescriptions:prescription_list"), *pages, page_of(other, "prescription_assign")):
        look.at(url)
    sign_in(page, circle.worker)
    photos = [page_of(photo, f"proof_photo_{name}") for name in ("detail", "accept", "refuse")]
    for url in ("/", page_of(prescription, "prescription_detail"), *photos):
        look.at(url)


def test_a_household_sends_a_photo_from_its_telephone_without_script(open_page: Callable[..., Page]) -> None:
    cache.clear()
    prescription = incomplete(Circle())
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 844})
    code = prescription.papers.latest("pk").document.public_code
    page.goto(reverse("prescriptions:own_page", args=[code]))
    page.get_by_label("Votre année de naissance").fill("1984")
    page.get_by_role("button", name="Voir ma demande").click()
    page.get_by_role("button", name="Envoyer une photo du papier").click()
    chosen = SimpleUploadedFile("IMG.jpg", SMALL)
    page.get_by_label("Photo du papier").set_input_files(
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": chosen.read()}
    )
    page.get_by_role("button", name="Envoyer la photo").click()
    page.get_by_text("Votre photo est partie").wait_for()
    assert prescription.photos.get().state == "waiting"
    page.reload()
    page.go_back()
    page.get_by_role("button", name="Envoyer la photo").wait_for()
    page.go_back()
    page.get_by_text("Votre photo attend votre travailleur social.").wait_for()
    page.reload()
    page.get_by_text("Votre photo attend votre travailleur social.").wait_for()
    assert prescription.photos.count() == 1, "going back and loading again send nothing"
