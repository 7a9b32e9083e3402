"""Write the reference files of conventions in the database; may be run again."""

from typing import Any

from django.db import transaction

from conventions.models import ClauseText, ConventionRule, PriceCeiling
from conventions.readers.reference import CeilingRow, ClauseRow, RuleRow, read_ceilings, read_clauses, read_rules
from network.services.reference import Written, write_lines


@transaction.atomic
def load_conventions_reference() -> list[Written]:
    """Load the files of the app: price ceilings, rules, articles of the model. Raises ReferenceFileError."""
    return [
        write_lines(PriceCeiling, (({"type": row.type}, _amount(row), row.dates) for row in read_ceilings())),
        write_lines(ConventionRule, (({"code": row.code}, _value(row), row.dates) for row in read_rules())),
        write_lines(ClauseText, (({"code": row.code}, _text(row), row.dates) for row in read_clauses())),
    ]


def _amount(row: CeilingRow) -> dict[str, Any]:
    return {"amount": row.amount, "condition": row.condition}


def _value(row: RuleRow) -> dict[str, Any]:
    return {"value": row.value, "unit": row.unit}


def _text(row: ClauseRow) -> dict[str, Any]:
    return {"title": row.title, "body": row.body, "mandatory": row.mandatory, "position": row.position}
