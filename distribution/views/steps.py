"""Who acts next on a device that is on a shelf, put aside and not to be touched, or that its household brought back."""

from django.urls import reverse

from distribution.asked_back import due_on, with_asked_back
from distribution.brought_back import QUIET, REPAIRED, SETTLED, TOLD, standing_of
from distribution.models import Settlement
from distribution.permissions import can_exchange_device, can_serve_device
from distribution.views.device_sheet import exchange_prepared, lapses
from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from network.models import Organisation
from prescriptions.machine.prescription_rules import unrestricted
from refurb.enums import NOT_YET_HANDED_OVER, DeviceState
from refurb.models import Device
from refurb.models.returns import is_brought_back, is_lost_in_return
from refurb.unsorted import unsorted_along
from refurb.views.steps import AWAITED
from typography.french import by_pairs, day

S = DeviceState
GIVEN_BACK_NEXT = "Réparé\u00a0: à rendre à son foyer par le point de distribution"
TELL_IT = "réparé\u00a0: dès qu’il est au point, prévenez son foyer, ou rendez-le à son foyer s’il est là"
LEAVE_IT = (
    "réparé\u00a0: rendez-le à son foyer quand il passe. Il a demandé qu’on ne se serve pas de ses informations\u00a0:"
    " ne lui écrivez pas, ne l’appelez pas"
)
REPAIR = (
    "pour le faire réparer, confiez-le à l’atelier ({whom})\u00a0: il l’a dans ses retours, et inscrit la réparation, "
    "que vous lisez ici"
)
HELD_BY_A_FILE = "Retenu\u00a0: un fichier reste à trier à l’atelier"
SORT_OR_ASK = "triez ce fichier ou, pour regarder d’abord l’appareil, demandez son retour"
SENT_BACK_AS = {
    "send_back": "renvoyez-le, motif «\u00a0Demandé par l’atelier\u00a0»",
    "release": "libérez-le, puis renvoyez-le à l’atelier",
}
NOTHING_MOVES = "Rapporté par un foyer qui a demandé que rien n’avance\u00a0: il lui reste"
LOST_AND_OWED = "Rapporté par un foyer, puis introuvable\u00a0: le foyer attend un échange ou un remboursement"
LOST_AND_SETTLED = "Recherché\u00a0: le foyer est servi autrement. Retrouvé, il se réceptionne à l’atelier"
SERVE_IT = (
    "échangez-le, ou servez le foyer autrement\u00a0: il ne paie rien de nouveau. Retrouvé avant, «\u00a0Retrouver le"
    " retour\u00a0» le remet en retour SAV"
)
NOTHING_MOVES_LOST = f"{LOST_AND_OWED}. Le foyer a demandé que rien n’avance\u00a0: ce qui lui est dû le reste"
KEPT_ASIDE = (
    "Mis de côté pour un foyer qui a demandé que rien n’avance\u00a0: il le reste, sans échéance. S’il vient de "
    "lui-même, remettez-le-lui"
)


def onward_step(device: Device, actor: Actor) -> Step | None:
    """Who acts next on a device that is available, came back, or stays as it is; None of any other; two queries."""
    if device.state == S.RETURNED:
        return _returned(device, actor)
    if is_lost_in_return(device):
        return _lost(device, actor)
    if device.state in NOT_YET_HANDED_OVER and (step := _to_sort_first(device, actor)):
        return step
    if device.state == S.RESERVED and can_serve_device(actor) is not None and not lapses(device):
        return Step(KEPT_ASIDE)
    return _to_sign(device, actor) if device.state == S.AVAILABLE else None


def _to_sort_first(device: Device, actor: Actor) -> Step | None:
    """What its workshop has not sorted stays where it is, or goes back when it is asked for; None of any other."""
    if not unsorted_along([device.pk]):
        return None
    may = {one.verb for one in gate.actions_for(device, actor) if one.allowed}
    asked = with_asked_back(Device.objects.filter(pk=device.pk)).values_list("asked_back_at", flat=True).get()
    if asked is None:
        if "ask_back" in may:
            return Step(HELD_BY_A_FILE, SORT_OR_ASK, url=reverse("refurb:hardware_sort"), label="Trier les fichiers")
        return None if device.state == S.SHIPPED else Step(HELD_BY_A_FILE)
    awaited = f"Retour demandé par l’atelier, au plus tard le {day(due_on(asked))}"
    verb = next((one for one in ("send_back", "release") if one in may), "")
    asks = f"{awaited[0].lower()}{awaited[1:]}\u00a0: {SENT_BACK_AS.get(verb)}"
    return Step(awaited, asks, verb) if verb else Step(awaited)


def more_of(device: Device, actor: Actor) -> list[tuple[str, str]]:
    """How the household of a device that came back may be served otherwise, for those who serve it; one query."""
    if not is_brought_back(device) or can_serve_device(actor) is None:
        return []
    if Settlement.objects.visible_to(actor).filter(device=device, stay=device.stay).exists():
        return []
    names = [("Échanger contre un autre appareil", "device_replace"), ("Servir le foyer autrement", "device_settle")]
    return [(label, reverse(f"distribution:{name}", args=[device.reference])) for label, name in names]


def _returned(device: Device, actor: Actor) -> Step:
    """A device its household brought back: given back once repaired, else exchanged, else the workshop's."""
    standing = standing_of(device)
    if standing == SETTLED:
        awaited = "Foyer servi autrement\u00a0: en attente de prise en traitement à l’atelier"
        works = any(one.verb == "start" and one.allowed for one in gate.actions_for(device, actor))
        return (
            Step(awaited, "le foyer est servi autrement, prenez-le en traitement", "start") if works else Step(awaited)
        )
    awaited = GIVEN_BACK_NEXT if standing in (REPAIRED, TOLD, QUIET) else AWAITED[S.RETURNED]
    actions = {one.verb: one for one in gate.actions_for(device, actor)}
    back = actions.get("give_back")
    if back is not None and back.allowed:
        if actions["tell_repaired"].allowed:
            return Step(awaited, TELL_IT, "tell_repaired")
        return Step(awaited, LEAVE_IT if standing == QUIET else "réparé, rendez-le à son foyer", "give_back")
    if back is None or device.attached_to_id is not None or can_exchange_device(actor) is None:
        return Step(awaited)
    if step := _to_sign(device, actor):
        return step
    repair = REPAIR.format(whom=_place_of(device.workshop))
    if not Device.objects.filter(unrestricted("need__prescription__household"), pk=device.pk).exists():
        return Step(f"{NOTHING_MOVES}. {repair[0].upper()}{repair[1:]}")
    url = reverse("distribution:device_replace", args=[device.reference])
    return Step(awaited, f"échangez-le ou, {repair}", url=url, label="Choisir un remplaçant")


def _lost(device: Device, actor: Actor) -> Step:
    """What its household brought back and nobody finds: exchanged, under warranty or not, else served otherwise; once
    it is settled, it is looked for and nothing more."""
    if standing_of(device) == SETTLED:
        return Step(LOST_AND_SETTLED)
    if device.attached_to_id is not None or can_exchange_device(actor) is None:
        return Step(LOST_AND_OWED)
    if step := _to_sign(device, actor):
        return step
    if not Device.objects.filter(unrestricted("need__prescription__household"), pk=device.pk).exists():
        return Step(NOTHING_MOVES_LOST)
    url = reverse("distribution:device_replace", args=[device.reference])
    return Step(LOST_AND_OWED, SERVE_IT, url=url, label="Choisir un remplaçant")


def _place_of(workshop: Organisation) -> str:
    """Where it is brought, and whom to call before."""
    return ", ".join(filter(None, (workshop.name, workshop.address, by_pairs(workshop.phone) or workshop.email)))


def _to_sign(device: Device, actor: Actor) -> Step | None:
    """An exchange that was prepared waits for a signature, on the page of the device that replaces."""
    note = exchange_prepared(device, actor) if can_exchange_device(actor) is not None else None
    if note is None:
        return None
    url = reverse("distribution:device_exchange", args=[note.device.reference])
    awaited = "Échange préparé, en attente de la signature du foyer"
    return Step(
        awaited, "l’échange est préparé, faites signer la fiche", url=url, label="Signer et remettre en échange"
    )
