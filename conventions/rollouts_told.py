"""What conventions say of the way of an EPCI: one that is on its way, or all of them suspended."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject

from conventions.enums import ALIVE, ON_THE_WAY, ConventionState
from conventions.machine.rollout import BEFORE
from conventions.models import Convention
from network.enums import RolloutState
from network.rollouts_told import NOTHING, WayTeller, WayTold
from typography.french import day

S = RolloutState
C = ConventionState
SUSPENDED = (
    "La convention est suspendue\u00a0: rien n’y est affecté avant sa reprise, par le responsable de l’EPCI ou le"
    " pilote"
)
STANDS = {S.AGREED: "suspendue", S.CRUISING: "convention suspendue"}
COMING = {
    C.SIGNED: "Convention signée",
    C.SIGNING: "Convention en signature",
    C.APPROVED: "Convention validée",
    C.CHANGES_REQUESTED: "Convention à modifier",
    C.IN_REVIEW: "Convention en relecture",
    C.DRAFT: "Convention en brouillon",
}
"""What is said of a convention on its way, the most advanced state first."""


def _read(epci: str) -> Combinable:
    rows = Convention.objects.originals().filter(epci=OuterRef(epci), state__in=(*ON_THE_WAY, *ALIVE))
    told = JSONObject(reference="reference", state="state", is_test="is_test", starts_on="starts_on")
    return ArraySubquery(rows.order_by("starts_on", "pk").values(json=told))


def told_of_conventions(state: str, found: Sequence[dict[str, Any]]) -> WayTold:
    """What an EPCI waits for at this step because of a convention on its way, or of the one that is suspended."""
    if state == S.MERGED:
        return NOTHING
    coming = next((one for code in COMING for one in found if one["state"] == code), None)
    known = {"coming": COMING[coming["state"]], "reference": coming["reference"]} if coming is not None else {}
    if state in STANDS:
        lasting = {one["state"] for one in found if not one["is_test"]}
        if C.SUSPENDED in lasting and C.ACTIVE not in lasting:
            return WayTold(SUSPENDED, STANDS[S(state)], **known)
        return WayTold(**known)
    return WayTold(_sentence(state, coming) if coming is not None else "", **known)


def _sentence(state: str, coming: dict[str, Any]) -> str:
    if coming["state"] == C.SIGNED:
        return f"Une convention est signée, d’effet le {day(date.fromisoformat(coming['starts_on']))}"
    if coming["state"] == C.SIGNING:
        return "Une convention est en signature"
    if coming["state"] == C.DRAFT and state in BEFORE[:1]:
        return ""  # its parties are still to be brought together
    return "Une convention se prépare"


CONVENTIONS = WayTeller("conventions", _read, told_of_conventions)
