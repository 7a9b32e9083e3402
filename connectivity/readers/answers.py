"""Read the file in which an operator answers its queue: CSV, as spreadsheets write it in France. Pure parsing."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import TextChoices

from connectivity.enums import SAID_BY_OPERATORS, EndReason, OperatorAnswer, ProblemCode, TechnicianSlot

COLUMNS = (
    "reference",
    "reponse",
    "date",
    "reference_operateur",
    "motif",
    "prix",
    "fin_du_droit",
    "moment",
    "commentaire",
)
"""What a file of answers holds: the other columns (those of the export) are read past."""
NEEDED = ("reference", "reponse")
MOST_LINES = 2000
OLDEST = date(2000, 1, 1)
DAY = re.compile(
    r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})[-/](?P<d>[0-9]{1,2})"
    r"|(?P<day>[0-9]{1,2})[-/](?P<month>[0-9]{1,2})[-/](?P<year>[0-9]{4})"
)
NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")
PRICE = re.compile(r"[0-9]{1,4}([.,][0-9]{1,2})?")
LONGEST_QUOTE = 60
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula for a spreadsheet."""
ARTICLES = {"l", "la", "le", "les"}


def plainly(text: str) -> str:
    """A word as it is compared: no accent, no case, no sign, no article."""
    spaced = re.sub("['’]", " ", text.lower())
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return " ".join(word for word in re.findall(r"[a-z0-9_]+", plain) if word not in ARTICLES)


def by_words(choices: Iterable[TextChoices]) -> dict[str, str]:
    """``{label or code, plainly: code}``."""
    return {plainly(said): one.value for one in choices for said in (str(one.label), one.value)}


ANSWERS = by_words(OperatorAnswer)


TO_FILL: tuple[tuple[OperatorAnswer, str, Iterable[TextChoices]], ...] = (
    (OperatorAnswer.ACCEPT, "reference_operateur", ()),
    (OperatorAnswer.SCHEDULE, "date, moment", TechnicianSlot),
    (OperatorAnswer.ACTIVATE, "date, prix, fin_du_droit s’il y en a une", ()),
    (OperatorAnswer.REPORT_PROBLEM, "motif, commentaire", ProblemCode),
    (OperatorAnswer.REFUSE, "motif, commentaire", SAID_BY_OPERATORS),
    (OperatorAnswer.END, "motif", EndReason),
)
"""For each answer: the columns to fill in, and the words that one of them takes."""


class AnswersUnreadable(Exception):
    """The file as a whole does not read; the sentence says why."""


@dataclass(frozen=True)
class AnswerLine:
    """One line: what it answers, or what is wrong with it. ``cells`` is the line as it came, to be given back."""

    number: int
    reference: str
    answer: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    comment: str = ""
    fault: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


def read_answers(content: bytes) -> list[AnswerLine]:
    """The lines of a file of answers, the wrong ones with what is wrong. Blank answers are left out.

    Raises AnswersUnreadable when no line can be read at all.
    """
    lines = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(content))
    try:
        header = [_name(cell) for cell in next(lines, [])]
        missing = [name for name in NEEDED if name not in header]
        if missing:
            raise AnswersUnreadable(f"Il manque la colonne «\u00a0{missing[0]}\u00a0» en première ligne.")
        if b"\0" in content:
            raise AnswersUnreadable(
                "Le fichier ne se lit pas comme un CSV\u00a0: enregistrez-le en «\u00a0CSV UTF-8\u00a0»."
            )
        read = [
            _line(number, header, cells) for number, cells in enumerate(lines, start=2) if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise AnswersUnreadable(f"Le fichier ne se lit pas comme un CSV\u00a0: {error}.") from error
    if len(read) > MOST_LINES:
        raise AnswersUnreadable(f"Le fichier dépasse {MOST_LINES} lignes\u00a0: partagez-le.")
    return [line for line in read if line.answer or line.fault]


def neutral(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def written(rows: Sequence[Sequence[object]]) -> bytes:
    """A CSV file that opens in a French spreadsheet: semicolons, UTF-8 with its mark, no formula."""
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=";", lineterminator="\r\n").writerows([neutral(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + page.getvalue().encode()


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(content: bytes) -> str:
    first = content.splitlines()[0] if content.strip() else b""
    return max(";,\t", key=lambda sign: first.count(sign.encode()))


def _name(cell: str) -> str:
    return cell.strip().lower().replace("é", "e").replace(" ", "_").replace("\N{NO-BREAK SPACE}", "_")


def _line(number: int, header: Sequence[str], cells: Sequence[str]) -> AnswerLine:
    row = {name: _plain(cell) for name, cell in zip(header, cells, strict=False) if name}
    kept = {name: row.get(name, "") for name in COLUMNS}
    reference, said = kept["reference"].upper(), plainly(kept["reponse"])
    if not kept["reponse"]:
        return AnswerLine(number, reference, cells=kept)
    if said not in ANSWERS:
        told = (
            f"Réponse inconnue\u00a0: «\u00a0{short(kept['reponse'])}\u00a0». Attendu\u00a0: "
            f"{', '.join(str(one.label) for one in OperatorAnswer)}."
        )
        return AnswerLine(number, reference, fault=told, cells=kept)
    answer = ANSWERS[said]
    try:
        values = _values(answer, kept)
        comment = "" if "note" in values else _whole(kept["commentaire"], "commentaire", 1000)
    except ValueError as error:
        return AnswerLine(number, reference, answer, fault=str(error), cells=kept)
    return AnswerLine(number, reference, answer, values, comment, cells=kept)


def _plain(cell: str) -> str:
    """The cell without the apostrophe that an export put before what looks like a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _values(answer: str, row: Mapping[str, str]) -> dict[str, object]:
    """What the verb of this answer is given. Raises ValueError with the sentence to show."""
    if answer == OperatorAnswer.ACCEPT:
        return {"operator_reference": _whole(row["reference_operateur"], "reference_operateur", 40)}
    if answer == OperatorAnswer.SCHEDULE:
        return {"appointment_on": _day(row["date"], "date"), "appointment_slot": _slot(row["moment"])}
    if answer == OperatorAnswer.ACTIVATE:
        ends = _day(row["fin_du_droit"], "fin_du_droit") if row["fin_du_droit"] else None
        return {
            "started_on": _day(row["date"], "date"),
            "monthly_price": _price(row["prix"]),
            "entitlement_ends_on": ends,
        }
    if answer == OperatorAnswer.REPORT_PROBLEM:
        return {"problem": _code(row["motif"], ProblemCode), "note": _whole(row["commentaire"], "commentaire", 300)}
    if answer == OperatorAnswer.REFUSE:
        said = _code(row["motif"], SAID_BY_OPERATORS)
        return {"refusal": said, "note": _whole(row["commentaire"], "commentaire", 300)}
    return {"reason": _code(row["motif"], EndReason)}


def _day(text: str, column: str) -> date:
    """A day of this century; the rules of the verb say which of them are possible."""
    found = DAY.fullmatch(text)
    if found is not None:
        figures = {name: int(value) for name, value in found.groupdict(default="0").items()}
        with suppress(ValueError):
            day = date(
                figures["y"] or figures["year"], figures["m"] or figures["month"], figures["d"] or figures["day"]
            )
            if day >= OLDEST:
                return day
    raise ValueError(
        f"Date à écrire comme 24/11/2026 dans «\u00a0{column}\u00a0» (reçu\u00a0: «\u00a0{short(text)}\u00a0»)."
    )


def _price(text: str) -> Decimal:
    figures = re.sub(r"[\s€]", "", text)
    if not PRICE.fullmatch(figures):
        if NUMBER.fullmatch(figures):
            raise ValueError(f"Prix impossible\u00a0: «\u00a0{short(text)}\u00a0».")
        raise ValueError(f"Prix à écrire comme 15,99 (reçu\u00a0: «\u00a0{short(text)}\u00a0»).")
    return Decimal(figures.replace(",", "."))


def _whole(text: str, column: str, longest: int) -> str:
    """The text, whole: what is too long is said, never cut."""
    if len(text) > longest:
        raise ValueError(
            f"Trop long dans «\u00a0{column}\u00a0»\u00a0: {longest} caractères au plus, {len(text)} reçus."
        )
    return text


def short(text: str) -> str:
    """What was received, as a sentence may quote it."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _slot(text: str) -> str:
    labels = by_words(TechnicianSlot)
    if not text:
        return TechnicianSlot.DAY.value
    if plainly(text) not in labels:
        raise ValueError(
            f"Moment inconnu\u00a0: «\u00a0{short(text)}\u00a0». Attendu\u00a0: "
            f"{', '.join(str(one.label) for one in TechnicianSlot)}."
        )
    return labels[plainly(text)]


def _code(text: str, among: Iterable[TextChoices]) -> str:
    labels = by_words(among)
    if plainly(text) not in labels:
        known = ", ".join(str(one.label) for one in among)
        raise ValueError(f"Motif inconnu\u00a0: «\u00a0{short(text)}\u00a0». Attendu\u00a0: {known}.")
    return labels[plainly(text)]
