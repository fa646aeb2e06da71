"""Two convolutions, each with pooling, and two dense layers: a first network for small images."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.records import Target
from reportgen.types import Model, Shape

ENTRY = Entry(
    name="fashion_cnn",
    title="Seven-layer CNN",
    help="two 3x3 convolutions of 64 filters, each max-pooled, and 128 hidden units",
)
INPUT_SHAPE = (28, 28, 1)


def build(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Sequential model that classifies the dataset's first target (10 classes without one)."""
    from keras import Input, Sequential, layers

    classes = len(targets[0].classes) if targets else 10
    return Sequential(
        [
            Input(input_shape),
            layers.Conv2D(64, 3, activation="relu", name="conv_layer_1"),
            layers.MaxPooling2D(2, name="pool_layer_2"),
            layers.Conv2D(64, 3, activation="relu", name="conv_layer_3"),
            layers.MaxPooling2D(2, name="pool_layer_4"),
            layers.Flatten(name="flatten_layer_5"),
            layers.Dense(128, activation="relu", name="dense_layer_6"),
            layers.Dense(classes, activation="softmax", name="dense_layer_7"),
        ],
        name="fashion_cnn",
    )
