"""What the services of lots and of prospects refuse, whoever asks: nothing of it is written."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from donations.enums import NextStep, SlipProof
from donations.models import Allocation, DeedAcceptance, Donation, LineCorrection, PickUpCount, Prospect
from donations.services import inventory
from donations.services.deeds import accept_deed
from donations.services.donations import (
    announce_donation,
    correct_lines_donation,
    create_donation,
    edit_donation,
    reassign_donation,
    record_transfer_decision,
)
from donations.services.inventory import remove_inventory, take_inventory
from donations.services.pickups import record_pick_up, sign_pick_up
from donations.services.prospects import create_prospect, edit_prospect, plan_prospect
from imports.models import Import
from imports.services import begin_import
from lifecycle.exceptions import Refused, Unknown
from network.services.next_step import Then
from tests.donations.inventories import deposited, lot_of, machine, taken
from tests.donations.scene import Scene, again, first_line, laptops, load_law, midday, public_scene
from tests.donations.test_prospects import Ground
from tests.network.factories import make_commune

pytestmark = pytest.mark.django_db


@pytest.fixture
def law(db: None) -> None:
    load_law()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


# --- a line of another lot


@pytest.mark.usefixtures("law")
def test_a_line_of_another_lot_is_unknown_to_what_is_corrected_given_or_counted() -> None:
    scene = Scene()
    elsewhere = first_line(scene.draft()).pk
    announced, scheduled = scene.announced(), scene.scheduled()
    pick_up = scene.pick_up(scheduled, scene.north)
    own = first_line(scheduled).pk
    shares = Allocation.objects.count()
    with pytest.raises(Unknown):
        correct_lines_donation(actor=scene.contact, donation=announced, corrected={elsewhere: {"quantity": 1}})
    with pytest.raises(Unknown):
        reassign_donation(
            actor=scene.pilot,
            donation=scheduled,
            shares={own: {scene.south.pk: 2}, elsewhere: {scene.south.pk: 1}},
            reason="capacity",
        )
    with pytest.raises(Unknown):
        record_pick_up(
            actor=scene.north.technician,
            pick_up=pick_up,
            counts={own: 3, elsewhere: 1},
            done_on=timezone.localdate(),
        )
    assert not LineCorrection.objects.exists()
    assert Allocation.objects.count() == shares
    assert not PickUpCount.objects.exists()
    pick_up.refresh_from_db()
    assert pick_up.done_at is None


# --- the deed, the decision, the pick-up


@pytest.mark.usefixtures("law")
def test_no_deed_is_accepted_on_a_day_when_no_text_is_in_force() -> None:
    scene = Scene()
    donation = scene.qualified()
    with pytest.raises(Refused, match="Aucun texte d’acte de don") as refused:
        accept_deed(actor=scene.contact, donation=donation, sha256="0" * 64, at=midday(date(2019, 12, 31)))
    assert codes(refused) == ["no_deed_text"]
    assert not DeedAcceptance.objects.exists()


@pytest.mark.usefixtures("law")
def test_the_decision_of_a_public_donor_changes_no_more_once_the_lot_is_decided() -> None:
    scene = public_scene()
    donation = scene.qualified()
    with pytest.raises(Refused) as refused:
        record_transfer_decision(actor=scene.contact, donation=donation, reference="D-2027-99")
    assert codes(refused) == ["already_decided"]
    assert again(donation).transfer_reference == "D-2026-12"


@pytest.mark.usefixtures("law")
def test_a_slip_is_not_signed_before_anything_was_counted() -> None:
    scene = Scene()
    pick_up = scene.pick_up(scene.scheduled(), scene.north)
    with pytest.raises(Refused) as refused:
        sign_pick_up(
            actor=scene.north.technician, pick_up=pick_up, proof=SlipProof.ATTESTED, signer_name="Dominique Exemple"
        )
    assert codes(refused) == ["not_done"]
    pick_up.refresh_from_db()
    assert (pick_up.proof, pick_up.signed_at) == ("", None)


@pytest.mark.usefixtures("law")
def test_a_pick_up_that_was_called_off_is_not_counted_even_by_a_workshop_that_still_has_a_share() -> None:
    scene = Scene()
    donation = scene.scheduled()
    former = scene.pick_up(donation, scene.north)
    line = first_line(donation).pk
    shares = {line: {scene.north.pk: 1, scene.south.pk: 2}}
    reassign_donation(actor=scene.pilot, donation=donation, shares=shares, reason="capacity")
    with pytest.raises(Refused) as refused:
        record_pick_up(actor=scene.north.technician, pick_up=former, counts={line: 3}, done_on=timezone.localdate())
    assert codes(refused) == ["not_scheduled"]
    assert not PickUpCount.objects.exists()
    former.refresh_from_db()
    assert former.done_at is None


# --- inventories


@pytest.mark.usefixtures("law")
def test_machines_that_have_their_line_make_no_second_lot() -> None:
    scene = Scene()
    source = taken(scene, [machine("1"), machine("2")])
    assert take_inventory(source=source) is None
    assert Donation.objects.get() == lot_of(source)
    assert first_line(lot_of(source)).quantity == 2


@pytest.mark.usefixtures("law")
def test_machines_go_to_a_new_draft_when_theirs_is_announced_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(lines=(laptops(1),))
    wanted = scene.draft()
    source = deposited(scene, [machine("1"), machine("2")], into=wanted.pk)
    held = inventory.held_donation

    def after_somebody_announced_it(**given: Any) -> Donation:
        announce_donation(actor=scene.contact, donation=given["donation"])
        return held(**given)

    monkeypatch.setattr(inventory, "held_donation", after_somebody_announced_it)
    made = lot_of(begin_import(source=source))
    assert made != wanted
    assert (made.state, first_line(made).quantity) == ("draft", 2)
    assert (again(wanted).state, again(wanted).lines.get().quantity) == ("announced", 1)


@pytest.mark.usefixtures("law")
def test_a_file_whose_machines_are_in_another_lot_is_not_taken_out_of_this_one() -> None:
    scene = Scene()
    source, other = taken(scene, [machine("1")]), scene.draft()
    with pytest.raises(Unknown):
        remove_inventory(actor=scene.contact, donation=other, source=source)
    assert Import.objects.get(pk=source.pk).stage == "done"
    assert first_line(lot_of(source)).quantity == 1
    assert other.lines.exists()


# --- what is described


def test_a_column_that_is_not_described_is_an_error_and_nothing_is_written() -> None:
    scene, ground = Scene(), Ground()
    with pytest.raises(TypeError, match="state"):
        create_donation(actor=scene.contact, donor=scene.donor, **scene.site(), state="qualified")
    assert not Donation.objects.exists()
    draft = scene.draft()
    with pytest.raises(TypeError, match="allocation_round, state"):
        edit_donation(actor=scene.contact, donation=draft, state="qualified", allocation_round=3)
    with pytest.raises(TypeError, match="promised_devices"):
        edit_prospect(actor=ground.manager, prospect=ground.prospect, promised_devices=900)
    with pytest.raises(TypeError, match="state"):
        create_prospect(actor=ground.manager, name="Autre", commune=ground.commune, state="promised")
    assert again(draft).state == "draft"
    assert Prospect.objects.get().promised_devices is None


def test_a_prospect_moves_to_another_commune_when_whoever_has_its_next_step_follows_that_one_too() -> None:
    ground = Ground()
    step = Then(NextStep.CALL, timezone.localdate(), ground.pilot)
    planned = plan_prospect(actor=ground.manager, prospect=ground.prospect, then=step)
    edit_prospect(actor=ground.pilot, prospect=planned, commune=(there := make_commune()))
    kept = Prospect.objects.get()
    assert (kept.commune, kept.next_owner) == (there, ground.pilot)
