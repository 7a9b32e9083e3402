"""What donors write of their machines: type, condition, maker, memory, as inventories say them. Pure."""

import re

from conventions.enums import DeviceType
from donations.enums import LineCondition
from imports.readers.cells import Unread
from imports.readers.names import plain

T, C = DeviceType, LineCondition
TYPES: dict[DeviceType, tuple[str, ...]] = {
    T.LAPTOP: (
        *("portable", "pc portable", "ordinateur portable", "micro portable", "laptop", "notebook", "nb", "netbook"),
        *("ultrabook", "ultraportable", "chromebook", "macbook", "macbook pro", "macbook air", "ordinateur mobile"),
        *("station travail portable", "station travail mobile", "workstation mobile", "mobile workstation"),
        *("poste portable", "thinkpad", "elitebook", "latitude"),
    ),
    T.DESKTOP: (
        *("uc", "unite centrale", "tour", "mini tour", "fixe", "pc fixe", "ordinateur fixe", "poste fixe", "desktop"),
        *("pc bureau", "ordinateur bureau", "mini pc", "micro pc", "sff", "all in one", "aio", "tout un", "imac"),
        *("station travail", "workstation", "mac mini", "optiplex", "tower", "desktop pc", "pc desktop"),
    ),
    T.TABLET: ("tablette", "tablette tactile", "tablet", "ipad", "galaxy tab", "tablettes"),
    T.SMARTPHONE: (
        *("smartphone", "telephone", "telephone portable", "telephone mobile", "tel portable", "tel mobile", "tel"),
        *("iphone", "gsm", "mobile phone", "phone", "portable telephone"),
    ),
    T.SCREEN: ("ecran", "ecran pc", "ecran plat", "moniteur", "monitor", "screen", "display", "lcd", "ecrans"),
}
"""The longest words that are found decide: « téléphone portable » is a telephone, « station mobile » not."""
ONLY_ALONE = {"mobile": T.SMARTPHONE, "mobiles": T.SMARTPHONE, "portables": T.LAPTOP, "ucs": T.DESKTOP}
EITHER = frozenset(("pc", "ordinateur", "ordinateurs", "ordi", "micro", "micro ordinateur", "mac", "poste", "computer"))
"""Laptop or desktop: it is not said."""
_TYPE_OF = {phrase: type_ for type_, phrases in TYPES.items() for phrase in phrases}
_LONGEST = sorted(_TYPE_OF, key=len, reverse=True)

CONDITIONS: dict[LineCondition, tuple[str, ...]] = {
    C.WORKING: (
        *("en etat marche", "etat marche", "marche", "fonctionnel", "fonctionne", "ok", "bon", "bon etat", "tres bon"),
        *(
            "tres bon etat",
            "excellent",
            "neuf",
            "comme neuf",
            "correct",
            "operationnel",
            "working",
            "good",
            "use",
            "oui",
        ),
        *("en service", "service", "moyen", "etat moyen", "passable"),
    ),
    C.UNTESTED: ("non teste", "pas teste", "untested", "inconnu", "a tester", "stock", "non verifie"),
    C.FAULTY: (
        *("panne", "hs", "h s", "hors service", "casse", "defectueux", "ko", "non fonctionnel", "ne marche pas"),
        *("ne fonctionne pas", "mauvais", "mauvais etat", "faulty", "broken", "ecran casse", "a reparer", "non"),
    ),
    C.INCOMPLETE: ("incomplet", "sans disque", "sans chargeur", "sans batterie", "sans memoire", "pour pieces"),
}
_CONDITION_OF = {plain(phrase): condition for condition, phrases in CONDITIONS.items() for phrase in phrases}
MAKERS = {
    "hp": "HP",
    "hp inc": "HP",
    "hewlett packard": "HP",
    "hewlett packard company": "HP",
    "dell": "Dell",
    "dell inc": "Dell",
    "lenovo": "Lenovo",
    "ibm": "IBM",
    "apple": "Apple",
    "apple inc": "Apple",
    "acer": "Acer",
    "asus": "Asus",
    "asustek": "Asus",
    "samsung": "Samsung",
    "toshiba": "Toshiba",
    "dynabook": "Dynabook",
    "fujitsu": "Fujitsu",
    "fujitsu siemens": "Fujitsu",
    "iiyama": "iiyama",
    "philips": "Philips",
    "lg": "LG",
    "microsoft": "Microsoft",
    "huawei": "Huawei",
    "xiaomi": "Xiaomi",
}
MEMORY = re.compile(r"(\d{1,6})(?:[.,]0+)?\s*(go|gb|g|gio|mo|mb|m|mio)?\b.*", re.IGNORECASE)


def type_of(text: str) -> DeviceType:
    """The type that a cell names. Raises Unread."""
    said = plain(text)
    for value, label in DeviceType.choices:
        if said in (value, plain(label)):
            return DeviceType(value)
    if said in ONLY_ALONE:
        return ONLY_ALONE[said]
    around = f" {said} "
    if (phrase := next((one for one in _LONGEST if f" {one} " in around), None)) is not None:
        return _TYPE_OF[phrase]
    if said in EITHER:
        raise Unread(f"«\u00a0{text}\u00a0» ne dit pas s’il est portable ou fixe.")
    raise Unread(
        f"«\u00a0{text}\u00a0» n’est pas un type suivi (portable, fixe, tablette, smartphone, écran)\u00a0;"
        " les périphériques se comptent à part."
    )


def condition_of(text: str) -> LineCondition:
    """The condition that a cell names. Raises Unread."""
    said = plain(text)
    for value, label in LineCondition.choices:
        if said in (value, plain(label)):
            return LineCondition(value)
    if said in _CONDITION_OF:
        return _CONDITION_OF[said]
    raise Unread(f"«\u00a0{text}\u00a0» n’est pas un état connu (en état de marche, non testé, en panne, incomplet).")


def maker_of(text: str) -> str:
    """A maker as the list of lots writes it."""
    return MAKERS.get(plain(text), text)


def memory_of(text: str) -> int | None:
    """Memory in gigabytes: « 8 Go », « 8GB DDR4 », « 8192 Mo », « 16 »; None when it is not one machine’s."""
    found = MEMORY.fullmatch(text.strip())
    if not found:
        return None
    size, unit = int(found[1]), (found[2] or "").casefold()
    if unit.startswith("m") or (not unit and size >= 512):
        size //= 1024
    return size if 1 <= size <= 1024 else None
