"""A residual network at the size of small images: three stages of one block each."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.records import Target
from reportgen.types import Model, Shape, Tensor

ENTRY = Entry(
    name="small_resnet",
    title="Small ResNet",
    help="seven 3x3 convolutions with batch normalization and three skip connections "
    "(16, 32, 64 filters)",
)
INPUT_SHAPE = (28, 28, 1)
STAGES = (16, 32, 64)
"""Filters of each stage; every stage but the first halves the sides of its maps."""
MOMENTUM = 0.9
"""Momentum of the moving averages, lower than Keras' default because trainings are short."""


def build(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Functional model that classifies the dataset's first target (10 classes without one).

    Names follow `keras.applications.ResNet50`, e.g. "stage2_add". Source of the plan: He et al.,
    "Deep residual learning for image recognition", arXiv 1512.03385.
    """
    from keras import Input, Model, layers

    classes = len(targets[0].classes) if targets else 10
    start = Input(input_shape, name="input")
    flow = _activated(_convolved(start, STAGES[0], 3, 1, "stem"), "stem")
    for stage, filters in enumerate(STAGES, start=1):
        flow = _block(flow, filters, 1 if stage == 1 else 2, f"stage{stage}")
    flow = layers.GlobalAveragePooling2D(name="avg_pool")(flow)
    answer = layers.Dense(classes, activation="softmax", name="predictions")(flow)
    return Model(start, answer, name="small_resnet")


def _block(flow: Tensor, filters: int, stride: int, name: str) -> Tensor:
    """Two convolutions and a skip connection, with a 1x1 convolution where the shape changes."""
    from keras import layers

    main = _activated(_convolved(flow, filters, 3, stride, f"{name}_1"), f"{name}_1")
    main = _convolved(main, filters, 3, 1, f"{name}_2")
    skip = flow if stride == 1 else _convolved(flow, filters, 1, stride, f"{name}_0")
    return _activated(layers.Add(name=f"{name}_add")([skip, main]), f"{name}_out")


def _convolved(flow: Tensor, filters: int, size: int, stride: int, name: str) -> Tensor:
    from keras import layers

    maps = layers.Conv2D(
        filters,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(flow)
    return layers.BatchNormalization(momentum=MOMENTUM, name=f"{name}_bn")(maps)


def _activated(flow: Tensor, name: str) -> Tensor:
    from keras import layers

    return layers.ReLU(name=f"{name}_relu")(flow)
