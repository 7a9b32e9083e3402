"""What a household is written to about, and what may stand in these texts: no more of a person than a first name.

The texts are dated rows (``MessageText``): an SMS, a mail or a letter, in a language. What is put in them stands
between braces, ``{jour}``; ``HOLES`` says what each is, with what an invented household has there, as long as it gets.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from documents.enums import MessageChannel, MessageCode
from typography.persons import is_titled, says

SMS, EMAIL, LETTER = MessageChannel.SMS, MessageChannel.EMAIL, MessageChannel.LETTER
type Values = Mapping[str, str | list[str]]
"""What is put in the holes: words, or things that are listed."""
FIRST_TEXTS = Path(__file__).parent / "data" / "message_texts.csv"
NOTHING_SAID = re.compile(r"[\s\u00a0]*[,:،][\s\u00a0]*(?=\.)")
"""A comma or a colon before a full stop: what it was to bring is not known."""
HOLE = re.compile(r"\{([a-z_]+)\}")
PERSONAL = (
    (re.compile(r"\S@\S"), "une adresse de courriel", ""),
    (re.compile(r"(?:\d[ .\u00a0\u202f-]?){9,}"), "un numéro", "telephone"),
    (re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b"), "une date", "jour"),
)
"""What tells of somebody, or is worth one day: it is put in by Maillon, never written in a text. With the hole that
stands for it, where a message knows it."""
A_NAME = "le nom de quelqu’un"
INSTEAD: Mapping[str, str] = {"telephone": "le téléphone du prescripteur", "jour": "celle du message"}
LINK = re.compile(r"https?://[^\s<>{}«»]+", re.IGNORECASE)
UNWRITTEN = "Ce texte part à tous les foyers\u00a0: n’y écrivez pas {}."
OF_A_PERSON = ("nom", "naissance", "date_de_naissance", "domicile", "courriel", "numero", "nir")
"""Holes that nobody may ask for."""


@dataclass(frozen=True)
class Hole:
    """What is put somewhere in a text, in words, and what an invented household has there."""

    means: str
    example: str | list[str]


HOLES: Mapping[str, Hole] = {
    "prenom": Hole("le prénom de la personne de référence", "Marie-Antoinette"),
    "reference": Hole("le numéro de la demande ou du dossier", "P-7K3M-2QXZ"),
    "prescripteur": Hole("le service du travailleur social", "CCAS de Saint-Amand-les-Eaux"),
    "telephone": Hole("le téléphone de ce service", "03 20 00 00 00"),
    "suite": Hole(
        "l’adresse de la page du foyer, ou sinon d’appeler son travailleur social",
        "Votre page vous dit où elle en est. Il faut votre année de naissance pour l’ouvrir\u00a0: "
        "https://maillon.exemple/ma-demande/7K3M-2QXZ-4RT6-8WVN/",
    ),
    "titre": Hole("ce qui change sur la ligne, en peu de mots", "Votre tarif se termine bientôt"),
    "nouvelle": Hole(
        "ce qui change sur la ligne, en entier",
        "Votre tarif «\u00a0Coup de pouce\u00a0» se termine le 31 décembre 2026. Pour le garder, voyez votre "
        "travailleur social avant ce jour.",
    ),
    "sans_reponse": Hole(
        "ce qui arrive s’il ne répond pas, et quel jour", "Sans réponse le 30 septembre 2026, elle s’arrête."
    ),
    "page": Hole("l’adresse où le foyer répond", "https://maillon.exemple/toujours/7K3M2QXZ4RT68WVN/"),
    "jour": Hole("le jour", "mercredi 30 septembre 2026"),
    "heure": Hole("l’heure", "10 h 30"),
    "avant": Hole(
        "l’heure, le jour ou le lieu dit avant, qui ne compte plus",
        "Celui du mercredi 30 septembre 2026 à 10\u00a0h\u00a030 ne compte plus.",
    ),
    "creneau": Hole("le matin, l’après-midi", "après-midi"),
    "point": Hole("le nom du point de distribution", "Point numérique d’Armentières"),
    "adresse": Hole("l’adresse du point", "12 rue du Général-Leclerc, 59280 Armentières"),
    "ouverture": Hole(
        "quand le point est ouvert, si on le sait", "Ouvert\u00a0: du mardi au samedi, de 9\u00a0h à 17\u00a0h"
    ),
    "joindre": Hole("qui tient le point, et son téléphone", "Emmaüs Connect, 03 20 00 00 00"),
    "apporter": Hole(
        "ce qui est à apporter",
        ["une pièce d’identité", "la feuille qui vous a été donnée", "de quoi payer 40 €"],
    ),
    "changer": Hole(
        "comment changer d’heure",
        "Changez d’heure sur votre page, avant le mardi 29 septembre 2026 à 10\u00a0h\u00a030. "
        "Il faut votre année de naissance pour l’ouvrir\u00a0: "
        "https://maillon.exemple/ma-demande/7K3M-2QXZ-4RT6-8WVN/",
    ),
    "repondre": Hole("comment répondre, quand les réponses sont lues", "Répondez OUI ou NON. STOP\u00a0: plus de SMS."),
}


@dataclass(frozen=True)
class Subject:
    """What may be put in the texts of one code, what has to be, and by what they leave."""

    holes: frozenset[str]
    needed: frozenset[str]
    channels: tuple[MessageChannel, ...] = (SMS, EMAIL, LETTER)
    in_full: frozenset[str] = field(default=frozenset())
    """What a mail or a letter has to say besides; an SMS is short."""

    def asked(self, channel: str) -> frozenset[str]:
        """What a text of this channel has to say."""
        return self.needed if channel == SMS else self.needed | self.in_full


def _about(needed: str, may: str, in_full: str = "", channels: tuple[MessageChannel, ...] | None = None) -> Subject:
    asked, whole = frozenset(needed.split()), frozenset(in_full.split())
    holes = asked | whole | frozenset(may.split()) | {"prenom"}
    return Subject(holes, asked, channels or (SMS, EMAIL, LETTER), whole)


_EXPECTED = "adresse apporter prescripteur telephone changer"
SUBJECTS: Mapping[str, Subject] = {
    MessageCode.REQUEST: _about("reference", "prescripteur telephone suite"),
    MessageCode.WORKER: _about("reference prescripteur telephone", "suite"),
    MessageCode.LINE: _about("titre", "reference prescripteur telephone nouvelle", "nouvelle"),
    MessageCode.VISIT: _about("jour creneau avant", "reference prescripteur telephone"),
    MessageCode.STILL_CURRENT: _about("reference page", "jour sans_reponse prescripteur telephone", channels=(EMAIL,)),
    MessageCode.APPOINTMENT: _about("jour heure point", _EXPECTED, "adresse"),
    MessageCode.MOVED: _about("jour heure point avant", _EXPECTED, "adresse"),
    MessageCode.REMINDER: _about("jour heure point", f"{_EXPECTED} repondre", "adresse", (SMS, EMAIL)),
    MessageCode.CANCELLED: _about("jour heure point", "adresse prescripteur telephone"),
    MessageCode.REPAIRED: _about("point jour joindre", "adresse ouverture reference", "adresse"),
    MessageCode.RETURN: _about("titre nouvelle joindre", "reference"),
    MessageCode.MANDATED: _about("jour point joindre", "reference", channels=(SMS, EMAIL)),
}


def holes_of(text: str) -> set[str]:
    """What is put in a text."""
    return set(HOLE.findall(text))


def filled(text: str, values: Values, channel: str) -> str:
    """The text with what is put in it; a line that nothing is left of goes. In an SMS everything is on one line."""

    def put(found: re.Match[str]) -> str:
        value = values.get(found.group(1), "")
        if isinstance(value, str):
            return value
        return ", ".join(value) if channel == SMS else "\n".join(f"- {one}" for one in value)

    lines = [(line, HOLE.sub(put, line)) for line in text.replace("\r\n", "\n").split("\n")]
    kept = [NOTHING_SAID.sub("", told).rstrip() for line, told in lines if told.strip() or not line.strip()]
    if channel == SMS:
        return " ".join(" ".join(kept).split())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def invented(names: Iterable[str]) -> dict[str, str | list[str]]:
    """What is put in these holes for a household that does not exist."""
    return {name: HOLES[name].example for name in names}


def fault_of_text(text: str, subject: Subject, needed: frozenset[str], people: Iterable[tuple[str, str]] = ()) -> str:
    """What is wrong in a text, in a sentence; empty when nothing is. ``people``: first name and surname of whom no text
    may name.
    """
    rest = HOLE.sub("", text)
    known = ", ".join(f"{{{name}}}" for name in sorted(subject.holes))
    for name in sorted(holes_of(text) - subject.holes):
        if name in OF_A_PERSON:
            return f"{{{name}}} n’est jamais écrit\u00a0: d’une personne, un message ne dit que le prénom, {{prenom}}."
        return f"{{{name}}} n’est pas connu de ce message. Ce qui peut y être mis\u00a0: {known}."
    if "{" in rest or "}" in rest:
        return f"Une accolade n’est pas à sa place. Ce qui peut être mis entre accolades\u00a0: {known}."
    missing = ", ".join(f"{{{name}}}" for name in sorted(needed - holes_of(text)))
    if missing:
        return f"Il manque {missing}\u00a0: sans cela, le foyer ne sait pas de quoi on lui parle."
    for sought, what, hole in PERSONAL:
        if sought.search(rest):
            instead = f" ({INSTEAD[hole]} s’écrit {{{hole}}})" if hole in subject.holes else ""
            return UNWRITTEN.format(f"{what}{instead}")
    apart = HOLE.sub("…", text)
    return UNWRITTEN.format(A_NAME) if is_titled(apart) or any(says(apart, *one) for one in people) else ""


def links_elsewhere(text: str, site: str) -> list[str]:
    """The sites that a text leads to and that are not this one, each once."""
    hosts = [urlsplit(found).netloc.casefold() for found in LINK.findall(text)]
    return list(dict.fromkeys(host for host in hosts if host != urlsplit(site).netloc.casefold()))


@cache
def first_texts() -> dict[tuple[str, str], tuple[str, str]]:
    """``{(code, channel): (subject, body)}`` in French, of the file of the project: it holds where no row does."""
    with FIRST_TEXTS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["language"] == "fr"]
    return {(row["code"], row["channel"]): (row["subject"], row["body"]) for row in rows}
