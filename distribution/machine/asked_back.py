"""What left its workshop with a file that it had not sorted: the workshop asks the point for it, and looks inside."""

from collections.abc import Mapping

from django.db.models import Q

from distribution.enums import SendBackReason
from distribution.machine.allotment_rules import LEFT_ALONE, SEND_BACK_REASON
from distribution.machine.files_rules import asked_at
from distribution.permissions import can_ask_back_device
from lifecycle.machine import SAME, Context, PerRow, Requirement, Verb
from lifecycle.requirements import PerRowValues
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.machine.device import DeviceMachine
from refurb.models import Device
from refurb.unsorted import unsorted_along


def _nothing_waits(ctx: Context, per_row: PerRowValues) -> Mapping[int, str]:
    told = unsorted_along(per_row)
    return {pk: FILE_WAITS.sentence for pk in per_row if pk not in told}


def _never_asked(ctx: Context, per_row: PerRowValues) -> Mapping[int, str]:
    said = [pk for pk, given in per_row.items() if given.get("reason") == SendBackReason.ASKED_BACK]
    rows = Device.objects.filter(pk__in=said).annotate(asked_at=asked_at())
    return dict.fromkeys(rows.filter(asked_at=None).values_list("pk", flat=True), ASKED_BEFORE.sentence)


FILE_WAITS = PerRow(
    "file_waits",
    "Aucun fichier de cet appareil, ni de l’écran qui va avec, n’attend d’être trié\u00a0: rien n’est à regarder.",
    _nothing_waits,
    of_rows=True,
)
NOT_ASKED_BACK = Requirement(
    "not_asked_back",
    "Son retour est déjà demandé\u00a0: s’il tarde, appelez le point.",
    lambda ctx: Q(pk__in=Device.objects.annotate(asked_at=asked_at()).filter(asked_at=None)),
)
ASKED_BEFORE = PerRow(
    "asked_before",
    "L’atelier n’a pas demandé le retour de cet appareil\u00a0: dites pourquoi vous le renvoyez.",
    _never_asked,
    field="reason",
)
WHY_SENT_BACK = (SEND_BACK_REASON, ASKED_BEFORE)

DeviceMachine.extend(
    "distribution",
    ask_back=Verb(
        "Demander son retour",
        source=list(NOT_YET_HANDED_OVER),
        target=SAME,
        who=can_ask_back_device,
        requires=[LEFT_ALONE, FILE_WAITS, NOT_ASKED_BACK],
        done="Retour demandé par l’atelier",
        varies=True,
        why="A file shows an unknown drive: the workshop looks inside before it says whose file it is.",
    ),
)
