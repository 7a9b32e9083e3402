"""What the words of a report that Maillon does not read say of what was done: a failure, a doubt, nothing wrong. Pure.

A short closed list, in French and in English, compared as whole words. What denies a word (« no errors », « 0 failed »,
« aucun échec ») takes it back. What is said on the line of another drive, or after its number, is of that drive.
"""

import re
import unicodedata
from collections.abc import Collection

NEAR = 400
"""Characters between the number of a drive and what is said of it."""
DONE = {
    "erased": r"(?:erased|wiped|sanitized|sanitised|cleared|effacee?s?|ecrasee?s?|assainie?s?|purgee?s?)",
    "destroyed": r"(?:destroyed|shredded|crushed|detruite?s?|broyee?s?|percee?s?|incineree?s?)",
}
TO_DO = {
    "erased": r"(?:erase|wipe|saniti[sz]e|effacer|ecraser|assainir|purger)",
    "destroyed": r"(?:destroy|shred|crush|detruire|broyer|percer|incinerer)",
}
DEED = {
    "erased": r"(?:effacements?|ecrasements?|assainissements?|erasures?|wiping|wipes?|saniti[sz]ations?)",
    "destroyed": r"(?:destructions?|broyages?|incinerations?|shredding|crushing)",
}
NOT = r"(?:not|never|jamais|pas|cannot|(?:is|was|were|has|have|had|could|can|did)n't)"
SOFTLY = (
    r"(?:be|been|being|to|able|yet|at|all|fully|completely|entirely|correctly|properly|successfully"
    r"|pu|ete|etre|encore|du|tout|bien|totalement|entierement|completement|correctement)"
)
"""What stands between « not » and what is not done: « n’a pas pu être complètement effacé »."""
WAS = (
    r"(?: (?:du|de ce|of the|of this) (?:disque|support|stockage|drive|disk|device)| (?:par|avec|by|with|via) \w+)?"
    r"(?: ?[:=|-]| (?:est|sont|is|are|was|were|has|have|reste|n'est|n'a|n'ont|a|ont|ete|been|did))*\s+"
)
ACHIEVED = (
    r"(?:terminee?s?|effectuee?s?|realisee?s?|achevee?s?|finie?s?|aboutie?s?|menee?s? a bien|reussie?s?|fonctionne"
    r"|executee?s?|faite?s?|complete?s?|completed?|possibles?|performed|finish(?:ed)?|successful|succeed(?:ed)?|done"
    r"|take place|carried out|executed)"
)
DENIALS = (
    r"\b(?:{no}\s+|non[ -]+)(?:{softly}[\s-]+){{0,4}}{done}\b",
    r"\b(?:unable to|could not|cannot|can not|did not|(?:could|can|did)n't)\s+{to_do}\b",
    r"\bimpossible\s+(?:d'|de |a |to )(?:etre |be )?(?:{to_do}|{done})\b",
    r"\bn'(?:a|ont|avait)(?: pas)? pu\s+(?:etre\s+)?(?:{to_do}|{done})\b",
    r"\bne (?:peut|peuvent|put|pouvait|pourra)(?: pas| plus)?\s+(?:etre\s+)?(?:{to_do}|{done})\b",
    r"\b(?:sans|without)\s+(?:(?:avoir|pu|pouvoir|ete|etre|having|being|been)\s+){{1,3}}{done}\b",
    r"\brest(?:e|ent|ant|ait) (?:a|to be) (?:{to_do}|{done})\b",
    r"\b(?:partiellement|partially|partly|incompletement|incompletely|unsuccessfully) {done}\b",
    r"\b{done} (?:partiellement|partially|partly|incompletement|incompletely|unsuccessfully)\b",
    r"\b{done}\s*[:=|?]+\s*(?:no|non|false|faux)\s*(?=$|[\n.;,|)])",
    r"\b{deed}{was}(?:impossibles?|incomplete?s?|incomplets?|unsuccessful)\b",
    r"\b{deed}{was}(?:{no}|non)[\s-]+(?:{softly}[\s-]+){{0,4}}{achieved}\b",
    r"\b(?:incomplete|unsuccessful) {deed}\b",
    r"(?:^|\n)[ \t]*(?:l')?{deed}\s*[:=|]\s*(?:no|non)\s*(?=$|[\n.;,|()])",
    r"\b(?:aucune?|no)\s+(?:disque|support|donnee|drive|disk|data)\s+(?:(?:n'a|was|has|ete|been)\s+)*{done}\b",
    r"\b(?:aucune?|no)\s+{deed}\s+(?:(?:n'a|a|ete|eu|was|has|been|took)\s+)*(?:{achieved}|lieu|place)\b",
)
STILL_THERE = r"\b(?:data|donnees)\s+(?:is|are|sont)?\s*(?:still|encore|toujours)\s+(?:present|readable|lisible)e?s?\b"
FAILED = r"(?:fails?|failed|failures?|echecs?|echouee?s?|echouer|abort|aborted|interrupted|interrompue?s?)"
RESULT = rf"\b(?:status|result|resultat|statut|etat|verdict|outcome)\s*[:=|]\s*-?{FAILED}\b"
ERRORS = r"\b[1-9]\d*\s+(?:\w+\s+)?(?:errors?|erreurs?)\b|\b(?:errors?|erreurs?)\s*[:=|]\s*[1-9]"
SHORT_OF_IT = r"incomplete?s?|incomplets?|unsuccessful|unsuccessfully"
DOUBTS = {
    "erased": rf"\b(?:{FAILED}|{SHORT_OF_IT}|frozen|geles?|gelee?s?)\b|{ERRORS}",
    "destroyed": (
        rf"\b(?:{FAILED}|{SHORT_OF_IT}|refusee?s?|refused|rejected|rejetee?s?|absente?s?|missing|manquante?s?"
        r"|non[ -]conform\w+|(?:non|not|pas|jamais|never) (?:recue?s?|received))\b"
    ),
}
TAKES_BACK = re.compile(
    r"\b(?:(?:no|not|none|zero|0(?:/\d+| of \d+| sur \d+)?|aucune?|sans|without|never|jamais|pas)"
    r"(?: (?:[ld]')?\w+){0,2}"
    r"|(?:if|si|s'ils?|unless|when|lorsque?|lorsqu'\w+|quand|en cas)(?: [\w']+){0,5}) (?:[ld]')?$"
)
NONE_OF_THEM = re.compile(
    r"(?:\(\w{1,2}\))?(?:[ \t]+(?:[ld]')?\w+){0,2}[ \t]*[:=|(]+"
    r"[ \t]*(?:0(?:/\d+)?|none|no|non|aucune?|neant)[ \t]*(?:$|[\n.;,|)])"
)
ERASURE = re.compile(
    r"\b(?:eras|wip(?:e|ing)|saniti[sz]|effac|blank|overwr|over-wr|zero-?fill|ecras|purg|clear|secure.erase|security.erase"
    r"|format|reset|reinitialis|blkdiscard|crypto|losch|gelosch|borrad|cancell)"
)
APOSTROPHES = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


def _patterns(done: str) -> tuple[re.Pattern[str], ...]:
    said = {"done": DONE[done], "to_do": TO_DO[done], "deed": DEED[done]}
    said |= {"no": NOT, "softly": SOFTLY, "was": WAS, "achieved": ACHIEVED}
    return tuple(re.compile(one) for one in (*(pattern.format(**said) for pattern in DENIALS), STILL_THERE, RESULT))


SAYS_NOT = {done: _patterns(done) for done in DONE}


def plain(text: str) -> str:
    """Without accents nor capitals; the lines stay."""
    marks = unicodedata.normalize("NFKD", text.translate(APOSTROPHES).casefold())
    return "".join(sign for sign in marks if not unicodedata.combining(sign))


def denials(said: str, done: str) -> list[int]:
    """Where a plain text says that something was not ``done``."""
    return [
        match.start()
        for pattern in SAYS_NOT[done]
        for match in pattern.finditer(said)
        if not _is_taken_back(said, match)
    ]


def is_of(said: str, at: int, ours: Collection[int], others: Collection[int]) -> bool:
    """Whether what is said at this place is of the drive whose number is there, and not of another's.

    It is of the last number before it on its line, else of the first one after it there; on a line that has none, of
    the last one before.
    """
    begins = said.rfind("\n", 0, at + 1) + 1
    ends = said.find("\n", at + 1)
    its_line = range(begins, len(said) if ends < 0 else ends)
    numbers = sorted({*ours, *others})
    before, after = ([one for one in numbers if one <= at], [one for one in numbers if one > at])
    on_line = [one for one in before if one in its_line][-1:] or [one for one in after if one in its_line][:1]
    near = [one for one in before if at - one <= NEAR][-1:] or [one for one in after if one - at <= NEAR][:1]
    return any(one in ours for one in on_line or near)


def raises_a_doubt(said: str, done: str) -> bool:
    """Whether it has, anywhere, a word of failure that nothing takes back."""
    return bool(denials(said, done)) or any(
        not _is_taken_back(said, match) for match in re.finditer(DOUBTS[done], said)
    )


def speaks_of_erasing(said: str) -> bool:
    """Whether a plain text has one word of an erasure, in the languages that tools print."""
    return ERASURE.search(said) is not None


def _is_taken_back(said: str, match: re.Match[str]) -> bool:
    before = said[max(0, match.start() - 60) : match.start()]
    line = re.split(r"[\n.;,:!?()|]", before)[-1].lstrip()
    return bool(TAKES_BACK.search(re.sub(r"[ \t]+", " ", line))) or bool(NONE_OF_THEM.match(said, match.end()))
