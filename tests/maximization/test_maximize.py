"""Images that maximize filters, units and classes: the library function and its arguments."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
from small_models import nested, sequential, state, two_heads

from reportgen.errors import UndefinedError, UserError
from reportgen.maximization.maximize import activation_maximization
from reportgen.network.network import Network
from reportgen.records import ModelFacts

layers = keras.layers
FACTS = ModelFacts("m", "The model", "", "small", (), 0, 0, 0, "", {}, {}, {}, {})


def response(model: Any, pixels: np.ndarray) -> np.ndarray:
    maps = np.asarray(model.get_layer("conv")(pixels)).mean(axis=(1, 2))
    return np.diagonal(maps)


def test_images_raise_the_response_and_stay_in_the_range() -> None:
    model = sequential()
    start = activation_maximization(model, "conv", steps=1, learning_rate=1e-9)
    found = activation_maximization(model, "conv", steps=30)
    assert found.shape == (2, 6, 6, 1)
    assert found.min() >= 0
    assert found.max() <= 1
    assert (response(model, found) > response(model, start)).all()


def test_chosen_filters_a_nested_layer_and_another_range() -> None:
    found = activation_maximization(nested(), "backbone/conv", [1], input_range=(-1, 1), steps=10)
    assert found.shape == (1, 6, 6, 1)
    assert found.min() < 0


def test_a_filter_comes_out_the_same_alone_and_in_company() -> None:
    both = activation_maximization(sequential(), "conv", steps=10)
    alone = activation_maximization(sequential(), "conv", [1], steps=10)
    np.testing.assert_allclose(alone[0], both[1], atol=1e-5)


def test_models_of_any_size_get_one() -> None:
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3, name="conv")])
    assert activation_maximization(model, "conv", steps=2, size=20).shape == (2, 20, 20, 3)
    assert activation_maximization(model, "conv", steps=2).shape == (2, 128, 128, 3)


def test_seeds_and_the_state_of_the_world() -> None:
    model = sequential()
    before, python_state = state(model), random.getstate()
    first = activation_maximization(model, "conv", steps=5, seed=1)
    assert first.tobytes() == activation_maximization(model, "conv", steps=5, seed=1).tobytes()
    assert first.tobytes() != activation_maximization(model, "conv", steps=5, seed=2).tobytes()
    assert state(model) == before
    assert random.getstate() == python_state


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(UserError, match=r"filters of layer 'conv' must lie in 0\.\.1, got 2"):
        activation_maximization(sequential(), "conv", [2])
    with pytest.raises(UserError, match="'cnv'"):
        activation_maximization(sequential(), "cnv")
    parts = [layers.Reshape((3, 2, 3, 2, 1), name="parts"), layers.Flatten(), layers.Dense(2)]
    with pytest.raises(UndefinedError, match="'parts' has no feature maps of one, two or three"):
        activation_maximization(keras.Sequential([keras.Input((6, 6, 1)), *parts]), "parts")
    several = keras.Model(
        [(a := keras.Input((6, 6, 1))), (b := keras.Input((6, 6, 1)))],
        layers.Conv2D(1, 3, name="conv")(layers.Add()([a, b])),
    )
    with pytest.raises(UndefinedError, match=r"has 2 inputs .* for one of them"):
        activation_maximization(several, "conv")


def test_a_unit_sees_its_nine_pixels_only() -> None:
    model = sequential()
    model.get_layer("conv").bias.assign([0.5, 0.5])
    found = activation_maximization(
        model,
        "conv",
        objective="unit",
        position=(0, 3),
        steps=300,
        jitter=0,
        l2=0,
        total_variation=0,
    )
    kernel, bias = model.get_layer("conv").get_weights()
    for index in range(2):
        weights = kernel[:, :, 0, index]
        # The best that nine values between 0 and 1 can give a linear unit.
        best = np.maximum(weights, 0).sum() + bias[index]
        maps = np.asarray(model.get_layer("conv")(found[index : index + 1]))
        assert maps[0, 0, 3, index] == pytest.approx(best, rel=1e-3)
    outside = np.ones((6, 6), bool)
    outside[:3, 3:] = False
    assert np.abs(found[:, outside] - 0.5).max() < 0.05


def test_units_of_a_layer_without_maps_count_as_filters() -> None:
    model = sequential()
    found = activation_maximization(model, "out", steps=40, l2=0, total_variation=0)
    same = activation_maximization(
        model, "out", objective="unit", steps=40, l2=0, total_variation=0
    )
    np.testing.assert_array_equal(found, same)
    pixels = np.random.default_rng(0).random((200, *found.shape[1:]), dtype=np.float32)
    top = np.asarray(model(pixels)).max(axis=0)
    assert (np.diagonal(np.asarray(model(found))) >= top).all()
    with pytest.raises(UserError, match="layer 'out' has no maps, so its units have no position"):
        activation_maximization(model, "out", objective="unit", position=(0, 0))


@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
def test_a_class_raises_its_logit(parameterization: str) -> None:
    model = sequential()
    gray = np.full((1, 6, 6, 1), 0.5, np.float32)
    found = activation_maximization(
        model, objective="class", parameterization=parameterization, l2=0, steps=30
    )
    from reportgen.network.outputs import observe

    before, after = (observe(Network.of(model), x).logits[0] for x in (gray, found))
    assert found.shape == (3, 6, 6, 1)
    assert (np.diagonal(after) > before[0] + 0.1).all()


def test_both_answers_of_one_sigmoid_unit() -> None:
    from reportgen.network.outputs import observe

    model = sequential("sigmoid")
    against, towards = activation_maximization(model, objective="class", steps=20, l2=0)
    logits = observe(Network.of(model), np.stack([against, towards])).logits[0][:, 0]
    assert logits[0] < logits[1]


def test_several_at_once_respond_together() -> None:
    model = sequential()
    model.get_layer("conv").bias.assign([0.5, 0.5])
    alone, both = activation_maximization(model, "conv", [[0], [0, 1]], steps=30, l2=0, jitter=0)
    maps = np.asarray(model.get_layer("conv")(np.stack([alone, both]))).mean(axis=(1, 2))
    assert maps[1].mean() > maps[0].mean()
    assert maps[0, 0] > maps[1, 0]


@pytest.mark.parametrize("parameterization", ["pixels", "fourier"])
@pytest.mark.parametrize(
    "moves", [{}, {"pad": 2}, {"rotate": 10.0, "scale": 0.1}, {"pad": 1, "rotate": 5.0}]
)
def test_every_dial_keeps_the_range_and_raises_the_response(
    parameterization: str, moves: dict[str, Any]
) -> None:
    model = two_heads()
    model.get_layer("conv").bias.assign([1.0, 1.0])
    start = activation_maximization(model, "conv", steps=1, learning_rate=1e-9)
    ends = {"input_range": (0.0, 1.0), "parameterization": parameterization}
    first = activation_maximization(model, "conv", steps=15, seed=3, **ends, **moves)
    again = activation_maximization(model, "conv", steps=15, seed=3, **ends, **moves)
    assert first.tobytes() == again.tobytes()
    assert first.min() >= 0
    assert first.max() <= 1
    assert (response(model, first) > response(model, start)).all()


def test_a_range_for_each_channel() -> None:
    low, high = (-120.0, 0.0, -1.0), (130.0, 1.0, 1.0)
    for kind in ("pixels", "fourier"):
        found = activation_maximization(
            two_heads(), "conv", input_range=(low, high), steps=10, parameterization=kind
        )
        assert (found >= np.array(low)).all()
        assert (found <= np.array(high)).all()


def test_wrong_dials_are_said() -> None:
    model = sequential()
    with pytest.raises(UserError, match="objective 'filter' needs a layer"):
        activation_maximization(model)
    with pytest.raises(UserError, match=r"no objective 'unt'.*did you mean 'unit'"):
        activation_maximization(model, "conv", objective="unt")
    with pytest.raises(UserError, match=r"no parameterization 'pixel'.*did you mean 'pixels'"):
        activation_maximization(model, "conv", parameterization="pixel")
    with pytest.raises(UserError, match=r"have 4 x 4 positions, and 4, 0 is none"):
        activation_maximization(model, "conv", objective="unit", position=(4, 0))
    with pytest.raises(UserError, match=r"classes of output 'out' must lie in 0\.\.2, got 3"):
        activation_maximization(model, objective="class", classes=[3])


@pytest.mark.parametrize(
    "given",
    [
        {"layer": "conv", "position": (0, 0)},
        {"layer": "conv", "classes": 1},
        {"layer": "conv", "objective": "class"},
        {"layer": "conv", "objective": "unit", "classes": [1]},
        {"layer": "conv", "output": 0},
    ],
)
def test_an_argument_that_would_change_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"has no effect with objective '.*; it is for "):
        activation_maximization(sequential(), **given)
