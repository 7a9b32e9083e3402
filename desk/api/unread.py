"""Why what a program sent is not read, value by value, in French: what was sent is never said again."""

import re
from collections.abc import Mapping
from typing import Any

from typography.french import grouped

ASKED = "asked_for"
"""What views call the body or the query: it is no name of what programs send."""
OTHERWISE = "Cette valeur ne se lit pas\u00a0: voyez la description de l’API."
A_WHOLE, A_TEXT = "Un nombre entier.", "Un texte."
A_MOMENT = "Un jour et une heure, ainsi\u00a0: 2026-12-01T08:00:00+01:00."
TRUE_OR_FALSE = "true ou false."
WHY: Mapping[str, str] = {
    "extra_forbidden": "Ce nom n’est pas attendu ici.",
    "missing": "À donner\u00a0: cette demande ne va pas sans.",
    "string_type": A_TEXT,
    "string_unicode": A_TEXT,
    "list_type": "Une liste\u00a0: […].",
    "dict_type": "Un objet\u00a0: {…}.",
    "model_attributes_type": "Un objet\u00a0: {…}.",
    "model_type": "Un objet\u00a0: {…}.",
    "bool_type": TRUE_OR_FALSE,
    "bool_parsing": TRUE_OR_FALSE,
    "int_type": A_WHOLE,
    "int_parsing": A_WHOLE,
    "int_from_float": A_WHOLE,
    "int_parsing_size": "Un nombre entier, moins long.",
    "datetime_type": A_MOMENT,
    "datetime_parsing": A_MOMENT,
    "datetime_from_date_parsing": A_MOMENT,
    "datetime_object_invalid": A_MOMENT,
    "value_error": A_MOMENT,
}
"""By the code of what pydantic refuses; « value_error » is what ``DeviceQuery`` says of a moment."""
BOUNDS = {
    "greater_than_equal": ("Au moins {}.", "ge"),
    "greater_than": ("Plus de {}.", "gt"),
    "less_than_equal": ("Au plus {}.", "le"),
    "less_than": ("Moins de {}.", "lt"),
}
CODE = re.compile(r"'([^']*)'")


def reasons_by_name(errors: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What is wrong, by the name of the value; "" is the whole."""
    found = dict[str, list[str]]()
    for one in errors:
        name = ".".join(str(part) for part in one["loc"][1:] if part != ASKED)
        found.setdefault(name, []).append(_why(one["type"], one.get("ctx") or {}))
    return found


def _why(kind: str, bounds: Mapping[str, Any]) -> str:
    if kind == "enum":
        return f"Un de ces codes\u00a0: {', '.join(CODE.findall(bounds['expected']))}."
    if kind in BOUNDS:
        sentence, bound = BOUNDS[kind]
        return sentence.format(grouped(bounds[bound]))
    return WHY.get(kind, OTHERWISE)
