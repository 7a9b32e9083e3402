"""What may be imported: one declaration says the columns, how a cell is read, and what is made of the lines, in sets.

The app that owns the rows declares its kind beside them and registers it in ``AppConfig.ready()``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from imports.enums import ImportOutcome
from imports.permissions import Scope, let_see
from imports.readers.cells import Reader, Unread, cell_text, words
from imports.readers.copies import TAKEN_OUT
from imports.reading import Find, NumberedLine, finder
from typography.french import Noun

if TYPE_CHECKING:
    from imports.models import Import


@dataclass(frozen=True)
class Field:
    """One thing that a line says.

    ``synonyms``: how its column may be headed, beside ``label``. ``read``: what a cell says of it, or Unread.
    ``fills``: whether one value may be given for all the lines that say nothing. ``asked``: the sentence that refuses
    a line without it; empty when it may be blank.
    """

    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    read: Reader = words
    longest: int = 200
    fills: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """What may be given for all, when it is not free."""
    asked: str = ""
    help: str = ""
    shown: str = "{}"
    """How the preview says a value, when it is no choice."""

    def value_in(self, text: str) -> object:
        """What a cell says of it. Raises Unread."""
        if len(text) > self.longest:
            raise Unread(f"plus de {self.longest} signes.")
        return self.read(text)

    def of_cell(self, cell: str, fill: str) -> tuple[Any, str]:
        """What a cell says, or ``fill`` where it says nothing, and the sentence that refuses its line, or nothing."""
        text = cell_text(cell) or fill
        if not text:
            return None, self.asked
        try:
            return self.value_in(text), ""
        except Unread as error:
            return None, f"{self.label}\u00a0: {error}"


@dataclass
class ImportRow:
    """One line as it was read, and what becomes of it."""

    line: NumberedLine
    values: dict[str, Any]
    reasons: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    leads: list["ImportResult"] = field(default_factory=list)
    """What it is about, to be opened."""
    outcome: ImportOutcome = ImportOutcome.CREATED
    is_elsewhere: bool = False
    """Known from elsewhere: a person may say that it is taken all the same."""
    names_somebody: bool = False
    """It seems to name a person, in a file that should not."""

    def refuse(self, reason: str) -> None:
        """The line is left out, for this reason and those already said."""
        self.outcome = ImportOutcome.REFUSED
        self.reasons.append(reason)

    def known(self, reason: str) -> None:
        """The line says nothing new; what was refused stays so."""
        if self.outcome != ImportOutcome.REFUSED:
            self.outcome = ImportOutcome.KNOWN
        self.reasons.append(reason)


@dataclass(frozen=True)
class PeopleGuard:
    """What is asked of a file that names people: it is never kept as it came.

    ``forbids``: whether a cell, or the name of the file, says what may not be held; ``heads``: whether a heading
    announces it, so that its whole column goes; ``refusal``: the sentence that refuses a line from which it was taken.
    """

    forbids: Callable[[str], bool]
    heads: Callable[[str], bool]
    refusal: str


@dataclass(frozen=True)
class ImportResult:
    """What an import became: its name and its page."""

    label: str
    url: str


@dataclass(frozen=True)
class ImportKind:
    """One kind of import. What it writes, it writes in sets, and twice the same when it is asked twice."""

    code: str
    label: str
    noun: Noun
    """What lines become."""
    fields: tuple[Field, ...]
    sees: Scope
    """The imports of this kind that an actor sees and carries out; None for none."""
    check: Callable[["Import", Sequence[ImportRow]], None]
    """Refuse, or say what is known, over all the rows that were read; in sets, without writing."""
    apply: Callable[["Import", Sequence[ImportRow]], None]
    """Write the rows of one chunk; nobody reads them before ``finish``."""
    finish: Callable[["Import", datetime | None], int | None]
    """Make whole what was written, at that instant or now, and say the key of what it became; raises Refused."""
    discard: Callable[["Import"], None]
    """Take away what was written by an import that stops before its end."""
    stands: Callable[["Import"], bool]
    """Whether what an import became is still there: else the same file may be imported again."""
    result: Callable[["Import"], ImportResult | None]
    leads_to: Callable[["Import"], str]
    """Where one goes to choose another file."""
    weight: Callable[[ImportRow], int] = lambda row: 1
    """How many of ``noun`` a line becomes."""
    named: PeopleGuard | None = None
    """When its files name people: what is read of one is kept, without what may not be, until it is applied."""
    retake: str = ""
    """The question before what is known is taken all the same; empty when it never is."""
    notice_template: str = ""
    """The template that says what the law or the house asks, over the preview."""
    columns: dict[str, Field] = field(init=False)
    find: Find = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", {one.name: one for one in self.fields})
        object.__setattr__(self, "find", finder({one.name: (one.label, *one.synonyms) for one in self.fields}))

    @property
    def asked(self) -> list[str]:
        """The fields without which no line is taken."""
        return [one.name for one in self.fields if one.asked]

    def rows(
        self, lines: Sequence[NumberedLine], columns: Mapping[str, int], fills: Mapping[str, str]
    ) -> list[ImportRow]:
        """The lines as they are read cell by cell; the same text in the same column is read once."""
        read: dict[tuple[str, str], tuple[Any, str]] = {}
        rows = [ImportRow(line, {}) for line in lines]
        spoilt = [row for row in rows if TAKEN_OUT in row.line.cells]
        for row in spoilt:
            row.refuse(self.named.refusal if self.named else TAKEN_OUT)
        whole = [row for row in rows if row.outcome != ImportOutcome.REFUSED] if spoilt else rows
        for one in self.fields:
            column, fill = columns.get(one.name), fills.get(one.name, "")
            for row in whole:
                cell = row.line.cell(column)
                if (one.name, cell) not in read:
                    read[one.name, cell] = one.of_cell(cell, fill)
                row.values[one.name], refused = read[one.name, cell]
                if refused:
                    row.refuse(refused)
        return rows


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> None:
    """Declare a kind; the last declaration of a code counts."""
    _kinds[kind.code] = kind
    let_see(kind.code, kind.sees)


def kind_of(code: str) -> ImportKind:
    """The kind of this code; raises KeyError."""
    return _kinds[code]


def kinds() -> list[ImportKind]:
    """Every kind that was declared."""
    return list(_kinds.values())
