"""Objectives of an ascent: the response of filters, of single units, or of classes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import lcm
from numbers import Integral
from typing import Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.maximization.canvas import as_model_input, canvas_shape
from reportgen.network.arguments import index_rows, whole_numbers
from reportgen.network.channel_order import channel_count, channels_first, channels_to_end
from reportgen.network.graph import Arguments, Keywords, run
from reportgen.network.logits import ACTIVATED_LAST, without_activation
from reportgen.network.network import Network
from reportgen.network.outputs import logits_of, observe, require_answers, trace
from reportgen.network.scores import score_tensor
from reportgen.types import Json, Layer, Targets, Tensor

# --- objectives --------------------------------------------------------------------------------

Indices = Sequence[int | Sequence[int]]
"""For each image one index, or several."""


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
    picks: Targets
    layer: str = ""
    position: tuple[int, ...] = (0, 0)
    output: int = 0

    def key(self) -> Hashable:
        """All that changes the graph: everything but the picks."""
        return (self.kind, self.layer, self.position, self.output, self.picks.shape[1])


def filters(layer: str, indices: ArrayLike) -> Objective:
    """The objective of the filters with these indices, shape (k,), each alone."""
    return Objective("filter", np.asarray(indices, np.int32)[:, None], layer)


def layer_objective(
    network: Network,
    path: str,
    filters: int | Indices | None = None,
    kind: str = "filter",
    position: int | tuple[int, ...] | None = None,
    size: tuple[int, int] | None = None,
) -> Objective:
    """Filters of a layer, or units at one position of its map.

    Raises:
        UserError: no such filter or position.
    """
    picks = _picks(filters, map_channels(network, path), f"filters of layer '{path}'")
    if kind == "filter":
        return Objective("filter", picks, path)
    return Objective("unit", picks, path, _position(network, path, position, size))


def class_objective(
    network: Network, output: int, classes: int | Indices | None = None
) -> Objective:
    """Classes of an output; all of them where none is named.

    Raises:
        UndefinedError: the output gives no answer.
        UserError: no such class.
    """
    head = network.heads[output]
    require_answers(network, [output])
    picks = _picks(classes, max(head.units, 2), f"classes of output '{head.name}'")
    return Objective("class", picks, output=output)


PLACES = ("", "a place on its one axis", "a row and a column", "a depth, a row and a column")
"""The position of a unit in a map of so many axes, in words."""


def map_channels(network: Network, layer: str) -> int:
    """How many channels a layer's output has.

    Raises:
        UndefinedError: its output has more axes than maps of three dimensions.
    """
    shapes = [shape for shape in network.shapes_at(layer) if len(shape) - 2 in range(len(PLACES))]
    if not shapes:
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps of one, two or three dimensions to maximize."
        )
    return channel_count(network, layer, shapes[0])


def _picks(indices: int | Indices | None, count: int, what: str) -> Targets:
    """Indices as (k, m); where some images have fewer, theirs are repeated evenly."""
    rows = index_rows(what, range(count) if indices is None else indices, count)
    width = lcm(*(len(row) for row in rows))
    return np.array([row * (width // len(row)) for row in rows], np.int32)


def _position(
    network: Network,
    path: str,
    position: int | tuple[int, ...] | None,
    size: tuple[int, int] | None,
) -> tuple[int, ...]:
    """An index along each axis of a layer's map, of the middle where none is given."""
    space = _map_size(network, path, size)
    if position is None:
        return tuple(side // 2 for side in space)
    if not space:
        message = f"layer '{path}' has no maps, so its units have no position"
        raise UserError(Problem(message, hint="leave position out"))
    listed = (position,) if isinstance(position, Integral) else position
    place = whole_numbers("position", listed, PLACES[len(space)], len(space))
    if not all(0 <= at < side for at, side in zip(place, space, strict=True)):
        message = f"the maps of layer '{path}' have {' x '.join(map(str, space))} positions"
        raise UserError(Problem(f"{message}, and {', '.join(map(str, place))} is none of them"))
    return place


def _map_size(network: Network, path: str, size: tuple[int, int] | None) -> tuple[int, ...]:
    """How long each axis of a layer's map is, for inputs of this size."""
    blank = np.zeros((1, *canvas_shape(network, size)), np.float32)
    images = as_model_input(network, blank, ops=np)
    maps = observe(network, images, [path], logits=False).activations[path]
    return tuple(maps.shape[1:-1])


# --- responses, inside a compiled graph --------------------------------------------------------

Response = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
"""images (k, h, w, c) -> the response (k,), the goal of the first steps, and the goal where even
those have left the response at zero."""

_REGIONS = 5


def response(network: Network, objective: Objective, picks: Tensor) -> Response:
    """How images respond, as a function for use inside a compiled graph.

    Args:
        network: with a graph and one input.
        objective: whose kind, layer, position and output count.
        picks: in place of the objective's, a tensor (k, m). All that depends on them alone is
            computed here, so that a loop need not do it in every step.
    """
    if objective.kind == "class":
        return _class_response(network, objective, picks)
    first = channels_first(network, objective.layer)
    read = own_channels(network, objective.layer, picks, not first)

    def respond(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        maps, before = read(as_model_input(network, images))
        if objective.kind == "unit":
            place = (slice(None), *objective.position)
            value, entering = (tf.reduce_mean(each[place], axis=1) for each in (maps, before))
            return value, entering, entering
        space = list(range(1, len(maps.shape) - 1))
        strongest = tf.reduce_mean(tf.reduce_max(before, space), axis=1)
        mean = tf.reduce_mean(maps, [*space, len(space) + 1])
        return mean, _regional_maxima(before), strongest

    return respond


def _class_response(network: Network, objective: Objective, picks: Tensor) -> Response:
    head = network.heads[objective.output]

    def respond(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        traced = trace(network, [as_model_input(network, images)])
        logits = tf.cast(logits_of(network, traced, [head.index])[head.index], tf.float32)
        count = objective.picks.shape[1]
        mean = tf.add_n([score_tensor(logits, picks[:, i]) for i in range(count)]) / count
        return mean, mean, mean

    return respond


def _regional_maxima(values: Tensor) -> Tensor:
    """How close channels are to responding all over their maps: the mean of regional maxima.

    About five regions along each axis, so that a pattern grows everywhere and not at one lucky
    place. A layer without maps has one value for each channel, and that is all there is.
    """
    sides = [max(2, -(-side // _REGIONS)) for side in values.shape[1:-1]]
    tops = tf.nn.max_pool(values, sides, sides, "SAME") if sides else values
    return tf.reduce_mean(tops, axis=list(range(1, len(values.shape))))


# --- each image's own channels -----------------------------------------------------------------

_ELEMENTWISE = {
    keras.activations.linear, keras.activations.relu, keras.activations.relu6,
    keras.activations.leaky_relu, keras.activations.elu, keras.activations.selu,
    keras.activations.gelu, keras.activations.silu, keras.activations.sigmoid,
    keras.activations.tanh, keras.activations.softplus,
}  # fmt: skip
"""Activations that can be computed for one channel without the others."""

Read = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Images as the model reads them, k of them -> a layer's output for each image's own channels, and
the same before its activation: two tensors (k, ..., m), float32."""


def own_channels(network: Network, path: str, picks: Tensor, channels_last: bool) -> Read:
    """How to read each image's own channels of a layer.

    All that no image changes is computed here already, and nothing that comes after the layer ever.

    Args:
        network: with a graph and one input.
        path: of the layer.
        picks: channels, shape (k, m).
        channels_last: whether the layer's channels come last.
    """
    layer_at_path = network.layer(path)
    separable = _is_separable(layer_at_path, channels_last)
    some_filters = _some_filters(layer_at_path, picks) if separable else None

    class Reached(Exception):
        pass

    def read(images: Tensor) -> tuple[Tensor, Tensor]:
        values: list[Tensor] = []

        def keep(name: str, output: Json) -> Json:
            if name == path:
                values[:] = values or _pick_both(output, output, picks, channels_last)
                raise Reached
            return output

        def call(name: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
            if name != path or getattr(layer, "activation", None) is None:
                return keep(name, run(layer, args, kwargs))
            if some_filters is not None:
                before = some_filters(args, kwargs)
                values[:] = layer.activation(before), before
                raise Reached
            before = run(without_activation(layer), args, kwargs)
            # Where the activation is known to come last, the layer need not be computed twice.
            known = type(layer) in ACTIVATED_LAST
            output = layer.activation(before) if known else run(layer, args, kwargs)
            values[:] = _pick_both(output, before, picks, channels_last)
            raise Reached

        with contextlib.suppress(Reached):
            network.walk([images], call, keep)
        return tf.cast(values[0], tf.float32), tf.cast(values[1], tf.float32)

    return read


def _pick_both(output: Tensor, before: Tensor, picks: Tensor, channels_last: bool) -> list[Tensor]:
    both = [each if channels_last else channels_to_end(each) for each in (output, before)]
    return [_picked(each, _ones(picks, each.shape[-1] or tf.shape(each)[-1])) for each in both]


def _ones(picks: Tensor, depth: int | Tensor) -> Tensor:
    """For each image a matrix (depth, m) that picks its channels."""
    return tf.one_hot(picks, depth, axis=1)


def _picked(values: Tensor, ones: Tensor) -> Tensor:
    """Of each image (row) its own channels (k, ..., m), m of them.

    A product with ones and zeros, whose way back is such a product too: gathering has a long one.
    """
    shape = tf.shape(values)
    flat = tf.reshape(values, [shape[0], -1, shape[-1]])
    product = tf.matmul(flat, tf.cast(ones, values.dtype))
    return tf.ensure_shape(
        tf.reshape(product, tf.concat([shape[:-1], tf.shape(ones)[2:]], axis=0)),
        [*values.shape[:-1], ones.shape[2]],
    )


def _is_separable(layer: Layer, channels_last: bool) -> bool:
    """Whether single filters of a layer can be computed without the others.

    Padding for a dilated kernel makes TensorFlow need the kernel's whole shape, and the number of
    picked filters is known only while the graph runs.
    """
    plain = type(layer) is keras.layers.Conv2D and layer.groups == 1 and channels_last
    shaped = layer.padding == "same" and max(layer.dilation_rate) > 1 if plain else False
    return plain and not shaped and layer.activation in _ELEMENTWISE


def _some_filters(layer: Layer, picks: Tensor) -> Callable[[Arguments, Keywords], Tensor]:
    """How to compute what enters a convolution's activation, for the picked filters alone."""
    some, places = tf.unique(tf.reshape(picks, [-1]))
    ones = _ones(tf.reshape(places, tf.shape(picks)), tf.size(some))
    kernel = tf.gather(keras.ops.convert_to_tensor(layer.kernel), some, axis=-1)
    bias = tf.gather(keras.ops.convert_to_tensor(layer.bias), some) if layer.use_bias else None
    twin = without_activation(layer)

    def convolve(inputs: Tensor, _: Tensor) -> Tensor:
        maps = layer.convolution_op(inputs, tf.cast(kernel, inputs.dtype))
        return maps if bias is None else tf.nn.bias_add(maps, tf.cast(bias, maps.dtype))

    twin.__dict__.update(convolution_op=convolve, use_bias=False)
    return lambda args, kwargs: _picked(run(twin, args, kwargs), ones)
