"""VGG's plan at the size of small images: pairs of 3x3 convolutions between poolings."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.records import Target
from reportgen.types import Model, Shape

ENTRY = Entry(
    name="small_vgg",
    title="Small VGG",
    help="six 3x3 convolutions in three pooled blocks (16, 32, 64 filters), 64 hidden units",
)
INPUT_SHAPE = (28, 28, 1)
BLOCKS = (16, 32, 64)
"""Filters of both convolutions of each block."""


def build(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Sequential model that classifies the dataset's first target (10 classes without one).

    Layers are named as in `keras.applications.VGG16`. The network has no normalization, so that
    deconvnets are defined for every layer. Source of the plan: Simonyan and Zisserman, arXiv
    1409.1556.
    """
    from keras import Input, Sequential, layers

    classes = len(targets[0].classes) if targets else 10
    model = Sequential([Input(input_shape)], name="small_vgg")
    for block, filters in enumerate(BLOCKS, start=1):
        for place in (1, 2):
            model.add(
                layers.Conv2D(
                    filters,
                    3,
                    padding="same",
                    activation="relu",
                    kernel_initializer="he_uniform",
                    name=f"block{block}_conv{place}",
                )
            )
        model.add(layers.MaxPooling2D(2, name=f"block{block}_pool"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(64, activation="relu", name="fc1"))
    model.add(layers.Dense(classes, activation="softmax", name="predictions"))
    return model
