"""What a list of people writes in its cells: births, telephones, mails, channels, needs. Pure; each raises Unread."""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError

from imports.readers.cells import Unread
from imports.readers.days import period_of
from imports.readers.names import plain
from lifecycle.forms import validate_address
from prescriptions.births import FIRST_YEAR, MOST_YEARS
from prescriptions.enums import ContactChannel, NeedKind, NeedUse
from prescriptions.nir import holds_nir

OLDEST = date(FIRST_YEAR, 1, 1)
YOUNGEST = 16
"""Years: a year of two figures that makes somebody younger was of the century before, or was not."""
TWO_FIGURES = re.compile(r".*[^0-9]\d\d")
SECOND = re.compile(r" et |[,;/+&|]")
C, K, U = ContactChannel, NeedKind, NeedUse
CHANNELS: dict[ContactChannel, tuple[str, ...]] = {
    C.PHONE: ("appel telephonique", "appel", "telephone", "tel", "phone"),
    C.SMS: ("sms", "texto", "message"),
    C.EMAIL: ("courriel", "email", "e mail", "mail", "mel"),
    C.LETTER: ("courrier postal", "courrier", "lettre", "letter", "poste"),
    C.WORKER: ("par son travailleur social", "travailleur social", "worker", "referent"),
}
NEEDS: dict[NeedKind, tuple[str, ...]] = {
    K.COMPUTER: ("ordinateur", "ordi", "pc", "portable", "ordinateur portable", "computer"),
    K.SMARTPHONE: ("smartphone", "telephone", "telephone portable"),
    K.TABLET: ("tablette", "tablet"),
    K.FIXED_CONNECTION: ("connexion fixe", "internet", "box", "connexion", "fibre", "adsl"),
    K.MOBILE_CONNECTION: ("connexion mobile", "forfait", "forfait mobile", "sim", "carte sim"),
    K.DIGITAL_SKILLS: ("competences numeriques", "formation", "accompagnement", "accompagnement numerique"),
}
USES: dict[NeedUse, tuple[str, ...]] = {
    U.PAPERWORK: ("demarches", "demarche", "demarches administratives", "administratif", "caf", "paperwork"),
    U.STUDIES: ("etudes", "etude", "ecole", "scolarite", "scolaire", "formation", "studies"),
    U.WORK: ("emploi", "travail", "recherche emploi", "insertion", "work"),
    U.SOCIAL: ("lien social", "famille", "isolement", "social"),
}
_CHANNEL_OF = {plain(word): value for value, words in CHANNELS.items() for word in (value, *words)}
_NEED_OF = {plain(word): value for value, words in NEEDS.items() for word in (value, *words)}
_USE_OF = {plain(word): value for value, words in USES.items() for word in (value, *words)}
HEADS_NIR = frozenset(
    plain(heading)
    for heading in (
        *("nir", "n° nir", "n° de sécurité sociale", "numéro de sécurité sociale", "sécurité sociale", "n° sécu"),
        *("numéro sécu", "sécu", "n° ss", "nss", "numéro insee personne", "numéro d’immatriculation", "n° assuré"),
    )
)

TYPED_FOR = str.maketrans("Oo", "00")
"""The letters that hurried hands type for figures."""
RUN_WITH_KEY = re.compile(r"(?<![0-9A-Z])[0-9]{5}[0-9AB]{2}[0-9]{8}(?![0-9A-Z])")
"""Fifteen characters in a row, wherever they were parted."""


class Wanted(tuple[NeedKind, ...]):
    """The needs of one cell, said in a row."""

    __slots__ = ()

    def __str__(self) -> str:
        return " et ".join(str(kind.label) for kind in self)


def hides_nir(cell: str) -> bool:
    """Whether a cell holds a social security number, whatever signs part its figures, the letter O typed for a nought.

    Parted anywhere else than between its groups, it is known by its key.
    """
    flat = re.sub(r"[^0-9A-Za-z]+", " ", unicodedata.normalize("NFKC", cell)).translate(TYPED_FOR)
    close = re.sub(r"(?<=[0-9AB]) (?=[0-9AB])", "", flat.upper())
    return holds_nir(cell) or holds_nir(flat) or any(holds_nir(run) for run in RUN_WITH_KEY.findall(close))


def heads_nir(heading: str) -> bool:
    """Whether a column is announced as that of social security numbers."""
    return plain(heading) in HEADS_NIR


def birth_on(text: str, *, today: date) -> date:
    """A birth date: a whole day, not to come, of somebody who may be alive."""
    read = period_of(text, today=today)
    if read is None or (found := read.date) is None:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un jour entier\u00a0: donnez jour, mois et année.")
    if found > today:
        raise Unread(f"«\u00a0{text}\u00a0» est dans le futur.")
    if found < OLDEST:
        raise Unread(f"«\u00a0{text}\u00a0» est avant 1900.")
    if found.year < today.year - MOST_YEARS:
        raise Unread(f"«\u00a0{text}\u00a0» est il y a plus de {MOST_YEARS}\u00a0ans.")
    if TWO_FIGURES.fullmatch(text.strip()) and today.year - found.year < YOUNGEST:
        raise Unread(f"«\u00a0{text}\u00a0» se lit de deux façons\u00a0: écrivez l’année en quatre chiffres.")
    return found


def phone_of(text: str) -> str:
    """A telephone that somebody can call; the nought that a spreadsheet lost is given back."""
    figures = "".join(sign for sign in text if sign.isdecimal() and sign.isascii())
    if re.search(r"[^\d\s.+()/\u2010-\u2015-]", text):
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un numéro de téléphone\u00a0: des chiffres seulement.")
    if text.strip().startswith(("+", "00")):
        if not 8 <= len(figures) <= 17:
            raise Unread(f"«\u00a0{text}\u00a0» n’est pas un numéro de téléphone\u00a0: + et l’indicatif du pays.")
        return " ".join(text.split())[:20] if len(text) <= 20 else f"+{figures.removeprefix('00')}"
    if len(figures) == 9 and figures[0] != "0":
        figures = f"0{figures}"
    if len(figures) != 10 or figures[0] != "0":
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un numéro de téléphone\u00a0: dix chiffres, un seul numéro.")
    return " ".join(figures[at : at + 2] for at in range(0, 10, 2))


def mail_of(text: str) -> str:
    """An e-mail address, in small letters."""
    try:
        validate_address(text)
    except ValidationError:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas une adresse de courriel.") from None
    return text.lower()


def postcode_of(text: str) -> str:
    """A postcode."""
    figures = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{5}", figures):
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un code postal\u00a0: cinq chiffres.")
    return figures


def channel_of(text: str) -> ContactChannel:
    """How somebody prefers to be told."""
    if (found := _CHANNEL_OF.get(plain(text))) is None:
        raise Unread(f"«\u00a0{text}\u00a0» ne dit pas comment joindre la personne\u00a0: appel, SMS, courriel…")
    return found


def needs_of(text: str) -> Wanted:
    """What somebody lacks: one thing, or several."""
    said = [_NEED_OF.get(plain(part)) for part in SECOND.split(text) if plain(part)]
    if not said or None in said:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un besoin connu\u00a0: {_named(NeedKind)}.")
    return Wanted(dict.fromkeys(kind for kind in said if kind is not None))


def use_of(text: str) -> NeedUse:
    """What it is for above all."""
    if (found := _USE_OF.get(plain(text))) is None:
        raise Unread(f"«\u00a0{text}\u00a0» ne dit pas pour quoi faire\u00a0: {_named(NeedUse)}.")
    return found


def _named(codes: type[NeedKind] | type[NeedUse]) -> str:
    *most, last = (str(one.label).lower() for one in codes)
    return f"{', '.join(most)} ou {last}"


def adults_of(text: str) -> int:
    """How many, herself included."""
    if (found := members_of(text)) < 1:
        raise Unread(f"«\u00a0{text}\u00a0»\u00a0: comptez au moins la personne elle-même.")
    return found


def members_of(text: str) -> int:
    """How many, none included."""
    if not re.fullmatch(r"\d{1,2}(?:[.,]0{1,2})?", text) or int(re.split("[.,]", text)[0]) > 30:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un nombre de personnes, de 0 à 30.")
    return int(re.split("[.,]", text)[0])
