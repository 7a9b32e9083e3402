"""What people of the demonstration photograph: drawn, and said to be so on the picture."""

import io

from PIL import Image, ImageDraw, ImageFont

from refurb.enums import DeviceType

GROUND, FRAME, GLASS, MARK = "#e9e4da", "#3b4148", "#7f96a8", "#b3261e"
SCREENS: dict[str, tuple[int, int, int, int]] = {
    DeviceType.LAPTOP: (170, 90, 630, 390),
    DeviceType.DESKTOP: (300, 60, 500, 520),
    DeviceType.SCREEN: (150, 80, 650, 420),
    DeviceType.TABLET: (250, 60, 550, 500),
    DeviceType.SMARTPHONE: (310, 60, 490, 500),
}
"""Where each type of device stands on its picture, in pixels."""


def machine(type_: str, label: str) -> bytes:
    """A device seen from the front, with a scratch, and which model it stands for."""
    picture = Image.new("RGB", (800, 600), GROUND)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = SCREENS[type_]
    pen.rounded_rectangle((left, top, right, bottom), 14, fill=FRAME)
    pen.rectangle((left + 18, top + 18, right - 18, bottom - 26), fill=GLASS)
    if type_ == DeviceType.LAPTOP:
        pen.polygon(((170, 395), (630, 395), (700, 500), (100, 500)), fill="#565d65")
    if type_ == DeviceType.SCREEN:
        pen.rectangle((380, 420, 420, 490), fill=FRAME)
        pen.rectangle((300, 490, 500, 505), fill=FRAME)
    scratch = (right - 150, bottom - 90)
    pen.line((*scratch, right - 70, bottom - 60), fill="white", width=3)
    pen.ellipse((scratch[0] - 25, scratch[1] - 30, right - 45, bottom - 30), outline=MARK, width=4)
    pen.text((24, 560), f"Photo d’exemple\u00a0: {label}", fill="black", font=ImageFont.load_default(22))
    return _written(picture.resize((400, 300)), "JPEG")


def paper() -> bytes:
    """An invented paper, which names nobody."""
    picture = Image.new("RGB", (620, 880), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((30, 30, 590, 850), outline="grey", width=3)
    for rank, line in enumerate(("ATTESTATION DE PAIEMENT (exemple)", "Dossier 000000", "Minimum social")):
        pen.text((70, 90 + 60 * rank), line, fill="black")
    return _written(picture, "PNG")


def _written(picture: Image.Image, form: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, form)
    return written.getvalue()
