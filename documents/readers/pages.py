"""The pages of a scan or of a photo: how many, the QR codes on them, and one of them as a picture.

Run apart (``documents.readers.apart``): as many pages and as many points as are said here, never more.
"""

import base64
import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import zxingcpp
from PIL import Image

from documents.readers.apart import answer_apart

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
READER = "documents.readers.pages"
CODES, PICTURE = b"codes", b"picture"
"""What is asked of it, before the contents."""
MOST_PAGES = 80
"""A convention has about ten pages: beyond that it is another document."""
READ_SIDE = 2400
"""Points of the longer side of a page that codes are looked for on: an A4 page at 200 dpi."""
SHOWN_SIDE = 1100
MOST_POINTS = 80_000_000
"""A photo of a telephone has 12 to 50 million points."""
MOST_CODES = 40
CODE_LENGTH = 200


def read_pages(content: bytes, frozen: bytes) -> dict[str, Any]:
    """``{"pages": how many, "codes": [[page, text], …], "frozen_pages": how many of ``frozen``, "sizes": …}``.

    ``sizes`` and ``frozen_sizes``: the width and height of the picture of each page.

    Or ``{"refused": "pages" or "points"}``.
    """
    count = count_pages(content)
    if isinstance(count, str):
        return {"refused": count}
    found: list[tuple[int, str]] = []
    for number in range(1, count + 1):
        with picture_of(content, number, READ_SIDE) as picture:
            codes = zxingcpp.read_barcodes(picture, formats=QR)
        found += [(number, code.text[:CODE_LENGTH]) for code in codes if code.text]
    told = {"pages": count, "codes": found[:MOST_CODES], "frozen_pages": count_pages(frozen)}
    return told | {"sizes": sizes_of(content), "frozen_sizes": sizes_of(frozen)}


def draw_page(content: bytes, number: bytes) -> dict[str, Any]:
    """``{"png": one page in base 64}``, from 1; the last one when there are fewer."""
    count = count_pages(content)
    if isinstance(count, str):
        return {"refused": count}
    drawn = io.BytesIO()
    with picture_of(content, min(int(number), count), SHOWN_SIDE) as picture:
        picture.save(drawn, "PNG")
    return {"png": base64.b64encode(drawn.getvalue()).decode()}


def count_pages(content: bytes) -> int | str:
    """How many pages, or why it is not read."""
    if not content.startswith(b"%PDF-"):
        with Image.open(io.BytesIO(content)) as picture:
            return 1 if picture.width * picture.height <= MOST_POINTS else "points"
    document = pypdfium2.PdfDocument(content)
    count = len(document)
    document.close()
    return count if 0 < count <= MOST_PAGES else "pages"


def sizes_of(content: bytes) -> list[tuple[int, int]]:
    """The width and height of each page as a picture, its longer side as it is shown."""
    if not content.startswith(b"%PDF-"):
        with Image.open(io.BytesIO(content)) as photo:
            return [_shown(photo.width, photo.height)]
    document = pypdfium2.PdfDocument(content)
    sizes = [_shown(*document[rank].get_size()) for rank in range(min(len(document), MOST_PAGES))]
    document.close()
    return sizes


def _shown(width: float, height: float) -> tuple[int, int]:
    """Of a page that says it has no width, one point."""
    scale = SHOWN_SIDE / (max(width, height) or 1)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def picture_of(content: bytes, number: int, side: int) -> Image.Image:
    """One page in shades of grey, its longer side of ``side`` points at most, whatever size it says it has."""
    if not content.startswith(b"%PDF-"):
        photo = Image.open(io.BytesIO(content))
        photo.draft("L", (side, side))
        grey = photo.convert("L")
        grey.thumbnail((side, side))
        return grey
    document = pypdfium2.PdfDocument(content)
    page = document[number - 1]
    drawn: Image.Image = page.render(scale=side / max(page.get_size()), grayscale=True).to_pil().copy()
    document.close()
    return drawn


def _answer(asked: bytes, *parts: bytes) -> dict[str, Any]:
    return {CODES: read_pages, PICTURE: draw_page}[asked](*parts)


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = None  # told by name, from what the file says of itself, before anything is unpacked
    answer_apart(_answer)
