"""Whether a grading scale can be computed with: said before it grades anything."""

from collections.abc import Mapping
from typing import Any

from refurb.enums import CriterionKind

type Typed = Mapping[str, list[dict[str, Any]]]


def faults_of_scale(typed: Typed) -> list[str]:
    """What is wrong between the lines of a scale, in sentences; ``typed``: the lines of each kind, by model name."""
    criteria, caps, levels = (typed.get(kind, []) for kind in ("gradingcriterion", "gradingcap", "gradinglevel"))
    faults = []
    if not criteria:
        faults.append("Une grille a au moins un critère.")
    counted = (CriterionKind.BANDS, CriterionKind.CHOICE)
    faults += [
        f"{line['label']}\u00a0: écrivez ses paliers."
        for line in criteria
        if line["kind"] in counted and not line["steps"]
    ]
    floors = [line["at_least"] for line in levels]
    if not levels or floors[-1] is not None or None in floors[:-1]:
        faults.append("Le plus bas des grades, et lui seul, n’a pas de total minimal.")
    elif floors[:-1] != sorted(floors[:-1], reverse=True):
        faults.append("Les grades vont du meilleur au plus bas\u00a0: leurs totaux minimaux descendent.")
    known = {line["grade"] for line in levels}
    faults += [
        f"{line['label']}\u00a0: le grade «\u00a0{line['grade']}\u00a0» n’existe pas dans la grille."
        for line in caps
        if line["grade"] not in known
    ]
    return faults


def faults_of_checklist(typed: Typed) -> list[str]:
    """A checklist tests something."""
    return [] if typed.get("checklistfunction") else ["Une liste a au moins une fonction à essayer."]
