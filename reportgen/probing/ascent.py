"""Gradient ascent in input space, for all filters of a layer at once, in one compiled loop.

The recipe, apart from its constants:

- objective: the filter's mean response over its map. A filter that does not respond to a blank
  image has no gradient there; so in the first half of the steps, and after it while the response
  is zero, the mean of regional maxima of what enters its activation is climbed instead. Where
  that has no gradient either (a dead layer before it), the image stays as it is;
- the gradient of every image is divided by its root mean square, so that the step and the
  regularizers mean the same for every filter and model;
- regularizers: a pull to the middle of the input range (L2) and total variation;
- the image is shifted by some pixels before each step and shifted back after it (jitter);
- values are kept inside the input range in every step;
- what is returned is the best image of all steps, judged without jitter at the end.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from reportgen.probing import graphs
from reportgen.probing.compiled import compiled, execute, reads_channels_first
from reportgen.probing.fresh import weights
from reportgen.probing.layers import find, named
from reportgen.probing.outputs import channels_first, channels_to_end

Floats = NDArray[np.float32]

_SMALL = 1e-12
_REGIONS = 5


@dataclass(frozen=True)
class Recipe:
    """The dials of an ascent; lengths are in units of the input range.

    Attributes:
        steps: how often the images are changed.
        rate: length of a step: its root mean square for the gradient alone.
        decay: weight of the pull to the middle of the range.
        variation: weight of total variation.
        jitter: largest shift in pixels, down and across.
        low, high: the input range.
    """

    steps: int = 40
    rate: float = 0.05
    decay: float = 3.0
    variation: float = 0.3
    jitter: int = 2
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class Climbed:
    """The result for k filters.

    Attributes:
        images: model input, shape (k, h, w, c).
        reached: mean response to the image, shape (k,).
        start: mean response to the first image, shape (k,).
        still: True where the gradient was zero everywhere in every step, shape (k,).
    """

    images: Floats
    reached: Floats
    start: Floats
    still: NDArray[np.bool_]


def climb(
    model: Any,
    layer: str,
    filters: NDArray[Any],
    first: Floats,
    shifts: NDArray[Any],
    recipe: Recipe,
    values: list[NDArray[Any]] | None = None,
) -> Climbed:
    """Maximize filters of a layer, each by an image of its own.

    Args:
        model: a Sequential or Functional model with one input; is left as it was.
        layer: path of the layer.
        filters: indices of its channels, shape (k,).
        first: the images to start from, shape (k, h, w, c).
        shifts: jitter of every step, whole pixels, shape (steps, 2).
        recipe: the dials; only its numbers enter the graph, so none of them traces it anew.
        values: for `fresh.weights(model)`, to climb in a model with other weights; None for the
            model's own.
    """
    path = find(model, layer)
    last = not channels_first(named(model)[path])

    def body(model: Any, *tensors: Any) -> Any:
        return _loop(model, path, last, *tensors)

    own = weights(model)
    shape = first.shape[1:]
    graph = compiled(model, ("climb", path, shape), body, _signature(shape, own))
    dials = [recipe.rate, recipe.decay, recipe.variation, recipe.low, recipe.high]
    given = [variable.value for variable in own] if values is None else values
    more = [np.asarray(shifts, np.int32), np.asarray(dials, np.float32), *given]
    batch = [np.asarray(filters, np.int32), np.asarray(first, np.float32)]
    return Climbed(*execute(graph, batch, model, more))


def _signature(shape: tuple[int, ...], own: list[Any]) -> list[Any]:
    return [
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None, *shape), tf.float32),
        tf.TensorSpec((None, 2), tf.int32),
        tf.TensorSpec((5,), tf.float32),
        *(tf.TensorSpec(v.shape, tf.as_dtype(v.dtype)) for v in own),
    ]


def _loop(
    model: Any, path: str, last: bool, picks: Any, first: Any, shifts: Any, dials: Any, *values: Any
) -> Any:
    rate, decay, variation, low, high = tf.unstack(dials)
    span, middle = high - low, (low + high) / 2
    mapping = list(zip(weights(model), values, strict=True))

    def respond(images: Any) -> Any:
        return _own(_inside(model, images, path, last, mapping)[0], picks)

    def objective(images: Any, early: Any) -> Any:
        response, drive = _inside(model, images, path, last, mapping)
        mine = _own(response, picks)
        return mine, tf.where(early | (mine == 0), _own(drive, picks), mine)

    def step(index: Any, images: Any, best: Any, top: Any, moved: Any) -> Any:
        shift = shifts[index]
        shaken = tf.roll(images, shift, axis=[1, 2])
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(shaken)
            response, goal = objective(shaken, index < tf.shape(shifts)[0] // 2)
        gradient = tf.roll(tape.gradient(goal, shaken), -shift, axis=[1, 2])
        best = tf.where((response > top)[:, None, None, None], images, best)
        size = tf.sqrt(tf.reduce_mean(gradient**2, axis=[1, 2, 3], keepdims=True))
        alive = size > _SMALL
        pull = decay * (images - middle) / span + variation * _roughness(images)
        uphill = tf.where(alive, gradient / tf.maximum(size, _SMALL) - pull, 0.0)
        images = tf.clip_by_value(images + rate * span * uphill, low, high)
        moved = moved | alive[:, 0, 0, 0]
        return index + 1, images, best, tf.maximum(response, top), moved

    begin = respond(first)
    state = (tf.constant(0), first, first, begin, tf.zeros_like(picks, tf.bool))
    _, final, best, _, moved = tf.while_loop(
        lambda index, *_: index < tf.shape(shifts)[0],
        step,
        state,
        shape_invariants=tuple(_free(tensor) for tensor in state),
    )
    images, reached = _better(respond, [first, best, final])
    return images, reached, begin, ~moved


def _inside(model: Any, images: Any, path: str, last: bool, mapping: list[Any]) -> Any:
    """Response and drive of every channel of a layer, each of shape (k, channels)."""
    with keras.StatelessScope(state_mapping=mapping):
        maps, before = _until(model, images, path)
    space = [1, 2] if last else [2, 3]
    return tf.reduce_mean(tf.cast(maps, tf.float32), axis=space), _drive(before, space)


def _drive(before: Any, space: list[int]) -> Any:
    """How close a channel is to responding all over its map: the mean of regional maxima.

    About five by five regions, so that a pattern grows everywhere and not at one lucky place.
    """
    values = tf.cast(before, tf.float32)
    values = values if space == [1, 2] else channels_to_end(values)
    sides = [max(2, -(-side // _REGIONS)) for side in values.shape[1:3]]
    return tf.reduce_mean(tf.nn.max_pool2d(values, sides, sides, "SAME"), axis=[1, 2])


def _own(values: Any, picks: Any) -> Any:
    """Of each image (row) the value of its own filter."""
    return tf.gather(values, picks, axis=1, batch_dims=1)


def _until(model: Any, images: Any, path: str) -> tuple[Any, Any]:
    """The output of one layer, and the same before its activation; nothing after is computed."""

    class Reached(Exception):
        pass

    found: list[Any] = []
    images = _channels_to_front(images) if reads_channels_first(model) else images

    def keep(name: str, output: Any) -> Any:
        if name == path:
            found[:] = found or [output, output]
            raise Reached
        return output

    def call(name: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        output = graphs.run(layer, args, kwargs)
        if name == path and getattr(layer, "activation", None) is not None:
            found[:] = output, graphs.run(_linear(layer), args, kwargs)
        return keep(name, output)

    with contextlib.suppress(Reached):
        graphs.walk(model, [images], call, keep)
    return found[0], found[1]


def _channels_to_front(images: Any) -> Any:
    return tf.transpose(images, [0, 3, 1, 2])


def _linear(layer: Any) -> Any:
    """A twin of a layer that shares its weights and has no activation; the layer is not touched."""
    twin = object.__new__(type(layer))
    twin.__dict__.update(layer.__dict__)
    twin.__dict__["activation"] = keras.activations.linear
    return twin


def _better(respond: Any, candidates: list[Any]) -> Any:
    """Of several images for each filter the one with the largest response, of equals the last."""
    image, top = candidates[0], respond(candidates[0])
    for other in candidates[1:]:
        response = respond(other)
        image = tf.where((response >= top)[:, None, None, None], other, image)
        top = tf.maximum(response, top)
    return image, top


def _roughness(images: Any) -> Any:
    """The gradient of squared differences between neighbors: what total variation pulls at."""
    down = tf.pad(images[:, 1:] - images[:, :-1], [[0, 0], [1, 1], [0, 0], [0, 0]])
    across = tf.pad(images[:, :, 1:] - images[:, :, :-1], [[0, 0], [0, 0], [1, 1], [0, 0]])
    return down[:, :-1] - down[:, 1:] + across[:, :, :-1] - across[:, :, 1:]


def _free(tensor: Any) -> Any:
    """A tensor's shape with a free first axis."""
    shape = tensor.shape
    return tf.TensorShape([None, *shape[1:]]) if len(shape) else shape
