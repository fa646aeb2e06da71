"""The training log as a table: a row for each epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reportgen.records import Cell, Table

_SPLITS = {"train": "", "validation": "Validation "}


def log(facts: Mapping[str, Any]) -> Table:
    """A table of an artifact's `curves`, with `seconds` where there are any."""
    columns: dict[str, list[Cell]] = {"Epoch": [str(e + 1) for e in range(facts["epochs"])]}
    if facts["seconds"]:
        columns |= _times(facts)
    several = len({curve["head"] for curve in facts["curves"]}) > 1
    for split, word in _SPLITS.items():
        for curve in facts["curves"]:
            if curve[split]:
                of = f" of {curve['title'].lower()}" if several else ""
                columns[f"{word}{curve['metric']}{of}".capitalize()] = curve[split]
    rows = tuple(zip(*columns.values(), strict=True))
    return Table("log", tuple(columns), rows, _caption(facts), footer=_footer(facts))


def _times(facts: Mapping[str, Any]) -> dict[str, list[Cell]]:
    seconds = [round(float(one), 2) for one in facts["seconds"]]
    if not facts["steps"]:
        return {"Seconds": list(seconds)}
    each = [round(1000 * float(one) / facts["steps"]) for one in facts["seconds"]]
    return {"Seconds": list(seconds), "Milliseconds per step": list(each)}


def _caption(facts: Mapping[str, Any]) -> str:
    words = "The training log: loss and accuracy in training (means over the epoch while the "
    words += "weights change) and in validation (after the epoch)"
    if facts["steps"]:
        words += f"; {facts['steps']:,} {'step' if facts['steps'] == 1 else 'steps'} an epoch"
    if facts["seconds"]:
        words += ". The times are those of the training that this report holds; they differ from "
        words += "run to run, all other numbers of this page do not"
    return f"{words}."


def _footer(facts: Mapping[str, Any]) -> tuple[str, ...]:
    if not facts["seconds"]:
        return ()
    minutes, seconds = divmod(round(sum(facts["seconds"])), 60)
    return (f"All epochs: {minutes} min {seconds} s" if minutes else f"All epochs: {seconds} s",)
