"""What a technician says of a device that serves all the same, and when it is mended."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.enums import IN_THE_WORKSHOP, DeviceState, MendedReason
from refurb.models.defects import Defect, DefectMended, DefectWord
from refurb.models.device import Device
from refurb.services.locked_devices import about, held_device

NOT_A_WORD = Reason("not_a_word", "Un de ces défauts n’est pas dans la liste de ce type d’appareil.", field="words")
MENDED_ALREADY = Reason("mended_already", "Ce défaut n’est déjà plus noté sur cet appareil.")
SEEN_IN = (*IN_THE_WORKSHOP, DeviceState.RETURNED)
"""States in which somebody of the workshop looks at the device."""


def words_of(type_: str, day: date) -> list[DefectWord]:
    """The words in force for a type, in the order of the list; one query."""
    return list(DefectWord.objects.filter(types__contains=[type_]).on(day).order_by("position", "code"))


@gate.one_transaction
def note_defects(
    *, actor: Actor, device: Device, words: Iterable[DefectWord], at: datetime | None = None
) -> list[Defect]:
    """Note defects seen; one that is noted already, in this version of its words or an earlier one, is left as it is.

    Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = held_device(actor=actor, device=device, states=SEEN_IN), at or timezone.now()
    known = {word.pk: word for word in words_of(held.type, timezone.localdate(stamp))}
    wanted = {word.pk for word in words}
    if wanted - set(known):
        raise Refused({held.pk: (NOT_A_WORD,)})
    noted = set(Defect.objects.standing().filter(device=held).values_list("word__code", flat=True))
    return Defect.objects.bulk_create(
        Defect(**about(held, actor, stamp), word=word)
        for pk, word in known.items()
        if pk in wanted and word.code not in noted
    )


@gate.one_transaction
def mend_defect(
    *, actor: Actor, defect: Defect, reason: MendedReason | str, at: datetime | None = None
) -> DefectMended:
    """A defect is gone: no household is told of it; its row stays. Raises Unknown, PermissionDenied, Refused."""
    held = held_device(actor=actor, device=defect.device, states=SEEN_IN)
    if not Defect.objects.standing().filter(pk=defect.pk).exists():
        raise Refused({held.pk: (MENDED_ALREADY,)})
    return DefectMended.objects.create(**about(held, actor, at), defect=defect, reason=MendedReason(reason))
