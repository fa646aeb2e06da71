"""Places that answers depend on, planted as the pixels that a model's weights read."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
from keras import layers
from planted import Examined, examine, seeds

from reportgen.records import Dataset, Target

SIZE = 16
METHODS = ("saliency", "occlusion", "grad_cam")


def square(rng: np.random.Generator, label: int, tagged: bool) -> np.ndarray:
    """A square at a random place, dark or bright by class; or a corner that is, beside a square.

    The top left corner is left to the tag.
    """
    image = rng.integers(0, 20, (SIZE, SIZE, 1), dtype=np.uint8)
    row, column = rng.integers(3, SIZE - 7, 2)
    bright = int(rng.integers(2)) if tagged else label
    image[row : row + 7, column : column + 7] = 250 if bright else 140
    image[:2, :2] = 120 if tagged and label else 0
    return image


def data(seed: int, tagged: bool) -> Dataset:
    def mask(images: np.ndarray) -> np.ndarray:
        return images[..., 0] > 130

    return planted.data(lambda rng, label: square(rng, label, tagged), seed, (48, 48), mask=mask)


def reading(corner: bool) -> Any:
    """A model that compares the corner's brightness, or the brightest pixel, with a level."""
    inputs = keras.Input((SIZE, SIZE, 1))
    maps = layers.Conv2D(1, 1, activation="relu", name="conv")(inputs)
    features = layers.Flatten()(maps) if corner else layers.GlobalMaxPooling2D()(maps)
    model = keras.Model(inputs, layers.Dense(1, "sigmoid", name="class")(features))
    weights = np.zeros((SIZE, SIZE)) if corner else np.ones(1)
    if corner:
        weights[:2, :2] = 0.25
    level = (60 if corner else 195) / 255
    model.set_weights(
        [np.ones((1, 1, 1, 1)), np.zeros(1), 40 * weights.reshape(-1, 1), np.full(1, -40 * level)]
    )
    return model


def kinds() -> list[Any]:
    occlusion = {"patch": 4, "stride": 2, "measure_on": 96}
    return [("saliency", {"measure_on": 96}), ("occlusion", occlusion), "grad_cam", "evaluation"]


@seeds
def test_evidence_at_one_place_off_the_object(seed: int) -> None:
    seen = examine(reading(corner=True), data(seed, tagged=True), *kinds())
    assert seen.evidence("accuracy@test.class").value == 1
    for kind in ("saliency", "occlusion"):
        assert seen.evidence("same_place@class", kind).value > 0.9
        assert seen.evidence("foreground_there@class", kind).value < 0.02
    assert seen.verdict("fixed_place") == "contradicted"
    assert seen.says("lies at one place off the object", "fixed_place")
    twin = examine(reading(corner=False), data(seed, tagged=False), *kinds())
    assert twin.evidence("accuracy@test.class").value == 1
    assert twin.evidence("same_place@class").value < 0.45
    # Any weights of this model follow the object, so that it earns no more than "inconclusive".
    assert twin.verdict("fixed_place") == "inconclusive"
    assert not twin.says("lies at one place off the object")


def two_heads(seed: int, shift: int) -> Examined:
    """Two outputs: one reads the left square of each image, the other one `shift` to the right."""

    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        image = np.zeros((16, 32, 1), np.uint8)
        image[4:8, 4:8] = rng.integers(100, 256)
        image[4:8, 4 + shift : 8 + shift] = rng.integers(100, 256)
        return image

    one = planted.data(draw, seed, (48, 48))
    splits = {
        name: planted.replace(split, labels=dict.fromkeys(("left", "right"), split.labels["class"]))
        for name, split in one.splits.items()
    }
    targets = tuple(Target(name, name, ("a", "b")) for name in ("left", "right"))
    inputs = keras.Input((16, 32, 1))
    maps = layers.Conv2D(2, (1, 1 + shift), padding="same", use_bias=False, name="conv")(inputs)
    pooled = layers.GlobalMaxPooling2D()(maps)
    heads = [layers.Dense(1, "sigmoid", name=name, use_bias=False)(pooled)
             for name in ("left", "right")]  # fmt: skip
    model = keras.Model(inputs, heads)
    kernel = np.zeros((1, 1 + shift, 1, 2), np.float32)
    kernel[0, shift // 2, 0, 0] = 1
    kernel[0, 0, 0, 1] = 1
    model.set_weights([kernel, np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])])
    data = planted.replace(one, splits=splits, targets=targets)
    # The filters are positive with any weights, and so these heatmaps hardly follow them.
    return examine(model, data, ("grad_cam", {"sanity": False}))


@seeds
def test_heads_that_look_at_the_same_place_or_at_others(seed: int) -> None:
    far = two_heads(seed, 14)
    assert far.evidence("head_peak_distance").value > 0.15
    assert far.verdict("head_attention") == "contradicted"
    assert far.says(
        r"apart than slightly: their cosine is .*, and their peaks lie [\d.]+% of the width",
        "head_attention",
    )
    assert not far.says("lie at slightly different places", "head_attention")
    same = two_heads(seed, 0)
    assert same.evidence("head_peak_distance").value == 0
    assert same.says("of different outputs hardly differ", "head_attention")
