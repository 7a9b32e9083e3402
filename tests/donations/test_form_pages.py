"""Propose a lot: its description on one page, without script, nothing typed lost; then its announcement."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from donations.enums import DonationState
from donations.models import Donation
from donations.parameters import REUSE_RATE
from donations.reuse_duty import reuse_gauge
from donations.services.donations import announce_donation, qualify_donation
from lifecycle.models import Comment
from network.enums import LegalNature
from tests.donations.scene import Scene, again, laptops, load_law, public_scene
from tests.network.factories import make_organisation
from tests.pages import boxes
from tests.reference.values import make_value
from tests.refurb.pages import acting, answered, page_of, read

pytestmark = pytest.mark.django_db
CREATE = "donations:donation_create"
YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def typed(scene: Scene, *lines: dict[str, Any], **site: Any) -> dict[str, Any]:
    """The page as its donor fills it in."""
    data: dict[str, Any] = {
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
        "pick_up_address": "1 rue des Essais",
        "pick_up_postcode": "59000",
        "commune": scene.commune.name,
        "peripherals": 0,
    } | site
    for rank, line in enumerate(lines):
        data |= {f"lines-{rank}-{name}": value for name, value in line.items()}
    return data


def line(**changes: Any) -> dict[str, Any]:
    return {"type": "laptop", "quantity": 12, "purchase_year": YEAR - 4, "condition": "working"} | changes


EMPTY = {"type": "", "quantity": "", "purchase_year": "", "condition": "", "model_name": ""}


def described(donation: Donation) -> list[tuple[str, int]]:
    return list(donation.lines.order_by("pk").values_list("type", "quantity"))


def test_a_contact_proposes_a_lot_and_announces_it() -> None:
    scene = Scene()
    client = acting(scene.contact)
    assert "Ligne 3" in read(client, reverse(CREATE))

    done = client.post(
        reverse(CREATE),
        typed(scene, line(), line(type="screen", quantity=3), EMPTY, peripherals=7, donor_legal_form="SAS"),
    )

    donation = Donation.objects.get()
    assert described(donation) == [("laptop", 12), ("screen", 3)]
    assert (donation.donor, donation.peripherals, donation.donor_legal_form) == (scene.donor, 7, "SAS")
    assert donation.pick_up_city == scene.commune.name
    announce = page_of(donation, "donation_announce")
    assert done.headers["Location"] == announce
    page = read(client, announce)
    assert "15 appareils" in page
    assert "3 × écran" in page

    client.post(announce, {"comment": "Un quai est disponible."})

    assert again(donation).state == DonationState.ANNOUNCED
    assert Comment.objects.get().text == "Un quai est disponible."


def test_a_draft_may_be_put_aside_incomplete() -> None:
    scene = Scene()
    data = typed(scene, EMPTY, pick_up_address="", pick_up_postcode="", commune="", access="Badge", put_aside="1")

    done = acting(scene.contact).post(reverse(CREATE), data)

    donation = Donation.objects.get()
    assert done.headers["Location"] == page_of(donation, "donation_detail")
    assert donation.lines.count() == 0


@pytest.mark.parametrize("put_aside", [{}, {"put_aside": "1"}])
def test_a_page_left_as_it_opened_proposes_nothing_and_says_what_is_needed_at_least(put_aside: dict[str, str]) -> None:
    scene = Scene()
    home = scene.contact.organisation
    home.address, home.postcode, home.commune = "8 quai Imaginaire", "59000", scene.commune
    home.save()
    client = acting(scene.contact)
    page = answered(client, reverse(CREATE), **boxes(client, reverse(CREATE)), **put_aside)
    assert "au moins une ligne de matériel" in page
    assert "8 quai Imaginaire" in page
    assert not Donation.objects.exists()
    empty = {"pick_up_address": "", "pick_up_postcode": "", "commune": ""}
    answered(client, reverse(CREATE), **boxes(client, reverse(CREATE)) | empty)
    assert not Donation.objects.exists(), "an address taken away says nothing either"


def test_the_pilot_who_only_chose_a_donor_proposes_nothing_either() -> None:
    scene = Scene()
    client = acting(scene.pilot)
    sent = boxes(client, reverse(CREATE)) | {"donor": str(scene.donor.pk)}
    assert "au moins une ligne de matériel" in answered(client, reverse(CREATE), **sent)
    assert not Donation.objects.exists()
    client.post(reverse(CREATE), sent | {"description": "Deux palettes d’écrans"})
    assert Donation.objects.get().description == "Deux palettes d’écrans"


def test_the_address_of_the_donor_is_proposed() -> None:
    scene = Scene()
    scene.contact.organisation.address = "8 quai Imaginaire"
    scene.contact.organisation.save()

    assert "8 quai Imaginaire" in read(acting(scene.contact), reverse(CREATE))


def test_one_more_line_keeps_everything_typed_and_judges_nothing() -> None:
    scene = Scene()
    data = typed(scene, line(quantity="douze", model_name="Modèle inventé"), access="Badge", add_line="1")

    response = acting(scene.contact).post(reverse(CREATE), data)
    page = response.content.decode()

    assert "<title>Proposer un lot" in page
    assert "Ligne 2" in page
    assert page.count("autofocus") == 1
    for kept in ('value="douze"', "Modèle inventé", "Badge", "1 rue des Essais"):
        assert kept in page, kept
    assert "is-invalid" not in page
    assert not Donation.objects.exists()


def test_lines_are_added_up_to_fifty() -> None:
    scene = Scene()
    data = typed(scene, *[line()] * 50, add_line="1")

    page = acting(scene.contact).post(reverse(CREATE), data).content.decode()

    assert "Ligne 50" in page
    assert "Ligne 51" not in page
    assert "Ajouter une ligne" not in page


def test_a_wrong_line_is_named_and_nothing_typed_is_lost() -> None:
    scene = Scene()
    data = typed(
        scene, line(), line(quantity=0, model_name="Deuxième"), line(condition=""), description="Parc du siège"
    )

    page = answered(acting(scene.contact), reverse(CREATE), **data)

    assert "Quantité (ligne 2)" in page
    assert "État (ligne 3)" in page
    assert '<a href="#id_lines-1-quantity">' in page
    for kept in ("Deuxième", "Parc du siège", 'value="12"'):
        assert kept in page, kept
    assert not Donation.objects.exists()


def test_the_number_of_whom_to_ask_for_is_not_cut_short() -> None:
    scene = Scene()
    page = answered(acting(scene.contact), reverse(CREATE), **typed(scene, line(), contact_phone="03 20"))
    assert "Ce numéro est trop court" in page
    assert not Donation.objects.exists()


def test_a_commune_and_outside_do_not_go_together() -> None:
    scene = Scene()
    page = answered(acting(scene.contact), reverse(CREATE), **typed(scene, line(), outside="on"))
    assert "ne cochez pas cette case" in page


def test_a_lot_outside_the_departement_names_its_city() -> None:
    scene = Scene()
    data = typed(scene, line(), commune="", outside="on", pick_up_city="Arras", pick_up_postcode="62000")
    client = acting(scene.contact)

    url = client.post(reverse(CREATE), data).headers["Location"]
    client.post(url)

    donation = Donation.objects.get()
    assert (donation.state, donation.outside, donation.pick_up_city) == (DonationState.ANNOUNCED, True, "Arras")


def test_a_draft_is_described_again_and_lines_are_taken_away() -> None:
    scene = Scene(lines=(laptops(3), laptops(5)))
    donation = scene.draft()
    client, url = acting(scene.contact), page_of(donation, "donation_edit")
    assert "Ligne 3" in read(client, url)
    data = typed(scene, line(quantity=3) | {"DELETE": "on"}, line(quantity=6), EMPTY, description="Deux salles")

    client.post(url, data | {"put_aside": "1"})

    assert described(donation) == [("laptop", 6)]
    assert again(donation).description == "Deux salles"


def test_an_announced_lot_is_not_described_again() -> None:
    scene = Scene()
    donation = scene.announced()
    client, url = acting(scene.contact), page_of(donation, "donation_edit")

    leads = client.post(url, typed(scene, line(quantity=99))).headers["Location"]

    assert leads == page_of(donation, "donation_correct_lines")
    assert described(donation) == [("laptop", 3)]


def test_a_public_donor_gives_the_value_of_each_device() -> None:
    scene = public_scene()
    client = acting(scene.contact)
    first = typed(scene, line(), transfer_reference="D-1", transfer_decided_on="2026-01-15")

    page = answered(client, reverse(CREATE), **first)
    assert "Valeur unitaire (€) (ligne 1)" in page
    assert 'value="D-1"' in page

    client.post(reverse(CREATE), first | {"lines-0-unit_value": "120,50"})
    donation = Donation.objects.get()
    assert str(donation.lines.get().unit_value) == "120.50"
    assert (donation.transfer_reference, str(donation.transfer_decided_on)) == ("D-1", "2026-01-15")


def test_a_company_is_asked_neither_value_nor_decision() -> None:
    page = read(acting(Scene().contact), reverse(CREATE))
    assert "Valeur unitaire" not in page
    assert "Décision de cession" not in page
    assert "Forme juridique" in page


def test_the_pilot_proposes_on_behalf_of_a_donor() -> None:
    scene = Scene()
    client = acting(scene.pilot)
    town = make_organisation("donor", legal_nature=LegalNature.PUBLIC, siret="35600000000048")
    assert town.name in read(client, reverse(CREATE))

    unnamed = answered(client, reverse(CREATE), **typed(scene, line()))
    assert "Donateur" in unnamed
    valueless = answered(client, reverse(CREATE), **typed(scene, line(), donor=town.pk))
    assert "Valeur unitaire (€) (ligne 1)" in valueless
    client.post(reverse(CREATE), typed(scene, line(unit_value="90"), donor=town.pk))

    donation = Donation.objects.get()
    assert (donation.donor, donation.donor_kind) == (town, "public")


@pytest.mark.parametrize("total", ["", "-3", "beaucoup", "99999"])
def test_a_tampered_number_of_rows_breaks_nothing(total: str) -> None:
    scene = Scene()
    for more in ({}, {"add_line": "1"}):
        data = typed(scene, line()) | {"lines-TOTAL_FORMS": total} | more
        assert acting(scene.contact).post(reverse(CREATE), data).status_code in (200, 302)


def test_what_is_missing_is_told_before_announcing_and_after() -> None:
    scene = Scene(lines=())
    donation = scene.draft(pick_up_address="")
    client, url = acting(scene.contact), page_of(donation, "donation_announce")

    page = read(client, url)
    assert "Décrivez au moins un type d’appareil" in page
    assert "L’adresse d’enlèvement est incomplète" in page
    assert page_of(donation, "donation_edit") in page
    assert "<textarea" not in page

    refused = answered(client, url, comment="Merci d’avance")
    assert "Décrivez au moins un type d’appareil" in refused
    assert "Merci d’avance" in refused
    assert again(donation).state == DonationState.DRAFT


def test_the_donor_says_when_and_whom_to_ask_for_and_the_workshop_finds_it() -> None:
    scene = Scene()
    lina = acting(scene.contact)
    told = {"contact_name": "Accueil", "contact_phone": "0320000000", "ready_on": "2099-01-01", "windows": "le matin"}
    lina.post(reverse(CREATE), typed(scene, line(), **told))
    donation = Donation.objects.get()
    summary = read(lina, page_of(donation, "donation_announce"))
    assert "à partir du 1er\u00a0janv. 2099, le matin" in summary
    assert "Accueil, 03\u00a020\u00a000\u00a000\u00a000" in summary

    given = announce_donation(actor=scene.contact, donation=donation)
    qualify_donation(actor=scene.pilot, donation=given, rulings=scene.rulings(given))
    scene.accept(given)
    planning = read(acting(scene.north.manager), page_of(donation, "donation_schedule"))
    assert 'value="Accueil"' in planning
    assert 'value="0320000000"' in planning
    assert "disponible à partir du 1er\u00a0janv. 2099\u00a0: le matin." in planning


def test_a_public_donor_sees_how_far_it_is_from_its_duty_of_reuse() -> None:
    scene = public_scene()
    make_value(REUSE_RATE, 50)
    client = acting(scene.contact)
    assert "Rien n’est encore proposé cette année. Votre obligation\u00a0: 50\u00a0%" in read(client, reverse(CREATE))
    scene.qualified(accept={0: 1})
    page = read(client, reverse(CREATE))
    assert "<strong>33\u00a0%</strong>\u00a0: 1 appareil vers le réemploi sur 3 proposés ici." in page
    scene.draft()
    assert reuse_gauge(scene.donor, timezone.localdate()).rate == 33
    assert "obligation" not in read(acting(Scene().contact), reverse(CREATE))


def test_the_pilot_reads_of_a_public_donor_what_its_own_people_read_in_the_second_person() -> None:
    scene = public_scene()
    make_value(REUSE_RATE, 50)
    scene.qualified(accept={0: 1})
    draft = scene.draft()

    for url in (page_of(draft, "donation_edit"), page_of(draft, "donation_announce")):
        own, pilot = (read(acting(reader), url) for reader in (scene.contact, scene.pilot))
        if "réemploi en" in own.lower():
            assert "Votre réemploi" in own
            assert f"Réemploi de {scene.donor}" in pilot
            assert "Son obligation" in pilot
            assert "ce que cet organisme donne ailleurs" in pilot
        for words in ("Votre réemploi", "Votre obligation", "ce que vous donnez", "Voici ce que vous proposez"):
            assert words not in pilot, (url, words)


def test_what_is_not_taken_is_said_before_one_types() -> None:
    page = read(acting(Scene().contact), reverse(CREATE))
    assert "Les appareils de plus de 10\u00a0ans\u00a0: ils vont au recyclage." in page
    assert page.index("Nous ne prenons pas") < page.index("1. Le matériel")


def test_a_year_of_purchase_to_come_is_refused_in_its_box_at_once() -> None:
    scene = Scene()
    client = acting(scene.contact)
    page = answered(client, reverse(CREATE), **typed(scene, line(purchase_year=YEAR + 1), EMPTY))
    assert "Cette année est à venir" in page
    assert f'value="{YEAR + 1}"' in page
    assert not Donation.objects.exists()
