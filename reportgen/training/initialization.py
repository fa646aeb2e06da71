"""Initial class vectors: directions spread evenly, similar classes side by side.

Where few dimensions hold many classes, such as ten on a circle, a class that starts between two
others can leave only by crossing them, which gradient descent seldom does. A random initial order
therefore stays, and classes that look alike end far apart. So the images determine the order.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.network.heads import ending
from reportgen.records import Dataset, Head
from reportgen.types import Array, Booleans, Doubles, Model

ROUNDS = 2000
"""Number of steps in which directions repel each other."""


def spread_classes(model: Model, heads: Sequence[Head], dataset: Dataset) -> None:
    """Turn the weight vectors of every head's last layer into evenly spread directions.

    The mean length of the vectors stays the same. See `directions`.

    Raises:
        UserError: a last layer has no weight vector for each class.
    """
    for head in heads:
        path, layer = ending(model, head.index)
        kernel = getattr(layer, "kernel", None)
        if head.target is None or kernel is None or kernel.shape[1:] != (head.units,):
            raise UserError(
                Problem(
                    f"layer '{path}' has no weight vector for each class to spread",
                    hint="leave out spread_classes, or end the model in a Dense layer",
                )
            )
        _assign(kernel, dataset, head)


def _assign(kernel: keras.Variable, dataset: Dataset, head: Head) -> None:
    assert head.target is not None
    split = dataset.splits["train"]
    labels = np.asarray(split.labels[head.target.name])
    old = kernel.numpy()
    means = np.stack([_mean(split.images, labels == c) for c in range(head.units)])
    length = np.linalg.norm(old, axis=0).mean()
    kernel.assign((length * directions(means, len(old)).T).astype(old.dtype))


def _mean(images: Array, chosen: Booleans) -> Doubles:
    some = np.asarray(images)[chosen]
    flat = some.reshape(len(some), -1) if len(some) else np.zeros((1, np.asarray(images[0]).size))
    mean: Doubles = flat.mean(axis=0, dtype=np.float64)
    return mean


def directions(means: Doubles, dimensions: int) -> Doubles:
    """Evenly spread directions for classes, similar classes side by side.

    The directions start as the first principal components of the classes' mean images. They then
    repel each other like equal charges on a sphere (Thomson's problem). On a circle this keeps
    their order and ends in equal angles.

    Args:
        means: the mean image of each class, shape (classes, pixels).
        dimensions: number of dimensions of the directions.

    Returns:
        Unit vectors, shape (classes, dimensions).
    """
    centered = means - means.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centered, full_matrices=False)
    start = np.zeros((len(means), dimensions))
    kept = min(dimensions, len(sizes))
    start[:, :kept] = left[:, :kept] * sizes[:kept] / max(sizes[0], 1e-12)
    # The sign of a component is arbitrary; noise separates classes with equal means.
    start *= np.where(start[np.abs(start).argmax(axis=0), np.arange(dimensions)] < 0, -1, 1)
    start += np.random.default_rng(0).normal(scale=1e-3, size=start.shape)
    return _repelled(_unit(start))


def _repelled(places: Doubles) -> Doubles:
    for done in range(ROUNDS):
        squares = np.maximum(2.0 - 2.0 * places @ places.T, 1e-9)
        np.fill_diagonal(squares, np.inf)
        push = squares**-1.5
        force = push.sum(axis=1, keepdims=True) * places - push @ places
        force -= (force * places).sum(axis=1, keepdims=True) * places
        sizes = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-12)
        # At most a quarter of the gap to the nearest neighbor, so that no direction jumps another.
        most = 0.25 * np.sqrt(squares.min(axis=1, keepdims=True)) * (1 - done / ROUNDS)
        places = _unit(places + force * np.minimum(most / sizes, 0.1 / len(places)))
    return places


def _unit(vectors: Doubles) -> Doubles:
    unit: Doubles = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
