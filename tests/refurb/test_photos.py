"""Photos of a device: nothing of the camera is kept, nothing heavy is opened, nobody else sees them."""

import io
import re
import struct

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from documents.models import StoredFile
from documents.readers import pictures
from documents.services.files import open_file
from lifecycle.exceptions import Refused, Unknown
from refurb.models import Device, Photo
from refurb.services import photos
from tests.distribution.shelves import Shelf
from tests.documents.pictures import MAKER, PLACE, a_bomb, a_photo
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, from_lot, given_to, load_numbers, private_lot
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def add(bench: Bench, device: Device, content: bytes | None = None) -> Photo:
    return photos.add_photo(actor=bench.technician, device=device, content=content or a_photo())


def stored(photo: Photo) -> bytes:
    return open_file(photo.file).read()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_that_a_camera_wrote_is_in_what_is_kept(bench: Bench, kind: str) -> None:
    sent = a_photo(kind)
    assert MAKER.encode() in sent  # the test is worth something: it was there
    kept = stored(add(bench, bench.received(), sent))
    assert kept.startswith(b"\xff\xd8\xff")
    for trace in (MAKER.encode(), PLACE.encode(), b"Exif", b"xmpmeta", b"http://ns.adobe.com", b"ICC_PROFILE", b"GPS"):
        assert trace not in kept
    segments = set(re.findall(rb"\xff([\xe1-\xef\xfe])", kept[: kept.index(b"\xff\xda")]))
    assert segments == set(), "no APP segment but JFIF's own, and no comment"
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert max(picture.size) == pictures.LONGEST_SIDE


def test_a_picture_of_a_telephone_of_today_is_opened_within_its_memory(bench: Bench) -> None:
    """Twelve million points, as it takes them when nobody changed its settings."""
    kept = stored(add(bench, bench.received(), a_photo("HEIF", size=(4032, 3024))))
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (1600, 1200)


def test_what_was_sent_is_kept_nowhere(bench: Bench) -> None:
    sent = a_photo()
    photo = add(bench, bench.received(), sent)
    assert list(StoredFile.objects.filter(size=len(sent))) == []
    assert photo.file.name.endswith(".jpg")


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_it_is_turned_upright_before_what_says_how_is_dropped(bench: Bench, kind: str) -> None:
    kept = stored(add(bench, bench.received(), a_photo(kind, size=(800, 400), turned=True)))
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (400, 800)
        top, bottom = picture.getpixel((200, 100)), picture.getpixel((200, 700))
    assert top[0] > 200 > bottom[0]  # type: ignore[index]
    assert bottom[2] > 200 > top[2]  # type: ignore[index]


def a_large_claim() -> bytes:
    """A HEIC of a few kilobytes that claims 60 000 points a side."""
    small = a_photo("HEIF", size=(640, 640))
    side = struct.pack(">II", 640, 640)
    assert side in small
    return small.replace(side, struct.pack(">II", 60_000, 60_000))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "Le plus compatible"),
        (a_photo("HEIF")[:2000], "Le plus compatible"),
        (a_large_claim(), "trop de points|Le plus compatible"),
        (b"not a picture", "ne se lit pas"),
        (a_photo()[:3000], "ne se lit pas"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "ne se lit pas"),
        (b"%PDF-1.7 ...", "est un PDF, qui ne se lit pas .* envoyez cette photo"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "ne se lit pas"),
        (a_bomb(), "trop de points"),
        (a_photo(size=(8, 8)), "trop petite .* 300\u00a0points de côté au moins"),
        (a_photo("HEIF", size=(1200, 290)), "trop petite"),
    ],
    ids=["heic", "cut_heic", "large_heic", "text", "cut", "gif", "pdf", "svg", "bomb", "tiny", "strip"],
)
def test_what_is_no_picture_that_is_read_is_refused_with_a_sentence(
    bench: Bench, content: bytes, sentence: str
) -> None:
    device = bench.received()
    with pytest.raises(Refused, match=sentence):
        add(bench, device, content)
    page = answered(
        acting(bench.technician), page_of(device, "device_add_photo"), deposit=SimpleUploadedFile("IMG.jpg", content)
    )
    assert re.search(sentence, page)
    assert not Photo.objects.exists()


def test_a_device_has_so_many_and_one_taken_away_makes_room(bench: Bench) -> None:
    device, small = bench.received(), a_photo(size=(400, 300))
    kept = [add(bench, device, small) for _ in range(photos.MOST_PHOTOS)]
    with pytest.raises(Refused, match="8 photos au plus"):
        add(bench, device, small)
    photos.remove_photo(actor=bench.technician, photo=kept[0])
    assert add(bench, device, small).pk > kept[-1].pk


def test_one_taken_away_is_forgotten_and_that_it_was_there_is_not(bench: Bench) -> None:
    device = bench.received()
    photo, browser = add(bench, device), acting(bench.technician)
    url = page_of(device, "device_photo", photo.pk)
    assert browser.get(url).status_code == 200
    done(browser, page_of(device, "device_remove_photo", photo.pk))
    assert browser.get(url).status_code == 404
    gone = Photo.objects.get()
    assert (gone.removed_by, gone.file.is_forgotten, gone.file.name) == (bench.technician, True, "")
    assert browser.post(page_of(device, "device_remove_photo", photo.pk)).status_code == 404


def test_those_who_see_the_device_see_it_and_those_who_work_on_it_alone_add_and_take_away() -> None:
    scene = private_lot()
    load_numbers()
    device, bench = from_lot(scene), given_to(scene)
    photo = add(bench, device)
    url = page_of(device, "device_photo", photo.pk)
    for reader in (bench.technician, bench.manager, bench.pilot, scene.contact):
        response = acting(reader).get(url)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "private" in response["Cache-Control"]
        assert url in read(acting(reader), page_of(device, "device_detail"))
    assert acting(bench.stranger).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert acting(scene.contact).get(page_of(device, "device_add_photo")).status_code == 403
    assert acting(scene.contact).post(page_of(device, "device_remove_photo", photo.pk)).status_code == 403
    with pytest.raises(PermissionDenied):
        photos.remove_photo(actor=bench.pilot, photo=photo)
    with pytest.raises(Unknown):
        photos.remove_photo(actor=bench.stranger, photo=photo)
    with pytest.raises(PermissionDenied):
        photos.add_photo(actor=scene.contact, device=device, content=a_photo())


def test_a_photo_of_one_device_is_not_read_under_another(bench: Bench) -> None:
    photo = add(bench, bench.received())
    assert acting(bench.technician).get(page_of(bench.received(), "device_photo", photo.pk)).status_code == 404


def test_the_page_warns_and_adds(bench: Bench) -> None:
    device, browser = bench.received(), acting(bench.technician)
    page = read(browser, page_of(device, "device_add_photo"))
    assert "Sans personne, ni écran" in page
    assert 'enctype="multipart/form-data"' in page
    sent = SimpleUploadedFile("C:\\Camille Martin\\IMG_1.JPG", a_photo(), "image/jpeg")
    assert done(browser, page_of(device, "device_add_photo"), deposit=sent) == page_of(device, "device_detail")
    assert "Camille" not in Photo.objects.get().file.name


def test_a_device_at_a_household_s_is_photographed_no_more() -> None:
    shelf = Shelf()
    device = shelf.handed_over()
    with pytest.raises(Refused, match="pas entre les mains"):
        add(shelf.bench, device)
