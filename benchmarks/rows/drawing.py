"""The row on pictures: 64 maps to PNG bytes."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
import numpy as np

from benchmarks import subjects
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate
from reportgen.drawing.mosaic import mosaic

SUBPLOTS = "64 subplots with tight_layout"
SAME_SIZE = f"{SUBPLOTS}, as many pixels as ours"


def drawing() -> Work:
    maps = _maps()
    ours = mosaic(maps, columns=8)
    inches = (ours.width / 100, ours.height / 100)
    sizes = {
        OURS: len(ours.data),
        SUBPLOTS: len(subplots(maps)),
        SAME_SIZE: len(subplots(maps, inches)),
    }
    return Work(
        "an 8 x 8 grid of 26 x 26 maps to PNG bytes",
        {
            OURS: Candidate(lambda: mosaic(maps, columns=8), rounds=15),
            SUBPLOTS: Candidate(lambda: subplots(maps), rounds=5),
            SAME_SIZE: Candidate(lambda: subplots(maps, inches), rounds=5),
        },
        tuple(
            Goal(name, bound)
            for one in (SUBPLOTS, SAME_SIZE)
            for name, bound in ((one, 200), (f"bytes of {one}", 4))
        ),
        sizes=sizes,
        notes="what 64 filters make of an image; Matplotlib's figure has its own size (6.4 x 4.8 "
        "inches), or as many pixels as our picture",
    )


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
