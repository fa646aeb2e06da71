"""A model as it was before training, without touching it: newly drawn values for its weights."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from reportgen.network.graph import is_graph
from reportgen.network.network import Network
from reportgen.types import Array, Layer, Model

_INITIAL_STATISTICS = {"moving_mean": 0.0, "moving_variance": 1.0}


def weights(network: Network) -> list[keras.Variable]:
    """The variables that decide what a model computes, in a fixed order, each once."""
    return list({id(variable): variable for _, variable in _variables(network.model)}.values())


def fresh_weights(network: Network, seed: int) -> list[Array]:
    """A value for each of `weights(network)`, drawn anew as when the model was built.

    A weight whose layer has no initializer for it keeps its value.
    """
    values: dict[int, Array] = {}
    for layer, variable in _variables(network.model):
        if id(variable) not in values:
            own_seed = (seed * 1_000_003 + len(values)) % (2**31 - 1)
            values[id(variable)] = _initial_value(layer, variable, own_seed)
    return list(values.values())


def _variables(model: Model) -> Iterator[tuple[Layer, keras.Variable]]:
    """The variables of real numbers with their layers, those inside nested models included."""
    for layer in model.layers:
        if is_graph(layer):
            yield from _variables(layer)
        else:
            yield from (
                (layer, variable)
                for variable in layer.weights
                if keras.backend.is_float_dtype(variable.dtype)
            )


def _initial_value(layer: Layer, variable: keras.Variable, seed: int) -> Array:
    if variable.name in _INITIAL_STATISTICS:
        return np.full(variable.shape, _INITIAL_STATISTICS[variable.name], variable.dtype)
    initializer = getattr(layer, f"{variable.name}_initializer", None)
    if initializer is None:
        return np.asarray(variable.numpy())
    config = initializer.get_config()
    if "seed" in config:
        initializer = type(initializer).from_config({**config, "seed": seed})
    return np.asarray(initializer(variable.shape, dtype=variable.dtype))
