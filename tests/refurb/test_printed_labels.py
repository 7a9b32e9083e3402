"""Labels that leave the printer: what they hold, what a second printing says, and numbers that are drawn once."""

import io
import itertools
import re

import pypdfium2
import pytest
import zxingcpp
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from desk.views.search import FIELD
from refurb.label_paper import draw
from refurb.models import Device, Label, LabelRun, LabelSheet
from refurb.services import corrections, devices, labels
from refurb.sheets import READY_MADE
from tests.pages import acting, read
from tests.races import at_once
from tests.refurb.devices import READ, Bench, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def printed(bench: Bench, *rows: Device, **given: object) -> LabelRun:
    asked = {"sheet": "l7160", "devices": Device.objects.filter(pk__in=[one.pk for one in rows])} | given
    return labels.print_labels(actor=bench.technician, **asked)  # type: ignore[arg-type]


def blank(bench: Bench, count: int, **given: object) -> list[str]:
    run = labels.print_blank_labels(actor=bench.technician, count=count, **{"sheet": "l7160"} | given)  # type: ignore[arg-type]
    return list(run.labels.values_list("tag", flat=True))


def codes_on(pdf: bytes, page: int = 0) -> set[str]:
    """What a scanner reads on a page drawn at 300 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    picture = document[page].render(scale=300 / 72, grayscale=True).to_pil()
    document.close()
    return {code.text for code in zxingcpp.read_barcodes(picture)}


def pages_in(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    count = len(document)
    document.close()
    return count


# --- what a label holds


@pytest.mark.parametrize("sheet", READY_MADE)
def test_both_codes_of_a_label_are_read_on_every_ready_made_sheet(bench: Bench, sheet: str) -> None:
    device = bench.received(tag="PRH-0042")
    pdf = draw(printed(bench, device, sheet=sheet))
    codes = codes_on(pdf)
    assert "PRH-0042" in codes
    assert any(code.endswith(reverse("distribution:passport", args=[device.reference])) for code in codes)
    assert pages_in(pdf) == 1


def test_every_label_of_a_full_sheet_is_read_and_the_next_ones_are_on_another(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    run = labels.print_blank_labels(actor=bench.technician, count=23, sheet="l7160", skipped=20)
    pdf = draw(run)
    assert (run.pages, pages_in(pdf)) == (3, 3)
    assert codes_on(pdf, 0) == {"PRH-0001"}
    assert codes_on(pdf, 1) == {f"PRH-{rank:04}" for rank in range(2, 23)}
    assert codes_on(pdf, 2) == {"PRH-0023"}


def test_the_code_of_a_label_finds_its_device_from_the_search_box(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")
    held = next(code for code in codes_on(draw(printed(bench, device))) if code.startswith("http"))
    found = acting(bench.technician).post(reverse("desk:search"), {FIELD: held})
    assert found["Location"] == reverse("refurb:device_detail", args=[device.reference])


def test_every_box_that_a_scanner_types_into_reads_the_square_code_of_a_label(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-0042"), acting(bench.technician)
    held = next(code for code in codes_on(draw(printed(bench, device))) if code.startswith("http"))
    at_the_bench = client.post(reverse("refurb:device_find"), {"text": held})
    assert at_the_bench["Location"] == reverse("refurb:device_detail", args=[device.reference])
    assert "PRH-0042" in client.get(reverse("refurb:device_list"), {"text": held}).content.decode()
    data = {"devices": held, "sheet": "l7160", "skipped": 0, "reason": "unreadable"}
    client.post(reverse("refurb:label_print"), data)
    assert LabelRun.objects.order_by("pk").last().labels.get().device == device  # type: ignore[union-attr]


def test_a_label_that_is_too_long_for_bars_keeps_its_square_code(bench: Bench) -> None:
    device = bench.received(tag="A-LONG-LABEL-OF-FORTY-SIGNS-THAT-NO-BAR")
    (code,) = codes_on(draw(printed(bench, device, sheet="roll_57")))
    assert code.endswith(f"/{device.reference}/")


def test_a_printing_says_for_ever_what_it_said(bench: Bench) -> None:
    device = bench.in_process()
    run = printed(bench, device)
    was = draw(run)
    devices.describe_device(actor=bench.technician, device=device, **READ | {"model": "Un autre"})
    assert draw(LabelRun.objects.get(pk=run.pk)) == was
    again = printed(bench, device, reason="changed")
    assert "Un autre" in again.labels.get().said


def test_of_a_printing_only_those_printed_before_are_said_to_be_printed_again(bench: Bench) -> None:
    before, new = bench.received(), bench.received()
    printed(bench, before)
    run = printed(bench, before, new, reason="lost")
    page = read(acting(bench.technician), reverse("refurb:label_run", args=[run.pk]))
    assert "1\u00a0étiquette réimprimée\u00a0: décollée ou perdue." in page
    assert "Réimprimées car" not in page


def test_the_words_of_a_device_are_text_and_nothing_else(bench: Bench) -> None:
    device = bench.received(manufacturer="<script>x</script>", model="& Cie")
    run = printed(bench, device)
    page = read(acting(bench.technician), reverse("refurb:label_run", args=[run.pk]))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert pages_in(draw(run)) == 1


# --- whose labels


def test_another_workshop_neither_prints_nor_reads(bench: Bench) -> None:
    device, stranger = bench.received(), bench.stranger
    run = printed(bench, device)
    with pytest.raises(ValidationError):
        labels.print_labels(actor=stranger, devices=Device.objects.filter(pk=device.pk), sheet="l7160")
    client = acting(stranger)
    for name in ("label_run", "label_sheet_pdf"):
        assert client.get(reverse(f"refurb:{name}", args=[run.pk])).status_code == 404
    page = client.post(reverse("refurb:label_print"), {"devices": device.tag, "sheet": "l7160", "skipped": 0})
    assert f"Aucun appareil de l’atelier ne porte\u00a0: «\u00a0{device.tag}\u00a0»" in page.content.decode()
    assert LabelRun.objects.count() == 1


def test_who_works_in_no_workshop_prints_nothing(bench: Bench) -> None:
    device = bench.received()
    with pytest.raises(PermissionDenied):
        labels.print_labels(actor=bench.pilot, devices=Device.objects.filter(pk=device.pk), sheet="l7160")
    client = acting(bench.pilot)
    for name in ("label_print", "label_blank", "label_sheet_add"):
        assert client.get(reverse(f"refurb:{name}")).status_code == 403


def test_a_device_that_left_for_good_gets_no_label(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")
    bench.no_storage(device)
    bench.recycle(bench.unusable(device))
    with pytest.raises(ValidationError, match="PRH-0042 n’est plus suivi"):
        printed(bench, device)
    data = {"devices": "PRH-0042", "sheet": "l7160", "skipped": 0}
    page = acting(bench.technician).post(reverse("refurb:label_print"), data).content.decode()
    assert "N’est plus suivi à l’atelier\u00a0: «\u00a0PRH-0042\u00a0»." in page
    assert "Imprimer l’étiquette" not in read(acting(bench.technician), f"/appareils/{device.reference}/")


# --- a second time


def test_a_label_is_printed_again_only_with_a_reason_and_both_are_kept(bench: Bench) -> None:
    device, other = bench.received(), bench.received()
    printed(bench, device)
    with pytest.raises(ValidationError) as refused:
        printed(bench, device, other)
    assert refused.value.message_dict == {
        "reason": [f"L’étiquette {device.tag} a déjà été imprimée\u00a0: dites pourquoi elle l’est à nouveau."]
    }
    with pytest.raises(ValidationError):
        printed(bench, device, reason="whim")
    again = printed(bench, device, other, reason="lost")
    assert {label.device_id: label.again for label in again.labels.all()} == {device.pk: True, other.pk: False}
    assert Label.objects.filter(device=device).count() == 2
    page = read(acting(bench.technician), reverse("refurb:device_detail", args=[device.reference]))
    assert "(2 fois en tout)" in page


def test_a_label_printed_in_advance_and_stuck_was_printed(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    (tag,) = blank(bench, 1)
    device = bench.received(tag=tag)
    with pytest.raises(ValidationError, match="a déjà été imprimée"):
        printed(bench, device)
    assert printed(bench, device, reason="unreadable").labels.get().again
    assert Label.objects.last_of([device])[device.pk][0] == 2
    Bench().received(tag=tag)
    assert Label.objects.last_of([bench.received(tag="PRH-0999")]) == {}


@pytest.mark.django_db(transaction=True)
def test_two_people_who_print_the_same_label_at_once_do_not_both_print_it_first(bench: Bench) -> None:
    device = bench.received()
    answers = at_once(lambda: printed(bench, device), lambda: printed(bench, device), returned=(ValidationError,))
    assert sorted(type(answer).__name__ for answer in answers) == ["LabelRun", "ValidationError"]


def test_a_label_that_was_corrected_is_a_new_one(bench: Bench) -> None:
    device = bench.received(tag="PRH-0042")
    printed(bench, device)
    corrections.correct_tag_device(actor=bench.technician, device=device, tag="PRH-0043", reason="replaced")
    assert not printed(bench, device).labels.get().again


def test_a_reason_is_not_kept_when_nothing_is_printed_again(bench: Bench) -> None:
    assert printed(bench, bench.received(), reason="lost").reason == ""


# --- numbers


def test_numbers_follow_the_greatest_ever_drawn_or_stuck(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    bench.received(tag="prh 0041")
    assert blank(bench, 2) == ["PRH-0042", "PRH-0043"]
    bench.received(tag="PRH0099")
    assert blank(bench, 1) == ["PRH-0100"]
    assert blank(bench, 1, sheet="roll_62") == ["PRH-0101"]


def test_the_numbers_of_another_workshop_or_of_another_form_do_not_count(bench: Bench) -> None:
    bench.received(tag="XYZ-0500")
    other = Bench()
    corrections.set_tag_shape(actor=other.manager, shape="PRH-####")
    blank(other, 3)
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    assert blank(bench, 1) == ["PRH-0001"]


@pytest.mark.parametrize(
    ("shape", "said"),
    [("", "Aucune forme n’est fixée"), ("PRH-##@@", "laisse des lettres au choix"), ("PRH", "au choix")],
)
def test_without_a_form_of_figures_nothing_is_numbered_and_the_page_says_why(
    bench: Bench, shape: str, said: str
) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape=shape)
    with pytest.raises(ValidationError, match=said):
        blank(bench, 1)
    assert said in read(acting(bench.technician), reverse("refurb:label_blank"))


def test_a_form_that_is_full_says_how_many_are_left(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="A-##")
    bench.received(tag="A-97")
    with pytest.raises(ValidationError, match="n’a plus que 2 numéros"):
        blank(bench, 3)
    assert blank(bench, 2) == ["A-98", "A-99"]
    with pytest.raises(ValidationError, match="n’a plus aucun numéro"):
        blank(bench, 1)


def test_the_database_refuses_a_number_drawn_twice_whoever_writes(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    blank(bench, 1)
    run = LabelRun.objects.get()
    with pytest.raises(IntegrityError, match="refurb_label_blank_once"), transaction.atomic():
        Label.objects.create(run=run, workshop=run.workshop, rank=9, tag="prh0001")


@pytest.mark.django_db(transaction=True)
def test_two_people_who_print_at_once_draw_other_numbers(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    answers = at_once(lambda: blank(bench, 5), lambda: blank(bench, 5))
    assert sorted(itertools.chain(*answers)) == [f"PRH-{rank:04}" for rank in range(1, 11)]


# --- sheets


def test_a_sheet_of_one_s_own_is_printed_on(bench: Bench) -> None:
    page = {
        "name": "Planche de l’atelier",
        "page_width": "210",
        "page_height": "297",
        "columns": "2",
        "rows": "4",
        "width": "90",
        "height": "60",
        "left": "10",
        "top": "15",
        "across": "100",
        "down": "65",
    }
    client = acting(bench.manager)
    client.post(reverse("refurb:label_sheet_add"), page)
    own = LabelSheet.objects.get()
    run = printed(bench, bench.received(tag="PRH-0042"), sheet=f"own_{own.pk}", skipped=7)
    assert "PRH-0042" in codes_on(draw(run))
    client.post(reverse("refurb:label_sheet_add"), page | {"left": "9"})
    known = labels.sheets_of(bench.workshop.organisation.pk)
    assert [str(sheet.left) for name, sheet in known.values() if name == "Planche de l’atelier"] == ["9.00"]
    wide = client.post(reverse("refurb:label_sheet_add"), page | {"name": "Autre", "left": "30"})
    assert "Les étiquettes dépassent la page à droite." in wide.content.decode()
    assert 'value="30"' in wide.content.decode()
    assert acting(bench.technician).get(reverse("refurb:label_sheet_add")).status_code == 403


def test_a_sheet_of_another_workshop_is_not_one_s_own(bench: Bench) -> None:
    other = Bench()
    theirs = labels.describe_sheet(actor=other.manager, name="La leur", **READY_MADE["l7163"][1].written())
    with pytest.raises(ValidationError) as refused:
        printed(bench, bench.received(), sheet=f"own_{theirs.pk}")
    assert refused.value.message_dict == {"sheet": ["Choisissez une planche."]}


@pytest.mark.parametrize(("sheet", "skipped"), [("l7160", 21), ("roll_62", 1)])
def test_a_place_beyond_the_page_is_refused(bench: Bench, sheet: str, skipped: int) -> None:
    with pytest.raises(ValidationError) as refused:
        printed(bench, bench.received(), sheet=sheet, skipped=skipped)
    assert set(refused.value.message_dict) == {"skipped"}


# --- the pages


def test_the_latest_printing_comes_first(bench: Bench) -> None:
    runs = [printed(bench, bench.received()) for _ in range(3)]
    page = read(acting(bench.technician), reverse("refurb:tag_shape"))
    places = [page.index(reverse("refurb:label_run", args=[run.pk])) for run in runs]
    assert places == sorted(places, reverse=True)


def test_a_pasted_list_is_printed_in_its_order_each_once(bench: Bench) -> None:
    first, second = bench.received(tag="B-2"), bench.received(tag="A-1")
    typed = f"b 2\n{second.reference.lower()}; B-2\t\n"
    data = {"devices": typed, "sheet": "l7163", "skipped": 3}
    page = acting(bench.technician).post(reverse("refurb:label_print"), data, follow=True)
    assert [label.device_id for label in LabelRun.objects.get().labels.all()] == [first.pk, second.pk]
    assert "2 étiquettes prêtes" in page.content.decode()


def test_unknown_lines_are_named_and_what_was_typed_is_still_there(bench: Bench) -> None:
    device = bench.received(tag="A-1")
    data = {"devices": "A-1\nA-2\nZ9", "sheet": "l7160", "skipped": "0"}
    page = acting(bench.technician).post(reverse("refurb:label_print"), data).content.decode()
    assert "Aucun appareil de l’atelier ne porte\u00a0: «\u00a0A-2\u00a0», «\u00a0Z9\u00a0»." in page
    assert re.search(r"<textarea[^>]*>\s*A-1\nA-2\nZ9</textarea>", page)
    assert not Label.objects.filter(device=device).exists()


def test_what_was_never_printed_is_one_click_away_until_it_is(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    (tag,) = blank(bench, 1)
    bench.received(tag=tag)
    device = bench.received(tag="PRH-0777")
    client = acting(bench.technician)
    assert "1 appareil de l’atelier dont l’étiquette n’a jamais été imprimée" in read(
        client, reverse("refurb:tag_shape")
    )
    page = read(client, f"{reverse('refurb:label_print')}?jamais=1")
    assert re.search(r"<textarea[^>]*>\s*PRH-0777</textarea>", page)
    printed(bench, device)
    assert "n’a jamais été imprimée" not in read(client, reverse("refurb:tag_shape"))


def test_what_is_ticked_in_the_list_is_printed(bench: Bench) -> None:
    first, second, third = (bench.received(tag=tag) for tag in ("C-3", "SECOND-2", "A-1"))
    gone = bench.received(tag="D-4")
    bench.no_storage(gone)
    bench.recycle(bench.unusable(gone))
    client, ticked = acting(bench.technician), [first.reference, third.reference, gone.reference]
    assert "Imprimer leurs étiquettes" in read(client, reverse("refurb:device_list"))
    page = client.post(reverse("refurb:device_list"), {"verb": ["start", "label_print"], "device": ticked})
    found = page.content.decode()
    assert re.search(r"<textarea[^>]*>\s*A-1\nC-3</textarea>", found)
    assert f'action="{reverse("refurb:label_print")}"' in found
    assert second.tag not in found
    assert "1 appareil coché sans étiquette, sorti ou d’un autre atelier" in found
    whole = client.post(reverse("refurb:device_list"), {"verb": "label_print", "everything": "1"}).content.decode()
    assert re.search(r"<textarea[^>]*>\s*A-1\nC-3\nSECOND-2</textarea>", whole)
    assert not LabelRun.objects.exists()


def test_who_works_in_no_workshop_is_offered_no_labels_in_the_list(bench: Bench) -> None:
    device = bench.received()
    client = acting(bench.pilot)
    assert "Imprimer leurs étiquettes" not in read(client, reverse("refurb:device_list"))
    data = {"verb": "label_print", "device": device.reference}
    assert client.post(reverse("refurb:device_list"), data).status_code == 404


def test_why_again_is_asked_of_what_was_printed_before_and_of_nothing_else(bench: Bench) -> None:
    device, other = bench.received(), bench.received()
    printed(bench, device)
    client, page = acting(bench.technician), reverse("refurb:label_print")
    assert "Pourquoi à nouveau" in read(client, f"{page}?appareil={device.reference}")
    assert "Pourquoi à nouveau" not in read(client, f"{page}?appareil={other.reference}")
    asked = client.post(page, {"devices": device.tag, "sheet": "l7160", "skipped": 0}).content.decode()
    assert f"L’étiquette {device.tag} a déjà été imprimée" in asked
    assert 'name="reason"' in asked


def test_the_next_printing_begins_where_the_last_sheet_ended(bench: Bench) -> None:
    printed(bench, bench.received(), bench.received(), sheet="l7163", skipped=4)
    page = read(acting(bench.technician), reverse("refurb:label_print"))
    assert re.search(r'name="skipped" value="6"', page)
    assert re.search(r'<option value="l7163" selected', page)


def test_a_label_moves_no_device(bench: Bench) -> None:
    device = bench.received()
    was = Device.objects.values().get(pk=device.pk)
    printed(bench, device)
    assert Device.objects.values().get(pk=device.pk) == was
