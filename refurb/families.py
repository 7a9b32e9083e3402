"""The tables of dated rows of equipment, and what each is for."""

from collections.abc import Mapping
from typing import Any

from reference.families import Family, Lines, declare
from refurb.enums import CriterionKind
from refurb.models.defects import DefectWord
from refurb.models.hardware import ProcessorScore, key_of_processor
from refurb.models.reference import (
    Checklist,
    ChecklistFunction,
    GradingCap,
    GradingCriterion,
    GradingLevel,
    GradingScale,
)
from refurb.models.waste import WasteCode

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


declare(
    Family(
        slug="grilles-de-classement",
        group="Équipement",
        title="Grilles de classement",
        purpose="Comment les mesures d’un appareil donnent son grade. Un grade déjà donné garde sa grille.",
        model=GradingScale,
        series=("code",),
        named=("name",),
        fields=("code", "name", "types", "note"),
        told=("types", "note"),
        adds=True,
        side_by_side=True,
        faults=faults_of_scale,
        lines=(
            Lines(
                model=GradingCriterion,
                key="scale",
                title="Critères",
                one="Critère",
                fields=(
                    *("label", "code", "kind", "measure", "unit", "when_measure", "when_values", "factor", "minimum"),
                    "maximum",
                ),
                unique="code",
                parts="steps",
                file="grading_criteria.csv",
                of_row={"scale": "code"},
                parts_file="grading_steps.csv",
                parts_of={"criterion": "code"},
                parts_fields=("at_least", "value", "points"),
            ),
            Lines(
                model=GradingCap,
                key="scale",
                title="Plafonds",
                one="Plafond",
                fields=("label", "code", "when_measure", "when_values", "below_measure", "below", "grade"),
                unique="code",
                file="grading_caps.csv",
                of_row={"scale": "code"},
            ),
            Lines(
                model=GradingLevel,
                key="scale",
                title="Grades, du meilleur au plus bas",
                one="Grade",
                fields=("grade", "label", "at_least"),
                unique="grade",
                file="grading_levels.csv",
                of_row={"scale": "code"},
            ),
        ),
        hints={
            "code": "Un mot court, sans espace ni accent, qui n’a jamais servi. Exemple\u00a0: ec-pc-2027.",
            "when_values": "Séparées par des virgules.",
            "measure": "Le nom de la mesure, tel que l’établi la relève\u00a0: ram_gb, storage_gb, cpu_mark…",
            "at_least": "Le total à partir duquel on a ce grade\u00a0; vide pour le plus bas.",
        },
        file="grading_scales.csv",
        key=("code",),
        once=True,
    ),
    Family(
        slug="listes-de-tests",
        group="Équipement",
        title="Listes de tests",
        purpose="Les fonctions à essayer sur chaque type d’appareil avant de le dire reconditionné.",
        model=Checklist,
        series=("type",),
        named=("type",),
        fields=("version",),
        told=("version",),
        adds=True,
        numbered="version",
        faults=faults_of_checklist,
        lines=(
            Lines(
                model=ChecklistFunction,
                key="checklist",
                title="Fonctions à essayer",
                one="Fonction",
                fields=("label", "code", "essential", "not_applicable_when"),
                unique="code",
                file="checklist_functions.csv",
                of_row={"type": "type", "version": "version"},
            ),
        ),
        hints={"essential": "Une fonction essentielle qui échoue retient l’appareil à l’atelier."},
        file="checklists.csv",
        key=("type", "version"),
        once=True,
    ),
    Family(
        slug="defauts-a-dire",
        group="Équipement",
        title="Défauts à dire",
        purpose="Ce que l’établi coche d’un appareil qui sert quand même, et la phrase que le foyer en lit.",
        model=DefectWord,
        series=("code",),
        named=("word",),
        fields=("word", "sentence", "types", "part", "position"),
        told=("sentence", "types"),
        adds=True,
        hints={
            "code": "Un mot court, sans espace ni accent, qui n’a jamais servi. Exemple\u00a0: charniere-gauche.",
            "sentence": "Une phrase simple, qui dit d’abord ce qui marche\u00a0: «\u00a0L’écran tient, mais…\u00a0»",
            "part": "Quand cette pièce est changée, le défaut est proposé comme réparé.",
            "position": "La place dans la liste\u00a0: 1 vient en premier.",
        },
        file="defect_words.csv",
        key=("code",),
    ),
    Family(
        slug="scores-des-processeurs",
        group="Équipement",
        title="Scores des processeurs",
        purpose="Ce qui est proposé comme score quand un appareil est classé, d’après le processeur relevé.",
        model=ProcessorScore,
        series=("name",),
        named=("name",),
        fields=("name", "score"),
        told=("score",),
        adds=True,
        sought=("name",),
        seek="Processeur",
        hints={"name": "Comme la machine le donne\u00a0: Intel Core i5-8350U.", "score": "Le CPU Mark de PassMark."},
        file="processor_scores.csv",
        key=("name",),
        computed={"key": key_of_processor},
        completed=lambda told: told,
    ),
    Family(
        slug="codes-de-dechets",
        group="Équipement",
        title="Codes de déchets",
        purpose="Les codes de la nomenclature qu’un bordereau peut porter. L’étoile dit un déchet dangereux.",
        model=WasteCode,
        series=("code",),
        named=("code",),
        fields=("code", "label"),
        told=("label",),
        adds=True,
        hints={"code": "Exemple\u00a0: 16 02 14, ou 16 02 13* s’il est dangereux."},
        file="waste_codes.csv",
        key=("code",),
    ),
)
