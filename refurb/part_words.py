"""Whether the words of a part, or of a repair, speak of what holds data: it is then a drive, whatever it is called."""

import re
from collections.abc import Iterator

HOLDS_DATA = re.compile(
    r"\b(ssd|hdd|nvme|emmc|ssds|hdds|disques?[\s\u00a0-]+durs?|micro[\s-]?sd|cartes?[\s\u00a0-]+m[ée]moires?|cartes?[\s\u00a0-]+sd)\b",
    re.IGNORECASE,
)
AROUND = (
    r"(?:adaptateur|berceau|bo[îi]tier|cache|caddy|cage|c[âa]ble|connecteur|connectique|dissipateur|emplacement|fixation"
    r"|lecteur|nappe|patin|port|prise|rack|slot|support|tiroir|trappe|vis|voyant)s?"
)
AROUND_IT = re.compile(rf"\s*{AROUND}\b", re.IGNORECASE)
"""What goes with a drive and holds nothing: it is named first."""
A_DRIVE = re.compile(rf"{HOLDS_DATA.pattern}|\bdisques?\b(?!\s+optique)", re.IGNORECASE)
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
CUT = re.compile(r"[,.;\n()]|\bet\b|\bpuis\b|\bpour (?=\w+(?:er|ir|re)\b|remplacement|changement)", re.IGNORECASE)


def name_a_drive(words: str) -> bool:
    """« SSD Samsung 250 Go » is a drive; « Câble SATA pour SSD », « Jeu de vis pour SSD » are none."""
    return AROUND_IT.match(words) is None and bool(list(_drives_in(words, HOLDS_DATA)))


def say_a_drive_put_in(words: str) -> bool:
    """« SSD posé » puts a drive in; « SSD testé », « Retrait du SSD », « Nappe du disque dur changée » do not.

    What is said of a drive is in its clause, or follows it without another subject.
    """
    before = False
    for clause in _clauses(words):
        drives = list(_drives_in(clause, A_DRIVE))
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


def _drives_in(words: str, spelt: re.Pattern[str]) -> Iterator[int]:
    """Where words name a drive, and not what goes with one."""
    found = (match.start() for match in spelt.finditer(words))
    return (at for at in found if not OF_WHAT_IS_AROUND.search(words[:at]))


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
