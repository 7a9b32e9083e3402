"""The tables of the network: territory, organisations, people, roles, invitations."""

from network.models.account_change import OWN_ACTS, AccountAct, AccountChange, FactorResetReason
from network.models.awareness import AwarenessEntry, AwarenessGuest, AwarenessSession
from network.models.directory import PublicService, PublicServiceEntry
from network.models.exchange import NotedExchange
from network.models.former_address import FormerAddress
from network.models.invitation import Invitation
from network.models.membership import Membership, MembershipPeriod
from network.models.merger import Merger, MergerEntry
from network.models.organisation import Organisation
from network.models.rollout import Rollout, RolloutEntry, RolloutExchange
from network.models.skill import Skill, TrainingSession
from network.models.territory import Arrondissement, Commune, Epci
from network.models.user import User

__all__ = [
    "OWN_ACTS",
    "AccountAct",
    "AccountChange",
    "Arrondissement",
    "AwarenessEntry",
    "AwarenessGuest",
    "AwarenessSession",
    "Commune",
    "Epci",
    "FactorResetReason",
    "FormerAddress",
    "Invitation",
    "Membership",
    "MembershipPeriod",
    "Merger",
    "MergerEntry",
    "NotedExchange",
    "Organisation",
    "PublicService",
    "PublicServiceEntry",
    "Rollout",
    "RolloutEntry",
    "RolloutExchange",
    "Skill",
    "TrainingSession",
    "User",
]
