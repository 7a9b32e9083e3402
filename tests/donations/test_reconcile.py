"""Balancing a lot: differences explained, papers frozen."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from documents.models import Document, Mail
from documents.services import open_file, render_document, verify_document
from donations.enums import DifferenceCode, DonationPaperKind, DonationState
from donations.models import Donation, DonationLine, DonationPaper, LineExplanation
from donations.services.donations import explain_line
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import LegalNature
from refurb.enums import DeviceState
from refurb.models import Device
from tests.donations.scene import Scene, again, first_line, laptops, load_law, public_scene, screens

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


def receive(scene: Scene, donation: Donation, quantity: int | None = None) -> None:
    """Scan the collected units at the workshop, all of them unless told."""
    units = Device.objects.filter(donation=donation, state=DeviceState.COLLECTED).order_by("pk")[:quantity]
    tags = {unit.pk: {"tag": f"T-{unit.pk}"} for unit in units}
    gate.apply_many(Device.objects.filter(pk__in=tags), "receive", actor=scene.north.technician, per_row=tags)


def lose(scene: Scene, donation: Donation) -> None:
    """Report missing what was collected and never came."""
    units = Device.objects.filter(donation=donation, state=DeviceState.COLLECTED)
    gate.apply_many(units, "report_missing", actor=scene.north.technician, reason="count")


def numbers(line: DonationLine) -> tuple[int, int, int]:
    found = DonationLine.objects.reckoned().get(pk=line.pk)
    return found.accepted, found.collected, found.received


def test_a_lot_that_arrived_whole_is_reconciled() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.collected()
    receive(scene, donation)

    donation = gate.apply(donation, "reconcile", actor=scene.north.manager)

    assert donation.state == DonationState.RECONCILED
    assert donation.reconciled_by == scene.north.manager
    assert Mail.objects.filter(about_pk=donation.pk, subject__contains="est soldé").exists()


def test_units_still_expected_keep_the_lot_open() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.collected()
    receive(scene, donation, 2)

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "reconcile", actor=scene.north.manager)

    assert codes(refused) == ["nothing_expected", "differences_explained"]


def test_a_difference_is_explained_then_the_lot_is_reconciled() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.collected({0: 2})
    receive(scene, donation)
    line = first_line(donation)
    assert numbers(line) == (3, 2, 2)
    with pytest.raises(Refused) as refused:
        gate.apply(donation, "reconcile", actor=scene.north.manager)
    assert codes(refused) == ["differences_explained"]

    explained = explain_line(actor=scene.north.manager, line=line, code=DifferenceCode.NOT_FOUND)

    assert (explained.accepted, explained.collected, explained.received) == (3, 2, 2)
    donation = gate.apply(donation, "reconcile", actor=scene.north.manager)
    assert donation.state == DonationState.RECONCILED


def test_an_explanation_holds_for_the_numbers_it_was_given_for() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.collected()
    receive(scene, donation, 1)
    line = first_line(donation)
    explain_line(actor=scene.north.manager, line=line, code=DifferenceCode.LOST)

    receive(scene, donation, 1)
    lose(scene, donation)

    assert numbers(line) == (3, 3, 2)
    with pytest.raises(Refused) as refused:
        gate.apply(donation, "reconcile", actor=scene.north.manager)
    assert codes(refused) == ["differences_explained"]


def test_a_surplus_is_a_difference() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.collected({0: 5})
    receive(scene, donation)

    assert numbers(first_line(donation)) == (3, 5, 3)
    assert DonationLine.objects.filter(donation=donation).unexplained().count() == 1


def test_what_was_refused_is_explained_by_its_decision() -> None:
    scene = Scene(lines=(laptops(3), screens(4)))
    donation = scene.collected(accept={0: 2, 1: 0})
    receive(scene, donation)

    assert gate.apply(donation, "reconcile", actor=scene.north.manager).state == DonationState.RECONCILED


def test_a_difference_is_explained_once_the_lot_is_collected() -> None:
    scene = Scene()
    donation = scene.scheduled()

    with pytest.raises(Refused) as refused:
        explain_line(actor=scene.north.manager, line=first_line(donation), code=DifferenceCode.COUNT_ERROR)

    assert codes(refused) == ["not_collected"]


def test_only_managers_of_its_workshops_explain_and_reconcile() -> None:
    scene = Scene()
    donation = scene.collected()
    line = first_line(donation)

    for other in (scene.north.technician, scene.contact, scene.pilot):
        with pytest.raises(PermissionDenied):
            explain_line(actor=other, line=line, code=DifferenceCode.OTHER)
        with pytest.raises(PermissionDenied):
            gate.apply(donation, "reconcile", actor=other)
    with pytest.raises(Unknown):
        gate.apply(donation, "reconcile", actor=scene.south.manager)


def test_a_set_is_reconciled_less_what_is_not_explained() -> None:
    scene = Scene(lines=(laptops(2),))
    whole, short = scene.collected(), scene.collected({0: 1})
    for donation in (whole, short):
        receive(scene, donation)

    outcome = gate.apply_many(
        Donation.objects.filter(pk__in=(whole.pk, short.pk)), "reconcile", actor=scene.north.manager
    )

    assert outcome.moved == [whole.pk]
    assert [reason.code for reason in outcome.refused[short.pk]] == ["differences_explained"]


def reconciled(scene: Scene, counts: dict[int, int] | None = None) -> Donation:
    donation = scene.collected(counts)
    receive(scene, donation)
    for line in DonationLine.objects.filter(donation=donation).unexplained():
        explain_line(actor=scene.north.manager, line=line, code=DifferenceCode.KEPT_BY_DONOR)
    return gate.apply(donation, "reconcile", actor=scene.north.manager)


def paper(donation: Donation, kind: DonationPaperKind) -> Document:
    return DonationPaper.objects.get(donation=donation, kind=kind).document


def test_the_outcome_statement_says_what_became_of_each_line() -> None:
    scene = Scene(lines=(laptops(3),))

    donation = reconciled(scene, {0: 2})

    document = paper(donation, DonationPaperKind.OUTCOME)
    line = document.values["lines"][0]
    assert (line["announced"], line["accepted"], line["collected"], line["received"]) == (3, 3, 2, 2)
    assert line["explanation"] == DifferenceCode.KEPT_BY_DONOR.label
    assert document.values["deed_sha256"] == donation.deeds.get().sha256
    assert verify_document(document)


def test_a_company_receives_the_data_of_its_tax_receipt_without_any_value() -> None:
    scene = Scene(lines=(laptops(3, unit_value=250),))
    donation = scene.draft(donor_legal_form="SAS")
    assert donation.donor_legal_form == "SAS"

    donation = reconciled(scene, {0: 2})

    values = paper(donation, DonationPaperKind.TAX_RECEIPT).values
    assert values["donor"] == scene.donor.name
    assert values["donor_siren"] == scene.donor.siret[:9]
    assert values["workshop"] == scene.north.organisation.name
    assert [line["quantity"] for line in values["lines"]] == [2]
    assert "250" not in str(values["lines"])


def test_the_legal_form_is_that_of_the_donor_when_the_lot_is_described_and_stays_so() -> None:
    scene = Scene()
    scene.donor.legal_form = "SAS"
    scene.donor.save()
    donation = scene.draft()
    assert donation.donor_legal_form == "SAS"
    assert scene.draft(donor_legal_form="SA").donor_legal_form == "SA"

    scene.donor.legal_form = "SARL"
    scene.donor.save()

    assert again(donation).donor_legal_form == "SAS"


@pytest.mark.parametrize("nature", [LegalNature.PUBLIC, LegalNature.ASSOCIATION])
def test_others_than_companies_have_no_tax_receipt(nature: LegalNature) -> None:
    scene = public_scene() if nature == LegalNature.PUBLIC else Scene(nature)

    donation = reconciled(scene)

    assert not donation.papers.filter(kind=DonationPaperKind.TAX_RECEIPT).exists()


def test_papers_and_explanations_are_only_added_to() -> None:
    reconciled(Scene(), {0: 2})

    for model in (DonationPaper, LineExplanation):
        with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
            model.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_every_paper_is_drawn() -> None:
    scene = Scene()
    donation = reconciled(scene, {0: 2})

    for link in donation.papers.all():
        drawn = render_document(link.document)

        assert drawn.rendered is not None
        assert open_file(drawn.rendered).read(5) == b"%PDF-"


def test_who_sees_the_papers() -> None:
    scene = Scene()
    donation = reconciled(scene)

    for actor in (scene.contact, scene.pilot, scene.north.manager):
        assert DonationPaper.objects.visible_to(actor).filter(donation=donation).count() == 5
    for actor in (Scene().contact, scene.south.manager, None):
        assert not DonationPaper.objects.visible_to(actor).exists()
