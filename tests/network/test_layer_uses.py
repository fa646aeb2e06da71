"""A later use of a shared layer, addressed as `name[1]`, against NumPy; and what is said of it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from small_models import seeded, sequential

import reportgen
from reportgen.errors import UserError
from reportgen.maximization.objectives import own_channels
from reportgen.network.dependencies import dependencies_of, steps
from reportgen.network.embeddings import classifier
from reportgen.network.finite import require_finite
from reportgen.network.gradients import layer_gradients
from reportgen.network.layer_selection import find
from reportgen.network.layers import numbered_uses, repeated
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.receptive_field import receptive_field
from reportgen.training.auxiliary import AuxiliaryClassifier

Floats = NDArray[np.float32]
layers = keras.layers
SIDE = 4


def inputs(n: int = 3, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(n, SIDE, SIDE, 2)).astype(np.float32)


def siamese() -> Any:
    """Two images through one convolution; a dense head of three classes on both means."""
    a, b = keras.Input((SIDE, SIDE, 2), name="a"), keras.Input((SIDE, SIDE, 2), name="b")
    tower = layers.Conv2D(2, 1, activation="relu", name="tower")
    mean = layers.GlobalAveragePooling2D(name="mean")
    both = layers.Concatenate(name="both")([mean(tower(a)), mean(tower(b))])
    return seeded(keras.Model([a, b], layers.Dense(3, "softmax", name="out")(both)))


def chain(end: Any = "softmax") -> Any:
    """One convolution three times in a row, then a dense head."""
    x = keras.Input((SIDE, SIDE, 2), name="x")
    conv = layers.Conv2D(2, 1, activation="relu", name="conv")
    flat = layers.Flatten(name="flat")(conv(conv(conv(x))))
    model = seeded(keras.Model(x, layers.Dense(3, end, name="out")(flat)))
    conv.set_weights([np.array([[[[0.7, -0.2], [0.4, 0.9]]]]), np.array([0.1, 0.2])])
    return model


def twice() -> Any:
    """A sub-model that is used twice, in which a convolution is."""
    start = keras.Input((SIDE, SIDE, 2), name="start")
    conv = layers.Conv2D(2, 1, activation="relu", name="conv")
    inner = keras.Model(start, conv(conv(start)), name="inner")
    a, b = keras.Input((SIDE, SIDE, 2), name="a"), keras.Input((SIDE, SIDE, 2), name="b")
    out = layers.Dense(2, name="out")
    both = layers.Subtract(name="minus")([inner(a), inner(b)])
    return seeded(keras.Model([a, b], out(layers.Flatten(name="flat")(both))))


def convolved(layer: Any, values: Floats) -> Floats:
    """A convolution of 1 x 1 and a ReLU."""
    kernel, bias = layer.get_weights()
    return np.maximum(values @ kernel[0, 0] + bias, 0)


def test_activations_of_each_use_of_a_siamese_network() -> None:
    model, a, b = siamese(), inputs(), inputs(seed=1)
    found = reportgen.feature_maps(model, [a, b], ["tower", "tower[1]"])
    for path, given in (("tower", a), ("tower[1]", b)):
        expected = convolved(model.get_layer("tower"), given)
        np.testing.assert_allclose(found[path], expected, atol=1e-6)


def test_grad_cam_at_the_second_use_of_a_siamese_network() -> None:
    model, a, b = siamese(), inputs(), inputs(seed=1)
    head = np.array([[0, 1, 0], [0, 2, 0], [0, 3, 0], [0, -0.5, 0]], np.float32)
    model.get_layer("out").set_weights([head, np.zeros(3)])
    for path, given, rows in (("tower", a, slice(0, 2)), ("tower[1]", b, slice(2, 4))):
        maps = convolved(model.get_layer("tower"), given)
        # The slope of the logit is the same all over a map: a weight over the number of positions.
        expected = np.maximum(maps @ head[rows, 1] / SIDE**2, 0)
        found = reportgen.grad_cam(model, [a, b], targets=1, layer=path)
        assert expected.max() > 0.01
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(("path", "after"), [("conv", 2), ("conv[1]", 1), ("conv[2]", 0)])
def test_the_gradient_is_that_with_respect_to_one_use_only(path: str, after: int) -> None:
    model, x = chain(), inputs()
    conv, out = model.get_layer("conv"), model.get_layer("out")
    kernel = conv.get_weights()[0][0, 0]
    values = [x]
    for _ in range(3):
        values.append(convolved(conv, values[-1]))
    slope = np.broadcast_to(out.get_weights()[0][:, 2].reshape(SIDE, SIDE, 2), x.shape)
    for later in range(after):
        slope = (slope * (values[3 - later] > 0)) @ kernel.T
    (found,) = layer_gradients(Network.of(model), x, path, [0], np.full((1, len(x)), 2))
    np.testing.assert_allclose(found.activations, values[3 - after], atol=1e-6)
    np.testing.assert_allclose(found.gradients[0], slope, atol=1e-6)


def test_uses_inside_a_model_that_is_used_twice() -> None:
    model, a, b = twice(), inputs(), inputs(seed=1)
    conv = model.get_layer("inner").get_layer("conv")
    paths = ["inner/conv", "inner/conv[1]", "inner[1]/conv", "inner[1]/conv[1]"]
    found = reportgen.feature_maps(model, [a, b], paths)
    for given, pair in ((a, paths[:2]), (b, paths[2:])):
        once = convolved(conv, given)
        np.testing.assert_allclose(found[pair[0]], once, atol=1e-6)
        np.testing.assert_allclose(found[pair[1]], convolved(conv, once), atol=1e-6)
    whole = observe(Network.of(model), [a, b], ["inner[1]"], logits=False).activations["inner[1]"]
    np.testing.assert_array_equal(whole, found[paths[3]])
    assert repeated(Network.of(model).uses) == {"inner": 2, "inner/start": 2, "inner/conv": 4}
    assert numbered_uses(Network.of(model).uses)["inner[1]/conv"] == (3, 4)


def test_an_ascent_climbs_the_use_that_is_named() -> None:
    """With positive weights the third use answers most where the others do, but not as much."""
    model = chain()
    conv = model.get_layer("conv")
    conv.set_weights([np.array([[[[0.5, 0.1], [0.0, 0.5]]]]), np.array([0.0, 0.0])])
    images = reportgen.activation_maximization(
        model, "conv[2]", [0], steps=30, learning_rate=0.1, parameterization="pixels", jitter=0,
        l2=0.0, total_variation=0.0,
    )  # fmt: skip
    # The first channel of each use sees the first input alone, so only that one is lit.
    assert images[0, ..., 0].min() > 0.95
    np.testing.assert_allclose(images[0, ..., 1], 0.5, atol=0.05)
    picks = np.array([[1]] * 3, np.int32)
    output, _ = own_channels(Network.of(model), "conv[1]", picks, channels_last=True)(inputs())
    expected = convolved(conv, convolved(conv, inputs()))[..., 1:]
    np.testing.assert_allclose(output, expected, atol=1e-6)


def test_a_deconvnet_goes_back_from_the_use_that_is_named() -> None:
    model, x = chain(), inputs()
    conv = model.get_layer("conv")
    kernel = conv.get_weights()[0][0, 0]
    once = convolved(conv, x)
    maps = convolved(conv, once)
    back = np.maximum(maps * np.array([0, 1]), 0) @ kernel.T
    expected = np.maximum(back, 0) @ kernel.T
    (found,) = reportgen.deconvnet(model, x, "conv[1]", filters=[1], keep="all")
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_an_embedding_of_the_second_image() -> None:
    model, a, b = siamese(), inputs(), inputs(seed=1)
    found = observe(Network.of(model), [a, b], ["mean[1]"], logits=False).activations["mean[1]"]
    expected = convolved(model.get_layer("tower"), b).mean(axis=(1, 2))
    np.testing.assert_allclose(found, expected, atol=1e-6)
    start = chain(end=None)
    values = reportgen.embedding(start, inputs(), layer="conv[1]")
    once = convolved(start.get_layer("conv"), inputs())
    expected = convolved(start.get_layer("conv"), once).mean(axis=(1, 2))
    np.testing.assert_allclose(values, expected, atol=1e-6)


def test_kernels_of_every_use_are_the_same() -> None:
    found = reportgen.kernels(chain(), ["conv", "conv[2]"])
    np.testing.assert_array_equal(found["conv"], found["conv[2]"])


def test_a_classifier_that_answers_twice_is_read_at_the_use_before_the_output() -> None:
    x = keras.Input((SIDE, SIDE, 2))
    dense = layers.Dense(2, name="dense")
    first = dense(layers.GlobalAveragePooling2D(name="mean")(x))
    model = keras.Model(x, [first, dense(layers.GlobalMaxPooling2D(name="most")(x))])
    assert [classifier(Network.of(model), head).path for head in Network.of(model).heads] == [
        "dense",
        "dense[1]",
    ]
    values = reportgen.embedding(model, inputs(), output=1)
    np.testing.assert_allclose(values, inputs().max(axis=(1, 2)), atol=1e-6)


def test_what_lies_before_a_use() -> None:
    model = chain()
    assert dependencies_of(Network.of(model), "conv[1]").layers == ("conv", "conv[1]")
    assert [step.path for step in steps(Network.of(model))] == [
        "x",
        "conv",
        "conv",
        "conv",
        "flat",
        "out",
    ]
    window = layers.Conv2D(1, 3, name="window")
    x = keras.Input((9, 9, 1))
    again = keras.Model(x, window(window(x)))
    assert [receptive_field(Network.of(again), path) for path in ("window", "window[1]")] == [3, 5]


def test_weights_between_two_uses_are_looked_at_too() -> None:
    x = keras.Input((SIDE, SIDE, 2))
    conv, between = layers.Conv2D(2, 1, name="conv"), layers.Conv2D(2, 1, name="between")
    model = keras.Model(x, conv(between(conv(x))))
    between.set_weights([np.full((1, 1, 2, 2), np.nan), np.zeros(2)])
    require_finite(Network.of(model), ["conv"])
    with pytest.raises(Exception, match="weights of layer 'between' hold values"):
        require_finite(Network.of(model), ["conv[1]"])


def test_a_helper_may_stand_at_a_use() -> None:
    model = chain()
    helper = AuxiliaryClassifier(model, Network.of(model).heads, "conv[1]")
    once = convolved(model.get_layer("conv"), inputs())
    expected = convolved(model.get_layer("conv"), once)
    np.testing.assert_allclose(helper.model(inputs())[1], expected, atol=1e-6)


def test_names_of_uses() -> None:
    model, deep = chain(), twice()
    assert find(Network.of(model), "conv[0]") == "conv"
    assert find(Network.of(model), "conv[2]") == "conv[2]"
    assert find(Network.of(deep), "conv[1]") == "inner/conv[1]"
    assert find(Network.of(deep), "inner[0]/conv[1]") == "inner/conv[1]"
    assert find(Network.of(deep), "inner[1]/conv[0]") == "inner[1]/conv"
    assert Network.of(deep).layer("inner[1]/conv") is deep.get_layer("inner").get_layer("conv")
    assert list(Network.of(model).layers) == ["x", "conv", "flat", "out"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "conv[3]",
            "there is no use 'conv[3]' of a layer, as the model uses 'conv' 3 times; "
            "name one of them: conv, conv[1], conv[2]",
        ),
        (
            "flat[1]",
            "there is no use 'flat[1]' of a layer, as the model uses 'flat' only once; "
            "name it: flat",
        ),
    ],
)
def test_a_use_too_many_is_told_with_those_there_are(name: str, said: str) -> None:
    with pytest.raises(UserError) as caught:
        find(Network.of(chain()), name)
    assert str(caught.value) == said


def test_a_use_of_a_layer_that_is_not_there_is_told_as_a_layer() -> None:
    with pytest.raises(UserError, match=r"no layer to show here is called 'konv\[1\]'"):
        find(Network.of(chain()), "konv[1]")
    with pytest.raises(UserError, match="as the model uses 'inner/conv' 4 times"):
        find(Network.of(twice()), "inner[2]/conv")


def test_a_layer_whose_own_name_looks_like_a_use_wins() -> None:
    x = keras.Input((SIDE, SIDE, 2), name="x")
    conv, own = layers.Conv2D(2, 1, name="conv"), layers.Conv2D(2, 1, name="conv[1]")
    model = seeded(keras.Model(x, own(conv(conv(x)))))
    (found,) = reportgen.feature_maps(model, inputs(), ["conv[1]"]).values()
    np.testing.assert_allclose(found, model(inputs()), atol=1e-6)


def test_uses_are_counted_as_they_were_written_not_as_they_run() -> None:
    """The call that was written first runs last here, as its result is needed last."""
    x = keras.Input((SIDE, SIDE, 2), name="x")
    conv, other = layers.Conv2D(2, 1, name="conv"), layers.Conv2D(2, 1, name="other")
    near = conv(x)
    far = other(conv(other(x)))
    model = seeded(keras.Model(x, layers.Add(name="sum")([near, far])))
    found = reportgen.feature_maps(model, inputs(), ["conv"])["conv"]
    kernel, bias = conv.get_weights()
    np.testing.assert_allclose(found, inputs() @ kernel[0, 0] + bias, atol=1e-6)


def test_what_is_used_once_is_not_told() -> None:
    assert repeated(Network.of(sequential()).uses) == {}


def test_uses_multiply_through_nested_models() -> None:
    start = keras.Input((4, 4, 2), name="start")
    again = layers.Conv2D(2, 1, name="again")
    inner = keras.Model(start, again(again(start)), name="inner")
    side = keras.Input((4, 4, 2), name="side")
    model = keras.Model(side, layers.Add(name="sum")([inner(side), inner(inner(side))]))
    assert repeated(Network.of(model).uses) == {
        "inner": 3,
        "inner/start": 3,
        "inner/again": 6,
    }


def test_nodes_outside_the_model_do_not_count() -> None:
    start = keras.Input((4, 4, 2))
    shared = layers.Conv2D(2, 1, name="shared")
    model = keras.Model(start, shared(start))
    shared(shared(start))
    assert repeated(Network.of(model).uses) == {}


def test_a_model_that_cannot_be_followed_tells_nothing() -> None:
    class Closed(keras.Model):
        def call(self, x):  # type: ignore[no-untyped-def]
            return x if float(x[0, 0]) > 0 else -x

    assert repeated(Network.of(Closed()).uses) == {}
