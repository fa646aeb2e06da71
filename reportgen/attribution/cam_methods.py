"""Class activation maps from activations and gradients: one pure function for each paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from math import prod

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.types import Booleans, Floats, Targets

Method = Callable[[Floats, Floats], Floats]
"""Activations and gradients (n, ..., k) -> maps (n, ...)."""

_EPSILON = 1e-4
"""Sums that are a smaller share of their terms than this hold no digit that can be trusted."""


# --- the methods -------------------------------------------------------------------------------


def gradient_weighted(activations: Floats, gradients: Floats) -> Floats:
    """ReLU(sum_k w_k A^k), w_k the mean of g^k over space.

    Source: Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv 1610.02391.
    """
    return _weighted(activations, _means(gradients))


def grad_cam_plus_plus(activations: Floats, gradients: Floats) -> Floats:
    """ReLU(sum_k w_k A^k), w_k = sum_ij alpha^k_ij ReLU(g^k_ij).

    alpha = g^2 / (2 g^2 + sum_ab A^k_ab g^3), 0 where the denominator is 0. The paper's score is
    exp(logit); its factor exp(logit) scales the whole map and is left out.
    Source: Chattopadhay et al., "Grad-CAM++", WACV 2018, arXiv 1710.11063.
    """
    space = _space(gradients)
    squares = np.square(gradients, dtype=np.float64)
    below = 2 * squares + activations.sum(space, np.float64, keepdims=True) * gradients * squares
    alpha = np.divide(squares, below, out=np.zeros_like(squares), where=below != 0)
    return _weighted(activations, (alpha * np.maximum(gradients, 0)).sum(axis=space))


def layer_cam(activations: Floats, gradients: Floats) -> Floats:
    """ReLU(sum_k ReLU(g^k) A^k), weighted at every position by itself.

    Source: Jiang et al., "LayerCAM", IEEE TIP 2021.
    """
    return _positive(np.einsum("n...k,n...k->n...", np.maximum(gradients, 0), activations))


def hires_cam(activations: Floats, gradients: Floats) -> Floats:
    """ReLU(sum_k g^k A^k), weighted at every position by itself.

    Right before a layer normalization the terms of every position cancel (the layers behind do not
    depend on their size), and only rounding is left of them: such a map is zero.
    Source: Draelos and Carin, "HiResCAM", 2020, arXiv 2011.08891.
    """
    sums = np.einsum("n...k,n...k->n...", gradients, activations)
    terms = np.einsum("n...k,n...k->n...", np.abs(gradients), np.abs(activations))
    space = tuple(range(1, sums.ndim))
    rounding = np.abs(sums).max(axis=space) <= _EPSILON * terms.max(axis=space)
    sums[rounding] = 0
    return _positive(sums)


def xgrad_cam(activations: Floats, gradients: Floats) -> Floats:
    """ReLU(sum_k w_k A^k), w_k = sum_ij (A^k_ij / sum_ab A^k_ab) g^k_ij.

    A channel whose activations sum to zero has no weight, and neither has one whose sum is a
    smaller share of their magnitudes than `_EPSILON`. After a ReLU no sum cancels. Before one it
    may, and the weight magnifies rounding, which another size of batches is enough to change: where
    activations and gradients are off by a share u (about 1e-6) of their channel's largest, the
    weight of N positions is off by at most about u (2 max |g| + |w|) N max |A| / |sum A|.
    Source: Fu et al., "Axiom-based Grad-CAM", BMVC 2020, arXiv 2008.02312.
    """
    space = _space(gradients)
    totals = activations.sum(axis=space, dtype=np.float64)
    magnitudes = np.abs(activations).sum(axis=space, dtype=np.float64)
    products = (activations.astype(np.float64) * gradients).sum(axis=space)
    sound = np.abs(totals) > _EPSILON * magnitudes
    weights = np.divide(products, totals, out=np.zeros_like(totals), where=sound)
    return _weighted(activations, weights)


METHODS: dict[str, Method] = {
    "grad_cam": gradient_weighted,
    "grad_cam_plus_plus": grad_cam_plus_plus,
    "layer_cam": layer_cam,
    "hires_cam": hires_cam,
    "xgrad_cam": xgrad_cam,
}

NAMES = (*METHODS, "score_cam")
"""All methods: those by gradients, and Score-CAM (`score_cam`)."""


def _means(values: Floats) -> Floats:
    """The mean over space, shape (n, k), right to the last digits of float32.

    NumPy adds these one after the other: 224 x 224 equal values in float32 are off by a share of
    1e-3, and channels that cancel magnify it. Added row by row, and the rows in float64, they are
    exact, and it takes no longer.
    """
    space = _space(values)
    rows = np.add.reduce(values, space[-1]) if len(space) > 1 else values
    total = np.add.reduce(rows, space[: rows.ndim - 2], np.float64)
    return np.asarray(total / prod(values.shape[1:-1]), np.float32)


def _space(values: Floats) -> tuple[int, ...]:
    return tuple(range(1, values.ndim - 1))


def _weighted(activations: Floats, weights: NDArray[np.floating]) -> Floats:
    """Each image's channels summed with its weights (n, k): one matrix product an image."""
    flat = activations.reshape(len(activations), -1, activations.shape[-1])
    maps = flat @ weights.astype(np.float32)[:, :, None]
    return _positive(maps.reshape(activations.shape[:-1]))


def _positive(maps: NDArray[np.floating]) -> Floats:
    return np.asarray(np.maximum(maps, 0), dtype=np.float32)


# --- their results -----------------------------------------------------------------------------

_ROUNDING = 1e-5
"""Differences that are a smaller share of the largest value are rounding: float32 sums over the
channels of positions that are alike come out a few units of the last digit apart."""


@dataclass(frozen=True)
class Maps:
    """Maps of one output for n images, and the classes that they explain.

    Attributes:
        maps: shape (n, h, w), raw, at the resolution of the feature maps.
        targets: the classes explained, shape (n,).
        flat_gradients: True where the gradient is zero everywhere, shape (n,).
        flat_activations: True where all activations are zero, shape (n,).
        logits: of this output, shape (n, units).
        left_out: channels without weight, as they are the same at every position of the image,
            shape (n, channels); only Score-CAM leaves any out, for others the shape is (n, 0).
        by_position: the maps of HiResCAM, which averages over no position, shape (n, h, w); of
            size 0 where they were not asked for.
    """

    maps: Floats
    targets: Targets
    flat_gradients: Booleans
    flat_activations: Booleans
    logits: Floats
    left_out: Booleans
    by_position: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def since(self, start: int) -> Maps:
        """The same without the first images."""
        return Maps(*(getattr(self, each.name)[start:] for each in fields(self)))


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
    names = [each.name for each in fields(Maps)]
    return Maps(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def pointless(maps: Floats) -> Booleans:
    """Which maps (n, h, w) are the same at every position but not zero: they point nowhere."""
    most = maps.max(axis=(1, 2))
    return np.asarray((most > 0) & (np.ptp(maps, axis=(1, 2)) <= _ROUNDING * most))
