"""A device that its household brought back, then lost: what the household is owed stays owed, and it learns it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from conventions.models import Quota
from distribution.brought_back import LOST, LOST_PREPARED, OWED, standing_of
from distribution.enums import SettlementKind
from distribution.services import hand_overs, point_stock, returns
from documents.enums import MessageCode
from documents.models import Mail, Sms
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.models import Organisation
from prescriptions.enums import ContactChannel, NeedKind, NeedUse
from prescriptions.models import HouseholdMessage, Need
from prescriptions.owing import is_owed
from refurb.enums import DeviceType, MissingReason
from refurb.models import Device
from refurb.services import devices
from reports.figures import reckon
from tests.distribution.shelves import Shelf, quotas_balance, screen_of
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle, again
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
WAYS = {
    "email": {"email": "famille@exemple.test", "contact_channel": ContactChannel.EMAIL},
    "sms": {"phone": "06 99 44 55 66", "contact_channel": ContactChannel.SMS},
    "letter": {"address": "3 rue des Écoles", "contact_channel": ContactChannel.LETTER},
    "phone": {"phone": "06 99 44 55 66", "contact_channel": ContactChannel.PHONE},
}


@pytest.fixture(autouse=True)
def door(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"


def refusal(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code: reason.sentence for reason in refused.value.all}


def lost(shelf: Shelf, way: str = "email", reason: str = MissingReason.THEFT) -> Device:
    """Brought back under warranty, then stolen at the point."""
    Organisation.objects.filter(pk=shelf.distributor.pk).update(phone="0320112233")
    back = shelf.returned(shelf.hand_over(shelf.reserved(need=shelf.need(**WAYS[way]))))
    Mail.objects.all().update(subject="avant")
    return shelf.missing(back, reason=reason)


def of_returns() -> QuerySet[HouseholdMessage]:
    return HouseholdMessage.objects.filter(code=MessageCode.RETURN).select_related("mail", "sms").order_by("pk")


def asked_again(shelf: Shelf, device: Device) -> Need:
    circle = Circle(shelf.prescriber, shelf.distributor, shelf.commune)
    asked = ((NeedKind.COMPUTER, NeedUse.WORK),)
    return circle.accepted(asked, device.need.prescription.household).needs.get()


def find(shelf: Shelf, device: Device) -> Device:
    return point_stock.find_returned_device(actor=shelf.adviser, device=device)


# --- what is owed stays owed


def test_what_a_household_brought_back_is_still_owed_once_it_is_lost(shelf: Shelf) -> None:
    device = lost(shelf)
    need = device.need

    assert is_owed(again(need))
    assert standing_of(fresh(device)) == LOST
    second, spare = asked_again(shelf, device), shelf.available()
    told = refusal(lambda: shelf.reserve(spare, second))["owed_alike"]
    assert str(device.reference) in told
    assert "introuvable" in told


def test_it_is_exchanged_under_its_warranty_and_nothing_is_paid_twice(shelf: Shelf) -> None:
    device, spare = lost(shelf), shelf.available()

    given = shelf.exchange(spare, device)

    assert (given.state, given.sale_price, given.need_id) == ("handed_over", 0, device.need_id)
    assert again(device.need).lost_at is None
    assert not is_owed(again(device.need))
    assert fresh(device).state == "missing"


@pytest.mark.usefixtures("days_to_come")
def test_what_is_lost_after_the_warranty_is_exchanged_all_the_same(shelf: Shelf) -> None:
    late = timezone.now() + timedelta(days=800)
    back = shelf.take_back(shelf.handed_over(), at=late)
    device, spare = shelf.missing(back, at=late), shelf.available()

    assert str(spare.reference) in read(acting(shelf.adviser), page_of(device, "device_replace"))
    note = hand_overs.prepare_exchange(actor=shelf.adviser, device=spare, replaces=device, at=late)
    assert (note.device_id, note.replaces_id) == (spare.pk, device.pk)


def test_its_exchange_is_chosen_and_signed_from_its_own_page(shelf: Shelf) -> None:
    device, spare = lost(shelf), shelf.available()
    adviser = acting(shelf.adviser)

    page = read(adviser, page_of(device, "device_detail"))
    assert reverse("distribution:device_replace", args=[device.reference]) in page
    assert reverse("distribution:device_settle", args=[device.reference]) in page
    choice = read(adviser, page_of(device, "device_replace"))
    assert str(spare.reference) in choice
    assert "n’est pas en retour SAV" not in choice
    done(adviser, page_of(device, "device_replace"), device=spare.reference)

    assert standing_of(fresh(device)) == LOST_PREPARED
    assert reverse("distribution:device_exchange", args=[spare.reference]) in read(
        adviser, page_of(device, "device_detail")
    )


def test_it_is_refunded_or_given_up_as_any_other_return(shelf: Shelf) -> None:
    device = lost(shelf)
    settled = returns.settle_return(
        actor=shelf.adviser, device=device, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer"
    )
    assert settled.device_id == device.pk
    assert not is_owed(again(device.need))
    assert set(refusal(lambda: returns.settle_return(
        actor=shelf.adviser, device=device, kind=SettlementKind.GIVEN_UP
    ))) == {"already_settled"}  # fmt: skip


def test_it_stays_in_the_to_do_of_the_point_until_its_household_is_served(shelf: Shelf) -> None:
    device = lost(shelf)
    adviser = acting(shelf.adviser)

    assert LOST in read(adviser, reverse("desk:home"))
    assert device.reference in read(adviser, reverse("distribution:return_list"))

    shelf.exchange(shelf.available(), device)
    assert LOST not in read(adviser, reverse("desk:home"))
    assert device.reference not in read(adviser, reverse("distribution:return_list"))


# --- who learns it


@pytest.mark.parametrize("way", ["email", "sms"])
def test_the_household_learns_that_its_device_is_lost_and_that_it_pays_nothing_again(shelf: Shelf, way: str) -> None:
    lost(shelf, way)
    row = HouseholdMessage.objects.filter(code=MessageCode.RETURN).get()

    words = row.mail or row.sms
    assert words is not None
    text = words.body if row.mail else words.text
    assert row.channel == way
    for said in ("introuvable", "rien à payer", "03 20 11 22 33"):
        assert said in text.replace("\u00a0", " ")


def test_who_prefers_paper_has_a_letter_that_the_page_of_the_device_gives(shelf: Shelf) -> None:
    device = lost(shelf, "letter")
    url = reverse("distribution:device_return_letter", args=[device.reference])
    assert url in read(acting(shelf.adviser), page_of(device, "device_detail"))
    assert acting(shelf.adviser).get(url)["Content-Type"] == "application/pdf"
    asked = Mail.objects.get(subject__startswith="Lettre à poster")
    assert shelf.adviser.user.email in "".join(asked.to)
    assert page_of(device, "device_detail") in asked.body

    find(shelf, device)
    assert Mail.objects.filter(subject__startswith="Lettre à poster").count() == 2


def test_its_social_worker_learns_it_and_whether_the_household_was_written_to(shelf: Shelf) -> None:
    lost(shelf, "email")
    told = Mail.objects.get(subject__contains="introuvable", subject__startswith="Prescription")
    assert "Maillon l’a écrit au foyer" in told.body


def test_when_nothing_leaves_to_the_household_its_social_worker_is_asked_to_tell_it(shelf: Shelf) -> None:
    lost(shelf, "phone")
    assert not HouseholdMessage.objects.filter(code=MessageCode.RETURN).exists()
    told = Mail.objects.get(subject__contains="introuvable", subject__startswith="Prescription")
    assert "dites-le-lui" in told.body


def test_what_told_it_that_the_device_was_repaired_does_not_leave_any_more(shelf: Shelf) -> None:
    back = shelf.returned(shelf.hand_over(shelf.reserved(need=shelf.need(**WAYS["sms"]))))
    shelf.repair(back)
    gate.apply(fresh(back), "tell_repaired", actor=shelf.adviser)
    shelf.missing(fresh(back))
    assert Sms.objects.order_by("pk").first().delivery == "failed"  # type: ignore[union-attr]


def test_a_loss_of_what_was_settled_already_tells_nobody_of_its_household(shelf: Shelf) -> None:
    back = shelf.returned(shelf.hand_over(shelf.reserved(need=shelf.need(**WAYS["email"]))))
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)
    before = HouseholdMessage.objects.count()
    shelf.missing(fresh(back))
    assert HouseholdMessage.objects.count() == before


def test_what_is_written_of_one_device_leaves_what_was_written_of_another(shelf: Shelf) -> None:
    need = shelf.need(**WAYS["email"])
    circle = Circle(shelf.prescriber, shelf.distributor, shelf.commune)
    other = circle.accepted(((NeedKind.TABLET, NeedUse.WORK),), need.prescription.household).needs.get()
    laptop = shelf.returned(shelf.hand_over(shelf.reserved(need=need)))
    tablet = shelf.returned(shelf.hand_over(shelf.reserved(shelf.available(DeviceType.TABLET), other)))

    returns.settle_return(
        actor=shelf.adviser, device=laptop, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer"
    )
    lost_one = shelf.missing(tablet)
    assert [row.mail.delivery for row in of_returns()] == ["queued", "queued"]  # type: ignore[union-attr]

    find(shelf, lost_one)
    assert [row.mail.delivery for row in of_returns()] == [  # type: ignore[union-attr]
        "queued", "failed", "queued",
    ]  # fmt: skip


# --- found


def test_found_it_goes_back_to_the_return_it_was_in(shelf: Shelf) -> None:
    device = lost(shelf)
    assert (shelf.quota().used, quotas_balance()) == (0, True)

    found = find(shelf, device)

    assert (found.state, found.stay, found.need_id) == ("returned", device.stay, device.need_id)
    assert (found.missing_at, found.missing_reason) == (None, "")
    assert (found.returned_at, found.warranty_until) == (device.returned_at, device.warranty_until)
    assert (standing_of(found), shelf.quota().used) == (OWED, 1)
    month = reckon(timezone.localdate().replace(day=1), timezone.now()).figures["buckets"]
    assert [row[-5:] for row in month if row[0] == "returned"] == [[0, 1, 1, 1, 1]], "in once, out once, and varied"
    assert HouseholdMessage.objects.filter(code=MessageCode.RETURN).count() == 2
    assert Mail.objects.filter(subject__startswith="Prescription", subject__contains="retrouvé").count() == 1
    shelf.repair(found)
    assert returns.give_back_device(actor=shelf.adviser, device=found).state == "handed_over"
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_the_workshop_that_has_it_finds_it_too_and_does_not_take_it_for_its_stock(shelf: Shelf) -> None:
    device = lost(shelf)
    receive = refusal(lambda: devices.receive_device(actor=shelf.technician, device=device, tag=device.tag))
    assert "Retrouver le retour" in receive["return_settled"]
    assert gate.apply(
        device, "find_returned", actor=shelf.technician, quota=device.quota_id
    ).state == "returned"  # fmt: skip


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("email", "Son foyer et son travailleur social l’apprennent par courriel."),
        ("letter", "La lettre de son foyer est prête\u00a0: le point de distribution, prévenu, l’imprime et la poste."),
        ("phone", "Aucun message ne part au foyer\u00a0: son travailleur social est prévenu par courriel."),
    ],
)
def test_who_finds_it_reads_whether_its_household_is_written_to(shelf: Shelf, way: str, said: str) -> None:
    device = lost(shelf, way)
    adviser = acting(shelf.adviser)
    done(adviser, page_of(device, "device_find_returned"))
    assert said in read(adviser, page_of(device, "device_detail"))


def test_of_a_screen_found_alone_nobody_is_said_to_be_told(shelf: Shelf) -> None:
    desktop = shelf.returned(
        shelf.hand_over(shelf.reserved(shelf.on_the_shelf(shelf.desktop()), need=shelf.need(**WAYS["email"])))
    )
    screen = screen_of(desktop)
    gate.apply(screen, "report_missing", actor=shelf.adviser, reason="stocktake")
    since, adviser = Mail.objects.count(), acting(shelf.adviser)
    done(adviser, page_of(screen, "device_find_returned"))
    assert "retrouvé, de nouveau en retour SAV" in read(adviser, page_of(screen, "device_detail"))
    assert "l’apprennent" not in read(adviser, page_of(screen, "device_detail"))
    assert Mail.objects.count() == since


def test_whose_place_another_device_took_is_served_otherwise_then_received(shelf: Shelf) -> None:
    device, spare = lost(shelf), shelf.available()
    Quota.objects.filter(pk=device.quota_id).update(total=F("used"))

    with pytest.raises(Refused) as refused:
        find(shelf, device)
    reason = refused.value.all[0]
    assert reason.code == "place_left"
    assert "servez le foyer autrement" in reason.sentence
    assert "réserve" not in reason.lifted_by
    receive = refusal(lambda: devices.receive_device(actor=shelf.technician, device=fresh(device), tag=device.tag))
    assert "Sa place du quota est prise" in receive["return_settled"]

    shelf.exchange(spare, device)
    received = devices.receive_device(actor=shelf.technician, device=fresh(device), tag=device.tag)
    assert received.state == "received"


def test_exchanged_since_it_is_of_the_stock_and_whoever_finds_it_reads_so(shelf: Shelf) -> None:
    device = lost(shelf)
    shelf.exchange(shelf.available(), device)

    told = refusal(lambda: find(shelf, device))["return_open"]
    assert "servi autrement" in told
    received = devices.receive_device(actor=shelf.technician, device=fresh(device), tag=device.tag)

    assert (received.state, received.need, received.returned_at) == ("received", None, None)


def test_what_no_household_had_brought_back_is_found_as_before(shelf: Shelf) -> None:
    missing = shelf.missing(shelf.available())
    verbs = {one.verb for one in gate.actions_for(missing, shelf.adviser)}
    assert "find" in verbs
    assert "find_returned" not in verbs
    verbs = {one.verb for one in gate.actions_for(lost(shelf), shelf.adviser)}
    assert "find_returned" in verbs
    assert "find" not in verbs
