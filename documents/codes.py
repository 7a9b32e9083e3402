"""Codes that a phone or a scanner reads, drawn as images with their text alternative."""

from itertools import groupby
from urllib.parse import quote

import segno
from barcode.codex import Code128
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET = 10
"""Modules of blank that a scanner needs on each side of a Code 128."""


def qr_svg(text: str, *, alt: str) -> SafeString:
    """A QR code of ``text`` as an ``<img>`` that holds its own SVG: for papers as for screens.

    ``alt`` says in French what the code leads to. The same text gives the same bytes. The size is the
    stylesheet's affair (class ``qr``). Raises segno.DataOverflowError beyond what a QR code holds.
    """
    code = segno.make_qr(text, error="m")
    image = code.svg_data_uri(border=2, dark="#000", light="#fff", omitsize=True)
    return format_html('<img class="qr" src="{}" alt="{}">', image, alt)


def bars_of(text: str) -> str:
    """The modules of the Code 128 (ISO/IEC 15417) of ``text``, quiet zones apart: « 1 » a bar, « 0 » a space.

    Raises barcode.errors.IllegalCharacterError for what is not ASCII.
    """
    (modules,) = Code128(text).build()
    return str(modules)


def bars_svg(text: str, *, alt: str) -> SafeString:
    """The Code 128 of ``text`` as an ``<img>`` that holds its own SVG, stretched to its place by the stylesheet.

    ``alt`` says in French what a scanner types. The quiet zones, ten modules on both sides, are in the picture.
    """
    modules = bars_of(text)
    runs = (("h{}" if sign == "1" else "m{} 0").format(len(list(run))) for sign, run in groupby(modules))
    size = len(modules) + 2 * QUIET
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} 1" preserveAspectRatio="none">'
        f'<path stroke="#000" d="M{QUIET} .5{"".join(runs)}"/></svg>'
    )
    return format_html('<img class="bars" src="data:image/svg+xml,{}" alt="{}">', quote(drawn), alt)
