"""The recipe of an ascent that goes by the size of the image."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from small_models import sequential

from reportgen.maximization.maximize import activation_maximization
from reportgen.maximization.recipes import recipe

layers = keras.layers


def settled(side: int, **given: Any) -> Any:
    dials = {"parameterization": None, "l2": None, "total_variation": None, "jitter": None} | given
    return recipe((side, side + 5, 3), 40, 0.05, others=(0, 0.0, 0.0), ends=(0.0, 1.0), **dials)


def test_small_images_are_climbed_in_pixels_and_large_ones_in_waves() -> None:
    small, large = settled(28), settled(224)
    found = [
        (r.parameterization, r.decay, r.variation, r.transforms.jitter) for r in (small, large)
    ]
    assert found == [("pixels", 0.3, 0.3, 2), ("fourier", 0.3, 0.0, 16)]
    assert [settled(side).parameterization for side in (63, 64)] == ["pixels", "fourier"]
    assert settled(6).transforms.jitter == 2


def test_what_is_given_holds_at_any_size() -> None:
    found = settled(224, parameterization="pixels", l2=0.0, jitter=0)
    assert (found.parameterization, found.decay, found.transforms.jitter) == ("pixels", 0, 0)
    assert found.variation == 0.3, "the default of the parameterization that was given"


def test_the_range_of_the_input_is_only_a_unit() -> None:
    """A model that takes 0..255 and divides it shows what the model for 0..1 shows."""
    plain = sequential()
    wide = keras.Sequential([keras.Input((6, 6, 1)), layers.Rescaling(1 / 255), *plain.layers])
    first = activation_maximization(plain, "conv", steps=15)
    other = activation_maximization(wide, "conv", steps=15, input_range=(0.0, 255.0))
    np.testing.assert_allclose(other / 255, first, atol=1e-4)


def test_large_colored_images_get_contrast_and_do_not_saturate() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((96, 96, 3)),
            layers.Conv2D(4, 5, strides=2, activation="relu", kernel_initializer="he_normal"),
            layers.Conv2D(3, 5, strides=2, activation="relu", name="conv"),
        ]
    )
    ends = ((-103.9, -116.8, -123.7), (151.1, 138.2, 131.3))
    found = activation_maximization(model, "conv", input_range=ends)
    low, high = np.array(ends)
    shares = (found - low) / (high - low)
    assert ((shares > 0) & (shares < 1)).all()
    assert ((shares < 0.02) | (shares > 0.98)).mean() < 0.1
    assert (shares.std(axis=(1, 2, 3)) > 0.05).all()
