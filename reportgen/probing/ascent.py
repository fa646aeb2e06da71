"""Gradient ascent in input space, for many images at once, in one compiled loop.

The recipe has four dials, each a module of its own: what is climbed (`objectives`), how the
image is written (`parameterizations`), how it is moved before each step (`transformations`), and
what keeps it plain (`regularizers`). Between them:

- a filter that does not respond to a blank image has no gradient there; so in the first half of
  the steps the mean of regional maxima of what enters its activation is climbed instead, and after
  it, while the response is zero, the largest of it, and nothing keeps the image plain. Where that
  has no gradient either (a dead layer before it), the image stays as it is;
- the gradient of every image is divided by its root mean square, so that the step and the
  regularizers mean the same for every filter and model;
- values are inside the input range in every step;
- what is returned is the best image of all steps, judged without movement at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.probing.compiled import compiled, execute
from reportgen.probing.fresh import weights
from reportgen.probing.objectives import Objective, response
from reportgen.probing.parameterizations import decode, encode, unbounded
from reportgen.probing.regularizers import puller
from reportgen.probing.transformations import Moves, Transforms, moved

Floats = NDArray[np.float32]
Ends = float | tuple[float, ...]

_SMALL = 1e-12

COPIES = 3
"""How often an ascent holds activations: forward, for the way back, and before activations."""


@dataclass(frozen=True)
class Recipe:
    """The dials of an ascent; lengths are in units of the input range.

    Attributes:
        steps: how often the images are changed.
        rate: length of a step: its root mean square for the gradient alone.
        decay: weight of the pull to the middle of the range.
        variation: weight of total variation.
        transforms: how images are moved before each step.
        parameterization: "pixels" or "fourier".
        low, high: the input range, one number or one for each channel.
    """

    steps: int = 40
    rate: float = 0.05
    decay: float = 3.0
    variation: float = 0.3
    transforms: Transforms = field(default_factory=Transforms)
    parameterization: str = "pixels"
    low: Ends = 0.0
    high: Ends = 1.0


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
    still: NDArray[np.bool_]


def climb(
    model: Any,
    objective: Objective,
    first: Floats,
    moves: Moves,
    recipe: Recipe,
    values: list[NDArray[Any]] | None = None,
) -> Climbed:
    """Maximize an objective's targets, each by an image of its own.

    Args:
        model: a model with a graph and one input; is left as it was.
        objective: for k images.
        first: the images to start from, inside the range, shape (k, h, w, c).
        moves: of every step; but the first step looks at the images as they are.
        recipe: the dials; numbers among them do not trace the graph anew.
        values: for `fresh.weights(model)`, to climb in a model with other weights; None for the
            model's own.
    """

    def body(model: Any, *tensors: Any) -> Any:
        return _loop(model, objective, recipe, *tensors)

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
    moves = moves.from_rest()
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


def _loop(
    model: Any,
    objective: Objective,
    recipe: Recipe,
    picks: Any,
    first: Any,
    shifts: Any,
    turns: Any,
    dials: Any,
    low: Any,
    high: Any,
    *values: Any,
) -> Any:
    rate, decay, variation = tf.unstack(dials)
    shape = tuple(first.shape[1:])
    # As whole images: a number for each of three channels is slow to bring to every pixel.
    low, high = (tf.broadcast_to(end, shape) for end in (low, high))
    span, middle = high - low, (low + high) / 2
    mapping = list(zip(weights(model), values, strict=True))
    kind, how = recipe.parameterization, recipe.transforms
    pull = puller(shape, decay, variation)
    with keras.StatelessScope(state_mapping=mapping):
        inside = response(model, objective, picks)

    def respond(images: Any) -> Any:
        with keras.StatelessScope(state_mapping=mapping):
            return inside(images)

    def uphill(images: Any, index: Any) -> tuple[Any, Any, Any]:
        """Where to go from the images, how they responded, and which of them know it."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            shift, turn = (tf.gather(each, index) for each in (shifts, turns))
            shown = moved(images, shift, turn, middle, how.pad, how.turns)
            mine, drive, spark = respond(shown)
            early = index < tf.shape(shifts)[0] // 2
            awaited = ~early & (mine == 0)
            goal = tf.where(early, drive, tf.where(awaited, spark, mine))
        gradient = tape.gradient(goal, images)
        size = _length(gradient)
        # What keeps an image plain may keep it from ever exciting its target, so it waits.
        bound = tf.cast(~awaited, tf.float32)[:, None, None, None]
        # After the passes, which it would hold up: they keep all processors busy by themselves.
        with tf.control_dependencies([gradient]):
            off = (tf.identity(images) - middle) / span
        way = gradient / tf.maximum(size, _SMALL) - bound * pull(off)
        return way, mine, size[:, 0, 0, 0] > _SMALL

    def step(index: Any, numbers: Any, best: Any, top: Any, begin: Any, awake: Any) -> Any:
        images = decode(numbers, shape, low, high, kind)
        way, mine, alive = uphill(images, index)
        best = _rows(mine > top, images, best)
        # An image that knows no way stays as it is.
        numbers = _rows(alive, _stepped(numbers, way, shape, rate, low, high, kind), numbers)
        begin = tf.where(index == 0, mine, begin)
        return index + 1, numbers, best, tf.maximum(mine, top), begin, awake | alive

    start, zero = encode(first, low, high, kind), tf.zeros_like(picks[:, 0], tf.float32)
    state = (tf.constant(0), start, first, zero - np.inf, zero, zero > 0)
    _, numbers, best, _, begin, awake = tf.while_loop(
        lambda index, *_: index < tf.shape(shifts)[0],
        tf.function(step, autograph=False, experimental_attributes={"_noinline": True}),
        state,
        shape_invariants=tuple(_free(tensor) for tensor in state),
    )
    # One that never knew any stays as it was, to the bit, however it is written.
    final = _rows(awake, decode(numbers, shape, low, high, kind), first)
    images, reached = first, begin
    for other in (best, final):
        answer = respond(other)[0]
        images = _rows(answer >= reached, other, images)
        reached = tf.maximum(answer, reached)
    return images, reached, begin, ~awake


def _stepped(
    numbers: Any, way: Any, shape: tuple[int, ...], rate: Any, low: Any, high: Any, kind: str
) -> Any:
    """The numbers after one step of length `rate` along a way in the space of images."""
    if kind == "pixels":
        return tf.clip_by_value(numbers + rate * (high - low) * way, low, high)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(numbers)
        images = decode(numbers, shape, low, high, kind)
    back = tape.gradient(images, numbers, output_gradients=way / (high - low))
    # The sigmoid's slope is at most 1/4, so this is how far the images move at mid-gray.
    length = tf.reshape(_length(unbounded(back, shape)), [-1, 1, 1, 1, 1])
    scaled = tf.reshape(_length(way), [-1, 1, 1, 1, 1])
    return numbers + 4 * rate * scaled * back / tf.maximum(length, _SMALL)


def _length(images: Any) -> Any:
    """Root mean square of each image, shape (k, 1, 1, 1)."""
    return tf.sqrt(tf.reduce_mean(images**2, axis=[1, 2, 3], keepdims=True))


def _rows(which: Any, these: Any, those: Any) -> Any:
    """For each image the one tensor's row or the other's, shape (k, ...)."""
    # This operation copies whole rows; `tf.where` would look at every number's condition.
    return tf.raw_ops.Select(condition=which, x=these, y=those)


def _free(tensor: Any) -> Any:
    """A tensor's shape with a free first axis."""
    shape = tensor.shape
    return tf.TensorShape([None, *shape[1:]]) if len(shape) else shape
