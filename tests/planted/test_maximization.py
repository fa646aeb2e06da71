"""The largest response to an image in range, planted as the weights of a linear convolution."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
import pytest
from planted import code_image, examine, seeds

PLAIN = {"jitter": 0, "l2": 0.0, "total_variation": 0.0, "steps": 200, "learning_rate": 0.1}


def convolution(seed: int, activation: str = "linear", before: float = 1.0) -> Any:
    inputs = keras.Input((8, 8, 1))
    x = inputs if before == 1 else keras.layers.Rescaling(before)(inputs)
    conv = keras.layers.Conv2D(3, 3, activation=activation, name="conv")
    y = keras.layers.GlobalAveragePooling2D()(conv(x))
    model = keras.Model(inputs, keras.layers.Dense(2, "softmax", name="class")(y))
    rng = np.random.default_rng(seed)
    conv.set_weights([rng.normal(0, 1, (3, 3, 1, 3)), rng.normal(0, 0.1, 3)])
    return model


def by_hand(kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The largest mean over the 6 x 6 windows of an image of 8 x 8 between 0 and 1."""
    weights = np.zeros((8, 8, kernel.shape[-1]))
    for row in range(6):
        for column in range(6):
            weights[row : row + 3, column : column + 3] += kernel[:, :, 0] / 36
    return np.maximum(weights, 0).sum(axis=(0, 1)) + bias


@seeds
def test_the_optimum_under_a_box(seed: int) -> None:
    model = convolution(seed)
    data = planted.data(code_image, seed, (10, 10))
    seen = examine(model, data, ("activation_maximization", PLAIN))
    artifact = seen.artifacts["activation_maximization-1"]
    limits = by_hand(*model.get_layer("conv").get_weights())
    reached = np.asarray(artifact.facts.panels[0].reached)
    share, able = seen.evidence("bound_share@conv"), limits > 0
    assert share.n == able.sum()
    assert share.value == pytest.approx(float(np.median((reached / limits)[able])), rel=1e-6)
    assert 0.97 < share.value <= 1 + 1e-6
    assert seen.says("of the largest mean response that any image in range can give", "")
    # The optimum lies in a corner of the box: pixels are at its ends, and that is the cause.
    assert seen.evidence("saturated@conv").value > 0.2
    assert seen.says("not judged: .*[0-9.]+% of their values are clipped", "filter_patterns")


@seeds
def test_where_no_bound_is_known_none_is_stated(seed: int) -> None:
    data = planted.data(code_image, seed, (10, 10))
    few = PLAIN | {"steps": 2}
    twin = examine(convolution(seed, before=0.5), data, ("activation_maximization", few))
    assert not twin.has("bound_share@conv")
    rectified = examine(convolution(seed, "relu"), data, ("activation_maximization", PLAIN))
    assert rectified.evidence("bound_share@conv").value <= 1
    assert "upper bound" in rectified.evidence("bound_share@conv").how
