"""Two tables: shapes and cost of the layers, and statistics of their weights and activations."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import Sentences
from reportgen.figures.layer_metrics.facts import Facts, Row
from reportgen.records import Artifact, Cell, Table
from reportgen.types import Params, Shape

FACTS = Facts
SENTENCES = Sentences(__file__)

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
_ACTIVATIONS = ("Activation", "Above zero", "Nearly silent", "Silent")


def draw(artifact: Artifact, params: Params) -> tuple[Table, ...]:
    """The table of shapes and costs, then the table of weights and activations."""
    facts: Facts = artifact.facts
    return _shapes(facts.layers), _statistics(facts)


def _shapes(layers: Sequence[Row]) -> Table:
    types = sorted({row.type for row in layers})
    typed = len(types) > 1
    return Table(
        part="shapes",
        columns=(_SHAPES[0], "Type", *_SHAPES[1:]) if typed else _SHAPES,
        rows=tuple(_shape_cells(row, typed) for row in layers),
        caption=SENTENCES("shapes", layers=len(layers), type="several" if typed else types[0]).text,
        encoding=SENTENCES("shapes-encoding", axes=_axes(layers)).text,
        title="Shapes and cost",
        layers=tuple(row.path for row in layers),
    )


def _shape_cells(row: Row, typed: bool) -> tuple[Cell, ...]:
    return (
        row.path,
        *((row.type,) if typed else ()),
        int(row.index) if row.index.isdigit() else row.index or None,
        " and ".join(_shape(kernel) for kernel in row.kernels),
        _shape(row.bias) if row.bias else None,
        _shape(row.output) if row.output else None,
        _shape(row.stride),
        row.field,
        row.parameters,
        row.multiply_adds,
    )


def _shape(sides: Shape) -> str:
    """A shape as "3 x 3 x 1 x 64"; a side that is left open is a question mark."""
    return " x ".join("?" if side is None else str(side) for side in sides)


def _axes(layers: Sequence[Row]) -> str:
    """Names of the axes of space, as far as all layers have the same number of them."""
    names = {1: "length", 2: "height x width", 3: "depth x height x width"}
    ranks = {len(row.stride) for row in layers}
    return names[ranks.pop()] if len(ranks) == 1 else "its sides"


def _statistics(facts: Facts) -> Table:
    count = facts.images
    caption = SENTENCES(
        "statistics", images=count or 0, unmeasured=facts.unmeasured.rstrip(".")
    ).text
    encoding = SENTENCES("activations-encoding" if count else "weights-encoding").text
    return Table(
        part="statistics",
        columns=(*_WEIGHTS, *(_ACTIVATIONS if count else ())),
        rows=tuple(_statistics_cells(row) for row in facts.layers),
        caption=caption,
        title="Weights and activations" if count else "Weights",
        encoding=encoding,
        layers=tuple(row.path for row in facts.layers),
    )


def _statistics_cells(row: Row) -> tuple[Cell, ...]:
    weights = (row.path, row.filters, row.mean, row.deviation, row.dead, row.redundant)
    seen = row.activations
    return (
        weights
        if seen is None
        else (*weights, seen.mean, seen.positive, seen.nearly_silent, seen.silent)
    )
