"""What the library's functions leave alone: the model, global state, and each image's company."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import images, sequential, state

import reportgen
from reportgen.attribution.cam_methods import NAMES
from reportgen.network import batching

Call = Callable[[Any, Any], Any]
SALIENCY = ("gradient", "smoothgrad", "integrated_gradients", "input_x_gradient",
            "guided_backpropagation")  # fmt: skip
ON_IMAGES: dict[str, Call] = {
    "feature_maps": lambda m, x: reportgen.feature_maps(m, x)["pool"],
    "deconvnet": lambda m, x: reportgen.deconvnet(m, x, "conv", [0])[0],
    "occlusion": lambda m, x: reportgen.occlusion(m, x, patch=2, stride=2),
    **{f"grad_cam {n}": lambda m, x, n=n: reportgen.grad_cam(m, x, method=n) for n in NAMES},
    **{f"saliency {n}": lambda m, x, n=n: reportgen.saliency(m, x, method=n) for n in SALIENCY},
}
CALLS: dict[str, Call] = {
    **ON_IMAGES,
    "kernels": lambda m, x: reportgen.kernels(m)["conv"],
    "activation_maximization": lambda m, x: reportgen.activation_maximization(m, "conv", steps=3),
}


def world(model: Any) -> tuple[Any, ...]:
    """A model with its flags, and all random numbers and settings that a process shares."""
    model.layers[0].trainable = False
    drawn = random.getstate(), np.random.get_state()[1].tobytes()
    settings = (
        keras.config.floatx(),
        keras.config.image_data_format(),
        tf.config.list_physical_devices(),
    )
    return state(model), drawn, settings, keras.src.utils.rng_utils.get_random_seed()


def drawn() -> list[float]:
    """The next numbers of every global generator."""
    return [random.random(), float(np.random.rand()), float(tf.random.uniform(()))]


def seed() -> None:
    random.seed(1)
    np.random.seed(1)
    tf.random.set_seed(1)


@pytest.mark.parametrize("name", CALLS)
def test_the_model_and_the_world_stay_as_they_were(name: str) -> None:
    model, x = sequential(), images(3)
    kept = x.copy()
    CALLS[name](model, x)  # traced before, so that only the work itself is looked at
    seed()
    expected = drawn()
    seed()
    before = world(model)
    first = CALLS[name](model, x)
    assert world(model) == before
    assert drawn() == expected
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(CALLS[name](model, x), first)


@pytest.mark.parametrize("name", ON_IMAGES)
def test_order_company_and_batch_size_change_no_image(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x = sequential(), images(5)
    whole = np.asarray(ON_IMAGES[name](model, x))
    room = 1e-5 * np.ptp(whole)
    turned = np.asarray(ON_IMAGES[name](model, x[::-1]))[::-1]
    np.testing.assert_allclose(turned, whole, atol=room, rtol=0)
    np.testing.assert_allclose(ON_IMAGES[name](model, x[3:4])[0], whole[3], atol=room, rtol=0)
    monkeypatch.setattr(batching, "BUDGET", 1)  # one image at a time
    np.testing.assert_allclose(ON_IMAGES[name](model, x), whole, atol=room, rtol=0)
