"""What a merger of EPCI changes on the map, before what is open follows; accounts that a backup brings back."""

from lifecycle.registry import Move, on_put_back, on_transition
from network.enums import OrganisationKind
from network.models import Commune, Epci, Merger, Organisation
from network.services.forgetting import forget_again


def mergers(move: Move) -> list[Merger]:
    """The mergers that were established, as they are kept."""
    return list(Merger.objects.filter(pk__in=move.pks).select_related("epci", "successor", "organisation"))


def redraw(move: Move) -> None:
    """The communes pass to the successor, with who serves the former; an EPCI without communes begins this day."""
    for merger in mergers(move):
        merged, successor = merger.epci, merger.successor
        if not successor.communes.exists():
            Epci.objects.filter(pk=successor.pk, since=None).update(since=move.at)
        Epci.objects.filter(pk=merged.pk).update(succeeded_by=successor, succeeded_at=move.at)
        Commune.objects.filter(epci=merged).update(epci=successor)
        Organisation.objects.filter(epci=merged).exclude(kinds__contains=[OrganisationKind.EPCI]).update(epci=successor)


def register() -> None:
    """Every registration of the network, once its models are known."""
    on_transition("merger", "declare", redraw)
    on_put_back(forget_again)
