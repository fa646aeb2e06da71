"""What an ascent climbs: the response of filters, of single units, or of classes.

Every image has targets of its own; several targets at once count with their mean.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.probing.axes import channels_first
from reportgen.probing.canvas import as_read
from reportgen.probing.gradients import score_of
from reportgen.probing.heads import heads as heads_of
from reportgen.probing.outputs import logits_of, trace
from reportgen.probing.picked import own_channels

Response = Callable[[Any], tuple[Any, Any, Any]]
"""images (k, h, w, c) -> the response (k,), what to climb at first, and what to climb where even
that has not woken it."""

_REGIONS = 5


@dataclass(frozen=True)
class Objective:
    """What to maximize, for k images.

    Attributes:
        kind: "filter": the mean of a channel over its map; "unit": one position of it; "class":
            the logit of a class (of a single unit, with the sign of the class).
        picks: indices of channels or classes, shape (k, m): for each image m targets at once.
        layer: path of the layer, for filters and units.
        position: of a unit in its map, an index for each of the map's axes: row and column.
        output: index of the output, for classes.
    """

    kind: Literal["filter", "unit", "class"]
    picks: NDArray[np.int32]
    layer: str = ""
    position: tuple[int, ...] = (0, 0)
    output: int = 0

    def key(self) -> Hashable:
        """All that changes the graph: everything but the picks."""
        return (self.kind, self.layer, self.position, self.output, self.picks.shape[1])


def filters(layer: str, indices: Any) -> Objective:
    """The objective of the filters with these indices, shape (k,), each alone."""
    return Objective("filter", np.asarray(indices, np.int32)[:, None], layer)


def response(model: Any, objective: Objective, picks: Any) -> Response:
    """How images respond, as a function for use inside a compiled graph.

    Args:
        model: with a graph and one input.
        objective: whose kind, layer, position and output count.
        picks: in place of the objective's, a tensor (k, m). What depends on them alone is
            computed here, so that a loop need not do it in every step.
    """
    if objective.kind == "class":
        return _class_response(model, objective, picks)
    last = not channels_first(model, objective.layer)
    read = own_channels(model, objective.layer, picks, last)

    def respond(images: Any) -> tuple[Any, Any, Any]:
        maps, before = read(as_read(model, images))
        if objective.kind == "unit":
            place = (slice(None), *objective.position)
            value, entered = (tf.reduce_mean(t[place], axis=1) for t in (maps, before))
            return value, entered, entered
        space = list(range(1, len(maps.shape) - 1))
        spark = tf.reduce_mean(tf.reduce_max(before, space), axis=1)
        return tf.reduce_mean(maps, [*space, len(space) + 1]), _drive(before), spark

    return respond


def _class_response(model: Any, objective: Objective, picks: Any) -> Response:
    head = heads_of(model)[objective.output]

    def respond(images: Any) -> tuple[Any, Any, Any]:
        seen = trace(model, [as_read(model, images)])
        logits = logits_of(model, seen, [head.index])[head.index]
        exact = tf.cast(logits, tf.float32)
        each = [score_of(exact, picks[:, place]) for place in range(objective.picks.shape[1])]
        values = tf.add_n(each) / len(each)
        return values, values, values

    return respond


def _drive(values: Any) -> Any:
    """How close channels are to responding all over their maps: the mean of regional maxima.

    About five regions along each axis, so that a pattern grows everywhere and not at one lucky
    place. A layer without maps has one value for each channel, and that is all there is.
    """
    sides = [max(2, -(-side // _REGIONS)) for side in values.shape[1:-1]]
    tops = tf.nn.max_pool(values, sides, sides, "SAME") if sides else values
    return tf.reduce_mean(tops, axis=list(range(1, len(values.shape))))
