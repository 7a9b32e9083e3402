"""Pictures as telephones send them, and files that only claim to be one."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, TiffImagePlugin

PLACE = "50.6292N"
MAKER = "AppareilPhotoSecret"


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), *, turned: bool = False) -> bytes:
    """A picture red on its left and blue on its right, with all that a telephone writes beside it."""
    picture = Image.new("RGB", size, "blue")
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = MAKER, MAKER
    if turned:
        exif[0x0112] = 6  # to be turned a quarter to the right
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", tuple(TiffImagePlugin.IFDRational(one) for one in (50, 37, 45))
    gps[29] = "2026:11:28"
    written = io.BytesIO()
    given: dict[str, Any] = {"exif": exif, "xmp": f"<x:xmpmeta>{PLACE} {MAKER}</x:xmpmeta>".encode()}
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
        picture.info |= {"exif": exif.tobytes(), "xmp": f"<x:xmpmeta>{PLACE} {MAKER}</x:xmpmeta>".encode()}
        # the way it is turned is written in the picture, not beside it
    if kind == "JPEG":
        given |= {"comment": MAKER.encode(), "icc_profile": MAKER.encode() * 8}
    picture.save(written, kind, **({} if kind == "HEIF" else given))
    return written.getvalue()


def a_bomb(side: int = 30_000) -> bytes:
    """A PNG of some hundred kilobytes that claims 900 million points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\0" * (side + 1) * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
