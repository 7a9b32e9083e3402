"""A return that is settled holds nothing back any more, and a refund leaves its household a paper."""

from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from distribution.enums import RefundMeans, SettlementKind
from distribution.models import Settlement
from distribution.services import returns
from distribution.settled import settled_returns
from documents.enums import MessageCode
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import Bond
from prescriptions.models import Household, HouseholdMessage
from prescriptions.services.forgetting import forget_households
from refurb.inside_passport import told_by
from refurb.models import Device
from tests.distribution.shelves import Shelf, screen_of
from tests.distribution.test_lost_returns import WAYS, refusal
from tests.pages import acting, read
from tests.prescriptions.files import again
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from typography.french import euros

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def door(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"


def back(shelf: Shelf, way: str = "email") -> Device:
    return shelf.returned(shelf.hand_over(shelf.reserved(need=shelf.need(**WAYS[way]))))


def refund(shelf: Shelf, device: Device, amount: int = 25, means: str | None = None) -> Settlement:
    means = (RefundMeans.TRANSFER if amount else "") if means is None else means
    return returns.settle_return(
        actor=shelf.adviser, device=device, kind=SettlementKind.REFUND, amount=Decimal(amount), means=means
    )


def kept_by(shelf: Shelf, device: Device) -> set[str]:
    household = Household.objects.filter(pk=device.need.prescription.household_id)
    refused = gate.preview(household, "erase_on_request", actor=shelf.pilot).refused
    return {reason.code for reasons in refused.values() for reason in reasons} - {"received_on", "channel"}


# --- erasure


@pytest.mark.parametrize("kind", [SettlementKind.REFUND, SettlementKind.GIVEN_UP])
def test_once_it_is_refunded_or_given_up_nothing_of_the_return_keeps_its_household(shelf: Shelf, kind: str) -> None:
    device = back(shelf)
    assert kept_by(shelf, device) == {Bond.WARRANTY, Bond.DEVICE_RETURNED}
    if kind == SettlementKind.REFUND:
        refund(shelf, device)
    else:
        returns.settle_return(actor=shelf.adviser, device=device, kind=kind)
    assert kept_by(shelf, device) == set()


def test_exchanged_it_is_the_warranty_of_the_other_one_that_keeps_its_household(shelf: Shelf) -> None:
    device = back(shelf)
    shelf.exchange(shelf.available(), device)
    assert kept_by(shelf, device) == {Bond.WARRANTY}
    returns.settle_return(
        actor=shelf.adviser,
        device=shelf.take_back(Device.objects.get(replaces=device)),
        kind=SettlementKind.GIVEN_UP,
    )
    assert kept_by(shelf, device) == set()


def test_the_screen_that_came_back_with_it_keeps_nothing_either(shelf: Shelf) -> None:
    sold = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(shelf.desktop())))
    device = shelf.take_back(sold)
    refund(shelf, device)
    assert screen_of(device).state == "returned"
    assert kept_by(shelf, device) == set()


def test_lost_since_and_owed_still_it_keeps_its_household(shelf: Shelf) -> None:
    device = shelf.missing(back(shelf))
    assert kept_by(shelf, device) == {Bond.WARRANTY, Bond.DEVICE_RETURNED}
    refund(shelf, device)
    assert kept_by(shelf, device) == set()


# --- its warranty is over


def test_no_page_tells_a_warranty_of_what_is_settled(shelf: Shelf) -> None:
    device = back(shelf)
    adviser, need = acting(shelf.adviser), device.need
    pages = (page_of(device, "device_detail"), reverse("prescriptions:need_detail", args=[need.reference]))
    for page in pages:
        assert "aranti jusqu’au" in read(adviser, page)
    assert "sous garantie" in read(adviser, reverse("distribution:return_list"))
    refund(shelf, device)
    for page in pages:
        assert "aranti jusqu’au" not in read(adviser, page)
    assert "sous garantie" not in read(adviser, reverse("distribution:return_list"))


# --- what is left of a refund


@pytest.mark.parametrize("way", ["email", "sms"])
def test_a_refund_is_written_to_its_household_with_the_amount_and_how(shelf: Shelf, way: str) -> None:
    refund(shelf, back(shelf, way))
    row = HouseholdMessage.objects.get(code=MessageCode.RETURN)
    text = (row.mail.body if row.mail else row.sms.text).replace("\u00a0", " ")  # type: ignore[union-attr]
    assert row.channel == way
    for said in ("25 €", "par virement"):
        assert said in text


@pytest.mark.parametrize("way", ["letter", "phone"])
def test_where_no_message_leaves_a_paper_of_the_refund_is_ready_to_be_given(shelf: Shelf, way: str) -> None:
    device = back(shelf, way)
    refund(shelf, device)
    url = reverse("distribution:device_return_letter", args=[device.reference])
    page = read(acting(shelf.adviser), page_of(device, "device_detail"))
    assert url in page
    assert "par virement" in page
    letter = HouseholdMessage.objects.get(code=MessageCode.RETURN).letter
    assert letter is not None
    assert any("25\u00a0€, par virement" in line for line in letter.values["paragraphs"])


def test_its_social_worker_reads_the_amount_and_how(shelf: Shelf) -> None:
    device = back(shelf)
    refund(shelf, device)
    told = Mail.objects.get(subject__contains="un besoin à rouvrir").body.replace("\u00a0", " ")
    assert "remboursé de 25 €, par virement" in told
    assert "Maillon l’a écrit au foyer" in told


def test_of_what_was_not_paid_nothing_is_refunded_and_it_is_said(shelf: Shelf) -> None:
    free = shelf.reserved(
        shelf.available(price=50), need=shelf.need(**WAYS["email"]), co_funding=50, funder=shelf.funder
    )
    refund(shelf, shelf.returned(shelf.hand_over(free)), 0, "")
    row = HouseholdMessage.objects.get(code=MessageCode.RETURN)
    assert row.mail is not None
    assert "rien à rembourser" in row.mail.body


def test_the_timeline_tells_who_settled_a_return_when_and_how_to_those_who_read_it(shelf: Shelf) -> None:
    device = back(shelf)
    said = f"Retour réglé\u00a0: {euros(Decimal(25))} remboursés par virement"
    assert "Retour réglé" not in read(acting(shelf.adviser), page_of(device, "device_detail"))
    refund(shelf, device)
    whom = told_by(shelf.adviser)
    for reader in (shelf.adviser, shelf.pilot, shelf.technician):
        page = read(acting(reader), page_of(device, "device_detail"))
        assert said in page
        assert whom in page[page.index(said) :]


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        (SettlementKind.GIVEN_UP, None, "Retour réglé\u00a0: le foyer y renonce"),
        (SettlementKind.REFUND, Decimal(0), "Retour réglé\u00a0: servi autrement, rien n’est à rembourser"),
    ],
)
def test_a_return_settled_for_nothing_is_told_in_its_own_words(
    shelf: Shelf, kind: SettlementKind, amount: Decimal | None, said: str
) -> None:
    paid = {"co_funding": 50, "funder": shelf.funder} if amount is not None else {}
    device = shelf.returned(shelf.hand_over(shelf.reserved(shelf.available(price=50), **paid)))
    returns.settle_return(actor=shelf.adviser, device=device, kind=kind, amount=amount)
    (past,) = settled_returns(device, list(device.journal.all()), shelf.adviser)
    assert past.sentence == said


def test_a_device_that_its_household_gives_up_tells_it_nothing(shelf: Shelf) -> None:
    returns.settle_return(actor=shelf.adviser, device=back(shelf), kind=SettlementKind.GIVEN_UP)
    assert not HouseholdMessage.objects.filter(code=MessageCode.RETURN).exists()


def test_nobody_writes_to_a_household_that_paid_that_it_paid_nothing_and_what_it_gives_up_its_worker_reads(
    shelf: Shelf,
) -> None:
    device = back(shelf)
    refused = refusal(lambda: refund(shelf, device, 0, means=""))
    assert set(refused) == {"nothing_back"}
    assert not HouseholdMessage.objects.filter(code=MessageCode.RETURN).exists()
    returns.settle_return(actor=shelf.adviser, device=device, kind=SettlementKind.GIVEN_UP)
    told = Mail.objects.get(subject__endswith="un besoin à rouvrir, ou non").body
    assert "qui avait payé cet appareil, y renonce sans être remboursé" in told


def test_how_it_is_refunded_is_asked_and_the_database_holds_it(shelf: Shelf) -> None:
    device = back(shelf)
    for means in ("", "tokens"):
        with pytest.raises(Refused) as refused:
            refund(shelf, device, 25, means)
        assert {reason.code for reason in refused.value.all} == {"means"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(
            device=device, stay=device.stay, kind="refund", amount=25, means="", recorded_at=timezone.now()
        )
    client, url = acting(shelf.adviser), page_of(device, "device_settle")
    answer = client.post(url, {"kind": "refund", "amount": "25"})
    assert "Dites comment il est remboursé." in answer.content.decode()
    client.post(url, {"kind": "refund", "amount": "25", "means": RefundMeans.CASH})
    assert Settlement.objects.get().means == RefundMeans.CASH


def test_what_was_written_of_a_refund_is_forgotten_with_its_household(shelf: Shelf) -> None:
    device = back(shelf, "letter")
    refund(shelf, device)
    letter = HouseholdMessage.objects.get(code=MessageCode.RETURN).letter
    assert letter is not None
    household = again(device.need).prescription.household
    forget_households(Household.objects.filter(pk=household.pk).values_list("pk", flat=True), timezone.now())
    assert again(letter).forgotten_at is not None
    assert fresh(device).state == "returned"
