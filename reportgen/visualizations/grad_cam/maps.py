"""What class activation mapping gives for a number of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import UndefinedError

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Maps:
    """Maps of one output for n images, and what they explain.

    Attributes:
        maps: shape (n, h, w), raw, at the resolution of the feature maps.
        targets: the classes explained, shape (n,).
        flat_gradients: True where the gradient is zero everywhere, shape (n,).
        flat_activations: True where all activations are zero, shape (n,).
        logits: of this output, shape (n, units).
    """

    maps: Floats
    targets: NDArray[np.int32]
    flat_gradients: NDArray[np.bool_]
    flat_activations: NDArray[np.bool_]
    logits: Floats


def joined(parts: Sequence[Maps], layer: str) -> Maps:
    """Maps of several batches as one.

    Raises:
        UndefinedError: some are not finite.
    """
    fields = ("maps", "targets", "flat_gradients", "flat_activations", "logits")
    whole = Maps(*(np.concatenate([getattr(part, name) for part in parts]) for name in fields))
    if not np.isfinite(whole.maps).all():
        raise UndefinedError(
            f"The activations or gradients of layer '{layer}' hold values that are not finite "
            "(NaN or infinite), so a class activation map has no meaning."
        )
    return whole
