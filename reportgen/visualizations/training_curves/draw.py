"""Loss and accuracy side by side; an output has a color, validation is dashed. The log below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.drawing.charts import Line, Panel, curves
from reportgen.records import Artifact, Drawing, Table
from reportgen.visualizations.training_curves.log import log


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
