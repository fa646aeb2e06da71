"""A mosaic as pixels: one canvas, of which every distinct row is held once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import labeling, scalebar, text
from reportgen.drawing.arranged import Arranged
from reportgen.drawing.grid import FRAME, GAP
from reportgen.drawing.png import HAIRLINE, PAPER
from reportgen.drawing.rows import Rows, stacked


def rows(mosaic: Arranged) -> Rows:
    """The whole picture."""
    strips = labeling.strips(mosaic.heads, mosaic.framed[1])
    whole = canvas(mosaic, strips)
    if mosaic.once and strips:
        whole = stacked([_titles(mosaic, strips), whole], PAPER)
    whole = _beside(whole, mosaic)
    return whole if mosaic.bar is None else _below(whole, mosaic.bar)


def canvas(mosaic: Arranged, strips: list[NDArray[np.uint8]]) -> Rows:
    """The tiles, enlarged and framed, each under its strip; without strips there is room only."""
    tiles, grid, scale = mosaic.tiles, mosaic.grid, mosaic.scale
    head = 0 if mosaic.once else mosaic.heads.height
    tall, wide = tiles.shape[1] + 2, mosaic.framed[1]
    cells = np.full((grid.rows * grid.columns, head + tall + 1, wide + GAP), PAPER, np.uint8)
    block = cells[: len(tiles), head : head + tall, :wide]
    block[:] = HAIRLINE
    block[:, 1:-1, FRAME:-FRAME] = tiles.repeat(scale, axis=2)
    if head:
        for cell, strip in zip(cells, strips, strict=False):
            cell[:head, :wide] = strip
    whole = cells.reshape(grid.rows, grid.columns, *cells.shape[1:]).transpose(0, 2, 1, 3)
    flat = whole.reshape(grid.rows * cells.shape[1], -1)[:-1, :-GAP]
    times = [1] * head + [FRAME] + [scale] * tiles.shape[1] + [FRAME, GAP]
    return Rows(flat, np.array(times * grid.rows, np.intp)[:-1])


def _titles(mosaic: Arranged, strips: list[NDArray[np.uint8]]) -> Rows:
    """Titles over the columns."""
    across = mosaic.pitch[1]
    head = np.full((mosaic.heads.height, mosaic.grid.columns * across - GAP), PAPER, np.uint8)
    for column, strip in enumerate(strips):
        text.paste(head, strip, 0, column * across)
    return Rows.of(head)


def _beside(rows: Rows, mosaic: Arranged) -> Rows:
    """`rows` with a label to the left of each row of tiles."""
    lines, room = mosaic.beside(), mosaic.origin[1]
    if not lines:
        return rows
    whole = np.pad(rows.whole(), ((0, 0), (room, 0)), constant_values=PAPER)
    for line in lines:
        text.write(whole, line)
    return Rows.of(whole)


def _below(rows: Rows, bar: scalebar.Bar) -> Rows:
    """A picture with its color bar under it; the wider of the two sets the width."""
    space = Rows(np.full((1, 1), PAPER, np.uint8), np.array([scalebar.SPACE], np.intp))
    return stacked([rows, space, Rows.of(scalebar.strip(bar))], PAPER)
