"""What `compute` hands to `draw`."""

from __future__ import annotations

from dataclasses import dataclass

Sides = tuple[int | None, ...]


@dataclass(frozen=True)
class Activations:
    """Statistics of a layer's activations on test images.

    Attributes:
        mean: over images, positions and channels.
        positive: share above zero.
        silent: dead channels, where what follows the layer hands them on (see `metrics.units`).
        nearly_silent: nearly dead ones; None where no ReLU follows.
    """

    mean: float
    positive: float
    silent: int
    nearly_silent: int | None = None


@dataclass(frozen=True)
class Row:
    """One convolution layer.

    Attributes:
        path: of the layer; type: its class.
        index: its place among the model's layers, from 0, such as "1.3" for layer 3 inside layer 1;
            "" where it has none.
        kernels: shape of its kernel, or of both kernels of a separable layer.
        bias: shape of its bias, or ().
        output: shape of its output without the batch, or None where it is not known.
        stride: along each axis of space.
        field: side of its receptive field in pixels, or None where it has none.
        parameters: its weights and biases.
        multiply_adds: multiplications with an addition each for one image, or None where a side of
            its maps is not known.
        mean, deviation: of its weights.
        filters: how many it has, of `weights` weights each; dead, redundant: how many of them are.
        activations: on test images, or None where they were not measured.
    """

    path: str
    type: str
    index: str
    kernels: tuple[tuple[int, ...], ...]
    bias: tuple[int, ...]
    output: Sides | None
    stride: tuple[int, ...]
    field: int | None
    parameters: int
    multiply_adds: int | None
    mean: float
    deviation: float
    filters: int
    weights: int
    dead: int
    redundant: int
    activations: Activations | None


@dataclass(frozen=True)
class Facts:
    """The convolution layers of the tables.

    Attributes:
        layers: a row for each.
        images: test images that the activations were measured on.
        unmeasured: why activations were not measured, or "".
    """

    layers: tuple[Row, ...]
    images: int
    unmeasured: str
