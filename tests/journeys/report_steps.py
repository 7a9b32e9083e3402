"""What the pilot does with the figures of the month."""

from django.utils import timezone
from django.utils.formats import date_format

from tests.journeys.visitor import Visitor, anything


def this_month() -> str:
    """« novembre 2026 »."""
    return date_format(timezone.localdate(), "F Y")


def compute_month(pilot: Visitor) -> None:
    """Count the month that runs, for the first time."""
    pilot.goes_to("Rapports")
    pilot.reads("Rapports mensuels du gisement")
    pilot.follows("Calculer un mois")
    pilot.reads("Calculer un mois")
    pilot.chooses({"Mois": this_month()})
    pilot.presses("Calculer")
    pilot.reads(anything("Gisement d"))


def recompute_month(pilot: Visitor) -> None:
    """Open the report of the month that runs and count it again."""
    pilot.goes_to("Rapports")
    pilot.reads("Rapports mensuels du gisement")
    pilot.within_main().get_by_role("link", name=anything(this_month())).click()
    pilot.reads(anything("Gisement d"))
    pilot.follows("Recalculer")
    pilot.reads(anything("Recalculer"))
    pilot.presses("Recalculer")
    pilot.reads(anything("Gisement d"))
    pilot.is_told("Les chiffres sont recalculés.")


def stage(pilot: Visitor, name: str) -> list[int]:
    """Opening, entered, left and closing of one stage, as the report shows them."""
    row = pilot.within_main().get_by_role("table", name="Appareils par étape").get_by_role("row", name=anything(name))
    return [int(text) for text in row.get_by_role("cell").all_inner_texts()]
