"""Recount without Maillon what the pilot reads of a year: python3 docs/recount_year.py FOLDER 2026-01 2026-12.

From the exported journals: refusals by reason, units refused, devices handed over by convention. See figures.md.
"""

import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
REFUSALS = {
    "donation": ("decline", "reason"),
    "device": ("reject", "reason"),
    "prescription": ("refuse", "reason"),
    "need": ("drop", "reason"),
    "connection": ("refuse", "refusal"),
}

folder, first, last = Path(sys.argv[1]), *(datetime.fromisoformat(f"{month}-01") for month in sys.argv[2:4])
start = first.replace(tzinfo=PARIS)
until = (last + timedelta(days=32)).replace(day=1, tzinfo=PARIS)
known = json.loads((folder / "verbs.json").read_text(encoding="utf-8"))


def lives(machine: str):
    """The rows of each object before the end of the period, in their order, each with its instant."""
    lines = (line.split(" ", 2)[2] for line in (folder / f"{machine}.journal").open(encoding="utf-8"))
    rows = ((row, datetime.fromisoformat(row["at"])) for row in map(json.loads, lines))
    for _, life in groupby((pair for pair in rows if pair[1] < until), key=lambda pair: pair[0]["object_id"]):
        yield list(life)


def standing(machine: str, life: list, verb: str) -> list:
    """The ranks of the rows of this verb that nothing undid before the end of the period."""
    stood = []
    for rank, (row, _) in enumerate(life):
        if row["verb"] == verb:
            stood.append(rank)
        elif verb in known[machine][row["verb"]]["undoes"] and stood:
            stood.pop()
    return stood


print(f"du {start:%d/%m/%Y} au {until - timedelta(days=1):%d/%m/%Y}")
for machine, (verb, word) in REFUSALS.items():
    reasons = Counter()
    for life in lives(machine):
        inside = [rank for rank in standing(machine, life, verb) if life[rank][1] >= start]
        reasons.update(life[rank][0]["values"].get(word) or "no_answer" for rank in inside[-1:])
    for reason, count in sorted(reasons.items()):
        print(f"{machine}.{verb} {reason} {count}")

units = 0
for life in lives("donation"):
    told = {
        row["verb"]: (sum(map(int, row["values"].values())), at)
        for row, at in life
        if row["verb"] in ("announce", "qualify")
    }
    given_up = {"withdraw", "decline"} & {row["verb"] for row, _ in life}
    if "qualify" in told and told["qualify"][1] >= start and not given_up:
        units += told["announce"][0] - told["qualify"][0]
print(f"donation.lines units {units}")

heads = (line.split() for line in (folder / "convention.heads").open(encoding="utf-8"))
references = {head[0]: head[-1] for head in heads}
handed = defaultdict(list)
for life in lives("device"):
    firsts = {}
    for rank in standing("device", life, "hand_over"):
        taken = [row["values"] for row, _ in life[:rank] if row["verb"] == "allot"][-1]
        firsts.setdefault((taken["convention"], taken["quota"]), life[rank][1])
    for place, at in firsts.items():
        handed[place].append(at >= start)
for (convention, place), inside in sorted(handed.items(), key=str):
    if place and any(inside):
        print(f"device.hand_over {references[str(convention)]} place {place} {sum(inside)}")
