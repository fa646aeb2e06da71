"""Variation 2 of the write-up: two convolutions, each pooled, four outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.catalog import Entry
from reportgen.models._variations import INPUT_SHAPE as INPUT_SHAPE
from reportgen.records import Target

ENTRY = Entry(
    name="variation2",
    title="Variation 2",
    help="convolutions of 8 and 6 filters, pooled; outputs length, width, color, angle",
)


def build(input_shape: tuple[int, ...], targets: Sequence[Target]) -> Any:
    """A Functional model. The second pooling moves by one pixel (10 -> 9).

    Of the two hidden layers that the write-up shows, the wider one feeds the angle, which has
    most classes, and the other one feeds length, width and color.
    """
    from keras import Input, layers

    from reportgen.models._variations import with_heads

    start = Input(input_shape, name="Input_Image")
    x = layers.Conv2D(8, 7, padding="same", activation="relu", name="conv2d_1")(start)
    x = layers.MaxPooling2D(2, name="max_pooling2d_1")(x)
    x = layers.Conv2D(6, 5, activation="relu", name="conv2d_2")(x)
    x = layers.MaxPooling2D(2, strides=1, name="max_pooling2d_2")(x)
    flat = layers.Flatten(name="flatten_1")(x)
    hidden = {"dense_1": (128, ("length", "width", "color")), "dense_5": (256, ("angle",))}
    return with_heads("variation2", start, flat, hidden, targets)
