"""Gradients in half precision, scaled by powers of two on the way back, so that none is lost.

The smallest number of float16 is 6e-8. A gradient that an average over 224 x 224 positions divides
is below it, and a plain backward pass returns zero. Here the pass starts from a multiple of the
score, as large as no value on the way overflows, and the result is divided in float32. Each image
has a factor of its own, so that its gradient does not depend on the images beside it.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from reportgen.network.keras_internals import flat_layers
from reportgen.network.network import Network
from reportgen.types import Array, Booleans, Floats, Integers, Json

FIRST = 12
"""The power of two with which the first pass starts; float16 ends at 2**16."""
LEAST, MOST = -24, 100
"""Powers of two that are tried: float32 holds them with room for the gradients themselves."""

_DOWN = 6
_UP = 24
_ENOUGH = 10
"""A gradient whose largest value reaches 2**10 needs no larger factor: values down to 2**-24 of it
are still numbers of float16."""
_RAISES = 6

Run = Callable[..., list[Json]]
"""Computes a batch, with scales (n, outputs) as an argument where there are any; one of its results
is a list with the scaled gradients of each output, an array or a list of arrays (n, ...)."""


def in_half_precision(network: Network) -> bool:
    """Whether a layer of the model computes in float16."""
    return network.keep("in half precision", lambda: _in_half_precision(network))


def _in_half_precision(network: Network) -> bool:
    layers = flat_layers(network.model)
    inputs = network.graph.inputs if network.has_graph else ()
    return any(
        "float16" in (getattr(layer, "compute_dtype", ""), getattr(layer, "dtype", ""))
        for layer in (*layers, *inputs)
    )


def run_scaled(network: Network, run: Run, shape: tuple[int, int], place: int = 0) -> list[Json]:
    """The results of a backward pass with the gradients of the unscaled score.

    Args:
        network: where no layer computes in float16, this is `run()`.
        run: computes the pass.
        shape: of the scales: number of images, and of outputs.
        place: index of the gradients among the results of `run`.
    """
    if not in_half_precision(network):
        return run()
    search = _Search(run, shape, place)
    search.lower()
    search.higher()
    return search.results()


class _Search:
    """Looks for the scale of each image and output, and keeps the best gradients so far."""

    def __init__(self, run: Run, shape: tuple[int, int], place: int) -> None:
        self._run, self._place = run, place
        self._exponents = np.full(shape, FIRST)
        self._first = run(_powers(self._exponents))
        self._gradients = _flat(self._first[place])
        self._peaks = _peaks(self._gradients)

    def lower(self) -> None:
        """Lower the scale of gradients that overflowed, as far as that goes."""
        while (bad := ~np.isfinite(self._peaks) & (self._exponents > LEAST)).any():
            self._try(np.where(bad, self._exponents - _DOWN, self._exponents), bad)

    def higher(self) -> None:
        """Raise the scale of gradients that are small, unless they overflow."""
        steps = np.where(np.isfinite(self._peaks), _step(self._peaks), 0)
        for _ in range(_RAISES):
            steps = np.minimum(steps, MOST - self._exponents)
            if not (steps > 0).any():
                return
            fits = self._try(self._exponents + steps, steps > 0, only_finite=True)
            steps = np.where(fits, _step(self._peaks), steps // 2)

    def results(self) -> list[Json]:
        """The results of the first pass, with the best gradients divided by their scales."""
        scales = _powers(self._exponents)
        divided = [
            [np.asarray(a / _column(scales[:, i], a), np.float32) for a in arrays]
            for i, arrays in enumerate(self._gradients)
        ]
        results = list(self._first)
        results[self._place] = keras.tree.pack_sequence_as(
            self._first[self._place], [array for arrays in divided for array in arrays]
        )
        return results

    def _try(self, exponents: Integers, which: Booleans, only_finite: bool = False) -> Booleans:
        """Take the gradients of some images with other scales; says which were taken."""
        gradients = _flat(self._run(_powers(exponents))[self._place])
        peaks = _peaks(gradients)
        taken = which & np.isfinite(peaks) if only_finite else which
        for i, (own, new) in enumerate(zip(self._gradients, gradients, strict=True)):
            for place, (old, other) in enumerate(zip(own, new, strict=True)):
                own[place] = np.where(_column(taken[:, i], old), other, old)
        self._peaks = np.where(taken, peaks, self._peaks)
        self._exponents = np.where(taken, exponents, self._exponents)
        return np.asarray(taken)


def _powers(exponents: Integers) -> Floats:
    return np.exp2(exponents).astype(np.float32)


def _step(peaks: Floats) -> Integers:
    """By how many powers of two a scale may rise for gradients whose largest value is this."""
    with np.errstate(divide="ignore"):
        wanted = np.where(peaks > 0, _ENOUGH - np.floor(np.log2(peaks)), _UP)
    return np.asarray(np.maximum(np.nan_to_num(wanted), 0), np.int64)


def _flat(gradients: Json) -> list[list[Floats]]:
    """For each output a list of arrays."""
    return [[np.asarray(array) for array in keras.tree.flatten(own)] for own in gradients]


def _peaks(gradients: list[list[Floats]]) -> Floats:
    """The largest magnitude of each image and output, (n, outputs); NaN or infinity where any."""
    columns = [
        np.max([np.abs(a).reshape(len(a), -1).max(axis=1, initial=0) for a in arrays], axis=0)
        for arrays in gradients
    ]
    return np.stack(columns, axis=1)


def _column(values: Array, array: Floats) -> Array:
    """Values (n,) that broadcast along the rows of an array (n, ...)."""
    return values.reshape(-1, *(1,) * (array.ndim - 1))
