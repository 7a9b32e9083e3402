"""The chart of a machine as SVG: states are columns, verbs are rows in the order of a file's life.

A graph of twenty states and sixty edges is a ball of wool; here no two lines cross. An open dot is a state the verb
starts from, a full one the state it leads to, two rings a state it stays in.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import cos, radians, sin

from lifecycle.machine import CREATION, Verb

NAMESPACE = "http://www.w3.org/2000/svg"
STEP, ROW, LETTER, SLANT = 44, 30, 7.4, 52
"""Pixels between columns and between rows, width of a letter, degrees by which the names of states lean."""
INK, MUTED, LINE, BAND, TEAL = "#20272a", "#555b57", "#ddd4c5", "#f8f4ed", "#0b4f52"
DASHES = {"person": "", "cause": ' stroke-dasharray="8 4"', "clock": ' stroke-dasharray="2 4"'}
LEGEND = (
    ("person", "fait par une personne"),
    ("cause", "à la suite d’un autre verbe seulement"),
    ("clock", "fait par l’horloge"),
)


def chart(title: str, states: Mapping[str, str], verbs: Iterable[Verb]) -> str:
    """The SVG of a machine, with a title and a description that says in words all that it shows."""
    rows = list(verbs)
    born = {CREATION: "(création)"} if any(declared.creates for declared in rows) else {}
    columns = born | dict(states)
    left = max(len(declared.label) for declared in rows) * LETTER + 2 * STEP
    longest = max(len(label) for label in columns.values()) * LETTER
    top = longest * sin(radians(SLANT)) + 24
    xs = {code: left + i * STEP for i, code in enumerate(columns)}
    right = max(x + len(columns[code]) * LETTER * cos(radians(SLANT)) for code, x in xs.items())
    width, bottom = max(right + 24, 760), top + len(rows) * ROW
    height = bottom + 90
    size = f'width="{width:.0f}" height="{height:.0f}"'
    font = 'font-family="system-ui, sans-serif" font-size="14"'
    lines = [
        f'<svg xmlns="{NAMESPACE}" role="img" aria-labelledby="title desc" {size} {font}>',
        f'<title id="title">{escape(title)}\u00a0: états et verbes</title>',
        f'<desc id="desc">{escape(" ".join(_verb_sentence(declared, columns) for declared in rows))}</desc>',
        f'<rect {size} fill="#fff"/>',
    ]
    bands = range(0, len(rows), 2)
    lines += [f'<rect y="{top + i * ROW:.0f}" width="{width:.0f}" height="{ROW}" fill="{BAND}"/>' for i in bands]
    for code, label in columns.items():
        lines += _column(xs[code], top, bottom, label)
    for i, declared in enumerate(rows):
        lines += _row(declared, xs, top + (i + 0.5) * ROW)
    lines += _legend(bottom + 32)
    return "\n".join([*lines, "</svg>\n"])


def _verb_sentence(declared: Verb, columns: Mapping[str, str]) -> str:
    sources = ", ".join(f"«\u00a0{columns[source]}\u00a0»" for source in declared.sources)
    target = "sans changer d’état" if declared.target is None else f"vers «\u00a0{columns[declared.target]}\u00a0»"
    return f"{declared.label}\u00a0: de {sources} {target}."


def _column(x: float, top: float, bottom: float, label: str) -> list[str]:
    place = f'x="{x:.0f}" y="{top - 10:.0f}" transform="rotate(-{SLANT} {x:.0f} {top - 10:.0f})"'
    return [
        f'<path d="M{x:.0f} {top:.0f}V{bottom:.0f}" stroke="{LINE}"/>',
        f'<text {place} fill="{INK}">{escape(label)}</text>',
    ]


def _row(declared: Verb, xs: Mapping[str, float], y: float) -> list[str]:
    kind = "person" if declared.who else "clock" if declared.due else "cause"
    starts = [xs[source] for source in declared.sources]
    lines = [f'<text x="12" y="{y + 5:.0f}" fill="{INK}">{escape(declared.label)}</text>']
    if declared.target is None:
        return lines + [_dot(x, y, radius) for x in starts for radius in (8, 3.5)]
    end = xs[declared.target]
    lines.append(_line(min(*starts, end), max(*starts, end), y, kind))
    lines += [_dot(x, y, 5) for x in starts if x != end]
    lines += [_head(end, y, side) for side in _sides(starts, end)]
    if end in starts:
        lines.append(_dot(end, y, 9))
    return [*lines, _dot(end, y, 5.5, full=True)]


def _sides(starts: Sequence[float], end: float) -> list[int]:
    return [side for side in (-1, 1) if any((x - end) * side > 0 for x in starts)]


def _line(start: float, end: float, y: float, kind: str) -> str:
    return f'<path d="M{start:.0f} {y:.0f}H{end:.0f}" stroke="{TEAL}" stroke-width="2"{DASHES[kind]}/>'


def _head(x: float, y: float, side: int) -> str:
    tip, back = x + side * 8, x + side * 17
    return f'<path d="M{tip:.0f} {y:.0f}L{back:.0f} {y - 5:.0f}V{y + 5:.0f}z" fill="{TEAL}"/>'


def _dot(x: float, y: float, radius: float, *, full: bool = False) -> str:
    fill = TEAL if full else "#fff"
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius}" fill="{fill}" stroke="{TEAL}" stroke-width="2"/>'


def _legend(y: float) -> list[str]:
    """What the lines mean, then what the dots mean."""
    lines, x = [], 12.0
    for kind, words in LEGEND:
        lines += [_line(x, x + 36, y, kind), _words(x + 44, y, words)]
        x += 68 + len(words) * LETTER
    below = y + ROW
    lines += [_dot(20, below, 5), _words(36, below, "part de cet état")]
    lines += [_dot(192, below, 5.5, full=True), _words(208, below, "arrive à cet état")]
    lines += [_dot(366, below, 8), _dot(366, below, 3.5), _words(384, below, "reste dans cet état")]
    return lines


def _words(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.0f}" y="{y + 5:.0f}" fill="{MUTED}">{words}</text>'
