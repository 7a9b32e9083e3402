"""The tables of the network: territory, organisations, people, roles, invitations."""

from network.models.dated import (
    Dated,
    DatedNumber,
    DatedQuerySet,
    dated_rows_unchanging,
    known_codes,
    read_once,
)
from network.models.invitation import Invitation
from network.models.membership import Membership, MembershipPeriod
from network.models.merger import Merger, MergerEntry
from network.models.organisation import Organisation
from network.models.saved_view import SavedView
from network.models.territory import Arrondissement, Commune, Epci
from network.models.user import User

__all__ = [
    "Arrondissement",
    "Commune",
    "Dated",
    "DatedNumber",
    "DatedQuerySet",
    "Epci",
    "Invitation",
    "Membership",
    "MembershipPeriod",
    "Merger",
    "MergerEntry",
    "Organisation",
    "SavedView",
    "User",
    "dated_rows_unchanging",
    "known_codes",
    "read_once",
]
