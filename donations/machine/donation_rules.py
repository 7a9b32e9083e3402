"""What is missing before each verb of a donation (machines §2), in the order of a lot's life."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from conventions.enums import DeviceType
from donations.enums import DeclineReason, Destination, DonorKind, ReassignReason, WithdrawReason
from donations.models import Allocation, Donation, DonationLine, LineCorrection, PickUp
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from donations.permissions import can_edit_donation
from donations.units import ARRIVED
from lifecycle.linked import Linked
from lifecycle.machine import Context, PerRow, Place, Reason, Requirement
from lifecycle.requirements import PerRowValues, explained_in_comment
from network.enums import LegalNature, OrganisationKind

TYPES: tuple[str, ...] = tuple(DeviceType.values)
"""The values announce and qualify are given, and their journal rows keep: a quantity per type."""
PUBLIC_VALUE = "public_gift_unit_value_max"


# --- announce

DONOR_SIRET = Requirement(
    "donor_siret",
    "Le SIRET du donateur manque.",
    lambda ctx: ~Q(donor__siret=""),
    lifted_by="le pilote, dans la fiche de l’organisation",
)
DONOR_GIVES = Requirement(
    "donor",
    "Cette organisation n’est pas enregistrée comme donateur en activité.",
    lambda ctx: Q(donor__kinds__contains=[OrganisationKind.DONOR], donor__is_active=True),
    lifted_by="le pilote, dans la fiche de l’organisation",
)
EDIT = Place("donations:donation_edit", can_edit_donation, "un contact du donateur", "donor")
ADDRESS_GIVEN = Requirement(
    "address",
    "L’adresse d’enlèvement est incomplète\u00a0: voie, code postal et ville.",
    lambda ctx: ~Q(pick_up_address="") & ~Q(pick_up_postcode="") & ~Q(pick_up_city=""),
    constraint="donations_donation_site_known",
    field="pick_up_address",
    where=EDIT.at("id_pick_up_address"),
)
COMMUNE_KNOWN = Requirement(
    "commune",
    "Choisissez la commune de l’enlèvement, ou indiquez qu’il est hors du département.",
    lambda ctx: Q(commune__isnull=False) | Q(outside=True),
    constraint="donations_donation_site_known",
    field="commune",
    where=EDIT.at("id_commune"),
)
HAS_LINES = Requirement(
    "lines",
    "Décrivez au moins un type d’appareil\u00a0: quantité, année d’achat, état.",
    lambda ctx: Exists(DonationLine.objects.filter(donation=OuterRef("pk"))),
    where=EDIT.at("material"),
)
YEARS_POSSIBLE = Requirement(
    "purchase_year",
    "Une année d’achat est dans le futur.",
    lambda ctx: ~Exists(DonationLine.objects.filter(donation=OuterRef("pk"), purchase_year__gt=ctx.day.year)),
    field="purchase_year",
    where=EDIT.at("material"),
)


UNDER_THE_LAW = Requirement(
    "value_over_the_law",
    "La loi refuse ce don\u00a0: la valeur d’un appareil donné par une personne "
    "publique dépasse le plafond du jour (CG3P,"
    " art. D. 3212-3). Corrigez-la si elle est fausse\u00a0; sinon, retirez la ligne.",
    lambda ctx: (
        ~Q(donor__legal_nature=LegalNature.PUBLIC)
        | ~Exists(_dearer(ctx, DonationLine.objects.filter(donation=OuterRef("pk"))))
    ),
    where=EDIT.at("material"),
)


def _dearer(ctx: Context, lines: QuerySet[Any]) -> QuerySet[Any]:
    """The lines whose unit value is over the limit of the day."""
    return lines.filter(unit_value__gt=PUBLIC_GIFT_VALUE.on(ctx.day))


type Totals = Callable[[Iterable[int]], dict[int, dict[str, int]]]


def _totals(column: str) -> Totals:
    """A function that adds up ``column`` of the lines of each donation: ``{pk: {type: quantity}}``, zeros
    included.
    """

    def read(pks: Iterable[int]) -> dict[int, dict[str, int]]:
        found = {pk: dict.fromkeys(TYPES, 0) for pk in pks}
        lines = DonationLine.objects.filter(donation__in=list(found)).order_by().values_list("donation", "type")
        for pk, type_, total in lines.annotate(total=Coalesce(Sum(column), 0)):
            found[pk][type_] = total
        return found

    return read


announced_by_type = _totals("quantity")
accepted_by_type = _totals("decision__accepted")


def _quantities(code: str, sentence: str, totals: Totals) -> PerRow:
    """The quantities per type given to the journal are those of the lines."""

    def check(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        known = totals(per_row)
        return {pk: sentence for pk, given in per_row.items() if {name: given.get(name) for name in TYPES} != known[pk]}

    return PerRow(code, sentence, check, needs=TYPES)


ANNOUNCED_QUANTITIES = _quantities(
    "announced_quantities", "Les quantités données ne sont pas celles des lignes du lot.", announced_by_type
)

# --- correct a line

CORRECT = Place("donations:donation_correct_lines", can_edit_donation, "un contact du donateur", "donor")


def _not_corrected(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The corrections that are named are of lines of this lot; the journal keeps which."""
    corrected: dict[int, set[int]] = defaultdict(set)
    corrections = LineCorrection.objects.filter(line__donation__in=list(per_row))
    for donation, correction in corrections.values_list("line__donation", "pk"):
        corrected[donation].add(correction)
    return {
        pk: LINES_CORRECTED.sentence for pk, given in per_row.items() if not set(given["corrections"]) <= corrected[pk]
    }


LINES_CORRECTED = PerRow(
    "lines_corrected",
    "Rien ne change\u00a0: corrigez l’année, l’état, le modèle ou la valeur d’une ligne au moins.",
    _not_corrected,
    needs=("corrections",),
    where=CORRECT.at("lines"),
)
YEARS_CORRECTED = replace(YEARS_POSSIBLE, where=CORRECT.at("lines"))


def _corrected_over_the_law(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Asked of what the lines have become: the correction of a line that was over the limit is never in its way."""
    public = DonationLine.objects.filter(donation__in=list(per_row), donation__donor_kind=DonorKind.PUBLIC)
    over = set(_dearer(ctx, public).values_list("donation", flat=True))
    return {pk: UNDER_THE_LAW.sentence for pk in per_row if pk in over}


CORRECTED_UNDER_THE_LAW = PerRow(
    UNDER_THE_LAW.code,
    UNDER_THE_LAW.sentence,
    _corrected_over_the_law,
    needs=("corrections",),
    where=CORRECT.at("lines"),
)

# --- qualify: what the decision brings is judged when it is given


def _on_lines(
    code: str,
    sentence: str,
    faulty: Callable[[Context, QuerySet[Any]], QuerySet[Any]],
    lifted_by: str = "le pilote, en décidant de chaque ligne",
    where: Place | None = None,
) -> PerRow:
    """Refuse the donations that have a line at fault, naming its lines."""

    def check(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        named: dict[int, list[str]] = defaultdict(list)
        lines = DonationLine.objects.filter(donation__in=list(per_row)).order_by("pk")
        for line in faulty(ctx, lines):
            named[line.donation_id].append(str(line))
        return {pk: f"{sentence} ({'\N{NO-BREAK SPACE}; '.join(lines)})." for pk, lines in named.items()}

    return PerRow(code, f"{sentence}.", check, needs=TYPES, lifted_by="" if where else lifted_by, where=where)


def _too_old(ctx: Context, lines: QuerySet[Any]) -> QuerySet[Any]:
    accepted = lines.filter(decision__accepted__gt=0, decision__destination=Destination.REUSE)
    return accepted.filter(purchase_year__lt=ctx.day.year - DEVICE_AGE.on(ctx.day))


def _over_value(ctx: Context, lines: QuerySet[Any]) -> QuerySet[Any]:
    accepted = lines.filter(decision__accepted__gt=0, donation__donor_kind=DonorKind.PUBLIC)
    return accepted.filter(Q(unit_value=None) | Q(unit_value__gt=PUBLIC_GIFT_VALUE.on(ctx.day)))


def _shared_otherwise(lines: QuerySet[Any]) -> QuerySet[Any]:
    """The lines whose shares of the round to come do not add up to what was accepted."""
    shares = Allocation.objects.filter(line=OuterRef("pk"), round=OuterRef("donation__allocation_round") + 1)
    summed = shares.order_by().values("line").annotate(total=Sum("quantity")).values("total")
    reckoned = lines.annotate(shared=Coalesce(Subquery(summed), 0), kept=Coalesce(F("decision__accepted"), 0))
    otherwise: QuerySet[Any] = reckoned.exclude(shared=F("kept"))
    return otherwise


def _share_elsewhere(lines: QuerySet[Any]) -> QuerySet[Any]:
    """The lines with a share, in the round to come, for something else than an active workshop."""
    shares = Allocation.objects.filter(line=OuterRef("pk"), round=OuterRef("donation__allocation_round") + 1)
    return lines.filter(
        Exists(shares.exclude(workshop__is_active=True, workshop__kinds__contains=[OrganisationKind.RECONDITIONER]))
    )


EVERY_LINE_DECIDED = _on_lines(
    "every_line_decided", "Chaque ligne attend sa décision", lambda ctx, lines: lines.filter(decision=None)
)
WITHIN_ANNOUNCED = _on_lines(
    "within_announced",
    "On ne peut accepter plus que ce qui est annoncé",
    lambda ctx, lines: lines.filter(decision__accepted__gt=F("quantity")),
)
REFUSAL_CODED = _on_lines(
    "refusal_coded",
    "Dites pourquoi des appareils sont refusés",
    lambda ctx, lines: lines.filter(decision__accepted__lt=F("quantity"), decision__code=""),
)
OLD_TO_RECYCLING = _on_lines(
    "old_to_recycling",
    "Au-delà de l’âge limite, un appareil est accepté pour le recyclage seulement, ou refusé",
    _too_old,
)
VALUE_UNDER_CEILING = _on_lines(
    "value_under_ceiling",
    "Pour un donateur public, la valeur unitaire est à indiquer et ne dépasse pas le plafond légal du jour"
    " (CG3P, art. D. 3212-3)",
    _over_value,
    where=CORRECT.at("lines"),
)
WHOLLY_SHARED = _on_lines(
    "wholly_shared",
    "Les quantités confiées aux ateliers doivent faire le total accepté",
    lambda ctx, lines: _shared_otherwise(lines),
)
SHARED_BETWEEN_WORKSHOPS = _on_lines(
    "shared_between_workshops",
    "Un lot se confie à des ateliers de reconditionnement en activité",
    lambda ctx, lines: _share_elsewhere(lines),
)


def _nothing_accepted(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    lines = DonationLine.objects.filter(donation__in=list(per_row), decision__accepted__gt=0)
    some = set(lines.values_list("donation", flat=True))
    return {pk: SOMETHING_ACCEPTED.sentence for pk in per_row if pk not in some}


SOMETHING_ACCEPTED = PerRow(
    "something_accepted",
    "Aucune ligne n’est acceptée\u00a0: écartez plutôt le lot, avec son motif.",
    _nothing_accepted,
    needs=TYPES,
)


def _undecided_transfer(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    missing = Donation.objects.filter(pk__in=list(per_row), donor_kind=DonorKind.PUBLIC, transfer_reference="")
    return dict.fromkeys(missing.values_list("pk", flat=True), TRANSFER_DECIDED.sentence)


TRANSFER_DECIDED = PerRow(
    "transfer_decided",
    "La référence de la décision de cession manque\u00a0: un donateur public cède par une décision.",
    _undecided_transfer,
    needs=TYPES,
    constraint="donations_donation_transfer_decided",
    where=Place("donations:donation_record_transfer", can_edit_donation, "un contact du donateur", "donor"),
    field="transfer_reference",
)
ACCEPTED_QUANTITIES = _quantities(
    "accepted_quantities", "Les quantités données ne sont pas celles des décisions.", accepted_by_type
)

# --- before any pick-up

NOTHING_PICKED_UP = Requirement(
    "nothing_picked_up",
    "Un enlèvement a déjà eu lieu.",
    lambda ctx: ~Exists(PickUp.objects.filter(donation=OuterRef("pk"), done_at__isnull=False)),
)
NOTHING_ARRIVED = Requirement(
    "nothing_arrived",
    "Des appareils de ce lot sont déjà à l’atelier.",
    lambda ctx: ~Q(Linked("devices", ARRIVED)),
)


def _reason(sentence: str, among: type[DeclineReason] | type[ReassignReason] | type[WithdrawReason]) -> Requirement:
    return Requirement(
        "reason",
        sentence,
        lambda ctx: not ctx.has("reason") or ctx.values["reason"] in among.values,
        needs=("reason",),
        field="reason",
    )


DECLINE_REASON = _reason("Choisissez le motif pour lequel le lot est écarté.", DeclineReason)
WITHDRAW_REASON = _reason("Choisissez le motif du retrait.", WithdrawReason)
REASSIGN_REASON = _reason("Choisissez le motif de la réaffectation.", ReassignReason)
OTHER_EXPLAINED = explained_in_comment(DeclineReason.OTHER)
"""« Autre motif » has this code in each of these lists; alone, it defends nothing before a donor or a workshop."""


def _not_shared_again(ctx: Context, per_row: PerRowValues) -> dict[int, Reason]:
    lines = DonationLine.objects.filter(donation__in=list(per_row))
    faults = {
        WHOLLY_SHARED: _shared_otherwise(lines),
        SHARED_BETWEEN_WORKSHOPS: _share_elsewhere(lines),
    }
    return {line.donation_id: rule.reason for rule, found in faults.items() for line in found}


def _share_of_another(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """A workshop gives up its own share: it takes nothing from the others, and nothing more for itself."""
    if ctx.actor.kind != OrganisationKind.RECONDITIONER:
        return {}
    held: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    shared = set()
    shares = Allocation.objects.filter(donation__in=list(per_row), round__gte=F("donation__allocation_round"))
    for donation, line, workshop, rank, quantity in shares.annotate(
        rank=F("round") - F("donation__allocation_round")
    ).values_list("donation", "line", "workshop", "rank", "quantity"):
        held[donation, line, workshop][rank] = quantity
        shared |= {donation} if rank else set()
    return {
        donation: OWN_SHARE_ONLY.sentence
        for (donation, _, workshop), (before, after) in held.items()
        if donation in shared and (after > before if workshop == ctx.actor.organisation_id else after < before)
    }


OWN_SHARE_ONLY = PerRow(
    "own_share_only",
    "Votre atelier ne peut céder que sa propre part.",
    _share_of_another,
    lifted_by="le pilote",
)
SHARED_AGAIN = PerRow("shared_again", "Dites à quels ateliers va le lot.", _not_shared_again, needs=("reason",))
