"""Variation 3 of the write-up: two convolutions, each pooled by two, four outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.catalog import Entry
from reportgen.models._variations import INPUT_SHAPE as INPUT_SHAPE
from reportgen.records import Target

ENTRY = Entry(
    name="variation3",
    title="Variation 3",
    help="convolutions of 10 and 8 filters, pooled; outputs length, width, color, angle",
)


def build(input_shape: tuple[int, ...], targets: Sequence[Target]) -> Any:
    """A Functional model.

    Of the two hidden layers that the write-up shows, the wider one feeds length and angle, which
    need the whole line, and the other one width and color, which any part of it tells.
    """
    from keras import Input, layers

    from reportgen.models._variations import with_heads

    start = Input(input_shape, name="Input_Image")
    x = layers.Conv2D(10, 5, padding="same", activation="relu", name="conv2d_1")(start)
    x = layers.MaxPooling2D(2, name="max_pooling2d_1")(x)
    x = layers.Conv2D(8, 3, activation="relu", name="conv2d_2")(x)
    x = layers.MaxPooling2D(2, name="max_pooling2d_2")(x)
    flat = layers.Flatten(name="flatten_1")(x)
    hidden = {"dense_1": (128, ("length", "angle")), "dense_3": (64, ("width", "color"))}
    return with_heads("variation3", start, flat, hidden, targets)
