"""What counts as a convolution: Keras' own layers, and wrappers around one."""

from __future__ import annotations

from typing import Any

import keras

_CONVS = (
    *(getattr(keras.layers, f"Conv{rank}D") for rank in "123"),
    *(getattr(keras.layers, f"Conv{rank}DTranspose") for rank in "123"),
    *(
        getattr(keras.layers, f"{kind}Conv{rank}D")
        for kind in ("Depthwise", "Separable")
        for rank in "12"
    ),
)
_RECURRENT = tuple(getattr(keras.layers, f"ConvLSTM{rank}D") for rank in "123")


def convolution(layer: Any) -> Any:
    """The convolution that a layer is, or that it wraps and has the maps of; else None.

    TimeDistributed does not count: its maps have an axis of time.
    """
    if isinstance(layer, _CONVS):
        return layer
    inside = _inside(layer)
    found = None if inside is None else convolution(inside)
    return found if found is not None and _has_rank(layer, found.rank + 2) else None


def acting(layer: Any) -> Any:
    """The convolution whose weights, as they are held, compute all of a layer's output; else None.

    SpectralNormalization divides the kernel that it holds while it trains, and otherwise runs the
    layer as it is. Other wrappers may make another kernel of the weights at each call.
    """
    if isinstance(layer, _CONVS):
        return layer
    known = keras.layers.SpectralNormalization
    if not isinstance(layer, known) or type(layer).call is not known.call:
        return None
    return acting(layer.layer)


def over_time(layer: Any) -> bool:
    """Whether it convolves images of a sequence: in TimeDistributed, or as a recurrent layer."""
    if isinstance(layer, keras.layers.Bidirectional):
        return over_time(layer.forward_layer)
    if isinstance(layer, keras.layers.TimeDistributed):
        return convolution(layer.layer) is not None
    return isinstance(layer, _RECURRENT)


def _inside(layer: Any) -> Any:
    wrapper = isinstance(layer, keras.layers.Wrapper)
    return layer.layer if wrapper and not isinstance(layer, keras.layers.TimeDistributed) else None


def _has_rank(layer: Any, rank: int) -> bool:
    """Whether what a layer gave at its first call has so many axes; where there was none, yes."""
    nodes = getattr(layer, "_inbound_nodes", [])
    return not nodes or all(len(tensor.shape) == rank for tensor in nodes[0].outputs)
