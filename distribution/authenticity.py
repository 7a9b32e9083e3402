"""What has become of the note of a hand-over that somebody verifies: one sentence for anybody, without a name."""

from datetime import datetime

from distribution.documents import LABELS
from distribution.enums import ClosedBecause
from distribution.models import AppointmentEntry
from distribution.models.hand_over import HandOver
from documents.kinds import register_standing
from prescriptions.authenticity import overtakes_letters
from prescriptions.models import HouseholdMessage
from typography.french import written_day

CHANGED_BY = ("book", "move", "cancel", "honour", "miss")
"""The verbs after which a letter that was made before tells an hour that counts no more."""
NOT_YET = "Cette fiche est authentique, mais l’appareil n’est pas encore remis."
NEVER = (
    "Cette fiche est authentique, mais elle ne vaut plus depuis le {day}\u00a0: l’appareil n’a pas été remis avec elle."
)
UNDONE = "Cette fiche est authentique, mais elle ne vaut plus depuis le {day}\u00a0: la remise a été annulée."
BACK = "Cette fiche est authentique, mais elle ne vaut plus depuis le {day}\u00a0: l’appareil est revenu."


def register_standings() -> None:
    """Declare it for the notes of a sale and of an exchange, and for the letters that tell an hour."""
    for code, _ in LABELS.values():
        register_standing(code, standing)
    overtakes_letters("appointment", hour_changed)


def hour_changed(letter: HouseholdMessage) -> datetime | None:
    """When the hour that this letter tells moved, was given up, or was over."""
    entries = AppointmentEntry.objects.filter(object=letter.about[1], at__gt=letter.written_at, verb__in=CHANGED_BY)
    return entries.order_by("seq").values_list("at", flat=True).first()


def standing(document: int) -> str:
    """What came of the note with this key; empty once the device is with its household by it."""
    note = HandOver.objects.filter(document=document).first()
    if note is None:
        return ""
    if note.closed_at is None:
        return NOT_YET if note.handed_over_at is None else ""
    said = {ClosedBecause.UNDONE: UNDONE, ClosedBecause.SETTLED: BACK}.get(ClosedBecause(note.closed_because), NEVER)
    return said.format(day=written_day(note.closed_at))
