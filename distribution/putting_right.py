"""What puts right a device that a stocktake found where Maillon does not expect it: the verb, and who has it.

No verb takes a device from one point to another: it is carried back, or it goes through the workshop (machines §8.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from distribution.models import Stocktake
from distribution.permissions import can_cancel_shipment_device, can_find_device, can_serve_device
from distribution.stocktaking import ON_THE_SHELF
from lifecycle.actors import Actor
from lifecycle.machine import verbs_of
from refurb.enums import ENDED, EXPECTED, IN_THE_WORKSHOP, DeviceState
from refurb.models import Device
from refurb.models.returns import is_lost_in_return
from refurb.permissions import can_report_missing_device, can_work_on_device

S = DeviceState
AT_A_POINT = (S.SHIPPED, S.AVAILABLE, S.RESERVED, S.HANDED_OVER, S.RETURNED)
PAGES: Mapping[str, str] = {
    "receive": "refurb:device_receive",
    "cancel_shipment": "distribution:device_cancel_shipment",
    "stock_in": "distribution:device_stock_in",
    "send_back": "distribution:device_send_back",
    "find": "distribution:device_find",
    "find_returned": "distribution:device_find_returned",
    "take_back": "distribution:device_take_back",
}
MAY = {
    "receive": can_work_on_device,
    "cancel_shipment": can_cancel_shipment_device,
    "find": can_find_device,
    "find_returned": can_report_missing_device,
}
"""Who may; the other verbs are of whoever serves the point."""
LOST_RETURN = (
    "Un foyer l’avait rapporté\u00a0: son retour se reprend. Servi autrement depuis\u00a0? Un technicien le réceptionne"
    " à l’atelier."
)


@dataclass(frozen=True)
class PutRight:
    """What is to be done, in a sentence; the page of its verb, for a reader who may."""

    said: str
    page: str = ""
    label: str = ""


def where(device: Device) -> str:
    """Where Maillon says it is, in words that follow its state."""
    if device.state in AT_A_POINT and device.point is not None:
        said = {S.SHIPPED: "vers ", S.AVAILABLE: ""}.get(S(device.state), "point ")
        return f"{said}«\u00a0{device.point}\u00a0»"
    return f"rangé à {device.place}" if device.place else ""


def put_right(stocktake: Stocktake, device: Device, actor: Actor) -> PutRight | None:
    """What puts it right; None of one that is where it is counted, as Maillon says by now."""
    if is_lost_in_return(device):
        return _by("find_returned", LOST_RETURN, actor)
    if stocktake.workshop_id is not None:
        return None if _is_in(stocktake, device) else _at_the_workshop(device, actor)
    return None if _is_on(stocktake, device) else _at_the_point(stocktake, device, actor)


def _is_in(stocktake: Stocktake, device: Device) -> bool:
    return device.workshop_id == stocktake.workshop_id and device.state in IN_THE_WORKSHOP


def _is_on(stocktake: Stocktake, device: Device) -> bool:
    return device.point_id == stocktake.point_id and device.state in ON_THE_SHELF


def _at_the_workshop(device: Device, actor: Actor) -> PutRight:
    point = _named(device)
    match device.state:
        case state if state in (*EXPECTED, S.MISSING):
            return _by("receive", "Un technicien le réceptionne.", actor)
        case S.SHIPPED:
            return _by("cancel_shipment", "Pas parti, ou revenu\u00a0: un technicien annule l’expédition.", actor)
        case S.AVAILABLE:
            return PutRight(f"Le conseiller {point} l’inscrit, par «\u00a0Renvoyer à l’atelier\u00a0».")
        case S.RESERVED:
            return PutRight(
                f"Le conseiller {point} l’inscrit, par «\u00a0Libérer\u00a0», puis «\u00a0Renvoyer à l’atelier\u00a0»."
            )
        case S.HANDED_OVER:
            return PutRight(
                f"Son foyer l’a rapporté\u00a0? Le conseiller {point} l’inscrit, par «\u00a0Reprendre\u00a0»."
            )
        case S.RETURNED:
            return PutRight(
                f"En retour SAV\u00a0: un technicien le répare, puis le conseiller {point} le rend à son foyer."
            )
        case state if state in ENDED:
            return PutRight(f"Sorti pour de bon ({S(state).label})\u00a0: s’il est là, enregistrez-le comme inattendu.")
    return PutRight("Sa page dit qui le corrige.")


def _at_the_point(stocktake: Stocktake, device: Device, actor: Actor) -> PutRight:
    elsewhere = device.point_id != stocktake.point_id
    back = f"rapportez-le au point «\u00a0{device.point}\u00a0»"
    match device.state:
        case S.SHIPPED if elsewhere:
            return PutRight(
                f"Livré au mauvais point\u00a0: {back}, ou l’atelier l’inscrit ici, par"
                " «\u00a0Annuler l’expédition\u00a0», puis «\u00a0Expédier\u00a0»."
            )
        case S.SHIPPED:
            return _by("stock_in", "Il est arrivé\u00a0: mettez-le en rayon.", actor)
        case S.AVAILABLE:
            said = f"Maillon ne le fait pas changer de point\u00a0: {back}, ou renvoyez-le à l’atelier, qui vous le"
            return _by("send_back", f"{said} livrera de nouveau, effacé et testé.", actor)
        case S.RESERVED:
            return PutRight(f"Réservé à un foyer, qui y est attendu\u00a0: {back}.")
        case S.RETURNED:
            return PutRight(f"En retour SAV\u00a0: {back}, où son foyer l’a laissé.")
        case S.MISSING:
            then = f" Puis {back}\u00a0: c’est là que Maillon le remet." if elsewhere else ""
            return _by("find", f"Un conseiller du distributeur le retrouve.{then}", actor)
        case S.HANDED_OVER:
            return _by("take_back", "Son foyer l’a rapporté\u00a0? Reprenez-le.", actor)
    return PutRight("Sa page dit qui le corrige.")


def _named(device: Device) -> str:
    return f"du point «\u00a0{device.point}\u00a0»" if device.point else "de son point"


def _by(verb: str, said: str, actor: Actor) -> PutRight:
    """The sentence, and the page of the verb for whoever may."""
    if MAY.get(verb, can_serve_device)(actor) is None:
        return PutRight(said)
    return PutRight(said, PAGES[verb], verbs_of(Device)[verb].label)
