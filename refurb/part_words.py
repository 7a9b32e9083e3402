"""Whether the words of a part, or of a repair, speak of what holds data: it is then a drive, whatever it is called."""

import re
from collections.abc import Iterator

AROUND = (
    r"(?:adaptateur|berceau|bo[îi]tier|cache|caddy|cage|c[âa]ble|connecteur|connectique|cordon|dissipateur|emplacement"
    r"|entretoise|[ée]querre|fixation|graveur|lecteur|nappe|patin|port|prise|rack|radiateur|rail|refroidisseur|slot"
    r"|support|tiroir|trappe|ventilateur|vis|voyant)s?"
)
AROUND_IT = re.compile(rf"\s*{AROUND}\b", re.IGNORECASE)
"""What goes with a drive and holds nothing: it is named first."""
NO_DISK = (
    r"(?:optique|compact|laser|vinyle|blu-?ray|cd\b|dvd|abrasi|adh[ée]si|thermique|silicone|feutre|caoutchouc|mousse|m[ée]tal"
    r"|plastique|(?:de|en|d['’])\s*(?:abras|adh|aimant|alu|caoutchouc|coupe|cuivre|feutre"
    r"|frein|friction|mousse|m[ée]tal|nettoyage|plastique|poli|pon[çc]|protection|refroid|silicone|ventil))"
)
"""What follows « disque » when it holds nothing of a computer: a medium that is read, or a round thing."""
A_DRIVE = re.compile(
    r"\b(?:ssds?|hdds?|nvme|emmc|msata|micro[\s-]?sd|cartes?[\s-]+m[ée]moires?|cartes?[\s-]+sd|barrettes?\s+m2)\b"
    rf"|\bdisques?\b(?!\s+{NO_DISK})|(?P<socket>\bm\.2\b)",
    re.IGNORECASE,
)
A_CAPACITY = re.compile(r"\b\d+(?:[.,]\d+)?\s*t[bo]\b", re.IGNORECASE)
"""« Samsung 870 EVO 1 To »: no other part is counted in terabytes."""
A_RADIO = re.compile(
    r"\b(?:wi-?fi|wlan|wwan|wireless|bluetooth|sans[\s-]fil|modem|lte|[45]g|intel\s+(?:ax|ac|be)\s?\d{3,4}|ax\s?\d{3})\b",
    re.IGNORECASE,
)
"""What else sits in an M.2 socket, and holds no data."""
OF_WHAT_IS_AROUND = re.compile(
    rf"\b{AROUND}(?:\s+(?:sata|ide|usb|pcie|m\.?2|de|du|des|d['’]un|la|le|les|pour|au|aux|à)|\s+[dl]['’])*\s*$",
    re.IGNORECASE,
)
"""Ends just before the drive that such a thing goes with: « remplacement de la nappe du »."""
PUT_IN = re.compile(
    r"\b(pos(?:e|es|er|ée?s?)\b|mont(?:e|er|age|ée?s?)\b|mis(?:e|es)?\b(?! (?:à|a) (?:jour|niveau)| en veille)"
    r"|rempla[cç]|chang|ajout|insér|neu(?:f|ve)|nouve|migr"
    r"|clon|échang|équip|dot[ée]|à la place|au lieu|pass(?:er?|age|ée?s?) (?:en|à|au|sur)\b|par une? )",
    re.IGNORECASE,
)
INSTALLED = re.compile(r"\binstall", re.IGNORECASE)
ON_IT = re.compile(r"\bsur (?:(?:le|un|son|ce) )?$", re.IGNORECASE)
"""« Windows installé sur le SSD » puts no drive in."""
PUT_IN_TOO = re.compile(
    r"\s*(?:(?:puis|donc|alors|ensuite|est|a|été)\s+)*(?:posé|monté|mis|remplacé|changé|ajouté|installé|échangé)e?s?\b"
    r"(?!\s+(?:le|la|les|un|une|du|des)\b|\s+l['’])",
    re.IGNORECASE,
)
"""Begins what is said of the same drive as before: « disque dur bruyant, remplacé »."""
OTHERWISE = re.compile(
    r"\b(v[ée]rif|test|contr[ôo]l|nettoy|d[ée]pouss|refix|resserr|reviss|rebranch|remont|r[ée]install|effac|retir|retrait"
    r"|enlev|d[ée]mont|d[ée]pos|d[ée]branch|surveill|bruyant|lent|sain|us[ée]|plein|d[ée]fectueu|d[ée]tect|reconnu|lisible"
    r"|illisible|fonctionn|répar|h\.?s\b|ok\b|conserv|gard)",
    re.IGNORECASE,
)
"""What is done to a drive that is there, or taken out, or what is seen of it."""
NAMED = re.compile(
    r"\b(\d+\s*[gt][bo]|samsung|crucial|kingston|seagate|toshiba|sandisk|hitachi|hynix|micron|western|wd|bac|stock|occasion"
    r"|récup\w*)\b",
    re.IGNORECASE,
)
"""A drive that is named and of which nothing else is said: it is the work that was done."""
CUT = re.compile(
    r"[,;\n()]|\.(?!\d)|\bet\b|\bpuis\b|\bpour (?=\w+(?:er|ir|re)\b|remplacement|changement)", re.IGNORECASE
)


def name_a_drive(words: str, *, is_radio: bool = False) -> bool:
    """« SSD Samsung 250 Go », « Disque 500 Go » and « Barrette M.2 » are drives; « Câble SATA pour SSD » is none.

    ``is_radio``: the part is entered as a wireless card; its M.2 socket then says nothing.
    """
    if AROUND_IT.match(words) is not None:
        return False
    return bool(list(_drives_in(words, is_radio=is_radio))) or A_CAPACITY.search(words) is not None


def say_a_drive_put_in(words: str) -> bool:
    """« SSD posé » puts a drive in; « SSD testé », « Retrait du SSD », « Nappe du disque dur changée » do not.

    What is said of a drive is in its clause, or follows it without another subject.
    """
    before = False
    for clause in _clauses(words):
        drives = list(_drives_in(clause))
        if (before and PUT_IN_TOO.match(clause)) or (drives and _puts_in(clause, drives)):
            return True
        before = bool(drives)
    return False


def _puts_in(clause: str, drives: list[int]) -> bool:
    if PUT_IN.search(clause):
        return True
    if INSTALLED.search(clause):
        return any(not ON_IT.search(clause[:at]) for at in drives)
    return NAMED.search(clause) is not None and OTHERWISE.search(clause) is None


def _drives_in(words: str, *, is_radio: bool = False) -> Iterator[int]:
    """Where words name a drive, and not what goes with one, nor a wireless card of the same socket."""
    is_radio = is_radio or A_RADIO.search(words) is not None
    for match in A_DRIVE.finditer(words):
        if not OF_WHAT_IS_AROUND.search(words[: match.start()]) and not (is_radio and match["socket"]):
            yield match.start()


def _clauses(words: str) -> Iterator[str]:
    """What is said of one thing, or of several together: « SSD, batterie et clavier changés » is one."""
    held = ""
    for part in CUT.split(words):
        held = f"{held} & {part}" if held else part
        if PUT_IN.search(held) or INSTALLED.search(held) or OTHERWISE.search(held):
            yield held
            held = ""
    if held:
        yield held
