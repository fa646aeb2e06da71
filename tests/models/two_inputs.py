"""A model of two inputs, and the model of one that equals it where the other is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

layers = keras.layers
IMAGES = np.random.default_rng(0).random((5, 8, 8, 1), dtype=np.float32)
META = [0.2, 0.5, 0.3]
GIVEN = {"image": "images", "meta": META}


def pooled(image: Any) -> Any:
    maps = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    return layers.GlobalAveragePooling2D(name="pool")(maps)


def two(pack: Callable[..., Any] = lambda image, meta: [image, meta]) -> Any:
    image, meta = keras.Input((8, 8, 1), name="image"), keras.Input((3,), name="meta")
    both = layers.Concatenate(name="both")([pooled(image), meta])
    return keras.Model(pack(image, meta), layers.Dense(3, name="out")(both), name="two")


def alone(model: Any) -> Any:
    """The model of one input that equals `two` at `META`: the rest is part of its bias."""
    image = keras.Input((8, 8, 1))
    made = keras.Model(image, layers.Dense(3, name="out")(pooled(image)))
    kernel, bias = model.get_layer("out").get_weights()
    made.get_layer("conv").set_weights(model.get_layer("conv").get_weights())
    made.get_layer("out").set_weights([kernel[:4], bias + np.float32(META) @ kernel[4:]])
    return made
