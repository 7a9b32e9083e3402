"""Whether the words that name a part speak of what holds data: it is then a drive, whatever it is called."""

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


def name_a_drive(words: str) -> bool:
    """« SSD Samsung 250 Go » is a drive; « Câble SATA pour SSD » is a cable."""
    return HOLDS_DATA.search(words) is not None and AROUND_IT.match(words) is None
