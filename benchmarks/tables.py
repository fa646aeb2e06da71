"""results.csv, one line for each comparison, and results.md, the same for people."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from benchmarks.row import Line
from benchmarks.rows import ROWS

HERE = Path(__file__).parent
COLUMNS = [one.name for one in fields(Line)]


def merge(lines: Sequence[dict[str, Any]], folder: Path = HERE) -> None:
    """Put lines in place of those of the same rows, and write both files."""
    fresh = {line["row"] for line in lines}
    kept = [line for line in _read(folder / "results.csv") if line["row"] not in fresh]
    order = list(ROWS)
    whole = sorted([*kept, *lines], key=lambda line: order.index(line["row"]))
    with (folder / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_rounded(line) for line in whole)
    (folder / "results.md").write_text(_page(_read(folder / "results.csv")), encoding="utf-8")


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [line for line in csv.DictReader(file) if line["row"] in ROWS]


def _rounded(line: dict[str, Any]) -> dict[str, Any]:
    return {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in line.items()}


def _page(lines: Sequence[dict[str, Any]]) -> str:
    text = ["# Benchmarks", "", INTRO, ""]
    text += ["| work | ours | compared with | theirs (quartiles) | ratio | target | met |",
             "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    last = ""
    for line in lines:
        if line["against"] == "(ours)":
            continue
        work = line["work"] if line["row"] != last else ""
        text.append(f"| {' | '.join([work, *_cells(line)])} |")
        last = line["row"]
    notes = {line["work"]: line["notes"] for line in lines if line["against"] == "(ours)"}
    text += ["", "How it was measured:", ""]
    text += [f"- {work}: {note}." for work, note in notes.items() if note]
    return "\n".join(text) + "\n"


def _cells(line: dict[str, Any]) -> Iterable[str]:
    ours, other, low, high = (
        float(line[k]) for k in ("ours_s", "other_s", "other_low_s", "other_high_s")
    )
    if line["against"].startswith("bytes"):
        sizes = f"{ours / 1024:.1f} KiB", line["against"], f"{other / 1024:.1f} KiB"
    elif not other:
        sizes = "", line["against"], ""
    else:
        spread = f" ({_time(low)} to {_time(high)})" if int(line["samples"]) > 1 else ""
        sizes = _time(ours), line["against"], f"{_time(other)}{spread}"
    yield from (*sizes, f"{float(line['ratio']):.3g}", line["target"], line["met"])


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


INTRO = """Medians of interleaved runs on one machine, in one process for each row; written by
`python -m benchmarks`. A ratio with a target of at least N says how many times as long the other
way takes (or how many times as many bytes); one with a target of at most N says how long ours
takes compared with what any implementation has to do."""
