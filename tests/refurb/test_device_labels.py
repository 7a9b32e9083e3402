"""Labels: one normal form, unique among the devices of a workshop that live, of a form its manager may fix."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection
from django.urls import reverse

from desk.views.search import found_by
from lifecycle.exceptions import Refused
from refurb.enums import CorrectTagReason
from refurb.models import TagShape
from refurb.services import corrections, devices
from refurb.tags import fits, normal
from tests.donations.scene import first_line
from tests.pages import acting, read
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, private_lot
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db

SPELLINGS = ("PRH-0042", "prh-0042", "PRH 0042", "prh0042", " PRH–0042 ", "P R H 0 0 4 2", "PRH\u00a00042")


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_label_is_the_same_however_it_is_spelt(bench: Bench, spelling: str) -> None:
    bench.received(tag="PRH-0042")

    with pytest.raises(Refused) as refused:
        bench.received(tag=spelling)

    assert codes(refused.value) == {"tag_free"}


def test_two_spellings_in_one_set_are_refused_together(bench: Bench) -> None:
    scene = private_lot(2)
    workshop, line = given_to(scene), first_line(scene.collected())

    outcome = devices.receive_devices(actor=workshop.technician, line=line, tags=["LIL-1", "lil 1"])

    assert outcome.moved == []


def test_the_database_refuses_another_spelling_whoever_writes(bench: Bench) -> None:
    bench.received(tag="PRH-0042")
    other = bench.received(tag="PRH-0043")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(IntegrityError, match="refurb_device_tag_once"):
            cursor.execute("UPDATE refurb_device SET tag = 'prh 0042' WHERE id = %s", [other.pk])


def test_the_normal_form_of_the_database_is_that_of_the_code(bench: Bench) -> None:
    for rank, spelling in enumerate(("a b-1", "Ab/2.x_3", "ab–4")):
        device = bench.received(tag=f"{spelling}{rank}")
        assert fresh(device).tag_key == normal(device.tag)


@pytest.mark.parametrize("tag", ["éa-1", "А-0001", "A;1", "<b>", "-A1", "A1\u200b"])
def test_a_label_is_made_of_few_signs(bench: Bench, tag: str) -> None:
    with pytest.raises(Refused) as refused:
        bench.received(tag=tag)

    assert codes(refused.value) == {"tag_made_right"}


def test_another_workshop_may_have_the_same_label(bench: Bench) -> None:
    bench.received(tag="PRH-0042")

    assert Bench().received(tag="prh0042").tag == "prh0042"


def test_a_label_that_reads_as_another_one_is_kept_under_a_number_until_it_is_corrected(bench: Bench) -> None:
    first, second = bench.received(tag="PRH-0042"), bench.received(tag="PRH-0043")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE refurb_device SET tag = 'prh 0042', tag_twin = 1 WHERE id = %s", [second.pk])
        cursor.execute("SET LOCAL session_replication_role = origin; SET CONSTRAINTS ALL DEFERRED")

    second = fresh(second)
    assert (fresh(first).tag_twin, second.tag, second.tag_twin) == (0, "prh 0042", 1)
    page = read(acting(bench.technician), reverse("refurb:device_detail", args=[second.reference]))
    assert "se lit comme celle d’un autre appareil" in page
    corrections.correct_tag_device(actor=bench.technician, device=second, tag="PRH-0044", reason=CorrectTagReason.ALIKE)
    assert fresh(second).tag_twin == 0


# --- the form a workshop fixes


@pytest.mark.parametrize(
    ("shape", "tag", "fit"),
    [
        ("PRH-####", "prh 0042", True),
        ("PRH-####", "PRH-42", False),
        ("PRH-####", "PRH-00421", False),
        ("@@-##*", "ab 12c", True),
        ("@@-##*", "a112c", False),
        ("", "anything", True),
    ],
)
def test_a_form_tells_figures_and_letters_apart(shape: str, tag: str, fit: bool) -> None:
    assert fits(tag, shape) is fit


def test_a_label_out_of_the_form_is_refused_with_the_form(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")

    with pytest.raises(Refused) as refused:
        bench.received(tag="LIL-0042")

    assert codes(refused.value) == {"tag_in_shape"}
    assert "PRH-####" in str(refused.value)


def test_a_label_is_kept_as_the_form_of_its_workshop_writes_it(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    device = bench.received(tag="prh 0042")
    assert device.tag == "PRH-0042"

    act = {"actor": bench.technician, "device": device, "reason": CorrectTagReason.values[0]}
    with pytest.raises(Refused, match="Rien ne change"):
        corrections.correct_tag_device(tag="prh0042", **act)
    assert corrections.correct_tag_device(tag="prh 43 00", **act).tag == "PRH-4300"


def test_a_form_comes_and_goes_and_is_kept(bench: Bench) -> None:
    corrections.set_tag_shape(actor=bench.manager, shape="PRH-####")
    corrections.set_tag_shape(actor=bench.manager, shape="")

    assert bench.received(tag="LIL-0042")
    assert TagShape.objects.filter(workshop=bench.workshop.organisation).count() == 2


def test_a_form_that_no_label_could_have_is_refused(bench: Bench) -> None:
    with pytest.raises(ValidationError):
        corrections.set_tag_shape(actor=bench.manager, shape="é####")


def test_only_the_manager_of_the_workshop_fixes_its_form(bench: Bench) -> None:
    with pytest.raises(PermissionDenied):
        corrections.set_tag_shape(actor=bench.technician, shape="PRH-####")

    client = acting(bench.technician)
    page = client.get(reverse("refurb:tag_shape"))
    assert page.status_code == 200
    assert "Fixer la forme" not in page.content.decode()
    assert client.post(reverse("refurb:tag_shape"), {"shape": "A"}).status_code == 403


def test_the_manager_fixes_the_form_on_its_page(bench: Bench) -> None:
    client = acting(bench.manager)
    wrong = client.post(reverse("refurb:tag_shape"), {"shape": "é##"})
    assert "Une forme compte" in wrong.content.decode()

    done = client.post(reverse("refurb:tag_shape"), {"shape": "prh–####"}, follow=True)

    assert "PRH-####" in done.content.decode()


# --- finding


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_search_finds_any_spelling(bench: Bench, spelling: str) -> None:
    device = bench.received(tag="PRH-0042")
    client = acting(bench.technician)

    found = client.post(reverse("refurb:device_find"), {"text": spelling})
    assert found["Location"] == reverse("refurb:device_detail", args=[device.reference])
    listed = client.get(reverse("refurb:device_list"), {"text": spelling})
    assert device.reference in listed.content.decode()
    assert [one.row for one in found_by(spelling.strip(), bench.technician)] == [device]


def test_a_scan_finds_the_device_that_lives_before_the_one_that_left(bench: Bench) -> None:
    gone = bench.recycle(bench.unusable(bench.proven(bench.in_process(tag="PRH-0042"))))
    here = bench.received(tag="prh0042")
    client = acting(bench.technician)

    found = client.post(reverse("refurb:device_find"), {"text": "PRH-0042"})

    assert gone.tag != here.tag
    assert found["Location"] == reverse("refurb:device_detail", args=[here.reference])


def test_a_label_that_was_corrected_is_told_with_the_one_it_was(bench: Bench) -> None:
    device, client = bench.received(tag="PRH-0042"), acting(bench.technician)

    page = client.post(
        page_of(device, "device_correct_tag"), {"tag": "PRH-0043", "reason": CorrectTagReason.values[0]}, follow=True
    ).content.decode()

    message = page.split('role="status"', 1)[-1].split("Étiquette corrigée", 1)[0]
    assert "PRH-0043\u00a0: étiquette corrigée, c’était PRH-0042." in message
    assert "Étiquette corrigée\u00a0: PRH0042 devient PRH0043" in page
