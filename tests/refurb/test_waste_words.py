"""One word, one sense: what leaves as waste is called as the law calls it, on every screen and paper."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("refurb", "distribution", "donations", "desk", "reports", "demo", "templates", "docs/spec", "docs/guide")
NEVER = re.compile(r"\bau rebut\b|\brebuts?\b|\bD3E\b|\bbons? d’enlèvement\b|bordereaux? BSD\b", re.IGNORECASE)
"""« Rebut » is said of no device, « DEEE » is the word of the law, a slip of pick-up is a bordereau d’enlèvement."""
OF_THE_LAW = {"refurb/data/waste_codes.csv"}
"""The nomenclature, word for word."""


def test_no_page_paper_or_guide_calls_waste_by_another_name() -> None:
    found = []
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix not in {".py", ".html", ".txt", ".md", ".csv"} or name in OF_THE_LAW:
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{name}: {line.strip()}" for line in lines if NEVER.search(line)]
    assert not found, found
