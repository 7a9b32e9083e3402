"""Serial numbers as they are compared, and the words that machines give when nobody wrote them one. Pure.

The database computes the same form (``refurb_serial_key``): a number is held once, whoever writes it.
"""

import re
import unicodedata

ANNOUNCED = re.compile(r"^ *[Ss]/?[Nn] *[:=]")
"""« S/N: » before the number, as labels print it."""
SIGNS = re.compile(r"[^0-9A-Za-z]")
MAKER = re.compile(r"^WD(?=W)")
"""Western Digital: tools print « WD-WCAV… » where the label has « WCAV… »."""
REPEATED = re.compile(r"(.)\1*")
COUNTING = ("0123456789ABCDEF", "123456789ABCDEF", "1234567890")
PLACEHOLDERS = frozenset(
    {
        "AUCUN",
        "BASEBOARDSERIALNUMBER",
        "CHASSISSERIALNUMBER",
        "DEFAULTSTRING",
        "EMPTY",
        "INCONNU",
        "INVALID",
        "NA",
        "NONE",
        "NONLISIBLE",
        "NOTAPPLICABLE",
        "NOTAVAILABLE",
        "NOTPRESENT",
        "NOTSPECIFIED",
        "NULL",
        "OEM",
        "SERIAL",
        "SERIALNUMBER",
        "SYSTEMSERIALNUMBER",
        "TOBEFILLEDBYOEM",
        "UNDEFINED",
        "UNKNOWN",
    }
)
"""What firmware answers when the maker left the field alone (SMBIOS, USB bridges); never a number."""


def same_serial(serial: str) -> str:
    """A serial number as it is compared: letters and digits, in capitals; empty when it is none."""
    plain = ANNOUNCED.sub("", unicodedata.normalize("NFKC", serial))
    key = MAKER.sub("", SIGNS.sub("", plain).upper())
    return "" if _is_placeholder(key) else key


def is_placeholder(serial: str) -> bool:
    """Something is written there, and it is no serial number."""
    return bool(serial.strip()) and not same_serial(serial)


def _is_placeholder(key: str) -> bool:
    if not key or key in PLACEHOLDERS or REPEATED.fullmatch(key):
        return True
    return any(sequence.startswith(key) for sequence in COUNTING)
