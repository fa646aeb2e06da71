"""What was found out about a model, until somebody changes it.

Graphs are traced and models walked through once. Looking whether a model is as it was takes less
than any walk.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_Found = TypeVar("_Found")

_known: weakref.WeakKeyDictionary[Any, tuple[list[Any], dict[Hashable, Any]]]
_known = weakref.WeakKeyDictionary()
"""By model: what it was made of when it was last looked at, and what was found out since."""


def remembered(model: Any, key: Hashable, find: Callable[[], _Found]) -> _Found:
    """What `find` gives, which is called once for each key, and again when the model was changed.

    Args:
        model: is kept only weakly.
        key: everything else that what is found depends on.
        find: must give nothing that holds the model, or it would be kept alive.
    """
    known = facts(model)
    if key not in known:
        known[key] = find()
    found: _Found = known[key]
    return found


def facts(model: Any) -> dict[Hashable, Any]:
    """All that is remembered of a model as it is.

    It is made of layers, weights, activations and names: `pop` and `add` exchange layers,
    `quantize` and `enable_lora` weights, and an activation is often replaced by hand. Other values
    of the same weights are no change.
    """
    layers = model._flatten_layers(include_self=False)
    own = [(layer, layer.name, getattr(layer, "activation", None)) for layer in layers]
    now = [*model.weights, *(part for parts in own for part in parts)]
    before, known = _known.get(model, ([], {}))
    if len(before) != len(now) or not all(map(operator.is_, before, now)):
        known = {}
        _known[model] = now, known
    return known
