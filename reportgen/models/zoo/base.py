"""The shallow network of the write-up: one convolution, one pooling, one hidden layer."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.records import Target
from reportgen.types import Model, Shape

ENTRY = Entry(
    name="base",
    title="Base model",
    help="one 7x7 convolution with batch normalization, max pooling, 1024 hidden units",
)
INPUT_SHAPE = (28, 28, 3)
MOMENTUM = 0.9
"""Momentum of the moving averages. With Keras' 0.99 they lag behind the weights for hundreds of
steps, so that after a short training the scores would not be those of the trained weights."""


def build(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Sequential model that classifies the dataset's first target (96 classes without one)."""
    from keras import Input, Sequential, layers

    classes = len(targets[0].classes) if targets else 96
    return Sequential(
        [
            Input(input_shape),
            layers.Conv2D(32, 7, activation="relu", name="conv2d_2"),
            layers.BatchNormalization(momentum=MOMENTUM, name="batch_normalization_2"),
            layers.MaxPooling2D(2, name="max_pooling2d_2"),
            layers.Flatten(name="flatten_2"),
            layers.Dense(1024, activation="relu", name="dense_3"),
            layers.Dense(classes, activation="softmax", name="dense_4"),
        ],
        name="base",
    )
