"""What a point finds on a device that was declared erased: an incident, of which the others learn at once."""

from django.db.models import Exists, OuterRef, Q

from distribution.enums import SendBackReason
from lifecycle.registry import Move
from refurb.emails import data_left_for_donors, data_left_for_pilots, data_left_for_workshops
from refurb.enums import RECALLED, IncidentKind
from refurb.followers import incidents_of
from refurb.models.device import Device
from refurb.models.incident import Incident
from refurb.models.predicates import left_behind


def open_incidents_of_data_left(move: Move) -> None:
    """A point could still read data on what was declared erased: an incident, and people told at once.

    A screen that follows its computer says nothing of its own; what it was recalled for is told once.
    """
    if move.cause is not None:
        return
    back = [row.pk for row in move.rows if _reason_of(move, row.pk) == SendBackReason.NOT_ERASED]
    told = Incident.objects.filter(device=OuterRef("pk"), kind__in=RECALLED, stay=OuterRef("stay") - 1)
    news = Device.objects.filter(~(Q(Exists(told)) & left_behind()), pk__in=back)
    if incidents := incidents_of(move, news, IncidentKind.DATA_LEFT):
        data_left_for_donors(incidents, move.at)
        data_left_for_workshops(incidents, move.at)
        data_left_for_pilots(incidents, move.at)


def _reason_of(move: Move, pk: int) -> str:
    said: str = move.per_row.get(pk, {}).get("reason") or move.values.get("reason", "")
    return said
