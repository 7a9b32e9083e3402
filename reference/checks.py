"""What the declarations must be, and what the rows must be: no code is missing on either side."""

import re
from decimal import Decimal

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Advice
from django.db import connections

from reference.models import UNIT_LENGTH, Parameter, ParameterQuerySet, fault_of
from reference.registry import REGISTRY

CODE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*")


def check_declarations(**_: object) -> list[CheckMessage]:
    """Each code has its family, each family its parameters, each usual value is one of its kind."""
    found: list[CheckMessage] = []
    for code, declared in REGISTRY.parameters.items():
        if not CODE.fullmatch(code):
            found.append(_error("E001", f"«\u00a0{code}\u00a0» n’est pas «\u00a0famille.nom\u00a0»."))
        if declared.family not in REGISTRY.parameter_families:
            found.append(_error("E002", f"La famille de «\u00a0{code}\u00a0» n’est pas déclarée."))
        if not declared.unit or len(declared.unit) > UNIT_LENGTH:
            found.append(_error("E003", f"L’unité de «\u00a0{code}\u00a0» est vide ou trop longue."))
        if declared.highest is None:
            found.append(_error("E007", f"«\u00a0{code}\u00a0» n’a pas de plus grande valeur."))
        if fault := fault_of(declared, Decimal(declared.usual)):
            found.append(_error("E004", f"La valeur d’usage de «\u00a0{code}\u00a0»\u00a0: {fault}"))
    used = {declared.family for declared in REGISTRY.parameters.values()}
    for code, family in REGISTRY.parameter_families.items():
        if code not in used:
            found.append(_error("E005", f"La famille «\u00a0{code}\u00a0» n’a aucun paramètre."))
        unknown = {one for codes in family.falls for one in codes} - REGISTRY.parameters.keys()
        found += [
            _error("E006", f"«\u00a0{one}\u00a0» de la famille «\u00a0{code}\u00a0»\u00a0: inconnu.") for one in unknown
        ]
    return found


def check_rows(*, databases: list[str] | None = None, **_: object) -> list[CheckMessage]:
    """Before ``migrate``, and when ``check`` is given a database: the rows of a base that has the table."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        if Parameter._meta.db_table not in connections[alias].introspection.table_names():
            continue
        for code, unit in ParameterQuerySet(Parameter, using=alias).codes():
            declared = REGISTRY.parameters.get(code)
            if declared is None:
                told = f"Des lignes ont le code «\u00a0{code}\u00a0», que rien ne lit."
                found.append(Advice(told, id="reference.W010"))
            elif unit != declared.unit:
                told = f"{unit}\u00a0» au lieu de «\u00a0{declared.unit}"
                found.append(_error("E011", f"«\u00a0{code}\u00a0» est compté en «\u00a0{told}\u00a0»."))
    return found


def _error(number: str, sentence: str) -> CheckMessage:
    return Error(sentence, id=f"reference.{number}")
