"""Stored values of images: the range that they are meant in, the part of it that they use, and
the pixels that they become.

Arrays are converted piece by piece, so that images as large numbers never stand in memory whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reportgen.datasets.checking import wrong_array
from reportgen.records import ReportWarning
from reportgen.types import Array, Pixels

PIECE = 8 * 2**20
"""Bytes of an array that are converted at once."""
SLIVER = 0.25
"""Share of the nominal range up to which images are suspected to be meant in another range."""
MISSED = 0.9
"""Share of values outside of a given range from which on the range is suspected."""
_NO_IMAGES = (
    "give the images as people look at them, and let 'scaling', 'mean' and 'std' do the rest"
)


@dataclass(frozen=True)
class Extent:
    """The values that images are meant to hold, and those that they do hold.

    Attributes:
        nominal: the values that become the pixels 0 and 255.
        low, high: the least and the greatest value.
        outside: how many values lie outside the nominal range, and are clipped to its ends.
        count: of all values.
        halved: whether 8 of 16 bits of each color were read, so that `range` cannot help.
    """

    nominal: tuple[float, float]
    low: float
    high: float
    outside: int = 0
    count: int = 0
    halved: bool = False

    def joined(self, other: Extent) -> Extent:
        """The extent of the images of both, in pixels where their nominal ranges differ."""
        if self.nominal != other.nominal:
            return self._in_pixels().joined(other._in_pixels())
        return Extent(
            self.nominal,
            min(self.low, other.low),
            max(self.high, other.high),
            self.outside + other.outside,
            self.count + other.count,
            self.halved or other.halved,
        )

    def _in_pixels(self) -> Extent:
        start, end = self.nominal
        low, high = (255 * (value - start) / (end - start) for value in (self.low, self.high))
        return replace(self, nominal=(0, 255), low=round(low, 1), high=round(high, 1))

    @property
    def share(self) -> float:
        """The share of the nominal range that is used."""
        return (self.high - self.low) / (self.nominal[1] - self.nominal[0])

    @property
    def words(self) -> str:
        """The nominal range, and what was measured, for a table."""
        nominal = f"{number(self.nominal[0])} to {number(self.nominal[1])}"
        measured = f"measured {number(self.low)} to {number(self.high)}"
        clipped = f", {counted_values(self.outside)} clipped" if self.outside else ""
        return f"{nominal}, {measured}{clipped}"


def number(value: float) -> str:
    """A value as a spec would write it."""
    whole = abs(value) < 1e15 and value == int(value)
    return str(int(value)) if whole else f"{value:.6g}"


def counted_values(count: int) -> str:
    """ "1 value" or "2,000 values"."""
    return "1 value" if count == 1 else f"{count:,} values"


def suggested(low: float, high: float) -> str:
    """The key `range` for values from `low` to `high`, of few digits."""
    return f"range: [{number(-_above(-low))}, {number(_above(high))}]"


def _above(value: float) -> float:
    """The least number of six digits that is not below a value."""
    if value == round(value, 0) and abs(value) < 1e15:
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 5)
    return math.ceil(value / unit) * unit


def range_warnings(extent: Extent, ranged: bool = True) -> Iterator[ReportWarning]:
    """Warnings of images whose values hardly fit their range.

    Args:
        extent: of all images of a dataset.
        ranged: whether the dataset takes `range`.
    """
    low, high, (start, end) = extent.low, extent.high, extent.nominal
    if low == high:
        text = f"Every value of every image is {number(low)}, so there is nothing to see."
        yield ReportWarning("constant_images", text)
    elif extent.outside > MISSED * extent.count:
        text = f"{extent.outside / extent.count:.0%} of all values lie outside of the 'range' from "
        text += f"{number(start)} to {number(end)}, and are shown as black or white; the images "
        yield ReportWarning("missed_range", f"{text}hold {number(low)} to {number(high)}.")
    elif extent.share <= SLIVER:
        dark = start == 0 and high <= SLIVER * end
        if dark:
            reach = f"reach {number(high)} of {number(end)}, so the pictures are nearly black"
        else:
            reach = f"lie between {number(low)} and {number(high)} in a range from {number(start)} "
            reach += f"to {number(end)}, so the pictures have hardly any contrast"
        text = f"The values of the images {reach}."
        if extent.halved:
            text += " They have 16 bits a color, of which 8 are read: save them with 8 bits a "
            text += "color, from black to white."
        elif ranged:
            black = min(0, low) if dark else low
            text += f" If {number(black)} means black and {number(high)} white, write "
            text += f"{suggested(black, high)} in the dataset."
        yield ReportWarning("sliver_of_range", text)


@dataclass(frozen=True)
class Scale:
    """The values that become the pixels 0 and 255, and what is done to others, in words."""

    low: float
    high: float
    how: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """Both values."""
        return self.low, self.high


_BYTES = Scale(0, 255)
_FRACTIONS = Scale(0, 1, "rounded to 256 levels")


# --- arrays piece by piece ------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """An array whose pieces are read one after the other, as often as needed.

    Attributes:
        name: such as "x_train", for messages.
        shape: of the whole array.
        dtype: of its values.
        pieces: starts anew to read pieces along the first axis, each with its place.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    pieces: Callable[[], Iterator[tuple[slice, Array]]]

    @classmethod
    def of(cls, array: Array, name: str) -> Stored:
        """An array in memory."""

        def pieces() -> Iterator[tuple[slice, Array]]:
            for place in places(array.shape, array.itemsize):
                yield place, array[place]

        return cls(name, array.shape, array.dtype, pieces)


def places(shape: Sequence[int], item: int) -> Iterator[slice]:
    """Parts of the first axis of an array, each of about `PIECE` bytes."""
    row = max(1, int(np.prod(shape[1:], dtype=np.int64)) * item)
    step = max(1, PIECE // row)
    for start in range(0, shape[0], step):
        yield slice(start, min(start + step, shape[0]))


def value_scales(arrays: Mapping[str, Stored], given: Sequence[float] | None) -> dict[str, Scale]:
    """For images of each split the values that become 0 and 255.

    Whole numbers from 0 to 255 stay, true and false become 255 and 0, fractions from 0 to 1 and
    what lies in the `given` range are rounded to 256 levels.

    Raises:
        UserError: an array holds other values.
    """
    scales: dict[str, Scale] = {}
    unclear = []
    for split, array in arrays.items():
        scale = _scale(array, given)
        if scale is None:
            unclear.append(split)
        else:
            scales[split] = scale
    # Nothing but 0 and 1 may be black images among those from 0 to 255.
    floats = [scales[split] for split in scales if arrays[split].dtype.kind == "f"]
    for split in unclear:
        scales[split] = floats[0] if floats else _FRACTIONS
    return scales


def _scale(array: Stored, given: Sequence[float] | None) -> Scale | None:
    """The scale of one array; None for floats of which nothing but 0 and 1 is there."""
    if array.dtype.kind not in "biuf":
        raise wrong_array(array.name, "numbers", f"values of type {array.dtype}")
    if given is not None:
        low, high = given
        return Scale(low, high, "rounded to 256 levels")
    if array.dtype == np.bool_:
        return Scale(0, 1, "true and false, stored as 255 and 0")
    if array.dtype == np.uint8:
        return _BYTES
    low, high, fractions = _measured(array)
    clear = np.isfinite([low, high]).all() and low < high
    hint = f"write {suggested(low, high)} if these are black and white; else " if clear else ""
    if not (low >= 0 and high <= 255):
        expected, received = "values from 0 to 1, or from 0 to 255", f"{low:g} to {high:g}"
        raise wrong_array(array.name, expected, received, hint + _NO_IMAGES)
    if array.dtype.kind == "f" and high <= 1:
        return _FRACTIONS if fractions else None
    if fractions:
        hint += "divide them by 255"
        raise wrong_array(array.name, "whole numbers above 1", "fractions", hint)
    return _BYTES


def _measured(array: Stored) -> tuple[float, float, bool]:
    """The least and the greatest value, and whether there are fractions. Refuses NaN."""
    low, high, fractions, bad = np.inf, -np.inf, False, 0
    for _, piece in array.pieces():
        least, most = float(piece.min()), float(piece.max())
        if np.isnan(least):
            bad += int(np.isnan(piece).reshape(len(piece), -1).any(axis=1).sum())
            continue
        low, high = min(low, least), max(high, most)
        if piece.dtype.kind == "f" and not fractions:
            fractions = bool((np.floor(piece) != piece).any())
    if bad:
        received = f"NaN in {bad} of {array.shape[0]} images"
        raise wrong_array(array.name, "numbers", received, "mend them, or leave them out")
    return low, high, fractions


def as_pixels(piece: Array, nominal: tuple[float, float], name: str) -> tuple[Pixels, Extent]:
    """Values as bytes, and their extent.

    Raises:
        UserError: a value is not a finite number.
    """
    low, high = float(piece.min()), float(piece.max())
    if not np.isfinite([low, high]).all():
        received = "NaN" if np.isnan(low) else f"{low:g} to {high:g}"
        raise wrong_array(name, "finite numbers", received, "mend them, or leave them out")
    start, end = nominal
    if piece.dtype == np.uint8 and nominal == (0, 255):
        return piece, Extent(nominal, low, high, 0, piece.size)
    outside = 0
    if low < start or high > end:
        outside = int(((piece < start) | (piece > end)).sum())
    if nominal == (0, 255):
        return piece.astype(np.uint8), Extent(nominal, low, high, outside, piece.size)
    # Single numbers hold whole numbers up to 2**24 exactly; beyond, double ones are needed.
    wide = piece.dtype.itemsize > 2 and piece.dtype != np.float32
    scaled: Array = piece.astype(np.float64 if wide else np.float32)
    np.subtract(scaled, start, out=scaled)
    np.multiply(scaled, 255 / (end - start), out=scaled)
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, 255, out=scaled)
    return scaled.astype(np.uint8), Extent(nominal, low, high, outside, piece.size)
