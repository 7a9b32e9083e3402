"""The household of a repaired device is told that it waits for it: where, until when, by its way, while it is so."""

from datetime import date, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from distribution.brought_back import OWED, QUIET, REPAIRED, TOLD, standing_of
from distribution.enums import SettlementKind
from distribution.services import returns
from documents.models import Document, Mail, Sms
from documents.texting import parts_of
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.models import Organisation
from prescriptions.documents import LETTER
from prescriptions.enums import ContactChannel, RightKind
from prescriptions.models import Household, HouseholdMessage
from prescriptions.services.forgetting import forget_households
from reference.models import Parameter
from refurb.enums import TakenOutReason
from refurb.models import Device, PartTakenOut, Repair
from tests.distribution.shelves import Shelf, screen_of
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle, again
from tests.prescriptions.rights import Desk
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from typography.french import full_day

pytestmark = pytest.mark.django_db
MAIL = "famille@exemple.test"
WAYS = {
    "email": {"email": MAIL, "contact_channel": ContactChannel.EMAIL},
    "sms": {"phone": "06 99 44 55 66", "contact_channel": ContactChannel.SMS},
    "letter": {"address": "3 rue des Écoles", "contact_channel": ContactChannel.LETTER},
    "phone": {"phone": "06 99 44 55 66", "contact_channel": ContactChannel.PHONE},
}


@pytest.fixture(autouse=True)
def door(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"


def repaired(shelf: Shelf, way: str = "email") -> Device:
    Organisation.objects.filter(pk=shelf.distributor.pk).update(phone="0320112233")
    back = shelf.returned(shelf.hand_over(shelf.reserved(need=shelf.need(**WAYS[way]))))
    shelf.repair(back)
    return fresh(back)


def tell(shelf: Shelf, device: Device, **given: bool) -> Device:
    return gate.apply(fresh(device), "tell_repaired", actor=shelf.adviser, **given)


def why(shelf: Shelf, device: Device) -> set[str]:
    with pytest.raises(Refused) as refused:
        tell(shelf, device)
    return {reason.code for reason in refused.value.all}


def mails() -> list[Mail]:
    return list(Mail.objects.filter(subject="Votre appareil est réparé"))


def until() -> date:
    return timezone.localdate() + timedelta(days=60)


def household_of(device: Device) -> Household:
    assert device.need is not None
    return again(device.need).prescription.household


# --- told, by its way


def test_by_mail_the_household_learns_where_its_device_waits_until_when_and_whom_to_call(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)

    (mail,) = mails()
    assert mail.to == [MAIL]
    for said in (str(shelf.point), shelf.point.place, full_day(until()), "03\u00a020\u00a011\u00a022\u00a033"):
        assert said in mail.body
    household = household_of(device)
    assert household.last_name not in mail.body + mail.subject
    assert standing_of(fresh(device)) == TOLD
    assert fresh(device).state == "returned"


def test_by_sms_it_learns_the_same_in_two_parts_at_most(shelf: Shelf) -> None:
    tell(shelf, repaired(shelf, "sms"))

    sms = Sms.objects.get(about_machine="need")
    assert str(shelf.point) in sms.text
    assert full_day(until()).replace("\u00a0", " ") in sms.text
    assert parts_of(sms.text) <= 2


def test_by_letter_its_paper_is_ready_to_be_posted_for_those_who_serve_it_alone(shelf: Shelf) -> None:
    device = repaired(shelf, "letter")
    tell(shelf, device)
    url = page_of(device, "device_repaired_letter")

    assert url in read(acting(shelf.adviser), page_of(device, "device_detail"))
    answer = acting(shelf.adviser).get(url)
    assert answer.status_code == 200
    letter = HouseholdMessage.objects.get().letter
    assert letter is not None
    assert full_day(until()) in " ".join(letter.values["paragraphs"])
    for other in (shelf.technician, shelf.pilot, Shelf().adviser):
        assert acting(other).get(url).status_code == 404
    assert not Mail.objects.filter(to=[MAIL]).exists()


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("email", "Un courriel part"),
        ("sms", "Un SMS part"),
        ("letter", "Sa lettre"),
        ("phone", "joignez-le avant de valider"),
    ],
)
def test_the_page_says_how_the_household_is_told_and_until_when_before_it_is_done(
    shelf: Shelf, way: str, said: str
) -> None:
    device = repaired(shelf, way)
    client, url = acting(shelf.adviser), page_of(device, "device_tell_repaired")
    assert url in read(client, page_of(device, "device_detail"))
    page = read(client, url)
    assert said in page
    assert ("Le foyer le sait déjà" in page) is (way != "phone"), "nothing leaves that would be held back"
    done(client, url)

    assert "Foyer prévenu" in read(client, page_of(device, "device_detail"))
    assert TOLD in read(client, "/")


def test_whoever_was_called_or_is_there_is_written_nothing(shelf: Shelf) -> None:
    device = repaired(shelf)
    done(acting(shelf.adviser), page_of(device, "device_tell_repaired"), known="on")

    assert mails() == []
    assert standing_of(fresh(device)) == TOLD


def test_a_desktop_is_told_once_with_its_screen(shelf: Shelf) -> None:
    need = shelf.need(**WAYS["email"])
    desktop = shelf.returned(shelf.hand_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop()), need)))
    shelf.repair(desktop)

    tell(shelf, desktop)

    assert len(mails()) == 1
    assert "left_alone" in why(shelf, screen_of(desktop))


# --- what would make it false


def test_what_is_not_repaired_is_not_told(shelf: Shelf) -> None:
    assert why(shelf, shelf.returned()) == {"repaired"}


def test_it_is_not_told_twice(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)

    assert why(shelf, device) == {"not_told"}
    assert len(mails()) == 1


def test_a_second_return_is_told_again(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)
    second = shelf.take_back(returns.give_back_device(actor=shelf.adviser, device=fresh(device)))
    assert why(shelf, second) == {"repaired"}
    shelf.repair(second)
    assert standing_of(fresh(second)) == REPAIRED

    tell(shelf, second)

    assert len(mails()) == 2


def test_once_it_was_collected_nothing_is_told(shelf: Shelf) -> None:
    device = repaired(shelf)
    returns.give_back_device(actor=shelf.adviser, device=device)

    assert why(shelf, device) == {"state"}
    assert mails() == []


def test_a_message_that_waits_does_not_leave_once_it_was_collected(shelf: Shelf) -> None:
    device = repaired(shelf, "sms")
    tell(shelf, device)
    assert Sms.objects.get(about_machine="need").delivery == "queued"
    returns.give_back_device(actor=shelf.adviser, device=fresh(device))

    assert Sms.objects.get(about_machine="need").delivery == "failed"


def test_nothing_is_told_of_a_device_when_another_was_given_in_its_place(shelf: Shelf) -> None:
    device = repaired(shelf)
    shelf.exchange(shelf.available(), device)

    assert {"not_settled", "need_not_held"} & why(shelf, device)
    assert mails() == []


@pytest.mark.parametrize("kind", [SettlementKind.GIVEN_UP, None])
def test_a_message_that_waits_does_not_leave_once_the_household_was_served_otherwise(
    shelf: Shelf, kind: SettlementKind | None
) -> None:
    device = repaired(shelf, "sms")
    tell(shelf, device)
    if kind is None:
        shelf.exchange(shelf.available(), fresh(device))
    else:
        returns.settle_return(actor=shelf.adviser, device=fresh(device), kind=kind)

    assert Sms.objects.get(about_machine="need").delivery == "failed"


def test_an_anonymised_household_is_written_nothing_and_what_it_was_told_is_gone(shelf: Shelf) -> None:
    told, untold = repaired(shelf, "letter"), repaired(shelf)
    tell(shelf, told)
    household = household_of(told)
    forget_households([household.pk], timezone.now())
    assert Document.objects.get(kind=LETTER, owner_machine="need").forgotten_at is not None
    assert acting(shelf.adviser).get(page_of(told, "device_repaired_letter")).status_code == 404

    forget_households([household_of(untold).pk], timezone.now())
    tell(shelf, untold)
    assert mails() == []


def test_a_mail_that_could_not_leave_told_nobody(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)
    Mail.objects.filter(pk=mails()[0].pk).update(delivery="failed", error="SMTPServerDisconnected")
    assert standing_of(fresh(device)) == REPAIRED

    tell(shelf, device, known=True)

    assert standing_of(fresh(device)) == TOLD
    assert len(mails()) == 1


def test_a_part_taken_out_and_put_in_again_is_another_repair_to_be_told(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)
    shelf.repair(device)
    assert standing_of(fresh(device)) == TOLD, "one more act on what is repaired is no news"
    for repair in Repair.objects.filter(device=device):
        PartTakenOut.objects.create(
            device=device, stay=repair.stay, recorded_at=timezone.now(), repair=repair, reason=TakenOutReason.MISTAKE
        )
    assert standing_of(fresh(device)) == OWED
    shelf.repair(device)
    assert standing_of(fresh(device)) == REPAIRED

    tell(shelf, device)

    assert len(mails()) == 2


def test_only_whoever_serves_the_household_tells_it(shelf: Shelf) -> None:
    device = repaired(shelf)
    for other in (shelf.technician, shelf.manager, Shelf().adviser):
        assert acting(other).post(page_of(device, "device_tell_repaired"), {}).status_code in (403, 404)
    assert mails() == []


def test_the_days_are_those_of_the_day_it_was_told(shelf: Shelf) -> None:
    device = repaired(shelf)
    tell(shelf, device)
    Parameter.objects.filter(code="distribution.repaired_wait_days").update(value=10)

    assert full_day(until()) in mails()[0].body


# --- unless it asked to be left alone


@pytest.mark.parametrize(("right", "code"), [("restriction", "not_restricted"), ("objection", "not_objected")])
@pytest.mark.parametrize("way", ["email", "phone"])
def test_a_household_that_asked_to_be_left_alone_is_neither_written_to_nor_called(
    shelf: Shelf, way: str, right: str, code: str
) -> None:
    device = repaired(shelf, way)
    household = household_of(device)
    assert standing_of(fresh(device)) == REPAIRED
    desk = Desk(Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune))
    desk.answer(desk.asked(RightKind(right), household))
    client = acting(shelf.adviser)
    url = page_of(device, "device_tell_repaired")

    assert code in why(shelf, device)
    with pytest.raises(Refused):
        tell(shelf, device, known=True)
    page = read(client, page_of(device, "device_detail"))
    assert url not in page
    assert "ne l’appelez pas" in page
    assert "joignez-le" not in read(client, url)
    assert "sans lui écrire ni l’appeler" in read(client, "/")
    assert standing_of(fresh(device)) == QUIET
    given = returns.give_back_device(actor=shelf.adviser, device=fresh(device))
    assert given.state == "handed_over", "who comes has it"
    assert not Mail.objects.filter(subject="Votre appareil est réparé").exists()
