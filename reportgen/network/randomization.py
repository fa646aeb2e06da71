"""A model as it was before training, without touching it: fresh values for its weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from reportgen.network.graph import is_graph
from reportgen.network.network import Network
from reportgen.types import Array, Layer, Model

_START = {"moving_mean": 0.0, "moving_variance": 1.0}


def weights(network: Network) -> list[Any]:
    """The variables that decide what a model computes, in a fixed order, each once."""
    found: dict[int, Any] = {}
    for layer in _leaves(network.model):
        for variable in _variables(layer):
            found.setdefault(id(variable), variable)
    return list(found.values())


def fresh(network: Network, seed: int) -> list[Array]:
    """A value for each of `weights(model)`, drawn anew as when the model was built.

    A weight whose layer has no initializer for it keeps its value.
    """
    drawn: dict[int, Array] = {}
    for layer in _leaves(network.model):
        for variable in _variables(layer):
            if id(variable) not in drawn:
                own_seed = (seed * 1_000_003 + len(drawn)) % (2**31 - 1)
                drawn[id(variable)] = _drawn(layer, variable, own_seed)
    return [drawn[id(variable)] for variable in weights(network)]


def _leaves(model: Model) -> list[Layer]:
    nested = (_leaves(layer) if is_graph(layer) else [layer] for layer in model.layers)
    return [layer for group in nested for layer in group]


def _variables(layer: Any) -> list[Any]:
    return [v for v in layer.weights if keras.backend.is_float_dtype(v.dtype)]


def _drawn(layer: Any, variable: Any, seed: int) -> Array:
    if variable.name in _START:
        return np.full(variable.shape, _START[variable.name], variable.dtype)
    initializer = getattr(layer, f"{variable.name}_initializer", None)
    if initializer is None:
        return np.asarray(variable.numpy())
    config = initializer.get_config()
    if "seed" in config:
        initializer = type(initializer).from_config({**config, "seed": seed})
    return np.asarray(initializer(variable.shape, dtype=variable.dtype))
