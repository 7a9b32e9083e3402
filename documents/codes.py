"""Codes that a phone or a scanner reads, drawn as images with their text alternative."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString


def qr_svg(text: str, *, alt: str) -> SafeString:
    """A QR code of ``text`` as an ``<img>`` that holds its own SVG: for papers as for screens.

    ``alt`` says in French what the code leads to. The same text gives the same bytes. The size is the
    stylesheet's affair (class ``qr``). Raises segno.DataOverflowError beyond what a QR code holds.
    """
    code = segno.make_qr(text, error="m")
    image = code.svg_data_uri(border=2, dark="#000", light="#fff", omitsize=True)
    return format_html('<img class="qr" src="{}" alt="{}">', image, alt)
