"""A picture as Maillon keeps it: turned upright, resized, drawn again from its points alone.

What a camera writes beside a picture – where, when, with what, a thumbnail of what was cut away – is in no point of it:
nothing of the file that was sent is kept. It is opened in a process of its own, with bounded memory and time.
"""

import base64
import io
from typing import Any

import pillow_heif
from PIL import Image, ImageOps

from documents.readers.apart import NotRead, answer_apart, read_apart

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONGEST_SIDE = 1600
"""Points of the longer side: a scratch is seen on it, and eight weigh less than three megabytes."""
LEAST_SIDE = 300
"""Points of the shorter side: on fewer, no line of a paper is read, nor a scratch seen. The smallest picture that a
telephone sends by message has some 480."""
MOST_POINTS = 50_000_000
"""Points of the largest picture that is opened: a telephone of today has fifty million; a small file may claim more."""
QUALITY = 82
HEIC = (b"heic", b"heif", b"heix", b"hevc", b"hevx", b"mif1", b"msf1")
"""How the files of some phones begin, after « ftyp »."""


class NotAPicture(Exception):
    """The file is not drawn; ``str()`` is the sentence to show."""


UNREADABLE = (
    "Ce fichier ne se lit pas comme une photo\u00a0: envoyez une photo prise avec un téléphone, ou une image de son"
    " écran. Ni document, ni vidéo, ni image animée."
)
A_PDF = (
    "Ce fichier est un PDF, qui ne se lit pas comme une photo\u00a0: photographiez ce qu’il montre avec un téléphone,"
    " puis envoyez cette photo."
)
OF_A_PHONE = (
    "Cette photo ne se lit pas\u00a0: dans les réglages de l’appareil photo du téléphone, choisissez"
    " «\u00a0Le plus compatible\u00a0», puis reprenez-la."
)
TOO_SMALL = (
    f"Cette image est trop petite pour que l’on y lise quelque chose\u00a0: il faut {LEAST_SIDE}\u00a0points de côté au"
    " moins. Envoyez la photo comme le téléphone l’a prise, sans la réduire."
)
TOO_LARGE = "Cette image a trop de points pour être ouverte\u00a0: réduisez-la avant de l’envoyer."


def drawn_again(content: bytes) -> bytes:
    """The picture as a JPEG of at most ``LONGEST_SIDE``, without any metadata. Raises NotAPicture."""
    try:
        answer = read_apart("documents.readers.pictures", content)
    except NotRead:
        raise NotAPicture(_why_not(content)) from None
    if refused := answer.get("refused"):
        raise NotAPicture(refused)
    return base64.b64decode(answer["drawn"])


def _why_not(content: bytes) -> str:
    """What to send in the place of a file that no picture was read in."""
    if b"%PDF-" in content[:1024]:
        return A_PDF
    return OF_A_PHONE if content[4:8] == b"ftyp" and content[8:12] in HEIC else UNREADABLE


def draw(content: bytes) -> dict[str, Any]:
    """The other side: ``drawn``, the JPEG in base 64, or ``refused``, why not; a file that is no picture raises."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_POINTS:
            return {"refused": TOO_LARGE}
        if min(sent.size) < LEAST_SIDE:
            return {"refused": TOO_SMALL}
        sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        points = ImageOps.exif_transpose(sent).convert("RGBA")
    # A new picture has no metadata to be written with: only the points of the one that was sent are laid on it.
    kept = Image.new("RGB", points.size, "white")
    kept.paste(points, mask=points.getchannel("A"))
    written = io.BytesIO()
    kept.save(written, "JPEG", quality=QUALITY)
    return {"drawn": base64.b64encode(written.getvalue()).decode()}


if __name__ == "__main__":
    pillow_heif.options.DECODE_THREADS = 1  # each would take its share of the memory that is bounded
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # told by name, from what the file says of itself, before anything is unpacked
    answer_apart(draw)
