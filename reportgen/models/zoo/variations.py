"""The three variations of the write-up: two convolutions and four parallel outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.catalog import Entry
from reportgen.errors import Problem, UserError
from reportgen.records import Target
from reportgen.types import Layer, Model, Shape, Tensor

INPUT_SHAPE = (28, 28, 3)
CLASSES = {"length": 2, "width": 2, "color": 2, "angle": 12}
"""Outputs in the order of the write-up, and their number of classes in the line dataset."""

ENTRY_VARIATION1 = Entry(
    name="variation1",
    title="Variation 1",
    help="two convolutions of 4 filters, 64 hidden units for each of length, width, color, angle",
)
ENTRY_VARIATION2 = Entry(
    name="variation2",
    title="Variation 2",
    help="convolutions of 8 and 6 filters, pooled; outputs length, width, color, angle",
)
ENTRY_VARIATION3 = Entry(
    name="variation3",
    title="Variation 3",
    help="convolutions of 10 and 8 filters, pooled; outputs length, width, color, angle",
)


def variation1(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Functional model without pooling, with a separate hidden layer for each output."""
    from keras import layers

    backbone = [
        layers.Conv2D(4, 3, activation="relu", name="conv2d_1"),
        layers.Conv2D(4, 5, activation="relu", name="conv2d_2"),
    ]
    hidden = {f"dense_{i}": (64, (output,)) for i, output in enumerate(CLASSES, start=1)}
    return _with_heads("variation1", input_shape, backbone, hidden, targets)


def variation2(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Functional model whose second pooling has a stride of one pixel (10 -> 9).

    Of the two hidden layers in the write-up, the wider feeds the angle, which has the most classes.
    The other feeds length, width and color.
    """
    from keras import layers

    backbone = [
        layers.Conv2D(8, 7, padding="same", activation="relu", name="conv2d_1"),
        layers.MaxPooling2D(2, name="max_pooling2d_1"),
        layers.Conv2D(6, 5, activation="relu", name="conv2d_2"),
        layers.MaxPooling2D(2, strides=1, name="max_pooling2d_2"),
    ]
    hidden = {"dense_1": (128, ("length", "width", "color")), "dense_5": (256, ("angle",))}
    return _with_heads("variation2", input_shape, backbone, hidden, targets)


def variation3(input_shape: Shape, targets: Sequence[Target]) -> Model:
    """A Functional model; both poolings halve the sides.

    Of the two hidden layers in the write-up, the wider feeds length and angle, which need the whole
    line. The other feeds width and color, which any part of the line shows.
    """
    from keras import layers

    backbone = [
        layers.Conv2D(10, 5, padding="same", activation="relu", name="conv2d_1"),
        layers.MaxPooling2D(2, name="max_pooling2d_1"),
        layers.Conv2D(8, 3, activation="relu", name="conv2d_2"),
        layers.MaxPooling2D(2, name="max_pooling2d_2"),
    ]
    hidden = {"dense_1": (128, ("length", "angle")), "dense_3": (64, ("width", "color"))}
    return _with_heads("variation3", input_shape, backbone, hidden, targets)


def _with_heads(
    name: str,
    input_shape: Shape,
    backbone: Sequence[Layer],
    hidden: Mapping[str, tuple[int, Sequence[str]]],
    targets: Sequence[Target],
) -> Model:
    """A variation: a backbone, parallel hidden layers, and one head for each output.

    Args:
        name: the model's name.
        input_shape: (height, width, channels).
        backbone: the layers up to the flattened features.
        hidden: for each hidden dense layer, its units and the outputs that it feeds.
        targets: the dataset's targets; () without a dataset.
    """
    from keras import Input, Model, layers

    classes = _classes(targets)
    images = Input(input_shape, name="Input_Image")
    maps: Tensor = images
    for layer in backbone:
        maps = layer(maps)
    flat = layers.Flatten(name="flatten_1")(maps)
    features: dict[str, Tensor] = {}
    for layer_name, (units, outputs) in hidden.items():
        dense = layers.Dense(units, activation="relu", name=layer_name)(flat)
        features |= dict.fromkeys(outputs, dense)
    heads = [_head(output, classes[output])(features[output]) for output in CLASSES]
    return Model(images, heads, name=name)


def _head(name: str, classes: int) -> Layer:
    """One sigmoid unit for two classes, else a softmax."""
    from keras import layers

    if classes == 2:
        return layers.Dense(1, activation="sigmoid", name=name)
    return layers.Dense(classes, activation="softmax", name=name)


def _classes(targets: Sequence[Target]) -> dict[str, int]:
    """Number of classes of each output; the write-up's where there are no targets.

    Raises:
        UserError: the dataset does not label one of the outputs.
    """
    if not targets:
        return CLASSES
    classes = {target.name: len(target.classes) for target in targets}
    if not CLASSES.keys() <= classes.keys():
        raise UserError(
            Problem(
                f"the model answers {', '.join(CLASSES)}, but the dataset labels "
                f"{', '.join(classes)} only",
                hint="use the dataset 'line', which labels all of them",
            )
        )
    return {name: classes[name] for name in CLASSES}
