"""What a model holds: its layers and weights, those that no prediction comes by included.

A subclassed model's graph stands in for it, and has only what its `call` uses at prediction time.
A layer that training alone calls is the model's all the same, and so are weights in no layer.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class Held:
    """A model's own layers, not those inside them, and all its weights."""

    layers: tuple[Any, ...]
    trainable: tuple[Any, ...]
    fixed: tuple[Any, ...]


@dataclass(frozen=True)
class Counts:
    """Parameters of a model: all, those that training moves, and the others."""

    total: int
    trainable: int
    fixed: int


_held: weakref.WeakKeyDictionary[Any, Held] = weakref.WeakKeyDictionary()
"""Of graphs that stand in for a model, by graph. Layers and weights know neither."""


def stands_in(graph: Any, model: Any) -> Any:
    """The graph, which counts from now on as having all that the model has."""
    own, given = _of(graph), _held.get(model) or _of(model)
    known = {id(weight) for weight in (*given.trainable, *given.fixed)}
    more = [[w for w in part if id(w) not in known] for part in (own.trainable, own.fixed)]
    layers = {id(layer): layer for layer in (*own.layers, *given.layers)}
    _held[graph] = Held(
        tuple(layers.values()), (*given.trainable, *more[0]), (*given.fixed, *more[1])
    )
    return graph


def held_layers(model: Any) -> tuple[Any, ...]:
    """The own layers of a model, or of the one that it stands in for."""
    known = _held.get(model)
    return _layers(model) if known is None else known.layers


def counts(model: Any) -> Counts:
    """Of all weights that a model, or the one that it stands in for, holds; each once."""
    own = _held.get(model) or _of(model)
    trainable, fixed = _size(own.trainable), _size(own.fixed)
    return Counts(trainable + fixed, trainable, fixed)


def _of(model: Any) -> Held:
    weights = model.trainable_weights, model.non_trainable_weights
    return Held(_layers(model), *map(tuple, weights))


def _layers(model: Any) -> tuple[Any, ...]:
    return tuple(model._flatten_layers(include_self=False, recursive=False))


def _size(weights: Iterable[Any]) -> int:
    return sum(prod(weight.shape) for weight in weights)
