"""What callers of the library get wrong: one sentence each, whatever function they call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import reportgen
from reportgen.errors import UndefinedError, UserError

layers = keras.layers


def model(dtype: str = "float32", scale: float = 1.0) -> Any:
    keras.utils.set_random_seed(1)
    x = keras.Input((8, 8, 2), dtype=dtype, name="image")
    maps = layers.Conv2D(3, 3, activation="relu", name="conv")(layers.Rescaling(scale)(x))
    return keras.Model(x, layers.Dense(3, name="out")(layers.GlobalAveragePooling2D()(maps)))


def pixels(count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 8, 8, 2), dtype=np.uint8)


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "feature_maps": reportgen.feature_maps,
    "grad_cam": reportgen.grad_cam,
    "saliency": reportgen.saliency,
    "deconvnet": reportgen.deconvnet,
    "occlusion": reportgen.occlusion,
    "embedding": reportgen.embedding,
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((0, 8, 8, 2)), "there are no images"),
        (np.full((2, 8, 8, 2), np.nan), "not finite"),
        ("cat.png", "images must be numbers in an array, got str"),
        (None, "images must be numbers in an array, got NoneType"),
        ([np.zeros((8, 8, 2))] * 3, "one input takes one array of images, got a list of 3"),
        ({"picture": np.zeros((2, 8, 8, 2))}, "must have the keys image, got picture"),
    ],
)
def test_images_that_are_none(function: str, images: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        FUNCTIONS[function](model(), images)


@pytest.mark.parametrize("function", ["grad_cam", "saliency", "occlusion"])
@pytest.mark.parametrize("targets", [[0, 1], [[0], [1], [2], [0]], "cat", 0.5, [None] * 4])
def test_targets_that_are_none(function: str, targets: Any) -> None:
    with pytest.raises(UserError, match="one class index, or one for each of 4 images"):
        getattr(reportgen, function)(model(), pixels(), targets)


def test_a_dictionary_goes_by_the_names_of_inputs() -> None:
    one, two = (keras.Input((8, 8, 2), name=name) for name in ("zebra", "ant"))
    parts = [layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(x)) for x in (one, two)]
    made = keras.Model({"zebra": one, "ant": two}, layers.Dense(3)(layers.Concatenate()(parts)))
    given = {"ant": pixels().astype(np.float32), "zebra": np.ones((4, 8, 8, 2), np.float32)}
    names = [tensor.name for tensor in made.inputs]
    expected = reportgen.saliency(made, [given[name] for name in names], 1)
    for found, wanted in zip(reportgen.saliency(made, given, 1), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert reportgen.embedding(made, given).shape == (4, 4)


@pytest.mark.parametrize("function", ["score_cam", "occlusion"])
def test_a_model_of_whole_numbers_gives_what_one_of_fractions_gives(function: str) -> None:
    def found(dtype: str) -> Any:
        if function == "occlusion":
            return reportgen.occlusion(model(dtype, 1 / 255), pixels(), 1, base=40)
        return reportgen.grad_cam(model(dtype, 1 / 255), pixels(), 1, method="score_cam")

    np.testing.assert_allclose(found("uint8"), found("float32"), atol=1e-6)


def test_what_covers_images_of_whole_numbers_may_be_a_fraction() -> None:
    ones = pixels() % 2
    found = reportgen.occlusion(model(), ones, 1, base=0.5)
    wanted = reportgen.occlusion(model(), ones.astype(np.float32), 1, base=0.5)
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("method", ["gradient", "smoothgrad", "integrated_gradients"])
def test_a_model_of_whole_numbers_has_no_gradient(method: str) -> None:
    with pytest.raises(UndefinedError, match="takes whole numbers as its input"):
        reportgen.saliency(model("uint8"), pixels(), method=method)


@pytest.mark.parametrize("images", [pixels() / 255, pixels() / 127.5 - 1, pixels() - 120.0])
def test_images_prepared_for_another_model_are_not_cut_to_whole_numbers(images: Any) -> None:
    with pytest.raises(UserError, match=r"takes whole numbers \(uint8\), but the images are frac"):
        reportgen.grad_cam(model("uint8"), images)


def test_what_lies_between_whole_numbers_is_rounded() -> None:
    given = np.clip(pixels(), 1, 254)
    found = reportgen.grad_cam(model("uint8"), given - 0.4, 1)
    np.testing.assert_array_equal(found, reportgen.grad_cam(model("uint8"), given, 1))


def test_a_model_that_is_built_later_is_looked_at_again() -> None:
    class Late(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv = layers.Conv2D(3, 3, name="conv")
            self.out = layers.Dense(3, name="out")

        def call(self, x: Any) -> Any:
            return self.out(keras.ops.mean(self.conv(x), axis=(1, 2)))

    made = Late()
    for look in (lambda: reportgen.grad_cam(made, pixels()), lambda: reportgen.kernels(made)):
        with pytest.raises(UndefinedError, match="has not been built"):
            look()
    made(pixels().astype(np.float32))
    assert reportgen.grad_cam(made, pixels()).shape == (4, 6, 6)
    assert list(reportgen.kernels(made)) == ["conv"]
