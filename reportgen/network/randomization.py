"""A model with newly drawn weights: what it would be without training, layer by layer or whole.

`redrawn` lends the model's own variables other values and puts the old ones back, so that no layer
is cloned (a layer of the user's own need not allow it) and no compiled graph is traced again.

Moving statistics of a normalization start at mean 0 and variance 1, as in Keras, and are not
estimated from the images: a fresh network is the one before its first step of training, for every
measure the same, and a network that was never trained is then one more draw of its own baseline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod, sqrt

import keras
import numpy as np
import tensorflow as tf
from keras.initializers import (
    Ones,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)

from reportgen.network.graph import is_graph
from reportgen.network.keras_internals import flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Floats, Integers, Json, Layer, Shape, Tensor

_INITIAL_STATISTICS = {"moving_mean": 0.0, "moving_variance": 1.0}
_NAMES = {"kernel": "depthwise", "depthwise_kernel": "depthwise", "pointwise_kernel": "pointwise"}
"""Initializers that are not called after their weight; a depthwise layer's kernel is a "kernel"."""

MOST_DRAWS, LEAST_DRAWS = 10, 3
"""Of fresh weights. With three the prediction interval is wide: 5 standard deviations each way,
against 2.4 with ten."""
MOST_PASSES = 6
"""Draws at most where each takes passes of images: 2.8 deviations each way. More draws would take
longer and share the same images, so that each would be measured on fewer."""
LEAST_IMAGES = 8


# --- which weights -----------------------------------------------------------------------------


def weights(network: Network) -> list[keras.Variable]:
    """The variables of real numbers that decide what a model computes, in order, each once."""
    distinct = {id(variable): variable for variable in network.model.weights}
    return [v for v in distinct.values() if keras.backend.is_float_dtype(v.dtype)]


def randomizable(network: Network) -> list[str]:
    """Paths of the layers whose weights can be drawn, from the outputs back to the images."""
    owners = _owners(network)
    drawn = {id(v) for v in weights(network) if _initializer(owners[id(v)], v) is not None}
    return [
        path
        for path, layer in reversed(network.layers.items())
        if not is_graph(layer) and any(id(v) in drawn for v in layer.weights)
    ]


def kept(network: Network) -> list[str]:
    """Paths of the variables that no initializer is known for, so that they keep their values."""
    owners = _owners(network)
    return [v.path for v in weights(network) if _initializer(owners[id(v)], v) is None]


def fresh_weights(
    network: Network, seed: int, layers: Collection[str] | None = None
) -> list[Array]:
    """A value for each of `weights(network)`, drawn anew as when the model was built.

    The values of a layer depend on the seed alone, not on which others are drawn with it.

    Args:
        network: is left as it is.
        seed: of the draw.
        layers: paths of the layers to draw for; None for all. A weight of any other layer, and one
            without a known initializer, keeps its value.
    """
    values = dict(_drawn(network, seed, layers))
    variables = enumerate(weights(network))
    return [values[i] if i in values else np.asarray(v.numpy()) for i, v in variables]


def drawn(network: Network, seed: int, layers: Collection[str] | None = None) -> dict[int, Tensor]:
    """Values of `fresh_weights` for `lent`, by their index among `weights`; only those drawn."""
    variables = weights(network)
    return {
        index: tf.convert_to_tensor(value, tf.as_dtype(variables[index].dtype))
        for index, value in _drawn(network, seed, layers)
    }


@contextmanager
def lent(network: Network, values: Mapping[int, Tensor]) -> Iterator[Network]:
    """The network with values of `drawn`, until the context is left.

    Everything that is compiled for the network computes with the new values meanwhile.
    """
    # A variable hands out and takes its memory: nothing is copied.
    variables = weights(network)
    places = [variables[index].value for index in values]
    before = [place.read_value() for place in places]
    try:
        for place, value in zip(places, values.values(), strict=True):
            place.assign(value)
        yield network
    finally:
        for place, value in zip(places, before, strict=True):
            place.assign(value)


@contextmanager
def redrawn(
    network: Network, seed: int, layers: Collection[str] | None = None
) -> Iterator[Network]:
    """The network with the values of `fresh_weights`, until the context is left."""
    with lent(network, drawn(network, seed, layers)):
        yield network


def _drawn(
    network: Network, seed: int, layers: Collection[str] | None
) -> Iterator[tuple[int, Array]]:
    """Fresh values of the weights of some layers, by their index among all weights."""
    owners = _owners(network)
    chosen = None if layers is None else _variables_of(network, layers)
    for index, variable in enumerate(weights(network)):
        if chosen is None or id(variable) in chosen:
            own_seed = (seed * 1_000_003 + index) % (2**31 - 1)
            yield index, _initial_value(owners[id(variable)], variable, own_seed)


def looks_untrained(network: Network) -> bool:
    """Whether all weights are as when the model was built, as far as can be told.

    Those that start at a fixed value, such as biases at 0, must be there, as one step of training
    moves nearly all of them; a model that has none may be trained. All others must look like a draw
    of their initializer, so that weights that someone chose do not count as random.
    """
    owners = _owners(network)
    known = [(v, found) for v in weights(network) if (found := _initializer(owners[id(v)], v))]
    drawn = [(v, found) for v, found in known if _is_random(found)]
    fixed = [
        (v, found)
        for v, found in known
        if not _is_random(found) and v.name not in _INITIAL_STATISTICS
    ]
    return (
        bool(fixed and drawn)
        and all(np.array_equal(v.numpy(), _initial(found, v, 0)) for v, found in fixed)
        and all(_may_be_drawn(v, found) for v, found in drawn)
    )


def _is_random(initializer: Json) -> bool:
    return "seed" in initializer.get_config()


_LOOKED_AT = 4096
"""Values of a weight that are compared with a draw."""
_UNLIKELY = 1.95
"""The two-sample Kolmogorov-Smirnov distance, times the root of n m / (n + m), that one of a
thousand pairs of samples from the same distribution exceeds."""


def _may_be_drawn(variable: keras.Variable, initializer: Json) -> bool:
    """Whether the values of a weight can be a draw of its initializer.

    They may not repeat, lie farther out than half beyond the farthest of a draw, or be distributed
    otherwise than a draw is.
    """
    draw = np.sort(_initial(initializer, variable, 0).ravel().astype(np.float64))
    own = np.sort(np.asarray(variable.numpy(), np.float64).ravel())
    if len(own) < _LOOKED_AT:  # one draw of few values does not show the distribution
        more = [_initial(initializer, variable, seed).ravel() for seed in range(1, 9)]
        draw = np.sort(np.concatenate([draw, *more]).astype(np.float64))
    if np.abs(own).max() > 1.5 * np.abs(draw).max() or np.abs(draw).max() == 0:
        return False
    step = max(len(own) // _LOOKED_AT, 1)
    some = own[::step]
    if len(np.unique(some)) < 0.9 * len(some):
        return False
    both = np.concatenate([own, draw])
    counts = (np.searchsorted(each, both, "right") / len(each) for each in (own, draw))
    first, second = counts
    root = np.sqrt(len(own) * len(draw) / (len(own) + len(draw)))
    return bool(np.abs(first - second).max() * root < _UNLIKELY)


def _owners(network: Network) -> dict[int, Layer]:
    """By the id of a variable the innermost layer that holds it."""
    layers = flat_layers(network.model)
    sizes = {id(layer): len(layer.weights) for layer in layers}
    owners: dict[int, Layer] = {}
    for layer in layers:
        for variable in layer.weights:
            known = owners.get(id(variable))
            if known is None or sizes[id(layer)] <= sizes[id(known)]:
                owners[id(variable)] = layer
    return owners


def _variables_of(network: Network, layers: Collection[str]) -> set[int]:
    """Ids of the variables of some layers; an operation such as `x - 0.5` has none."""
    found = (network.layer(path) for path in layers)
    return {id(v) for each in found if isinstance(each, keras.layers.Layer) for v in each.weights}


# --- their values ------------------------------------------------------------------------------


def _initializer(layer: Layer, variable: keras.Variable) -> Json:
    """The initializer of a weight; None where none is known.

    A layer of the user's own need not keep its initializers. Its trainable matrices and kernels
    then have the one that Keras gives a weight by default.
    """
    names = variable.name, _NAMES.get(variable.name, variable.name)
    found = [getattr(layer, f"{name}_initializer", None) for name in names]
    known = next((each for each in found if hasattr(each, "get_config")), None)
    default = known is None and variable.trainable and len(variable.shape) > 1
    return keras.initializers.GlorotUniform() if default else known


def _initial_value(layer: Layer, variable: keras.Variable, seed: int) -> Array:
    if variable.name in _INITIAL_STATISTICS:
        return np.full(variable.shape, _INITIAL_STATISTICS[variable.name], variable.dtype)
    initializer = _initializer(layer, variable)
    if initializer is None:
        return np.asarray(variable.numpy())
    return _initial(initializer, variable, seed)


def _initial(initializer: Json, variable: keras.Variable, seed: int) -> Array:
    """A draw of an initializer: by NumPy for those of Keras, where Keras takes ten times as long.

    Others, such as a user's own, are called with the seed if they take one.
    """
    shape, dtype = tuple(variable.shape), variable.dtype
    if type(initializer) in _FIXED:
        return np.full(shape, _FIXED[type(initializer)], dtype)
    draw = _distribution(initializer, shape)
    if draw is not None:
        return draw.values(shape, np.random.default_rng(seed)).astype(dtype, copy=False)
    config = initializer.get_config()
    if "seed" in config:
        initializer = type(initializer).from_config({**config, "seed": seed})
    return _called(initializer, shape, dtype)


def _called(initializer: Json, shape: Shape, dtype: str) -> Array:
    return np.asarray(initializer(shape, dtype=dtype))


_FIXED = {Zeros: 0, Ones: 1}
Sizes = tuple[int, ...]


@dataclass(frozen=True)
class _Distribution:
    """What values are drawn from.

    Attributes:
        kind: "uniform", "normal", or "truncated": a normal one, drawn again beyond two deviations.
        center: their mean.
        spread: half the width of a uniform distribution; the deviation of a normal one, before it
            is truncated.
    """

    kind: str
    center: float
    spread: float

    def values(self, shape: Sizes, rng: np.random.Generator) -> Floats:
        """One draw."""
        if self.kind == "uniform":
            values = rng.random(shape, np.float32)
            values *= 2 * self.spread
            values += self.center - self.spread
            return values
        values = rng.standard_normal(shape, np.float32)
        if self.kind == "truncated":
            flat = values.reshape(-1)
            beyond = np.flatnonzero(np.abs(flat) >= 2)
            while beyond.size:
                flat[beyond] = rng.standard_normal(beyond.size, np.float32)
                beyond = beyond[np.abs(flat[beyond]) >= 2]
        values *= self.spread
        values += self.center
        return values


def _distribution(initializer: Json, shape: Sizes) -> _Distribution | None:
    """That of a random initializer of Keras; None of any other."""
    own, how = initializer, type(initializer)
    if how is RandomUniform:
        low, high = float(own.minval), float(own.maxval)
        return _Distribution("uniform", (low + high) / 2, (high - low) / 2)
    if how in (RandomNormal, TruncatedNormal):
        kind = "normal" if how is RandomNormal else "truncated"
        return _Distribution(kind, float(own.mean), float(own.stddev))
    # Whoever inherits from it may draw otherwise.
    if not isinstance(own, VarianceScaling) or how.__call__ is not VarianceScaling.__call__:
        return None
    fans = _fans(own, shape)
    fan = {"fan_in": fans[0], "fan_out": fans[1]}.get(own.mode, sum(fans) / 2)
    variance = own.scale / max(1.0, fan)
    if own.distribution == "uniform":
        return _Distribution("uniform", 0, sqrt(3 * variance))
    if own.distribution == "untruncated_normal":
        return _Distribution("normal", 0, sqrt(variance))
    return _Distribution("truncated", 0, sqrt(variance) / _DEVIATION)


_DEVIATION = 0.87962566103423978
"""That of a standard normal distribution which is cut off at -2 and 2."""


def _fans(initializer: Json, shape: Sizes) -> tuple[int, int]:
    """Inputs and outputs of a unit (Glorot and Bengio, 2010), as Keras counts them."""
    into, out = (getattr(initializer, f"{side}_axes", None) for side in ("input", "output"))
    if into is not None and out is not None:
        return prod(shape[axis] for axis in into), prod(shape[axis] for axis in out)
    if len(shape) < 2:
        return prod(shape), prod(shape)
    field = prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field


# --- how much ----------------------------------------------------------------------------------


def shares(network: Network, images: int, layers: Collection[str] | None = None) -> list[Integers]:
    """Places of the images that each draw of fresh weights is measured on.

    Draws take turns at the images, so that all of them together take about as long as the network
    itself, their mean is one over all images, and what images differ by widens the interval of a
    further draw. It is counted, not timed, so that every machine measures the same.

    Args:
        network: the model.
        images: that the network itself is measured on; 0 for a measure of its weights alone.
        layers: paths of the layers to draw for; None for all. Of many weights there are fewer
            draws, as drawing them takes longer than measuring.
    """
    chosen = None if layers is None else _variables_of(network, layers)
    drawn = [v for v in weights(network) if chosen is None or id(v) in chosen]
    most = _WEIGHTS / max(sum(prod(v.shape) for v in drawn), 1)
    draws = int(np.clip(most, LEAST_DRAWS, MOST_DRAWS))
    if not images:
        return [np.zeros(0, np.int64)] * draws
    turns = max(images // LEAST_IMAGES, 1)
    draws = int(np.clip(turns, LEAST_DRAWS, min(draws, MOST_PASSES)))
    turns = min(turns, draws)
    return [np.arange(draw % turns, images, turns) for draw in range(draws)]


_WEIGHTS = 1e7
"""Weights that all draws may have together, a tenth of a second, beyond the least number of draws:
about as long as a figure of a small network takes."""


def multiply_adds(network: Network) -> int:
    """About how many multiplications one image takes: weights times positions of each use."""
    total = 0
    for use in network.uses.values():
        if isinstance(use.layer, keras.layers.Layer) and not is_graph(use.layer) and use.shapes:
            sides = [side or 1 for side in use.shapes[0][1:-1]]
            total += sum(prod(v.shape) for v in use.layer.weights) * prod(sides)
    return max(total, 1)
