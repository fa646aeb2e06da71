"""Saliency maps: an independent reference, invariances, kinds of model, the figure."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import reference
from saliency_reference import METHODS, TARGET, expected
from small_models import dataset, images, nested, seeded, sequential, state, two_heads
from subjects import subject

from reportgen.attribution.saliency import saliency
from reportgen.errors import UndefinedError, UserError
from reportgen.figures.saliency.compute import compute
from reportgen.figures.saliency.draw import draw
from reportgen.network import batching, execution
from reportgen.network.network import Network

layers = keras.layers


def called(method: str, model: Any, x: Any, targets: Any = TARGET, **given: Any) -> Any:
    own = {"smoothgrad": {"samples": 4}, "integrated_gradients": {"steps": 8, "baseline": 0.25}}
    dials: dict[str, Any] = {"input_range": (-1, 1), "seed": 5, **own.get(method, {})}
    return saliency(model, x, targets, method=method, **(dials | given))


@pytest.mark.parametrize("ending", ["fused", "layer", "activation", "logits"])
@pytest.mark.parametrize("method", METHODS)
def test_agrees_with_an_independent_reference(method: str, ending: str) -> None:
    model, x = sequential(ending), images(6)
    reference.close(called(method, model, x), expected(method, model, x))


@pytest.mark.parametrize("method", METHODS)
def test_batches_order_company_and_seed(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = sequential(), images(6)
    before, python_state = state(model), random.getstate()
    numpy_state = np.random.get_state()[1].tolist()
    whole = called(method, model, x)
    close = {"atol": 1e-6, "rtol": 0}
    np.testing.assert_array_equal(called(method, model, x), whole)
    np.testing.assert_allclose(called(method, model, x[::-1], TARGET[::-1])[::-1], whole, **close)
    np.testing.assert_allclose(called(method, model, x[2:3], 2)[0], whole[2], **close)
    monkeypatch.setattr(batching, "MOST", 5)
    np.testing.assert_allclose(called(method, model, x), whole, **close)
    assert (called(method, model, x, seed=6) != whole).any() == (method == "smoothgrad")
    counts = [g.traces for g in execution.graphs_of(Network.of(model)).values()]
    assert set(counts) == {1}
    assert state(model) == before
    assert random.getstate() == python_state
    assert np.random.get_state()[1].tolist() == numpy_state


def test_integrated_gradients_of_a_linear_model_are_exact() -> None:
    x = keras.Input((2, 2, 1))
    model = keras.Model(x, layers.Dense(2, "softmax")(layers.Flatten()(x)))
    kernel = np.array([[1.0, 0], [2, 0], [-3, 0], [4, 0]])
    model.set_weights([kernel, np.array([5.0, 0])])
    pixels = np.array([[[1.0], [2.0]], [[3.0], [4.0]]], np.float32)[None]
    found = saliency(model, pixels, 0, method="integrated_gradients", steps=1, baseline=1.0)
    # (x - 1) times the weights.
    assert found[0, ..., 0].tolist() == [[0, 2], [-6, 12]]


def test_a_sigmoid_unit_is_explained_in_both_directions() -> None:
    model, x = sequential("sigmoid"), images(6)
    towards, away = saliency(model, x, 1), saliency(model, x, 0)
    np.testing.assert_array_equal(towards, -away)
    reference.close(towards, reference.slope(model, x, np.zeros(6, int)))
    sure = np.asarray(model(x))[:, 0] > 0.5
    picked = np.where(sure[:, None, None, None], towards, away)
    np.testing.assert_array_equal(saliency(model, x), picked)


def test_several_outputs_and_nested_models() -> None:
    model, x = two_heads(), images(channels=3)
    with pytest.raises(UserError, match="output must be one of width, angle"):
        saliency(model, x)
    for method in METHODS:
        by_name, by_index = (saliency(model, x, 1, which, method) for which in ("angle", 1))
        np.testing.assert_array_equal(by_name, by_index)
        assert by_name.shape == x.shape
        assert by_name.any()
    inside = nested()
    flat = seeded(
        keras.Sequential(
            [
                keras.Input((6, 6, 1)),
                layers.Conv2D(2, 3, padding="same"),
                layers.Conv2D(2, 3, activation="relu"),
                layers.Flatten(),
                layers.Dense(3, "softmax"),
            ]
        )
    )
    for method in METHODS:
        twin = saliency(flat, images(), 1, method=method)
        np.testing.assert_allclose(saliency(inside, images(), 1, method=method), twin, atol=1e-6)


def test_several_inputs_get_a_map_each() -> None:
    a, b = keras.Input((6, 6, 1)), keras.Input((6, 6, 2))
    flat = [layers.Flatten()(layers.Conv2D(2, 3, activation="relu")(one)) for one in (a, b)]
    model = seeded(keras.Model([a, b], layers.Dense(2)(layers.Concatenate()(flat))))
    given = [images(), images(channels=2)]
    for method in METHODS:
        found = saliency(model, given, 0, method=method)
        assert [one.shape for one in found] == [(5, 6, 6, 1), (5, 6, 6, 2)]
        assert all(one.any() for one in found)


def test_inputs_of_any_size() -> None:
    x = keras.Input((None, None, 3))
    y = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3, activation="relu")(x))
    model = seeded(keras.Model(x, layers.Dense(2)(y)))
    for shape in [(2, 5, 7, 3), (3, 8, 4, 3)]:
        assert saliency(model, np.ones(shape), method="guided_backpropagation").shape == shape


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UserError, match=r"no method 'smooth'.*"):
        saliency(sequential(), images(), method="smooth")
    with pytest.raises(UserError, match=r"must lie in 0\.\.2, got 3"):
        saliency(sequential(), images(), 3)
    x = keras.Input((4,), dtype="int32")
    whole = keras.Model(x, layers.Dense(2)(layers.Flatten()(layers.Embedding(5, 2)(x))))
    with pytest.raises(UndefinedError, match="whole numbers"):
        saliency(whole, np.ones((1, 4), np.int32))
    broken = sequential()
    broken.get_layer("out").set_weights([np.full((8, 3), np.nan), np.zeros(3)])
    with pytest.raises(UndefinedError, match="finite"):
        saliency(broken, images(), 0)


def test_one_midpoint_and_one_copy() -> None:
    one, data = {"steps": 1, "copies": 1}, dataset({"class": 3})
    for method, words in (("integrated_gradients", "(1 midpoint)"), ("smoothgrad", "(1 copy, ")):
        given = subject("saliency", sequential(), data, method=method, **one)
        assert words in draw(compute(given), given.params)[0].caption
