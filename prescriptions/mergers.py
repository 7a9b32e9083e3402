"""What follows in prescriptions when an EPCI merges: the live ones wait in its successor, whose communes are theirs."""

from collections.abc import Iterator
from datetime import datetime

from network.mergers import Moving, Staying
from network.models import Epci
from prescriptions.enums import OPEN_NEED_STATES
from prescriptions.models import Household, Need, Prescription
from typography.french import Noun


def moving_prescriptions(epci: Epci, at: datetime) -> Iterator[Moving]:
    """The live prescriptions, their households and their needs that are not settled."""
    live = Prescription.objects.live().filter(epci=epci)
    households = Household.objects.filter(prescriptions__in=live).distinct()
    yield Moving(Noun("foyer", "foyers"), households.count(), "dont une demande est en cours")
    yield Moving(Noun("demande", "demandes", feminine=True), live.count(), "en cours, avec leurs besoins")
    needs = Need.objects.filter(epci=epci)
    yield Moving(Noun("besoin", "besoins"), needs.filter(state__in=OPEN_NEED_STATES).count(), "à satisfaire")
    closed = Prescription.objects.filter(epci=epci).exclude(pk__in=live.values("pk"))
    yield Staying(Noun("demande", "demandes", feminine=True), closed.count(), "closes")
