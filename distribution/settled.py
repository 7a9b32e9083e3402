"""How each return of a device was settled, as its timeline tells it to those who read settlements (machines §1.32)."""

from collections.abc import Sequence

from distribution.enums import SettlementKind
from distribution.models import Settlement
from lifecycle.actors import Actor
from lifecycle.history import Past
from lifecycle.registry import tell_beside
from refurb.enums import DeviceState
from refurb.inside_passport import told_by
from refurb.models.device import Device, DeviceEntry
from typography.french import euros


def settled_returns(device: Device, entries: Sequence[DeviceEntry], actor: Actor) -> list[Past]:
    """Who settled each return, when and how; one query, none of what never came back. No name is told."""
    if all(entry.target != DeviceState.RETURNED for entry in entries):
        return []
    rows = Settlement.objects.visible_to(actor).filter(device=device)
    about = rows.select_related("replaced_by", "recorded_by__organisation").order_by("pk")
    is_screen = device.attached_to_id is not None
    return [Past(_in_words(one, is_screen=is_screen), one.recorded_at, told_by(one.recorded_by)) for one in about]


def _in_words(settled: Settlement, *, is_screen: bool) -> str:
    match settled.kind:
        case SettlementKind.EXCHANGE:
            return f"Retour réglé\u00a0: échangé contre {settled.replaced_by}"
        case SettlementKind.GIVEN_UP:
            return "Retour réglé\u00a0: le foyer y renonce"
    if is_screen:
        return "Retour réglé\u00a0: avec celui de l’ordinateur dont c’est l’écran"
    if not settled.amount:
        return "Retour réglé\u00a0: servi autrement, rien n’est à rembourser"
    return f"Retour réglé\u00a0: {euros(settled.amount)} remboursés {settled.get_means_display()}"


def register() -> None:
    """The registration of this subject."""
    tell_beside("device", settled_returns)
