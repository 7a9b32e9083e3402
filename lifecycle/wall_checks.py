"""Does the wall stand as the code draws it? Functions, triggers, constraints; and what lets rows pass beside them."""

from collections.abc import Iterator

from django.db import connection

from lifecycle.faults import Fault, Report
from lifecycle.versions import project_apps
from lifecycle.walls import drawn, standing

WALL = "wall"

_BESIDE = """
SELECT p.relname, c.relname, 'child' FROM pg_inherits i
    JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid
    WHERE p.relkind = 'r' AND p.relnamespace = 'public'::regnamespace AND starts_with(p.relname, %(label)s)
UNION ALL
SELECT c.relname, r.rulename, 'rule' FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %(label)s)
UNION ALL
SELECT c.relname, t.tgname, 'off' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE t.tgenabled <> 'O' AND c.relnamespace = 'public'::regnamespace AND starts_with(c.relname, %(label)s)
ORDER BY 1, 2
"""
SENTENCES = {
    "child": "une table «\u00a0{}\u00a0» en hérite\u00a0: ses lignes se lisent ici sans passer par le mur.",
    "rule": "une règle «\u00a0{}\u00a0» réécrit ce qui s’y inscrit.",
    "off": "le déclencheur «\u00a0{}\u00a0» est désactivé.",
}


def verify_wall(report: Report) -> int:
    """Compare the functions, triggers and constraints of each app with the drawing of its wall; return their number."""
    count = 0
    for config in project_apps():
        wanted, found = drawn(config), standing(config.label)
        count += len(wanted)
        for name, sentence in _differences(wanted, found):
            report(Fault(WALL, name, None, sentence))
        _look_beside(config.label, report)
    return count


def _differences(wanted: dict[str, str], found: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield name, "n’existe plus."
        elif name not in wanted:
            yield name, "n’est pas de ceux que le code écrit."
        elif wanted[name] != found[name]:
            yield name, "n’est plus ce que le code écrit."


def _look_beside(label: str, report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"label": f"{label}_"})
        for table, name, kind in cursor.fetchall():
            report(Fault(WALL, table, None, SENTENCES[kind].format(name)))
