"""Write the reference files of conventions in the database; may be run again."""

from django.db import transaction

from conventions.models import ClauseText, ConventionRule, PriceCeiling
from conventions.readers.reference import read_ceilings, read_clauses, read_rules
from network.services.reference import Written, write_dated


@transaction.atomic
def load_conventions_reference() -> list[Written]:
    """Load the files of the app: price ceilings, rules, articles of the model. Raises ReferenceFileError."""
    ceilings, rules, clauses = map(Written.of, (PriceCeiling, ConventionRule, ClauseText))
    for ceiling in read_ceilings():
        amount = {"amount": ceiling.amount, "condition": ceiling.condition}
        write_dated(ceilings, PriceCeiling, {"type": ceiling.type}, amount, ceiling.dates)
    for rule in read_rules():
        write_dated(rules, ConventionRule, {"code": rule.code}, {"value": rule.value, "unit": rule.unit}, rule.dates)
    for clause in read_clauses():
        told = {
            "title": clause.title,
            "body": clause.body,
            "mandatory": clause.mandatory,
            "position": clause.position,
        }
        write_dated(clauses, ClauseText, {"code": clause.code}, told, clause.dates)
    return [ceilings, rules, clauses]
