"""The filters of PNG: rows as differences to their neighbors, which often pack better.

Format: W3C, Portable Network Graphics (PNG) Specification, section 9.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NONE, SUB, UP = range(3)
"""The numbers of those that are chosen for many rows at once."""


def up(rows: NDArray[np.uint8], chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some rows (none the first) less those above them; shapes as in `differences`."""
    return np.asarray(rows[chosen] - rows[chosen - 1])


def left(rows: NDArray[np.uint8], chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some rows less what stands to the left, which is 0 within a value that is enlarged."""
    here = rows[chosen]
    here[:, 1:] -= rows[chosen, :-1]
    return here


def differences(rows: NDArray[np.uint8], chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Some rows of a picture, each with the filter byte and the filter whose differences are
    smallest in sum (the specification's own advice).

    Args:
        rows: all rows, shape (r, w).
        chosen: the places of some, shape (n,).

    Returns:
        Lines of shape (n, w + 1).
    """
    here, left, above, corner = _neighbors(rows, chosen)
    # Half of the sum, which itself would not fit a byte.
    middle = (left >> 1) + (above >> 1) + (left & above & 1)
    guesses = (0, left, above, middle, _paeth(left, above, corner))
    kinds = np.stack([here - guess for guess in guesses])
    # As signed bytes the smaller of a byte and its negative is its magnitude.
    sizes = np.minimum(kinds, -kinds).sum(axis=2, dtype=np.uint32)
    best = np.argmin(sizes, axis=0)
    lines = np.empty((len(chosen), rows.shape[1] + 1), np.uint8)
    lines[:, 0] = best
    lines[:, 1:] = kinds[best, np.arange(len(chosen))]
    return lines


def _neighbors(rows: NDArray[np.uint8], chosen: NDArray[np.intp]) -> tuple[NDArray[np.uint8], ...]:
    """Of some rows the pixels, those to their left, above, and above to the left; 0 beyond."""
    here, above = rows[chosen], rows[chosen - 1]
    above[chosen == 0] = 0
    left, corner = np.zeros_like(here), np.zeros_like(above)
    left[:, 1:], corner[:, 1:] = here[:, :-1], above[:, :-1]
    return here, left, above, corner


def _paeth(
    left: NDArray[np.uint8], above: NDArray[np.uint8], corner: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Paeth's guess: of the three neighbors the nearest to left + above - corner."""
    across, down = (one.astype(np.int16) - corner for one in (above, left))
    a, b, c = np.abs(across), np.abs(down), np.abs(across + down)
    return _either((a <= b) & (a <= c), left, _either(b <= c, above, corner))


def _either(
    which: NDArray[np.bool_], these: NDArray[np.uint8], those: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """As `np.where`, which takes fifteen times as long for bytes."""
    mask = np.negative(which.view(np.uint8))
    return np.asarray(those ^ ((these ^ those) & mask))
