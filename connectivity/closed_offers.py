"""Who is told of an offer that its own operator says is closed: the pilot, who keeps the catalogue."""

from connectivity import emails
from connectivity.enums import OperatorRefusalCode
from connectivity.models import ConnectionFile
from connectivity.models.closed_offer import refused_as_closed
from connectivity.services.transmissions import AROUND
from lifecycle.in_order import by_key
from lifecycle.registry import Move


def tell_closed_offer(move: Move) -> None:
    """The pilot is written to once of each offer, while that word holds: « À faire » tells the rest."""
    told = set(refused_as_closed().exclude(pk__in=move.pks).values_list("offer", flat=True))
    closed = ConnectionFile.objects.filter(pk__in=move.pks, refusal=OperatorRefusalCode.OFFER_CLOSED)
    for file in by_key(closed.exclude(offer__in=told).select_related(*AROUND)):
        if file.offer_id not in told:
            told.add(file.offer_id)
            emails.closed_offer_for_pilot(file, move.at)
