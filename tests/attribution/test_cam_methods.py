"""Every class activation map against NumPy alone, position by position; and Score-CAM."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import dataset, images, nested, sequential, state, two_heads
from subjects import subject

from reportgen.attribution.cam import grad_cam
from reportgen.attribution.cam_methods import NAMES
from reportgen.attribution.cam_methods import gradient_weighted as by_mean_gradients
from reportgen.errors import UndefinedError
from reportgen.figures.grad_cam.compute import compute
from reportgen.figures.grad_cam.draw import draw
from reportgen.figures.grad_cam.notes import notes
from reportgen.network import batching, execution
from reportgen.network.network import Network
from reportgen.records import Evidence, Finding

layers = keras.layers
METHODS = NAMES


def forward(model: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Activations and logits of `sequential()` by sums over windows, in double precision."""
    kernel, bias = (np.asarray(w, np.float64) for w in model.get_layer("conv").get_weights())
    dense, offset = (np.asarray(w, np.float64) for w in model.get_layer("out").get_weights())
    n = len(x)
    a = np.zeros((n, 4, 4, 2))
    for r in range(4):
        for c in range(4):
            window = x[:, r : r + 3, c : c + 3, 0].astype(np.float64)
            a[:, r, c] = np.maximum(np.einsum("nij,ijk->nk", window, kernel[:, :, 0]) + bias, 0)
    pooled = a.reshape(n, 2, 2, 2, 2, 2).max(axis=(2, 4)).reshape(n, 8)
    return a, pooled @ dense + offset


def backward(model: Any, a: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The slope of the target's logit: a dense weight at each block's maximum, else zero."""
    dense = np.asarray(model.get_layer("out").get_weights()[0], np.float64).reshape(2, 2, 2, 3)
    g = np.zeros_like(a)
    for n, r, c, k in np.ndindex(len(a), 2, 2, 2):
        block = a[n, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2, k]
        down, across = np.unravel_index(block.argmax(), (2, 2))
        g[n, 2 * r + down, 2 * c + across, k] = dense[r, c, k, target[n]]
    return g


def reference(method: str, model: Any, x: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The papers' formulas with a loop over images and channels."""
    a, _ = forward(model, x)
    g = backward(model, a, target)
    maps = np.zeros(a.shape[:3])
    for n in range(len(a)):
        weights = scores(model, x[n], a[n], target[n]) if method == "score_cam" else None
        for k in range(2):
            one, slope = a[n, ..., k], g[n, ..., k]
            if method == "grad_cam":
                maps[n] += slope.sum() / 16 * one
            elif method == "xgrad_cam":
                maps[n] += sum(one[p] / one.sum() * slope[p] for p in np.ndindex(4, 4)) * one
            elif method == "hires_cam":
                maps[n] += slope * one
            elif method == "layer_cam":
                maps[n] += np.where(slope > 0, slope, 0) * one
            elif method == "grad_cam_plus_plus":
                weight = 0.0
                for p in np.ndindex(4, 4):
                    below = 2 * slope[p] ** 2 + one.sum() * slope[p] ** 3
                    weight += slope[p] ** 2 / below * max(slope[p], 0) if below else 0
                maps[n] += weight * one
            elif weights is not None:
                maps[n] += weights[k] * one
    return np.maximum(maps, 0)


def scores(model: Any, x: np.ndarray, a: np.ndarray, target: int) -> np.ndarray:
    """softmax_k of the rise of the logit, against a black image, of the image through channel k."""
    rises = np.zeros(2)
    black = forward(model, np.zeros((1, 6, 6, 1)))[1][0, target]
    for k in range(2):
        large = np.asarray(tf.image.resize(a[..., k : k + 1], (6, 6)), np.float64)
        mask = (large - large.min()) / (large.max() - large.min())
        rises[k] = forward(model, (x * mask)[None])[1][0, target] - black
    return np.exp(rises) / np.exp(rises).sum()


@pytest.mark.parametrize("method", METHODS)
def test_agrees_with_an_independent_reference(method: str) -> None:
    model, x = sequential(), images(6)
    model.get_layer("conv").bias.assign([2.0, 2.0])  # so that every block has one maximum
    target = np.array([0, 1, 2, 0, 1, 2])
    expected = reference(method, model, x, target)
    assert expected.any()
    found = grad_cam(model, x, target, method=method)
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.ptp(expected))


@pytest.mark.parametrize("method", METHODS)
def test_batches_order_and_company_change_nothing(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x, target = sequential(), images(7), np.arange(7) % 3
    whole = grad_cam(model, x, target, method=method)
    backwards = grad_cam(model, x[::-1], target[::-1], method=method)[::-1]
    np.testing.assert_allclose(backwards, whole, atol=1e-6)
    monkeypatch.setattr(batching, "MOST", 2)
    np.testing.assert_allclose(grad_cam(model, x, target, method=method), whole, atol=1e-6)
    traced = [g.traces for g in execution.graphs_of(Network.of(model)).values()]
    assert set(traced) == {1}


@pytest.mark.parametrize("method", METHODS)
def test_the_model_and_random_state_stay_as_they_were(method: str) -> None:
    model = two_heads()
    model.get_layer("conv").trainable = False
    before, python_state = state(model), random.getstate()
    grad_cam(model, images(channels=3), output="angle", method=method)
    assert state(model) == before
    assert random.getstate() == python_state


@pytest.mark.parametrize("method", METHODS)
def test_a_nested_layer_is_explained_as_in_a_flat_model(method: str) -> None:
    deep, x = nested(), images()
    body = [layers.Conv2D(2, 3, padding="same"), layers.Conv2D(2, 3, activation="relu")]
    last = [layers.Flatten(), layers.Dense(3, "softmax")]
    flat = keras.Sequential([keras.Input((6, 6, 1)), *body, *last])
    flat.set_weights(deep.get_weights())
    found = grad_cam(deep, x, 1, layer="backbone/conv", method=method)
    np.testing.assert_allclose(found, grad_cam(flat, x, 1, method=method), atol=1e-6)


# --- Score-CAM ---------------------------------------------------------------------------------


def by_hand(second: float = -1.0) -> Any:
    """Two 1x1 filters, x and 1 + second * x; a logit that adds positions."""
    body = [layers.Conv2D(2, 1, name="conv"), layers.Flatten(), layers.Dense(2, "softmax")]
    model = keras.Sequential([keras.Input((2, 2, 1)), *body])
    dense = np.zeros((8, 2), np.float32)
    dense[0::2, 0] = [1, 2, 3, 4]
    dense[1::2, 0] = [-4, 0, 0, 0]
    kernel = np.array([1.0, second], np.float32).reshape(1, 1, 1, 2)
    model.set_weights([kernel, np.array([0.0, 1.0]), dense, np.zeros(2)])
    return model


X = np.array([[0.0, 0.2], [0.6, 1.0]], np.float32)[None, ..., None]


def test_score_cam_by_hand() -> None:
    # The masks are x and 1 - x. Through them the image is x^2 = (0, .04, .36, 1) and
    # x (1 - x) = (0, .16, .24, 0): logits .08 + 1.08 + 4 - 4 and .32 + .72 - 4.
    first = 1 / (1 + np.exp(-2.96 - 1.16))
    expected = first * X[0, ..., 0] + (1 - first) * (1 - X[0, ..., 0])
    found = grad_cam(by_hand(), X, targets=0, method="score_cam")
    np.testing.assert_allclose(found[0], expected, atol=1e-6)


def test_score_cam_skips_a_channel_that_does_not_vary() -> None:
    # The second channel is 1 everywhere; a weight of it would add to all positions.
    found = grad_cam(by_hand(second=0), X, targets=0, method="score_cam")
    np.testing.assert_allclose(found[0], X[0, ..., 0], atol=1e-6)


def test_score_cam_without_a_varying_channel() -> None:
    both = np.concatenate([np.zeros_like(X), X])
    found = grad_cam(by_hand(), both, targets=0, method="score_cam")
    assert not found[0].any()
    assert found[1].any()
    with pytest.raises(UndefinedError, match="No channel of layer 'conv' varies"):
        grad_cam(by_hand(), np.zeros_like(X), targets=0, method="score_cam")


def test_score_cam_depends_on_the_target_of_one_sigmoid_unit() -> None:
    model, x = sequential("sigmoid"), images(4)
    model.get_layer("conv").bias.assign([2.0, 2.0])
    away, towards = (grad_cam(model, x, c, method="score_cam") for c in (0, 1))
    assert not np.allclose(away, towards)
    np.testing.assert_array_equal(grad_cam(model, x[:1], method="score_cam").shape, (1, 4, 4))


def test_score_cam_masks_the_image_among_several_inputs() -> None:
    x, y = keras.Input((6, 6, 1), name="image"), keras.Input((1,), name="extra")
    flat = layers.Flatten()(layers.Conv2D(2, 3, activation="relu", name="conv")(x))
    model = keras.Model([x, y], layers.Dense(3, name="out")(layers.Concatenate()([flat, y])))
    pixels, extra = images(3), np.ones((3, 1), np.float32)
    found = grad_cam(model, [pixels, extra], 1, method="score_cam")
    # What does not pass through a mask moves all rises alike.
    np.testing.assert_allclose(
        found, grad_cam(model, [pixels, 5 * extra], 1, method="score_cam"), atol=1e-5
    )


def test_pairs_of_images_and_channels_fit_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(5)
    whole = grad_cam(model, x, 0, method="score_cam")
    monkeypatch.setattr(batching, "BUDGET", 3 * batching.image_bytes(Network.of(model), (6, 6, 1)))
    sizes: list[int] = []

    def counted(graph: Any, inputs: Any, model: Any, others: Any = ()) -> Any:
        sizes.append(len(inputs[0]))
        return execute(graph, inputs, model, others)

    from reportgen.attribution import score_cam

    execute = score_cam.execute
    monkeypatch.setattr(score_cam, "execute", counted)
    np.testing.assert_allclose(grad_cam(model, x, 0, method="score_cam"), whole, atol=1e-6)
    assert max(sizes) == 3
    assert sum(sizes) <= 5 * 2


def test_the_figure_of_score_cam_says_nothing_of_gradients() -> None:
    model, data = sequential(), dataset({"class": 3})
    given = subject("grad_cam", model, data, method="score_cam", samples=2)
    artifact = compute(given)
    assert not [m for m in artifact.measures if m.name.startswith("zero_gradients")]
    assert all("Score-CAM" in f.caption for f in draw(artifact, given.params)[:1])
    evidence = tuple(
        Evidence(f"b.{m.name}", m.value, m.unit, m.n, m.interval, m.baseline, m.how, "b")
        for m in artifact.measures
    )
    written = notes(Finding("b", "grad_cam", "m", "s", evidence))
    assert not [note for note in written if "gradient" in note.text]


def test_terms_that_cancel_leave_no_rounding_in_hires_cam() -> None:
    keras.utils.set_random_seed(2)
    x = keras.Input((8, 8, 1))
    maps = layers.Conv2D(6, 3, name="conv")(x)
    after = layers.Activation("gelu", name="after")(layers.LayerNormalization(epsilon=1e-6)(maps))
    made = keras.Model(x, layers.Dense(3)(layers.GlobalAveragePooling2D()(after)))
    pixels = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    assert not grad_cam(made, pixels, layer="conv", method="hires_cam").any()
    assert grad_cam(made, pixels, layer="after", method="hires_cam").any()


@pytest.mark.parametrize("side", [(160, 160), (20_000,)])
def test_weights_of_large_maps_keep_their_digits(side: tuple[int, ...]) -> None:
    """Channels that cancel in part, over as many positions as make sums in float32 drift."""
    rng = np.random.default_rng(4)
    shape = (2, *side, 6)
    activations = rng.random(shape, np.float32)
    weights = np.array([0.37, -0.11, 0.23, -0.29, 0.13, -0.32])
    gradients = np.broadcast_to((weights / np.prod(side)).astype(np.float32), shape)
    exact = gradients[0].reshape(-1, 6)[0].astype(np.float64)
    expected = np.maximum(activations.astype(np.float64) @ exact, 0)
    found = by_mean_gradients(activations, np.ascontiguousarray(gradients))
    assert np.abs(found - expected).max() <= 1e-5 * np.ptp(expected)
