"""Whoever is followed: what was said and when, what is to be done next, who may be given it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from network.enums import OrganisationKind, Role
from network.models import Membership


@dataclass(frozen=True)
class Then:
    """What is to be done next, for which day, by whom; nothing by default."""

    step: str = ""
    on: date | None = None
    owner: Membership | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        return {"next_step": self.step, "next_on": self.on, "next_owner": self.owner}


NOTHING_NEXT = Then()


@dataclass(frozen=True)
class Exchange:
    """When and how somebody was reached, what was said, what is to be done next."""

    contacted_on: date
    channel: str
    said: str = ""
    then: Then = NOTHING_NEXT


def followers_of(epci: int | None) -> Any:
    """Who may follow what is on the territory of an EPCI, by its key: the pilots, its managers."""
    open_ones = Membership.objects.open()
    managers = open_ones.filter(kind=OrganisationKind.EPCI, role=Role.MANAGER, organisation__epci=epci)
    return open_ones.pilots() | managers
