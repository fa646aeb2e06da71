"""Activation maximization of filters whose maps have one or three axes, in models of images."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from small_models import dataset
from subjects import subject

from reportgen.errors import UserError
from reportgen.figures.activation_maximization.compute import compute
from reportgen.figures.activation_maximization.draw import draw
from reportgen.maximization.maximize import activation_maximization

layers = keras.layers


def of_rank(rank: int, **conv: Any) -> Any:
    """A model of 6 x 6 images whose convolution gives maps with so many axes."""
    kinds = {1: (layers.Conv1D, (36, 1)), 3: (layers.Conv3D, (4, 3, 3, 1))}
    kind, shape = kinds[rank]
    keras.utils.set_random_seed(rank)
    inner = [layers.Reshape(shape), kind(2, 2, name="conv", **conv), layers.Flatten()]
    return keras.Sequential([keras.Input((6, 6, 1)), *inner, layers.Dense(3, name="out")])


@pytest.mark.parametrize("rank", [1, 3])
def test_filters_whose_maps_have_one_or_three_axes(rank: int) -> None:
    model = of_rank(rank, activation="relu")
    conv = model.get_layer("conv")
    found = activation_maximization(model, "conv", steps=60)
    maps = keras.Model(model.inputs[0], conv.output)
    space = tuple(range(1, rank + 1))
    mine = np.diagonal(np.asarray(maps(found)).mean(axis=space))
    pixels = np.random.default_rng(0).random((200, 6, 6, 1), dtype=np.float32)
    others = np.asarray(maps(pixels)).mean(axis=space)
    assert (mine >= others.max(axis=0)).all()
    assert (mine > 0).any()

    artifact = compute(
        subject("activation_maximization", model, dataset({"class": 3}), layers=["conv"], steps=60)
    )
    panel = artifact.facts.panels[0]
    tiles = artifact.arrays["images@conv"]
    np.testing.assert_allclose(
        panel.reached, np.diagonal(np.asarray(maps(tiles)).mean(axis=space)), rtol=1e-4
    )
    assert any(m.name == "activation_ratio@conv" for m in artifact.measures)


@pytest.mark.parametrize(
    ("rank", "position", "seen"),
    [
        (1, (4,), [4, 5]),
        # Of 4 planes of 3 x 3 pixels the second and third, there the lower right corner.
        (3, (1, 1, 1), [13, 14, 16, 17, 22, 23, 25, 26]),
    ],
)
def test_a_unit_of_a_line_or_a_volume_sees_its_own_pixels(
    rank: int, position: tuple[int, ...], seen: list[int]
) -> None:
    model = of_rank(rank)
    weights, bias = model.get_layer("conv").get_weights()
    plain = {"objective": "unit", "steps": 300, "jitter": 0, "l2": 0, "total_variation": 0}
    found = activation_maximization(model, "conv", position=position, **plain)
    maps = np.asarray(keras.Model(model.inputs[0], model.get_layer("conv").output)(found))
    for index in range(2):
        best = np.maximum(weights[..., index], 0).sum() + bias[index]
        assert maps[(index, *position, index)] == pytest.approx(best, rel=1e-3)
    outside = np.delete(found.reshape(2, 36), seen, axis=1)
    assert np.abs(outside - 0.5).max() < 0.05


def test_places_in_maps_of_any_rank_are_said() -> None:
    line, volume = of_rank(1), of_rank(3)
    same = activation_maximization(line, "conv", objective="unit", position=4, steps=2)
    one = activation_maximization(line, "conv", objective="unit", position=(4,), steps=2)
    np.testing.assert_array_equal(same, one)
    with pytest.raises(
        UserError, match=r"position must be a place on its one axis, a whole number, got \(1, 2"
    ):
        activation_maximization(line, "conv", objective="unit", position=(1, 2))
    with pytest.raises(UserError, match=r"have 3 x 2 x 2 positions, and 3, 0, 0 is none"):
        activation_maximization(volume, "conv", objective="unit", position=(3, 0, 0))
    given = subject(
        "activation_maximization",
        volume,
        dataset({"class": 3}),
        objective="unit",
        position="0, 1, 0",
    )
    artifact = compute(given)
    caption = draw(artifact, given.params)[0].caption
    assert "its response at depth 0, row 1, column 0 of the map" in caption
    pixels = np.asarray(given.data.splits["test"].images, np.float32) / 255
    maps = np.asarray(keras.Model(volume.inputs[0], volume.get_layer("conv").output)(pixels))
    largest = artifact.facts.panels[0].largest
    np.testing.assert_allclose(largest, maps[:, 0, 1, 0].max(axis=0), rtol=1e-5)
    with pytest.raises(UserError, match=r"a depth, a row and a column, whole numbers, got \(1, 1"):
        compute(
            subject(
                "activation_maximization",
                volume,
                dataset({"class": 3}),
                objective="unit",
                position="1, 1",
            )
        )
