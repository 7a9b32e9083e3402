"""What a workshop gave back, or its donor kept, is no gift: what the papers of its lot say of it."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from documents.kinds import standing_of as standing_told
from documents.models import Document, Mail
from donations.enums import DifferenceCode, DonationPaperKind
from donations.models import Donation, DonationLine
from donations.services.donations import explain_line
from lifecycle import gate
from refurb.enums import DeviceState, DeviceType, MissingReason, WithdrawalReason
from refurb.models import Device
from refurb.services.devices import register_device
from refurb.tasks import renew_certificates
from tests.donations.scene import Scene, again, laptops, load_law, screens
from tests.pages import acting, read
from tests.refurb.devices import load_numbers, new_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()
    load_numbers()


def arrived(scene: Scene, donation: Donation) -> Donation:
    """What was collected is received at the workshop."""
    units = Device.objects.filter(donation=donation, state=DeviceState.COLLECTED)
    tags = {pk: {"tag": new_tag()} for pk in units.values_list("pk", flat=True)}
    gate.apply_many(units, "receive", actor=scene.north.technician, per_row=tags)
    return again(donation)


def give_back(scene: Scene, donation: Donation, quantity: int, reason: str = WithdrawalReason.LEASED) -> None:
    devices = Device.objects.filter(donation=donation, state=DeviceState.RECEIVED, type=DeviceType.LAPTOP)
    chosen = Device.objects.filter(pk__in=list(devices.order_by("pk").values_list("pk", flat=True)[:quantity]))
    gate.apply_many(chosen, "return_to_donor", actor=scene.north.manager, reason=reason)


def balanced(scene: Scene, donation: Donation) -> Donation:
    for line in DonationLine.objects.filter(donation=donation).unexplained():
        explain_line(actor=scene.north.manager, line=line, code=DifferenceCode.COUNT_ERROR)
    return gate.apply(again(donation), "reconcile", actor=scene.north.manager)


def papers(donation: Donation, kind: DonationPaperKind) -> list[Document]:
    """The oldest first."""
    return [paper.document for paper in donation.papers.filter(kind=kind).order_by("pk").select_related("document")]


def told_by(document: Document) -> str:
    """What is read on a paper."""
    template = document.declared_kind.template
    own = {"title": document.title, "identifier": "", "date": document.created_at, "created": "", "language": "fr"}
    given = {"reference": document.values["reference"], "authenticity": None}
    return render_to_string(template, {"values": document.values, "document": document, **own, **given})


def quantities(document: Document) -> list[int]:
    return [line["quantity"] for line in document.values["lines"]]


def test_the_data_of_a_tax_receipt_count_no_device_that_was_given_back() -> None:
    scene = Scene(lines=(laptops(5), screens(2)))
    donation = arrived(scene, scene.collected())
    give_back(scene, donation, 2)
    give_back(scene, donation, 1, WithdrawalReason.CLAIMED)

    (document,) = papers(balanced(scene, donation), DonationPaperKind.TAX_RECEIPT)

    assert quantities(document) == [2, 2]
    told = " ".join(told_by(document).split())
    assert "3 appareils enlevés n’étaient pas à donner (matériel loué : 2, réclamé par son propriétaire : 1)" in told


def test_a_lot_wholly_given_back_has_no_data_of_a_tax_receipt() -> None:
    scene = Scene(lines=(laptops(2),))
    donation = arrived(scene, scene.collected())
    give_back(scene, donation, 2)

    assert papers(balanced(scene, donation), DonationPaperKind.TAX_RECEIPT) == []


def test_the_statement_of_a_lot_says_what_was_given_back() -> None:
    scene = Scene(lines=(laptops(5),))
    donation = arrived(scene, scene.collected())
    give_back(scene, donation, 2)

    (document,) = papers(balanced(scene, donation), DonationPaperKind.OUTCOME)

    assert document.values["lines"][0]["given_back"] == 2
    told = " ".join(told_by(document).split())
    assert "Rendus : 2." in told
    assert "2 appareils reçus n’étaient pas à donner et ont été rendus (matériel loué : 2)." in told
    (mail,) = Mail.objects.filter(about_pk=donation.pk, subject__contains="est soldé")
    assert "5 reçus, dont 2 rendus" in mail.body


def test_the_page_of_a_lot_says_what_was_given_back() -> None:
    scene = Scene(lines=(laptops(5),))
    donation = arrived(scene, scene.collected())
    give_back(scene, donation, 2)

    page = read(acting(scene.contact), f"/lots/{donation.reference}/")

    assert "dont 2 rendus" in page
    page = read(acting(scene.north.manager), f"/lots/{donation.reference}/solder/")
    assert "<dt>Dont rendus, qui n’étaient pas à donner</dt><dd>2</dd>" in page


def test_a_device_given_back_after_the_balance_makes_other_data_of_the_tax_receipt() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = balanced(scene, arrived(scene, scene.collected()))
    renew_certificates(0)
    assert len(papers(donation, DonationPaperKind.TAX_RECEIPT)) == 1

    give_back(scene, donation, 1)
    renew_certificates(0)
    renew_certificates(0)

    former, last = papers(donation, DonationPaperKind.TAX_RECEIPT)
    assert (quantities(former), quantities(last)) == ([3], [2])
    assert "un autre" in standing_told(former.kind, former.pk)
    assert standing_told(last.kind, last.pk) == ""
    assert "remplacé depuis" in read(acting(scene.contact), f"/lots/{donation.reference}/")
    (mail,) = Mail.objects.filter(about_pk=donation.pk, subject__contains="reçu fiscal")
    assert "1 appareil enlevé n’était pas à donner" in mail.body


def test_when_all_is_given_back_after_the_balance_the_data_say_that_nothing_was_given() -> None:
    scene = Scene(lines=(laptops(1),))
    donation = balanced(scene, arrived(scene, scene.collected()))

    give_back(scene, donation, 1)
    renew_certificates(0)

    last = papers(donation, DonationPaperKind.TAX_RECEIPT)[-1]
    assert quantities(last) == []
    assert "Aucun appareil n’est donné" in told_by(last)


def test_a_device_in_the_count_that_its_donor_had_kept_is_no_gift() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.scheduled()
    kept = Device.objects.filter(donation=donation).order_by("pk")[0]
    gate.apply(kept, "report_missing", actor=scene.north.technician, reason=MissingReason.COUNT)
    scene.count(donation, scene.north)
    gate.apply(Device.objects.get(pk=kept.pk), "withdraw", actor=scene.contact, reason=WithdrawalReason.KEPT)

    (document,) = papers(balanced(scene, arrived(scene, donation)), DonationPaperKind.TAX_RECEIPT)

    assert quantities(document) == [2]


def test_what_was_counted_beyond_the_lot_and_given_back_is_no_gift_either() -> None:
    scene = Scene(lines=(laptops(2),))
    donation = arrived(scene, scene.collected({0: 4}))
    for _ in range(2):
        more = register_device(
            actor=scene.north.technician, type=DeviceType.LAPTOP, tag=new_tag(), donation=again(donation)
        )
    gate.apply(more, "return_to_donor", actor=scene.north.manager, reason=WithdrawalReason.LEASED)

    (document,) = papers(balanced(scene, donation), DonationPaperKind.TAX_RECEIPT)

    assert quantities(document) == [3]


def test_one_device_of_a_share_given_back_changes_the_data_of_its_workshop_alone() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.south)
    scene.count(donation, scene.north)
    for workshop in (scene.north, scene.south):
        units = Device.objects.filter(donation=donation, workshop=workshop.pk)
        tags = {pk: {"tag": new_tag()} for pk in units.values_list("pk", flat=True)}
        gate.apply_many(units, "receive", actor=workshop.technician, per_row=tags)
    donation = balanced(scene, donation)
    assert len(papers(donation, DonationPaperKind.TAX_RECEIPT)) == 2

    gate.apply(
        Device.objects.filter(donation=donation, workshop=scene.south.pk)[0],
        "return_to_donor",
        actor=scene.south.manager,
        reason=WithdrawalReason.LEASED,
        at=timezone.now(),
    )
    renew_certificates(0)

    assert sorted(map(quantities, papers(donation, DonationPaperKind.TAX_RECEIPT))) == [[1], [2], [2]]


def test_the_certificate_of_a_lot_says_first_what_was_given_back_without_a_proven_erasure() -> None:
    scene = Scene(lines=(laptops(2), screens(1)))
    donation = arrived(scene, scene.collected())
    give_back(scene, donation, 1)
    give_back(scene, donation, 1, WithdrawalReason.STOLEN)

    (document,) = papers(balanced(scene, donation), DonationPaperKind.ERASURE)

    told = " ".join(told_by(document).split())
    assert "1 appareil sur 3 est sans donnée, preuves à l’appui.</strong>" in told
    assert "2 ont été rendus sans que rien ne prouve leur effacement. Aucun autre ne reste à prouver." in told
    standings = {one["label"]: one["devices"] for one in document.values["standings"]}
    assert standings["Rendu au donateur, sans effacement prouvé"] == 1
    assert standings["Volé, remis aux autorités, sans effacement prouvé"] == 1


def test_the_mail_of_another_certificate_says_what_was_given_back_without_a_proven_erasure() -> None:
    scene = Scene(lines=(laptops(1), screens(1)))
    donation = balanced(scene, arrived(scene, scene.collected()))

    give_back(scene, donation, 1)

    (mail,) = Mail.objects.filter(about_pk=donation.pk, subject__contains="un nouveau certificat")
    said = "1 a été rendu sans que rien ne prouve son effacement\u00a0; aucun autre ne reste à prouver."
    assert said in mail.body


def test_a_device_that_never_came_and_was_not_to_be_given_is_no_gift_either() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.scheduled()
    one = Device.objects.filter(donation=donation).order_by("pk")[0]
    gate.apply(one, "report_missing", actor=scene.north.technician, reason=MissingReason.COUNT)
    scene.count(donation, scene.north)
    gate.apply(Device.objects.get(pk=one.pk), "withdraw", actor=scene.contact, reason=WithdrawalReason.LEASED)
    (document,) = papers(balanced(scene, arrived(scene, donation)), DonationPaperKind.TAX_RECEIPT)
    assert quantities(document) == [2]
