"""What the three variations share: four outputs on one convolutional backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.models._fit import chosen, units
from reportgen.records import Target

INPUT_SHAPE = (28, 28, 3)
CLASSES = {"length": 2, "width": 2, "color": 2, "angle": 12}
"""Outputs in the order of the write-up, and their number of classes in the line dataset."""


def with_heads(
    name: str,
    start: Any,
    flat: Any,
    hidden: Mapping[str, tuple[int, Sequence[str]]],
    targets: Sequence[Target],
) -> Any:
    """Finish a variation: hidden layers beside each other, each feeding some of the outputs.

    Args:
        name: of the model.
        start: its input tensor; flat: the flattened features.
        hidden: for each dense layer its units and the outputs that it feeds.
        targets: what the dataset labels; () without dataset.
    """
    from keras import Model, layers

    classes = chosen(targets, CLASSES)
    dense = {
        key: layers.Dense(count, activation="relu", name=key)(flat)
        for key, (count, _) in hidden.items()
    }
    feeds = {output: dense[key] for key, (_, outputs) in hidden.items() for output in outputs}
    outputs = [
        layers.Dense(**units(classes[output]), name=output)(feeds[output]) for output in CLASSES
    ]
    return Model(start, outputs, name=name)
