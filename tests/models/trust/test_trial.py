"""What layers give for one image, measured from the shapes of a model that was read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from reportgen import models
from reportgen.errors import UserError
from reportgen.models.trust.inspection import inspect
from reportgen.models.trust.trial import too_large

LAYERS = keras.layers


def upsampled(side: int | None, *, name: str = "net") -> Any:
    start = keras.Input((side, side, 1))
    x = LAYERS.UpSampling2D(20000, name="up")(start)
    return keras.Model(start, LAYERS.GlobalAveragePooling2D(name="mean")(x), name=name)


def test_the_largest_output_is_named_with_its_shape() -> None:
    assert too_large(upsampled(28)) == (
        "its layer 'up' gives 313 600 000 000 values for one image (an output of shape "
        "(560000, 560000, 1)), and 268 435 456 is the most"
    )


def test_a_nested_model_is_measured_for_the_images_that_it_is_used_with() -> None:
    nested = keras.Sequential([keras.Input((4, 4, 1)), upsampled(None, name="part")])
    assert "its layer 'part/up' gives 6 400 000 000 values" in too_large(nested)
    same = keras.Sequential([keras.Input((4, 4, 1)), upsampled(4, name="part")])
    assert "its layer 'part/up' gives 6 400 000 000 values" in too_large(same)


def test_layers_inside_of_others_are_measured() -> None:
    """A pipeline of layers, and a model inside of a wrapper, which the graph shows as one call."""
    parts = [LAYERS.UpSampling2D(20000, name="up"), LAYERS.GlobalAveragePooling2D(name="mean")]
    wrapped = LAYERS.TimeDistributed(keras.Sequential(parts, name="part"), name="each")
    said = too_large(keras.Sequential([keras.Input((2, 4, 4, 1)), wrapped]))
    assert "its layer 'each/part/up' gives 6 400 000 000 values" in said
    line = LAYERS.Pipeline([LAYERS.Rescaling(2.0), *parts], name="line")
    said = too_large(keras.Sequential([keras.Input((4, 4, 1)), line]))
    assert "its layer 'line/up' gives 6 400 000 000 values" in said


def test_images_are_not_counted_but_rows_in_their_place_are() -> None:
    start = keras.Input((1024, 1024, 4), batch_size=256)
    assert too_large(keras.Model(start, LAYERS.ReLU()(start))) == ""
    start = keras.Input((4,))
    many = keras.ops.broadcast_to(keras.ops.sum(start), (2**20, 2**10))
    assert "an output of shape (1048576, 1024)" in too_large(keras.Model(start, many))


def test_networks_of_usual_size_pass(small: Any) -> None:
    assert too_large(small) == ""
    assert (
        too_large(keras.applications.MobileNetV2(weights=None, input_shape=(1024, 1024, 3))) == ""
    )


def test_what_the_inspection_cannot_see_is_refused_by_the_trial(
    load: Callable[..., models.Loaded], tmp_path: Path
) -> None:
    """A legacy file of a Sequential model tells no shapes."""
    layers = [keras.Input((28, 28, 1)), LAYERS.UpSampling2D(20000, name="up")]
    keras.Sequential([*layers, LAYERS.GlobalAveragePooling2D()]).save(tmp_path / "mine.h5")
    inspect(tmp_path / "mine.h5")
    with pytest.raises(UserError, match=r"mine\.h5 is refused: its layer 'up' gives 313 600"):
        load("mine.h5")
