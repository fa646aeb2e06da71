"""Walks through a model's calls."""

from __future__ import annotations

import keras
import numpy as np

from reportgen.network.network import Network
from reportgen.network.outputs import observe

layers = keras.layers


def test_a_nested_model_may_take_its_inputs_by_name() -> None:
    keras.utils.set_random_seed(4)
    low, high = keras.Input((6, 6, 1), name="low"), keras.Input((3, 3, 1), name="high")
    flat = [layers.Flatten()(high), layers.Flatten()(low)]
    inner = keras.Model({"high": high, "low": low}, layers.Concatenate()(flat), name="inner")
    image = keras.Input((6, 6, 1))
    both = inner({"low": image, "high": layers.MaxPooling2D()(image)})
    model = keras.Model(image, layers.Dense(3, kernel_initializer="normal")(both))
    pixels = np.random.default_rng(0).random((4, 6, 6, 1), np.float32)
    logits = observe(Network.of(model), pixels).logits[0]
    np.testing.assert_allclose(logits, model.predict(pixels, verbose=0), atol=1e-5)
