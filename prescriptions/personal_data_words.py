"""What a row is told by, where its columns say codes or numbers: see ``personal_data``, whose reader is no computer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date

from network.enums import Role
from prescriptions.enums import CodePurpose, ErasureChannel, ToldBy
from prescriptions.models import CodedReason
from typography.french import euros, written_day

WORDS: Mapping[str, str] = {
    "channel": "arrivé par",
    "early_confirmed": "date confirmée",
    "loss": "perte",
    "missing": "ce qui manquait",
    "moved_on": "déménagement du",
    "out_of_order": "hors de son rang",
    "price_confirmed": "prix confirmé",
    "price_told": "prix dit",
    "reason": "motif",
    "received_on": "reçu le",
    "told_by": "dit",
}
"""What is given with an act and is the name of no column."""
CODES: Mapping[str, Mapping[str, Any]] = {
    "channel": dict(ErasureChannel.choices),
    "told_by": dict(ToldBy.choices),
}
CODED: Mapping[tuple[str, str], str] = {
    ("ask_completion", "missing"): CodePurpose.MISSING,
    ("refuse", "reason"): CodePurpose.REFUSAL,
    ("withdraw", "reason"): CodePurpose.WITHDRAWAL,
}
"""What an act gives as codes of a list that has a date: a code may be in two lists, and say two things."""
PAGES: Mapping[str, str] = {
    "connection_export": "liste exportée des connexions",
    "connection_link": "demande lue par un lien, sans compte",
    "household_search": "résultats d’une recherche",
    "own_photo": "page du foyer, pour envoyer une photo",
    "own_page": "page du foyer, par sa feuille",
    "own_rights": "page du foyer, pour exercer un droit",
    "rights_export": "export de tout ce qui est écrit",
    "rights_letter": "lettre de réponse",
    "rights_request": "demande de droits",
    "search": "résultats d’une recherche",
    "still_current": "page «\u00a0Toujours d’actualité\u00a0?\u00a0»",
}
THINGS: Mapping[str, str] = {
    "connection": "page de la connexion",
    "hand_over": "page de la remise",
    "household": "page du foyer",
    "need": "page du besoin",
    "prescription": "page de la demande",
    "proof_photo": "photo d’un papier que vous avez envoyée",
    "rights": "page de la demande de droits",
    "transfer": "page du changement de service social",
}
ROLES: Mapping[str, str] = {
    **{role.value: str(role.label) for role in Role},
    "system": "Maillon, de lui-même",
    "link": "Feuille ou lien, sans compte",
}


def page_opened(name: str) -> str:
    """Which page was opened, by the name of its address."""
    thing = next((said for start, said in THINGS.items() if name.startswith(start)), "page du dossier")
    return PAGES.get(name, thing)


def role_told(entry: Any) -> str:
    """The role in which it was done."""
    return ROLES.get(entry.role, entry.role)


def given_told(entry: Any) -> str:
    """What was given with an act, by the names of its columns.

    The number of another row is left out: what it stands for is told by its own column, or is somebody else's.
    """
    model = entry._meta.get_field("object").related_model
    columns = {field.name: field for field in model._meta.concrete_fields}
    given = {**entry.values.get("stamps", {}), **entry.values}
    given.pop("stamps", None)
    labels = _labels_of(entry, given)
    kept = {name: value for name, value in given.items() if value not in (None, "", [], {}, False)}
    told = [_in_words(name, value, columns, labels.get(name, {})) for name, value in kept.items()]
    return ", ".join(one for one in told if one)


def _labels_of(entry: Any, given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the codes that an act gave said on its day, in the lists that have a date."""
    on = timezone.localdate(entry.at)
    purposes = {name: CODED[entry.verb, name] for name in given if (entry.verb, name) in CODED and given[name]}
    return {name: CodedReason.objects.labels_on(purpose, on) for name, purpose in purposes.items()}


def _in_words(name: str, value: Any, columns: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    field = columns.get(name)
    if (field is None and name not in WORDS) or (field is not None and field.is_relation):
        return ""
    label = WORDS.get(name) or str(field.verbose_name)  # type: ignore[union-attr]
    of_reasons = {code: said for one in columns.values() for code, said in one.flatchoices if one.name != "state"}
    codes = CODES.get(name) or dict(getattr(field, "flatchoices", ())) or (of_reasons if name == "reason" else {})
    if value is True:
        return label
    if isinstance(field, models.DecimalField):
        return f"{label}\u00a0: {euros(Decimal(str(value)))}"
    many = value if isinstance(value, list) else [value]
    return f"{label}\u00a0: {', '.join(str(labels.get(one) or codes.get(one) or _day(one)) for one in many)}"


def _day(value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    try:
        found = parse_date(value)
    except ValueError:
        found = None
    return value if found is None else written_day(found)
