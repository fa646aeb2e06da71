"""Color, shape and texture that decide, planted as what tells the classes of images apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import planted
from keras import layers
from planted import Draw, examine, seeds

from reportgen.records import Dataset

SIZE = 16


def bar(rng: np.random.Generator, upright: bool, color: np.ndarray) -> np.ndarray:
    """A bar of a color, upright or lying, at a random place of a dark ground."""
    image = rng.integers(0, 30, (SIZE, SIZE, 3)).astype(np.uint8)
    row, column = rng.integers(1, SIZE - 11), rng.integers(1, SIZE - 4)
    part = image[row : row + 10, column : column + 3]
    part[:] = color
    return image if upright else image.transpose(1, 0, 2).copy()


def by_color(rng: np.random.Generator, label: int) -> np.ndarray:
    color = np.eye(3)[label] * 200 + 20
    return bar(rng, bool(rng.integers(2)), color)


def by_shape(rng: np.random.Generator, label: int) -> np.ndarray:
    return bar(rng, bool(label), rng.integers(60, 256, 3))


def mask(images: np.ndarray) -> np.ndarray:
    return images.max(axis=-1) > 40


def mean_color() -> Any:
    """Features: the mean of each channel."""
    inputs = keras.Input((SIZE, SIZE, 3))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(inputs))


def oriented() -> Any:
    """Features: how much of the brightness lies along columns and along rows."""
    inputs = keras.Input((SIZE, SIZE, 3))
    sides = []
    for shape in ((8, 1), (1, 8)):
        line = layers.Conv2D(1, shape, use_bias=False, trainable=False)
        long = line(layers.AveragePooling2D(1)(inputs))
        line.set_weights([np.ones((*shape, 3, 1), np.float32) / 24])
        sides.append(layers.GlobalMaxPooling2D()(long))
    total = layers.GlobalAveragePooling2D()(inputs)
    return keras.Model(inputs, layers.Concatenate()([*sides, total]))


def data(draw: Draw, seed: int, classes: int) -> Dataset:
    return planted.data(draw, seed, (100,) * classes, mask=mask)


def report(features: Callable[[], Any], draw: Draw, seed: int, classes: int) -> planted.Examined:
    images = data(draw, seed, classes)
    return examine(planted.fitted(features(), images, 1e-4), images, "evaluation")


@seeds
def test_color_decides(seed: int) -> None:
    seen = report(mean_color, by_color, seed, 3)
    assert seen.evidence("accuracy@test.class").value > 0.98
    assert seen.evidence("altered_loss@turned.class").value > 0.9
    assert abs(seen.evidence("altered_loss@pixels.class").value) < 0.02
    assert seen.verdict("shape_or_color") == "contradicted"
    assert seen.says("shape does not matter", "shape_or_color")


@seeds
def test_shape_decides_and_color_is_not_needed(seed: int) -> None:
    seen = report(oriented, by_shape, seed, 2)
    assert seen.evidence("accuracy@test.class").value > 0.95
    assert abs(seen.evidence("altered_loss@gray.class").value) < 0.05
    assert seen.evidence("altered_loss@pixels.class").value > 0.3
    assert seen.verdict("shape_or_color") == "supported"
    assert not seen.says("shape does not matter|needs no shape", "shape_or_color")
