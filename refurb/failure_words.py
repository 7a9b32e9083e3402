"""What the words of a report that Maillon does not read say of what was done: a failure, a doubt, nothing wrong. Pure.

A short closed list, in French and in English, compared as whole words. What denies a word (« no errors », « 0 failed »,
« aucun échec ») takes it back.
"""

import re
import unicodedata
from collections.abc import Iterable

NEAR = 400
"""Characters between the number of a drive and what is said of it."""
DONE = {
    "erased": r"(?:erased|wiped|sanitized|sanitised|cleared|effacee?s?|ecrasee?s?|assainie?s?|purgee?s?)",
    "destroyed": r"(?:destroyed|shredded|crushed|detruite?s?|broyee?s?|percee?s?|incineree?s?)",
}
NOT_DONE = (
    r"\b(?:not|non|never|jamais|pas)[ -]+(?:(?:been|yet|fully|encore|ete|totalement|entierement)[ -]+){{0,2}}{done}\b"
)
STILL_THERE = r"\b(?:data|donnees)\s+(?:is|are|sont)?\s*(?:still|encore|toujours)\s+(?:present|readable|lisible)e?s?\b"
FAILED = r"(?:fails?|failed|failures?|echecs?|echouee?s?|echouer|abort|aborted|interrupted|interrompue?s?)"
RESULT = rf"\b(?:status|result|resultat|statut|etat|verdict|outcome)\s*[:=|]\s*-?{FAILED}\b"
ERRORS = r"\b[1-9]\d*\s+(?:\w+\s+)?(?:errors?|erreurs?)\b|\b(?:errors?|erreurs?)\s*[:=|]\s*[1-9]"
DOUBTS = {
    "erased": rf"\b(?:{FAILED}|frozen|geles?|gelee?s?)\b|{ERRORS}",
    "destroyed": (
        rf"\b(?:{FAILED}|refusee?s?|refused|rejected|rejetee?s?|absente?s?|missing|manquante?s?|non[ -]conform\w+|"
        r"(?:non|not|pas|jamais|never) (?:recue?s?|received))\b"
    ),
}
TAKES_BACK = re.compile(
    r"\b(?:no|not|none|zero|0|aucune?|sans|without|never|jamais|pas|if|si|unless|when|lorsque)(?: \w+){0,2} $"
)
NONE_OF_THEM = re.compile(r"(?:[ \t]+\w+){0,2}[ \t]*[:=|(]+[ \t]*(?:0|none|no|non|aucune?|neant)[ \t]*(?:$|[\n.;,|)])")
ERASURE = re.compile(
    r"\b(?:eras|wip(?:e|ing)|saniti[sz]|effac|blank|overwr|over-wr|zero-?fill|ecras|purg|clear|secure.erase|security.erase"
    r"|format|reset|reinitialis|blkdiscard|crypto|losch|gelosch|borrad|cancell)"
)
APOSTROPHES = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


def plain(text: str) -> str:
    """Without accents nor capitals; the lines stay."""
    marks = unicodedata.normalize("NFKD", text.translate(APOSTROPHES).casefold())
    return "".join(sign for sign in marks if not unicodedata.combining(sign))


def says_not(said: str, done: str, about: Iterable[int]) -> bool:
    """Whether a plain text says near one of these places, anywhere when there is none, that nothing was ``done``."""
    places = list(about)
    found = [
        match.start()
        for pattern in (NOT_DONE.format(done=DONE[done]), STILL_THERE, RESULT)
        for match in re.finditer(pattern, said)
        if not _is_taken_back(said, match)
    ]
    return any(not places or any(abs(at - place) <= NEAR for place in places) for at in found)


def raises_a_doubt(said: str, done: str) -> bool:
    """Whether it has, anywhere, a word of failure that nothing takes back."""
    patterns = (NOT_DONE.format(done=DONE[done]), STILL_THERE, RESULT, DOUBTS[done])
    return any(not _is_taken_back(said, match) for pattern in patterns for match in re.finditer(pattern, said))


def speaks_of_erasing(said: str) -> bool:
    """Whether a plain text has one word of an erasure, in the languages that tools print."""
    return ERASURE.search(said) is not None


def _is_taken_back(said: str, match: re.Match[str]) -> bool:
    before = said[max(0, match.start() - 60) : match.start()]
    line = re.split(r"[\n.;,:!?()|]", before)[-1].lstrip()
    return bool(TAKES_BACK.search(re.sub(r"[ \t]+", " ", line))) or bool(NONE_OF_THEM.match(said, match.end()))
