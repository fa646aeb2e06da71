"""What covering patches measures of each output's answers."""

from __future__ import annotations

from typing import Any

import numpy as np

from reportgen.attribution.occlusion import Covering, Occlusion, spread
from reportgen.drafting.wording import counted
from reportgen.metrics.localization import energies, mean_over_maps
from reportgen.metrics.statistics import bootstrap, wilson
from reportgen.records import Head, Measure
from reportgen.types import Doubles


def measured_of(
    head: Head, found: Occlusion, cover: Covering, masks: Any, part: str, seed: int
) -> list[Measure]:
    """The measures of one head; the foreground is compared with drops of the logit, or of the
    probability where that is all there is."""
    name, score = head.name, "value" if head.valued else "logit"
    score = "probability" if found.logit is None else score
    drops = np.maximum(spread(found.drops, cover, masks.shape[1:]), 0)
    zero, inside, area = energies(drops, masks)
    n = len(zero)
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
        Measure(
            f"zero_maps@{name}",
            int(zero.sum()),
            "images",
            n,
            how=f"images of which no pixel's mean drop of the {score} is positive",
            part=part,
        ),
        *(_value if head.valued else _answer)(name, found, part, seed),
    ]


def _value(name: str, found: Occlusion, part: str, seed: int) -> list[Measure]:
    """How much a value that stands for itself drops."""
    what = "the explained unit's value"
    return [_largest(f"largest_value_drop@{name}", what, found.drops, part, seed)]


def _largest(measure: str, what: str, drops: Doubles, part: str, seed: int) -> Measure:
    """The largest drop of each image's score, shape (n, positions), beside the mean of all."""
    largest, places = drops.max(axis=1), drops.shape[1]
    return Measure(
        measure,
        float(largest.mean()),
        "",
        len(largest),
        bootstrap(largest, seed),
        float(drops.mean()),
        f"largest drop of {what} over {counted(places, 'position', 'positions')} of the patch, "
        "mean over images; baseline: the mean drop over all positions",
        part,
    )


def _answer(name: str, found: Occlusion, part: str, seed: int) -> list[Measure]:
    """How much the probability of a class drops, and how often the answer is another."""
    n, hits = len(found.changed), int(found.changed.any(axis=1).sum())
    what = "the explained class's probability"
    return [
        _largest(f"largest_drop@{name}", what, found.probability, part, seed),
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
