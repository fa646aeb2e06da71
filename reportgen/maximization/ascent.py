"""Gradient ascent in input space, for many images at once, in one compiled loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import keras
import numpy as np
import tensorflow as tf

from reportgen.errors import UndefinedError
from reportgen.maximization.canvas import as_model_input, canvas_shape
from reportgen.maximization.objectives import Objective, Response, response
from reportgen.maximization.parameterization import SMALL, decode, encode, length, stepped
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.transformations import (
    RESTS,
    Moves,
    draw_moves,
    moved,
    regularizer_gradient,
)
from reportgen.network.batching import batch_size
from reportgen.network.execution import compiled, execute
from reportgen.network.finite import require_finite
from reportgen.network.gradient_scaling import FIRST, in_half_precision
from reportgen.network.network import Network
from reportgen.network.randomization import weights
from reportgen.types import Array, Booleans, Floats, Tensor

NOISE = 0.01
"""Standard deviation of the noise on the blank image, as a share of the input range."""

LEAST, MOST = 2.0**-24, 2.0**60
"""Ends of the scale of a gradient in half precision (see `network.gradient_scaling`)."""

_SMALL_PEAK, _RISE, _FALL = 2.0**-6, 2.0**12, 2.0**-6

COPIES = 3
"""How often an ascent holds activations: forward, for the way back, and before activations."""


@dataclass(frozen=True)
class AscentResult:
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


def ascend(
    network: Network,
    objective: Objective,
    recipe: Recipe,
    seed: int,
    size: tuple[int, int] | None = None,
    values: list[Array] | None = None,
) -> AscentResult:
    """Maximize an objective's targets from a gray image with faint noise.

    Args:
        network: with a graph and one input.
        objective: for k images; batches of them fit the memory budget.
        recipe: the settings of the ascent.
        seed: of the noise and the movements.
        size: of sides that the model leaves open, (h, w).
        values: stand in for `randomization.weights(network)`; None for the model's own.

    Raises:
        UndefinedError: see `activation_maximization`. With other weights responses may be infinite:
            such results are compared by their images alone.
    """
    shape = canvas_shape(network, size)
    require_finite(network, [objective.layer] if objective.layer else None)
    rng = np.random.default_rng(seed)
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    blank = (low + high) / 2 + (high - low) * NOISE * rng.standard_normal(shape)
    blank = np.clip(blank, low, high)
    moves = draw_moves(rng, recipe.steps, recipe.transforms)
    empty = np.empty((1, *shape), np.float32)
    image = as_model_input(network, empty, ops=np, model_order=False).shape[1:]
    room = batch_size(network, image, COPIES)
    parts = []
    for start in range(0, len(objective.picks), room):
        some = replace(objective, picks=objective.picks[start : start + room])
        first = np.broadcast_to(blank, (len(some.picks), *shape)).astype(np.float32)
        parts.append(climb(network, some, first, moves, recipe, values))
    names = [field.name for field in fields(AscentResult)]
    result = AscentResult(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))
    if values is None:
        _require_finite_responses(objective, result)
    return result


def _require_finite_responses(objective: Objective, result: AscentResult) -> None:
    """Refuse targets that respond with NaN or infinity: no image excites them most."""
    bad = objective.picks[~np.isfinite(result.reached)]
    if len(bad):
        of = f"layer '{objective.layer}'" if objective.layer else f"output {objective.output}"
        what = "filters" if objective.layer else "classes"
        raise UndefinedError(
            f"The responses of {of} are not finite (NaN or infinite) for {what} "
            f"{', '.join(map(str, np.unique(bad)[:5]))}, so no image excites them most."
        )


def climb(
    network: Network,
    objective: Objective,
    first: Floats,
    moves: Moves,
    recipe: Recipe,
    values: list[Array] | None = None,
) -> AscentResult:
    """Maximize an objective's targets, each by an image of its own, in one batch.

    Args:
        network: with a graph and one input.
        objective: for k images.
        first: the images to start from, inside the range, shape (k, h, w, c).
        moves: of every step; some of them are left out (`Moves.with_rests`).
        recipe: the settings; another number among them needs no new trace.
        values: as in `ascend`.
    """

    def body(network: Network, *tensors: Tensor) -> tuple[Tensor, ...]:
        return _all_steps(network, objective, recipe, *tensors)

    variables = weights(network)
    shape = tuple(first.shape[1:])
    how = recipe.transforms
    key = ("climb", objective.key(), recipe.parameterization, how.pad, how.resamples, shape)
    signature = _signature(shape, objective.picks.shape[1], variables)
    graph = compiled(network, key, body, signature, at_once=True)
    ends = [
        np.broadcast_to(np.asarray(end, np.float32), shape[-1:])
        for end in (recipe.low, recipe.high)
    ]
    numbers = np.array([recipe.rate, recipe.decay, recipe.variation], np.float32)
    own = [variable.value for variable in variables] if values is None else values
    batch = [objective.picks.astype(np.int32), np.asarray(first, np.float32)]
    moves = moves.with_rests()
    others = [moves.shifts.astype(np.int32), moves.turns.astype(np.float32), numbers, *ends, *own]
    return AscentResult(*execute(graph, batch, network, others))


def _signature(
    shape: tuple[int, ...], targets: int, variables: list[keras.Variable]
) -> list[tf.TensorSpec]:
    return [
        tf.TensorSpec((None, targets), tf.int32),
        tf.TensorSpec((None, *shape), tf.float32),
        tf.TensorSpec((None, 2), tf.int32),
        tf.TensorSpec((None, 2), tf.float32),
        tf.TensorSpec((3,), tf.float32),
        tf.TensorSpec(shape[-1:], tf.float32),
        tf.TensorSpec(shape[-1:], tf.float32),
        *(tf.TensorSpec(v.shape, tf.as_dtype(v.dtype)) for v in variables),
    ]


# --- the loop, inside a compiled graph ---------------------------------------------------------

EARLY = 20
"""Steps at the start, half of all at most, that make a filter respond at many places. Their number
does not grow with that of all steps, so a longer ascent goes on where a shorter one ended."""


def _all_steps(
    network: Network,
    objective: Objective,
    recipe: Recipe,
    picks: Tensor,
    first: Tensor,
    shifts: Tensor,
    turns: Tensor,
    numbers: Tensor,
    low: Tensor,
    high: Tensor,
    *values: Tensor,
) -> tuple[Tensor, ...]:
    """All steps, for k images of shape (h, w, c).

    Args:
        network, objective, recipe: the recipe's numbers come as tensors; its parameterization and
            the kinds of its transformations count.
        picks: targets of each image, shape (k, m).
        first: images to start from, shape (k, h, w, c).
        shifts, turns: the movements (steps, 2); every `RESTS`th step has none.
        numbers: rate, decay and variation, shape (3,).
        low, high: the input range, (c,).
        values: of `randomization.weights(network)`.

    Returns:
        The fields of `AscentResult`.
    """
    rate, decay, variation = tf.unstack(numbers)
    shape = tuple(first.shape[1:])
    # As whole images: a number for each of three channels is slow to bring to every pixel.
    low, high = (tf.broadcast_to(end, shape) for end in (low, high))
    mapping = list(zip(weights(network), values, strict=True))
    with keras.StatelessScope(state_mapping=mapping):
        plain_response = response(network, objective, picks)

    def respond(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with keras.StatelessScope(state_mapping=mapping):
            return plain_response(images)

    pull = regularizer_gradient(shape, decay, variation)
    half = in_half_precision(network)
    ascent = _Ascent(respond, pull, recipe, shape, shifts, turns, rate, low, high, half)
    return _looped(ascent, first)


@dataclass(frozen=True)
class _Ascent:
    """One step of an ascent, and all that a step needs."""

    respond: Response
    pull: Callable[[Tensor], Tensor]
    recipe: Recipe
    shape: tuple[int, ...]
    shifts: Tensor
    turns: Tensor
    rate: Tensor
    low: Tensor
    high: Tensor
    half: bool

    def images(self, numbers: Tensor) -> Tensor:
        return decode(numbers, self.shape, self.low, self.high, self.recipe.parameterization)

    def step(
        self,
        index: Tensor,
        numbers: Tensor,
        best: Tensor,
        top: Tensor,
        begin: Tensor,
        ever_rose: Tensor,
        scale: Tensor,
    ) -> tuple[Tensor, ...]:
        """The state of the loop after one more step.

        Args:
            index: the number of steps before this one.
            numbers: the parameters of the images.
            best, top: the best images so far, and the responses to them.
            begin: the responses to the first images.
            ever_rose: which images ever had a gradient.
            scale: factors of the responses on the way back; 1 but in half precision.
        """
        images = self.images(numbers)
        direction, responses, rises, scale = self.uphill(images, index, scale)
        # A moved image may respond more than it does in its place: such responses do not count.
        better = (index % RESTS == 0) & (responses > top)
        best, top = _select_rows(better, images, best), tf.where(better, responses, top)
        # An image without a gradient stays as it is.
        kind = self.recipe.parameterization
        new = stepped(numbers, direction, self.shape, self.rate, self.low, self.high, kind)
        numbers = _select_rows(rises, new, numbers)
        begin = tf.where(index == 0, responses, begin)
        return index + 1, numbers, best, top, begin, ever_rose | rises, scale

    def uphill(
        self, images: Tensor, index: Tensor, scale: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The direction of ascent, the responses, which images have a gradient, and the scale."""
        middle = (self.low + self.high) / 2
        gradient, responses, silent, scale = self.scaled_gradient(images, index, scale)
        size = length(gradient)
        # The regularizer may keep an image from ever exciting its target, so it waits.
        regularized = tf.cast(~silent, tf.float32)[:, None, None, None]
        # After the passes, which it would hold up: they keep all processors busy by themselves.
        with tf.control_dependencies([gradient]):
            off = (tf.identity(images) - middle) / (self.high - self.low)
        direction = gradient / tf.maximum(size, SMALL) - regularized * self.pull(off)
        return direction, responses, size[:, 0, 0, 0] > SMALL, scale

    def scaled_gradient(
        self, images: Tensor, index: Tensor, scale: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """`gradient`, of half precision by the largest scale with which no gradient overflows.

        The scale of a step is where the next begins. Within a step it rises while a gradient is
        small, and falls where that was too much, so that the search ends.
        """
        if not self.half:
            return *self.gradient(images, index, None), scale

        def outcome(scale: Tensor, fell: Tensor) -> tuple[Tensor, ...]:
            gradient, responses, silent = self.gradient(images, index, scale)
            peak = tf.reduce_max(tf.abs(gradient), axis=[1, 2, 3])
            falls = ~tf.math.is_finite(peak) & (scale > LEAST)
            rises = (peak < _SMALL_PEAK) & (scale < MOST) & ~fell
            return gradient, responses, silent, scale, fell | falls, falls, rises

        def again(*state: Tensor) -> tuple[Tensor, ...]:
            *_, scale, fell, falls, rises = state
            step = tf.where(falls, _FALL, tf.where(rises, _RISE, 1.0))
            return outcome(scale * step, fell)

        first = outcome(scale, scale < 0)
        gradient, responses, silent, scale, *_ = tf.while_loop(
            lambda *state: tf.reduce_any(state[-1] | state[-2]),
            again,
            first,
            shape_invariants=tuple(_with_free_batch(tensor) for tensor in first),
        )
        return gradient / scale[:, None, None, None], responses, silent, scale

    def gradient(
        self, images: Tensor, index: Tensor, scale: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The gradient times the scale, the responses, and which images do not respond at all."""
        middle, how = (self.low + self.high) / 2, self.recipe.transforms
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            shift, turn = (tf.gather(each, index) for each in (self.shifts, self.turns))
            responses, early_goal, silent_goal = self.respond(
                moved(images, shift, turn, middle, how.pad, how.resamples)
            )
            early = index < tf.minimum(tf.shape(self.shifts)[0] // 2, EARLY)
            silent = ~early & (responses == 0)
            goal = tf.where(early, early_goal, tf.where(silent, silent_goal, responses))
        gradient = tape.gradient(goal, images, output_gradients=scale)
        if gradient is None:
            raise UndefinedError(
                "The model's response has no gradient with respect to its input (numbers that "
                "stand for words have none), so there is no way to raise it."
            )
        return gradient, responses, silent


def _looped(ascent: _Ascent, first: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The fields of `AscentResult`."""
    start = encode(first, ascent.low, ascent.high, ascent.recipe.parameterization)
    zero = tf.zeros_like(first[:, 0, 0, 0])
    scale = zero + (2.0**FIRST if ascent.half else 1.0)
    state = (tf.constant(0), start, first, zero - np.inf, zero, zero > 0, scale)
    # Apart from the loop's graph, whose cycle hides from TensorFlow in which order its operations
    # are: there, max-pooling goes back by slow kernels in some processes.
    step = tf.function(ascent.step, autograph=False, experimental_attributes={"_noinline": True})
    _, numbers, best, top, begin, ever_rose, _ = tf.while_loop(
        lambda index, *_: index < tf.shape(ascent.shifts)[0],
        step,
        state,
        shape_invariants=tuple(_with_free_batch(tensor) for tensor in state),
    )
    # An image that never had a gradient stays as it was, to the bit, however it is parameterized.
    final = _select_rows(ever_rose, ascent.images(numbers), first)
    responses = ascent.respond(final)[0]
    images = _select_rows(responses >= top, final, best)
    return images, tf.maximum(responses, top), begin, ~ever_rose


def _select_rows(which: Tensor, these: Tensor, those: Tensor) -> Tensor:
    """For each image the one tensor's row or the other's, shape (k, ...)."""
    # This operation copies whole rows; `tf.where` would look at every number's condition.
    return tf.raw_ops.Select(condition=which, x=these, y=those)


def _with_free_batch(tensor: Tensor) -> tf.TensorShape:
    """A tensor's shape with a free first axis."""
    shape = tensor.shape
    return tf.TensorShape([None, *shape[1:]]) if len(shape) else shape
