"""The inventory of a donor becomes a lot: what is taken, what is left out and why, once and whole."""

import contextlib
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conventions.enums import DeviceType
from documents.models import StoredFile
from donations.device_words import condition_of, maker_of, memory_of, type_of
from donations.enums import DonationState, LineCondition, WithdrawReason
from donations.models import DonationLine, InventoryUnit
from donations.services.donations import announce_donation, edit_donation
from donations.services.inventory import remove_inventory
from imports import services
from imports.enums import ImportStage
from imports.models import Import, LeftLine
from imports.readers.cells import Unread
from imports.readers.sheets import SheetRefused
from imports.services import (
    AlreadyImported,
    begin_import,
    carry_on_import,
    check_import,
    choose_columns,
    drop_import,
    take_known,
)
from imports.tasks import drop_old_imports
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from refurb.services.devices import receive_device
from tests.donations.inventories import YEAR, deposited, deposited_as, lot_of, machine, taken
from tests.donations.scene import Scene, again, laptops, load_law, public_scene
from tests.network.factories import make_membership
from tests.refurb.devices import load_numbers, new_tag
from typography.persons import names_somebody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def outcomes(source: Import) -> list[tuple[str, list[str]]]:
    return [(str(row.outcome), row.reasons) for row in check_import(source).rows]


def lines(source: Import) -> list[tuple[str, int, str]]:
    return list(lot_of(source).lines.order_by("pk").values_list("type", "quantity", "model_name"))


# --- what people write


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        *((text, DeviceType.LAPTOP) for text in ("PC portable", "Laptop", "NB", "Ordinateur Portable", "portables")),
        *((text, DeviceType.LAPTOP) for text in ("Station de travail mobile", 'Portable 14"', "MacBook Pro")),
        *((text, DeviceType.DESKTOP) for text in ("UC", "Unité centrale", "tour", "PC fixe", "Mini-PC", "Tout-en-un")),
        *((text, DeviceType.TABLET) for text in ("Tablette", "iPad", "TABLETTE TACTILE 10 pouces")),
        *((text, DeviceType.SMARTPHONE) for text in ("Téléphone portable", "smartphone", "iPhone", "Mobile")),
        *((text, DeviceType.SCREEN) for text in ('Écran 24"', "Ecran", "moniteur LCD", "ÉCRANS")),
    ],
)
def test_a_type_is_told_from_what_people_write(text: str, type_: DeviceType) -> None:
    assert type_of(text) == type_


@pytest.mark.parametrize("text", ["Imprimante", "Clavier", "Serveur", "Vidéoprojecteur", "Station d’accueil", "?"])
def test_a_type_that_is_not_followed_is_refused_with_what_was_read(text: str) -> None:
    with pytest.raises(Unread, match=f"{text[:5]}.*pas un type suivi".replace("?", r"\?")):
        type_of(text)


@pytest.mark.parametrize("text", ["PC", "Ordinateur", "Micro"])
def test_a_computer_that_is_laptop_or_desktop_is_asked_which(text: str) -> None:
    with pytest.raises(Unread, match="portable ou fixe"):
        type_of(text)


def test_condition_maker_and_memory_are_told_from_what_people_write() -> None:
    told = [condition_of(text) for text in ("Bon état", "HS", "non testé", "Sans disque", "En état de marche")]
    c = LineCondition
    assert told == [c.WORKING, c.FAULTY, c.UNTESTED, c.INCOMPLETE, c.WORKING]
    assert [maker_of(text) for text in ("DELL Inc.", "Hewlett-Packard", "Thomson")] == ["Dell", "HP", "Thomson"]
    assert [memory_of(text) for text in ("8 Go", "8GB", "8192 Mo", "16Go DDR4", "8", "beaucoup")] == [
        8,
        8,
        8,
        16,
        8,
        None,
    ]
    with pytest.raises(Unread, match="pas un état connu"):
        condition_of("rouge")


# --- a lot


def test_machines_alike_make_a_line_of_a_draft_at_the_donors_address() -> None:
    scene = Scene()
    rows = [machine("1"), machine("2", maker="hp"), machine("3", "UC", model="ProDesk"), machine("4", year="2020")]
    source = taken(scene, rows)
    lot = lot_of(source)
    assert (source.stage, source.created, source.total) == (ImportStage.DONE, 4, 4)
    assert (lot.state, lot.donor, lot.pick_up_address) == (DonationState.DRAFT, scene.donor, scene.donor.address)
    assert lines(source) == [
        ("laptop", 2, "HP EliteBook 840 G5"),
        ("desktop", 1, "HP ProDesk"),
        ("laptop", 1, "HP EliteBook 840 G5"),
    ]
    unit = InventoryUnit.objects.of_lot(lot).first()
    assert unit is not None
    told = (unit.serial, unit.donor_number, unit.processor, unit.memory_gb, unit.storage, unit.number)
    assert told == ("SN1X", "1", "Core i5-8350U", 8, "SSD 256 Go", 2)


def test_a_quantity_makes_as_many_machines_and_a_line_has_5000_at_most() -> None:
    source = taken(Scene(), [machine(quantity="3000"), machine(quantity="3000"), machine(quantity="2")])
    assert [quantity for _, quantity, _ in lines(source)] == [3000, 3002]


def test_what_is_missing_or_not_read_refuses_the_line_with_its_field() -> None:
    rows = [
        machine("1", "Imprimante"),
        machine("2", year=""),
        machine("3", year="hier"),
        machine("4", serial="6,37E+15"),
        machine("5", year=str(timezone.localdate().year + 1)),
        machine("6", year="1970"),
        machine("7", quantity="3"),
        machine("8", condition=""),
    ]
    told = outcomes(deposited(Scene(), rows))
    assert [outcome for outcome, _ in told] == ["refused"] * 7 + ["created"]
    wanted = ("Type d’appareil", "date d’achat manque", "ni une date", "abîmé", "à venir", "trop ancienne", "quantité")
    for (_, reasons), words in zip(told, wanted, strict=False):
        assert words in reasons[0]


def test_a_line_says_no_type_and_one_is_given_for_all() -> None:
    source = deposited(Scene(), [machine("1", ""), machine("2", "Écran")])
    assert [outcome for outcome, _ in outcomes(source)] == ["refused", "created"]
    choose_columns(source=source, sheet="", columns=source.columns, fills={"type": "laptop"})
    assert [outcome for outcome, _ in outcomes(source)] == ["created", "created"]


def test_a_placeholder_is_no_number_and_the_machine_is_taken_without() -> None:
    rows = [machine("1", serial="To be filled by O.E.M."), machine("2", serial="To be filled by O.E.M.")]
    source = deposited(Scene(), rows)
    row = check_import(source).rows[0]
    said = (
        "«\u00a0To be filled by O.E.M.\u00a0» n’est pas un numéro de série\u00a0: la machine est reprise sans numéro."
    )
    assert (row.outcome, row.notices) == ("created", [said])
    begin_import(source=source)
    assert set(InventoryUnit.objects.values_list("serial", "serial_key")) == {("", "")}


def test_the_law_of_public_gifts_is_said_on_the_line() -> None:
    rows = [machine("1", value="300"), machine("2", value="300,01"), machine("3", value=""), machine("4", year="2001")]
    source = deposited(public_scene(), rows)
    told = check_import(source).rows
    assert [str(row.outcome) for row in told] == ["created", "refused", "refused", "created"]
    assert "300\u00a0€ (CG3P, art. D. 3212-3" in told[1].reasons[0]
    assert "valeur unitaire manque" in told[2].reasons[0]
    assert "recyclage seulement" in told[3].notices[0]
    choose_columns(source=source, sheet="", columns=source.columns, fills={"unit_value": "80"})
    assert [outcome for outcome, _ in outcomes(source)] == ["created", "refused", "created", "created"]
    begin_import(source=source)
    assert set(DonationLine.objects.values_list("unit_value", flat=True)) == {Decimal(300), Decimal(80), Decimal(100)}


def test_a_company_says_no_value_and_gives_dear_machines() -> None:
    told = outcomes(deposited(Scene(), [machine("1", value=""), machine("2", value="900")]))
    assert [outcome for outcome, _ in told] == ["created", "created"]


# --- what is known


def test_a_machine_twice_in_the_file_is_taken_once() -> None:
    rows = [
        machine("1", serial="ABC123"),
        machine("2", serial="abc-123"),
        machine("1", serial=""),
        machine("1", serial="AUTRE9"),
        machine("", serial=""),
        machine("", serial=""),
    ]
    told = outcomes(deposited(Scene(), rows))
    assert [outcome for outcome, _ in told] == ["created", "known", "known", "refused", "created", "created"]
    assert "ligne 2" in told[1][1][0]
    assert "autre numéro de série" in told[3][1][0]


def test_a_machine_of_another_lot_of_the_donor_is_known_until_that_lot_is_withdrawn() -> None:
    scene = Scene()
    first = taken(scene, [machine("1"), machine("2")])
    second = deposited(scene, [machine("1"), machine("3"), machine("2", serial="")])
    told = outcomes(second)
    assert [outcome for outcome, _ in told] == ["known", "created", "known"]
    assert lot_of(first).reference in told[0][1][0]
    gate.apply(lot_of(first), "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)
    assert [outcome for outcome, _ in outcomes(second)] == ["created"] * 3


def test_a_machine_of_another_donor_is_not_told_of() -> None:
    taken(Scene(), [machine("1")])
    assert [outcome for outcome, _ in outcomes(deposited(Scene(), [machine("1")]))] == ["created"]


def test_a_device_that_is_followed_is_known_without_a_word_of_whose_it_is() -> None:
    load_numbers()
    given = Scene(lines=[laptops(1)])
    lot = given.collected()
    device = lot.devices.get()
    receive_device(actor=given.north.technician, device=device, tag=new_tag(), serial="KNOWN1")
    ((outcome, (reason,)),) = outcomes(deposited(Scene(), [machine("1", serial="known-1")]))
    assert outcome == "known"
    assert "déjà suivi par Maillon" in reason
    assert all(secret not in reason for secret in (lot.reference, device.reference, given.donor.name))


def test_a_person_says_that_what_is_known_is_taken_all_the_same() -> None:
    scene = Scene()
    taken(scene, [machine("1")])
    source = deposited(scene, [machine("1"), machine("1"), machine("2")])
    assert [outcome for outcome, _ in outcomes(source)] == ["known", "known", "created"]
    take_known(source=source, taken=True)
    rows = check_import(source).rows
    assert [str(row.outcome) for row in rows] == ["created", "known", "created"]
    assert "Déjà inventoriée" in rows[0].notices[0]
    assert begin_import(source=source).created == 2


@pytest.mark.parametrize(
    "text",
    [
        *("ancien poste de Mme Martin Sophie", "MME DURAND", "mme durand", "M. Martin", "M.Martin", "monsieur le goff"),
        *("Mr LEROY, bureau 12", "poste du Dr Éluard", "sophie.martin@exemple.test", "rendre au 06 12 34 56 78"),
        *("+33612345678", "poste de Mlle  Petit"),
    ],
)
def test_a_text_that_says_who_a_person_is_is_told(text: str) -> None:
    assert names_somebody(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "SSD M.2 256", "Bureau M. 2", "Hôtel du Département", "Lycée Marie Curie", "Lot 06 12 34", "écran HS"),
        *("5CG8EXEM01", "série 0612345678901", "CD59-0612345678", "à 12@15 h", "Mémoire 8 Go", "Salle Mermoz"),
    ],
)
def test_a_text_that_names_nobody_is_left_alone(text: str) -> None:
    assert not names_somebody(text)


def test_a_remark_that_names_somebody_is_said_on_its_line_and_does_not_refuse_it() -> None:
    head = ("Type", "Année", "Commentaire")
    rows = [head, ("UC", "2021", "ancien poste de Mme Martin Sophie"), ("UC", "2021", "bureau 12")]
    first, second = check_import(deposited_as(Scene(), rows)).rows
    assert (first.outcome, second.outcome) == ("created", "created")
    assert any("semble nommer une personne" in notice for notice in first.notices)
    assert (first.names_somebody, second.names_somebody, second.notices) == (True, False, [])


def test_the_usual_heading_of_the_type_is_known_whatever_stands_beside_it() -> None:
    head = ("Désignation", "Marque", "Modèle", "N° de série", "Date d’achat", "Commentaire")
    rows = [head, ("PC portable", "HP", "EliteBook", "SN1X", "15/03/2021", "")]
    found = deposited_as(Scene(), rows).columns
    assert found == {"type": 0, "manufacturer": 1, "model": 2, "serial": 3, "year": 4, "remark": 5}


# --- once


def test_the_same_file_twice_changes_nothing_and_says_what_it_became() -> None:
    scene = Scene()
    first = taken(scene, [machine("1"), machine("2")])
    assert deposited(scene, [machine("1"), machine("2")]) == first
    assert (Import.objects.count(), InventoryUnit.objects.count(), scene.donor.donations.count()) == (1, 2, 1)


def test_two_deposits_of_one_file_are_applied_once() -> None:
    scene = Scene()
    one, other = (deposited(scene, [machine("1")]) for _ in range(2))
    assert one != other
    begin_import(source=one)
    with pytest.raises(AlreadyImported) as said:
        begin_import(source=other)
    assert said.value.source == one
    assert begin_import(source=one).result == lot_of(Import.objects.get(pk=one.pk)).pk
    assert InventoryUnit.objects.count() == 1


def test_a_file_whose_machines_left_the_draft_may_come_again() -> None:
    scene = Scene()
    first = taken(scene, [machine("1")])
    lot = edit_donation(actor=scene.contact, donation=lot_of(first), lines=[laptops(2)])
    remove_inventory(actor=scene.contact, donation=lot, source=first)
    assert [line.quantity for line in lot.lines.all()] == [2]
    assert Import.objects.get(pk=first.pk).stage == ImportStage.UNDONE
    second = taken(scene, [machine("1")], into=lot.pk)
    assert lot_of(second) == lot
    assert sorted(lot.lines.values_list("quantity", flat=True)) == [1, 2]


def test_a_file_of_a_withdrawn_lot_may_come_again() -> None:
    scene = Scene()
    first = taken(scene, [machine("1")])
    gate.apply(lot_of(first), "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)
    second = taken(scene, [machine("1")])
    assert lot_of(second) != lot_of(first)
    assert Import.objects.get(pk=first.pk).stage == ImportStage.UNDONE


def test_only_what_is_new_is_taken_of_a_file_that_was_corrected() -> None:
    scene = Scene()
    first = taken(scene, [machine("1"), machine("2", "Imprimante")])
    assert list(first.left.values_list("number", "outcome")) == [(3, "refused")]
    second = taken(scene, [machine("1"), machine("2", "Écran")], into=first.result)
    assert (second.created, lot_of(second)) == (1, lot_of(first))
    assert sorted(kind for kind, _, _ in lines(second)) == ["laptop", "screen"]


def test_a_corrected_file_replaces_in_its_draft_what_it_said_of_the_same_machines() -> None:
    scene = Scene()
    first = taken(scene, [machine("1"), machine("2"), machine("3")])
    corrected = [machine("1"), machine("2", condition="HS"), machine("3", serial="SNNEW"), machine("4")]
    source = deposited(scene, corrected, into=first.result)
    rows = check_import(source).rows
    assert [str(row.outcome) for row in rows] == ["known", "created", "created", "created"]
    assert rows[0].reasons == ["Déjà dans ce brouillon, décrite de même."]
    assert all("cette ligne la remplacera" in row.notices[0] for row in rows[1:3])
    assert not any(row.is_elsewhere for row in rows), "this draft is no other lot"
    take_known(source=source, taken=True)
    done = begin_import(source=source)
    lot = lot_of(done)
    assert (lot, done.created) == (lot_of(first), 3)
    told = InventoryUnit.objects.of_lot(lot).order_by("donor_key").values_list("serial", "condition")
    assert list(told) == [("SN1X", "working"), ("SN2X", "faulty"), ("SNNEW", "working"), ("SN4X", "working")]
    assert sorted(lot.lines.values_list("quantity", flat=True)) == [1, 1, 2]


def test_no_serial_number_stands_twice_in_a_lot_whatever_writes_it() -> None:
    scene = Scene()
    lot = lot_of(taken(scene, [machine("1"), machine("2")]))
    one, other = InventoryUnit.objects.of_lot(lot)
    with pytest.raises(IntegrityError, match="même numéro"), transaction.atomic():
        InventoryUnit.objects.filter(pk=other.pk).update(serial_key=one.serial_key)


def test_the_columns_are_remembered_for_the_donor_alone() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1")])
    odd = {**source.columns, "remark": 10}
    del odd["memory_gb"]
    begin_import(source=choose_columns(source=source, sheet="", columns=odd, fills={}))
    assert deposited(scene, [machine("2")]).columns == odd
    assert deposited(Scene(), [machine("2")]).columns["memory_gb"] == 10


def test_what_was_remembered_of_one_file_leaves_no_serial_number_of_the_next_unread() -> None:
    scene = Scene()
    first = [("Désignation", "Date d’achat", "Réf. machine"), ("PC portable", "2021", "SN1X")]
    source = deposited_as(scene, first)
    begin_import(source=choose_columns(source=source, sheet="", columns=source.columns | {"serial": 2}, fills={}))
    plain_file = [("Type", "Marque", "IMEI", "Année"), ("Smartphone", "Apple", "356938035643809", "2022")]
    begin_import(source=deposited_as(scene, plain_file))
    assert sorted(InventoryUnit.objects.values_list("serial", flat=True)) == ["356938035643809", "SN1X"]


def test_what_one_file_did_not_have_stays_remembered_for_the_next() -> None:
    scene = Scene()
    head = ("Type", "Année", "Réf. machine")
    source = deposited_as(scene, [head, ("PC portable", "2021", "SN1X")])
    begin_import(source=choose_columns(source=source, sheet="", columns=source.columns | {"serial": 2}, fills={}))
    begin_import(source=deposited_as(scene, [("Type", "Année"), ("UC", "2021")]))
    assert deposited_as(scene, [head, ("UC", "2022", "SN2X")]).columns["serial"] == 2


def test_a_column_that_is_said_to_be_something_else_is_so_the_next_time() -> None:
    scene = Scene()
    head = ("Type", "Année", "Réf. machine")
    source = deposited_as(scene, [head, ("PC portable", "2021", "SN1X")])
    begin_import(source=choose_columns(source=source, sheet="", columns={"type": 0, "year": 1, "serial": 2}, fills={}))
    source = deposited_as(scene, [head, ("PC portable", "2022", "INV2")])
    columns = {"type": 0, "year": 1, "donor_number": 2}
    begin_import(source=choose_columns(source=source, sheet="", columns=columns, fills={}))
    assert deposited_as(scene, [head, ("UC", "2022", "INV3")]).columns == columns


def test_a_file_with_nothing_to_take_is_not_applied() -> None:
    scene = Scene()
    with pytest.raises(Refused, match="Aucune ligne"):
        taken(scene, [machine("1", "Imprimante")])
    assert scene.donor.donations.count() == 0


def test_a_file_that_was_given_up_leaves_nothing() -> None:
    source = deposited(Scene(), [machine("1")])
    assert drop_import(source=source).stage == ImportStage.DROPPED
    assert begin_import(source=Import.objects.get()).stage == ImportStage.DROPPED
    assert InventoryUnit.objects.count() == 0
    assert StoredFile.objects.get().is_forgotten


def test_a_file_that_nobody_confirmed_is_given_up_after_a_month() -> None:
    scene = Scene()
    aside, other = deposited(scene, [machine("1")]), deposited(scene, [machine("2")])
    Import.objects.filter(pk=aside.pk).update(started_at=timezone.now() - timedelta(days=31))
    drop_old_imports(timestamp=0)
    assert Import.objects.get(stage=ImportStage.DROPPED) == aside
    assert Import.objects.get(stage=ImportStage.CHECKED) == other


def test_a_file_of_too_many_sorts_of_machines_is_refused() -> None:
    source = deposited(Scene(), [machine(model=f"Modèle {rank}") for rank in range(301)])
    with pytest.raises(SheetRefused, match="301 sortes de machines"):
        check_import(source)


# --- whole


def cut_after(chunks: int) -> Any:
    """The worker dies after so many chunks."""
    done, real = iter(range(chunks)), services._apply_chunk

    def apply_chunk(**given: Any) -> bool:
        if next(done, None) is None:
            raise ConnectionError
        return real(**given)

    return patch.object(services, "_apply_chunk", apply_chunk)


def end_of(source: Import) -> tuple[Any, ...]:
    source = Import.objects.get(pk=source.pk)
    return (
        (source.stage, source.done, source.created),
        Counter(lines(source)),
        sorted(InventoryUnit.objects.filter(source=source).values_list("number", "serial_key", "quantity")),
        sorted(LeftLine.objects.filter(source=source).values_list("number", "outcome")),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(
    st.lists(st.sampled_from(["UC", "Portable", "Imprimante"]), min_size=2, max_size=12),
    st.lists(st.integers(0, 4), max_size=3),
    st.integers(1, 5),
)
def test_an_import_cut_anywhere_ends_as_if_it_had_not_been(kinds: list[str], cuts: list[int], size: int) -> None:
    rows = [machine(str(rank), kind) for rank, kind in enumerate([*kinds, "UC"])]
    whole = taken(Scene(), rows)
    with patch.object(services, "CHUNK", size):
        source = deposited(Scene(), rows)
        with contextlib.suppress(ConnectionError), cut_after(0):
            begin_import(source=source)
        for cut in cuts:
            assert not DonationLine.objects.filter(inventory__source=source).exists() or (
                Import.objects.get(pk=source.pk).stage == ImportStage.DONE
            )
            with contextlib.suppress(ConnectionError), cut_after(cut):
                carry_on_import(source=source.pk)
        carry_on_import(source=source.pk)
        carry_on_import(source=source.pk)
    assert end_of(source) == end_of(whole)


def test_nobody_reads_the_machines_of_an_import_under_way() -> None:
    scene = Scene()
    source = deposited(scene, [machine(str(rank)) for rank in range(4)])
    with pytest.raises(ConnectionError), patch.object(services, "CHUNK", 2), cut_after(1):
        begin_import(source=source)
    source = Import.objects.get(pk=source.pk)
    assert (source.stage, source.done, InventoryUnit.objects.filter(line=None).count()) == ("applying", 2, 2)
    assert scene.donor.donations.count() == 0


def test_an_import_that_keeps_failing_stops_and_leaves_nothing_behind() -> None:
    scene = Scene()
    source = deposited(scene, [machine("1"), machine("2", "Imprimante")])
    with pytest.raises(ConnectionError), cut_after(0):
        begin_import(source=source)
    with pytest.raises(ConnectionError), patch.object(services, "_end", side_effect=ConnectionError):
        carry_on_import(source=source.pk, last_try=True)
    source = Import.objects.get(pk=source.pk)
    assert (source.stage, source.done) == (ImportStage.FAILED, 0)
    assert "recommencez" in source.error
    assert (InventoryUnit.objects.count(), LeftLine.objects.count()) == (0, 0)
    assert taken(scene, [machine("1")]).stage == ImportStage.DONE


def test_a_second_file_waits_for_the_first_of_the_same_donor() -> None:
    scene = Scene()
    with pytest.raises(ConnectionError), cut_after(0):
        taken(scene, [machine("1")])
    with pytest.raises(Refused, match="en cours d’import"):
        taken(scene, [machine("2")])
    assert taken(Scene(), [machine("2")]).stage == ImportStage.DONE


def test_a_large_file_is_left_to_a_worker_and_a_small_one_is_done_at_once() -> None:
    rows = [machine(str(rank)) for rank in range(6)]
    with patch.object(services, "AT_ONCE", 5):
        source = taken(Scene(), rows)
    assert source.stage == ImportStage.APPLYING
    carry_on_import(source=source.pk)
    assert Import.objects.get(pk=source.pk).stage == ImportStage.DONE


def test_a_draft_announced_meanwhile_stays_as_it_was_and_another_takes_the_machines() -> None:
    scene = Scene()
    draft = scene.draft()
    source = deposited(scene, [machine("1")], into=draft.pk)
    announce_donation(actor=scene.contact, donation=draft)
    assert lot_of(begin_import(source=source)) != draft
    assert again(draft).lines.count() == 1


# --- who, and until when


def test_a_donor_sees_its_own_imports_the_pilot_all_and_nobody_else_any() -> None:
    scene, other = Scene(), Scene()
    source = taken(scene, [machine("1")])
    seen = Import.objects.visible_to
    assert list(seen(scene.contact)) == list(seen(scene.pilot)) == [source]
    for kind, role in ((OrganisationKind.RECONDITIONER, Role.MANAGER), (OrganisationKind.EPCI, Role.MANAGER)):
        assert not seen(make_membership(role, kind)).exists()
    assert not seen(other.contact).exists()
    assert not seen(None).exists()


def test_the_pilot_imports_for_a_donor() -> None:
    scene = Scene()
    source = taken(scene, [machine("1")], by=scene.pilot)
    assert (lot_of(source).donor, lot_of(source).created_by) == (scene.donor, scene.pilot)


def test_the_draft_is_made_in_the_name_of_who_asked_for_it() -> None:
    scene = Scene()
    source = begin_import(source=deposited(scene, [machine("1")]), actor=scene.pilot)
    assert lot_of(source).created_by == scene.pilot


def test_an_announced_lot_keeps_the_machines_of_its_inventory() -> None:
    scene = Scene()
    source = taken(scene, [machine("1")])
    lot = edit_donation(actor=scene.contact, donation=lot_of(source), **scene.site())
    announce_donation(actor=scene.contact, donation=lot)
    with pytest.raises(Refused, match="annoncé"):
        remove_inventory(actor=scene.contact, donation=lot, source=source)
    units = InventoryUnit.objects.of_lot(lot)
    for change in (units.delete, lambda: units.update(serial="X")):
        with pytest.raises(IntegrityError, match="garde les machines"), transaction.atomic():
            change()


def test_a_draft_described_again_keeps_the_lines_of_its_inventory() -> None:
    scene = Scene()
    lot = lot_of(taken(scene, [machine("1", year=YEAR)]))
    edit_donation(actor=scene.contact, donation=lot, lines=[laptops(7)])
    edit_donation(actor=scene.contact, donation=lot, lines=[laptops(5)])
    assert sorted(lot.lines.values_list("quantity", flat=True)) == [1, 5]


def test_a_screen_said_to_hold_something_is_taken_and_its_line_says_that_it_may_be_a_computer() -> None:
    empty = {"processor": "", "memory": "", "storage": ""}
    rows = [
        machine("1", "Écran"),
        machine("2", "Écran", **empty | {"storage": "HDD 1 To"}),
        machine("3", "Écran", **empty),
    ]
    told = check_import(deposited(Scene(), rows)).rows
    assert [row.outcome for row in told] == ["created"] * 3
    assert [any("tout-en-un" in notice for notice in row.notices) for row in told] == [True, True, False]
