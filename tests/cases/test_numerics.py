"""Numbers of odd models, each held against values that NumPy or a person computed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

import reportgen
from reportgen.network import gradient_scaling
from reportgen.network.network import Network
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.training.loop import train

layers = keras.layers
Floats = NDArray[np.float32]


# --- half precision ------------------------------------------------------------------------------


def in_precision(policy: str, scale: float = 2.0**-9, head: str | None = "float32") -> Any:
    """Two convolutions over 64 x 64 pixels, a mean over them, and two classes.

    All weights are multiples of 1/4 times `scale`, and so exact in half precision.
    """
    model = keras.Sequential(
        [
            keras.Input((64, 64, 1)),
            layers.Conv2D(2, 3, activation="relu", dtype=policy, name="first"),
            layers.Conv2D(3, 3, activation="relu", dtype=policy, name="last"),
            layers.GlobalAveragePooling2D(dtype=policy),
            layers.Dense(2, activation="softmax", dtype=head or policy, name="out"),
        ]
    )
    rng = np.random.default_rng(5)
    weights = [rng.integers(-4, 5, w.shape) / 4.0 for w in model.get_weights()]
    weights[-2] *= scale
    model.set_weights(weights)
    return model


def whole_images() -> Floats:
    return np.random.default_rng(7).integers(0, 3, (2, 64, 64, 1)).astype(np.float32)


@pytest.mark.parametrize("head", ["float32", None])
@pytest.mark.parametrize("scale", [2.0**-9, 2.0**11])
def test_gradients_in_half_precision_neither_underflow_nor_overflow(
    scale: float, head: str | None
) -> None:
    """Grad-CAM and saliency of a mixed_float16 model were zero ("zero gradients")."""
    half, full = in_precision("mixed_float16", scale, head), in_precision("float32", scale)
    images = whole_images()
    for method in ("grad_cam", "grad_cam_plus_plus", "layer_cam", "hires_cam", "xgrad_cam"):
        got, want = (reportgen.grad_cam(m, images, 1, method=method) for m in (half, full))
        np.testing.assert_allclose(got, want, atol=4e-3 * want.max(), rtol=0)
    for method in ("gradient", "input_x_gradient", "guided_backpropagation"):
        got, want = (reportgen.saliency(m, images, 1, method=method) for m in (half, full))
        assert np.abs(want).max() > 0
        np.testing.assert_allclose(got, want, atol=4e-3 * np.abs(want).max(), rtol=0)


def test_the_projection_of_a_faint_channel_survives_half_precision() -> None:
    """What came back of a faint activation was below the smallest number of float16."""
    half, full = (in_precision(policy) for policy in ("mixed_float16", "float32"))
    for model in (half, full):
        first, last = model.get_layer("first"), model.get_layer("last")
        first.set_weights([w / 2**6 for w in first.get_weights()])
        last.set_weights([last.get_weights()[0] / 2**6, np.zeros(3)])
    got, want = (reportgen.deconvnet(m, whole_images(), "last", [0, 2]) for m in (half, full))
    assert np.abs(want).max() > 0
    np.testing.assert_allclose(got, want, atol=4e-3 * np.abs(want).max(), rtol=0)


def test_an_ascent_in_half_precision_climbs_a_faint_slope() -> None:
    """Activation maximization of a mixed_float16 model kept its gray image."""
    images = [
        reportgen.activation_maximization(
            in_precision(policy, 2.0**-26),
            objective="class",
            classes=[0],
            steps=8,
            input_range=(-2.0, 2.0),
        )
        for policy in ("mixed_float16", "float32")
    ]
    assert images[1].std() > 0.1
    assert np.mean(np.abs(images[0] - images[1])) < 1e-3


def test_the_scale_of_an_image_does_not_depend_on_the_images_beside_it() -> None:
    """One image whose gradient overflows must not cost the others their last digits."""
    model = in_precision("mixed_float16", 2.0**11, None)
    images = whole_images() * np.array([1.0, 2.0**-12], np.float32)[:, None, None, None]
    together = reportgen.saliency(model, images, 0, method="input_x_gradient")
    alone = [
        reportgen.saliency(model, images[i : i + 1], 0, method="input_x_gradient") for i in (0, 1)
    ]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_the_scaled_way_back_is_for_half_precision_alone() -> None:
    """Models in 32 bits must keep their numbers to the bit, and pay nothing."""
    full = Network.of(in_precision("float32"))
    assert not gradient_scaling.in_half_precision(full)
    assert gradient_scaling.run_scaled(full, lambda: [1, 2], (1, 1)) == [1, 2]
    bfloat = keras.Sequential([keras.Input((2,)), layers.Dense(2, dtype="mixed_bfloat16")])
    assert not gradient_scaling.in_half_precision(Network.of(bfloat))


def test_training_in_half_precision_moves_weights_behind_a_large_mean() -> None:
    """Gradients of the first layers underflowed, so training left these layers as they were."""
    target = Target("class", "Class", ("dark", "bright"))
    rng = np.random.default_rng(0)
    labels = np.arange(16) % 2
    pixels = (rng.integers(0, 100, (16, 64, 64, 1)) + 100 * labels[:, None, None, None]).astype(
        np.uint8
    )
    split = Split(pixels, {"class": labels})
    splits = {"train": split, "validation": split, "test": split}
    data = Dataset("d", "D", (target,), splits, Preprocessing(), "", "")
    moved = []
    for policy in ("mixed_float16", "float32"):
        model = in_precision(policy, 2.0**-12)
        before = model.get_layer("first").get_weights()[0]
        answering = Network.of(model).heads_for(data.targets)
        settings = {"epochs": 1, "batch_size": 8, "optimizer": "sgd", "learning_rate": 100.0}
        train(model, data, answering, settings, 1, lambda done, total, text: None)
        moved.append(model.get_layer("first").get_weights()[0] - before)
    assert np.abs(moved[1]).max() > 0
    np.testing.assert_allclose(moved[0], moved[1], atol=0.05 * np.abs(moved[1]).max(), rtol=0)
