"""Whether the words of a part, or of a repair, speak of what holds data: it is then a drive, whatever it is called."""

import re

HOLDS_DATA = re.compile(
    r"\b(ssd|hdd|nvme|emmc|ssds|hdds|disques?[\s\u00a0-]+durs?|micro[\s-]?sd|cartes?[\s\u00a0-]+m[ée]moires?|cartes?[\s\u00a0-]+sd)\b",
    re.IGNORECASE,
)
AROUND_IT = re.compile(
    r"\s*(adaptateur|berceau|boîtier|boitier|caddy|câble|cable|connecteur|lecteur|nappe|rack|support|tiroir|trappe|vis)s?\b",
    re.IGNORECASE,
)
"""What goes with a drive and holds nothing: it is named first."""


PUT_IN = re.compile(
    r"\b(pos[ée]|mont[ée]|mise? en place|rempla[cç]|chang|ajout|install|neu(f|ve)|nouve|migr|clon|échang)",
    re.IGNORECASE,
)
LOOKED_AT = re.compile(
    r"\b(v[ée]rif|test|contr[ôo]l|nettoy|d[ée]pouss|refix|resserr|reviss|rebranch|remont|r[ée]install|effac)",
    re.IGNORECASE,
)
"""What is done to a drive that is there, and stays."""


def name_a_drive(words: str) -> bool:
    """« SSD Samsung 250 Go » is a drive; « Câble SATA pour SSD » is a cable."""
    return HOLDS_DATA.search(words) is not None and AROUND_IT.match(words) is None


def say_a_drive_put_in(words: str) -> bool:
    """« SSD posé » puts a drive in; « SSD testé », « Vis du disque dur resserrées » do not."""
    return name_a_drive(words) and not (LOOKED_AT.search(words) and not PUT_IN.search(words))
