"""Recount a month without Maillon: python3 docs/recount_export.py FOLDER 2026-10 [chiffres.json]. See figures.md."""

import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
STAGES = {"declared": "announced", "awaiting_part": "in_process", "ready": "reconditioned"}  # the others have one name
OF_A_CONVENTION = {"allotted", "shipped", "available", "reserved", "handed_over", "returned"}
GIVEN_UP = {"announce": {"withdraw"}, "qualify": {"withdraw", "decline"}}
MEASURES = ("opening", "entered", "left", "closing", "other")

folder, month = Path(sys.argv[1]), sys.argv[2]
figures = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8")) if len(sys.argv) > 3 else {}
if figures and (figures["month"][:7] != month or "needs" not in figures):
    sys.exit(f"{sys.argv[3]} : ce ne sont pas les chiffres complets de {month}.")
start = datetime.fromisoformat(f"{month}-01").replace(tzinfo=PARIS)
until = (start + timedelta(days=32)).replace(day=1)
until = min(until, datetime.fromisoformat(figures["as_of"])) if figures else until
known = json.loads((folder / "verbs.json").read_text(encoding="utf-8"))


def lives(machine: str):
    """The rows of each object before the end of the month, in their order."""
    lines = (line.split(" ", 2)[2] for line in (folder / f"{machine}.journal").open(encoding="utf-8"))
    rows = ((row, datetime.fromisoformat(row["at"])) for row in map(json.loads, lines))
    rows = ((row, at) for row, at in rows if at < until)
    for _, life in groupby(rows, key=lambda pair: pair[0]["object_id"]):
        yield list(life)


def acts_of(life: list, places: list, verbs: dict) -> set:
    """The ranks of the rows of the month that are acts: not undone in it, not done again, the last of their verb."""
    standing, owed, again = defaultdict(list), Counter(), set()
    months = [at.astimezone(PARIS).strftime("%Y-%m") for _, at in life]
    for rank, (row, _) in enumerate(life):
        verb = row["verb"]
        if undone := [standing[name][-1] for name in verbs[verb]["undoes"] if standing[name]]:
            last = max(undone)
            standing[life[last][0]["verb"]].pop()
            if months[last] != months[rank] or last in again:
                owed[life[last][0]["verb"], places[last]] += 1
        elif verbs[verb]["act"]:
            if owed[verb, places[rank]]:
                owed[verb, places[rank]] -= 1
                again.add(rank)
            standing[verb].append(rank)
    fresh = [[rank for rank in ranks if months[rank] == month and rank not in again] for ranks in standing.values()]
    return {ranks[-1] for ranks in fresh if ranks}


def recount(machine: str, bucket, place):
    """``{bucket: Counter of measures}``, how many lives began, and the acts: (row before, row)."""
    counted, born, done = defaultdict(Counter), 0, []
    for life in lives(machine):
        acts, before = acts_of(life, [place(row) for row, _ in life], known[machine]), None
        for rank, (row, at) in enumerate(life):
            here = bucket(row)
            if at < start:
                counted[here]["opening"] += 1
                if before:
                    counted[before]["opening"] -= 1
            elif rank in acts and here != before:
                counted[here]["entered"] += 1
                if before:
                    counted[before]["left"] += 1
            elif here != before:
                counted[here]["other"] += 1
                if before:
                    counted[before]["other"] -= 1
            born += rank in acts and not before
            if rank in acts and before:
                done.append((life[rank - 1][0], row))
            before = here
        counted[before]["closing"] += 1
    return counted, born, done


def device(row: dict) -> tuple:
    place = row["convention_epci_id"] if row["target"] in OF_A_CONVENTION else row["origin_epci_id"]
    return STAGES.get(row["target"], row["target"]), place, row["type"], row["donor_kind"]


def need(row: dict) -> tuple:
    return row["target"], row["epci_id"], row["kind"]


def summed(rows, kept) -> dict:
    """The same without the territories, which the journal knows by key and the figures by SIREN; no empty rows."""
    total = defaultdict(Counter)
    for key, numbers in rows:
        total[kept(key)].update({name: number for name, number in numbers.items() if number})
    return {key: [numbers[name] for name in MEASURES] for key, numbers in total.items() if any(numbers.values())}


without_place = lambda key: (key[0], *key[2:])  # noqa: E731
owed_at = lambda row: (device(row)[0], row["convention_epci_id"] if row["target"] in OF_A_CONVENTION else None)  # noqa: E731
by_device, new, done = recount("device", device, owed_at)
by_need, _, _ = recount("need", need, lambda row: (row["target"], row["kind"]))
quantities = Counter()
for life in lives("donation"):
    for rank, (row, at) in enumerate(life):
        given_up = {after["verb"] for after, _ in life[rank + 1 :]} & GIVEN_UP.get(row["verb"], set())
        if at >= start and row["verb"] in GIVEN_UP and not given_up:
            what = "announced" if row["verb"] == "announce" else "accepted"
            quantities.update({(row["donor_kind"], type_, what): int(n) for type_, n in row["values"].items()})
quantities.update(
    (row["donor_kind"], row["type"], "taken")
    for old, row in done
    if old["target"] == "declared" and row["target"] in ("collected", "received")
)
devices, needs = (summed(counted.items(), without_place) for counted in (by_device, by_need))
counts = {key: number for key, number in quantities.items() if number}

print(f"{month} ({until:%d/%m/%Y %H:%M})".ljust(28), *(name.rjust(9) for name in MEASURES))
for counted in (by_device, by_need):
    for (stage,), numbers in sorted(summed(counted.items(), lambda key: key[:1]).items()):
        print(stage.ljust(28), *(str(number).rjust(9) for number in numbers))
print(f"{new} appareils suivis de plus ; {sum(n for (*_, what), n in counts.items() if what == 'taken')} enlevés")

if figures:
    width = len(MEASURES)
    told = [
        [(row[:-width], dict(zip(MEASURES, row[-width:], strict=True))) for row in figures[name]]
        for name in ("buckets", "needs")
    ]
    compared = {
        "appareils": (devices, summed(told[0], lambda key: without_place(tuple(key)))),
        "besoins": (needs, summed(told[1], lambda key: without_place(tuple(key)))),
        "quantités": (counts, {tuple(key): number for *key, number in figures["quantities"]}),
        "nouveaux": ({"": new}, {"": figures["new_devices"]}),
    }
    faults = [
        f"{name} {' '.join(key)} : {found.get(key)} au journal, {said.get(key)} dans les chiffres"
        for name, (found, said) in compared.items()
        for key in sorted({*found, *said})
        if found.get(key) != said.get(key)
    ]
    print(*faults, f"{len(faults)} différence(s) avec {Path(sys.argv[3]).name}.", sep="\n")
    sys.exit(bool(faults))
