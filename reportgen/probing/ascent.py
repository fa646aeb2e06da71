"""Gradient ascent in input space, for many images at once, in one compiled loop.

The recipe has four dials, each a module of its own: what is climbed (`objectives`), how the
image is written (`parameterizations`), how it is moved before each step (`transformations`), and
what keeps it plain (`regularizers`). Between them:

- a filter that does not respond to a blank image has no gradient there; so in the first steps
  (`loop.WAKING`) the mean of regional maxima of what enters its activation is climbed instead, and
  after them, while the response is zero, the largest of it, and nothing keeps the image plain.
  Where that has no gradient either (a dead layer before it), the image stays as it is;
- the gradient of every image is divided by its root mean square, so that the step and the
  regularizers mean the same for every filter and model;
- values are inside the input range in every step;
- one step in four looks at the image as it is; what is returned is the best of the images of those
  steps and of the last, so that more steps never give less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from reportgen.probing.compiled import compiled, execute
from reportgen.probing.fresh import weights
from reportgen.probing.loop import looped
from reportgen.probing.objectives import Objective
from reportgen.probing.recipe import Recipe
from reportgen.probing.transformations import Moves
from reportgen.types import Array, Booleans, Floats

COPIES = 3
"""How often an ascent holds activations: forward, for the way back, and before activations."""


@dataclass(frozen=True)
class Climbed:
    """The result for k images.

    Attributes:
        images: model input, channels last, shape (k, h, w, c).
        reached: response to the image, shape (k,).
        start: response to the first image, shape (k,).
        still: True where the gradient was zero everywhere in every step, shape (k,).
    """

    images: Floats
    reached: Floats
    start: Floats
    still: Booleans


def climb(
    model: Any,
    objective: Objective,
    first: Floats,
    moves: Moves,
    recipe: Recipe,
    values: list[Array] | None = None,
) -> Climbed:
    """Maximize an objective's targets, each by an image of its own.

    Args:
        model: a model with a graph and one input; is left as it was.
        objective: for k images.
        first: the images to start from, inside the range, shape (k, h, w, c).
        moves: of every step; some of them are left out (`Moves.with_rests`).
        recipe: the dials; numbers among them do not trace the graph anew.
        values: for `fresh.weights(model)`, to climb in a model with other weights; None for the
            model's own.
    """

    def body(model: Any, *tensors: Any) -> Any:
        return looped(model, objective, recipe, *tensors)

    own = weights(model)
    shape = tuple(first.shape[1:])
    how = recipe.transforms
    key = ("climb", objective.key(), recipe.parameterization, how.pad, how.turns, shape)
    signature = _signature(shape, objective.picks.shape[1], own)
    graph = compiled(model, key, body, signature, at_once=True)
    ends = [
        np.broadcast_to(np.asarray(end, np.float32), shape[-1:])
        for end in (recipe.low, recipe.high)
    ]
    dials = np.array([recipe.rate, recipe.decay, recipe.variation], np.float32)
    given = [variable.value for variable in own] if values is None else values
    batch = [objective.picks.astype(np.int32), np.asarray(first, np.float32)]
    moves = moves.with_rests()
    more = [moves.shifts.astype(np.int32), moves.turns.astype(np.float32), dials, *ends, *given]
    return Climbed(*execute(graph, batch, model, more))


def _signature(shape: tuple[int, ...], targets: int, own: list[Any]) -> list[Any]:
    return [
        tf.TensorSpec((None, targets), tf.int32),
        tf.TensorSpec((None, *shape), tf.float32),
        tf.TensorSpec((None, 2), tf.int32),
        tf.TensorSpec((None, 2), tf.float32),
        tf.TensorSpec((3,), tf.float32),
        tf.TensorSpec(shape[-1:], tf.float32),
        tf.TensorSpec(shape[-1:], tf.float32),
        *(tf.TensorSpec(v.shape, tf.as_dtype(v.dtype)) for v in own),
    ]
