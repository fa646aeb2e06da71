"""Where everything of a mosaic stands, in pixels of its picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing import labeling, scalebar
from reportgen.drawing.grid import FRAME, GAP, Grid
from reportgen.drawing.text import Line


@dataclass(frozen=True)
class Arranged:
    """A mosaic, ready to be drawn as pixels or as vectors.

    Attributes:
        tiles: palette indices (n, h, w), one for each value.
        colors: what the indices mean, (k, 3) uint8.
        grid: its layout; `scale` 0 says that tiles were shrunk to the drawn size.
        labels: over tiles, or, where there are as many as columns, over these alone.
        row_labels: to the left of rows.
        bar: the color bar below, if there is one.
    """

    tiles: NDArray[np.uint8]
    colors: NDArray[np.uint8]
    grid: Grid
    labels: tuple[str, ...] = ()
    row_labels: tuple[str, ...] = ()
    bar: scalebar.Bar | None = None

    @property
    def scale(self) -> int:
        """Pixels of the picture for each index of a tile, across and down."""
        return max(self.grid.scale, 1)

    @property
    def framed(self) -> tuple[int, int]:
        """Height and width of a tile with its frame."""
        height, width = self.tiles.shape[1:]
        return height * self.scale + 2 * FRAME, width * self.scale + 2 * FRAME

    @property
    def once(self) -> bool:
        """Whether the labels are titles of columns: these are wanted once, not in every row."""
        return len(self.labels) == self.grid.columns < len(self.tiles)

    @cached_property
    def heads(self) -> labeling.Heads:
        """The labels as they are broken over tiles."""
        return labeling.heads(self.labels, self.framed[1])

    @property
    def pitch(self) -> tuple[int, int]:
        """From one tile to the next: down, across."""
        high, wide = self.framed
        return high + GAP + (0 if self.once else self.heads.height), wide + GAP

    @property
    def origin(self) -> tuple[int, int]:
        """The top and left of the first tile's frame."""
        return self.heads.height, labeling.gutter(self.row_labels)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole picture."""
        down, across = self.pitch
        top = self.heads.height if self.once else 0
        height = top + self.grid.rows * down - GAP
        width = self.origin[1] + self.grid.columns * across - GAP
        if self.bar is None:
            return height, width
        return height + scalebar.SPACE + scalebar.HEIGHT, max(width, self.bar.width)

    def beside(self) -> list[Line]:
        """The labels of rows."""
        top, down = self.origin[0] + self.framed[0] / 2, self.pitch[0]
        middles = [top + row * down for row in range(self.grid.rows)]
        return labeling.beside(self.row_labels, middles)

    def lines(self) -> Iterator[Line]:
        """All words of the picture."""
        (down, across), left = self.pitch, self.origin[1]
        shown = self.heads.lines[: len(self.tiles)]
        for place, lines in enumerate(shown):
            row, column = divmod(place, self.grid.columns)
            for one in lines:
                yield replace(one, left=left + column * across, top=row * down + one.top)
        yield from self.beside()
        if self.bar is not None:
            top = self.size[0] - scalebar.HEIGHT
            yield from (replace(one, top=top) for one in self.bar.lines)
