"""A class name has one sense in the house: whoever meets it in another app knows what it is."""

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

PROJECT = Path(settings.BASE_DIR)

SAME_QUESTION: dict[str, str] = {
    "Command": "management/commands/",
    "Sheet": "views/sheet.py",
    "CommentForm": "forms",
    "ReasonForm": "forms",
    "HandOnForm": "forms",
}
"""Names that several apps have because they answer the same question in each, and where alone they do: what
``manage.py`` runs, all that is under the title of the page of one row, and the forms of a verb that asks for nothing
but a comment, for a coded reason, or for whoever follows next (an app makes its own of the engine's).
"""


def classes() -> dict[str, list[str]]:
    """``{name: the files that have a public class of that name}``; migrations are read by Django alone."""
    found = defaultdict[str, list[str]](list)
    for package in sorted(PROJECT.glob("*/__init__.py")):
        for path in sorted(package.parent.rglob("*.py")):
            if {"tests", "migrations"} & set(path.relative_to(PROJECT).parts):
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(str(path.relative_to(PROJECT)))
    return found


def test_a_class_name_has_one_sense() -> None:
    """Two files with the same name are one too many, unless each answers there the question that is told above."""
    found = classes()
    shared = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert len(found) > 1000
    assert {name: paths for name, paths in shared.items() if not answers_the_same(name, paths)} == {}
    assert set(SAME_QUESTION) <= set(shared), "a name that several apps may have is one that several have"


def answers_the_same(name: str, paths: list[str]) -> bool:
    return name in SAME_QUESTION and all(SAME_QUESTION[name] in path for path in paths)
