"""What lies between a model's input and one of its layers or outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from reportgen.probing import graphs
from reportgen.probing.heads import closing, output_names
from reportgen.probing.rectifiers import rectifier_of

_MEETINGS = {"Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract"}
_CURVES = {"PReLU", "ELU", "CELU", "Softmax", "Sigmoid", "Tanh", "Silu", "Swish", "Gelu", "Selu"}
_CURVES |= {"Elu", "Celu", "Softplus", "Softsign", "Mish", "HardSilu", "HardSigmoid", "HardTanh"}


@dataclass(frozen=True)
class Way:
    """Paths (`naming`) of the uses of layers that a value depends on, in the order of the model.

    Attributes:
        layers: all of them.
        normalizations: among them, e.g. BatchNormalization.
        meetings: where branches meet: skip connections, concatenations.
        averages: average pooling, local or global.
        curves: non-linearities that are not ReLUs.
    """

    layers: tuple[str, ...]
    normalizations: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    averages: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()


class _Past:
    """Stands for a value in a walk: the paths that it depends on."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths


def way_to(model: Any, layer: str | int) -> Way:
    """What a layer (its path) or an output (its index) depends on, itself included.

    A layer that is used several times is there once for each use that it depends on. An output's
    last softmax or sigmoid is left out, since what is explained is the logit before it.
    """
    met: dict[str, Any] = {}
    pasts: dict[str, _Past] = {}

    def keep(path: str, output: Any) -> Any:
        pasts.setdefault(path, keras.tree.flatten(output)[0])
        return output

    def call(path: str, operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        values = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _Past)]
        past = _Past(frozenset([path]).union(*(value.paths for value in values)))
        met.setdefault(path, operation)
        return keep(path, graphs.for_each_output(operation, past))

    start = [_Past(frozenset()) for _ in graphs.require_graph(model).inputs]
    ends = keras.tree.flatten(graphs.walk(model, start, call, keep))
    if isinstance(layer, str):
        return _sorted(met, pasts[layer].paths, "")
    assert len(ends) == len(output_names(model))
    return _sorted(met, ends[layer].paths, closing(model, layer)[0])


def _sorted(met: dict[str, Any], paths: frozenset[str], last: str) -> Way:
    own = {path: operation for path, operation in met.items() if path in paths}
    names = {path: type(operation).__name__ for path, operation in own.items()}
    kinds = (
        [path for path, name in names.items() if _normalizes(name)],
        [path for path, name in names.items() if name in _MEETINGS],
        [path for path, name in names.items() if "AveragePooling" in name],
        [path for path, operation in own.items() if path != last and _bends(operation)],
    )
    return Way(tuple(own), *(tuple(kind) for kind in kinds))


def _normalizes(name: str) -> bool:
    return name.endswith("Normalization") and name != "Normalization"


def _bends(operation: Any) -> bool:
    """Whether it holds a non-linearity (pooling apart) that is not a ReLU."""
    if rectifier_of(operation) is not None:
        return False
    activation = getattr(operation, "activation", None)
    if activation is None or rectifier_of(activation) is not None:
        return type(operation).__name__ in _CURVES
    return activation is not keras.activations.linear
