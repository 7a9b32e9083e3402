"""What is missing before each verb of a convention (machines §3), in the order of its life."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from conventions.enums import (
    ALIVE,
    ENDED,
    REMINDERS,
    AbandonReason,
    ActBody,
    ClauseCode,
    ConventionState,
    Party,
    ReopenReason,
    ResumeReason,
    ReviewState,
    RuleCode,
    SignatureState,
    SuspendReason,
    TerminateReason,
)
from conventions.machine.days import Shifted
from conventions.permissions import PARTIES
from lifecycle.machine import Context, Requirement
from network.enums import OrganisationKind, Role

EDIT = "conventions:convention_edit"
TO_FILL = "[à compléter"
"""What the model of clauses leaves to the parties begins with this; a clause that still holds it is not filled."""


def rows(model: str) -> QuerySet[Any]:
    """All the rows of a model of the app."""
    found: type[Model] = apps.get_model("conventions", model)
    return found._default_manager.all()


def day_of(ctx: Context) -> date:
    """The local day of the act."""
    return timezone.localdate(ctx.at)


def number(ctx: Context, code: RuleCode) -> int | None:
    """The number in force on the day of the act; None when nobody recorded one."""
    value = rows("ConventionRule").value_of(code, day_of(ctx))  # type: ignore[attr-defined]
    return None if value is None else int(value)


def own(model: str, **wanted: Any) -> Exists:
    """True for the conventions that have such a row."""
    return Exists(rows(model).filter(convention=OuterRef("pk"), **wanted))


def coded(name: str, codes: Iterable[str], sentence: str) -> Requirement:
    """A reason is given, one of ``codes``."""
    known = set(codes)
    return Requirement(
        name,
        sentence,
        lambda ctx: ctx.values["reason"] in known if ctx.has("reason") else True,
        needs=("reason",),
        field="reason",
    )


# --- create

EPCI_KNOWN = Requirement(
    "epci",
    "Choisissez un EPCI enregistré comme tel, avec son territoire, et en activité.",
    lambda ctx: Q(
        epci_party__kinds__contains=[OrganisationKind.EPCI], epci_party__is_active=True, epci_party__epci=F("epci")
    ),
    lifted_by="le pilote, dans la fiche de l’organisation",
    field="epci_party",
)
AMENDED_ALIVE = Requirement(
    "amended_alive",
    "Un avenant modifie une convention en vigueur ou suspendue.",
    lambda ctx: Q(amends=None) | Q(amends__state__in=ALIVE, amends__amends=None),
)

# --- submit


def _party(kind: OrganisationKind) -> Q:
    column = PARTIES[kind]
    return Q(**{f"{column}__kinds__contains": [kind], f"{column}__is_active": True})


def _signatory(kind: OrganisationKind) -> Q:
    column = PARTIES[kind]
    return Q(
        **{
            f"{column.removesuffix('_party')}_signatory__{name}": value
            for name, value in {
                "organisation": F(column),
                "kind": kind,
                "role__in": (Role.SIGNATORY, Role.MANAGER),
                "closed_at": None,
                "user__is_active": True,
            }.items()
        }
    )


def _every(condition: Any) -> Q:
    whole = Q()
    for kind in PARTIES:
        whole &= condition(kind)
    return whole


PARTIES_KNOWN = Requirement(
    "parties",
    "Il faut trois parties différentes et en activité : un EPCI, un reconditionneur et un distributeur.",
    lambda ctx: (
        _every(_party) & ~Q(workshop=F("epci_party")) & ~Q(distributor=F("epci_party")) & ~Q(distributor=F("workshop"))
    ),
    where=EDIT,
    field="workshop",
)
PARTIES_SIRET = Requirement(
    "parties_siret",
    "Le SIRET d’une des parties manque.",
    lambda ctx: ~Q(epci_party__siret="") & ~Q(workshop__siret="") & ~Q(distributor__siret=""),
    lifted_by="le pilote, dans la fiche de l’organisation",
)
SIGNATORIES_KNOWN = Requirement(
    "signatories",
    "Désignez pour chaque partie un signataire dont le compte est ouvert.",
    lambda ctx: _every(_signatory),
    where=EDIT,
    field="epci_signatory",
)
DATES_KNOWN = Requirement(
    "dates",
    "Indiquez la date d’effet et le dernier jour de la convention, dans cet ordre.",
    lambda ctx: Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
    where=EDIT,
    field="starts_on",
)


def _long_enough(ctx: Context) -> Q:
    months = number(ctx, RuleCode.SHORTEST)
    if months is None:
        return Q()
    return Q(ends_on=None) | ~Q(amends=None) | Q(ends_on__gte=Shifted(Shifted("starts_on", months, "months"), -1))


def _not_too_long(ctx: Context) -> Q:
    years = number(ctx, RuleCode.LONGEST)
    if years is None:
        return Q()
    start = Coalesce("amends__starts_on", "starts_on")
    return Q(ends_on=None) | Q(ends_on__lt=Shifted(start, years, "years"))


LONG_ENOUGH = Requirement(
    "long_enough", "Une convention dure au moins un mois.", _long_enough, where=EDIT, field="ends_on"
)
NOT_TOO_LONG = Requirement(
    "not_too_long",
    "Une convention dure au plus trois ans, avenants compris.",
    _not_too_long,
    where=EDIT,
    field="ends_on",
)
AMENDMENT_WITHIN = Requirement(
    "amendment_within",
    "Un avenant prend effet pendant la durée de la convention qu’il modifie.",
    lambda ctx: Q(amends=None) | Q(starts_on__gte=F("amends__starts_on"), starts_on__lte=F("amends__ends_on")),
    where=EDIT,
    field="starts_on",
)
AMENDMENT_CHANGES = Requirement(
    "amendment_changes",
    "Un avenant modifie au moins un terme : quota, prix, taux de non-conformité, dernier jour ou article.",
    lambda ctx: (
        Q(amends=None)
        | ~Q(ends_on=F("amends__ends_on"))
        | Q(max_nonconformity__isnull=False)
        | Q(own("PlannedQuota"))
        | Q(own("ConventionPrice"))
        | Q(own("ConventionClause"))
    ),
    where=EDIT,
)


def _year_is_planned(year: int) -> Q:
    begins_after = Q(ends_on__lt=Shifted("starts_on", year - 1, "years"))
    return begins_after | Q(own("PlannedQuota", year=year, total__gt=0))


def _quotas_planned(ctx: Context) -> Q:
    years = number(ctx, RuleCode.LONGEST) or 1
    whole = Q()
    for year in range(1, years + 1):
        whole &= _year_is_planned(year)
    return Q(ends_on=None) | ~Q(amends=None) | whole


QUOTAS_PLANNED = Requirement(
    "quotas",
    "Chaque année de la convention a besoin d’un quota, pour un type d’appareil au moins.",
    _quotas_planned,
    where=EDIT,
    field="quotas",
)
QUOTAS_WITHIN = Requirement(
    "quotas_within",
    "Un quota porte sur une année que la convention n’atteint pas.",
    lambda ctx: (
        ~Q(
            Exists(
                rows("PlannedQuota")
                .filter(convention=OuterRef("pk"), year__gt=1)
                .annotate(begins=Coalesce("convention__amends__starts_on", "convention__starts_on"))
                .filter(
                    Q(year=2, convention__ends_on__lt=Shifted("begins", 1, "years"))
                    | Q(year=3, convention__ends_on__lt=Shifted("begins", 2, "years"))
                    | Q(year__gt=3)
                )
            )
        )
    ),
    where=EDIT,
    field="quotas",
)
PRICED = Requirement(
    "priced",
    "La grille de prix doit donner un prix à chaque type d’appareil qui a un quota.",
    lambda ctx: (
        ~Q(amends=None)
        | ~Q(
            Exists(
                rows("PlannedQuota")
                .filter(convention=OuterRef("pk"), total__gt=0)
                .exclude(
                    Exists(rows("ConventionPrice").filter(convention=OuterRef("convention"), type=OuterRef("type")))
                )
            )
        )
    ),
    where=EDIT,
    field="prices",
)


def _under_ceiling(ctx: Context) -> Q:
    ceiling = (
        rows("PriceCeiling").on(day_of(ctx)).filter(type=OuterRef("type")).values("amount")[:1]  # type: ignore[attr-defined]
    )
    return ~Q(Exists(rows("ConventionPrice").filter(convention=OuterRef("pk"), amount__gt=Subquery(ceiling))))


UNDER_CEILING = Requirement(
    "under_ceiling",
    "Un prix de la grille dépasse le plafond légal du jour (décret du 7 novembre 2022).",
    _under_ceiling,
    where=EDIT,
    field="prices",
)
NONCONFORMITY_KNOWN = Requirement(
    "nonconformity",
    "Indiquez le taux maximal de non-conformité.",
    lambda ctx: ~Q(amends=None) | Q(max_nonconformity__isnull=False),
    where=EDIT,
    field="max_nonconformity",
)


def _filled(code: ClauseCode) -> Requirement:
    def condition(ctx: Context) -> Q:
        written = rows("ConventionClause").filter(convention=OuterRef("pk"), code=code)
        return ~Q(amends=None) | Q(Exists(written.exclude(text__regex=r"^\s*$").exclude(text__contains=TO_FILL)))

    return Requirement(
        f"clause_{code}",
        f"L’article « {code.label} » manque ou reste à compléter.",
        condition,
        where=EDIT,
        field="clauses",
    )


MANDATORY_FILLED = tuple(_filled(code) for code in ClauseCode)
NOTHING_TO_FILL = Requirement(
    "clauses_filled",
    "Un article est vide ou reste à compléter.",
    lambda ctx: ~Q(own("ConventionClause", text__regex=r"^\s*$")) & ~Q(own("ConventionClause", text__contains=TO_FILL)),
    where=EDIT,
    field="clauses",
)
POINTS_ANSWERED = Requirement(
    "points_answered",
    "Répondez à chaque point soulevé par les relecteurs.",
    lambda ctx: (
        ~Q(
            Exists(
                rows("ReviewPoint").filter(
                    review__convention=OuterRef("pk"), review__round=OuterRef("round"), answered_at=None
                )
            )
        )
    ),
    where="conventions:convention_detail",
)
REVIEWERS_OPEN = Requirement(
    "reviewers",
    "Un relecteur désigné n’a plus de compte ouvert.",
    lambda ctx: (
        ~Q(
            Exists(
                rows("ReviewerNamed")
                .filter(convention=OuterRef("pk"), membership__isnull=False)
                .exclude(membership__closed_at=None, membership__user__is_active=True)
            )
        )
    ),
    where=EDIT,
    field="reviewers",
)

SUBMITTED = (
    PARTIES_KNOWN,
    PARTIES_SIRET,
    SIGNATORIES_KNOWN,
    DATES_KNOWN,
    LONG_ENOUGH,
    NOT_TOO_LONG,
    AMENDED_ALIVE,
    AMENDMENT_WITHIN,
    AMENDMENT_CHANGES,
    QUOTAS_PLANNED,
    QUOTAS_WITHIN,
    PRICED,
    UNDER_CEILING,
    NONCONFORMITY_KNOWN,
    *MANDATORY_FILLED,
    NOTHING_TO_FILL,
    REVIEWERS_OPEN,
    POINTS_ANSWERED,
)

# --- request_changes, approve


def _of_round(**wanted: Any) -> Exists:
    return Exists(rows("Review").filter(convention=OuterRef("pk"), round=OuterRef("round"), **wanted))


ALL_ANSWERED = Requirement(
    "all_answered",
    "Une relecture est encore attendue.",
    lambda ctx: Q(_of_round()) & ~Q(_of_round(state=ReviewState.ASKED)),
    lifted_by="les relecteurs",
)
SOME_UNFAVOURABLE = Requirement(
    "some_unfavourable", "Aucun avis n’est défavorable.", lambda ctx: Q(_of_round(state=ReviewState.UNFAVOURABLE))
)
ALL_FAVOURABLE = Requirement(
    "all_favourable",
    "Un avis est défavorable.",
    lambda ctx: ~Q(_of_round(state=ReviewState.UNFAVOURABLE)),
    lifted_by="l’EPCI, en modifiant le texte",
)

# --- reopen, open_signature, complete_signature

REOPEN_REASON = coded("reopen_reason", ReopenReason.values, "Dites pourquoi le texte est rouvert.")


def _act_dates(ctx: Context) -> bool:
    decided, executory = ctx.values.get("act_on"), ctx.values.get("act_executory_on")
    return not (decided and executory) or decided <= executory <= day_of(ctx)


ACT_BODY = Requirement(
    "act_body",
    "Dites qui a décidé : le conseil, le bureau ou le président par délégation.",
    lambda ctx: ctx.values["act_body"] in ActBody.values if ctx.has("act_body") else True,
    needs=("act_body",),
    field="act_body",
)
ACT_NUMBER = Requirement(
    "act_number",
    "Indiquez le numéro de la délibération ou de la décision.",
    lambda ctx: bool(str(ctx.values["act_number"]).strip()) if ctx.has("act_number") else True,
    needs=("act_number",),
    field="act_number",
)
ACT_DATES = Requirement(
    "act_dates",
    "Indiquez la date de l’acte, puis celle où il est devenu exécutoire, au plus tard ce jour.",
    _act_dates,
    needs=("act_on", "act_executory_on"),
    field="act_executory_on",
)


def _signed_by_all(ctx: Context) -> Q:
    signed = rows("Signature").filter(convention=OuterRef("pk"), round=OuterRef("round"), state=SignatureState.SIGNED)
    whole = Q()
    for party in Party:
        whole &= Q(Exists(signed.filter(party=party)))
    return whole


ALL_SIGNED = Requirement(
    "all_signed", "Une signature est encore attendue.", _signed_by_all, lifted_by="les signataires"
)

# --- activate and after

EFFECTIVE = Requirement(
    "effective",
    "La date d’effet n’est pas atteinte.",
    lambda ctx: Q(starts_on__lte=day_of(ctx)),
)
NOT_AMENDMENT = Requirement("not_amendment", "Un avenant suit la convention qu’il modifie.", lambda ctx: Q(amends=None))
SUSPEND_REASON = coded("suspend_reason", SuspendReason.values, "Dites pourquoi la convention est suspendue.")
RESUME_REASON = coded("resume_reason", ResumeReason.values, "Dites pourquoi elle reprend.")
TERMINATE_REASON = coded("terminate_reason", TerminateReason.values, "Dites pourquoi la convention est résiliée.")
ABANDON_REASON = coded("abandon_reason", AbandonReason.values, "Dites pourquoi le projet est abandonné.")


ENDED_BY_HAND = (TerminateReason.AGREEMENT, TerminateReason.NOTICE, TerminateReason.BREACH)
"""The reasons people give; the other one is given by the end of the amended convention."""


def _fits_amendment(ctx: Context) -> Any:
    """That the amended convention has ended is said of an amendment only, and when it is true."""
    if ctx.values.get("reason") == TerminateReason.AMENDED_ENDED:
        return Q(amends__state__in=ENDED)
    return True


REASON_FITS = Requirement("reason_fits", "La convention modifiée n’a pas pris fin.", _fits_amendment, field="reason")
AMENDMENT_NOT_ALONE = Requirement(
    "amendment_not_alone",
    "Un avenant en vigueur ne se résilie pas seul : il prend fin avec la convention qu’il modifie.",
    lambda ctx: (
        True
        if ctx.values.get("reason") == TerminateReason.AMENDED_ENDED
        else Q(amends=None) | Q(state=ConventionState.SIGNED)
    ),
)


def _notice_given(ctx: Context) -> bool:
    """The notice that this reason asks for has passed; an agreement between the parties asks for none."""
    reason, given_on = ctx.values.get("reason"), ctx.values.get("notice_on")
    if not given_on or not reason:
        return True
    codes = {TerminateReason.NOTICE: RuleCode.NOTICE, TerminateReason.BREACH: RuleCode.BREACH_NOTICE}
    code = codes.get(reason)
    days = (number(ctx, code) or 0) if code else 0
    return bool(given_on + timedelta(days=days) <= day_of(ctx))


NOTICE_GIVEN = Requirement(
    "notice",
    "Le délai prévu n’est pas écoulé depuis le préavis ou la mise en demeure : indiquez leur date.",
    _notice_given,
    needs=("notice_on",),
    field="notice_on",
)


def _succeeds(ctx: Context) -> bool | Q:
    if not ctx.has("successor"):
        return True
    successor = ctx.values["successor"]
    fits = OrganisationKind.EPCI in successor.kinds and successor.is_active and successor.epci_id is not None
    return ~Q(epci_party=successor.pk) if fits else False


SUCCESSOR = Requirement(
    "successor",
    "Choisissez l’EPCI qui succède : un autre, enregistré comme tel, avec son territoire, et en activité.",
    _succeeds,
    needs=("successor",),
    field="successor",
)


def is_over(ctx: Context) -> Q:
    """The last day has passed. An amendment ends with what it amends."""
    return Q(amends=None, ends_on__lt=day_of(ctx))


def takes_effect(ctx: Context) -> Q:
    """The effective date is reached, and for an amendment what it amends is alive."""
    return Q(starts_on__lte=day_of(ctx)) & (Q(amends=None) | Q(amends__state__in=ALIVE))


def is_to_be_reminded(ctx: Context) -> Q:
    """One of the days of reminder has come since the last one was sent; those before its beginning do not count.

    After days off the clock sends one reminder, not one per day that was missed; an end that is put off is reminded
    again.
    """
    day = day_of(ctx)
    missed = Q(pk=None)
    for code in REMINDERS:
        days = number(ctx, code)
        if days is None:
            continue
        reached = Shifted("ends_on", -days)
        missed |= Q(ends_on__lte=day + timedelta(days=days), starts_on__lt=reached) & (
            Q(reminded_at=None) | Q(reminded_at__date__lt=reached)
        )
    return Q(amends=None, ends_on__gte=day) & missed
