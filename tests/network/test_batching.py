"""Batches and pieces fit their budgets of memory, and the split changes no number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from small_models import images, sequential

from reportgen.errors import UserError
from reportgen.maximization import ascent
from reportgen.maximization.ascent import climb
from reportgen.maximization.objectives import filters
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.transformations import Transforms, draw_moves
from reportgen.network import batching, gradients, outputs
from reportgen.network.batching import pieces
from reportgen.network.gradients import layer_gradients
from reportgen.network.network import Network
from reportgen.network.outputs import observe

layers = keras.layers


def watched(module: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images each run of a graph gets."""
    sizes: list[int] = []
    plain = module.execute

    def counted(graph: Any, inputs: Any, *rest: Any, **how: Any) -> Any:
        sizes.append(len(inputs[0]))
        return plain(graph, inputs, *rest, **how)

    monkeypatch.setattr(module, "execute", counted)
    return sizes


def seen(model: Any) -> Any:
    return observe(Network.of(model), images(10), ["conv"]).activations["conv"]


def sloped(model: Any) -> Any:
    targets = np.zeros((1, 10), np.int32)
    found = layer_gradients(Network.of(model), images(10), "conv", [0], targets)
    return np.concatenate([one.gradients[0] for one in found])


@pytest.mark.parametrize(
    ("module", "work", "copies"),
    [(outputs, seen, outputs._COPIES), (gradients, sloped, gradients._COPIES)],
)
def test_batches_fit_and_change_nothing(
    module: Any, work: Callable[[Any], Any], copies: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = sequential()
    whole = work(model)
    sizes = watched(module, monkeypatch)
    one = batching.image_bytes(Network.of(model), (6, 6, 1))
    for room, expected in ((4, [4, 4, 2]), (1, [1] * 10), (99, [10])):
        sizes.clear()
        monkeypatch.setattr(batching, "BUDGET", room * one * copies)
        np.testing.assert_allclose(work(model), whole, atol=1e-6)
        assert sizes == expected


def test_ascents_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.maximization.ascent import ascend

    body = [layers.Conv2D(7, 3, activation="relu", name="conv")]
    model = keras.Sequential([keras.Input((6, 6, 1)), *body])
    recipe, goal = Recipe(steps=4), filters("conv", range(7))
    whole = ascend(Network.of(model), goal, recipe, seed=0)
    sizes = watched(ascent, monkeypatch)
    one = batching.image_bytes(Network.of(model), (6, 6, 1))
    monkeypatch.setattr(batching, "BUDGET", 3 * one * ascent.COPIES)
    parts = ascend(Network.of(model), goal, recipe, seed=0)
    assert sizes == [3, 3, 1]
    np.testing.assert_allclose(parts.images, whole.images, atol=1e-5)
    np.testing.assert_allclose(parts.reached, whole.reached, atol=1e-5)


def test_the_default_budget_for_a_large_network() -> None:
    """Half of VGG16's convolutions at 224 pixels: the batch is what two gigabytes hold."""
    x = keras.Input((224, 224, 3))
    y = x
    for filters_, times in ((64, 2), (128, 2), (256, 3)):
        for _ in range(times):
            y = layers.Conv2D(filters_, 3, padding="same")(y)
        y = layers.MaxPooling2D()(y)
    model = keras.Model(x, y)
    numbers = 3 * 224**2 + 64 * (2 * 224**2 + 112**2) + 128 * (2 * 112**2 + 56**2)
    numbers += 256 * (3 * 56**2 + 28**2)
    assert batching.image_bytes(Network.of(model), (224, 224, 3)) == 4 * numbers
    assert batching.batch_size(Network.of(model), (224, 224, 3)) == 2 * 10**9 // (4 * numbers)
    assert batching.batch_size(Network.of(model), (224, 224, 3), copies=3) == 2 * 10**9 // (
        12 * numbers
    )


def test_ten_thousand_images_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = watched(outputs, monkeypatch)
    logits = observe(Network.of(sequential()), np.zeros((10_000, 6, 6, 1), np.float32)).logits[0]
    assert logits.shape == (10_000, 3)
    assert max(sizes) <= batching.MOST
    assert sum(sizes) == 10_000


def test_a_fixed_batch_climbs_as_any_other() -> None:
    def built(**size: Any) -> Any:
        body = [layers.Conv2D(3, 3, activation="relu", name="conv"), layers.Flatten()]
        model = keras.Sequential([keras.Input(**size), *body])
        rng = np.random.default_rng(0)
        model.set_weights([rng.normal(0, 0.5, w.shape) for w in model.get_weights()])
        return model

    free, fixed = built(shape=(6, 6, 1)), built(batch_shape=(4, 6, 6, 1))
    rng = np.random.default_rng(0)
    first = np.repeat(rng.uniform(0.4, 0.6, (1, 6, 6, 1)), 3, axis=0).astype(np.float32)
    recipe = Recipe(steps=5)
    moves = draw_moves(rng, recipe.steps, Transforms())
    found = [
        climb(Network.of(m), filters("conv", range(3)), first, moves, recipe) for m in (free, fixed)
    ]
    np.testing.assert_allclose(found[0].images, found[1].images, atol=1e-6)
    assert found[1].images.shape == (3, 6, 6, 1)


def test_images_that_are_too_small_for_an_open_size_are_told_with_the_layer() -> None:
    inner = keras.Sequential([keras.Input((None, None, 2)), layers.Conv2D(3, 7, name="wide")])
    inner.name = "inner"
    x = keras.Input((None, None, 1))
    small = layers.MaxPooling2D(2)(layers.Conv2D(2, 3, name="conv")(x))
    model = keras.Model(x, layers.GlobalAveragePooling2D()(inner(small)))
    assert observe(Network.of(model), np.zeros((1, 16, 16, 1))).logits[0].shape == (1, 3)
    with pytest.raises(UserError, match=r"images of 9 x 9 x 1 .* layer 'inner/wide' .* larger"):
        observe(Network.of(model), np.zeros((1, 9, 9, 1)))


def test_pieces_fit_as_floats(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((7, 2, 3, 1), np.uint8)  # 24 bytes each as floats
    monkeypatch.setattr(batching, "PIECE_BYTES", 75)
    assert list(pieces(images)) == [slice(0, 3), slice(3, 6), slice(6, 7)]
    monkeypatch.setattr(batching, "PIECE_BYTES", 1)
    assert [part.stop - part.start for part in pieces(images)] == [1] * 7
    assert not list(pieces(images[:0]))


def test_photos_come_in_small_pieces_and_digits_at_once() -> None:
    photos = np.broadcast_to(np.uint8(0), (10_000, 224, 224, 3))
    assert next(pieces(photos)) == slice(0, 332)
    digits = np.broadcast_to(np.uint8(0), (10_000, 28, 28, 1))
    assert list(pieces(digits)) == [slice(0, 10_000)]
