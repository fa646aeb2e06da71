"""Models and images that the rows share; all from fixed seeds, nothing is downloaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.network.network import Network

SEED = 7


def small_cnn(side: int = 28, last: int = 64) -> Any:
    """A small network for gray images of digits: three convolutions, ten classes."""
    import keras

    keras.utils.set_random_seed(SEED)
    layers = keras.layers
    given = keras.Input((side, side, 1))
    x = layers.Conv2D(32, 3, activation="relu", name="conv_1")(given)
    x = layers.MaxPooling2D(name="pool_1")(x)
    x = layers.Conv2D(64, 3, activation="relu", name="conv_2")(x)
    x = layers.MaxPooling2D(name="pool_2")(x)
    x = layers.Conv2D(last, 3, activation="relu", name="conv_3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="dense")(x)
    return keras.Model(given, layers.Dense(10, activation="softmax", name="answer")(x))


def vgg16(side: int, top: bool) -> Any:
    """VGG16 with random weights: as `top` with its own classifier, else with a small one."""
    import keras

    keras.utils.set_random_seed(SEED)
    if top:
        return keras.applications.VGG16(weights=None, input_shape=(side, side, 3))
    base = keras.applications.VGG16(weights=None, include_top=False, input_shape=(side, side, 3))
    x = keras.layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.inputs, keras.layers.Dense(10, activation="softmax", name="answer")(x))


def images(count: int, side: int, channels: int) -> NDArray[np.float32]:
    """Smooth random images with values in 0..1, shape (count, side, side, channels)."""
    rng = np.random.default_rng(SEED)
    rough = rng.random((count, side + 4, side + 4, channels), np.float32)
    window = np.lib.stride_tricks.sliding_window_view(rough, (5, 5), axis=(1, 2))
    smooth = window.mean(axis=(-2, -1), dtype=np.float32)
    low, high = (f(smooth, axis=(1, 2, 3), keepdims=True) for f in (np.min, np.max))
    return np.asarray((smooth - low) / (high - low), np.float32)


def traces(model: Any) -> int:
    """How often graphs of this model were traced by reportgen."""
    from reportgen.network import execution

    return sum(graph.traces for graph in execution.graphs_of(Network.of(model)).values())
