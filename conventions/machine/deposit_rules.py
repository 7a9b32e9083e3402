"""What is missing before a document signed elsewhere counts, is refused, or is contested (machines §3)."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from conventions.enums import ConventionState, FoundOnDeposit, RefuseDepositReason, SignatureMethod, SignatureState
from conventions.machine.reading import coded
from conventions.models import Signature, SignatureDeposit
from conventions.parameters import CONTEST_DAYS
from lifecycle.machine import Context, Requirement


def deposits() -> QuerySet[Any]:
    """The deposits of a signature that nobody refused."""
    return SignatureDeposit.objects.filter(signature=OuterRef("pk"), refusal=None)


def unknown() -> QuerySet[Any]:
    """Those of a signature that its signatory does not know of."""
    found: QuerySet[Any] = SignatureDeposit.objects.unknown().filter(signature=OuterRef("pk"))
    return found


def _deposited(ctx: Context) -> Any:
    if not ctx.has("method") or ctx.values["method"] == SignatureMethod.SCREEN:
        return True
    found = deposits().filter(
        method=ctx.values["method"],
        file=getattr(ctx.values.get("scan"), "pk", None),
        signed_on=ctx.values.get("signed_on"),
    )
    return Q(Exists(found))


DEPOSITED = Requirement(
    "deposited",
    "Le document signé n’est pas déposé, ou il a été refusé.",
    _deposited,
    lifted_by="la partie qui a signé",
    field="scan",
)


def _same_text(ctx: Context) -> Any:
    """The code of the document was read on the scan, or whoever confirms types the one that she reads on it."""
    if ctx.values.get("method") != SignatureMethod.PAPER:
        return True
    unread = deposits().filter(file=getattr(ctx.values.get("scan"), "pk", None), found=FoundOnDeposit.NOTHING)
    return ~Q(Exists(unread)) | Q(document__public_code=ctx.values.get("code") or "-")


SAME_TEXT = Requirement(
    "same_text",
    "Aucun code n’a été lu sur le document déposé\u00a0: tapez celui que vous y lisez, "
    "imprimé sous le code QR. Il doit être"
    " celui de la convention.",
    _same_text,
    field="code",
)


def _verified(ctx: Context) -> Any:
    if ctx.values.get("method") != SignatureMethod.SIGNATURE_BOOK:
        return True
    taken = deposits().filter(file=getattr(ctx.values.get("scan"), "pk", None))
    return ~Q(Exists(taken.exclude(found=FoundOnDeposit.SIGNATURE)))


VERIFIED = Requirement(
    "verified",
    "Aucune signature électronique n’a été vérifiée sur ce fichier\u00a0: il est à déposer de nouveau.",
    _verified,
    lifted_by="la partie qui a signé",
    field="scan",
)


def _nothing_waits(ctx: Context) -> Any:
    """Of the signatory herself, on screen; whoever confirms is asked for the very opposite."""
    if ctx.values.get("method", SignatureMethod.SCREEN) != SignatureMethod.SCREEN:
        return True
    others = Q() if ctx.has("method") else ~Q(signatory=ctx.actor.pk)
    waiting = ~Q(Exists(deposits()))
    return waiting if ctx.has("method") else others | waiting


NOTHING_WAITS = Requirement(
    "nothing_waits",
    "Un document signé est déposé pour cette signature\u00a0: une autre partie le confirme ou le refuse, ou le"
    " signataire désigné le refuse d’abord, puis signe à l’écran.",
    _nothing_waits,
    lifted_by="une autre partie, qui confirme ou refuse",
)


def _refusable(ctx: Context) -> Any:
    if not ctx.has("deposit"):
        return Q(Exists(deposits()))
    return Q(Exists(SignatureDeposit.objects.filter(signature=OuterRef("pk"), pk=ctx.values["deposit"])))


TO_REFUSE = Requirement("deposit", "Rien n’est déposé pour cette signature.", _refusable, needs=("deposit",))
REFUSE_REASON = coded("refuse_reason", RefuseDepositReason.values, "Dites pourquoi ce document ne vaut pas signature.")
NOT_OWN = Requirement(
    "not_own",
    "Une autre partie confirme ou refuse ce que votre organisation a déposé.",
    lambda ctx: ~Q(organisation=ctx.actor.organisation_id) | Q(signatory=ctx.actor.pk),
)
IN_HER_NAME = Requirement(
    "in_her_name",
    "Rien n’a été déposé en votre nom par une autre personne, ou vous en avez déjà pris connaissance.",
    lambda ctx: Q(Exists(unknown())),
)
NOT_ON_SCREEN = Requirement(
    "not_on_screen",
    "Vous avez signé à l’écran\u00a0: cette signature ne se conteste pas.",
    lambda ctx: ~Q(method=SignatureMethod.SCREEN),
)
NOT_IN_FORCE = Requirement(
    "not_in_force",
    "La convention est en vigueur ou n’est plus à signer\u00a0: une contestation se règle hors de Maillon.",
    lambda ctx: Q(
        convention__state__in=(ConventionState.SIGNING, ConventionState.SIGNED), round=F("convention__round")
    ),
)


def _signatories_know(ctx: Context) -> Any:
    """Of each signature that somebody else deposited, the signatory knows, or had the days to contest it."""
    days = CONTEST_DAYS.on(ctx.day)
    unaware = Signature.objects.filter(
        Exists(unknown().filter(file=OuterRef("scan"))),
        convention=OuterRef("pk"),
        round=OuterRef("round"),
        state=SignatureState.SIGNED,
        signed_at__gt=ctx.at - timedelta(days=days),
    )
    return ~Q(Exists(unaware))


SIGNATORIES_KNOW = Requirement(
    "signatories_know",
    "Un document a été déposé au nom d’un signataire\u00a0: il en prend connaissance, "
    "ou le délai pour le contester passe.",
    _signatories_know,
    lifted_by="le signataire désigné",
)
