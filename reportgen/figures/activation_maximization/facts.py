"""Facts about maximizing images, which `compute` finds and `draw` puts into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Noun = Literal["filter", "class", "unit"]


@dataclass(frozen=True)
class Panel:
    """One picture: a tile for each target of a layer, or of a head.

    Attributes:
        name: path of the layer, or name of the head.
        type: of the layer; "" for a head.
        part: of the figure.
        objective: what was maximized.
        noun: what a target is.
        position: of a unit in its map; () for other objectives.
        labels: of each tile.
        grouped: whether a tile excites several targets at once.
        total: how many targets the layer or head has.
        still: tiles whose gradient was zero everywhere.
        silent: tiles whose target never responded.
        unmoved: tiles that excite no more than gray does.
        reached: the score of each tile.
        largest: the largest score among test images for each tile; None without data.
    """

    name: str
    type: str
    part: str
    objective: Literal["filter", "unit", "class"]
    noun: Noun
    position: tuple[int, ...]
    labels: tuple[str, ...]
    grouped: bool
    total: int
    still: tuple[int, ...]
    silent: tuple[int, ...]
    unmoved: tuple[int, ...]
    reached: tuple[float, ...]
    largest: tuple[float, ...] | None


@dataclass(frozen=True)
class Facts:
    """All pictures of a figure.

    Attributes:
        panels: the pictures.
        input: height, width and channels of an image.
        range: smallest and largest value of the model's input.
        steps: of the ascent.
        regularized: whether images were kept smooth or close to gray.
        parameterization: "pixels" or "fourier".
        unexplained: a sentence on outputs without a picture; "" for none.
    """

    panels: tuple[Panel, ...]
    input: tuple[int, int, int]
    range: tuple[float, float]
    steps: int
    regularized: bool
    parameterization: str
    unexplained: str
