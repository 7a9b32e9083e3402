"""What is missing before each verb of a need (machines §4)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from lifecycle.machine import Context, Requirement
from lifecycle.requirements import explained_in_comment
from network.enums import OrganisationKind
from network.models import Organisation
from prescriptions.enums import LEFT_BECAUSE, DropReason, HouseholdState, OrderReason, PrescriptionState
from prescriptions.models import RightsRequest
from prescriptions.models.need import twin_open, twin_served
from prescriptions.owing import nothing_owed

BEING_WRITTEN = Requirement(
    "being_written",
    "La prescription est déposée\u00a0: un besoin s’ajoute pendant qu’elle est un brouillon ou à compléter.",
    lambda ctx: Q(prescription__state__in=(PrescriptionState.DRAFT, PrescriptionState.INCOMPLETE)),
)
PRESCRIPTION_ACCEPTED = Requirement(
    "prescription_accepted",
    "La prescription n’est pas acceptée, ou elle est close.",
    lambda ctx: Q(prescription__state=PrescriptionState.ACCEPTED),
    lifted_by="le distributeur",
)
DECLINED_LIFTED_BY = "le travailleur social du foyer, en notant qu’il a changé d’avis"
NOT_DECLINED = Requirement(
    "not_declined",
    "Le foyer a répondu qu’il n’en a plus besoin\u00a0: rien ne se fait pour lui tant que cette réponse tient.",
    lambda ctx: Q(prescription__declined_at=None),
    lifted_by=DECLINED_LIFTED_BY,
)


NOT_RESTRICTED = Requirement(
    "not_restricted",
    "Le foyer a demandé que ses informations soient gardées sans servir (limitation)\u00a0: rien ne se fait pour lui"
    " tant qu’elle n’est pas levée.",
    lambda ctx: ~Q(Exists(RightsRequest.objects.restricting().filter(household=OuterRef("prescription__household")))),
    lifted_by="le délégué à la protection des données, par «\u00a0Lever la limitation\u00a0»",
)


SERVED_ONCE = Requirement(
    "served_once",
    "Dans une autre prescription de ce foyer, le même besoin est en cours, ou une réparation ou un échange est à venir"
    "\u00a0: attendez ce qui vient ou abandonnez ce besoin. Si ce n’est pas le même foyer, détachez les deux dossiers.",
    lambda ctx: ~Q(twin_served()),
    lifted_by="le travailleur social ou le conseiller du distributeur, en abandonnant ce besoin",
)


def _mediation_place(ctx: Context) -> bool | Exists:
    if not ctx.has("mediation"):
        return True
    place = getattr(ctx.values["mediation"], "pk", ctx.values["mediation"])
    return Exists(Organisation.objects.filter(pk=place, is_active=True, kinds__contains=[OrganisationKind.MEDIATION]))


REFERRED = Requirement(
    "referred",
    "Choisissez le lieu de médiation numérique où le foyer est orienté.",
    _mediation_place,
    constraint="prescriptions_need_referred",
    field="mediation",
)
DROP_REASON = Requirement(
    "reason",
    "Choisissez le motif pour lequel ce besoin est abandonné.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in DropReason.values,
    needs=("reason",),
    field="reason",
)
OTHER_EXPLAINED = explained_in_comment(DropReason.OTHER)


def before_its_turn(values: Mapping[str, Any]) -> str:
    """What the journal says of a need that is served out of its order, as a timeline tells it."""
    reason = values.get("out_of_order")
    return f"avant son tour, {OrderReason(reason).label.lower()}" if reason in OrderReason.values else ""


NOT_ENDED_OTHERWISE = Requirement(
    "not_ended_otherwise",
    "La prescription est close\u00a0: son besoin ne se rouvre plus.",
    lambda ctx: Q(
        prescription__state__in=(
            PrescriptionState.ACCEPTED,
            PrescriptionState.FULFILLED,
            PrescriptionState.CLOSED_UNMET,
        )
    ),
)
HOUSEHOLD_STILL_OPEN = Requirement(
    "household_open",
    "Le dossier du foyer est archivé ou effacé\u00a0: rouvrez-le, ou s’il est effacé, ouvrez-en un autre.",
    lambda ctx: Q(prescription__household__state=HouseholdState.OPEN),
    lifted_by="le travailleur social",
)

# --- what had met it is lost

LOST_ONCE = Requirement(
    "lost_once",
    "Le foyer a toujours ce qui lui avait été remis.",
    lambda ctx: Q(lost_at__isnull=False),
)
LOST = Requirement(
    "lost",
    "Le foyer a toujours ce qui lui avait été remis\u00a0: il n’y a rien à décider de ce besoin.",
    lambda ctx: Q(lost_at__isnull=False, left_reason=""),
)
NOTHING_OWED = Requirement(
    "nothing_owed",
    "L’appareil rapporté n’a pas encore d’issue\u00a0: il se répare, s’échange sans rien payer, ou se rembourse.",
    lambda ctx: nothing_owed(),
    lifted_by="le conseiller du point de distribution",
)
NOT_ASKED_ELSEWHERE = Requirement(
    "asked_elsewhere",
    "Le même besoin est déjà demandé pour ce foyer, dans une autre prescription\u00a0: suivez celle-là.",
    lambda ctx: ~Q(twin_open()),
    lifted_by="le travailleur social ou le conseiller du distributeur, en abandonnant l’autre besoin",
)
LEFT_BECAUSE_GIVEN = Requirement(
    "reason",
    "Choisissez le motif pour lequel ce besoin n’est pas rouvert.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in LEFT_BECAUSE,
    needs=("reason",),
    field="reason",
)
