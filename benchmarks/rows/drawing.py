"""The rows on pictures: 64 maps to what a page holds of them, and to PNG files."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks import subjects
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate
from reportgen.drawing import svg
from reportgen.drawing.mosaic import arrange, mosaic
from reportgen.render.context import vector_uri

SUBPLOTS = "64 subplots with tight_layout"
SAME_SIZE = f"{SUBPLOTS}, as many pixels as ours"

NARROW = 66
"""The tile size at which our picture has as many pixels as Matplotlib's default figure, about."""


def drawing() -> Work:
    """The published picture, at its full size, against as many pixels."""
    maps = _maps()
    ours = mosaic(maps, columns=8, pages=False)
    inches = (ours.width / 100, ours.height / 100)
    return Work(
        "an 8 x 8 grid of 26 x 26 maps to PNG bytes",
        {
            OURS: Candidate(lambda: mosaic(maps, columns=8, pages=False), rounds=15),
            SAME_SIZE: Candidate(lambda: subplots(maps, inches), rounds=5),
        },
        _goals(SAME_SIZE),
        sizes={OURS: len(ours.data), SAME_SIZE: len(subplots(maps, inches))},
        notes=f"what 64 filters make of an image, {ours.width} x {ours.height} pixels",
    )


def drawing_small() -> Work:
    """About as many pixels as Matplotlib's default figure has, against that figure."""
    maps = _maps()
    ours = mosaic(maps, columns=8, tile=NARROW, pages=False)
    return Work(
        "the same grid as a PNG of about as many pixels as Matplotlib's default figure",
        {
            OURS: Candidate(lambda: mosaic(maps, columns=8, tile=NARROW, pages=False), rounds=15),
            SUBPLOTS: Candidate(lambda: subplots(maps), rounds=5),
        },
        _goals(SUBPLOTS),
        sizes={OURS: len(ours.data), SUBPLOTS: len(subplots(maps))},
        notes=f"ours has {ours.width} x {ours.height} pixels, Matplotlib's figure 640 x 480",
    )


def drawing_page() -> Work:
    """What an HTML page holds: the SVG, as the address that it is embedded with."""
    maps = _maps()
    ours = mosaic(maps, columns=8)
    inches = (ours.width / 100, ours.height / 100)
    return Work(
        "the same grid as the SVG that a page embeds",
        {
            OURS: Candidate(lambda: vector_uri(_svg(maps)), rounds=15),
            SUBPLOTS: Candidate(lambda: subplots(maps), rounds=5),
            SAME_SIZE: Candidate(lambda: subplots(maps, inches), rounds=5),
        },
        _goals(SUBPLOTS, SAME_SIZE),
        sizes={
            OURS: len(vector_uri(ours.vector)),
            SUBPLOTS: len(subplots(maps)),
            SAME_SIZE: len(subplots(maps, inches)),
        },
        notes="our bytes are those in the page, encoding included; Matplotlib's are of the PNG "
        "alone, which a page would hold in a third more",
    )


def _goals(*against: str) -> tuple[Goal, ...]:
    return tuple(
        Goal(name, bound) for one in against for name, bound in ((one, 200), (f"bytes of {one}", 4))
    )


def _svg(maps: Any) -> bytes:
    return svg.document(arrange(maps, columns=8))


def _maps() -> Any:
    """What 64 filters of 3 x 3 and a ReLU make of a smooth image of 28 px, shape (64, 26, 26)."""
    image = subjects.images(1, 28, 1)[0, ..., 0]
    filters = np.random.default_rng(subjects.SEED).standard_normal((64, 3, 3)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    return np.maximum(np.einsum("hwij,kij->khw", windows, filters), 0)


def subplots(maps: Any, inches: tuple[float, float] | None = None) -> bytes:
    """The way that most notebooks do it."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(8, 8, figsize=inches)
    for axis, one in zip(axes.flat, maps, strict=True):
        axis.imshow(one, cmap="viridis")
        axis.axis("off")
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return buffer.getvalue()
