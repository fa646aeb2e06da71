"""A model stays as it was: what its layers note while they are called is put back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np


@contextlib.contextmanager
def untouched(model: Any) -> Iterator[None]:
    """Puts back what calls of layers leave behind: their losses, and states of stateful ones.

    A loss that a layer noted in a graph could not even be read outside of it. States are zero
    meanwhile, as at the start of a sequence: else an image's answer would depend on its place in
    the batch, and on the batches before it.
    """
    layers = list(model._flatten_layers())
    noted = {id(one): (one._losses[:], set(one._loss_ids)) for one in layers if one._losses}
    states = [(one, one.numpy()) for layer in layers for one in _states(layer)]
    for variable, value in states:
        variable.assign(np.zeros_like(value))
    try:
        yield
    finally:
        for layer in layers:
            if layer._losses or id(layer) in noted:
                values, ids = noted.get(id(layer), ((), ()))
                layer._losses[:] = values
                layer._loss_ids.clear()
                layer._loss_ids.update(ids)
        for variable, value in states:
            variable.assign(value)


def _states(layer: Any) -> list[Any]:
    if not getattr(layer, "stateful", False):
        return []
    held = getattr(layer, "states", None)
    several = held if isinstance(held, list | tuple) else [held]
    return [state for state in several if hasattr(state, "assign")]
