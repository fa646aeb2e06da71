"""What covering patches measures of each output's answers. NumPy only, on arrays."""

from __future__ import annotations

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.metrics.localization import dilated, energies, mean_over_maps, same_place
from reportgen.metrics.statistics import Bounds, bootstrap, wilson
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats


def focus(
    name: str, score: str, drops: Floats, masks: Booleans, patch: int, part: str, seed: int
) -> list[Measure]:
    """How the drops of a head's score, as maps (n, h, w), lie on foregrounds (n, h, w).

    A pixel near the foreground shares patches with it, of `patch` pixels a side.
    """
    rises_left_out = np.maximum(drops, 0)
    zero, inside, area = energies(rises_left_out, masks)
    around = dilated(masks, (patch - 1, patch - 1)) if patch > 1 else masks
    _, near, near_area = energies(rises_left_out, around)
    return [
        mean_over_maps(
            f"energy_in_foreground@{name}",
            inside,
            area,
            f"share of the drops of the {score} (rises left out), each pixel the mean over the "
            "patches that cover it, that lies inside the foreground; baseline: the foreground's "
            "share of the area",
            part,
            seed,
        ),
        mean_over_maps(
            f"energy_near_foreground@{name}",
            near,
            near_area,
            "the same inside the foreground or where a patch that covers the pixel can reach it; "
            "baseline: that region's share of the area",
            part,
            seed,
        ),
        Measure(
            f"zero_maps@{name}",
            int(zero.sum()),
            "images",
            len(zero),
            how=f"images of which no pixel's mean drop of the {score} is positive",
            part=part,
        ),
        *same_place(name, drops, masks, part, seed),
    ]


def value_drop(name: str, drops: Doubles, part: str, seed: int) -> Measure:
    """How much a value that stands for itself drops; `drops` has shape (n, positions)."""
    return _largest(
        f"largest_value_drop@{name}", "the explained unit's value", drops, part, seed, None
    )


def answer_drops(
    name: str, probability: Doubles, changed: Booleans, part: str, seed: int
) -> list[Measure]:
    """How much the probability of a class drops, and how often the answer is another.

    Args:
        name: of the head.
        probability: its drop, shape (n, positions).
        changed: whether the answer is another, likewise.
        part: of the figure.
        seed: of the bootstrap.
    """
    n, hits = len(changed), int(changed.any(axis=1).sum())
    what = "the explained class's probability"
    return [
        _largest(f"largest_drop@{name}", what, probability, part, seed, (-1.0, 1.0)),
        Measure(
            f"flipped@{name}",
            hits / n,
            "",
            n,
            wilson(hits, n),
            how="share of images for which at least one position of the patch changes the answer",
            part=part,
        ),
    ]


def _largest(
    measure: str, what: str, drops: Doubles, part: str, seed: int, bounds: Bounds | None
) -> Measure:
    """The largest drop of each image's score, shape (n, positions), beside the mean of all."""
    largest, places = drops.max(axis=1), drops.shape[1]
    return Measure(
        measure,
        float(largest.mean()),
        "",
        len(largest),
        bootstrap(largest, seed, bounds),
        float(drops.mean()),
        f"largest drop of {what} over {counted(places, 'position', 'positions')} of the patch, "
        "mean over images; baseline: the mean drop over all positions",
        part,
    )
