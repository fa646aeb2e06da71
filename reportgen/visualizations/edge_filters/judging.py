"""From correlations to groups of filters and to measures of a layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.probing.statistics import Z95, bootstrap, wilson
from reportgen.records import Measure
from reportgen.types import Doubles, Integers
from reportgen.visualizations.edge_filters.measures import Collected, nearest_mean
from reportgen.visualizations.edge_filters.parts import TABLE

_OF = "correlation over positions of |activation - the map's median| with "
_EDGES = "the strength of the image's {} edges"
_SURE = "differs from 0 by more than 1.96 standard errors over the test images"


def groups(seen: Collected) -> dict[str, list[int]]:
    """Numbers of the filters of each kind, those that follow it most closely first.

    "vertical" and "horizontal" follow edges of one direction surely more than of the other,
    "edges" and "area" edges surely more than brightness or the other way around; "silent" filters
    never answer, "answering" are all others.
    """
    vertical, horizontal = seen.of("vertical"), seen.of("horizontal")
    outline, area = seen.of("outline"), seen.of("area")
    return {
        "vertical": _ranked(vertical, _surely(vertical - horizontal)),
        "horizontal": _ranked(horizontal, _surely(horizontal - vertical)),
        "edges": _ranked(outline, _surely(outline - area)),
        "area": _ranked(area, _surely(area - outline)),
        "answering": [int(place) for place in _answering(seen)],
        "silent": _silent(seen),
    }


def _ranked(values: Doubles, chosen: Integers) -> list[int]:
    """Of the filters chosen, those with the largest mean over images (n, filters) first."""
    order = np.argsort(-values.mean(axis=0)[chosen], kind="stable")
    return [int(place) for place in chosen[order]]


def _answering(seen: Collected) -> Integers:
    silent = np.asarray(_silent(seen), np.int64)
    return np.setdiff1d(np.arange(seen.of("outline").shape[1]), silent)


def _silent(seen: Collected) -> list[int]:
    """Filters whose maps are even for every image."""
    even = np.ones(seen.of("outline").shape[1], bool)
    for values in seen.found.values():
        even &= (np.concatenate(values) == 0).all(axis=0)
    return [int(place) for place in np.flatnonzero(even)]


def _surely(values: Doubles) -> Integers:
    """Filters whose mean over images (n, filters) lies surely above 0."""
    n = len(values)
    if n < 2:
        return np.empty(0, np.int64)
    means, errors = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(n)
    return np.flatnonzero(means > Z95 * errors)


def measured(
    path: str, seen: Collected, found: dict[str, list[int]], labels: Any, seed: int, part: str
) -> list[Measure]:
    """All measures of a layer; `labels` are those of the images, or None, `part` is its sheet."""
    return [
        *_counts(path, found),
        *(replace(m, part=part) for m in _clearest(path, seen, found, seed)),
        *_local(path, seen, seed),
        *(_class_told(path, seen, labels) if labels is not None else []),
    ]


def _counts(path: str, found: dict[str, list[int]]) -> list[Measure]:
    n = len(found["answering"])
    both = f"{_OF}{_EDGES.format('vertical')}, minus that with horizontal edges, {_SURE}"
    any_edge = f"{_OF}{_EDGES.format('vertical and horizontal')}, minus that with how far "
    any_edge += f"brightness departs from its median, {_SURE}"
    told = {
        "vertical_filters": ("vertical", f"{both} and is above it"),
        "horizontal_filters": ("horizontal", f"{both} and is below it"),
        "edge_filters": ("edges", f"{any_edge} and is above it"),
        "area_filters": ("area", f"{any_edge} and is below it"),
    }
    tail = "; each filter is judged by itself, filters that never answer are left out"
    return [
        Measure(
            f"{name}@{path}",
            len(found[group]),
            "filters",
            n,
            how=f"filters whose {how}{tail}",
            part=TABLE,
        )
        for name, (group, how) in told.items()
    ]


def _clearest(path: str, seen: Collected, found: dict[str, list[int]], seed: int) -> list[Measure]:
    """Of the clearest filter of each kind, its correlation; baseline: with what it is not."""
    told = {
        "outline": ("edges", "outline", "area", "vertical and horizontal", "brightness"),
        "most_vertical": ("vertical", "vertical", "horizontal", "vertical", "horizontal edges"),
        "most_horizontal": ("horizontal", "horizontal", "vertical", "horizontal", "vertical edges"),
    }
    measures = []
    for name, (group, wanted, other, edges, instead) in told.items():
        if found[group]:
            k = found[group][0]
            values, base = seen.of(wanted)[:, k], float(seen.of(other)[:, k].mean())
            how = f"{_OF}{_EDGES.format(edges)}, of filter {k}, mean over test images; picked as "
            how += f"the clearest; baseline: the same with {instead}"
            interval = bootstrap(values, seed)
            measures.append(
                Measure(
                    f"{name}@{path}.{k}", float(values.mean()), "", len(values), interval, base, how
                )
            )
    return measures


def _local(path: str, seen: Collected, seed: int) -> list[Measure]:
    if not seen.local:
        return []
    values = np.asarray(seen.local)
    how = "share of a map's variance (R squared) that a linear fit to the brightness at each "
    how += "position, its slopes and their magnitudes explains, mean over filters and test images"
    mean, interval = float(values.mean()), bootstrap(values, seed)
    return [Measure(f"local@{path}", mean, "", len(values), interval, None, how, TABLE)]


def _class_told(path: str, seen: Collected, labels: Integers) -> list[Measure]:
    hits = nearest_mean(np.concatenate(seen.levels), labels)
    if not len(hits):
        return []
    n = len(hits)
    share, most = float(hits.mean()), float(np.unique(labels, return_counts=True)[1].max() / n)
    how = "share of test images whose filters' mean activations, scaled to equal spread, lie "
    how += "nearest to the mean of their own class, themselves left out; interval by Wilson; "
    how += "baseline: the share of the most frequent class"
    interval = wilson(int(hits.sum()), n)
    return [Measure(f"class_told@{path}", share, "", n, interval, min(most, 1.0), how, TABLE)]
