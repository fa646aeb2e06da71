"""Models that take images without channels, or in a row, where datasets give them with."""

from __future__ import annotations

from math import prod
from typing import Any

NAME = "reshape_images"
"""Name of the layer that is put before a model."""


def adapted(model: Any, shape: tuple[int, ...]) -> tuple[Any, str]:
    """A model that takes images as a dataset gives them, and what was done to it, in a sentence.

    Gray images lose their axis of channels for a model that takes rows of numbers, (h, w); and all
    the values of an image are put in a row for one that takes just that, (h * w * c,). The layers
    are the model's own, with a Reshape before them. Any other model is given back as it is, with
    no sentence.

    Args:
        model: any Keras model.
        shape: of the dataset's images, (h, w, c).
    """
    import keras

    from reportgen.models._recalling import called_on, freeze_as
    from reportgen.network.graph import is_graph, require_graph

    inputs = require_graph(model).inputs if is_graph(model) else []
    wanted = tuple(inputs[0].shape)[1:] if len(inputs) == 1 else ()
    if not _reshapes(shape, wanted):
        return model, ""
    flat = len(wanted) == 1
    reshape = keras.layers.Reshape((prod(shape),) if flat else shape[:2], name=NAME)
    taken = inputs[0]
    start = keras.Input(shape, batch_size=taken.shape[0], dtype=taken.dtype, name="images")
    if isinstance(model, keras.Sequential):
        made: Any = keras.Sequential([start, reshape, *model.layers], name=model.name)
        freeze_as(model, made)
    else:
        made = called_on(model, start, [reshape(start)])
    return made, _sentence(shape, wanted)


def _reshapes(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    if len(wanted) == 1:
        return wanted[0] == prod(shape)
    fits = all(side in (None, size) for side, size in zip(wanted, shape, strict=False))
    return len(wanted) == 2 and shape[2] == 1 and fits


def _sentence(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> str:
    size = " x ".join(map(str, shape))
    how = "as one row of values" if len(wanted) == 1 else "as rows of numbers, without channels"
    return (
        f"The model takes images {how}, and the dataset's are {size}: the layer '{NAME}', which "
        "the model itself does not have, stands between them."
    )
