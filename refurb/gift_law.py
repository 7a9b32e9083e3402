"""What the law says of a line while it is typed: the value of a public gift, the age from which a device is waste."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lifecycle.french import day, euros
from refurb.models import DonationLine, LegalThreshold

VALUE, AGE = "public_gift_unit_value_max", "device_age_max"


@dataclass(frozen=True)
class GiftLaw:
    """The thresholds in force on ``day``; one that nobody recorded binds nothing."""

    day: date
    value: LegalThreshold | None
    age: LegalThreshold | None

    def value_refused(self, value: Decimal | None) -> str:
        """Why a public donor may not give a machine of this value; empty when it may."""
        if self.value is None or value is None or value <= self.value.value:
            return ""
        since = day(self.value.valid_from)
        return (
            f"La loi refuse ce don\u00a0: un appareil donné par une personne publique vaut au plus"
            f" {euros(self.value.value)} (CG3P, art. D. 3212-3, depuis le {since}). Si la valeur est fausse, un contact"
            " du donateur ou le Département la corrige ; sinon, la ligne se retire, ou le Département la refuse."
        )

    def age_told(self, year: int | None) -> str:
        """What becomes of a machine bought that year, when it is too old to be used again; empty when it is not."""
        if self.age is None or year is None or year >= self.day.year - int(self.age.value):
            return ""
        return (
            f"Plus de {int(self.age.value)}\u00a0ans\u00a0: accepté pour le recyclage seulement, ou refusé, le"
            " Département en décide. Si l’année est fausse, un contact du donateur la corrige."
        )

    def told_of(self, line: DonationLine, *, public: bool) -> list[str]:
        """All that the law says against a line."""
        refused = self.value_refused(line.unit_value) if public else ""
        return [said for said in (refused, self.age_told(line.purchase_year)) if said]


def gift_law(on: date) -> GiftLaw:
    """The law of that day; one query."""
    known = {row.code: row for row in LegalThreshold.objects.on(on).filter(code__in=(VALUE, AGE))}
    return GiftLaw(on, known.get(VALUE), known.get(AGE))
