"""Run every measure, or the ones named: ``python -m benchmarks gate report``."""

import runpy
import sys

MEASURES = ("gate", "report", "verification", "scans", "allotment", "imports", "people", "certificates", "labels")


def main() -> None:
    """Each measure is a program of its own: it makes its scratch database and drops it."""
    for name in sys.argv[1:] or MEASURES:
        print(f"— {name}")
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
