"""The life of a parcel: announced, stored on a shelf that is counted, given out, or expired by the clock."""

from django.db.models import Exists, F, OuterRef, Q

from lifecycle.actors import Actor
from lifecycle.machine import (
    ACTOR,
    AT,
    CREATION,
    SAME,
    Capacity,
    Context,
    Given,
    GivenRow,
    Machine,
    PerRow,
    Requirement,
    Verb,
)
from lifecycle.requirements import PerRowValues
from network.enums import OrganisationKind, Role
from network.permissions import acts_as
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelState, SealProof


def can_handle(actor: Actor) -> Q | None:
    """A technician of the depot's organisation."""
    if not acts_as(actor, (Role.TECHNICIAN, OrganisationKind.RECONDITIONER)):
        return None
    return Q(depot__organisation_id=actor.organisation_id)


def can_pilot(actor: Actor) -> Q | None:
    """The pilot, on every parcel."""
    return Q() if acts_as(actor, (Role.PILOT, OrganisationKind.DEPARTEMENT)) else None


def _weight_fits(ctx: Context) -> Q | bool:
    return Q(limit__gte=ctx.values["weight"]) if ctx.has("weight") else True


def _sealed(ctx: Context) -> Exists:
    return Exists(SealProof.objects.filter(parcel=OuterRef("pk")))


def _labels_differ(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    wanted = [given["label"] for given in per_row.values()]
    taken = set(Parcel.objects.filter(label__in=wanted).values_list("label", flat=True))
    return {
        pk: f"L’étiquette {given['label']} est déjà prise."
        for pk, given in per_row.items()
        if given["label"] in taken or wanted.count(given["label"]) > 1
    }


REASON = Requirement("reason", "Dites pourquoi.", needs=("reason",), field="reason")
SIZE = Requirement("size", "Dites la taille.", needs=("size",), field="size")
WEIGHT = Requirement("weight", "Le poids dépasse la limite.", _weight_fits, needs=("weight",), field="weight")
SEALED = Requirement("sealed", "Le scellé n’a pas été relevé.", _sealed, lifted_by="le magasinier")
LABEL = PerRow(
    "label", "L’étiquette est déjà prise.", _labels_differ, needs=("label",), constraint="parcels_label_once"
)
SHELF = Capacity("shelf", "Le dépôt est plein.", Depot, "depot", constraint="parcels_depot_room")
SHELF_BACK = Capacity("shelf_back", "", Depot, "depot", amount=-1)
SHELF_THERE = Capacity(
    "shelf_there", "Le dépôt d’arrivée est plein.", Depot, Given("to"), constraint="parcels_depot_room"
)

S = ParcelState


class ParcelMachine(Machine, of=Parcel):
    name = "parcel"
    reference_prefix = "P"
    dimensions = ("size", "depot")
    kept = ("rounds", "weight")

    announce = Verb(
        "Annoncer",
        source=CREATION,
        target=S.ANNOUNCED,
        who=(can_handle, can_pilot),
        journal=["origin"],
        why="A parcel is expected.",
    )

    store = Verb(
        "Ranger",
        source=[S.ANNOUNCED, S.BROKEN],
        target=S.STORED,
        who=can_handle,
        requires=[WEIGHT, LABEL, SHELF],
        stamps={
            "label": Given("label"),
            "weight": Given("weight"),
            "stored_at": AT,
            "stored_by": ACTOR,
            "rounds": F("rounds") + 1,
        },
        journal=["weight"],
        done="Rangé",
        why="It takes a place on the shelves.",
    )

    give = Verb(
        "Remettre",
        source=S.STORED,
        target=S.GIVEN,
        who=can_handle,
        requires=[SEALED, SHELF_BACK],
        stamps={"given_at": AT},
        irreversible=True,
        why="Out of the depot.",
    )

    break_ = Verb(
        "Casser",
        source=[S.ANNOUNCED, S.STORED],
        target=S.BROKEN,
        who=(can_handle, can_pilot),
        follows=["parcel.give"],
        requires=[REASON],
        journal=["reason"],
        why="It happens.",
    )

    reclassify = Verb(
        "Reclasser",
        source=[S.ANNOUNCED, S.STORED],
        target=SAME,
        who=can_pilot,
        requires=[REASON, SIZE],
        stamps={"size": Given("size")},
        journal=["size"],
        why="Another size, the same state.",
    )

    carry = Verb(
        "Déplacer",
        source=S.STORED,
        target=SAME,
        who=can_pilot,
        requires=[SHELF_BACK, SHELF_THERE],
        share_locks=["depot__organisation"],
        update_locks=[GivenRow("to", Depot, through=("organisation",))],
        stamps={"depot": Given("to")},
        why="To the shelves of another depot, or out of the count when no depot is given.",
    )

    expire = Verb(
        "Échoir",
        source=[S.ANNOUNCED, S.STORED],
        target=S.EXPIRED,
        due=lambda ctx: Q(expires_at__lte=ctx.at),
        due_at=F("expires_at"),
        why="The clock does it.",
    )
