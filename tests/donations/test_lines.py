"""A donor is told at once, on the line, what the law refuses; it corrects a line until the lot is decided upon."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from donations.enums import LineCondition
from donations.models import Donation, DonationEntry, DonationLine, LineCorrection
from donations.services.donations import announce_donation, correct_lines_donation, qualify_donation
from lifecycle.exceptions import Refused, Unknown
from network.enums import LegalNature
from refurb.enums import DeviceType
from tests.donations.scene import Scene, again, first_line, laptops, load_law, public_scene
from tests.pages import acting, answered, done, read
from tests.refurb.pages import page_of
from typography.french import euros

pytestmark = pytest.mark.django_db
DEAR = Decimal(450)


@pytest.fixture(autouse=True)
def law() -> None:
    load_law()


def dear_lot() -> Scene:
    return public_scene(laptops(unit_value=DEAR))


def line_typed(**given: str) -> dict[str, str]:
    year = str(timezone.localdate().year - 4)
    one = {"type": "laptop", "quantity": "3", "purchase_year": year, "condition": "working", "unit_value": "100"}
    rows = {f"lines-0-{name}": value for name, value in (one | given).items()}
    return rows | {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "peripherals": "0"}


def correction(scene: Scene, donation: Donation, **given: Any) -> Donation:
    line = first_line(donation)
    return correct_lines_donation(actor=scene.contact, donation=donation, corrected={line.pk: given})


# --- told at once


def test_a_public_donor_is_told_on_the_line_that_its_value_is_over_the_limit_of_the_day() -> None:
    scene = public_scene()
    client = acting(scene.contact)

    page = answered(client, reverse("donations:donation_create"), **line_typed(unit_value="450"))

    assert "La loi refuse ce don" in page
    assert f"au plus {euros(Decimal(300))}" in page
    assert 'name="lines-0-unit_value" value="450"' in page
    assert not Donation.objects.exists()


def test_a_company_is_asked_no_value_and_refused_none() -> None:
    scene = Scene(LegalNature.PRIVATE)

    done(acting(scene.contact), reverse("donations:donation_create"), **line_typed())

    assert first_line(Donation.objects.get()).unit_value is None


def test_the_age_from_which_a_machine_is_waste_is_told_on_its_line() -> None:
    scene = public_scene(laptops(unit_value=Decimal(20), purchase_year=timezone.localdate().year - 12))
    donation = scene.draft()
    client = acting(scene.contact)

    for name in ("donation_edit", "donation_announce", "donation_detail"):
        assert "recyclage seulement, ou refusé" in read(client, page_of(donation, name)), name


def test_the_list_of_those_one_may_give_to_is_told_to_a_public_donor_alone() -> None:
    public, private = public_scene(), Scene(LegalNature.PRIVATE)

    assert "À qui la loi permet de donner" in read(acting(public.contact), reverse("donations:donation_create"))
    assert "À qui la loi permet de donner" not in read(acting(private.contact), reverse("donations:donation_create"))


def test_a_lot_that_was_described_before_is_told_when_it_is_read() -> None:
    scene = dear_lot()
    donation = scene.announced_before_the_law()

    assert "La loi refuse ce don" in read(acting(scene.contact), page_of(donation, "donation_detail"))


def test_the_gate_refuses_to_announce_what_the_law_refuses_whoever_calls_the_service() -> None:
    scene = dear_lot()
    donation = scene.draft()

    for actor in (scene.contact, scene.pilot):
        with pytest.raises(Refused) as refused:
            announce_donation(actor=actor, donation=donation)
        (reason,) = refused.value.all
        assert (reason.code, reason.where.page) == ("value_over_the_law", "donations:donation_edit")
        assert "La loi refuse ce don" in reason.sentence
        assert "retirez la ligne" in reason.sentence
    assert again(donation).state == "draft"


def test_the_page_of_announcement_says_what_the_law_refuses_the_way_out_and_who_can_take_it() -> None:
    scene = dear_lot()
    donation = scene.draft()

    page = read(acting(scene.contact), page_of(donation, "donation_announce"))

    assert "La loi refuse ce don" in page
    assert "Corrigez-la si elle est fausse" in page
    assert f"{page_of(donation, 'donation_edit')}#material" in page
    assert "le donateur ou le Département la corrige" in page


def test_exactly_the_limit_and_the_gift_of_a_company_are_announced() -> None:
    assert public_scene(laptops(unit_value=Decimal(300))).announced().state == "announced"
    assert Scene(LegalNature.PRIVATE, (laptops(unit_value=DEAR),)).announced().state == "announced"


def test_no_correction_brings_a_line_over_the_limit() -> None:
    scene = public_scene(laptops(unit_value=Decimal(20)))
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        correction(scene, donation, unit_value=DEAR)

    assert [reason.code for reason in refused.value.all] == ["value_over_the_law"]
    assert first_line(donation).unit_value == Decimal(20)


# --- corrected


def test_a_line_of_an_announced_lot_is_corrected_and_journalled() -> None:
    scene = dear_lot()
    donation = scene.announced_before_the_law()

    corrected = correction(scene, donation, unit_value=Decimal(250), condition=LineCondition.FAULTY)

    line, kept = first_line(donation), LineCorrection.objects.get()
    assert (line.unit_value, line.condition, corrected.state) == (Decimal(250), "faulty", "announced")
    assert kept.was == {"unit_value": "450.00", "condition": "working"}
    entry = DonationEntry.objects.of(donation).order_by("-seq")[0]
    assert (entry.verb, entry.values) == ("correct_lines", {"corrections": [kept.pk]})
    qualify_donation(actor=scene.pilot, donation=corrected, rulings=scene.rulings(corrected))


def test_the_pilot_who_may_not_qualify_is_told_who_can_mend_it_and_that_person_can() -> None:
    scene = dear_lot()
    donation = scene.announced_before_the_law()

    with pytest.raises(Refused) as refused:
        qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation))

    (reason,) = refused.value.all
    assert reason.where is not None
    assert reason.where.can(scene.contact) is not None
    assert "Enregistrer les corrections" in read(acting(scene.contact), reverse(reason.where.page, args=[donation]))


@pytest.mark.parametrize("name", ["type", "quantity", "donation"])
def test_the_type_and_the_quantity_stay_those_that_were_announced(name: str) -> None:
    scene = Scene()

    with pytest.raises(TypeError):
        correction(scene, scene.announced(), **{name: 7})


def test_nothing_changed_is_no_correction() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        correction(scene, donation, condition=LineCondition.WORKING)

    assert {reason.code for reason in refused.value.all} == {"lines_corrected"}
    assert not LineCorrection.objects.exists()


@pytest.mark.parametrize("state", ["draft", "qualified"])
def test_a_line_is_corrected_while_the_lot_is_announced_and_then_only(state: str) -> None:
    scene = Scene()
    donation = getattr(scene, state)()

    with pytest.raises(Refused) as refused:
        correction(scene, donation, condition=LineCondition.FAULTY)

    assert {reason.code for reason in refused.value.all} == {"not_announced"}


def test_a_year_to_come_is_refused() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        correction(scene, donation, purchase_year=timezone.localdate().year + 1)

    assert {reason.code for reason in refused.value.all} == {"purchase_year"}
    assert not LineCorrection.objects.exists()


def test_what_no_line_could_be_is_refused() -> None:
    scene = Scene()

    with pytest.raises(ValidationError):
        correction(scene, scene.announced(), condition="melted")


def test_a_workshop_corrects_no_line_and_neither_does_another_donor() -> None:
    scene = Scene()
    donation = scene.announced()
    line = first_line(donation)

    for actor in (scene.north.manager, Scene().contact):
        with pytest.raises((PermissionDenied, Unknown)):
            correct_lines_donation(actor=actor, donation=donation, corrected={line.pk: {"model_name": "X"}})


def test_the_database_keeps_a_line_that_no_correction_tells() -> None:
    scene = Scene()
    line = first_line(scene.announced())

    for changed in ({"model_name": "X"}, {"quantity": 99}, {"type": DeviceType.SCREEN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DonationLine.objects.filter(pk=line.pk).update(**changed)


def test_a_correction_that_was_written_lets_the_quantity_alone_too() -> None:
    scene = Scene()
    donation = scene.announced()
    correction(scene, donation, model_name="X")

    with pytest.raises(IntegrityError), transaction.atomic():
        donation.lines.update(quantity=99)


def test_a_donor_corrects_its_lines_on_a_page_where_the_law_is_told() -> None:
    scene = dear_lot()
    donation = scene.announced_before_the_law()
    client, url = acting(scene.contact), page_of(donation, "donation_correct_lines")
    assert url in read(client, page_of(donation, "donation_detail"))
    prefix = f"line-{first_line(donation).pk}"
    typed = {f"{prefix}-purchase_year": "2022", f"{prefix}-condition": "working", f"{prefix}-model_name": "X"}

    assert "La loi refuse ce don" in read(client, url)
    refused = answered(client, url, **typed, **{f"{prefix}-unit_value": "310"})
    assert "La loi refuse ce don" in refused
    done(client, url, **typed, **{f"{prefix}-unit_value": "290"})

    assert first_line(donation).unit_value == Decimal(290)
    assert "Lignes corrigées" in read(client, page_of(again(donation), "donation_detail"))


def test_the_page_of_a_draft_leads_to_the_corrections_once_it_is_announced() -> None:
    scene = Scene()
    donation = scene.announced()

    response = acting(scene.contact).get(page_of(donation, "donation_edit"))

    assert response.headers["Location"] == page_of(donation, "donation_correct_lines")
