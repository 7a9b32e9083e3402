"""What is missing before a convention is prepared, then submitted to its reviewers (machines §3)."""

from dataclasses import replace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from calendars.expressions import Shifted
from conventions.enums import (
    ALIVE,
    ClauseCode,
    ReviewSubject,
)
from conventions.machine.reading import EDIT, TO_FILL, own
from conventions.machine.terms_rules import QUOTAS_WITHIN, UNDER_CEILING, ceilings_of
from conventions.models import ConventionClause, ConventionPrice, PlannedQuota, ReviewerNamed, ReviewPoint
from conventions.parameters import LONGEST_YEARS, SHORTEST_MONTHS
from conventions.permissions import PARTIES
from lifecycle.machine import Context, Requirement
from lifecycle.requirements import Rule
from network.enums import OrganisationKind, Role
from network.models import Membership
from typography.french import plural

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
EPCI_LIVING = Requirement(
    "epci_living",
    "Cet EPCI a fusionné\u00a0: celui qui lui succède prépare les conventions de ce territoire.",
    lambda ctx: Q(epci__succeeded_by=None),
    field="epci_party",
)
AMENDED_ALIVE = Requirement(
    "amended_alive",
    "Un avenant modifie une convention en vigueur ou suspendue.",
    lambda ctx: Q(amends=None) | Q(amends__state__in=ALIVE, amends__amends=None),
)

# --- submit


def _party(kind: OrganisationKind) -> Q:
    """An EPCI that merged is no party any more: the one that acts for it is."""
    column = PARTIES[kind]
    present = Q(**{f"{column}__kinds__contains": [kind], f"{column}__is_active": True})
    if kind != OrganisationKind.EPCI:
        return present
    succeeded = Q(succeeded_by__kinds__contains=[kind], succeeded_by__is_active=True)
    return Q(succeeded_by=None) & present | succeeded


def _signatory(kind: OrganisationKind) -> Q:
    column = PARTIES[kind]
    return Q(
        **{
            f"{column.removesuffix('_party')}_signatory__{name}": value
            for name, value in {
                "organisation": Coalesce("succeeded_by", F(column)) if column == "epci_party" else F(column),
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
    "Il faut trois parties différentes et en activité\u00a0: un EPCI, un reconditionneur et un distributeur.",
    lambda ctx: (
        _every(_party) & ~Q(workshop=F("epci_party")) & ~Q(distributor=F("epci_party")) & ~Q(distributor=F("workshop"))
    ),
    where=EDIT.at("id_workshop"),
    field="workshop",
)
PARTIES_SIRET = Requirement(
    "parties_siret",
    "Le SIRET d’une des parties manque.",
    lambda ctx: (
        (Q(succeeded_by=None) & ~Q(epci_party__siret="") | Q(succeeded_by__isnull=False) & ~Q(succeeded_by__siret=""))
        & ~Q(workshop__siret="")
        & ~Q(distributor__siret="")
    ),
    lifted_by="le pilote, dans la fiche de l’organisation",
)
SIGNATORIES_KNOWN = Requirement(
    "signatories",
    "Désignez pour chaque partie un signataire dont le compte est ouvert.",
    lambda ctx: _every(_signatory),
    where=EDIT.at("id_epci_signatory"),
    field="epci_signatory",
)


def _signatory_named(kind: OrganisationKind) -> Q:
    """Nobody yet is asked for elsewhere."""
    column = f"{PARTIES[kind].removesuffix('_party')}_signatory"
    return Q(**{column: None}) | ~Q(**{f"{column}__user__first_name": ""}) & ~Q(**{f"{column}__user__last_name": ""})


SIGNATORIES_NAMED = Requirement(
    "signatories_named",
    "Le document nomme qui le signe\u00a0: le prénom ou le nom d’un des signataires manque à son compte.",
    lambda ctx: _every(_signatory_named),
    lifted_by="le signataire, dans «\u00a0Mon compte\u00a0»",
    field="epci_signatory",
)
DATES_KNOWN = Requirement(
    "dates",
    "Indiquez la date d’effet et le dernier jour de la convention, dans cet ordre.",
    lambda ctx: Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
    where=EDIT.at("id_starts_on"),
    field="starts_on",
)


def _long_enough(ctx: Context) -> Q:
    months = SHORTEST_MONTHS.on(ctx.day)
    return Q(ends_on=None) | ~Q(amends=None) | Q(ends_on__gte=Shifted(Shifted("starts_on", months, "months"), -1))


def _not_too_long(ctx: Context) -> Q:
    years = LONGEST_YEARS.on(ctx.day)
    start = Coalesce("amends__starts_on", "starts_on")
    return Q(ends_on=None) | Q(ends_on__lt=Shifted(start, years, "years"))


LONG_ENOUGH = Requirement(
    "long_enough",
    "La convention est plus courte que la durée minimale.",
    _long_enough,
    where=EDIT.at("id_ends_on"),
    field="ends_on",
    says=lambda ctx: f"Une convention dure au moins {SHORTEST_MONTHS.on(ctx.day)}\u00a0mois.",
)
NOT_TOO_LONG = Requirement(
    "not_too_long",
    "La convention est plus longue que la durée maximale, avenants compris.",
    _not_too_long,
    where=EDIT.at("id_ends_on"),
    field="ends_on",
    says=lambda ctx: (
        f"Une convention dure au plus {LONGEST_YEARS.on(ctx.day)}\u00a0an{plural(LONGEST_YEARS.on(ctx.day))},"
        " avenants compris."
    ),
)
AMENDMENT_WITHIN = Requirement(
    "amendment_within",
    "Un avenant prend effet pendant la durée de la convention qu’il modifie.",
    lambda ctx: Q(amends=None) | Q(starts_on__gte=F("amends__starts_on"), starts_on__lte=F("amends__ends_on")),
    where=EDIT.at("id_starts_on"),
    field="starts_on",
)
AMENDMENT_CHANGES = Requirement(
    "amendment_changes",
    "Un avenant modifie au moins un terme\u00a0: quota, prix, taux de non-conformité, dernier jour ou article.",
    lambda ctx: (
        Q(amends=None)
        | ~Q(ends_on=F("amends__ends_on"))
        | Q(max_nonconformity__isnull=False)
        | Q(own(PlannedQuota))
        | Q(own(ConventionPrice))
        | Q(own(ConventionClause))
    ),
    where=EDIT,
)


def _year_is_planned(year: int) -> Q:
    begins_after = Q(ends_on__lt=Shifted("starts_on", year - 1, "years"))
    return begins_after | Q(own(PlannedQuota, year=year, total__gt=0))


def _quotas_planned(ctx: Context) -> Q:
    years = LONGEST_YEARS.on(ctx.day)
    whole = Q()
    for year in range(1, years + 1):
        whole &= _year_is_planned(year)
    return Q(ends_on=None) | ~Q(amends=None) | whole


QUOTAS_PLANNED = Requirement(
    "quotas",
    "Chaque année de la convention a besoin d’un quota, pour un type d’appareil au moins.",
    _quotas_planned,
    where=EDIT.at("quotas"),
    field="quotas",
)
PRICED = Requirement(
    "priced",
    "La grille de prix doit donner un prix à chaque type d’appareil qui a un quota.",
    lambda ctx: (
        ~Q(amends=None)
        | ~Q(
            Exists(
                PlannedQuota.objects.filter(convention=OuterRef("pk"), total__gt=0).exclude(
                    Exists(ConventionPrice.objects.filter(convention=OuterRef("convention"), type=OuterRef("type")))
                )
            )
        )
    ),
    where=EDIT.at("prices"),
    field="prices",
)


CEILINGS_KNOWN = Requirement(
    "ceilings_known",
    "Aucun plafond légal n’est connu à ce jour pour un type de la grille de prix\u00a0: elle ne peut être vérifiée.",
    lambda ctx: ~Q(Exists(ConventionPrice.objects.filter(~Exists(ceilings_of(ctx)), convention=OuterRef("pk")))),
    lifted_by="le pilote, qui tient les valeurs datées",
    field="prices",
)
NONCONFORMITY_KNOWN = Requirement(
    "nonconformity",
    "Indiquez le taux maximal de non-conformité.",
    lambda ctx: ~Q(amends=None) | Q(max_nonconformity__isnull=False),
    where=EDIT.at("id_max_nonconformity"),
    field="max_nonconformity",
)


def _filled(code: ClauseCode) -> Requirement:
    def condition(ctx: Context) -> Q:
        written = ConventionClause.objects.filter(convention=OuterRef("pk"), code=code)
        return ~Q(amends=None) | Q(Exists(written.exclude(text__regex=r"^\s*$").exclude(text__contains=TO_FILL)))

    return Requirement(
        f"clause_{code}",
        f"L’article «\u00a0{code.label}\u00a0» manque ou reste à compléter.",
        condition,
        where=EDIT.at("clauses"),
        field="clauses",
    )


MANDATORY_FILLED = tuple(_filled(code) for code in ClauseCode)
NOTHING_TO_FILL = Requirement(
    "clauses_filled",
    "Un article est vide ou reste à compléter.",
    lambda ctx: ~Q(own(ConventionClause, text__regex=r"^\s*$")) & ~Q(own(ConventionClause, text__contains=TO_FILL)),
    where=EDIT.at("clauses"),
    field="clauses",
)
POINTS_ANSWERED = Requirement(
    "points_answered",
    "Répondez à chaque point soulevé par les relecteurs.",
    lambda ctx: (
        ~Q(
            Exists(
                ReviewPoint.objects.filter(
                    review__convention=OuterRef("pk"), review__round=OuterRef("round"), answered_at=None
                )
            )
        )
    ),
    where=replace(EDIT, page="conventions:convention_points"),
)
REVIEWERS_OPEN = Requirement(
    "reviewers",
    "Un relecteur désigné n’a plus de compte ouvert.",
    lambda ctx: (
        ~Q(
            Exists(
                ReviewerNamed.objects.filter(convention=OuterRef("pk"), membership__isnull=False).exclude(
                    membership__closed_at=None, membership__user__is_active=True
                )
            )
        )
    ),
    where=EDIT.at("reviewers"),
    field="reviewers",
)


def _author_reads_data() -> Q:
    """Whether who prepared the text is named for personal data though somebody else of the organisation could be."""
    others = Membership.objects.open().filter(
        organisation=OuterRef("organisation"), kind__in=PARTIES, role__in=(Role.REVIEWER, Role.MANAGER)
    )
    named = ReviewerNamed.objects.filter(
        Exists(others.exclude(user=OuterRef("membership__user"))),
        convention=OuterRef("pk"),
        subject=ReviewSubject.DATA_PROTECTION,
        membership__user=OuterRef("created_by__user"),
    )
    return Q(Exists(named))


REVIEWER_NOT_AUTHOR = Requirement(
    "reviewer_not_author",
    "L’avis sur la protection des données se demande à une autre personne que celle qui a préparé le texte (RGPD,"
    " art. 38).",
    lambda ctx: ~_author_reads_data(),
    where=EDIT.at("reviewers"),
    field="reviewers",
)

SUBMITTED: tuple[Rule, ...] = (
    PARTIES_KNOWN,
    PARTIES_SIRET,
    SIGNATORIES_KNOWN,
    SIGNATORIES_NAMED,
    DATES_KNOWN,
    LONG_ENOUGH,
    NOT_TOO_LONG,
    AMENDED_ALIVE,
    AMENDMENT_WITHIN,
    AMENDMENT_CHANGES,
    QUOTAS_PLANNED,
    QUOTAS_WITHIN,
    PRICED,
    CEILINGS_KNOWN,
    UNDER_CEILING,
    NONCONFORMITY_KNOWN,
    *MANDATORY_FILLED,
    NOTHING_TO_FILL,
    REVIEWERS_OPEN,
    REVIEWER_NOT_AUTHOR,
    POINTS_ANSWERED,
)
