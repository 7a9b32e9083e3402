"""Requests to exercise a right, each reached through the services."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import Requester, RightKind, RightsChannel, ToldBy
from prescriptions.models import Household, RightsRequest
from prescriptions.services.rights import answer_rights_request, receive_rights_request
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle, again


@dataclass
class Desk:
    """A data protection officer, and the circle whose households ask."""

    circle: Circle = field(default_factory=Circle)

    @cached_property
    def officer(self) -> Membership:
        return make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)

    def asked(self, kind: str = RightKind.ACCESS, household: Household | None = None, **changes: Any) -> RightsRequest:
        """Noted by the worker, the day it came."""
        at: datetime | None = changes.pop("at", self.circle.at)
        given: dict[str, Any] = {
            "actor": self.circle.worker,
            "household": household or self.circle.household(),
            "kind": kind,
            "requester": Requester.PERSON,
            "channel": RightsChannel.PLACE,
            "received_on": timezone.localdate(at),
            "words": "L’adresse" if kind == RightKind.RECTIFICATION else "",
            "truth": "9 rue Neuve" if kind == RightKind.RECTIFICATION else "",
        }
        return receive_rights_request(**given | changes, at=at)

    def answer(self, asked: RightsRequest, told_by: str = ToldBy.PHONE, **changes: Any) -> RightsRequest:
        return answer_rights_request(actor=self.officer, rights_request=asked, told_by=told_by, **changes)

    def do(self, asked: RightsRequest, verb: str, **values: Any) -> RightsRequest:
        if verb in {"answer", "refuse"}:
            values.setdefault("told_on", timezone.localdate(values.get("at")))
        return gate.apply(again(asked), verb, actor=values.pop("actor", self.officer), **values)
