"""What a household or a point says is wrong with a device reaches whoever repairs it, and nobody else."""

import pytest
from django.utils import timezone

from distribution.enums import SendBackReason, SettlementKind
from distribution.followers import forget_households
from distribution.services import returns
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.registry import Move, Moved
from refurb.enums import ReturnReason
from refurb.models import Device
from refurb.symptoms import symptom_of
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf, screen_of
from tests.pages import acting, answered, read
from tests.prescriptions.files import again
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
WORDS = "S’éteint au bout de dix minutes."
SAID = f"«\u00a0{WORDS}\u00a0»"


def brought_back(shelf: Shelf, **given: str) -> Device:
    return shelf.returned(comment=WORDS, **given)


@pytest.mark.parametrize("page", ["device_detail", "device_evidence", "device_repair"])
def test_whoever_repairs_reads_what_the_household_said_was_wrong(shelf: Shelf, page: str) -> None:
    back = brought_back(shelf)

    for member in (shelf.technician, shelf.manager):
        told = read(acting(member), page_of(back, page))
        assert SAID in told
        assert "Rapporté par le foyer" in told
    household = again(back.need).prescription.household
    assert household.last_name not in read(acting(shelf.technician), page_of(back, page))


def test_the_first_page_of_the_workshop_says_it_beside_each_return(shelf: Shelf) -> None:
    brought_back(shelf)

    assert f"Panne\u00a0: «\u00a0{WORDS.removesuffix('.')}\u00a0». À réparer" in read(acting(shelf.technician), "/")


def test_what_was_exchanged_is_taken_in_hand_with_the_words_of_the_household_that_had_it(shelf: Shelf) -> None:
    back = brought_back(shelf)
    shelf.exchange(shelf.available(), back)

    taken = gate.apply(fresh(back), "start", actor=shelf.technician)

    assert taken.return_reason == ""
    for page in ("device_detail", "device_recondition"):
        told = read(acting(shelf.technician), page_of(taken, page))
        assert SAID in told
        assert "\u00a0: panne." in told


def test_a_screen_comes_back_with_the_words_said_of_its_desktop(shelf: Shelf) -> None:
    desktop = shelf.returned(shelf.handed_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop()))), comment=WORDS)

    found = symptom_of(screen_of(desktop), shelf.technician)

    assert found is not None
    assert found.words == WORDS


def test_what_a_point_sends_back_says_why_at_the_bench(shelf: Shelf) -> None:
    sent = shelf.available()
    gate.apply(sent, "send_back", actor=shelf.adviser, reason=SendBackReason.BROKEN, comment="Clavier muet")

    told = read(acting(shelf.technician), page_of(fresh(sent), "device_detail"))

    assert "«\u00a0Clavier muet\u00a0»" in told
    assert "\u00a0: en panne à la livraison." in told


def test_words_of_an_earlier_return_are_not_told_of_the_next_one(shelf: Shelf) -> None:
    back = brought_back(shelf)
    shelf.repair(back)
    second = shelf.take_back(returns.give_back_device(actor=shelf.adviser, device=back), reason=ReturnReason.UNSUITABLE)

    told = read(acting(shelf.technician), page_of(second, "device_detail"))

    assert WORDS not in told
    assert WORDS not in read(acting(shelf.technician), "/")
    assert "\u00a0: ne convient pas à l’usage." in told


def test_a_return_that_was_undone_leaves_no_symptom(shelf: Shelf) -> None:
    back = brought_back(shelf)
    gate.apply(back, "undo_take_back", actor=shelf.adviser, reason="wrong_device")

    assert symptom_of(fresh(back), shelf.technician) is None


def test_nobody_but_the_workshop_in_charge_reads_the_words(shelf: Shelf) -> None:
    back = brought_back(shelf)
    other = Shelf()

    assert symptom_of(back, other.technician) is None
    for member in (shelf.pilot, shelf.adviser):
        assert symptom_of(back, member) is None


def test_words_that_name_the_household_are_refused_at_their_field_and_kept_on_the_page(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    household = again(sold.need).prescription.household
    said = f"Mme {household.last_name} dit qu’il s’éteint"

    page = answered(acting(shelf.adviser), page_of(sold, "device_take_back"), reason="fault", comment=said)

    assert "nomme le foyer" in page
    assert said in page
    assert fresh(sold).state == "handed_over"


def test_a_breakdown_without_a_word_is_refused_and_a_device_given_back_is_not(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    client = acting(shelf.adviser)

    assert "Dites ce qui ne va pas" in answered(client, page_of(sold, "device_take_back"), reason="fault", comment=" ")
    assert fresh(sold).state == "handed_over"
    client.post(page_of(sold, "device_take_back"), {"reason": "given_back"})
    assert fresh(sold).state == "returned"


def test_the_words_go_with_the_household_that_is_erased(shelf: Shelf) -> None:
    back = brought_back(shelf)
    household = again(back.need).prescription.household_id
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)

    forget_households(Move("household", "anonymise", SYSTEM, timezone.now(), None, {}, [Moved(household, "", "", 0)]))

    told = read(acting(shelf.technician), page_of(fresh(back), "device_detail"))
    assert WORDS not in told
    assert "\u00a0: panne." in told


def test_the_words_cost_the_same_whatever_came_back(shelf: Shelf) -> None:
    client = acting(shelf.technician)

    assert_same_queries(lambda count: [brought_back(shelf) for _ in range(count)], lambda: read(client, "/"), rows=3)


# --- what a point says of a device that no household has any more


def test_words_that_name_a_household_that_the_device_was_put_aside_for_are_refused_when_it_is_sent_back(
    shelf: Shelf,
) -> None:
    held = shelf.reserved()
    household = again(held.need).prescription.household
    free = gate.apply(held, "release", actor=shelf.adviser, reason="absent")
    assert free.need is None
    said = f"Mme {household.last_name} dit qu’il s’éteint"

    page = answered(acting(shelf.adviser), page_of(free, "device_send_back"), reason="broken", comment=said)

    assert "nomme le foyer" in page
    assert fresh(free).state == "available"


def test_words_of_a_household_of_an_earlier_stay_are_those_of_nobody(shelf: Shelf) -> None:
    held = shelf.reserved()
    household = again(held.need).prescription.household
    sent = gate.apply(
        gate.apply(held, "release", actor=shelf.adviser, reason="absent"),
        "send_back",
        actor=shelf.adviser,
        reason=SendBackReason.BROKEN,
    )
    taken = gate.apply(fresh(sent), "start", actor=shelf.technician)
    back = shelf.on_the_shelf(shelf.bench.recondition(shelf.bench.prepared(taken), 25))
    said = f"Étiquette {household.last_name}"

    gate.apply(back, "send_back", actor=shelf.adviser, reason=SendBackReason.BROKEN, comment=said)

    assert fresh(back).state == "received"


def test_what_a_point_said_when_it_sent_it_back_goes_with_the_household_that_had_it_put_aside(shelf: Shelf) -> None:
    held = shelf.reserved()
    household = again(held.need).prescription.household_id
    free = gate.apply(held, "release", actor=shelf.adviser, reason="absent")
    gate.apply(free, "send_back", actor=shelf.adviser, reason=SendBackReason.BROKEN, comment=WORDS)
    other = shelf.available()
    gate.apply(other, "send_back", actor=shelf.adviser, reason=SendBackReason.BROKEN, comment="Clavier muet")
    assert WORDS in read(acting(shelf.technician), page_of(fresh(free), "device_detail"))

    forget_households(Move("household", "anonymise", SYSTEM, timezone.now(), None, {}, [Moved(household, "", "", 0)]))

    assert WORDS not in read(acting(shelf.technician), page_of(fresh(free), "device_detail"))
    assert "Clavier muet" in read(acting(shelf.technician), page_of(fresh(other), "device_detail")), "of nobody"


def test_the_pilot_reads_that_a_device_sent_back_has_words_and_not_the_words(shelf: Shelf) -> None:
    sent = shelf.available()
    gate.apply(sent, "send_back", actor=shelf.adviser, reason=SendBackReason.BROKEN, comment=WORDS)

    page = read(acting(shelf.pilot), page_of(fresh(sent), "device_detail"))

    assert WORDS not in page
    assert "Un commentaire est écrit ici" in page
