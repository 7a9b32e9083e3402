"""The pages of prescriptions in a real browser: accessible, whole at 320 pixels wide, filed by the keyboard alone."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from prescriptions.models import Prescription
from prescriptions.services.prescriptions import ask_completion_prescription, remind_prescription
from prescriptions.services.transfers import ask_transfer
from tests.prescriptions.files import Circle
from tests.prescriptions.pages import acting, page_of, page_sent
from tests.screens import NARROW, Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = (("computer", "studies"), ("fixed_connection", "paperwork"), ("digital_skills", "social"))


def test_the_pages_of_a_worker_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    person = {"last_name": "Essai-Sans-Fin-De-Nom", "birth_date": "1980-01-02", "phone": "0699000001"}
    circle.household(**person)
    draft = circle.draft(EVERYTHING, circle.household(**person), story="Une situation inventée.")
    asked = circle.submitted()
    missing = {"missing": ["income_seen", "contact"], "words": "Un justificatif plus récent."}
    ask_completion_prescription(actor=circle.adviser, prescription=asked, **missing)
    circle.see_fact(asked, proof="Attestation d’essai")
    accepted = circle.accepted(EVERYTHING)
    page = open_page()
    sign_in(page, circle.manager)
    look = Look(page)
    steps = ("person", "doubles", "home", "needs", "situation", "submit", "story", "detail", "withdraw")
    urls = [page_of(draft, f"prescription_{name}") for name in steps]
    urls += [reverse(f"prescriptions:{name}_list") for name in ("prescription", "household")]
    urls += [reverse("prescriptions:prescription_create"), page_of(asked, "prescription_detail")]
    urls += [page_of(asked, "prescription_completion")]
    urls += [page_of(accepted, f"prescription_{name}") for name in ("detail", "confirm", "transfer")]
    urls += [page_of(accepted.household, f"household_{name}") for name in ("detail", "move", "attach", "edit")]
    need = accepted.needs.get(kind="digital_skills")
    urls += [page_of(need, f"need_{name}") for name in ("detail", "start", "drop")]
    elsewhere = Circle().submitted()
    transfer = ask_transfer(actor=elsewhere.worker, prescription=elsewhere, prescriber=circle.prescriber)
    urls += [page_of(transfer, f"transfer_{name}") for name in ("detail", "accept", "decline")]
    urls += [page_of(accepted, "prescription_revoke")]
    for url in urls:
        look.at(url)


def test_the_pages_of_an_adviser_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    submitted, accepted = circle.submitted(), circle.accepted(EVERYTHING)
    for words in ("Un justificatif plus récent.", "Et le bail\u00a0?"):
        ask_completion_prescription(actor=circle.adviser, prescription=submitted, missing=["use"], words=words)
        submitted = circle.submit(circle.answer(submitted))
    page = open_page()
    sign_in(page, circle.adviser)
    look = Look(page)
    urls = [reverse("prescriptions:prescription_list"), reverse("prescriptions:need_list")]
    urls += [page_of(submitted, f"prescription_{name}") for name in ("detail", "accept", "refuse", "ask_completion")]
    urls += [page_of(accepted, "prescription_detail"), page_of(accepted.household, "household_detail")]
    for url in urls:
        look.at(url)


def test_a_filed_page_is_short_on_a_telephone_and_whole_on_paper(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    story = "Une situation inventée."
    accepted = circle.accepted((("computer", "studies"), ("mobile_connection", "work")), story=story)
    submitted = circle.submitted()
    acting(circle.worker).post(page_of(accepted, "prescription_told"))
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, circle.worker)
    page.goto(page_of(accepted, "prescription_detail"))
    assert page.evaluate("document.documentElement.scrollHeight") < 2500
    folded = ("Accord donné le", "Bénéficiaire d’un minimum social", story, "Brouillon créé")
    for said in ("En attente d’un appareil chez", "à remettre (PDF)", "valable jusqu’au"):
        expect(page.get_by_text(said).first).to_be_visible()
    for said in folded:
        expect(page.get_by_text(said).first).to_be_hidden()
    page.locator("summary", has_text="Information et accord du foyer").press("Enter")
    expect(page.get_by_text("Accord donné le")).to_be_visible()
    page.goto(page_of(accepted, "prescription_detail"))
    page.emulate_media(media="print")
    for said in folded:
        expect(page.get_by_text(said).last).to_be_visible()
    page.emulate_media(media="screen")
    sign_in(page, circle.adviser)
    page.goto(page_of(submitted, "prescription_detail"))
    expect(page.get_by_text("Bénéficiaire d’un minimum social").first).to_be_visible()


def test_the_own_page_of_a_household_is_opened_in_a_browser_at_320_pixels_without_a_script(
    open_page: Callable[..., Page],
) -> None:
    circle = Circle()
    household = circle.household(birth_date="1984-05-06")
    asked = ask_completion_prescription(
        actor=circle.adviser, prescription=circle.submitted(EVERYTHING, household), missing=["income_seen", "use"]
    )
    url = reverse("prescriptions:own_page", args=[asked.papers.first().document.public_code])
    for script in (True, False):
        page = open_page(viewport=NARROW, java_script_enabled=script)
        page.goto(url)
        for year, title in (("84", "Erreur"), ("1985", "Votre demande"), ("1984", "Votre demande")):
            page.get_by_label("Votre année de naissance").fill(year)
            page.get_by_role("button", name="Voir ma demande").press("Enter")
            expect(page).to_have_title(re.compile(title))
            if script:
                Look(page).again()
        expect(page.get_by_role("heading", level=1)).to_have_text("Il manque quelque chose à votre demande")
    expect(page.get_by_role("heading", name="Ce qui est écrit sur vous")).to_be_visible()
    heard = page.get_by_role("main").aria_snapshot()
    order = [heard.index(said) for said in ("[level=1]", "- list", "Qui appeler", "Ce qui est écrit sur vous")]
    assert order == sorted(order), "what is missing first, then what to bring, then whom to call, then one's rights"
    assert household.last_name not in heard, "what is read aloud in a waiting room names nobody"
    unnamed = re.compile(r"^\s*- (link|button|textbox|img)$", re.MULTILINE)
    assert not unnamed.search(heard), "whatever one acts on says its name"


def test_the_page_of_the_household_and_a_page_of_errors_read_at_any_width(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    accepted = circle.accepted(household=circle.household(email="foyer@exemple.test"))
    remind_prescription(actor=circle.worker, prescription=accepted)
    page = open_page()
    look = Look(page)
    look.at(page_sent("foyer@exemple.test"))
    page.get_by_role("button", name="Oui, j’en ai toujours besoin").click()
    page.get_by_role("heading", name="C’est noté, merci").wait_for()
    sign_in(page, circle.worker)
    page.goto(reverse("prescriptions:prescription_create"))
    page.locator("[name=phone]").fill("2 69 05 49 588 157")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_role("alert").get_by_role("link", name="Nom", exact=True).press("Enter")
    assert page.evaluate("document.activeElement.name") == "last_name"
    look.again()


def test_a_prescription_is_filed_by_the_keyboard_alone_without_any_script(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    assert circle.distributor
    page = open_page(java_script_enabled=False)
    sign_in(page, circle.worker)
    page.goto(reverse("prescriptions:prescription_create"))
    page.locator("[name=last_name]").focus()
    for typed in ("Essai", "Nadia"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.locator("[name=phone]").focus()
    page.keyboard.type("0699000001")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Où vit le foyer").wait_for()
    page.locator("[name=commune]").focus()
    page.keyboard.type(circle.commune.name)
    page.locator("[name=adults]").focus()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Ce qui manque au foyer").wait_for()
    page.locator("[name=needs-0-kind]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Enregistrer et continuer").press("Enter")
    page.get_by_role("heading", level=1, name="Ce que vous avez vu").wait_for()
    page.locator("[name=facts-0-what]").focus()
    page.keyboard.type("Mini")
    page.locator("[name=agreed]").press("Space")
    page.locator("[name=how][value=signed]").press("Space")
    page.get_by_role("button", name="Enregistrer et continuer").press("Enter")
    page.get_by_role("heading", level=1, name="Relire et déposer").wait_for()
    page.get_by_role("button", name="Déposer la prescription").press("Enter")
    page.get_by_text("déposée. La fiche pour le foyer est prête").wait_for()
    submitted = Prescription.objects.get()
    assert submitted.state == "submitted"
    assert list(submitted.needs.values_list("kind", "use")) == [("computer", "studies")]
    assert list(submitted.facts.values_list("kind", flat=True)) == ["minimum_income"]
