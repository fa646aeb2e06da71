"""Many small tiles in one picture, from one array: feature maps, filters, kernels.

No plot, no axes: values become palette indices, indices are enlarged by whole numbers and set
into one canvas, of which every distinct row is held once. That is hundreds of times faster than a
subplot for each tile, and smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from reportgen.drawing import labeling
from reportgen.drawing.colors import shown, table
from reportgen.drawing.grid import FRAME, GAP, Grid, layout
from reportgen.drawing.paint import indexed
from reportgen.drawing.png import HAIRLINE, MISSING, PAPER, STEPS, encode, palette
from reportgen.drawing.rows import Rows
from reportgen.drawing.scalebar import bar, below
from reportgen.records import Picture

FEW_STEPS = 63
"""Steps of the colormap where there are many tiles, each of them small: they look the same with a
quarter of the colors, and take a fifth less room."""

SHRUNK_STEPS = 31
"""The same where tiles have a pixel for each value, or fewer: a quarter of the room again."""

_MANY = 16

Scaling = Literal["each", "peak", "shared", "symmetric", "none"]


def mosaic(
    tiles: NDArray[Any],
    *,
    labels: Sequence[str] | None = None,
    row_labels: Sequence[str] | None = None,
    columns: int | None = None,
    tile: int | None = None,
    colormap: str = "viridis",
    scaling: Scaling = "each",
    legend: str | None = "",
) -> Picture:
    """A grid of tiles as a PNG picture with a palette.

    Args:
        tiles: (n, h, w) numbers, colored by `colormap`; or (n, h, w, c) images, uint8 or floats
            in 0..1, shown as they are (c 1 is gray, 3 is color). What is not finite is gray.
        labels: a short text over each tile, broken into up to three lines; None for none. Fewer
            labels than tiles are allowed: with `columns` labels only the first row has them.
        row_labels: a short text to the left of each row; goes well with `columns`.
        columns: tiles side by side; None decides.
        tile: the longer side of a drawn tile in pixels (twice what is shown); None decides.
        colormap: a Matplotlib name, e.g. "viridis", "inferno", "RdBu_r".
        scaling: what the ends of the colormap mean. "each": every tile's own minimum and
            maximum; "peak": 0 and every tile's own maximum; "shared": minimum and maximum of all;
            "symmetric": minus and plus the largest magnitude of all; "none": 0 and 1.
        legend: words after the color bar below the tiles, e.g. "activation"; None for no bar.
            Images have no bar.
    """
    height, width = tiles.shape[1:3]
    gutter = labeling.gutter(row_labels)
    grid = layout(len(tiles), (height, width), columns=columns, tile=tile, gutter=gutter)
    if tiles.ndim == 4:
        parts, colors = indexed(list(_shrunk_images(tiles, grid)))
        rows = _titled(_assembled(np.stack(parts), grid, labels), grid, row_labels)
        return encode(rows, palette(colors), level=6)
    values = _shrunk(np.asarray(tiles, np.float32), grid)
    low, high = limits(values, scaling)
    few = FEW_STEPS if grid.scale > 1 else SHRUNK_STEPS
    most = STEPS if len(tiles) <= _MANY else few
    indices = _steps(values, low, high, most)
    rows = _titled(_assembled(indices, grid, labels), grid, row_labels)
    if legend is not None:
        rows = below(rows, bar(_ends(low, high, scaling), legend, most))
    return encode(rows, palette(table(colormap, most)), level=6)


def limits(
    values: NDArray[np.float32], scaling: Scaling
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each tile of (n, h, w) the values at the ends of the colormap, each of shape (n,)."""
    finite = np.isfinite(values)
    axes = None if scaling in ("shared", "symmetric") else (1, 2)
    low = np.min(values, axis=axes, where=finite, initial=np.inf)
    high = np.max(values, axis=axes, where=finite, initial=-np.inf)
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
    """Palette indices of (n, h, w) values; a tile without a range lies at the low end."""
    span = high - low
    flat = span <= 0
    factor = np.where(flat, 0, (most - 1) / np.where(flat, 1, span)).astype(np.float32)
    finite = np.isfinite(values)
    known = np.where(finite, values, 0) if not finite.all() else values
    steps = np.clip((known - low[:, None, None]) * factor[:, None, None], 0, most - 1)
    indices: NDArray[np.uint8] = np.rint(steps).astype(np.uint8)
    indices[~finite] = MISSING
    return indices


def _assembled(tiles: NDArray[np.uint8], grid: Grid, labels: Sequence[str] | None) -> Rows:
    """Index tiles (n, h, w) enlarged, framed, labeled and set into one canvas."""
    scale = max(grid.scale, 1)
    tall, wide = tiles.shape[1] + 2, tiles.shape[2] * scale + 2 * FRAME
    # A title over each column is wanted once; a label over each tile needs room in every row.
    once = labels is not None and len(labels) == grid.columns < len(tiles)
    strips = labeling.strips(labels or (), wide)
    head = 0 if once or not strips else strips[0].shape[0]
    cells = np.full((grid.rows * grid.columns, head + tall + 1, wide + GAP), PAPER, np.uint8)
    block = cells[: len(tiles), head : head + tall, :wide]
    block[:] = HAIRLINE
    block[:, 1:-1, FRAME:-FRAME] = tiles.repeat(scale, axis=2)
    if head:
        for cell, strip in zip(cells, strips, strict=False):
            cell[:head, :wide] = strip
    whole = cells.reshape(grid.rows, grid.columns, *cells.shape[1:]).transpose(0, 2, 1, 3)
    canvas = whole.reshape(grid.rows * cells.shape[1], -1)[:-1, :-GAP]
    times = [1] * head + [FRAME] + [scale] * tiles.shape[1] + [FRAME, GAP]
    rows = Rows(canvas, np.array(times * grid.rows, np.intp)[:-1])
    return labeling.above(rows, strips, wide + GAP) if once else rows


def _titled(rows: Rows, grid: Grid, row_labels: Sequence[str] | None) -> Rows:
    """`rows` with a label to the left of each row of tiles."""
    if not row_labels:
        return rows
    return Rows.of(labeling.beside(rows.whole(), row_labels, grid.rows))


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
