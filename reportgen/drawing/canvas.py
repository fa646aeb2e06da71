"""A canvas for drawings of boxes, lines and text, as a small PNG picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from reportgen.drawing import text
from reportgen.drawing.colors import EDGE, INK
from reportgen.drawing.glyphs import Keys, face
from reportgen.drawing.png import encode_pixels
from reportgen.records import Picture

Point = tuple[float, float]


class Canvas:
    """A white canvas; places are (x, y) in pixels from the upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.size = (round(width), round(height))
        self._image = Image.new("RGB", self.size, "white")
        self._draw = ImageDraw.Draw(self._image)
        self._keys = Keys()

    def cuboid(self, place: Point, size: Point, depth: float, color: str) -> None:
        """A box seen from the upper right.

        Args:
            place: upper left corner of the front.
            size: (w, h) of the front.
            depth: offset of the back to the right and upwards.
            color: color of the front.
        """
        (x, y), (w, h) = place, size
        d = depth
        top = [(x, y), (x + d, y - d), (x + w + d, y - d), (x + w, y)]
        side = [(x + w, y), (x + w + d, y - d), (x + w + d, y + h - d), (x + w, y + h)]
        front = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        for points, share in ((top, 0.55), (side, -0.18), (front, 0.0)):
            self._draw.polygon([*map(_whole, points)], _tint(color, share), _tint(color, -0.4))

    def box(self, place: Point, size: Point, color: str) -> None:
        """A flat box with a pale fill and an edge in the color."""
        (x, y), (w, h) = place, size
        corners = [_whole((x, y)), _whole((x + w, y + h))]
        self._draw.rounded_rectangle(corners, 8, _tint(color, 0.85), _tint(color, -0.1), 3)

    def swatch(self, place: Point, side: float, color: str) -> None:
        """A small square of a color, for a legend."""
        x, y = place
        corners = [_whole((x, y)), _whole((x + side, y + side))]
        self._draw.rectangle(corners, color, _tint(color, -0.4))

    def line(self, points: Sequence[Point], color: str = EDGE, width: int = 3) -> None:
        """Straight lines from point to point."""
        self._draw.line([*map(_whole, points)], color, width, joint="curve")

    def arrow(self, start: Point, end: Point, color: str = EDGE) -> None:
        """A horizontal or vertical line with a head at its end."""
        self.line([start, end], color)
        (x, y), back = end, 10
        if start[1] == end[1]:
            head = [(x, y), (x - back, y - 6), (x - back, y + 6)]
        else:
            head = [(x, y), (x - 6, y - back), (x + 6, y - back)]
        self._draw.polygon([*map(_whole, head)], color)

    def arc(self, start: Point, end: Point, height: float, color: str = INK) -> None:
        """Half an ellipse above two points, from `start` to `end` at its right."""
        (left, y), (right, _) = start, end
        box = [_whole((left, y - height)), _whole((right, y + height))]
        self._draw.arc(box, 180, 360, color, 3)

    def write(
        self, words: str, place: Point, *, size: int = text.SMALL, bold: bool = False,
        color: str = INK, anchor: str = "lt",
    ) -> None:  # fmt: skip
        """One line of text; `anchor` is Pillow's, such as "mt" for the middle of the top edge."""
        shown = self._keys.drawn(words)
        own = text.font(size, bold, face(shown, bold))
        self._draw.text(_whole(place), shown, color, own, anchor)

    def picture(self) -> Picture:
        """The finished drawing."""
        picture = encode_pixels(np.ascontiguousarray(np.asarray(self._image, np.uint8)))
        return replace(picture, keys=tuple(self._keys.words))


def _whole(point: Point) -> tuple[int, int]:
    return round(point[0]), round(point[1])


def _tint(color: str, share: float) -> tuple[int, int, int]:
    """A color mixed with white (positive `share`) or with black (negative `share`)."""
    end, part = (255, share) if share > 0 else (0, -share)
    red, green, blue = ImageColor.getrgb(color)[:3]
    red, green, blue = (round(value + (end - value) * part) for value in (red, green, blue))
    return red, green, blue
