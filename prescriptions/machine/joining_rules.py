"""What keeps two files of one household from being made one, or one from being parted again (machines §4.32)."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, Func, OuterRef, Q, QuerySet, Subquery

from lifecycle.actors import SYSTEM
from lifecycle.machine import Context, Requirement
from network.permissions import is_pilot
from prescriptions.enums import OPEN_NEED_STATES, Bond, HouseholdState, TransferState
from prescriptions.liveness import nothing_lives
from prescriptions.machine.household_rules import not_restricted, nothing_asked
from prescriptions.models import DoubleAnswer, Household, Joining, Need, Prescription, Transfer
from prescriptions.parameters import JOIN_UNDO_DAYS

LINES = (Bond.LINE_SOUGHT, Bond.LINE_ACTIVE)


def _pk(ctx: Context, name: str) -> Any:
    given = ctx.values[name]
    return getattr(given, "pk", given)


def _kept_file(ctx: Context) -> Any:
    return _pk(ctx, "kept")


def _kept_is(ctx: Context, condition: Q) -> Q:
    """The condition of the file that is kept; true before it is given."""
    return Q(Exists(Household.objects.filter(condition, pk=_kept_file(ctx)))) if ctx.has("kept") else Q()


def _seen_and_open(ctx: Context) -> Q:
    if not ctx.has("kept"):
        return Q()
    seen = Household.objects.visible_to(ctx.actor).filter(pk=_kept_file(ctx), state=HouseholdState.OPEN)
    return ~Q(pk=_kept_file(ctx)) & Q(Exists(seen))


KEPT_GIVEN = Requirement(
    "kept",
    "Choisissez le dossier à garder\u00a0: un autre, que vous voyez, et qui n’est pas archivé. Archivé, il se rouvre"
    " d’abord.",
    _seen_and_open,
    needs=("kept",),
    lifted_by="un travailleur social qui suit le foyer",
    field="kept",
)


def _not_apart(ctx: Context) -> Q:
    """The last answer about both, if there is one, is not that they are two households."""
    if not ctx.has("kept"):
        return Q()
    kept = _kept_file(ctx)
    pairs = DoubleAnswer.objects.filter(Q(low=OuterRef("pk"), high=kept) | Q(high=OuterRef("pk"), low=kept)).order_by(
        "-pk"
    )
    last = Subquery(pairs.values("same")[:1])
    return ~Q(pk__in=Household.objects.annotate(answered=last).filter(answered=False).values("pk"))


NOT_APART = Requirement(
    "not_apart",
    "Quelqu’un a répondu que ce n’est pas le même foyer\u00a0: cette réponse est à changer d’abord.",
    _not_apart,
    lifted_by="qui voit les deux dossiers, en les comparant de nouveau",
    field="kept",
)


def _same_place(ctx: Context) -> Q:
    if not ctx.has("kept"):
        return Q()
    there = Household.objects.filter(pk=_kept_file(ctx), commune=OuterRef("commune"))
    return Q(commune=None) | Q(Exists(there))


SAME_COMMUNE = Requirement(
    "same_commune",
    "Les deux dossiers ne disent pas la même commune\u00a0: notez d’abord le déménagement dans l’un des deux.",
    _same_place,
    lifted_by="un travailleur social qui suit le foyer",
    field="kept",
)


def _no_links(ctx: Context) -> Q:
    """It hangs from no third file, and no file hangs from it."""
    attached = Household.objects.filter(same_as=OuterRef("pk")).exclude(state=HouseholdState.JOINED)
    hangs = Q(same_as=None) | (Q(same_as=_kept_file(ctx)) if ctx.has("kept") else Q())
    return hangs & ~Q(Exists(attached))


NO_OTHER_LINK = Requirement(
    "no_other_link",
    "D’autres dossiers sont rattachés à celui-ci, ou il l’est à un troisième\u00a0: gardez plutôt celui-ci, ou"
    " détachez-les d’abord.",
    _no_links,
    lifted_by="qui voit ces dossiers",
)
NOTHING_JOINED = Requirement(
    "nothing_joined",
    "Un dossier a déjà été réuni à celui-ci\u00a0: c’est celui-ci qui est à garder.",
    lambda ctx: ~Q(Exists(Household.objects.filter(joined_into=OuterRef("pk"), state=HouseholdState.JOINED))),
    lifted_by="qui voit ces dossiers",
)


def _not_twice(ctx: Context) -> Q:
    if not ctx.has("kept"):
        return Q()
    open_ = Need.objects.filter(state__in=OPEN_NEED_STATES)
    there = open_.filter(prescription__household=_kept_file(ctx)).values("kind")
    return ~Q(Exists(open_.filter(prescription__household=OuterRef("pk"), kind__in=there)))


NO_NEED_TWICE = Requirement(
    "no_need_twice",
    "Les deux dossiers demandent la même chose\u00a0: l’un des deux besoins est à abandonner d’abord.",
    _not_twice,
    lifted_by="le travailleur social ou le conseiller, depuis le besoin",
    field="kept",
)


def _one_line(ctx: Context) -> Q:
    """A line is sought or active in one of the two at most."""
    free = nothing_lives(ctx.at, LINES[0]) & nothing_lives(ctx.at, LINES[1])
    return free | _kept_is(ctx, free)


ONE_LINE = Requirement(
    "one_line",
    "Chacun des deux dossiers a une connexion, cherchée ou active\u00a0: l’une des deux est à terminer d’abord.",
    _one_line,
    lifted_by="le travailleur social du foyer, ou l’opérateur",
    field="kept",
)
NO_RIGHT_WAITS = Requirement(
    "no_right_waits",
    "Un droit exercé par l’un des deux foyers attend sa réponse\u00a0: elle est à donner d’abord.",
    lambda ctx: nothing_asked() & _kept_is(ctx, nothing_asked()),
    lifted_by="le délégué à la protection des données du Département",
)

NOT_RESTRICTED = Requirement(
    "not_restricted",
    "Le foyer a demandé que ses informations soient gardées sans servir (limitation)\u00a0: ses dossiers restent comme"
    " ils sont tant qu’elle n’est pas levée.",
    lambda ctx: not_restricted() & _kept_is(ctx, not_restricted()),
    lifted_by="le délégué à la protection des données, par «\u00a0Lever la limitation\u00a0»",
)


def _nothing_offered(ctx: Context) -> Q:
    asked = Transfer._base_manager.filter(state=TransferState.ASKED, prescription__household=OuterRef("pk"))
    none = ~Q(Exists(asked))
    return none & _kept_is(ctx, none)


NOT_OFFERED = Requirement(
    "not_offered",
    "L’un des deux dossiers est proposé à un autre prescripteur\u00a0: cette proposition est à reprendre d’abord.",
    _nothing_offered,
    lifted_by="le travailleur social, en reprenant la proposition",
)
JOINED_BY = (
    KEPT_GIVEN,
    NOT_APART,
    SAME_COMMUNE,
    NO_OTHER_LINK,
    NOTHING_JOINED,
    NO_NEED_TWICE,
    ONE_LINE,
    NO_RIGHT_WAITS,
    NOT_RESTRICTED,
    NOT_OFFERED,
)

# --- part


def _joined_lately(ctx: Context) -> Q:
    since = ctx.at - timedelta(days=JOIN_UNDO_DAYS.on(ctx.day))
    joined = Joining.objects.standing().filter(household=OuterRef("pk"), joined_at__gte=since)
    if ctx.has("left"):
        joined = joined.filter(left=_pk(ctx, "left"))
    return Q(Exists(joined))


def _both_are_read(ctx: Context) -> Any:
    """For an adviser: a request that came and one that was there before are his distributor's; the pilot reads all."""
    if ctx.actor is SYSTEM or is_pilot(ctx.actor) or not ctx.has("left"):
        return True
    own = Prescription.objects.visible_to(ctx.actor).order_by()
    joined = Joining.objects.standing().order_by()
    here = joined.filter(household=OuterRef(OuterRef("pk")), left=_pk(ctx, "left"))
    came = own.filter(pk__in=_brought(here))
    stayed = own.filter(household=OuterRef("pk")).exclude(pk__in=_brought(joined))
    return Q(Exists(came)) & Q(Exists(stayed))


def _brought(joined: QuerySet[Joining]) -> Any:
    """The keys of the requests that came by these joinings."""
    return joined.annotate(brought=Func("prescriptions", function="unnest")).values("brought")


BOTH_READ = Requirement(
    "both_read",
    "Vous ne lisez qu’un des deux dossiers\u00a0: les sépare qui lit des demandes des deux, ou le pilote.",
    _both_are_read,
    lifted_by="qui voit ces dossiers",
)
JOINED_LATELY = Requirement(
    "left",
    "Aucun dossier réuni à celui-ci ne s’en sépare encore\u00a0: le délai est passé, ou rien ne l’a été.",
    _joined_lately,
    needs=("left",),
    field="left",
)
