"""What a move of a device changed beside its state, as its chronology says it: type, territory it comes from."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lifecycle.registry import tell_changes
from network.models import Epci
from refurb.enums import DeviceType
from refurb.models.device import DeviceEntry

NO_EPCI = "hors du département ou inconnu"


def changes_of(entries: Sequence[DeviceEntry]) -> dict[int, str]:
    """What each of these rows changed, by key, each against the one before it; newest first. One query at most."""
    moved = [(entry, before) for entry, before in pairwise(entries) if _differ(entry, before)]
    wanted = {one.origin_epci_id for pair in moved for one in pair if one.origin_epci_id is not None}
    epcis = Epci.objects.in_bulk(wanted) if wanted else {}
    return {entry.pk: " ".join(_told(entry, before, epcis)) for entry, before in moved}


def _differ(entry: DeviceEntry, before: DeviceEntry) -> bool:
    return (entry.type, entry.origin_epci_id) != (before.type, before.origin_epci_id)


def _told(entry: DeviceEntry, before: DeviceEntry, epcis: dict[int, Epci]) -> Iterator[str]:
    if entry.type != before.type:
        yield f"Type\u00a0: {DeviceType(entry.type).label} (avant\u00a0: {DeviceType(before.type).label})."
    if entry.origin_epci_id != before.origin_epci_id:
        now, then = (
            str(epcis[one.origin_epci_id]) if one.origin_epci_id is not None else NO_EPCI for one in (entry, before)
        )
        yield f"EPCI d’origine\u00a0: {now} (avant\u00a0: {then})."


def register_changes() -> None:
    """Say them on the page of a device."""
    tell_changes("device", changes_of)
