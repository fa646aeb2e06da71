"""What follows a layer, channel by channel, up to the activation that closes its block.

A convolution before a normalization tells little of its channels by itself: what is nowhere above
zero there may be so after the normalization and the addition of a shortcut, where a ReLU decides
what the next layers see.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import keras

from reportgen.network.dependencies import is_nonlinear, is_normalization
from reportgen.network.graph import Arguments, Keywords, for_each_output
from reportgen.network.network import Network
from reportgen.network.relu_rules import Rectifier, rectifier_of
from reportgen.types import Json, Layer

_SUMS = {"Add", "Average", "Subtract"}
_ALONG = {
    *("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity", "Rescaling"),
    *("ActivityRegularization", "Activation", "Cast"),
}
_IN_PLACE = (
    *("SpatialDropout", "ZeroPadding", "Cropping", "UpSampling", "MaxPooling", "AveragePooling"),
)
"""Beginnings of the names of layers that treat each channel by itself."""


@dataclass(frozen=True)
class Closing:
    """A place at which channels of a layer are handed on.

    Attributes:
        path: of the use of a layer whose output they are.
        rectified: whether it is what a ReLU lets through: values above zero, or zero.
    """

    path: str
    rectified: bool


def closings(network: Network, path: str) -> tuple[Closing, ...]:
    """Where the channels of a layer are handed on to what mixes them, or leave the model.

    From the layer on, normalizations, sums with other branches, pooling and the like are followed
    as far as they keep the channels, up to an activation. A layer whose output goes several ways
    has several such places.

    Args:
        network: with a graph.
        path: of the first use of a layer, or of another.
    """
    graph = network.keep("following", lambda: _follow(network))
    channels = _channels(network, path)
    found: dict[str, Closing] = {}
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        operation = graph.operations[at]
        judged = at == path or not _keeps(operation)
        closed = _activation(operation) if judged else None
        if closed is not None:
            found[at] = Closing(at, closed)
            continue
        following = graph.following.get(at, [])
        onward = [
            each
            for each in following
            if _goes_on(graph.operations[each]) and _channels(network, each) == channels
        ]
        waiting += onward
        if len(onward) < len(following) or not following:
            found[at] = Closing(at, rectified=False)
    # What mixes the channels next to an activation sees what the activation hands on, as a rule.
    rectified = [each for each in found.values() if each.rectified]
    return tuple(rectified or found.values())


def _goes_on(operation: Layer) -> bool:
    return _keeps(operation) or (_activation(operation) is not None and _weightless(operation))


def _keeps(operation: Layer) -> bool:
    """Whether an operation keeps the channels, and is no activation."""
    name = type(operation).__name__
    if name == "Activation":
        return bool(operation.activation is keras.activations.linear)
    return (
        is_normalization(name)
        or name in _SUMS
        or name in _ALONG
        or (name.startswith(_IN_PLACE) and not name.startswith("Global"))
    )


def _weightless(operation: Layer) -> bool:
    """Whether it is an activation alone: no matrix or kernel (a PReLU has slopes)."""
    return not any(hasattr(operation, name) for name in ("kernel", "depthwise_kernel", "cell"))


def _activation(operation: Layer) -> bool | None:
    """Whether an operation ends in a ReLU; None where it ends in no activation at all."""
    for function in (operation, getattr(operation, "activation", None)):
        if function is not None and (rectifier := rectifier_of(function)) is not None:
            return _stops_all(rectifier)
    if type(operation).__name__ == "Softmax" or is_nonlinear(operation):
        return False
    return None


def _stops_all(rectifier: Rectifier) -> bool:
    return rectifier.slope == 0 and rectifier.threshold == 0


def _channels(network: Network, path: str) -> int | None:
    """The number of channels of a use of a layer; its last axis, or its second."""
    shapes = network.uses[path].shapes if path in network.uses else []
    if not shapes or len(shapes[0]) < 2:
        return None
    first = getattr(network.uses[path].layer, "data_format", None) == "channels_first"
    size = shapes[0][1 if first else -1]
    return None if size is None else int(size)


# --- the calls that follow each call -------------------------------------------------------------


@dataclass(frozen=True)
class _Graph:
    operations: dict[str, Layer] = field(default_factory=dict)
    following: dict[str, list[str]] = field(default_factory=dict)


class _From:
    """Represents a tensor during a walk by the use that computes it."""

    def __init__(self, path: str) -> None:
        self.path = path


def _follow(network: Network) -> _Graph:
    graph = _Graph()

    def call(path: str, operation: Layer, args: Arguments, kwargs: Keywords) -> Json:
        given = [v for v in keras.tree.flatten((args, kwargs)) if isinstance(v, _From)]
        graph.operations.setdefault(path, operation)
        for source in dict.fromkeys(value.path for value in given if value.path):
            graph.following.setdefault(source, []).append(path)
        return for_each_output(operation, _From(path))

    network.walk([_From("") for _ in network.graph.inputs], call)
    return graph
