"""What is missing before the verbs of a line that works (machines §5), or of one whose household limits its data."""

from collections.abc import Callable

from django.db.models import Exists, F, OuterRef, Q

from calendars.working_days import add_months
from connectivity.enums import AfterLoss, Channel, RightLoss, UndoActivateReason
from connectivity.machine import activation_rules
from connectivity.models import ConnectionEntry, Recharge
from connectivity.parameters import LONGEST_ENTITLEMENT_MONTHS
from connectivity.permissions import can_end_connection, can_renew_connection, can_serve_connection
from lifecycle.machine import Context, Place, Requirement
from lifecycle.requirements import Condition
from prescriptions.machine import need_rules
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Need
from prescriptions.models.need import twin_open

RIGHT_ENDS = Requirement(
    "right_ends",
    "Le droit de cette ligne n’a pas de terme\u00a0: changez d’offre, ou terminez la ligne.",
    lambda ctx: Q(entitlement_ends_on__isnull=False),
    where=Place(
        "connectivity:connection_change_offer",
        can_serve_connection,
        "un travailleur social du prescripteur, ou un conseiller du distributeur",
    ),
)
LOSS_CODED = Requirement(
    "right_loss",
    "Dites pourquoi le foyer n’a plus droit à cette offre.",
    lambda ctx: not ctx.has("right_loss") or ctx.values["right_loss"] in RightLoss.values,
    needs=("right_loss",),
    field="right_loss",
)
RIGHT_CORRECTED = Requirement(
    "right_corrected",
    "Rien ne change\u00a0: donnez le vrai dernier jour du droit.",
    lambda ctx: (
        Q(right_lost_at__isnull=False) | ~Q(entitlement_ends_on=ctx.values["entitlement_ends_on"])
        if ctx.has("entitlement_ends_on")
        else True
    ),
    needs=("entitlement_ends_on",),
    field="entitlement_ends_on",
)
RIGHT_TO_COME = Requirement(
    "right_to_come",
    "Donnez un dernier jour à venir\u00a0: si le droit est déjà fini, terminez la ligne.",
    lambda ctx: not ctx.has("entitlement_ends_on") or ctx.values["entitlement_ends_on"] >= ctx.day,
    field="entitlement_ends_on",
)


def _within_reach(ctx: Context) -> Condition:
    """What might have been given when the proofs were last seen; a day that has passed is refused elsewhere."""
    if not ctx.has("entitlement_ends_on") or ctx.values["entitlement_ends_on"] <= ctx.day:
        return True
    first = add_months(ctx.values["entitlement_ends_on"], -LONGEST_ENTITLEMENT_MONTHS.on(ctx.day))
    return Q(renewed_at__date__gte=first) | Q(active_at__date__gte=first) | Q(chosen_at__date__gte=first)


WITHIN_REACH_OF_PROOFS = Requirement(
    "within_reach",
    "Ce jour est trop loin de la dernière fois où les pièces ont été vues\u00a0: ce n’est plus une correction."
    " Renouvelez le droit.",
    _within_reach,
    where=Place("connectivity:connection_renew", can_renew_connection, "un travailleur social du prescripteur"),
    field="entitlement_ends_on",
)
AFTER_CODED = Requirement(
    "after_loss",
    "Dites ce qui suit le dernier jour du droit.",
    lambda ctx: not ctx.has("after_loss") or ctx.values["after_loss"] in AfterLoss.values,
    needs=("after_loss",),
    field="after_loss",
)


def _price_after(ctx: Context) -> Condition:
    """A price, zero included, when the line goes on at another; none otherwise."""
    if not ctx.has("after_loss"):
        return True
    price = ctx.values.get("price_after")
    if ctx.values["after_loss"] == AfterLoss.FULL_PRICE:
        return price is not None and price >= 0
    return price is None


PRICE_AFTER = Requirement(
    "price_after",
    "Donnez le prix que la ligne coûtera ensuite, et seulement si elle continue à un autre prix.",
    _price_after,
    field="price_after",
)

# --- it does not work after all

UNDO_ACTIVATE_REASON = Requirement(
    "reason",
    "Dites en quoi la ligne active était une erreur.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in UndoActivateReason.values,
    needs=("reason",),
    field="reason",
)
NOTHING_SINCE_ACTIVATE = Requirement(
    "nothing_since_activate",
    "Quelque chose a suivi la mise en service (renouvellement, droit perdu ou corrigé, autre offre, recharge"
    " vendue)\u00a0: elle ne s’annule plus. Terminez la ligne.",
    lambda ctx: (
        Q(renewed_at=None, right_lost_at=None, chosen_at__lte=F("active_at"))
        & ~Exists(Recharge.objects.sold().filter(file=OuterRef("pk"), sold_at__gte=OuterRef("active_at")))
        & ~Exists(
            ConnectionEntry.objects.filter(
                object=OuterRef("pk"), verb__in=("go_on", "correct_right"), at__gte=OuterRef("active_at")
            )
        )
    ),
    where=Place("connectivity:connection_end", can_end_connection, "l’opérateur, ou un travailleur social"),
)

NOT_ASKED_ELSEWHERE = Requirement(
    need_rules.NOT_ASKED_ELSEWHERE.code,
    need_rules.NOT_ASKED_ELSEWHERE.sentence,
    lambda ctx: ~Exists(Need.objects.filter(twin_open(), pk=OuterRef("need"))),
    lifted_by=need_rules.NOT_ASKED_ELSEWHERE.lifted_by,
)

# --- another offer

A_LINE = Requirement(
    "a_line",
    "Cette offre ne donne pas de ligne\u00a0: dites-la au foyer, et choisissez-en une autre.",
    lambda ctx: not ctx.has("offer") or ctx.values["offer"].channel != Channel.BESIDE,
    field="offer",
)
ANOTHER_OFFER = Requirement(
    "another_offer",
    "C’est déjà l’offre de cette ligne\u00a0: pour la garder, renouvelez le droit.",
    lambda ctx: ~Q(offer=ctx.values["offer"].pk) if ctx.has("offer") else True,
    field="offer",
)
WITHOUT_DESK = Requirement(
    "without_desk",
    "Cette offre se demande à l’opérateur\u00a0: terminez cette ligne, rouvrez le besoin, puis transmettez-lui la"
    " demande.",
    lambda ctx: not ctx.has("offer") or ctx.values["offer"].channel != Channel.DESK,
    field="offer",
)


def _since_the_line(name: str) -> Callable[[Context], Condition]:
    return lambda ctx: Q(started_on__lte=ctx.values[name]) if ctx.has(name) else True


AFTER_THE_LINE = Requirement(
    activation_rules.ENDS_LATER.code,
    activation_rules.ENDS_LATER.sentence,
    lambda ctx: Q(started_on__lt=ctx.values["entitlement_ends_on"]) if ctx.has("entitlement_ends_on") else True,
    field="entitlement_ends_on",
)
CHANGED_AFTER = Requirement(
    "changed_after",
    "Le changement ne peut dater d’avant le début de la ligne\u00a0: vérifiez la date.",
    _since_the_line("started_on"),
    field="started_on",
)
EVIDENCE_OF_CHANGE = Requirement(
    "evidence_of_change",
    "Ce que vous avez vu est daté d’avant le début de la ligne\u00a0: vérifiez la date.",
    _since_the_line("evidence_on"),
    field="evidence_on",
)

# --- what the household asked of its data

NOT_RESTRICTED = Requirement(
    need_rules.NOT_RESTRICTED.code,
    need_rules.NOT_RESTRICTED.sentence,
    lambda ctx: unrestricted("need__prescription__household"),
    lifted_by=need_rules.NOT_RESTRICTED.lifted_by,
)
