"""The deep network of the write-up: three convolutions, the last one normalized."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.records import Target
from reportgen.types import Model, Shape

ENTRY = Entry(
    name="deep",
    title="Deep model",
    help="three 3x3 convolutions with 32, 64 and 128 filters, 1024 hidden units",
)
INPUT_SHAPE = (28, 28, 3)
MOMENTUM = 0.9
"""Momentum of the moving averages. With Keras' 0.99 they lag behind the weights for hundreds of
steps, so that after a short training the scores would not be those of the trained weights."""


def build(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Sequential model that classifies the dataset's first target (96 classes without one).

    The write-up's shapes fix the padding: the first convolution has none (28 -> 26), the others
    keep the size (13 and 6).
    """
    from keras import Input, Sequential, layers

    classes = len(targets[0].classes) if targets else 96
    return Sequential(
        [
            Input(input_shape),
            layers.Conv2D(32, 3, activation="relu", name="conv2d_8"),
            layers.MaxPooling2D(2, name="max_pooling2d_6"),
            layers.Conv2D(64, 3, padding="same", activation="relu", name="conv2d_9"),
            layers.MaxPooling2D(2, name="max_pooling2d_7"),
            layers.Conv2D(128, 3, padding="same", activation="relu", name="conv2d_10"),
            layers.BatchNormalization(momentum=MOMENTUM, name="batch_normalization_4"),
            layers.Flatten(name="flatten_4"),
            layers.Dense(1024, activation="relu", name="dense_7"),
            layers.Dense(classes, activation="softmax", name="dense_8"),
        ],
        name="deep",
    )
