"""The files that people of the demonstration attach: they say on their first line that they prove nothing."""

import io
import math
import struct
import time
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

import pypdfium2
from django.utils import timezone
from PIL import Image

from conventions.models import Convention
from documents.models import StoredFile
from documents.services import store_file
from network.models import Membership
from refurb.models import Device, Drive

MISLEADING_SERIALS = ("", "To be filled by O.E.M.", "System Serial Number", "0", "XXXXXXXXXX", "Not Specified")
"""What machines answer when nobody wrote their number (about a quarter of them, domaine §2.2)."""
SCANNED_AT, POINT = 130, 72
"""Dots per inch of the scanner; points of a page per inch."""
SIGNS = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ"


def serial(manufacturer: str, rng: Random) -> str:
    """A serial number as a manufacturer makes them; one computer in four has none that is worth anything."""
    prefix, length = {"Dell": ("", 7), "Lenovo": ("PF", 6), "HP": ("5CG", 7), "Apple": ("F9F", 9)}.get(
        manufacturer, ("R52", 8)
    )
    if rng.random() < 0.25:
        return rng.choice(MISLEADING_SERIALS)
    return prefix + "".join(rng.choices(SIGNS, k=length))


def erasure_report(
    *, drives: Sequence[Drive], started: datetime, finished: datetime, errors: int, by: Membership, at: datetime
) -> StoredFile:
    """The log of a run on one drive or on a rack of them, as a tool writes it."""
    status = "| Erased |" if not errors else f"| Erased | {errors} errors |"
    lines = [
        "Journal d’effacement de démonstration – données inventées, ne prouve rien",
        "",
        f"Début       : {_written(started)}",
        f"Fin         : {_written(finished)}",
        "Passes      : 1 sur 1, dernière passe relue",
        f"Erreurs     : {errors}",
        "Secteurs cachés (HPA/DCO) : aucun",
    ]
    for drive in drives:
        lines += [
            "",
            f"Appareil    : {drive.device.reference} ({drive.device.tag})",
            f"Support     : {drive}",
            f"Octets      : {drive.capacity} sur {drive.capacity}",
            status,
        ]
    return _text(lines, f"effacement-{drives[0].device.tag}.log", by, at)


def nwipe_log(
    *, drives: Sequence[Drive], started: datetime, finished: datetime, errors: int, by: Membership, at: datetime
) -> StoredFile:
    """The log of nwipe on one hard drive or on a rack of them: zeros, the last pass read again."""
    disks = {_disk(rank): drive for rank, drive in enumerate(drives)}
    half = started + (finished - started) / 2
    begun, turned, ended = (f"[{timezone.localtime(when):%Y/%m/%d %H:%M:%S}]" for when in (started, half, finished))
    lines = [
        "Journal d’effacement de démonstration – données inventées, ne prouve rien",
        f"{begun}    info: nwipe 0.37",
    ]
    for disk, drive in disks.items():
        size = (drive.capacity or 0) // 10**9
        lines += [
            f"{begun}  notice: Found /dev/{disk}, ATA, {drive.manufacturer},  {size} GB, S/N={drive.serial}",
            f"{begun}    info: No hidden sectors on /dev/{disk}",
            f"{begun}  notice: /dev/{disk}, sect/blk/dev 512/4096/{drive.capacity}",
            f"{begun}  notice: Invoking method 'Fill With Zeros' on /dev/{disk}",
            f"{begun}  notice: Starting pass 1/1, round 1/1, on /dev/{disk}",
        ]
    for disk, drive in disks.items():
        lines += [
            f"{turned}  notice: {drive.capacity} bytes written to /dev/{disk}",
            f"{turned}  notice: Verifying pass 1 of 1, round 1 of 1, on /dev/{disk}",
        ]
    for disk in disks:
        lines += [
            f"{ended}  notice: Verified pass 1 of 1, round 1 of 1, on '/dev/{disk}'.",
            f"{ended}  notice: Finished pass 1/1, round 1/1, on /dev/{disk}",
            f"{ended}  notice: Finished final round 1 of 1 on /dev/{disk}",
        ]
    seconds = int((finished.replace(microsecond=0) - started.replace(microsecond=0)).total_seconds())
    hours = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    rate = 2 * max(drive.capacity or 0 for drive in drives) // max(seconds, 1) // 10**6
    lines += [f"  {disk} | {errors} | 0 | 0" for disk in disks]
    lines += [f"  {disk} | Erased | {rate} MB/s | {hours} | {drive.serial}" for disk, drive in disks.items()]
    return _text(lines, f"nwipe-{drives[0].device.tag}.log", by, at)


def _disk(rank: int) -> str:
    """« sda », « sdb »… « sdz », « sdaa »: as Linux names them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "sd" + ("" if rank < len(letters) else letters[rank // len(letters) - 1]) + letters[rank % len(letters)]


def donor_certificate(*, device: Device, drive: Drive, by: Membership, at: datetime) -> StoredFile:
    """What a donor hands over with a machine: kept, and counted for nothing."""
    lines = (
        "Certificat d’effacement de démonstration – données inventées, ne prouve rien",
        f"Le donateur déclare avoir effacé le disque {drive.serial} de l’appareil {device.tag}.",
    )
    return _text(lines, f"certificat-donateur-{device.tag}.txt", by, at)


def destruction_certificate(*, recycler: str, device: Device, drive: Drive, by: Membership, at: datetime) -> StoredFile:
    """What a recycler sends once drives are shredded."""
    lines = (
        "Certificat de destruction de démonstration – données inventées, ne prouve rien",
        f"{recycler} certifie avoir broyé le support {drive} remis avec le bordereau {device.bsd_number}.",
    )
    return _text(lines, f"destruction-{device.bsd_number}-{device.tag}.txt", by, at)


def formal_notice(*, convention: Convention, by: Membership, at: datetime) -> StoredFile:
    """What a party sends before it ends a convention alone."""
    lines = (
        "Mise en demeure de démonstration – données inventées, ne prouve rien",
        f"Convention {convention.reference}\u00a0: les livraisons sont à reprendre, faute de quoi elle sera résiliée.",
    )
    return _text(lines, f"mise-en-demeure-{convention.reference}.txt", by, at)


def signature(*, rng: Random, by: Membership, at: datetime) -> StoredFile:
    """A signature drawn on a screen, deposited by whoever holds it."""
    return store_file(content=drawing(rng), name="signature-demonstration.png", by=by, at=at)


def drawing(rng: Random) -> bytes:
    """A line that goes up and down, 240 × 80 points, black on white, as a PNG image."""
    width, height, waves = 240, 80, rng.uniform(3, 6)
    grid = [[255] * width for _ in range(height)]
    for x in range(20, width - 20):
        y = height / 2 + 24 * math.sin(x * waves / 40) * (1 - x / width)
        for thick in (0, 1, 2):
            grid[int(y) + thick][x] = 0
    raw = b"".join(b"\0" + bytes(row) for row in grid)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")


def scanned(content: bytes, rng: Random) -> bytes:
    """A paper that was printed, signed by hand at the foot of its last page, and scanned in shades of grey."""
    printed = pypdfium2.PdfDocument(content)
    pages = [page.render(scale=SCANNED_AT / POINT, grayscale=True).to_pil() for page in printed]
    with Image.open(io.BytesIO(drawing(rng))) as ink:
        pages[-1].paste(ink, (pages[-1].width - ink.width - 120, pages[-1].height - ink.height - 160))
    scan, when = io.BytesIO(), time.gmtime(0)
    first, *others = pages
    first.save(scan, "PDF", save_all=True, append_images=others, resolution=SCANNED_AT, creationDate=when, modDate=when)
    printed.close()
    return scan.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _text(lines: Iterable[str], name: str, by: Membership, at: datetime) -> StoredFile:
    content = "\n".join((*lines, "")).encode()
    return store_file(content=content, name=name, content_type="text/plain", by=by, at=at)


def _written(instant: datetime) -> str:
    return f"{timezone.localtime(instant):%d/%m/%Y %H:%M:%S}"
