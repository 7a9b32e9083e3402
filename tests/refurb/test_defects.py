"""Defects in coded words: what the household reads, where, until it is mended; never the label, never the grade."""

from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from distribution.models import HandOver
from distribution.services.sessions import Call, reserve_devices
from documents.services.papers import draw_document
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import DeviceType, MendedReason, PartKind
from refurb.label_paper import draw
from refurb.models import Defect, DefectMended, DefectWord, Device, LabelRun
from refurb.services import defects, labels, parts
from tests.distribution.shelves import Shelf, screen_of
from tests.pages import acting, done, read
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
HINGE = "L’écran tient, mais la charnière de gauche est un peu lâche."


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def word(code: str = "charniere-gauche") -> DefectWord:
    return DefectWord.objects.get(code=code)


def note(bench: Bench, device: Device, *codes: str) -> list[Defect]:
    words = [word(code) for code in codes or ("charniere-gauche",)]
    return defects.note_defects(actor=bench.technician, device=device, words=words)


def public(device: Device) -> str:
    return read(Client(), reverse("distribution:passport", args=[device.reference]))


def text_of(content: bytes) -> tuple[str, int]:
    """The words of a PDF on one line, and how many pages it has."""
    pdf = pypdfium2.PdfDocument(content)
    told = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pdf).split())
    return told, len(pdf)


def test_the_household_reads_the_sentence_on_what_it_signs_and_behind_the_code() -> None:
    shelf = Shelf()
    device = shelf.ready()
    note(shelf.bench, device)
    device = shelf.reserved(shelf.on_the_shelf(device))
    assert HINGE in public(device)
    document = HandOver.objects.get(device=device).document
    assert document.values["defects"] == [HINGE]
    told, pages = text_of(draw_document(document))
    assert HINGE in told
    assert pages == 1


def test_of_devices_held_together_each_note_says_what_is_worn_on_its_own_and_what_goes_along() -> None:
    shelf = Shelf()
    worn, sound, desktop = shelf.ready(), shelf.ready(), shelf.desktop()
    note(shelf.bench, worn)
    held = [shelf.on_the_shelf(device) for device in (worn, sound, desktop)]
    reserve_devices(actor=shelf.adviser, calls={device.pk: Call(shelf.need()) for device in held})
    notes = {row.device_id: row.document.values for row in HandOver.objects.select_related("document")}
    assert [notes[device.pk]["defects"] for device in held] == [[HINGE], [], []]
    tags = [[article["tag"] for article in notes[device.pk]["articles"]] for device in held]
    assert tags == [[worn.tag], [sound.tag], [desktop.tag, screen_of(desktop).tag]]


def test_a_note_with_every_defect_of_its_type_is_still_one_page() -> None:
    shelf = Shelf()
    device = shelf.ready()
    every = [one.code for one in defects.words_of(DeviceType.LAPTOP, timezone.localdate())]
    assert len(note(shelf.bench, device, *every)) >= 10
    document = HandOver.objects.get(device=shelf.reserved(shelf.on_the_shelf(device))).document
    assert text_of(draw_document(document))[1] == 1


def test_neither_the_label_nor_the_grade_nor_the_passport_s_silence_of_prices_knows_of_it(bench: Bench) -> None:
    device = bench.ready()
    grade, price = device.grade, device.price
    note(bench, device)
    labels.print_labels(
        actor=bench.technician, devices=Device.objects.filter(pk=device.pk), sheet="l7160", order=[device.tag]
    )
    assert "charnière" not in text_of(draw(LabelRun.objects.get()))[0]
    assert (fresh(device).grade, fresh(device).price) == (grade, price)


def test_a_defect_stands_from_one_stay_to_the_next_until_it_is_mended_and_its_row_stays() -> None:
    shelf = Shelf()
    device = shelf.ready()
    (defect,) = note(shelf.bench, device)
    back = shelf.returned(shelf.hand_over(shelf.reserved(shelf.on_the_shelf(device))))
    assert fresh(back).stay == defect.stay + 1
    assert list(Defect.objects.standing().filter(device=back)) == [defect]
    technician = shelf.bench.technician
    defects.mend_defect(actor=technician, defect=defect, reason=MendedReason.REPAIRED)
    assert not Defect.objects.standing().filter(device=back).exists()
    assert Defect.objects.get().mended.recorded_by == technician
    with pytest.raises(Refused, match="n’est déjà plus noté"):
        defects.mend_defect(actor=technician, defect=defect, reason=MendedReason.MISTAKE)
    with pytest.raises(IntegrityError), transaction.atomic():
        DefectMended.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Defect.objects.all().delete()


def test_a_part_that_mends_a_defect_says_so_and_an_alien_defect_is_left(bench: Bench) -> None:
    device, other = bench.in_process(), bench.in_process()
    mine, worn = note(bench, device, "batterie-fatiguee", "coque-rayee")
    (alien,) = note(bench, other, "batterie-fatiguee")
    part = parts.buy_part(
        actor=bench.technician, kind=PartKind.BATTERY, label="Neuve", quantity=1, unit_price=Decimal(30)
    )
    repair = parts.fit_part(actor=bench.technician, device=device, part=part, mends=[mine, alien])
    assert set(Defect.objects.standing()) == {worn, alien}
    assert (mine.mended.reason, mine.mended.repair) == ("part", repair)


def test_only_words_of_the_day_and_of_the_type_are_noted_and_once(bench: Bench) -> None:
    device = bench.in_process()
    with pytest.raises(Refused, match="n’est pas dans la liste"):
        note(bench, device, "pied-instable")
    note(bench, device)
    assert note(bench, device) == []
    former = word()
    yesterday = timezone.localdate() - timedelta(days=1)
    DefectWord.objects.filter(pk=former.pk).update(valid_to=yesterday)
    given = {"source": "Essai", "checked_on": yesterday, "valid_from": timezone.localdate(), "types": ["laptop"]}
    DefectWord.objects.create(code=former.code, word="Charnière lâche", sentence="Elle bouge.", **given)
    newer = DefectWord.objects.get(code=former.code, sentence="Elle bouge.")
    assert defects.note_defects(actor=bench.technician, device=device, words=[newer]) == []
    assert Defect.objects.get().word == former  # what was said keeps the words of its day
    with pytest.raises(Refused, match="n’est pas dans la liste"):
        defects.note_defects(actor=bench.technician, device=bench.in_process(), words=[former])


def test_defects_are_noted_by_those_who_have_the_device_in_hand() -> None:
    shelf = Shelf()
    gone = shelf.handed_over()
    with pytest.raises(Refused, match="pas entre les mains"):
        note(shelf.bench, gone)
    with pytest.raises(Unknown):
        defects.note_defects(actor=shelf.bench.stranger, device=gone, words=[word()])


def test_the_bench_ticks_them_the_sheet_tells_them_and_takes_them_away(bench: Bench) -> None:
    device, browser = bench.in_process(), acting(bench.technician)
    page = read(browser, page_of(device, "device_recondition"))
    assert "Charnière gauche lâche" in page
    assert "Pied instable" not in page
    done(browser, page_of(device, "device_recondition"), **{"defects-words": [str(word().pk)], "save": "defauts"})
    (defect,) = Defect.objects.all()
    page = read(browser, page_of(device, "device_recondition"))
    assert page.count("Charnière gauche lâche") >= 1
    assert f'value="{word().pk}"' not in page  # noted: not to be ticked again
    assert HINGE in read(browser, page_of(device, "device_evidence"))
    done(browser, page_of(device, "device_mend_defect", defect.pk), reason="mistake")
    assert HINGE not in read(browser, page_of(device, "device_evidence"))
    assert acting(bench.pilot).get(page_of(device, "device_mend_defect", defect.pk)).status_code == 403


def test_a_forged_word_is_refused_beside_its_block_and_nothing_is_noted(bench: Bench) -> None:
    device = bench.in_process()
    foreign = word("pied-instable").pk
    response = acting(bench.technician).post(
        page_of(device, "device_recondition"), {"defects-words": [str(foreign)], "save": "defauts"}
    )
    assert response.status_code == 200
    assert not Defect.objects.exists()


def test_the_pilot_finds_the_words_among_the_dated_rows_and_every_sentence_ends(bench: Bench) -> None:
    page = read(acting(bench.pilot), reverse("desk:reference_list", args=["defauts-a-dire"]))
    assert "Charnière gauche lâche" in page
    for one in DefectWord.objects.all():
        assert one.sentence.endswith("."), one.code
        assert one.types, one.code
