"""XGrad-CAM divides by a sum of activations: what comes of it where that sum nearly cancels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reportgen.attribution.cam import grad_cam
from reportgen.attribution.cam_methods import xgrad_cam
from reportgen.network import batching
from reportgen.network.gradients import layer_gradients
from reportgen.network.network import Network

layers = keras.layers

_ROUNDED = 1e-6
"""By what share of its channel's largest a 32-bit activation or gradient may be off."""


def bound(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """How far rounding may move maps (n, 1, 1) of activations and gradients, as is documented."""
    a, g = a.astype(np.float64), g.astype(np.float64)
    total, largest = np.abs(a.sum((1, 2))), np.abs(a).max((1, 2))
    weight = np.abs((a * g).sum((1, 2))) / total
    magnified = a.shape[1] * a.shape[2] * largest / total
    off = _ROUNDED * (2 * np.abs(g).max((1, 2)) + weight) * magnified
    kept = total > 1e-4 * np.abs(a).sum((1, 2))
    each = np.where(kept, (off + _ROUNDED * weight) * largest, 0)
    return each.sum(axis=-1)[:, None, None]


def shares(a: np.ndarray) -> np.ndarray:
    return np.abs(a.sum((1, 2), dtype=np.float64)) / np.abs(a).sum((1, 2), dtype=np.float64)


def rounded(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same, each off by a random share of its channel's largest."""
    largest = np.abs(values).max((1, 2), keepdims=True)
    noise = _ROUNDED * largest * rng.uniform(-0.9, 0.9, values.shape)
    return (values + noise).astype(np.float32)


@pytest.mark.parametrize(("rest", "weighs"), [(0.0, False), (1e-4, False), (1e-3, True)])
def test_a_channel_whose_activations_cancel_has_no_weight(rest: float, weighs: bool) -> None:
    a = np.array([1, -1 + rest], np.float32).reshape(1, 1, 2, 1)
    g = np.array([2, 1], np.float32).reshape(1, 1, 2, 1)
    # The sum is `rest` of magnitudes 2: the weight is (2 - 1 + rest) / rest.
    expected = [(1 + rest) / rest, 0] if weighs else [0, 0]
    np.testing.assert_allclose(xgrad_cam(a, g)[0, 0], expected, rtol=1e-3)


@given(st.integers(0, 2**32 - 1), st.floats(-1, 1))
def test_rounding_moves_a_map_no_further_than_is_documented(seed: int, offset: float) -> None:
    rng = np.random.default_rng(seed)
    a, g = rng.normal(size=(2, 1, 4, 4, 3)).astype(np.float32)
    a += np.float32(offset)
    # The bound is that of small changes, and no sum may change sides of the limit.
    assume((shares(a) > 1e-3).all())
    found = xgrad_cam(rounded(a, rng), rounded(g, rng))
    assert (np.abs(found - xgrad_cam(a, g)) <= 1.1 * bound(a, g)).all()


@given(st.integers(0, 2**32 - 1))
def test_after_a_relu_rounding_stays_rounding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, g = np.abs(rng.normal(size=(2, 1, 4, 4, 3))).astype(np.float32)
    whole, found = xgrad_cam(a, g), xgrad_cam(rounded(a, rng), rounded(g, rng))
    assert np.abs(found - whole).max() <= 1e-5 * a.max() * np.abs(g).max()


def network(seed: int) -> tuple[Any, np.ndarray]:
    keras.utils.set_random_seed(seed)
    body = [layers.Conv2D(8, 3, name="relu", activation="relu"), layers.Conv2D(16, 3, name="bare")]
    model = keras.Sequential([keras.Input((12, 12, 1)), *body, layers.Flatten(), layers.Dense(3)])
    return model, np.random.default_rng(seed).normal(size=(24, 12, 12, 1)).astype(np.float32)


@pytest.mark.parametrize("layer", ["relu", "bare"])
def test_the_size_of_batches_changes_rounding_alone(
    layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, x = network(12)
    targets = np.ones((1, len(x)), np.int32)
    (slope,) = layer_gradients(Network.of(model), x, layer, [0], targets)
    least = np.nanmin(shares(slope.activations))
    assert least == pytest.approx(1) if layer == "relu" else least < 1e-2
    whole = grad_cam(model, x, 1, layer, method="xgrad_cam")
    monkeypatch.setattr(batching, "MOST", 1)
    single = grad_cam(model, x, 1, layer, method="xgrad_cam")
    most = np.ptp(whole, axis=(1, 2), keepdims=True)
    allowed = 0 if layer == "relu" else bound(slope.activations, slope.gradients[0])
    assert (np.abs(single - whole) <= 1e-5 * most + allowed).all()
