"""What saliency maps are measured by: foreground, edges, the plain gradient, completeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.metrics.edges import edge_strength
from reportgen.metrics.localization import energies, mean_over_maps, same_place
from reportgen.metrics.randomization import rank_correlation
from reportgen.metrics.statistics import bootstrap, median_interval
from reportgen.records import Measure
from reportgen.types import Booleans, Doubles, Floats, Pixels

Masks = Booleans


@dataclass(frozen=True)
class HeadMaps:
    """The maps of one head for m images, and what they are compared with.

    Attributes:
        name: of the head.
        part: of the figure.
        magnitude: of the maps, shape (m, h, w).
        plain: the magnitude of the plain gradient, likewise; None where that is the method.
        moved: pixels that differ from where a method begins that multiplies with the input,
            shape (m, h, w); None for other methods.
        maps: as they came, for each input of the model, shape (m, ...).
        gained: the score minus that of the baseline, shape (m,); of integrated gradients only.
        replaced: uses of ReLUs that follow the guided rule.
        hidden: layers whose ReLUs do not.
    """

    name: str
    part: str
    magnitude: Floats
    plain: Floats | None
    moved: Masks | None
    maps: Sequence[Floats]
    gained: Doubles | None
    replaced: int
    hidden: int


def head_measures(
    head: HeadMaps, images: Pixels, masks: Masks, steps: int, seed: int
) -> list[Measure]:
    """All measures of one head, for images (m, h, w, c) and their foregrounds (m, h, w)."""
    name, magnitude, part = head.name, head.magnitude, head.part
    measures = focus(name, magnitude, masks, part, seed)
    if head.moved is None:
        measures.append(edge_agreement(name, magnitude, images, part, seed))
    else:
        measures.append(pixels_at_baseline(name, head.moved, part))
    if head.plain is not None:
        measures.append(gradient_agreement(name, magnitude, head.plain, part, seed, head.moved))
    if head.gained is not None:
        measures.append(completeness_gap(name, head.maps, head.gained, steps, part, seed))
    if head.replaced:
        measures.append(relus_replaced(name, head.replaced, head.hidden, part))
    return measures


def focus(name: str, magnitude: Floats, masks: Masks, part: str, seed: int) -> list[Measure]:
    """Energy on the foreground, and the count of maps that are zero, for one head."""
    zero, inside, area = energies(magnitude, masks)
    how = (
        "share of the sum of magnitudes that lies inside the foreground; baseline: the "
        "foreground's share of the area"
    )
    count = Measure(
        f"zero_maps@{name}",
        int(zero.sum()),
        "images",
        len(zero),
        how="maps that are zero at every pixel",
        part=part,
    )
    energy = mean_over_maps(f"energy_in_foreground@{name}", inside, area, how, part, seed)
    return [energy, *same_place(name, magnitude, masks, part, seed), count]


def pixels_at_baseline(name: str, moved: Masks, part: str) -> Measure:
    """The share of pixels that are zero whatever the network; `moved` (n, h, w) has the others."""
    return Measure(
        f"pixels_at_baseline@{name}",
        float(1 - moved.mean()),
        "",
        len(moved),
        how="share of the pixels of these images that equal the baseline (for input times "
        "gradient: zero, in the model's own units), mean over images; the method multiplies by "
        "the difference of the two, so that the map is zero there whatever the network",
        part=part,
    )


def edge_agreement(name: str, magnitude: Floats, images: Pixels, part: str, seed: int) -> Measure:
    """How far a map repeats the edges of its image, which no model is needed to find.

    Not for the methods that multiply with the input: their maps repeat the image by construction.
    """
    how = (
        "Spearman's rank correlation over pixels of the map's magnitude with the magnitude of the "
        "image's own gradient (central differences of its gray values); baseline: 0, no relation; "
        "mean over images where neither is constant"
    )
    values = rank_correlation(magnitude, edge_strength(images))
    return _agreement(f"edge_agreement@{name}", values, how, part, seed)


def gradient_agreement(
    name: str,
    magnitude: Floats,
    plain: Floats,
    part: str,
    seed: int,
    moved: Masks | None = None,
) -> Measure:
    """How far a method's map is that of the plain gradient.

    Only over the pixels of `moved` (n, h, w), where it is given: elsewhere the map is zero by
    construction.
    """
    over = "pixels" if moved is None else "the pixels that differ from the baseline"
    how = (
        f"Spearman's rank correlation over {over} of the map's magnitude with the plain "
        "gradient's; baseline: 0, no relation; mean over images where neither is constant"
    )
    values = rank_correlation(magnitude, plain, moved)
    return _agreement(f"gradient_agreement@{name}", values, how, part, seed)


def completeness_gap(
    name: str, maps: Sequence[Floats], gained: Doubles, steps: int, part: str, seed: int
) -> Measure:
    """By how much integrated gradients miss what they must add up to.

    |sum of the map - (f(x) - f(x'))| / |f(x) - f(x')|, the completeness axiom of arXiv 1703.01365.

    Args:
        name: of the head.
        maps: for each input of the model, shape (n, ...).
        gained: the score minus that of the baseline, shape (n,).
        steps: midpoints of the path.
        part: of the figure.
        seed: of the bootstrap.
    """
    how = (
        "|sum of the map - gain| / |gain|, gain being the score minus that of the baseline; "
        f"median over images with a gain, {counted(steps, 'midpoint', 'midpoints')} of the path"
    )
    name = f"completeness_gap@{name}"
    flat = [of_input.reshape(len(of_input), -1) for of_input in maps]
    sums = sum(values.sum(axis=1, dtype=np.float64) for values in flat)
    usable = gained != 0
    if not usable.any():
        return Measure(name, None, n=0, how=how + "; there is none", part=part)
    gaps = np.abs(sums - gained)[usable] / np.abs(gained[usable])
    interval = median_interval(gaps)
    return Measure(name, float(np.median(gaps)), "", gaps.size, interval, 0, how, part)


def relus_replaced(name: str, replaced: int, hidden: int, part: str) -> Measure:
    """How many of the ReLUs on the way follow the guided rule."""
    return Measure(
        f"relus_replaced@{name}",
        replaced / (replaced + hidden),
        n=replaced + hidden,
        how="share of the uses of ReLUs between input and logit whose backward rule was replaced; "
        "the others lie inside Python code of a layer of the model's own",
        part=part,
    )


def _agreement(name: str, values: Doubles, how: str, part: str, seed: int) -> Measure:
    values = values[np.isfinite(values)]
    if not values.size:
        return Measure(name, None, n=0, how=how + "; there is none", part=part)
    interval = bootstrap(values, seed, (-1.0, 1.0))
    return Measure(name, float(values.mean()), "", values.size, interval, 0, how, part)
