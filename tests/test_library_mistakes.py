"""What callers of the library get wrong: one sentence each, whatever function they call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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


A = reportgen.activation_maximization
IG = "integrated_gradients"


@pytest.mark.parametrize(
    ("call", "said"),
    {
        "size": (lambda m, x: reportgen.grad_cam(m, x, size=5), "a height and a width, .* got 5"),
        "no area": (lambda m, x: reportgen.grad_cam(m, x, size=(5, 0)), r"from 1 on, got \(5, 0\)"),
        "no method": (lambda m, x: reportgen.grad_cam(m, x, method=None), "no method None; choose"),
        "list": (lambda m, x: reportgen.saliency(m, x, method=["a"]), r"no method \['a'\]"),
        "copies": (
            lambda m, x: reportgen.saliency(m, x, method="smoothgrad", samples=0),
            "samples must be a whole number from 1 on, got 0",
        ),
        "noise": (lambda m, x: reportgen.saliency(m, x, noise=-1), "noise must be .* got -1"),
        "back": (lambda m, x: reportgen.saliency(m, x, method=IG, steps=-3), "steps .* got -3"),
        "nothing": (lambda m, x: reportgen.saliency(m, x, method=IG, steps=0), "steps .* got 0"),
        "truth": (lambda m, x: reportgen.saliency(m, x, method=IG, steps=True), "got True"),
        "shape": (
            lambda m, x: reportgen.saliency(m, x, method=IG, baseline=np.zeros((3, 3))),
            r"baseline must be one value, .* an array of shape \(3, 3\)",
        ),
        "start": (lambda m, x: reportgen.saliency(m, x, method=IG, baseline=np.inf), "all finite"),
        "same": (
            lambda m, x: reportgen.saliency(m, x, input_range=(1, 1)),
            r"input_range must be a smaller and a larger number, got \(1, 1\)",
        ),
        "bases": (lambda m, x: reportgen.occlusion(m, x, base=[0, 1, 2]), r"got \[0, 1, 2\]"),
        "ragged": (lambda m, x: reportgen.occlusion(m, x, base=[[0], [0, 1]]), "base must be one"),
        "dark": (lambda m, x: reportgen.occlusion(m, x, base=np.nan), "all finite, got nan"),
        "words": (lambda m, x: reportgen.occlusion(m, x, base="black"), "got 'black'"),
        "patch": (lambda m, x: reportgen.occlusion(m, x, patch=2.5), "patch must .* got 2.5"),
        "stride": (lambda m, x: reportgen.occlusion(m, x, stride=(1, 1, 1)), "stride must be a"),
        "filter": (lambda m, x: reportgen.deconvnet(m, x, filters=3), r"in 0\.\.2, got 3"),
        "filters": (lambda m, x: reportgen.deconvnet(m, x, filters="0"), "whole numbers in"),
        "half": (lambda m, x: A(m, "conv", [0.5]), r"be whole numbers in 0\.\.2, got 0.5"),
        "large": (lambda m, x: A(m, "conv", [2**40]), "must lie in"),
        "empty": (lambda m, x: A(m, "conv", [[], [0]]), r"in 0\.\.2, got none"),
        "classes": (lambda m, x: A(m, objective="class", classes=[None]), "got None"),
        "range": (lambda m, x: A(m, "conv", input_range=(1, 0)), "for each of 2 channels, got"),
        "ranges": (lambda m, x: A(m, "conv", input_range=([0, 0, 0], 1)), "for each of 2 chan"),
        "one end": (lambda m, x: A(m, "conv", input_range=1), "a larger number, .* got 1"),
        "ascent": (lambda m, x: A(m, "conv", steps=-1), "steps must be .* got -1"),
        "rate": (lambda m, x: A(m, "conv", learning_rate=np.nan), "learning_rate .* got nan"),
        "shift": (lambda m, x: A(m, "conv", jitter=-1), "jitter must be .* got -1"),
        "seed": (lambda m, x: A(m, "conv", seed=-1), "seed must be .* got -1"),
        "scale": (lambda m, x: A(m, "conv", scale=1), "from 0 on and below 1, got 1"),
        "decay": (lambda m, x: A(m, "conv", l2="no"), "l2 must be a number from 0 on, got 'no'"),
        "unit": (lambda m, x: A(m, "conv", objective=None), "no objective None; choose"),
        "place": (lambda m, x: A(m, "conv", objective="unit", position=2), "a row and a column"),
        "side": (lambda m, x: A(m, "conv", size=(8, 8)), r"size must be .* got \(8, 8\)"),
    }.values(),
)  # fmt: skip
def test_parameters_that_make_no_sense(call: Callable[[Any, Any], Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        call(model(), pixels().astype(np.float32))


@pytest.mark.parametrize("function", [*FUNCTIONS, "kernels", "activation_maximization"])
def test_models_and_layers_that_are_none(function: str) -> None:
    images = () if function in ("kernels", "activation_maximization") else (pixels(),)
    call, name = getattr(reportgen, function), "layer"
    with pytest.raises(UserError, match="must be a Keras model, got str; load it first"):
        call("m.keras", *images)
    if function in ("kernels", "feature_maps"):
        name = "layers"
        with pytest.raises(UserError, match="layers must be a list of paths, got int"):
            call(model(), *images, layers=3)
    if function in ("saliency", "occlusion"):
        return
    with pytest.raises(UserError, match="by its path, got a Conv2D that the model does not have"):
        call(model(), *images, **{name: layers.Conv2D(3, 3)})
    with pytest.raises(UserError, match="by its path, got int"):
        call(model(), *images, **{name: 3 if name == "layer" else [3]})


def test_what_is_meant_may_come_in_other_forms() -> None:
    made, images = model(), pixels().astype(np.float32)
    conv = made.get_layer("conv")

    def same(one: Any, other: Any) -> None:
        np.testing.assert_array_equal(one, other)

    same(reportgen.grad_cam(made, images, layer=conv), reportgen.grad_cam(made, images))
    assert list(reportgen.kernels(made, conv)) == ["conv"]
    assert list(reportgen.feature_maps(made, images, [conv])) == ["conv"]
    same(reportgen.occlusion(made, images, patch=3.0), reportgen.occlusion(made, images, patch=3))
    same(reportgen.deconvnet(made, images, filters=1), reportgen.deconvnet(made, images)[[1]])
    for one, other in [(0, [0]), (np.array([0, 2]), [0, 2]), (np.array([[0, 2]]), [[0, 2]])]:
        same(A(made, "conv", one, steps=2), A(made, "conv", other, steps=2))


def infinite() -> Any:
    """A layer that gives minus infinity where the one before it is zero, and one that reads it."""
    x = keras.Input((8, 8, 1), name="image")
    zeros = layers.Conv2D(2, 3, kernel_initializer="zeros", activation="relu", name="zeros")(x)
    maps = layers.Conv2D(2, 1, kernel_initializer="ones", name="conv")(keras.ops.log(zeros))
    return keras.Model(x, layers.Dense(3, name="out")(layers.Flatten()(maps)))


def test_maps_are_what_the_model_computes_infinity_included() -> None:
    made, images = infinite(), pixels()[..., :1].astype(np.float32)
    found = reportgen.feature_maps(made, images)
    assert not found["zeros"].any()
    assert np.isneginf(found["conv"]).all()


EXPLAINING = [name for name in FUNCTIONS if name != "feature_maps"]


@pytest.mark.parametrize("function", [*EXPLAINING, "activation_maximization"])
def test_weights_that_are_no_numbers_are_refused(function: str) -> None:
    made = model()
    kernel, *rest = made.get_weights()
    kernel[..., 0] = np.nan
    made.set_weights([kernel, *rest])
    images = pixels().astype(np.float32)
    calls: dict[str, Callable[[], Any]] = {
        **{name: partial(call, made, images) for name, call in FUNCTIONS.items()},
        "activation_maximization": partial(A, made, "conv", steps=1),
    }
    # A ReLU turns NaN into 0 on some machines, so it is not enough to look at what comes out.
    with pytest.raises(UndefinedError, match="weights of layer 'conv' hold values that are not"):
        calls[function]()
    assert np.isnan(reportgen.kernels(made)["conv"][..., 0]).all()


def test_maps_of_weights_that_are_no_numbers_are_handed_out() -> None:
    made = model()
    made.set_weights([np.full_like(weight, np.nan) for weight in made.get_weights()])
    assert "conv" in reportgen.feature_maps(made, pixels().astype(np.float32))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda m, x: reportgen.saliency(m, x, samples=5),
            "'samples' has no effect with method 'gradient'; it is for smoothgrad; leave it out, "
            "or change 'method'",
        ),
        (lambda m, x: reportgen.saliency(m, x, method=IG, noise=0.1), "'noise' has no effect with"),
        (lambda m, x: reportgen.saliency(m, x, steps=64), "it is for integrated_gradients"),
        (lambda m, x: reportgen.saliency(m, x, baseline=[0, 1]), "'baseline' has no effect with"),
        (lambda m, x: A(m, "conv", classes=[[0], [1, 2]]), "'classes' has no effect with objectiv"),
        (
            lambda m, x: reportgen.embedding(m, x, layer="conv", output=0),
            "'output' has no effect beside 'layer'; leave one of them out",
        ),
    ],
)
def test_what_would_change_nothing_is_refused(call: Callable[[Any, Any], Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        call(model(), pixels().astype(np.float32))


def test_what_is_a_default_or_holds_for_every_method_may_be_said() -> None:
    made, images = model(), pixels().astype(np.float32)
    given: dict[str, Any] = {"samples": 20, "noise": 0.15, "steps": 32.0, "baseline": 0}
    found = reportgen.saliency(made, images, 1, **given, input_range=(0, 255), seed=3)
    np.testing.assert_array_equal(found, reportgen.saliency(made, images, 1))


def test_no_image_excites_what_answers_with_infinity() -> None:
    assert A(infinite(), "zeros", [0], steps=2).shape == (1, 8, 8, 1)
    with pytest.raises(UndefinedError, match=r"conv' are not finite .* for filters 0, 1, so"):
        A(infinite(), "conv", steps=2)
    with pytest.raises(UndefinedError, match=r"output 0 are not finite .* for classes 2, so"):
        A(infinite(), objective="class", classes=2, steps=2)
