"""Variation 1 of the write-up: two small convolutions without pooling, four outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.catalog import Entry
from reportgen.models._variations import INPUT_SHAPE as INPUT_SHAPE
from reportgen.records import Target

ENTRY = Entry(
    name="variation1",
    title="Variation 1",
    help="two convolutions of 4 filters, 64 hidden units for each of length, width, color, angle",
)


def build(input_shape: tuple[int, ...], targets: Sequence[Target]) -> Any:
    """A Functional model; each of its four hidden layers feeds the output of the same place."""
    from keras import Input, layers

    from reportgen.models._variations import with_heads

    start = Input(input_shape, name="Input_Image")
    x = layers.Conv2D(4, 3, activation="relu", name="conv2d_1")(start)
    x = layers.Conv2D(4, 5, activation="relu", name="conv2d_2")(x)
    flat = layers.Flatten(name="flatten_1")(x)
    hidden = {
        "dense_1": (64, ("length",)),
        "dense_2": (64, ("width",)),
        "dense_3": (64, ("color",)),
        "dense_4": (64, ("angle",)),
    }
    return with_heads("variation1", start, flat, hidden, targets)
