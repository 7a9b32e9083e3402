"""An SMS as a telephone takes it: the number it goes to, the signs it may hold, how many parts it is cut into.

Source: 3GPP TS 23.038, the default alphabet of GSM and its extension; E.164 for numbers; plan national de numérotation
for what is a mobile in mainland France: 06 and 07.
"""

import re

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ\u00a7¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€\f"
"""Signs that count for two."""
ALONE, JOINED = 160, 153
"""How many signs of the alphabet one SMS holds, by itself and as a part of a longer one."""
WIDE_ALONE, WIDE_JOINED = 70, 67
"""The same as soon as one sign is not of the alphabet."""
SIMPLER = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "«": '"',
        "»": '"',
        "…": "...",
        "–": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "ê": "e",
        "ë": "e",
        "â": "a",
        "î": "i",
        "ï": "i",
        "ô": "o",
        "û": "u",
        "ç": "c",
        "œ": "oe",
    }
)
"""Signs that the alphabet lacks, by what is read the same: one of them would cut the SMS at 70."""
SEPARATED = r"[ \t./()\u00a0\u202f-]*"
TYPED_MOBILE = rf"^{SEPARATED}(\+33|0033|0)({SEPARATED}0)?{SEPARATED}[67]({SEPARATED}[0-9]){{8}}{SEPARATED}$"
"""The numbers that ``mobile_of`` reads, as the base looks for them."""
MOBILE = re.compile(r"^\+33[67][0-9]{8}$")


def mobile_of(typed: str) -> str:
    """The number in the form E.164, « +33612345678 »; empty for one that is no mobile of mainland France."""
    figures = re.sub(r"[\s.\-/()]", "", typed)
    for start in ("+33", "0033", "0"):
        if figures.startswith(start):
            found = f"+33{figures.removeprefix(start).removeprefix('0')}"
            return found if MOBILE.match(found) else ""
    return ""


def simpler(text: str) -> str:
    """The same text in the signs of the alphabet, as far as French goes."""
    return text.translate(SIMPLER)


def is_basic(text: str) -> bool:
    """Whether every sign is of the alphabet."""
    return all(sign in BASIC or sign in EXTENDED for sign in text)


def length_of(text: str) -> int:
    """How many signs it counts for: of the alphabet, or else as sixteen bits each."""
    if is_basic(text):
        return sum(2 if sign in EXTENDED else 1 for sign in text)
    return len(text.encode("utf-16-be")) // 2


def parts_of(text: str) -> int:
    """How many SMS it is cut into, and paid for."""
    length = length_of(text)
    alone, joined = (ALONE, JOINED) if is_basic(text) else (WIDE_ALONE, WIDE_JOINED)
    return 1 if length <= alone else -(-length // joined)
