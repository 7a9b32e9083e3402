"""Recompute an export of the journals without Maillon: python3 docs/verify_export.py FOLDER. See verification.md."""

import gzip
import hashlib
import json
import sys
from pathlib import Path


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def read_machine(folder: Path, machine: str, faults: list[str]) -> dict[int, dict[int, str]]:
    """Recompute the chain of each object: {key: {rank: hash}}; compare the last one with the head of the object."""
    chains: dict[int, dict[int, str]] = {}
    states: dict[int, str] = {}
    for line in lines(folder / f"{machine}.journal"):
        written, _, held = line.split(" ", 2)
        row = json.loads(held)
        key, rank = row["object_id"], row["seq"]
        known = chains.setdefault(key, {})
        follows = rank == len(known) + 1 and row["source"] == states.get(key, "")
        if not follows or sha256(known.get(rank - 1, "") + held) != written:
            faults.append(f"{machine} {key}, ligne {rank} : la chaîne est rompue")
        known[rank], states[key] = written, row["target"]
    heads = {}
    for line in lines(folder / f"{machine}.heads"):
        key, rank, head, state, _ = line.split(" ", 4)
        heads[int(key)] = (int(rank), head, state)
    for key in chains.keys() | heads.keys():
        known = chains.get(key, {})
        if heads.get(key) != (len(known), known.get(len(known)), states.get(key)):
            faults.append(f"{machine} {key} : l’objet ne s’accorde pas avec son journal")
    return chains


def read_seals(folder: Path, chains: dict[str, dict[int, dict[int, str]]], faults: list[str]) -> int:
    """Follow the chain of seals, and compare each file that was exported with its seal and with the journals."""
    before: dict[str, str] = {}
    seals = [json.loads(line) for line in lines(folder / "seals.jsonl")]
    for seal in seals:
        if seal["previous"] != before.get(seal["machine"], ""):
            faults.append(f"scellé de {seal['machine']} du {seal['sealed_at']} : il ne suit pas celui d’avant")
        before[seal["machine"]] = seal["digest"]
    digests = {seal["digest"] for seal in seals}
    for path in sorted((folder / "seals").glob("*.jsonl.gz")):
        content = gzip.decompress(path.read_bytes())
        if hashlib.sha256(content).hexdigest() not in digests:
            faults.append(f"{path.name} : ce fichier n’est pas celui que la base a scellé")
        header, *heads = [json.loads(line) for line in content.splitlines()]
        for key, rank, head in heads:
            if chains[header["machine"]].get(key, {}).get(rank) != head:
                faults.append(f"{path.name} : {key}, ligne {rank}, a été réécrite depuis")
    return len(seals)


def main(folder: Path) -> int:
    faults: list[str] = []
    machines = sorted(path.stem for path in folder.glob("*.journal"))
    chains = {machine: read_machine(folder, machine, faults) for machine in machines}
    seals = read_seals(folder, chains, faults)
    rows = sum(len(ranks) for chain in chains.values() for ranks in chain.values())
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(machines)} journaux, {rows} lignes, {seals} scellés : {len(faults)} faute(s).")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
