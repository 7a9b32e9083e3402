"""Machines drawn from code: for each, a page with its graph, who may do what, and what is required; a chart beside it.

Nothing here is written by hand, and the tests compare: a drawing cannot lie. Each verb, and each rule that has a
paragraph of its own, leads to the paragraph of the specification that it implements.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings

from lifecycle.actors import Actor
from lifecycle.charting import chart
from lifecycle.machine import Stateful, Verb, field_of, machines, verbs_of
from lifecycle.registry import registry
from lifecycle.specification import Specification, read

FOLDER = "docs/machines"
ARCHITECTURE = "ARCHITECTURE.md"
BEGIN, END = "<!-- registrations:begin -->", "<!-- registrations:end -->"
MADE = "<!-- Fait par «\u00a0manage.py draw_machines\u00a0»\u00a0: ne se corrige pas à la main. -->"


def drawings(models: Iterable[type[Stateful]]) -> dict[str, str]:
    """``{path from the project's folder: content}`` of every page and chart of these machines."""
    known, spec = list(models), read()
    files = {f"{FOLDER}/README.md": _index(known, spec)}
    for model in known:
        files[f"{FOLDER}/{model.machine.name}.md"] = _page(model, spec)
        files[f"{FOLDER}/{model.machine.name}.svg"] = chart(title_of(model), states_of(model), verbs_of(model).values())
    return files


def title_of(model: type[Stateful]) -> str:
    """The French name of a machine's object."""
    name = str(model._meta.verbose_name)
    return name[:1].upper() + name[1:]


def states_of(model: type[Stateful]) -> dict[str, str]:
    """The states of a machine in the order of a file's life, with their labels."""
    return {str(code): str(label) for code, label in field_of(model, "state").flatchoices}


def registrations() -> str:
    """The table of what upper apps registered on lower ones, as ARCHITECTURE.md shows it between its two markers."""
    rows: list[tuple[str, Callable[..., Any]]] = [
        (f"`on_transition` {machine}.{verb}", function)
        for (machine, verb), functions in registry.followers.items()
        for function in functions
    ]
    rows += [("`forget`", function) for function in registry.forgetters]
    rows += [(f"`panel` {label}", function) for label, functions in registry.panels.items() for function in functions]
    rows += [(f"`register_chain` {label}", function) for label, function in registry.chains.items()]
    rows += [(f"`find` {name}", function) for name, function in registry.finders.items()]
    return "\n".join(_table(("registered on", "function"), [(on, f"`{_name(function)}`") for on, function in rows]))


def with_registrations(text: str) -> str:
    """The text of ARCHITECTURE.md with its table up to date; raises ValueError when a marker is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{ARCHITECTURE} n’a pas ses deux repères {BEGIN} et {END}")
    return f"{before}{BEGIN}\n\n{registrations()}\n\n{END}{after}"


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _index(models: Sequence[type[Stateful]], spec: Specification) -> str:
    rows = [
        (
            f"[{title_of(model)}]({model.machine.name}.md)",
            model._meta.label,
            len(states_of(model)),
            len(verbs_of(model)),
            spec.of(model.machine.name),
        )
        for model in models
    ]
    return _text("# Les machines", "", MADE, "", *_table(("machine", "modèle", "états", "verbes", "règles"), rows))


def _page(model: type[Stateful], spec: Specification) -> str:
    name, title, section = model.machine.name, title_of(model), spec.of(model.machine.name)
    return _text(
        f"# {title}", "", MADE, "",
        *([f"Ce que dit la spécification\u00a0: {section}.", ""] if section else []),
        f"![{title}\u00a0: états en colonnes, verbes en lignes]({name}.svg)", "",
        "## Le graphe", "", "```mermaid", *mermaid(model), "```", "",
        *_staying(model),
        "## Qui fait quoi", "", *_matrix(model, spec), "",
        "## Ce qu’il faut", "", "Ce que chaque verbe répond quand il manque quelque chose.", "",
        *_requirements(model, spec),
    )  # fmt: skip


def mermaid(model: type[Stateful]) -> list[str]:
    """The graph as a Mermaid ``stateDiagram-v2``: every state, and every verb that leads to another one."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{_plain(label)}" as {code}' for code, label in states_of(model).items()]
    leaving = set()
    for declared in verbs_of(model).values():
        for source in declared.sources:
            if declared.target is not None:
                lines.append(f"    {source or '[*]'} --> {declared.target}: {_plain(declared.label)}")
                leaving |= {source} - {declared.target}
    return lines + [f"    {code} --> [*]" for code in states_of(model) if code not in leaving]


def _staying(model: type[Stateful]) -> list[str]:
    """The verbs that change no state, in words: as loops they would hide the graph."""
    labels = states_of(model)
    told = [
        f"- **{declared.label}**, depuis\u00a0: {', '.join(labels[source] for source in declared.sources)}."
        for declared in verbs_of(model).values()
        if declared.target is None
    ]
    return ["Sans changer d’état\u00a0:", "", *told, ""] if told else []


def _matrix(model: type[Stateful], spec: Specification) -> list[str]:
    """Rows are verbs, columns the roles that do at least one of them."""
    verbs = list(verbs_of(model).values())
    everyone: list[Actor] = apps.get_model(settings.LIFECYCLE_ACTOR_MODEL).every_role()
    answers = {str(actor): [_may(declared, actor) for declared in verbs] for actor in everyone}
    columns = {title: cells for title, cells in answers.items() if any(cells)}
    rows = [
        (
            declared.label,
            f"`{declared.name}`",
            *(cells[i] for cells in columns.values()),
            _causes(declared),
            "oui" if declared.due else "",
            spec.of(f"{model.machine.name}.{declared.name}"),
        )
        for i, declared in enumerate(verbs)
    ]
    others = [title for title in answers if title not in columns]
    return [
        *_table(("verbe", "code", *columns, "à la suite de", "horloge", "règle"), rows),
        "",
        "«\u00a0selon la ligne\u00a0»\u00a0: sur les seules lignes pour lesquelles l’organisation agit.",
        "",
        f"Ne font aucun de ces verbes\u00a0: {', '.join(others)}." if others else "",
    ]


def _may(declared: Verb, actor: Actor) -> str:
    scope = declared.scope(actor)
    if scope is None:
        return ""
    return "selon la ligne" if scope else "oui"


def _causes(declared: Verb) -> str:
    return ", ".join(f"`{name}`" for name in sorted(declared.follows))


def _requirements(model: type[Stateful], spec: Specification) -> Iterable[str]:
    for declared in verbs_of(model).values():
        sentences = {
            rule.reason.sentence: spec.of_rule(f"{model.machine.name}.{rule.code}")
            for rule in declared.requires
            if rule.reason.sentence
        }
        if sentences:
            paragraph = spec.of(f"{model.machine.name}.{declared.name}")
            yield f"- **{declared.label}** (`{declared.name}`)" + (f", {paragraph}" if paragraph else "")
            apart = {sentence: f" {link}" for sentence, link in sentences.items() if link not in ("", paragraph)}
            yield from (f"  - {sentence}{apart.get(sentence, '')}" for sentence in sentences)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]


def _plain(text: str) -> str:
    """A label without what Mermaid takes for its own."""
    return text.replace('"', "#quot;").replace(":", "#colon;").replace(";", "#59;") if set('":;') & set(text) else text


def _text(*lines: str) -> str:
    return "\n".join(lines).rstrip() + "\n"


def drawn_machines() -> list[type[Stateful]]:
    """The machines of the project in the order of their apps."""
    return list(machines().values())
