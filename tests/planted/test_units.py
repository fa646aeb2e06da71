"""Planted: dead, nearly dead and repeated filters by count, and twins that only look dead."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
import pytest
from keras import layers
from planted import seeds

from reportgen.metrics.units import Activity, chance_of_a_repeat
from reportgen.network.blocks import closings
from reportgen.network.network import Network
from reportgen.records import Dataset

FILTERS = 24


def noise(seed: int) -> Dataset:
    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        return rng.integers(0, 256, (16, 16, 1), dtype=np.uint8)

    return planted.data(draw, seed, counts=(48, 48))


def kernel(seed: int) -> np.ndarray:
    """Filters that an even image does not move, so that noise moves each both ways."""
    drawn = np.random.default_rng(seed).normal(size=(5, 5, 1, FILTERS)).astype(np.float32)
    return drawn - drawn.mean(axis=(0, 1, 2))


def network(weights: np.ndarray, bias: np.ndarray, *after: Any) -> Any:
    """A convolution with these weights, what follows, and an output."""
    start = keras.Input((16, 16, 1))
    conv = layers.Conv2D(weights.shape[-1], weights.shape[0], name="conv")
    end = conv(start)
    for layer in after:
        end = layer(end)
    end = layers.Dense(2, "softmax", name="class")(layers.GlobalAveragePooling2D()(end))
    model = keras.Model(start, end)
    conv.set_weights([weights, bias])
    return model


def scaled(offset: float) -> Any:
    """A normalization that adds an offset to what a convolution computes."""
    normalization = layers.BatchNormalization(name="bn")
    normalization.build((None, 12, 12, FILTERS))
    one = np.ones(FILTERS)
    normalization.set_weights([one, one * offset, 0 * one, one])
    return normalization


@seeds
@pytest.mark.parametrize("relu", [lambda x: layers.ReLU(name="relu")(x), keras.ops.relu])
def test_a_convolution_before_a_normalization_only_looks_silent(seed: int, relu: Any) -> None:
    weights, low = kernel(seed), np.full(FILTERS, -1000.0)
    alive = planted.examine(
        network(weights, low, scaled(1000.0), relu), noise(seed), "layer_metrics"
    )
    assert alive.evidence("active_share@conv").value == 0
    assert alive.evidence("dead_channels@conv").value == 0
    assert not alive.says("silent")
    dead = planted.examine(network(weights, low, scaled(0.0), relu), noise(seed), "layer_metrics")
    assert dead.evidence("dead_channels@conv").value == FILTERS
    assert "counted at relu" in dead.evidence("dead_channels@conv").how
    assert dead.says("24 of 24 channels of `conv` are silent")


@seeds
def test_dead_and_nearly_dead_and_repeated_filters_are_counted(seed: int) -> None:
    weights, bias = kernel(seed), np.zeros(FILTERS, np.float32)
    data = noise(seed)
    bias[:3] = -1000  # dead
    # Nearly dead: above zero at 5 of 96 * 144 positions, by the fifth highest value.
    bare = network(weights, bias)
    inner = keras.Model(bare.input, bare.get_layer("conv").output)
    maps = inner.predict(data.splits["test"].images / np.float32(255), verbose=0)
    for k in (3, 4):
        highest = np.sort(maps[..., k], axis=None)[::-1]
        bias[k] = -(highest[4] + highest[5]) / 2
    weights[..., 10] = -2.5 * weights[..., 11] + 0.7  # one repeats the other, up to an affine map
    weights[..., 12] = 0  # dead by its weights
    seen = planted.examine(network(weights, bias, layers.ReLU()), data, "layer_metrics")
    assert seen.evidence("dead_channels@conv").value == 4
    assert seen.evidence("nearly_dead_channels@conv").value == 2
    assert seen.evidence("repeated_filters@conv").value == 2
    assert seen.evidence("dead_filters@conv").value == 1
    twin = planted.examine(network(kernel(seed), 0 * bias, layers.ReLU()), data, "layer_metrics")
    for name in ("dead_channels", "nearly_dead_channels", "repeated_filters", "dead_filters"):
        assert twin.evidence(f"{name}@conv").value == 0
    assert not twin.says("silent|hardly ever|repeat")


@seeds
def test_negative_channels_that_a_sigmoid_lets_through_are_not_silent(seed: int) -> None:
    weights, bias = kernel(seed), np.full(FILTERS, -12.0)
    weights[..., :2] = 0
    model = network(weights / 5, bias, layers.Activation("sigmoid"))
    seen = planted.examine(model, noise(seed), "layer_metrics")
    assert seen.evidence("dead_channels@conv").value == 2
    assert not seen.has("nearly_dead_channels@conv")


@seeds
def test_a_shortcut_is_added_before_the_channels_count(seed: int) -> None:
    """As at the end of a block of ResNet: convolution, normalization, addition, ReLU."""
    start = keras.Input((16, 16, 1))
    first = layers.Conv2D(4, 1, activation="relu", name="first")(start)
    conv = layers.BatchNormalization(name="bn")(
        layers.Conv2D(4, 3, padding="same", name="conv")(first)
    )
    end = layers.ReLU(name="out")(layers.Add(name="add")([conv, first]))
    end = layers.Dense(2, "softmax", name="class")(layers.GlobalAveragePooling2D()(end))
    model = keras.Model(start, end)
    model.get_layer("first").set_weights([np.ones((1, 1, 1, 4)), np.ones(4)])
    rng = np.random.default_rng(seed)
    model.get_layer("conv").set_weights([rng.normal(size=(3, 3, 4, 4)) / 100, np.full(4, -0.5)])
    (end_of_block,) = closings(Network.of(model), "conv")
    assert (end_of_block.path, end_of_block.rectified) == ("out", True)
    seen = planted.examine(model, noise(seed), "layer_metrics")
    assert seen.evidence("active_share@conv").value < 0.5
    assert seen.evidence("dead_channels@conv").value == 0


def test_channels_are_dead_by_definition() -> None:
    maps = np.zeros((2, 5, 100, 4), np.float32)
    maps[..., 1] = -1 - np.arange(100)
    maps[0, 0, 0, 2] = 1
    maps[..., 3] = 0.3
    seen = Activity.of(maps[:1]).joined(Activity.of(maps[1:]))
    assert seen.dead(rectified=True).tolist() == [True, True, False, False]
    assert seen.dead(rectified=False).tolist() == [True, False, False, True]
    # One of 1,000 positions is not less than a thousandth, one of 1,500 is.
    assert not seen.nearly_dead(rectified=True).any()
    more = seen.joined(Activity.of(np.zeros((1, 5, 100, 4), np.float32)))
    assert more.nearly_dead(rectified=True).tolist() == [False, False, True, False]
    assert not seen.nearly_dead(rectified=False).any()


def test_few_weights_repeat_by_chance() -> None:
    # In two dimensions the angles are even: arccos 0.9 of 90 degrees is 28.7 %.
    assert chance_of_a_repeat(3, 2) == pytest.approx(0.2871, abs=1e-3)
    rng = np.random.default_rng(0)
    pairs = rng.normal(size=(2, 40000, 8))
    unit = pairs / np.linalg.norm(pairs, axis=2, keepdims=True)
    drawn = (np.abs((unit[0] * unit[1]).sum(axis=1)) > 0.9).mean()
    assert chance_of_a_repeat(9, 2) == pytest.approx(drawn, abs=5e-4)
    assert chance_of_a_repeat(1, 5) == 0
