"""What class activation mapping gives for a number of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.types import Booleans, Floats

_ROUNDING = 1e-5
"""Differences that are a smaller share of the largest value are rounding: float32 sums over the
channels of positions that are alike come out a few units of the last digit apart."""

_FIELDS = (
    "maps",
    "targets",
    "flat_gradients",
    "flat_activations",
    "logits",
    "left_out",
)


@dataclass(frozen=True)
class Maps:
    """Maps of one output for n images, and what they explain.

    Attributes:
        maps: shape (n, h, w), raw, at the resolution of the feature maps.
        targets: the classes explained, shape (n,).
        flat_gradients: True where the gradient is zero everywhere, shape (n,).
        flat_activations: True where all activations are zero, shape (n,).
        logits: of this output, shape (n, units).
        left_out: channels without a say, as they are the same at every position of the image,
            shape (n, channels); only Score-CAM leaves any out, for others the shape is (n, 0).
    """

    maps: Floats
    targets: NDArray[np.int32]
    flat_gradients: Booleans
    flat_activations: Booleans
    logits: Floats
    left_out: Booleans

    def since(self, start: int) -> Maps:
        """The same without the first images."""
        return Maps(*(getattr(self, name)[start:] for name in _FIELDS))


def joined(parts: Sequence[Maps], layer: str) -> Maps:
    """Maps of several batches as one.

    Raises:
        UndefinedError: some are not finite.
    """
    whole = parts[0] if len(parts) == 1 else _together(parts)
    if not np.isfinite(whole.maps).all():
        raise UndefinedError(
            f"The activations or gradients of layer '{layer}' hold values that are not finite "
            "(NaN or infinite), so a class activation map has no meaning."
        )
    return whole


def _together(parts: Sequence[Maps]) -> Maps:
    return Maps(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def pointless(maps: Floats) -> Booleans:
    """Which maps (n, h, w) are the same at every position but not zero: they point nowhere.

    All positions tie for the largest, so that any of them, and none, is the strongest.
    """
    most = maps.max(axis=(1, 2))
    return np.asarray((most > 0) & (np.ptp(maps, axis=(1, 2)) <= _ROUNDING * most))
