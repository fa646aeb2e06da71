"""Class activation maps: methods and engine by hand, an independent reference, invariances."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import images, nested, sequential, state, two_heads

from reportgen.attribution.cam import grad_cam
from reportgen.attribution.cam_methods import METHODS
from reportgen.errors import UndefinedError, UserError
from reportgen.network import batching, execution
from reportgen.network.network import Network

layers = keras.layers


# --- methods, on arrays ------------------------------------------------------------------------

# Two channels of 1x2 positions. Gradients: channel 0 (1, 3), channel 1 (-1, 0).
A = np.array([[[[2.0, 4.0], [1.0, 0.0]]]], np.float32)
G = np.array([[[[1.0, -1.0], [3.0, 0.0]]]], np.float32)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Weights 2 and -1/2: 2 * 2 - 4 / 2 and 2 * 1.
        ("grad_cam", [2.0, 2.0]),
        # By position: 2 * 1 + 4 * -1 < 0, and 1 * 3.
        ("hires_cam", [0.0, 3.0]),
        ("layer_cam", [2.0, 3.0]),
        # Channel 0: (2 * 1 + 1 * 3) / 3 = 5 / 3; channel 1: 4 * -1 / 4 = -1.
        ("xgrad_cam", [0.0, 5 / 3]),
        # Channel 0: 1 / (2 + 3) * 1 + 9 / (18 + 3 * 27) * 3 = 1/5 + 3/11; channel 1 no ReLU(g).
        ("grad_cam_plus_plus", [2 * (1 / 5 + 3 / 11), 1 / 5 + 3 / 11]),
    ],
)
def test_methods_by_hand(method: str, expected: list[float]) -> None:
    np.testing.assert_allclose(METHODS[method](A, G)[0, 0], expected, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_methods_are_zero_without_gradient_or_activation_and_never_negative(method: str) -> None:
    zeros = np.zeros_like(A)
    assert not METHODS[method](A, zeros).any()
    assert not METHODS[method](zeros, G).any()
    rng = np.random.default_rng(0)
    maps = METHODS[method](*(rng.normal(size=(2, 3, 4, 5)).astype(np.float32) for _ in range(2)))
    assert maps.shape == (2, 3, 4)
    assert maps.min() >= 0
    assert np.isfinite(maps).all()


def test_grad_cam_does_not_divide_by_a_signed_maximum() -> None:
    # All gradients negative: no evidence, not evidence of the opposite sign.
    assert not METHODS["grad_cam"](np.abs(A), -np.abs(G)).any()


# --- the library function ----------------------------------------------------------------------


def by_hand() -> Any:
    """Two 1x1 filters (x and 1 - x), then one logit that adds positions with weights of its own."""
    model = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Conv2D(2, 1, name="conv"),
            layers.Flatten(),
            layers.Dense(2, "softmax"),
        ]
    )
    dense = np.zeros((8, 2), np.float32)
    dense[0::2, 0] = [1, 2, 3, 4]  # filter 0, class 0: mean 2.5
    dense[1::2, 0] = [-4, 0, 0, 0]  # filter 1, class 0: mean -1
    dense[0::2, 1] = -1
    kernel = np.array([1.0, -1.0], np.float32).reshape(1, 1, 1, 2)
    model.set_weights([kernel, np.array([0.0, 1.0]), dense, np.zeros(2)])
    return model


def test_grad_cam_by_hand() -> None:
    x = np.array([[0.0, 0.2], [0.6, 1.0]], np.float32)[None, ..., None]
    # 2.5 x - (1 - x) = 3.5 x - 1, where it is positive.
    expected = [[0, 0], [1.1, 2.5]]
    np.testing.assert_allclose(grad_cam(by_hand(), x, targets=0)[0], expected, atol=1e-6)
    # Class 1 has the weights -1 and 0.
    assert not grad_cam(by_hand(), x, targets=1).any()


def reference(model: Any, x: np.ndarray, conv: str, target: np.ndarray) -> np.ndarray:
    """Grad-CAM of `sequential()` in NumPy alone, each derivative written out."""
    kernel, bias = (np.asarray(w, np.float64) for w in model.get_layer(conv).get_weights())
    dense, _ = (np.asarray(w, np.float64) for w in model.get_layer("out").get_weights())
    patches = np.lib.stride_tricks.sliding_window_view(x[..., 0].astype(np.float64), (3, 3), (1, 2))
    a = np.maximum(np.einsum("nhwij,ijk->nhwk", patches, kernel[:, :, 0]) + bias, 0)
    n, _, _, k = a.shape
    gradient = np.zeros_like(a)
    blocks = a.reshape(n, 2, 2, 2, 2, k)
    for i in range(n):
        slope = dense[:, target[i]].reshape(2, 2, k)
        for r in range(2):
            for c in range(2):
                for f in range(k):
                    block = blocks[i, r, :, c, :, f]
                    down, across = np.unravel_index(block.argmax(), (2, 2))
                    gradient[i, 2 * r + down, 2 * c + across, f] = slope[r, c, f]
    weights = gradient.mean(axis=(1, 2))
    return np.maximum(np.einsum("nhwk,nk->nhw", a, weights), 0)


@pytest.mark.parametrize("ending", ["fused", "layer", "activation", "logits"])
def test_agrees_with_an_independent_reference(ending: str) -> None:
    model = sequential(ending)
    model.get_layer("conv").bias.assign([2.0, 2.0])  # so that no pooling block is all zero
    x = images(6)
    target = np.array([0, 1, 2, 0, 1, 2])
    expected = reference(model, x, "conv", target)
    found = grad_cam(model, x, target)
    assert expected.any()
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


def test_a_sigmoid_unit_is_explained_in_both_directions() -> None:
    model, x = sequential("sigmoid"), images(6)
    logit = np.log(1 / (1 / np.asarray(model(x))[:, 0] - 1))
    away, towards = grad_cam(model, x, 0), grad_cam(model, x, 1)
    predicted = np.where((logit > 0)[:, None, None], towards, away)
    np.testing.assert_allclose(grad_cam(model, x), predicted, atol=1e-6)
    twin = sequential("logits", units=2)
    dense, bias = model.get_layer("out").get_weights()
    twin.get_layer("conv").set_weights(model.get_layer("conv").get_weights())
    twin.get_layer("out").set_weights([np.hstack([-dense, dense]), np.hstack([-bias, bias])])
    np.testing.assert_allclose(away, grad_cam(twin, x, 0), atol=1e-6)
    np.testing.assert_allclose(towards, grad_cam(twin, x, 1), atol=1e-6)


def test_the_last_convolution_is_found_in_a_nested_model() -> None:
    model, x = nested(), images()
    found = grad_cam(model, x, 1)
    np.testing.assert_array_equal(found, grad_cam(model, x, 1, layer="backbone/conv"))
    flat = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, padding="same"),
            layers.Conv2D(2, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    flat.set_weights(model.get_weights())
    np.testing.assert_allclose(found, grad_cam(flat, x, 1), atol=1e-6)
    first = grad_cam(model, x, 1, layer="backbone/stem/conv")
    assert first.shape == (5, 6, 6)
    np.testing.assert_allclose(first, grad_cam(flat, x, 1, layer=flat.layers[0].name), atol=1e-6)


def test_several_outputs_want_a_name() -> None:
    model, x = two_heads(), images(channels=3)
    with pytest.raises(UserError, match="output must be one of width, angle"):
        grad_cam(model, x)
    np.testing.assert_array_equal(
        grad_cam(model, x, output="angle", targets=2), grad_cam(model, x, output=1, targets=2)
    )


def test_size_resizes_bilinearly() -> None:
    model, x = sequential(), images()
    large = grad_cam(model, x, 0, size=(6, 6))
    small = grad_cam(model, x, 0)[..., None]
    np.testing.assert_allclose(large, tf.image.resize(small, (6, 6))[..., 0], atol=1e-6)


def test_batches_order_and_company_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(7)
    target = np.arange(7) % 3
    whole = grad_cam(model, x, target)
    np.testing.assert_allclose(grad_cam(model, x[::-1], target[::-1])[::-1], whole, atol=1e-6)
    np.testing.assert_allclose(grad_cam(model, x[3:4], int(target[3]))[0], whole[3], atol=1e-6)
    monkeypatch.setattr(batching, "MOST", 2)
    np.testing.assert_allclose(grad_cam(model, x, target), whole, atol=1e-6)
    (graph,) = execution.graphs_of(Network.of(model)).values()
    assert graph.traces == 1


def test_the_model_and_random_state_stay_as_they_were() -> None:
    model = two_heads()
    model.get_layer("conv").trainable = False
    before, python_state = state(model), random.getstate()
    grad_cam(model, images(channels=3), output="width")
    assert state(model) == before
    assert random.getstate() == python_state


def test_only_what_follows_the_layer_is_differentiated() -> None:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, name="early"),
            layers.Conv2D(2, 3, name="late"),
            layers.Flatten(),
            layers.Dense(3, "softmax"),
        ]
    )
    grad_cam(model, images(), 0, layer="late")
    ((key, graph),) = execution.graphs_of(Network.of(model)).items()
    operations = [op.type for op in graph.function.get_concrete_function().graph.get_operations()]
    assert key[1] == "late"
    assert not [kind for kind in operations if kind.startswith("Conv2DBackprop")]


def test_channels_first_maps_are_those_of_channels_last() -> None:
    activations = np.random.default_rng(0).random((2, 3, 4, 5), dtype=np.float32)
    from reportgen.network.channel_order import channels_to_end

    moved = channels_to_end(tf.transpose(activations, [0, 3, 1, 2]))
    np.testing.assert_array_equal(moved, activations)


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UndefinedError, match="has no convolution layer"):
        grad_cam(keras.Sequential([keras.Input((4,)), layers.Dense(2)]), np.ones((1, 4)))
    with pytest.raises(UserError, match="no layer to show here is called 'flat'"):
        grad_cam(sequential(), images(), layer="flat")
    with pytest.raises(UserError, match=r"no method 'gradcam'.*did you mean 'grad_cam'"):
        grad_cam(sequential(), images(), method="gradcam")
    with pytest.raises(UserError, match=r"must lie in 0\.\.2, got 3"):
        grad_cam(sequential(), images(), 3)


def test_an_output_that_does_not_depend_on_the_layer() -> None:
    x = keras.Input((6, 6, 1))
    side = layers.Flatten()(layers.Conv2D(1, 3, name="side")(x))
    model = keras.Model(x, [layers.Dense(2, name="a")(side), layers.Dense(2, name="b")(x[:, 0, 0])])
    with pytest.raises(UndefinedError, match="'b' does not depend on layer 'side'"):
        grad_cam(model, images(), output="b")


def test_weights_that_are_not_finite_are_said_and_not_drawn() -> None:
    model = sequential()
    model.get_layer("out").set_weights([np.full((8, 3), np.nan), np.zeros(3)])
    with pytest.raises(UndefinedError, match="not finite"):
        grad_cam(model, images(), 0)
