"""Read the reference files of ``prescriptions/data``: settings, priorities, codes, rules, texts. Pure parsing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.readers.dated import Dates, Row, read_dates, read_rows
from prescriptions.enums import CodePurpose, FactKind

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Line:
    """One line of a file: what finds its row, what it tells, and its dates."""

    key: dict[str, Any]
    told: dict[str, Any]
    dates: Dates


@dataclass(frozen=True)
class Reference:
    """Everything the files say."""

    settings: list[Line]
    priorities: list[Line]
    reasons: list[Line]
    bands: list[Line]
    rules: list[Line]
    texts: list[Line]


def read_reference(folder: Path = DATA) -> Reference:
    """Read the files of ``folder``. Raises ReferenceFileError."""
    return Reference(
        settings=read_rows(folder / "settings.csv", _setting),
        priorities=read_rows(folder / "territorial_priorities.csv", _priority),
        reasons=read_rows(folder / "coded_reasons.csv", _reason),
        bands=read_rows(folder / "fact_bands.csv", _band),
        rules=read_rows(folder / "eligibility_rules.csv", _rule),
        texts=read_rows(folder / "agreement_texts.csv", lambda row: _text(row, folder)),
    )


def _amount(text: str) -> int | None:
    return int(text) if text else None


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"« {text} » n’est ni yes ni no")
    return text == "yes"


def _setting(row: Row) -> Line:
    told = {"label": row["label"], "value": int(row["value"]), "unit": row["unit"]}
    return Line({"code": row["code"]}, told, read_dates(row))


def _priority(row: Row) -> Line:
    key = {"arrondissement_code": row["arrondissement"], "epci_siren": row["epci"]}
    return Line(key, {"label": row["label"], "points": int(row["points"])}, read_dates(row))


def _reason(row: Row) -> Line:
    key = {"purpose": CodePurpose(row["purpose"]).value, "code": row["code"]}
    told = {"label": row["label"], "next_step": row["next_step"], "position": int(row["position"])}
    return Line(key, told, read_dates(row))


def _band(row: Row) -> Line:
    key = {"kind": FactKind(row["kind"]).value, "code": row["code"]}
    return Line(key, {"label": row["label"], "at_most": _amount(row["at_most"])}, read_dates(row))


def _rule(row: Row) -> Line:
    told = {
        "label": row["label"],
        "kind": FactKind(row["kind"]).value,
        "at_most": _amount(row["at_most"]),
        "decisive": _yes(row["decisive"]),
        "position": int(row["position"]),
    }
    return Line({"code": row["code"]}, told, read_dates(row))


def _text(row: Row, folder: Path) -> Line:
    dates = read_dates(row)
    body = (folder / row["file"]).read_text(encoding="utf-8")
    return Line({"version": row["version"]}, {"title": row["title"], "body": body}, dates)
