"""What was wrong with a device that came back, in the words of its household or of its point, for whoever repairs it.

They are the comment of the move that brought it back: judged as any that may name a household, erased with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from lifecycle.actors import Actor
from lifecycle.models import Comment
from refurb.enums import DeviceState, ReturnReason
from refurb.models.device import Device, DeviceEntry, DeviceQuerySet
from refurb.permissions import can_work_on_device

ARRIVALS = ("register", "receive", "undo_receive", "send_back", "take_back", "undo_take_back")
COMES_BACK = ("send_back", "take_back")
IN_HAND = (
    DeviceState.RETURNED,
    DeviceState.RECEIVED,
    DeviceState.IN_PROCESS,
    DeviceState.AWAITING_PART,
    DeviceState.UNUSABLE,
)
"""Where somebody of the workshop looks for what is wrong."""


WHY: dict[str, dict[str, str]] = {"take_back": dict(ReturnReason.choices)}
"""The reasons of each verb that brings a device back, in words (``tell_why``)."""


def tell_why(verb: str, reasons: Iterable[tuple[str, str]]) -> None:
    """Say the reasons of a verb that an app above declares."""
    WHY[verb] = dict(reasons)


@dataclass(frozen=True)
class Symptom:
    """How a device came back: what happened, why, when, and the words noted then that are still kept."""

    sentence: str
    why: str
    at: datetime
    words: str


def _digest() -> Subquery:
    """The digest of the comment of the outer move; of a screen, that of the desktop it came back with."""
    of_desktop = Q(pk=OuterRef("cause_entry"), object=OuterRef("object__attached_to"))
    said = DeviceEntry.objects.filter(Q(pk=OuterRef("pk")) | of_desktop).exclude(comment_digest="")
    return Subquery(said.order_by("-pk").values("comment_digest")[:1])


def with_symptom(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each with ``symptom``, the words noted when it came back in its present stay; "" where there are none."""
    last = DeviceEntry.objects.filter(object=OuterRef("pk"), verb__in=ARRIVALS).order_by("-seq")
    told = last.annotate(told=Case(When(verb__in=COMES_BACK, then=_digest()), default=Value("")))
    said = Comment.objects.filter(digest=OuterRef("symptom_digest")).values("text")[:1]
    noted = devices.alias(symptom_digest=Subquery(told.values("told")[:1]))
    return noted.annotate(symptom=Coalesce(Subquery(said), Value("", TextField())))


def symptom_of(device: Device, actor: Actor) -> Symptom | None:
    """How a device in the hands of the actor's workshop came back; None for everybody else. Two queries at most."""
    works = can_work_on_device(actor) is not None and device.workshop_id == actor.organisation_id
    if not works or device.state not in IN_HAND or device.stay == 1:
        return None
    last = (
        DeviceEntry.objects.filter(object=device, verb__in=ARRIVALS).annotate(said=_digest()).order_by("-seq").first()
    )
    if last is None or last.verb not in COMES_BACK:
        return None
    words = Comment.objects.filter(digest=last.said).values_list("text", flat=True).first()
    return Symptom(last.sentence(), WHY[last.verb].get(last.values.get("reason", ""), ""), last.at, words or "")
