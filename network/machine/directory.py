"""An entry of the directory: published, said to be right again, corrected, withdrawn, put back."""

from django.db.models import Q

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Machine, Requirement, Verb
from network.enums import OrganisationKind, ServiceState
from network.models import PublicService
from network.permissions import can_keep_service

S = ServiceState
CONFIRMED = {"confirmed_at": AT, "confirmed_by": ACTOR}

PRESCRIBES = Requirement(
    "service_prescriber",
    "L’annuaire est celui des structures qui prescrivent\u00a0: celle-ci n’en est pas une, ou n’est plus active.",
    lambda ctx: Q(organisation__is_active=True, organisation__kinds__contains=[OrganisationKind.PRESCRIBER]),
    lifted_by="le pilote, dans la fiche de l’organisation",
)
ONCE = Requirement(
    "service_once",
    "Cette structure a déjà une fiche à ce nom\u00a0: corrigez-la.",
    constraint="network_publicservice_once",
    field="name",
)


class PublicServiceMachine(Machine, of=PublicService):
    """What whoever signs in reads of a service that prescribes."""

    name = "public_service"
    reference_prefix = "AN"

    publish = Verb(
        "Publier une fiche",
        source=CREATION,
        target=S.PUBLISHED,
        who=can_keep_service,
        requires=[PRESCRIBES, ONCE],
        stamps=CONFIRMED,
        done="Fiche publiée dans l’annuaire",
        why="Whoever signs in reads it from here on.",
    )

    confirm = Verb(
        "Confirmer que la fiche est juste",
        source=S.PUBLISHED,
        target=SAME,
        who=can_keep_service,
        stamps=CONFIRMED,
        done="Fiche confirmée",
        why="Nothing changed; it is to be confirmed again after so many months, a dated parameter.",
    )

    correct = Verb(
        "Corriger la fiche",
        source=S.PUBLISHED,
        target=SAME,
        who=can_keep_service,
        stamps=CONFIRMED,
        done="Fiche corrigée",
        why="What is typed replaces what was read; it counts as confirmed.",
    )

    withdraw = Verb(
        "Retirer de l’annuaire",
        source=S.PUBLISHED,
        target=S.WITHDRAWN,
        who=can_keep_service,
        done="Fiche retirée de l’annuaire",
        why="The service receives nobody any more: only its structure and the pilot read it.",
    )

    restore = Verb(
        "Remettre dans l’annuaire",
        source=S.WITHDRAWN,
        target=S.PUBLISHED,
        who=can_keep_service,
        requires=[PRESCRIBES, ONCE],
        stamps=CONFIRMED,
        undoes=["withdraw"],
        done="Fiche remise dans l’annuaire",
        why="The service receives again: read it before, it counts as confirmed.",
    )
