"""Gradient ascent in input space, for many images at once, in one compiled loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.maximization.objectives import Objective, Response, response
from reportgen.maximization.parameterization import SMALL, decode, encode, length, stepped
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.transformations import RESTS, Moves, moved, puller
from reportgen.network.execution import compiled, execute
from reportgen.network.network import Network
from reportgen.network.randomization import weights
from reportgen.types import Array, Booleans, Floats

WAKING = 20
"""Steps at the start, half of all at most, that make a filter respond at many places. Their number
does not grow with that of all steps, so a longer ascent goes on where a shorter one ended."""


def looped(
    network: Network,
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
    """All steps, for k images of shape (h, w, c).

    Args:
        model, objective, recipe: of the last the parameterization and what the transformations
            are; the numbers come as tensors.
        picks: targets of each image, shape (k, m).
        first: images to start from, shape (k, h, w, c).
        shifts, turns: the movements (steps, 2); those of every `RESTS`th step are none.
        dials: rate, decay and variation, shape (3,).
        low, high: the input range, (c,).
        values: of `fresh.weights(model)`.

    Returns:
        The fields of `ascent.Climbed`.
    """
    rate, decay, variation = tf.unstack(dials)
    shape = tuple(first.shape[1:])
    # As whole images: a number for each of three channels is slow to bring to every pixel.
    low, high = (tf.broadcast_to(end, shape) for end in (low, high))
    mapping = list(zip(weights(network), values, strict=True))
    with keras.StatelessScope(state_mapping=mapping):
        inside = response(network, objective, picks)

    def respond(images: Any) -> Any:
        with keras.StatelessScope(state_mapping=mapping):
            return inside(images)

    pull = puller(shape, decay, variation)
    ascent = _Ascent(respond, pull, recipe, shape, shifts, turns, rate, low, high)
    return _looped(ascent, first)


@dataclass(frozen=True)
class _Ascent:
    """One step of it, and all that a step needs."""

    respond: Response
    pull: Callable[[Any], Any]
    recipe: Recipe
    shape: tuple[int, ...]
    shifts: Any
    turns: Any
    rate: Any
    low: Any
    high: Any

    def images(self, numbers: Any) -> Any:
        return decode(numbers, self.shape, self.low, self.high, self.recipe.parameterization)

    def step(
        self, index: Any, numbers: Any, best: Any, top: Any, begin: Any, awake: Any
    ) -> tuple[Any, ...]:
        """The state of the loop after one more step.

        That is: the number of steps, what stands for the images, the best images so far and how
        they responded, how the first ones did, and which images ever knew a way.
        """
        images = self.images(numbers)
        way, mine, alive = self.uphill(images, index)
        # Moved, an image may respond more than it does where it is: such are not compared.
        better = (index % RESTS == 0) & (mine > top)
        best, top = _rows(better, images, best), tf.where(better, mine, top)
        # An image that knows no way stays as it is.
        kind = self.recipe.parameterization
        new = stepped(numbers, way, self.shape, self.rate, self.low, self.high, kind)
        numbers = _rows(alive, new, numbers)
        begin = tf.where(index == 0, mine, begin)
        return index + 1, numbers, best, top, begin, awake | alive

    def uphill(self, images: Any, index: Any) -> tuple[Any, Any, Any]:
        """Where to go from the images, how they responded, and which of them know it."""
        middle, how = (self.low + self.high) / 2, self.recipe.transforms
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            shift, turn = (tf.gather(each, index) for each in (self.shifts, self.turns))
            mine, drive, spark = self.respond(
                moved(images, shift, turn, middle, how.pad, how.turns)
            )
            early = index < tf.minimum(tf.shape(self.shifts)[0] // 2, WAKING)
            awaited = ~early & (mine == 0)
            goal = tf.where(early, drive, tf.where(awaited, spark, mine))
        gradient = tape.gradient(goal, images)
        if gradient is None:
            raise UndefinedError(
                "The model's response has no gradient with respect to its input (numbers that "
                "stand for words have none), so there is no way to raise it."
            )
        size = length(gradient)
        # What keeps an image plain may keep it from ever exciting its target, so it waits.
        bound = tf.cast(~awaited, tf.float32)[:, None, None, None]
        # After the passes, which it would hold up: they keep all processors busy by themselves.
        with tf.control_dependencies([gradient]):
            off = (tf.identity(images) - middle) / (self.high - self.low)
        way = gradient / tf.maximum(size, SMALL) - bound * self.pull(off)
        return way, mine, size[:, 0, 0, 0] > SMALL


def _looped(ascent: _Ascent, first: Any) -> tuple[Any, Any, Any, Any]:
    """The fields of `ascent.Climbed`."""
    start = encode(first, ascent.low, ascent.high, ascent.recipe.parameterization)
    zero = tf.zeros_like(first[:, 0, 0, 0])
    state = (tf.constant(0), start, first, zero - np.inf, zero, zero > 0)
    # Apart from the loop's graph, whose cycle hides from TensorFlow in which order its operations
    # are: there, max-pooling goes back by slow kernels in some processes.
    step = tf.function(ascent.step, autograph=False, experimental_attributes={"_noinline": True})
    _, numbers, best, top, begin, awake = tf.while_loop(
        lambda index, *_: index < tf.shape(ascent.shifts)[0],
        step,
        state,
        shape_invariants=tuple(_free(tensor) for tensor in state),
    )
    # An image that never knew a way stays as it was, to the bit, however it is written.
    final = _rows(awake, ascent.images(numbers), first)
    answer = ascent.respond(final)[0]
    return _rows(answer >= top, final, best), tf.maximum(answer, top), begin, ~awake


def _rows(which: Any, these: Any, those: Any) -> Any:
    """For each image the one tensor's row or the other's, shape (k, ...)."""
    # This operation copies whole rows; `tf.where` would look at every number's condition.
    return tf.raw_ops.Select(condition=which, x=these, y=those)


def _free(tensor: Any) -> Any:
    """A tensor's shape with a free first axis."""
    shape = tensor.shape
    return tf.TensorShape([None, *shape[1:]]) if len(shape) else shape


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
    network: Network,
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

    def body(network: Network, *tensors: Any) -> Any:
        return looped(network, objective, recipe, *tensors)

    own = weights(network)
    shape = tuple(first.shape[1:])
    how = recipe.transforms
    key = ("climb", objective.key(), recipe.parameterization, how.pad, how.turns, shape)
    signature = _signature(shape, objective.picks.shape[1], own)
    graph = compiled(network, key, body, signature, at_once=True)
    ends = [
        np.broadcast_to(np.asarray(end, np.float32), shape[-1:])
        for end in (recipe.low, recipe.high)
    ]
    dials = np.array([recipe.rate, recipe.decay, recipe.variation], np.float32)
    given = [variable.value for variable in own] if values is None else values
    batch = [objective.picks.astype(np.int32), np.asarray(first, np.float32)]
    moves = moves.with_rests()
    more = [moves.shifts.astype(np.int32), moves.turns.astype(np.float32), dials, *ends, *given]
    return Climbed(*execute(graph, batch, network, more))


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
