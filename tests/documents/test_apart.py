"""A hostile file ends with the process that reads it: bounded points, pages, memory, time; nothing of it is told."""

import struct
import zlib

import pytest

from documents.readers import apart
from documents.readers.apart import NotRead, read_apart
from documents.readers.pages import CODES, PICTURE, READER
from tests.documents.pdfs import rewritten_pdf, scan_with, signed_pdf, small_pdf

SIGNED = "documents.readers.signed"


def picture_of(width: int, height: int) -> bytes:
    """A PNG that says this size and holds nothing of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_a_picture_of_billions_of_points_is_not_unpacked() -> None:
    assert read_apart(READER, CODES, picture_of(60_000, 60_000), small_pdf("x")) == {"refused": "points"}


def test_a_page_as_wide_as_a_town_is_drawn_in_as_many_points_as_another() -> None:
    wide = small_pdf("x").replace(b"[0 0 595 842]", b"[0 0 9e6 8e6]")

    assert read_apart(READER, CODES, wide, small_pdf("x"))["pages"] == 1


def test_a_file_of_too_many_pages_is_not_read() -> None:
    assert read_apart(READER, CODES, scan_with(pages=81), small_pdf("x")) == {"refused": "pages"}


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)

    with pytest.raises(NotRead):
        read_apart(READER, PICTURE, small_pdf("x"), b"1")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n%%EOF\n", b"\x89PNG\r\n\x1a\nrien", picture_of(10, 10)])
def test_what_is_broken_is_not_read_and_the_error_holds_none_of_it(content: bytes) -> None:
    with pytest.raises(NotRead) as error:
        read_apart(READER, CODES, content, small_pdf("x"))
    assert str(error.value) == "CalledProcessError"


def test_the_codes_of_each_page_are_told_with_its_number() -> None:
    answer = read_apart(READER, CODES, scan_with("https://un.fr/a", "deux", pages=2), small_pdf("x"))

    assert answer == {
        "pages": 2,
        "codes": [[1, "https://un.fr/a"], [1, "deux"]],
        "frozen_pages": 1,
        "sizes": [[825, 1100]] * 2,
        "frozen_sizes": [[777, 1100]],
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda held: held, "unsigned"),
        (lambda held: held + b"%\n", "unsigned"),
        (lambda held: signed_pdf(small_pdf("autre")), "other"),
        (lambda held: rewritten_pdf(signed_pdf(held)), "altered"),
        (lambda held: signed_pdf(rewritten_pdf(held)), "altered"),
        (lambda held: rewritten_pdf(signed_pdf(signed_pdf(held), field="Signature2")), "altered"),
    ],
    ids=["as it was", "junk after it", "another file", "changed after", "changed before", "changed after the second"],
)
def test_what_is_no_signature_of_the_frozen_file_has_a_name(change, code: str) -> None:  # type: ignore[no-untyped-def]
    held = small_pdf("la convention")

    assert read_apart(SIGNED, held, change(held)) == {"refused": code}


def test_signatures_are_told_in_order_with_their_certificates() -> None:
    held = small_pdf("la convention")
    twice = signed_pdf(signed_pdf(held, "Jeanne Martin"), "Ali Saadi", "Atelier", field="Signature2")

    first, second = read_apart(SIGNED, held, twice)["signers"]

    assert (first["name"], second["name"], second["organisation"]) == ("Jeanne Martin", "Ali Saadi", "Atelier")
    assert second["self_signed"]
    assert second["was_valid"]
