"""Measures rows, each in a process of its own, and writes results.csv and results.md."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from typing import Any

from benchmarks.rows import ROWS

MARK = "benchmark-lines:"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; else all")
    parser.add_argument("--rounds", type=int, default=9, help="rounds at most (default 9)")
    parser.add_argument("--dry", action="store_true", help="print the lines, write no file")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = [name for name in given.rows if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}")
    if given.inside:
        print(MARK + json.dumps(_measured(given.rows[0], given.rounds)))
        return 0
    return max(_run(name, given.rounds, given.dry) for name in given.rows or ROWS)


def _run(name: str, rounds: int, dry: bool) -> int:
    """Measure one row in a process of its own."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2", "MPLBACKEND": "Agg"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "benchmarks", name, "--inside", "--rounds", str(rounds)]
    print(f"{name} ...", file=sys.stderr)
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
    told = [line for line in found.stdout.splitlines() if line.startswith(MARK)]
    if found.returncode or not told:
        print(f"{name} failed; what it printed is above", file=sys.stderr)
        return 1
    lines = json.loads(told[0].removeprefix(MARK))
    for line in lines:
        print(f"  {line['against']}: {line['ratio']:.3g} ({line['target'] or 'one'}) "
              f"{line['met']}  [{line['ours_s']:.4g} / {line['other_s']:.4g}]")  # fmt: skip
    if not dry:
        from benchmarks.tables import merge

        merge(lines)
    return 0


def _measured(name: str, rounds: int) -> list[dict[str, Any]]:
    from benchmarks.row import measure

    work = getattr(importlib.import_module(f"benchmarks.rows.{ROWS[name]}"), name)()
    return measure(name, work, rounds)


if __name__ == "__main__":
    sys.exit(main())
