"""Activations of test images, for figures that show and measure what layers compute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from reportgen.errors import Problem, UserError
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite_activations
from reportgen.network.maps import region
from reportgen.network.network import Network
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare
from reportgen.network.samples import pick
from reportgen.records import Dataset
from reportgen.types import Array, Floats, Integers


@dataclass(frozen=True)
class Batch:
    """Some test images and the activations that they cause.

    Attributes:
        indices: of the images in the test split, shape (n,).
        images: as stored, shape (n, h, w, c).
        activations: by layer path, shape (n, space..., channels).
        inputs: by layer path the input of layers whose input was asked for, of the same shape.
    """

    indices: Integers
    images: Array
    activations: dict[str, Floats]
    inputs: dict[str, Floats]


def activations_of(network: Network, data: Dataset, indices: Array, layers: Sequence[str]) -> Batch:
    """Activations of a few test images at once.

    Raises:
        UndefinedError: activations are not finite, or the model's inside cannot be reached.
    """
    images = np.asarray(data.splits["test"].images)[indices]
    return _observed(network, data, np.asarray(indices), images, layers)


def activation_batches(
    network: Network,
    data: Dataset,
    indices: Array,
    layers: Sequence[str],
    inputs_of: Sequence[str] = (),
) -> Iterator[Batch]:
    """Activations of many test images, batch by batch, so that they need not all fit into memory.

    Args:
        network: the model.
        data: whose test split holds the images.
        indices: of the images.
        layers: paths of layers to read.
        inputs_of: paths of layers whose input to read as well.

    Raises:
        UndefinedError: see `activations_of`.
    """
    indices = np.asarray(indices)
    images = np.asarray(data.splits["test"].images)[indices]
    for place in batches(network, [images]):
        yield _observed(network, data, indices[place], images[place], layers, inputs_of)


class Statistics(Protocol):
    """Collects measurements of one layer."""

    def add(self, maps: Floats, images: Array) -> None:
        """Measure maps (n, h, w, c) and the part of the images (n, H, W, c) that they cover."""


LayerStatistics = TypeVar("LayerStatistics", bound=Statistics)


def layer_statistics(
    network: Network,
    data: Dataset,
    indices: Array,
    layers: Sequence[str],
    make: Callable[[], LayerStatistics],
) -> dict[str, LayerStatistics]:
    """Statistics of each layer over test images, of which no activations are kept.

    Args:
        network: the model.
        data: whose test split holds the images.
        indices: of the images.
        layers: paths of layers with two-dimensional maps.
        make: makes the statistics of a layer, to which batches are then added.

    Raises:
        UndefinedError: see `activations_of`.
    """
    size = np.asarray(data.splits["test"].images).shape[1:3]
    covered = {path: region(network, path, size) for path in layers}
    statistics = {path: make() for path in layers}
    for batch in activation_batches(network, data, indices, layers):
        for path, (down, across) in covered.items():
            statistics[path].add(batch.activations[path], batch.images[:, down, across])
    return statistics


def one_image(data: Dataset, samples: int | Sequence[int]) -> int:
    """The index of the single test image that a `samples` parameter means.

    Raises:
        UserError: the parameter means several images, or one that there is not.
    """
    indices = pick(data, samples)
    if len(indices) != 1:
        message = f"samples must be 1 or a list of one test image, got {len(indices)} images"
        raise UserError(Problem(message, hint="give each image a figure of its own"))
    return int(indices[0])


def _observed(
    network: Network,
    data: Dataset,
    indices: Array,
    images: Array,
    layers: Sequence[str],
    inputs_of: Sequence[str] = (),
) -> Batch:
    pixels = prepare(images, data.preprocessing)
    observed = observe(network, pixels, layers, inputs_of=inputs_of, logits=False)
    require_finite_activations(observed.activations)
    return Batch(indices, images, observed.activations, observed.inputs)
