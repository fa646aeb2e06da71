"""Layers with maps, and where their units lie over the image."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from reportgen.errors import UndefinedError, UserError
from reportgen.network.maps import has_maps, last_rearrangement, map_axes, region, with_maps
from reportgen.network.network import Network
from reportgen.network.receptive_field import centers


def model() -> Any:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(2, 3, name="one"),
            layers.MaxPooling2D(2, name="two"),
            layers.Conv2D(2, 3, name="three"),
            layers.MaxPooling2D(2, name="four"),
            layers.Conv2D(2, 3, padding="same", name="five"),
            layers.Flatten(name="flat"),
        ]
    )


def test_maps_of_layers() -> None:
    made = model()
    assert with_maps(Network.of(made), "all", "nothing") == ["one", "two", "three", "four", "five"]
    assert with_maps(Network.of(made), ["four", "flat"], "nothing") == ["four"]
    assert has_maps(made.get_layer("one"))
    assert not has_maps(made.get_layer("flat"))
    with pytest.raises(UndefinedError) as caught:
        with_maps(Network.of(made), ["flat"], "nothing to eat")
    assert str(caught.value) == (
        "None of the layers asked for (flat) has two-dimensional maps, so there is nothing to eat."
    )
    with pytest.raises(UserError, match="one, two"):
        with_maps(Network.of(made), ["nine"], "nothing")


def test_a_model_of_lines_has_no_flat_maps() -> None:
    line = keras.Sequential([keras.Input((9, 1)), layers.Conv1D(2, 3, name="one")])
    with pytest.raises(UndefinedError, match="The model has no convolution or pooling layer with"):
        with_maps(Network.of(line), "all", "nothing")
    assert map_axes(Network.of(line), "one") == 1
    made = model()
    assert [map_axes(Network.of(made), name) for name in ("one", "flat")] == [2, 0]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("one", 1, 27), ("two", 1, 27), ("three", 3, 25), ("four", 3, 23), ("five", 3, 23)],
)
def test_units_lie_at_the_middle_of_what_they_can_see(name: str, low: int, high: int) -> None:
    # By hand: "three" has fields of 8 px, 2 px apart, 11 of them: the first lies at 3..5.
    made = model()
    assert centers(Network.of(made), name, (28, 28)) == ((low, high), (low, high))
    assert region(Network.of(made), name, (28, 28)) == (slice(low, high), slice(low, high))


def test_where_no_place_can_be_told_a_map_covers_all() -> None:
    made = keras.Sequential(
        [keras.Input((9,)), layers.Reshape((3, 3, 1)), layers.Conv2D(1, 1, name="conv")]
    )
    assert region(Network.of(made), "conv", (3, 3)) == (slice(0, 3), slice(0, 3))


_PATCHES = [layers.Reshape((16, 4)), layers.Dense(5)]


@pytest.mark.parametrize(
    ("between", "found"),
    [
        ([layers.Reshape((36,)), layers.Reshape((6, 6, 1))], ""),  # the image again
        ([layers.Reshape((1, 6, 6, 1)), layers.Reshape((6, 6, 1))], ""),
        ([layers.Reshape((4, 9, 1), name="mixed")], "mixed"),
        ([layers.Permute((2, 1, 3), name="turned"), layers.ReLU()], "turned"),
        ([layers.Permute((3, 1, 2)), layers.Reshape((6, 6, 1))], ""),
        ([layers.ReLU()], ""),
        ([layers.Conv2D(4, 3), *_PATCHES, layers.Reshape((4, 4, 5))], ""),
        ([layers.Conv2D(4, 3), *_PATCHES, layers.Reshape((2, 8, 5), name="other")], "other"),
    ],
)
def test_layers_that_put_values_into_other_places(between: list[Any], found: str) -> None:
    end = layers.Conv2D(2, 3, padding="same", name="end")
    made = keras.Sequential([keras.Input((6, 6, 1)), *between, end, layers.Reshape((-1,))])
    assert last_rearrangement(Network.of(made), "end", (6, 6, 1)) == found
    nested = keras.Sequential([keras.Input((6, 6, 1)), made])
    made.name = "made"
    assert last_rearrangement(Network.of(nested), "made/end", (6, 6, 1)) == (
        f"made/{found}" if found else ""
    )
