"""Write the offers, the end of copper and the delays in the database; what was checked later is left alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from connectivity.enums import Channel
from connectivity.models import ConnectionTerm, CopperClosure, Offer, OfferCondition
from connectivity.readers.reference import DATA, ClosureRow, OfferRow, Reference, read_reference
from network.enums import LegalNature, OrganisationKind
from network.models import Commune, Organisation
from network.services.reference import Written, write_dated, write_lines, write_numbers

APART = ("code", "operator", "dates", "conditions")
"""What a line says that is not a column of the offer under the same name."""


@transaction.atomic
def load_connectivity_reference(folder: Path = DATA) -> list[Written]:
    """Write everything the files say; run again, it changes only what differs. Raises ReferenceFileError.

    The communes are those of the database: a closure of a commune that is not loaded is left out.
    """
    reference = read_reference(folder)
    return [_write_offers(reference), _write_closures(reference), _write_terms(reference)]


def _write_offers(reference: Reference) -> Written:
    written = Written.of(Offer)
    for row in reference.offers:
        told = {
            name: value for name, value in vars(row).items() if name not in ("operator", "dates", "conditions", "code")
        }
        told |= {"operator_name": row.operator, "operator": _operator(row)}
        offer, ruled = write_dated(written, Offer, {"code": row.code}, told, row.dates, differs=_asks_otherwise(row))
        if ruled:
            _write_conditions(offer, row)
    return written


def _operator(row: OfferRow) -> Organisation | None:
    """Who answers: the organisation of that name among operators; made when the offer has a desk and nobody behind."""
    known = Organisation.objects.of_kind(OrganisationKind.OPERATOR).filter(name__iexact=row.operator).first()
    if known is not None or row.channel != Channel.DESK:
        return known
    return Organisation.objects.create(
        name=row.operator, kinds=[OrganisationKind.OPERATOR], legal_nature=LegalNature.PRIVATE
    )


def _asks_otherwise(row: OfferRow) -> Callable[[Offer], bool]:
    """Whether the conditions of an offer are not those of its line."""
    return lambda offer: {condition.asked for condition in offer.conditions.all()} != set(row.conditions)


def _write_conditions(offer: Offer, row: OfferRow) -> None:
    known = {condition.rule: condition for condition in offer.conditions.all()}
    for asked in row.conditions:
        columns = vars(asked)
        condition = known.pop(asked.rule, None) or OfferCondition(offer=offer)
        if condition.pk is None or condition.asked != asked:
            for name, value in columns.items():
                setattr(condition, name, value)
            condition.save()
    OfferCondition.objects.filter(pk__in=[gone.pk for gone in known.values()]).delete()


def _write_terms(reference: Reference) -> Written:
    return write_numbers(ConnectionTerm, reference.terms)


def _write_closures(reference: Reference) -> Written:
    codes = [row.commune for row in reference.closures]
    communes = {row.code: row for row in Commune.objects.current().filter(code__in=codes)}
    known = (row for row in reference.closures if row.commune in communes)
    return write_lines(CopperClosure, (({"commune": communes[row.commune]}, _closure(row), row.dates) for row in known))


def _closure(row: ClosureRow) -> dict[str, Any]:
    return {
        "lot": row.lot,
        "commercial_on": row.commercial_on,
        "technical_on": row.technical_on,
        "reliability": row.reliability,
    }
