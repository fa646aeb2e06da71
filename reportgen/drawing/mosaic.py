"""Many small tiles in one picture, from one array: feature maps, filters, kernels.

No plot, no axes: values become palette indices, indices are enlarged by whole numbers and set
into one canvas, of which every distinct row is held once. That is hundreds of times faster than a
subplot for each tile, and smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reportgen.drawing import labeling, raster, svg
from reportgen.drawing.arranged import Arranged
from reportgen.drawing.colors import even, shown, table
from reportgen.drawing.grid import Grid, layout
from reportgen.drawing.paint import indexed
from reportgen.drawing.png import MISSING, STEPS, encode, palette
from reportgen.drawing.scalebar import Bar, bar
from reportgen.records import Picture

FEW_STEPS = 63
"""Steps of the colormap where there are many tiles, each of them small: they look the same with a
quarter of the colors, and take a fifth less room."""

SHRUNK_STEPS = 31
"""The same where tiles have a pixel for each value, or fewer: a quarter of the room again."""

_MANY = 16

Scaling = Literal["each", "peak", "shared", "symmetric", "none"]


class Layout(TypedDict, total=False):
    """How a mosaic looks; all of it may be left out.

    labels: a short text over each tile, broken into up to three lines; None for none. Fewer labels
        than tiles are allowed: with `columns` labels only the first row has them.
    row_labels: a short text to the left of each row; goes well with `columns`.
    columns: tiles side by side; None decides.
    tile: the longer side of a drawn tile in pixels (twice what is shown); None decides.
    colormap: a Matplotlib name, e.g. "viridis" (as if left out), "inferno", "RdBu_r".
    scaling: what the ends of the colormap mean. "each" (as if left out): every tile's own minimum
        and maximum; "peak": 0 and every tile's own maximum; "shared": minimum and maximum of all;
        "symmetric": minus and plus the largest magnitude of all; "none": 0 and 1.
    legend: words after the color bar below the tiles, e.g. "activation"; None for no bar. Images
        have no bar.
    """

    labels: Sequence[str] | None
    row_labels: Sequence[str] | None
    columns: int | None
    tile: int | None
    colormap: str
    scaling: Scaling
    legend: str | None


def mosaic(tiles: NDArray[Any], *, pages: bool = True, **look: Unpack[Layout]) -> Picture:
    """A grid of tiles as a PNG picture with a palette, and for pages as SVG where that is smaller.

    Args:
        tiles: (n, h, w) numbers, shown in colors; or (n, h, w, c) images, uint8 or floats in 0..1,
            shown as they are (c 1 is gray, 3 is color). What is not finite is gray.
        pages: False makes the PNG only.
        look: see `Layout`.
    """
    arranged = arrange(tiles, **look)
    picture = encode(raster.rows(arranged), palette(arranged.colors), level=6)
    return replace(picture, vector=svg.smaller(arranged, picture)) if pages else picture


def arrange(tiles: NDArray[Any], **look: Unpack[Layout]) -> Arranged:
    """The mosaic that `mosaic` draws, with the same arguments, before it is drawn."""
    labels, titles = tuple(look.get("labels") or ()), tuple(look.get("row_labels") or ())
    grid = layout(
        len(tiles), tiles.shape[1:3], columns=look.get("columns"), tile=look.get("tile"),
        gutter=labeling.gutter(titles),
    )  # fmt: skip
    if tiles.ndim == 4:
        indices, colors, below = *_painted(tiles, grid), None
    else:
        indices, colors, below = _colored(tiles, grid, look)
    return Arranged(indices, colors, grid, labels, titles, below)


def _painted(tiles: NDArray[Any], grid: Grid) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Indices (n, h, w) and colors of images (n, h, w, c)."""
    parts, colors = indexed(list(_shrunk_images(tiles, grid)))
    return np.stack(parts), colors


def _colored(
    tiles: NDArray[Any], grid: Grid, look: Layout
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Bar | None]:
    """Indices (n, h, w) of values, their colors, and the bar that tells what these mean."""
    scaling, legend = look.get("scaling", "each"), look.get("legend", "")
    values = _shrunk(np.asarray(tiles, np.float32), grid)
    low, high = limits(values, scaling)
    few = FEW_STEPS if grid.scale > 1 else SHRUNK_STEPS
    most = STEPS if len(tiles) <= _MANY else few
    below = None if legend is None else bar(_ends(low, high, scaling), legend, most)
    return _steps(values, low, high, most), table(look.get("colormap", "viridis"), most), below


def limits(
    values: NDArray[np.float32], scaling: Scaling
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each tile of (n, h, w) the values at the ends of the colormap, each of shape (n,)."""
    finite = np.isfinite(values)
    axes = None if scaling in ("shared", "symmetric") else (1, 2)
    # Told where to look, NumPy takes several times as long.
    some: dict[str, Any] = {} if finite.all() else {"where": finite}
    low = np.min(values, axis=axes, initial=np.inf, **some)
    high = np.max(values, axis=axes, initial=-np.inf, **some)
    low, high = (
        np.where(np.isfinite(low), low, 0.0),
        np.where(np.isfinite(high), high, 0.0),
    )
    if scaling == "none":
        low, high = np.zeros_like(low), np.ones_like(high)
    elif scaling == "peak":
        low, high = np.zeros_like(low), np.maximum(high, 0)
    elif scaling == "symmetric":
        reach = np.maximum(np.abs(low), np.abs(high))
        # Where all is zero, zero keeps the color of the center.
        high = np.where(reach > 0, reach, 1.0)
        low = -high
    shape = (len(values),)
    return (
        np.broadcast_to(low, shape).astype(np.float32),
        np.broadcast_to(high, shape).astype(np.float32),
    )


def _steps(
    values: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32], most: int
) -> NDArray[np.uint8]:
    """Palette indices of (n, h, w) values; a tile that is `even` lies at the low end."""
    span, flat = high - low, even(low, high)
    factor = np.where(flat, 0, (most - 1) / np.where(flat, 1, span)).astype(np.float32)
    finite = np.isfinite(values)
    whole = finite.all()
    steps = (values if whole else np.where(finite, values, 0)) - low[:, None, None]
    steps *= factor[:, None, None]
    np.rint(np.clip(steps, 0, most - 1, out=steps), out=steps)
    indices: NDArray[np.uint8] = steps.astype(np.uint8)
    if not whole:
        indices[~finite] = MISSING
    return indices


def _ends(low: NDArray[np.float32], high: NDArray[np.float32], scaling: Scaling) -> tuple[str, ...]:
    if scaling == "each":
        return ("lowest", "highest of each tile")
    if scaling == "peak":
        return ("0", "highest of each tile")
    middle = ("0",) if scaling == "symmetric" else ()
    return (_number(low[0]), *middle, _number(high[0]))


def _number(value: float) -> str:
    return f"{float(value):.3g}".replace("-", "\N{MINUS SIGN}")


def _shrunk(values: NDArray[np.float32], grid: Grid) -> NDArray[np.float32]:
    """Tiles averaged down to the drawn size where they are larger than it."""
    if grid.scale:
        return values
    size = (grid.width, grid.height)
    small = [Image.fromarray(one).resize(size, Image.Resampling.BOX) for one in values]
    return np.stack([np.asarray(one, np.float32) for one in small])


def _shrunk_images(tiles: NDArray[Any], grid: Grid) -> NDArray[np.uint8]:
    """RGB bytes of (n, h, w, c) images, made smaller where they are larger than drawn."""
    images = [shown(one) for one in tiles]
    if not grid.scale:
        size = (grid.width, grid.height)
        images = [
            np.asarray(Image.fromarray(one).resize(size, Image.Resampling.LANCZOS))
            for one in images
        ]
    return np.stack(images)
