"""What the law says of a line while it is typed: the value of a public gift, the age from which a device is waste."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from donations.models import DonationLine
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from reference.parameters import InForce
from typography.french import day, euros


@dataclass(frozen=True)
class GiftLaw:
    """The thresholds in force on ``day``."""

    day: date
    value: InForce[Decimal]
    age: int

    def value_refused(self, value: Decimal | None) -> str:
        """Why a public donor may not give a machine of this value; empty when it may."""
        if value is None or value <= self.value.value:
            return ""
        since = f", depuis le {day(self.value.since)}" if self.value.since else ""
        return (
            f"La loi refuse ce don\u00a0: un appareil donné par une personne publique vaut au plus"
            f" {euros(self.value.value)} (CG3P, art. D. 3212-3{since}). Si la valeur est fausse, le"
            " donateur ou le Département la corrige\u00a0; sinon, la ligne se retire, ou le Département la refuse."
        )

    def age_told(self, year: int | None) -> str:
        """What becomes of a machine bought that year, when it is too old to be used again; empty when it is not."""
        if year is None or year >= self.day.year - self.age:
            return ""
        return (
            f"Plus de {self.age}\u00a0ans\u00a0: accepté pour le recyclage seulement, ou refusé, le"
            " Département en décide. Si l’année est fausse, le donateur la corrige."
        )

    def told_of(self, line: DonationLine, *, public: bool) -> list[str]:
        """All that the law says against a line."""
        refused = self.value_refused(line.unit_value) if public else ""
        return [said for said in (refused, self.age_told(line.purchase_year)) if said]


def gift_law(on: date) -> GiftLaw:
    """The law of that day; two queries."""
    return GiftLaw(on, PUBLIC_GIFT_VALUE.in_force(on), DEVICE_AGE.on(on))
