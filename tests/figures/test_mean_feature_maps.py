"""Mean feature maps: the means themselves, what pooling does to them, the sheet."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from subjects import check_house_rules, dataset, measures, notes_of, subject

from reportgen.errors import UndefinedError, UserError
from reportgen.figures.mean_feature_maps.compute import compute
from reportgen.records import Target

KIND = "mean_feature_maps"
CLASSES = Target("c", "C", ("dark", "light", "never", "mixed"))


def model(pool: Any = layers.MaxPooling2D) -> Any:
    """Channels: the pixel, and twice the pixel; then pooling; then a convolution."""
    start = keras.Input((4, 4, 1))
    x = layers.Conv2D(2, 1, name="one")(start)
    x = pool(2, name="pool")(x)
    x = layers.Conv2D(2, 1, name="two")(x)
    x = layers.Conv2D(2, 1, name="three")(x)
    made = keras.Model(start, layers.Dense(4, name="out")(layers.Flatten(name="flat")(x)))
    made.get_layer("one").set_weights([np.array([1.0, 2.0]).reshape(1, 1, 1, 2), np.zeros(2)])
    return made


def data() -> Any:
    """Twelve images with one pixel of four lit in each window, but for the first, all black."""
    pixels = np.zeros((12, 4, 4, 1), np.uint8)
    pixels[1:, ::2, ::2] = 255
    return dataset(pixels, {"c": [3, 0, 1, 3] * 3}, (CLASSES,))


def test_means_and_pooling_by_hand() -> None:
    made = subject(KIND, model(), data())
    artifact = compute(made)
    assert artifact.facts.layers == ("one", "pool", "two")
    assert [image.index for image in artifact.facts.images] == [1, 2, 0]
    assert [image.label for image in artifact.facts.images] == ["dark", "light", "mixed"]
    # The mean of a pixel and twice the pixel.
    np.testing.assert_allclose(artifact.arrays["mean_0"][0][:2, :2], [[1.5, 0], [0, 0]])
    np.testing.assert_allclose(artifact.arrays["mean_1"][0], np.full((2, 2), 1.5))
    found = measures(artifact)
    assert found["mean_activation@one"].value == pytest.approx(1.5 / 4 * 11 / 12)
    gain = found["pool_gain@pool"]
    # The black image has no mean to compare with.
    assert (gain.value, gain.n, gain.baseline) == (pytest.approx(4.0), 11, 1.0)
    (drawing,) = check_house_rules(KIND, artifact, made.params)
    assert "one (4 x 4), pool (2 x 2), two (2 x 2)" in drawing.caption
    texts = [note.text for note in notes_of(KIND, artifact)[0]]
    assert "in `one`" in texts[0]
    assert "Pooling in `pool` raises the mean activation to 4 times that of its input" in texts[1]


def test_average_pooling_keeps_the_mean() -> None:
    artifact = compute(subject(KIND, model(layers.AveragePooling2D), data()))
    assert measures(artifact)["pool_gain@pool"].value == pytest.approx(1.0)
    assert notes_of(KIND, artifact)[0][1].text.startswith("Pooling in `pool` keeps the mean")


def test_channels_that_cancel_leave_no_pattern() -> None:
    start = keras.Input((4, 4, 1))
    x = layers.Conv2D(7, 3, padding="same", name="conv")(start)
    x = layers.MaxPooling2D(1, name="pool")(layers.LayerNormalization(name="norm")(x))
    made = keras.Model(start, layers.Dense(4)(layers.Flatten()(x)))
    pixels = np.random.default_rng(0).integers(0, 256, (4, 4, 4, 1), dtype=np.uint8)
    noisy = np.asarray(keras.Model(start, x)(pixels / np.float32(255))).mean(axis=-1)
    # The mean over the channels of a layer normalization is 0, but for rounding.
    assert 0 < np.ptp(noisy) < 1e-6
    given = subject(KIND, made, dataset(pixels, {"c": range(4)}, (CLASSES,)))
    artifact = compute(given)
    assert artifact.facts.layers == ("conv", "pool")
    assert np.ptp(artifact.arrays["mean_1"], axis=(1, 2)).tolist() == [0] * 4
    assert (np.ptp(artifact.arrays["mean_0"], axis=(1, 2)) > 0.01).all()
    (drawing,) = check_house_rules(KIND, artifact, given.params)
    assert " 4 maps are the same everywhere up to rounding, and dark." in drawing.caption


def test_layers_and_classes_can_be_chosen() -> None:
    made = subject(KIND, model(), data(), layers=["two", "three"], first=1, max_classes=2)
    artifact = compute(made)
    assert artifact.facts.layers == ("two",)
    (drawing,) = check_house_rules(KIND, artifact, made.params)
    assert drawing.caption.endswith("1 more class is left out.")
    with pytest.raises(UserError, match="one, pool"):
        compute(subject(KIND, model(), data(), layers=["nine"]))


def test_one_image_may_be_asked_for() -> None:
    made = subject(KIND, model(), data(), layers=["one"], samples=[6])
    artifact = compute(made)
    (drawing,) = check_house_rules(KIND, artifact, made.params)
    assert artifact.arrays["mean_0"].shape == (1, 4, 4)
    assert drawing.caption.startswith("Test image 6 (light) and, beside it, the mean over all")


def test_many_classes_and_none() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1), dtype=np.uint8)
    six = Target("c", "C", tuple("abcdef"))
    made = subject(KIND, model(), dataset(pixels, {"c": range(6)}, (six,)))
    (drawing,) = check_house_rules(KIND, compute(made), made.params)
    assert drawing.picture.height > drawing.picture.width
    bare = subject(KIND, model(), dataset(pixels, {}, ()))
    (drawing,) = check_house_rules(KIND, compute(bare), bare.params)
    assert drawing.caption.startswith("Test images and")


def test_what_cannot_be_averaged() -> None:
    with pytest.raises(UndefinedError, match="no dataset"):
        compute(subject(KIND, model(), None))
    flat = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(4)])
    with pytest.raises(UndefinedError, match="nothing to average"):
        compute(subject(KIND, flat, data()))
