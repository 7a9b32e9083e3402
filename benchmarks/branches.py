"""Of the branches of what carries the rules, how many the tests take: ``make coverage`` fails below 95 %."""

import json
import sys
from fnmatch import fnmatch
from pathlib import Path

RULES = (
    "lifecycle/*.py",
    *(f"*/{name}" for name in ("machine/*.py", "machine.py", "services/*.py", "services.py", "permissions.py")),
    *(f"*/{name}.py" for name in ("followers", "circuit", "unblocking", "ending", "mergers", "pricing", "gift_law")),
    *(f"refurb/{name}.py" for name in ("verdict", "grading", "arrivals", "certificates", "serials", "tags")),
)
"""Where the rules of the field and of the engine are written."""
LEAST = 0.95


def main() -> int:
    """Read ``coverage.json``; tell each file below the least, the worst first, then all of them together."""
    files = json.loads(Path("coverage.json").read_text())["files"]
    taken = {
        path: (told["summary"]["covered_branches"], told["summary"]["num_branches"])
        for path, told in files.items()
        if any(fnmatch(path, rule) for rule in RULES)
    }
    for path, (covered, branches) in sorted(taken.items(), key=lambda one: one[1][0] / max(one[1][1], 1)):
        if branches and covered < LEAST * branches:
            print(f"{covered / branches:5.0%}  {covered}/{branches}  {path}")
    covered, branches = (sum(one[rank] for one in taken.values()) for rank in (0, 1))
    print(f"{covered} branches sur {branches}, {covered / branches:.1%}")
    return int(covered < LEAST * branches)


if __name__ == "__main__":
    sys.exit(main())
