"""What a count finds and Maillon says is at another point: those who serve there learn that it is, and what is asked.

Counting moves nothing: who records where a device is must be told, and a point does not read the counts of others.
"""

from distribution import emails
from distribution.enums import Finding
from distribution.models import Stocktake
from distribution.putting_right import AT_A_POINT
from distribution.stocktaking import findings_of
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from refurb.enums import DeviceState
from refurb.models import Device, DistributionPoint

S = DeviceState
AT_THE_WORKSHOP = {
    S.AVAILABLE: "s’il vient de chez vous, inscrivez-le, par «\u00a0Renvoyer à l’atelier\u00a0»",
    S.RESERVED: "il est réservé\u00a0: «\u00a0Libérer\u00a0», puis «\u00a0Renvoyer à l’atelier\u00a0»",
    S.HANDED_OVER: "son foyer l’a rapporté\u00a0? Inscrivez-le, par «\u00a0Reprendre\u00a0»",
    S.RETURNED: "l’atelier le répare\u00a0; vous n’avez rien à inscrire",
}
"""By state, what is asked of the point; of what was shipped, the workshop cancels it itself."""
AT_ANOTHER_POINT = {
    S.SHIPPED: "vous l’attendez\u00a0: ce point vous l’apporte, ou l’atelier l’y inscrit",
    S.AVAILABLE: "ce point vous le rapporte, ou le renvoie à l’atelier\u00a0; ne le réservez pas d’ici là",
    S.RESERVED: "un foyer l’attend chez vous\u00a0: faites-le rapporter avant son rendez-vous",
    S.HANDED_OVER: "son foyer l’y a rapporté\u00a0? L’un des deux points l’inscrit, par «\u00a0Reprendre\u00a0»",
    S.RETURNED: "son foyer l’a laissé chez vous\u00a0: faites-le rapporter",
}
"""By state, what is asked where another point found it."""


def tell_found_elsewhere(move: Move) -> None:
    """One mail to the people of each point, with all that was found of it."""
    for stocktake in by_key(Stocktake.objects.filter(pk__in=move.pks).select_related("point", "workshop")):
        asks = AT_THE_WORKSHOP if stocktake.workshop_id is not None else AT_ANOTHER_POINT
        of_points: dict[DistributionPoint, dict[Device, str]] = {}
        for found in findings_of(stocktake):
            device = found.device
            if found.finding != Finding.UNEXPECTED or device is None or device.state not in AT_A_POINT:
                continue
            asked = asks.get(S(device.state))
            if asked is not None and device.point is not None and device.point_id != stocktake.point_id:
                of_points.setdefault(device.point, {})[device] = asked
        for point, devices in of_points.items():
            emails.found_elsewhere_for_point(point, stocktake, devices, move.at)


def register() -> None:
    """The registrations of this subject."""
    on_transition("stocktake", "close", tell_found_elsewhere)
