"""Invented households: no two alike, but those that the story makes look alike."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from demo.cast import Cast, Street
from demo.catalogue import rows
from network.demo import DOMAIN
from network.models import Commune
from prescriptions.enums import ContactChannel

LAST_NAMES = (
    "Exemple",
    "Démo",
    "Modèle",
    "Essai",
    "Spécimen",
    "Maquette",
    "Gabarit",
    "Ébauche",
    "Prototype",
    "Figurant",
)
"""Names that nobody can take for somebody's."""
BY_LETTER, BY_EMAIL = 6, 7
"""One household in so many asks for letters, one in so many for e-mails if it has an address."""


@dataclass(frozen=True)
class Home:
    """A household and where it lives."""

    commune: Commune
    person: dict[str, Any]

    def spelt_otherwise(self) -> "Home":
        """The same person, as another service writes her down: one letter twice, another e-mail."""
        name = self.person["last_name"]
        way = self.person["contact_channel"]
        other = {"last_name": f"{name[:-1]}{name[-1] * 2}", "email": ""}
        other["contact_channel"] = ContactChannel.PHONE if way == ContactChannel.EMAIL else way
        return Home(self.commune, self.person | other)


class Homes:
    """Draws households; each pair of names is drawn once."""

    def __init__(self, cast: Cast, rng: Random) -> None:
        self.cast, self.rng = cast, rng
        first_names = [row["first_name"] for row in rows("first_names")]
        self._names = [(last, first) for last in LAST_NAMES for first in first_names]
        rng.shuffle(self._names)
        self._number = 0

    def any_of(self, prescriber: str, commune: Commune | None = None) -> Home:
        """A household that a prescriber follows; in ``commune`` when one is given."""
        rng = self.rng
        streets = self.cast.streets[prescriber]
        street = rng.choice(streets) if commune is None else _street(commune)
        last_name, first_name = self._names[self._number % len(self._names)]
        self._number += 1
        person = {
            "last_name": last_name,
            "first_name": first_name,
            "birth_date": date(rng.randint(1946, 2004), 1, 1) + timedelta(days=rng.randint(0, 364)),
            "phone": f"06000{self._number:05}",
            "email": f"foyer{self._number}@{DOMAIN}" if rng.random() < 0.6 else "",
            "address": f"{rng.randint(1, 180)} {street.name}",
            "postcode": street.postcode,
            "adults": rng.choice((1, 1, 1, 2, 2)),
            "children": rng.choice((0, 0, 1, 1, 2, 3, 4)),
            "contact_channel": rng.choice((ContactChannel.PHONE, ContactChannel.SMS, ContactChannel.WORKER)),
        }
        return Home(street.commune, self._told_otherwise(person))

    def _told_otherwise(self, person: dict[str, Any]) -> dict[str, Any]:
        """Some are told by letter or by e-mail: by rank, so that the story draws what it would draw without them."""
        channel = person["contact_channel"]
        if self._number % BY_LETTER == 0:
            channel = ContactChannel.LETTER
        elif self._number % BY_EMAIL == 0 and person["email"]:
            channel = ContactChannel.EMAIL
        return person | {"contact_channel": channel}


def _street(commune: Commune) -> Street:
    """A street of a commune that the file of streets does not name."""
    return Street(commune, commune.postcodes[0], "rue de l’Exemple")
