"""The merger of two EPCI: one act of the pilot, that what is open follows."""

from typing import Any

from lifecycle.machine import ACTOR, AT, CREATION, Given, Machine, Requirement, Verb
from network.enums import MergerState, OrganisationKind
from network.models import Merger
from network.permissions import can_declare_merger


def _is_living(name: str) -> Requirement:
    sentences = {
        "epci": "Choisissez l’EPCI qui disparaît, parmi ceux d’aujourd’hui.",
        "successor": "Choisissez l’EPCI qui lui succède, parmi ceux d’aujourd’hui.",
    }
    return Requirement(
        f"merger_{name}",
        sentences[name],
        lambda ctx: ctx.values[name] is not None and ctx.values[name].succeeded_by_id is None,
        needs=(name,),
        field=name,
    )


def _acts_for(organisation: Any, epci: Any) -> bool:
    """A town hall of its territory lies in an EPCI too: it does not act for it."""
    kept = organisation.is_active and OrganisationKind.EPCI in organisation.kinds
    return bool(kept and organisation.epci_id == epci.pk)


EPCI = _is_living("epci")
SUCCESSOR = _is_living("successor")
TWO = Requirement(
    "merger_two", "Un EPCI ne se succède pas à lui-même.", constraint="network_merger_two", field="successor"
)
ACTS_FOR_IT = Requirement(
    "merger_organisation",
    "Choisissez l’organisation active de l’EPCI qui succède\u00a0: elle agira dans les conventions.",
    lambda ctx: _acts_for(ctx.values["organisation"], ctx.values["successor"]),
    needs=("organisation", "successor"),
    lifted_by="le pilote, qui crée l’organisation de cet EPCI",
    field="organisation",
)
ONCE = Requirement(
    "merger_once", "La fusion de cet EPCI est déjà constatée.", constraint="network_merger_once", field="epci"
)


class MergerMachine(Machine, of=Merger):
    """An EPCI that is no more, and the one that succeeds to it."""

    name = "merger"
    reference_prefix = "F"
    dimensions = ("epci", "successor")
    tones = {MergerState.DECLARED: "done"}

    declare = Verb(
        "Constater la fusion",
        source=CREATION,
        target=MergerState.DECLARED,
        who=can_declare_merger,
        requires=[EPCI, SUCCESSOR, TWO, ACTS_FOR_IT, ONCE],
        stamps={
            "epci": Given("epci"),
            "successor": Given("successor"),
            "organisation": Given("organisation"),
            "declared_at": AT,
            "declared_by": ACTOR,
        },
        journal=["organisation"],
        done="Fusion d’EPCI constatée",
        irreversible=True,
        why="Communes, conventions, requests, lots and devices that are open pass to the successor in the same act.",
    )
