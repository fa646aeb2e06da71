"""Loss and accuracy side by side; an output has a color, validation is dashed. The log below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.drawing.charts import Line, Panel, curves
from reportgen.records import Artifact, Cell, Drawing, Table

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


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing | Table, ...]:
    """One picture with a panel for the loss and one for the accuracy; the log if it is wanted."""
    pictures = (_curves(artifact),)
    return (
        (*pictures, log(artifact.facts)) if params.get("log") or params.get("times") else pictures
    )


def _curves(artifact: Artifact) -> Drawing:
    found, epochs = artifact.facts["curves"], artifact.facts["epochs"]
    panels = [_panel(metric, found) for metric in ("loss", "accuracy")]
    picture = curves([panel for panel in panels if panel.lines], x_title="epoch")
    several = len({curve["head"] for curve in found}) > 1
    lines = "a color for each output; " if several else ""
    caption = (
        f"Loss and accuracy by epoch ({lines}solid: training, a mean over the epoch while the "
        "weights change; dashed: validation, after the epoch)."
    )
    return Drawing("", picture, caption, _alt(found, epochs))


def _panel(metric: str, found: Sequence[Mapping[str, Any]]) -> Panel:
    chosen = [curve for curve in found if curve["metric"] == metric]
    several = len(chosen) > 1
    lines = []
    for index, curve in enumerate(chosen):
        name = curve["title"] if several else "training"
        lines.append(Line(name, curve["train"], index))
        if curve["validation"]:
            dashed = "" if several else "validation"
            lines.append(Line(dashed, curve["validation"], index if several else 1, dashed=True))
    if several:
        # Lines without points: they only explain the dashes in the legend.
        lines += [Line("training", (), 6), Line("validation", (), 6, dashed=True)]
    return Panel(metric.capitalize(), lines)


def _alt(found: Sequence[Mapping[str, Any]], epochs: int) -> str:
    parts = [
        f"{curve['metric']} of {curve['title'].lower()} from {curve[split][0]:.3f} to "
        f"{curve[split][-1]:.3f} in {words}"
        for curve in found
        for split, words in (("train", "training"), ("validation", "validation"))
        if curve[split]
    ]
    return f"Line charts over {epochs} epoch{'s' * (epochs != 1)}: " + "; ".join(parts) + "."
