"""Two tables: what layers are, and what their weights and activations are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.records import Artifact, Table

_SHAPES = (
    "Layer",
    "Index",
    "Kernel",
    "Bias",
    "Output",
    "Stride",
    "Field",
    "Params",
    "Multiply-adds",
)
_WEIGHTS = ("Layer", "Filters", "Weights", "Deviation", "Dead", "Twins")
_ACTIVATIONS = ("Activation", "Above zero", "Silent")


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Table, ...]:
    """The table of shapes and costs, then that of weights and activations."""
    layers = artifact.facts["layers"]
    names = tuple(row["name"] for row in layers)
    types = sorted({row["type"] for row in layers})
    several = "convolution layers" if len(layers) > 1 else "convolution layer"
    shapes = Table(
        part="shapes",
        columns=_SHAPES if len(types) == 1 else (_SHAPES[0], "Type", *_SHAPES[1:]),
        rows=tuple(_shape_row(row, len(types) > 1) for row in layers),
        caption=f"Shapes, reach and cost of {len(layers)} {several}"
        f"{f' ({types[0]})' if len(types) == 1 else ''}. The index counts the model's layers "
        f"from zero; a kernel is written as {_order(layers)} x input channels x filters, as "
        f"Keras holds it, an output as {_order(layers)} x channels. Field is the receptive field "
        "in pixels; a multiply-add is a multiplication with an addition, for one image.",
        title="Shapes and cost",
        layers=names,
    )
    return (shapes, _statistics(artifact.facts, layers, names))


def _statistics(
    facts: Mapping[str, Any], layers: Sequence[Mapping[str, Any]], names: tuple[str, ...]
) -> Table:
    count = facts["images"]
    caption = "Weights of each layer: mean and standard deviation, and how many filters are dead "
    caption += "(their norm is below a hundredth of the layer's median) or twins (a cosine beyond "
    caption += "0.9 in magnitude with another filter's weights)."
    if count:
        images = "one test image" if count == 1 else f"{count:,} test images"
        nowhere = "no position of it" if count == 1 else "none of them"
        caption += f" Activations on {images}: their mean, the share above zero, and how many "
        caption += f"channels are silent, that is above zero for {nowhere}."
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


def _shape_row(row: Mapping[str, Any], typed: bool) -> tuple[str | int | None, ...]:
    index = row["index"]
    found = (
        int(index) if index.isdigit() else index or None,
        " and ".join(_shape(one) for one in row["kernel"]),
        _shape(row["bias"]) if row["bias"] else None,
        _shape(row["output"][1:]) if row["output"] else None,
        _shape(row["stride"]),
        row["field"],
        row["parameters"],
        row["multiply_adds"],
    )
    return (row["name"], *([row["type"]] if typed else []), *found)


def _statistics_row(row: Mapping[str, Any], seen: bool) -> tuple[str | int | float | None, ...]:
    weights = (row["name"], row["filters"], row["mean"], row["deviation"], row["dead"])
    after = (row["activation"], row["positive"], row["silent"]) if seen else ()
    return (*weights, row["redundant"], *after)


def _order(layers: Sequence[Mapping[str, Any]]) -> str:
    """How the axes of space are called, which a stride has one number for each of."""
    known = {1: "length", 2: "height x width", 3: "depth x height x width"}
    several = {len(row["stride"]) for row in layers}
    return known[several.pop()] if len(several) == 1 else "its sides"


def _shape(sides: Sequence[int | None]) -> str:
    """A shape as "3 x 3 x 1 x 64"; a side that is left open is a question mark."""
    return " x ".join("?" if side is None else str(side) for side in sides)
