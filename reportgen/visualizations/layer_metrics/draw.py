"""Two tables: what layers are, and what their weights and activations are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.records import Artifact, Table

_SHAPES = (
    "Layer", "Index", "Type", "Kernel shape", "Bias shape", "Output shape", "Stride",
    "Receptive field (px)", "Param #", "Multiply-adds",
)  # fmt: skip
_WEIGHTS = ("Layer", "Filters", "Weight mean", "Weight deviation", "Dead filters", "Twin filters")
_ACTIVATIONS = ("Activation mean", "Above zero", "Dead channels")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """The table of shapes and costs, then that of weights and activations."""
    layers = artifact.facts["layers"]
    names = tuple(row["name"] for row in layers)
    several = "convolution layers" if len(layers) > 1 else "convolution layer"
    shapes = Table(
        part="shapes",
        columns=_SHAPES,
        rows=tuple(_shape_row(row) for row in layers),
        caption=f"Shapes, reach and cost of {len(layers)} {several}. The index counts the "
        "model's layers from zero; kernels are written as height, width, input channels, filters "
        "(as Keras holds them); a multiply-add is a multiplication with an addition, for one "
        "image.",
        title="Shapes and cost",
        layers=names,
    )
    return (shapes, _statistics(artifact.facts, layers, names))


def _statistics(
    facts: Mapping[str, Any], layers: Sequence[Mapping[str, Any]], names: tuple[str, ...]
) -> Table:
    count = facts["images"]
    caption = "Weights of each layer. A filter is dead where its norm is below a hundredth of the "
    caption += "layer's median, a twin where its weights have a cosine beyond 0.9 in magnitude "
    caption += "with another's."
    if count:
        images = "the one test image" if count == 1 else f"all {count} test images"
        caption += f" Activations on {images}: a channel is dead where it is never above zero."
    else:
        caption += f" Activations were not measured: {facts['unmeasured'].rstrip('.')}."
    return Table(
        part="statistics",
        columns=(*_WEIGHTS, *(_ACTIVATIONS if count else ())),
        rows=tuple(_statistics_row(row, bool(count)) for row in layers),
        caption=caption,
        title="Weights and activations" if count else "Weights",
        layers=names,
    )


def _shape_row(row: Mapping[str, Any]) -> tuple[str | int | None, ...]:
    index = row["index"]
    return (
        row["name"],
        int(index) if index.isdigit() else index or None,
        row["type"],
        " and ".join(_shape(one) for one in row["kernel"]),
        _shape(row["bias"]) if row["bias"] else None,
        _shape(row["output"]) if row["output"] else None,
        _shape(row["stride"]),
        row["field"],
        row["parameters"],
        row["multiply_adds"],
    )


def _statistics_row(row: Mapping[str, Any], seen: bool) -> tuple[str | int | float | None, ...]:
    weights = (row["name"], row["filters"], row["mean"], row["deviation"], row["dead"])
    after = (row["activation"], row["positive"], row["silent"]) if seen else ()
    return (*weights, row["redundant"], *after)


def _shape(sides: Sequence[int | None]) -> str:
    """A shape as Keras writes it, e.g. "(3, 3, 1, 64)" or "(64,)"."""
    return str(tuple(sides))
