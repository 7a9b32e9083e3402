"""A file that waits shows a drive nobody knows: its device goes no further, nor the desktop its screen goes with."""

from collections.abc import Mapping

from django.db.models import OuterRef, Q, Subquery

from distribution.machine.allotment_rules import SCREEN_PROVEN
from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from refurb.machine import waiting_rules
from refurb.machine.storage_rules import BENCH, PROOFS_STAND
from refurb.models import Device
from refurb.models.device import DeviceEntry
from refurb.unsorted import unsorted_along

SCREEN_WAITS = (
    "Un fichier attend d’être trié, et montre dans {screen}, qui va avec cet ordinateur, un disque que l’inventaire ne"
    " connaît pas, ou qui n’a pas été effacé\u00a0: triez-le, ou séparez-les à l’atelier."
)
WAITS_AWAY = (
    "L’atelier n’a pas encore trié un fichier qui montre dans {what} un disque que l’inventaire ne connaît pas, ou qui"
    " n’a pas été effacé\u00a0: ni réservation ni remise d’ici là. Appelez l’atelier\u00a0: il le trie, ou vous demande"
    " son retour."
)


ASKED_AWAY = (
    "L’atelier demande son retour, pour trier un fichier qui montre dans {what} un disque que l’inventaire ne connaît"
    " pas, ou qui n’a pas été effacé\u00a0: ni réservation ni remise, renvoyez-le."
)


def asked_at() -> Subquery:
    """When its workshop asked for it, or for the desktop it goes with, since it was shipped; None when nobody did."""
    whole = Q(object=OuterRef("pk")) | Q(object=OuterRef("attached_to"))
    asked = DeviceEntry.objects.filter(whole, verb="ask_back", at__gte=OuterRef("shipped_at"))
    return Subquery(asked.order_by("-at").values("at")[:1])


def _unsorted_screens(ctx: Context, per_row: PerRowValues) -> Mapping[int, str]:
    told = unsorted_along(per_row)
    screens = {pk: [one for one in found if one.pk != pk] for pk, found in told.items()}
    return {pk: SCREEN_WAITS.format(screen=_named(found[0])) for pk, found in screens.items() if found}


def _unsorted_away(ctx: Context, per_row: PerRowValues) -> Mapping[int, str]:
    told = unsorted_along(per_row)
    rows = Device.objects.filter(pk__in=list(told)).annotate(asked_at=asked_at()).exclude(asked_at=None)
    asked = set(rows.values_list("pk", flat=True)) if told else set()
    return {pk: _told_away(pk, found, is_asked=pk in asked) for pk, found in told.items()}


def _told_away(pk: int, found: list[Device], *, is_asked: bool) -> str:
    """What the point reads of a device that has this key: which of it and of its screen files wait of."""
    its_own = any(one.pk == pk for one in found)
    what = "cet appareil" if its_own else f"{_named(found[0])}, qui va avec lui,"
    return (ASKED_AWAY if is_asked else WAITS_AWAY).format(what=what)


def _named(screen: Device) -> str:
    return f"l’écran {screen.tag or screen.reference}"


SCREEN_FILES_SORTED = PerRow(
    "screen_files_sorted",
    SCREEN_WAITS.format(screen="l’écran"),
    _unsorted_screens,
    lifted_by="un technicien de l’atelier",
    of_rows=True,
)
"""Asked of the desktop, as ``SCREEN_PROVEN`` is: it alone is refused, and the preview says so."""
SORTED_BEFORE_A_HOUSEHOLD = PerRow(
    "files_sorted_away",
    WAITS_AWAY.format(what="cet appareil"),
    _unsorted_away,
    constraint="refurb_device_files_sorted",
    where=BENCH.at("storages"),
    of_rows=True,
)
"""Asked of the point, which reads no file: what its workshop has not sorted reaches no household."""

LEAVES_EMPTY = (*waiting_rules.LEAVES_EMPTY, SCREEN_PROVEN, SCREEN_FILES_SORTED)
"""What is asked of a device, and of the screen it goes with, before they leave the workshop."""
HELD_EMPTY = (PROOFS_STAND, SCREEN_PROVEN, SORTED_BEFORE_A_HOUSEHOLD)
"""The same of what is at a point, before it is a household's."""
