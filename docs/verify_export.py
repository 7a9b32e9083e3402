"""Recompute an export of the journals without Maillon: python3 docs/verify_export.py FOLDER. See verification.md."""

import gzip
import hashlib
import json
import sys
from pathlib import Path

folder, faults = Path(sys.argv[1]), []
chains: dict = {}  # {(machine, key of the object): its hashes, by rank}
rows = 0
for path in sorted(folder.glob("*.journal")):
    machine, states = path.stem, {}
    for line in path.open(encoding="utf-8"):
        written, _, held = line.rstrip("\n").split(" ", 2)
        row = json.loads(held)
        key, rank, rows = row["object_id"], row["seq"], rows + 1
        chain = chains.setdefault((machine, key), [])
        expected = hashlib.sha256(((chain[-1] if chain else "") + held).encode()).hexdigest()
        if (rank, row["source"], expected) != (len(chain) + 1, states.get(key, ""), written):
            faults.append(f"{machine} {key}, ligne {rank} : la chaîne est rompue")
        chain.append(written)
        states[key] = row["target"]
    heads = {}
    for line in (folder / f"{machine}.heads").open(encoding="utf-8"):
        key, rank, head, state, _ = line.split(" ", 4)
        heads[int(key)] = (int(rank), head, state)
    for key in sorted(heads.keys() | states.keys()):
        chain = chains.get((machine, key), [""])
        if heads.get(key) != (len(chain), chain[-1], states.get(key)):
            faults.append(f"{machine} {key} : l’objet ne s’accorde pas avec son journal")

evidence = {}
for line in (folder / "evidence.hashes").open(encoding="utf-8"):
    written, table, key = line.split()
    evidence[table, int(key)] = written

digests, before = {}, {}
seals = [json.loads(line) for line in (folder / "seals.jsonl").open(encoding="utf-8")]
for seal in seals:
    if seal["previous"] != before.get(seal["machine"], ""):
        faults.append(f"scellé {seal['machine']} du {seal['sealed_at']} : il ne suit pas celui d’avant")
    before[seal["machine"]] = digests[seal["digest"]] = seal["digest"]

sealed, extents = {}, {}
for path in sorted((folder / "seals").glob("*.jsonl.gz")):
    content = gzip.decompress(path.read_bytes())
    if hashlib.sha256(content).hexdigest() not in digests:
        faults.append(f"{path.name} : ce n’est pas le fichier que la base a scellé")
    header, *lines = [json.loads(line) for line in content.splitlines()]
    if header["machine"] == "evidence":
        sealed = ({} if header["whole"] else sealed) | {(table, key): hash_ for table, key, hash_ in lines}
        extents = {table: told["last"] for table, told in header["tables"].items()}
        continue
    for key, rank, head in lines:
        if chains.get((header["machine"], key), [])[rank - 1 : rank] != [head]:
            faults.append(f"{path.name} : {key}, ligne {rank}, a changé depuis")
now = {where: found for where, found in evidence.items() if where[1] <= extents.get(where[0], 0)}
for table, key in sorted(where for where in sealed.keys() | now.keys() if sealed.get(where) != now.get(where)):
    faults.append(f"{table} {key} : la preuve n’est plus celle qui a été scellée")

print(*faults, f"{rows} lignes, {len(evidence)} preuves, {len(seals)} scellés : {len(faults)} faute(s).", sep="\n")
sys.exit(bool(faults))
