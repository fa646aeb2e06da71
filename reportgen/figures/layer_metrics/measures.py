"""Statistics of activations, image by image, so that no map is kept. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from reportgen.types import Booleans, Doubles, Floats


@dataclass
class Seen:
    """What one layer showed so far: for each image its mean and its share above zero; for each
    channel its largest activation."""

    means: list[Doubles] = field(default_factory=list)
    positive: list[Doubles] = field(default_factory=list)
    peaks: Floats | None = None

    def add(self, maps: Floats) -> None:
        """Count a batch of maps (n, ..., channels)."""
        flat = maps.reshape(len(maps), -1)
        self.means.append(np.asarray(flat.mean(axis=1, dtype=np.float64)))
        self.positive.append(np.asarray((flat > 0).mean(axis=1)))
        peaks = maps.reshape(-1, maps.shape[-1]).max(axis=0)
        self.peaks = peaks if self.peaks is None else np.maximum(self.peaks, peaks)

    def dead(self) -> int:
        """Channels that were never above zero."""
        return 0 if self.peaks is None else int((self.peaks <= 0).sum())


Shape = tuple[int, ...]

DEAD = 1e-2
"""A filter whose norm is below this share of the layer's median norm counts as dead."""


def kernels(layer: Any) -> list[Doubles]:
    """A convolution's kernels as Keras holds them: one, or two of a separable layer."""
    separable = hasattr(layer, "pointwise_kernel")
    held = [layer.depthwise_kernel, layer.pointwise_kernel] if separable else [layer.kernel]
    # With LoRA the kernel is a sum, and no variable.
    return [np.asarray(getattr(one, "value", one)).astype(np.float32) for one in held]


def filters(layer: Any) -> Doubles:
    """Weights of each filter as one row, shape (filters, weights), in double precision.

    Of a depthwise layer a filter sees a single channel. Of a separable one the filters are those
    of its pointwise part, which make its output channels.
    """
    kernel, kind = kernels(layer)[-1].astype(np.float64), type(layer).__name__
    if kind.startswith("Depthwise"):
        return kernel.reshape(prod(kernel.shape[:-2]), -1).T
    if kind.endswith("Transpose"):
        kernel = np.swapaxes(kernel, -1, -2)
    return kernel.reshape(-1, kernel.shape[-1]).T


def dead(rows: Doubles) -> Booleans:
    """Whether each filter (n, weights) is dead by its weights: L2 norm < 1e-2 of the median's.

    Where the median itself is zero, those of norm zero are dead.
    """
    norms = np.linalg.norm(rows, axis=1)
    return np.asarray((norms < DEAD * np.median(norms)) | (norms == 0))


def multiply_adds(layer: Any, given: tuple[Any, ...], made: tuple[Any, ...]) -> int | None:
    """Multiplications with an addition each that one image costs, biases left out.

    Every weight is used once at every position: of the output, or of the input where a layer is
    transposed. Padding counts as if it were there.

    Args:
        layer: a convolution of any kind.
        given, made: shapes of its input and output, batch first.

    Returns:
        The count, or None where a side of the maps is not known.
    """
    shape = given if type(layer).__name__.endswith("Transpose") else made
    last = getattr(layer, "data_format", "channels_last") == "channels_last"
    space = shape[1:-1] if last else shape[2:]
    if any(side is None for side in space):
        return None
    return int(prod(space)) * sum(int(one.size) for one in kernels(layer))
