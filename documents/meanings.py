"""What an SMS that came back means: yes, no, stop, or something that somebody has to read."""

import re
import unicodedata

from documents.enums import SmsMeaning

POLITE = {"bonjour", "bonsoir", "merci", "beaucoup", "svp", "madame", "monsieur"}
"""Words that change nothing."""
MOST = 60
"""Signs beyond which an answer is read by somebody, whatever it begins with."""
MEANINGS = (
    (SmsMeaning.YES, re.compile(r"(oui|ok|ouais)( (oui|je viens|je serai la|j y serai|d accord|avec plaisir))?")),
    (SmsMeaning.NO, re.compile(r"(non|nan)( (non|desolee?|je ne (peux|viens) pas( venir)?))?")),
    (SmsMeaning.STOP, re.compile(r"stop( sms)?")),
)


def meaning_of(text: str) -> SmsMeaning:
    """« Oui. », « OUI », « non merci » are understood; what says two things, or anything else, is not."""
    if len(text) > MOST:
        return SmsMeaning.OTHER
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = [word for word in re.split(r"[^a-z0-9]+", plain) if word and word not in POLITE]
    said = " ".join(words)
    return next((meaning for meaning, pattern in MEANINGS if pattern.fullmatch(said)), SmsMeaning.OTHER)
