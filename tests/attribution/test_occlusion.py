"""Occlusion: numbers by hand, an independent reference, invariances, the figure."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import reference
from small_models import images, sequential, state, two_heads

from reportgen.attribution.occlusion import occlusion, patch_positions, pixel_means
from reportgen.errors import UndefinedError, UserError
from reportgen.network import batching, execution
from reportgen.network.network import Network

layers = keras.layers


def linear(weights: np.ndarray) -> Any:
    """One image of the weights' shape; class 0 adds pixels with these weights, class 1 none."""
    x = keras.Input((*weights.shape, 1))
    model = keras.Model(x, layers.Dense(2, "softmax")(layers.Flatten()(x)))
    kernel = np.stack([weights.ravel(), np.zeros(weights.size)], axis=1)
    model.set_weights([kernel, np.zeros(2)])
    return model


def test_positions_by_hand() -> None:
    cover = patch_positions((4, 7), (2, 3), (2, 3))
    assert cover.corners.tolist() == [[0, 0], [0, 3], [0, 4], [2, 0], [2, 3], [2, 4]]
    assert patch_positions((28, 28)).patch == (4, 4)
    assert patch_positions((28, 28)).stride == (2, 2)
    assert patch_positions((2, 3)).patch == patch_positions((2, 3)).stride == (1, 1)
    for patch, stride in [(5, None), ((2, 8), None), (2, 3), (0, None), (2, 0)]:
        with pytest.raises(UserError, match=r"must (fit|lie)"):
            patch_positions((4, 7), patch, stride)


def test_a_mean_over_overlapping_patches_by_hand() -> None:
    cover = patch_positions((1, 4), (1, 2), 1)
    # Patches cover pixels 0-1, 1-2, 2-3.
    found = pixel_means(np.array([[6.0, 2.0, 4.0]]), cover, (1, 4))
    assert found.tolist() == [[[6, 4, 3, 4]]]


def test_drops_of_a_linear_model_on_an_image_that_is_not_square() -> None:
    weights = np.array([[1.0, 2, 3], [-4, 5, -6]])
    pixels = np.array([[2.0, 1, 1], [1, 3, 1]], np.float32)[None, ..., None]
    # Single pixels: weight times what is taken away.
    found = occlusion(linear(weights), pixels, 0, patch=1, base=1.0)
    assert found.tolist() == [(weights * (pixels[0, ..., 0] - 1)).tolist()]
    # Columns of two pixels: 1 * 1 + -4 * 0, 2 * 0 + 5 * 2, and nothing.
    found = occlusion(linear(weights), pixels, 0, patch=(2, 1), base=1.0)
    assert found.tolist() == [[[1, 10, 0], [1, 10, 0]]]
    # Of class 1 the logit never changes, its probability does.
    assert not occlusion(linear(weights), pixels, 1, patch=1, base=1.0).any()
    assert occlusion(linear(weights), pixels, 1, patch=1, base=1.0, score="probability").any()


def naive(
    model: Any, x: np.ndarray, target: np.ndarray, patch: int, stride: int, base: Any, score: str
) -> np.ndarray:
    """One position after the other, on the reference's logits."""

    def value(pixels: np.ndarray) -> np.ndarray:
        z = reference.logits(model, pixels)
        if score == "probability":
            z = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return z[np.arange(len(z)), target]

    sums, counts = np.zeros(x.shape[:3]), np.zeros(x.shape[1:3])
    for r in range(0, 6 - patch + 1, stride):
        for c in range(0, 6 - patch + 1, stride):
            covered = x.copy()
            covered[:, r : r + patch, c : c + patch] = base
            drop = value(x) - value(covered)
            sums[:, r : r + patch, c : c + patch] += drop[:, None, None]
            counts[r : r + patch, c : c + patch] += 1
    return sums / counts


@pytest.mark.parametrize("score", ["logit", "probability"])
@pytest.mark.parametrize(("patch", "stride"), [(2, 1), (3, 3), (4, 2)])
def test_agrees_with_an_independent_reference(patch: int, stride: int, score: str) -> None:
    model, x, target = sequential(), images(6), np.array([0, 1, 2, 0, 1, 2])
    found = occlusion(model, x, target, patch=patch, stride=stride, base=0.25, score=score)
    reference.close(found, naive(model, x, target, patch, stride, 0.25, score))


def test_the_fill_is_each_images_own_mean_color_unless_told() -> None:
    model, x = two_heads(), images(3, channels=3)
    own = occlusion(model, x, 0, "angle")
    for one, found in zip(x, own, strict=True):
        color = one.mean(axis=(0, 1))
        alone = occlusion(model, one[None], 0, "angle", base=color)[0]
        np.testing.assert_allclose(found, alone, atol=1e-6)
    assert (occlusion(model, x, 0, "angle", base=0.0) != own).any()


def test_a_sigmoid_unit_is_explained_in_both_directions() -> None:
    model, x = sequential("sigmoid"), images(6)
    towards, away = occlusion(model, x, 1), occlusion(model, x, 0)
    np.testing.assert_array_equal(towards, -away)
    sure = np.asarray(model(x))[:, 0] > 0.5
    np.testing.assert_array_equal(occlusion(model, x), np.where(sure[:, None, None], towards, away))


def test_batches_order_and_the_model_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(5)
    before, given = state(model), x.copy()
    whole = occlusion(model, x)
    np.testing.assert_allclose(occlusion(model, x[::-1])[::-1], whole, atol=1e-6)
    monkeypatch.setattr(batching, "MOST", 7)
    np.testing.assert_allclose(occlusion(model, x), whole, atol=1e-6)
    assert [g.traces for g in execution.graphs_of(Network.of(model)).values()] == [1]
    assert state(model) == before
    np.testing.assert_array_equal(x, given)


def test_what_is_wrong_is_said() -> None:
    model, x = sequential(), images()
    with pytest.raises(UserError, match="score must be logit or probability"):
        occlusion(model, x, score="loss")
    with pytest.raises(UserError, match=r"must lie in 0\.\.2, got 3"):
        occlusion(model, x, 3)
    with pytest.raises(UndefinedError, match="no image"):
        occlusion(keras.Sequential([keras.Input((4,)), layers.Dense(2)]), np.ones((1, 4)))
    model.get_layer("out").set_weights([np.full((8, 3), np.nan), np.zeros(3)])
    with pytest.raises(UndefinedError, match="not finite"):
        occlusion(model, x, 0)
