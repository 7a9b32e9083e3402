"""Who acts next on a device: the person who reads the page, with one button, or someone else, since when."""

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from lifecycle.machine import Reason
from network.enums import OrganisationKind
from refurb.awaited_parts import left_for
from refurb.enums import ENDED, DeviceState
from refurb.machine.storage_rules import proofs_stand
from refurb.models import Device, DeviceEntry, Drive
from refurb.models.device import DeviceQuerySet
from refurb.onward import onward
from refurb.permissions import can_work_on_device
from typography.french import day

S = DeviceState
MAIN_VERB = {
    S.COLLECTED: "receive",
    S.RECEIVED: "start",
    S.IN_PROCESS: "recondition",
    S.AWAITING_PART: "resume",
    S.UNUSABLE: "recycle",
    S.MISSING: "receive",
    S.READY: "allot",
    S.ALLOTTED: "ship",
    S.SHIPPED: "stock_in",
    S.AVAILABLE: "reserve",
    S.RESERVED: "hand_over",
}
"""The verb that carries a device on, among those its state allows."""
AWAITED = {
    S.DECLARED: "En attente de l’enlèvement chez le donateur",
    S.COLLECTED: "En attente de réception à l’atelier",
    S.RECEIVED: "En attente de prise en traitement à l’atelier",
    S.IN_PROCESS: "En traitement à l’atelier",
    S.AWAITING_PART: "En attente d’une pièce",
    S.READY: "En stock à l’atelier, en attente d’affectation",
    S.UNUSABLE: "À démonter ou à remettre au recycleur par l’atelier",
    S.MISSING: "Recherché",
    S.ALLOTTED: "Affecté, en attente d’expédition par l’atelier",
    S.SHIPPED: "En livraison, en attente de réception au point de distribution",
    S.AVAILABLE: "En rayon, disponible pour un besoin en attente",
    S.RESERVED: "Réservé, en attente de remise au foyer",
    S.HANDED_OVER: "Remis au foyer",
    S.RETURNED: "En retour SAV\u00a0: à réparer, à échanger ou à rembourser",
}
YOURS = {
    "receive": "scannez son étiquette à l’arrivée",
    "start": "prenez-le en traitement",
    "resume": "reprenez le traitement quand la pièce est là",
    "recondition": "tout est prouvé\u00a0: déclarez-le reconditionné",
    "recycle": "remettez-le au recycleur, ou démontez-le",
    "reopen": "ses preuves d’effacement ne tiennent plus\u00a0: remettez-le en traitement, puis prouvez-le",
    "allot": "affectez-le à une convention",
    "ship": "expédiez-le au point de distribution",
    "stock_in": "mettez-le en rayon s’il est arrivé",
    "reserve": "réservez-le pour un besoin en attente",
    "hand_over": "remettez-le au foyer, fiche signée",
    "send_back": "sa convention est terminée depuis trop longtemps, renvoyez-le à l’atelier",
}
NO_MORE = "Les preuves d’effacement ne tiennent plus"
AT_THE_BENCH = (S.COLLECTED, S.RECEIVED, S.IN_PROCESS, S.AWAITING_PART, S.UNUSABLE)
"""States in which what lacks is done on the bench by who reads."""
ONCE_POSSIBLE = ("allot", "ship", "stock_in", "reserve", "hand_over")
"""Verbs one is only asked to do when nothing is missing: what is missing is not in the hands of who reads."""
BENCH_SHEET, BENCH_PAGE = "Ouvrir la fiche d’établi", "Continuer sur l’établi"
BENCH_STEPS = {
    "storage_inventoried": "inventoriez le stockage",
    "drives_found": "dites ce qu’est devenu le disque d’un passage précédent",
    "storage_fits": "corrigez le stockage, inventorié sous un autre type d’appareil",
    "drives_proven": "effacez ou détruisez chaque disque",
    "files_sorted": "triez le fichier qui attend, puis prouvez son disque",
    "internal_works": "dites-le non réemployable, ou annulez la destruction de son stockage",
    "tested": "testez les fonctions",
    "tests_passed": "réparez ce qui est en défaut, puis testez de nouveau",
    "graded": "calculez le grade",
    "storage_agrees": "enregistrez le stockage qui y est, ou refaites le grade avec 0\u00a0Go",
    "identified": "relevez la marque, le modèle, le processeur et la mémoire",
}
"""What to do on the bench for each thing that « reconditionné », or waste, still lacks, in order."""


def next_step(device: Device, actor: Actor) -> Step:
    """Who acts next; two queries, those of the app that takes devices onward, and the stock of an awaited part."""
    state = DeviceState(device.state)
    if state in ENDED:
        return _ended(device, actor)
    if step := onward().step(device, actor) or _before_all(device, actor):
        return step
    awaited = AWAITED.get(state, state.label)
    part = _part_told(device, actor)
    verb = MAIN_VERB.get(state)
    action = next((one for one in gate.actions_for(device, actor) if one.verb == verb), None)
    if action is None or state == S.MISSING:
        return Step(f"{awaited}{part}")
    if state in AT_THE_BENCH and (todo := bench_step(action.reasons)):
        page, label = ("recondition", BENCH_PAGE) if state == S.IN_PROCESS else ("evidence", BENCH_SHEET)
        return Step(awaited, todo, url=reverse(f"refurb:device_{page}", args=[device.reference]), label=label)
    if any(reason.code == "convention_hands_over" for reason in action.reasons):
        return Step(awaited, YOURS["send_back"], "send_back" if state == S.AVAILABLE else "release")
    if action.verb in ONCE_POSSIBLE and action.reasons:
        return Step(awaited)
    return Step(f"{awaited}{part}", f"{YOURS[action.verb]}{part}", action.verb)


def _part_told(device: Device, actor: Actor) -> str:
    """Of a device that awaits a part: which, and how many of it are in stock; empty of any other."""
    if device.state != S.AWAITING_PART or not device.part_wanted:
        return ""
    left = left_for(device, actor)
    return f"\u00a0: {device.part_wanted}{f', en stock\u00a0: {left}' if left else ''}"


def _before_all(device: Device, actor: Actor) -> Step | None:
    """What its state alone does not tell: its proofs fell, or it is still on its way."""
    if device.state == S.READY:
        return _reopened_first(device, actor)
    return _on_the_way_back(device, actor) if device.state == S.RECEIVED else None


def _reopened_first(device: Device, actor: Actor) -> Step | None:
    """Back to the bench when what was proven holds no more: said to all, asked of who works there; None otherwise."""
    if Device.objects.filter(proofs_stand(), pk=device.pk).exists():
        return None
    may = any(one.verb == "reopen" for one in gate.actions_for(device, actor))
    return Step(NO_MORE, YOURS["reopen"], "reopen") if may else Step(NO_MORE)


def _on_the_way_back(device: Device, actor: Actor) -> Step | None:
    """Sent back by a point, which still has it or whose carrier does: by whom and when; None of any other."""
    if not is_on_the_way_back(device):
        return None
    assert device.received_at is not None
    sent = f"envoyé par {_sender(device, actor)} le {day(device.received_at)}, en route"
    if not any(one.verb == "start" and one.allowed for one in gate.actions_for(device, actor)):
        return Step(f"R{sent}")
    return Step(f"R{sent}", f"r{sent}\u00a0: prenez-le en traitement quand il est là", "start")


def is_on_the_way_back(device: Device) -> bool:
    """Whether a point sent it back and it is not at the workshop yet; one query, unless it was read ``with_since``."""
    if device.state != S.RECEIVED or device.stay <= 1 or device.place:
        return False
    moved_by: str | None = getattr(device, "moved_by", None)
    return moved_by == "send_back" if moved_by else Device.objects.on_the_way_back().filter(pk=device.pk).exists()


def _sender(device: Device, actor: Actor) -> str:
    """The point it was last shipped to; which one is not for its donor."""
    last = device.delivery_lines.order_by("-pk").values_list("delivery__point__name", flat=True).first()
    return "son point de distribution" if last is None or actor.kind == OrganisationKind.DONOR else last


def _ended(device: Device, actor: Actor) -> Step:
    """Nothing, unless a drive left without its proof: then the workshop owes it to the donor; two queries at most."""
    if not Drive.objects.missing_erasures().filter(device=device).exists():
        return Step("Parcours terminé")
    awaited = "En attente de la preuve que chaque disque est effacé ou détruit"
    scope = can_work_on_device(actor)
    if scope is None or not Device.objects.filter(scope, pk=device.pk).exists():
        return Step(awaited)
    url = reverse("refurb:device_evidence", args=[device.reference])
    return Step(awaited, "enregistrez la preuve de chaque disque parti", url=url, label=BENCH_SHEET)


def bench_step(reasons: tuple[Reason, ...]) -> str:
    """The first thing to do on the bench, from what is missing before the main verb; empty when nothing is."""
    missing = {reason.code for reason in reasons}
    return next((todo for code, todo in BENCH_STEPS.items() if code in missing), "")


def with_since(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each device with ``since``, when it entered its present state, and ``moved_by``, the verb that took it there.

    A correction does not count.
    """
    entered = DeviceEntry.objects.filter(object=OuterRef("pk")).exclude(source=F("target")).order_by("-seq")
    return devices.annotate(since=Subquery(entered.values("at")[:1]), moved_by=Subquery(entered.values("verb")[:1]))
