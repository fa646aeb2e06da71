"""Maximizing images for the filters of a model's layers, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.probing.ascent import Climbed
from reportgen.probing.explaining import aside
from reportgen.probing.finite import require_finite
from reportgen.probing.fresh import fresh
from reportgen.probing.inputs import value_ranges
from reportgen.probing.recipe import Ends, Recipe
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array, Doubles, Floats
from reportgen.visualizations.activation_maximization import measures
from reportgen.visualizations.activation_maximization.engine import (
    activation_maximization,
    ascend,
)
from reportgen.visualizations.activation_maximization.panels import Panel, largest, panels
from reportgen.visualizations.activation_maximization.parts import part
from reportgen.visualizations.activation_maximization.recipes import recipe as settled
from reportgen.visualizations.activation_maximization.targets import image_shape

__all__ = ["activation_maximization", "compute"]


COMPARED = 16
"""Filters of the model with fresh weights that serve as baseline, at most."""


def compute(subject: Subject) -> Artifact:
    """Arrays: for each layer (or head) `images@<name>`, shape (tiles, h, w, c), scaled to 0..1."""
    size = _size(subject)
    shape = image_shape(subject.model, size)
    shown = panels(subject, size)
    recipe = _recipe(subject, shape)
    require_finite(subject.model, [p.goal.layer for p in shown if p.goal.layer] or None)
    tops: Sequence[Floats | None] = largest(subject, shown) or [None for _ in shown]
    values = fresh(subject.model, subject.seed)
    arrays: dict[str, Array] = {}
    told, found = [], []
    for panel, best in zip(shown, tops, strict=True):
        mine = ascend(subject.model, panel.goal, recipe, subject.seed, size)
        tiles = arrays[f"images@{panel.name}"] = _unit(mine, recipe, subject.data)
        if panel.plain:
            some = replace(panel.goal, picks=panel.goal.picks[:COMPARED])
            other = ascend(subject.model, some, recipe, subject.seed, size, values)
            random = _unit(other, recipe, subject.data)
            found += _measures(panel.name, tiles, random, subject.seed)
            found += _responses(panel.name, mine, best, subject.seed)
        else:
            found += _scores(panel, mine, best, subject.seed)
        told.append(_told(panel, mine, best))
    facts = {
        "layers": told,
        "input": list(shape),
        "range": [float(np.min(recipe.low)), float(np.max(recipe.high))],
        "steps": recipe.steps,
        "regularized": recipe.decay > 0 or recipe.variation > 0,
        "parameterization": recipe.parameterization,
        "aside": aside(subject.model) if subject.params["objective"] == "class" else "",
    }
    return Artifact(arrays, facts, tuple(found))


def _recipe(subject: Subject, shape: tuple[int, int, int]) -> Recipe:
    p = subject.params
    ends: tuple[Ends, Ends] = (0.0, 1.0)
    if subject.data:
        low, high = value_ranges(subject.data.preprocessing, shape[-1])
        ends = tuple(map(float, low)), tuple(map(float, high))
    return settled(
        shape, p["steps"], p["learning_rate"], p["parameterization"], p["l2"],
        p["total_variation"], p["jitter"], (p["pad"], p["rotate"], p["scale"]), ends,
    )  # fmt: skip


def _size(subject: Subject) -> tuple[int, int] | None:
    if subject.params["size"] is not None:
        return subject.params["size"], subject.params["size"]
    if subject.data is None:
        return None
    shape = np.shape(subject.data.splits["test"].images)
    return int(shape[1]), int(shape[2])


def _unit(found: Climbed, recipe: Recipe, data: Dataset | None) -> Floats:
    """Images as a person would see them: each channel over its own range, as 0..1, and in the
    order in which the dataset stores them."""
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    shares = np.asarray((found.images - low) / (high - low), np.float32)
    order = data.preprocessing.order if data else ()
    return shares[..., np.argsort(order)] if order else shares


def _scores(panel: Panel, mine: Climbed, best: Floats | None, seed: int) -> list[Measure]:
    """The measures of units, classes, and targets that are excited together."""
    still = Measure(
        f"still@{panel.name}",
        int(mine.still.sum()),
        "images",
        len(mine.still),
        how="images whose gradient was zero everywhere in every step",
    )
    found = [still]
    if best is not None:
        how = "score reached, divided by the largest among test images, median over the targets"
        rising = measures.ratios(mine.reached, best)
        found.append(measures.response(f"score_ratio@{panel.name}", rising, how, seed))
    return [replace(measure, part=part(panel.name)) for measure in found]


def _measures(path: str, images: Floats, random: Floats, seed: int) -> list[Measure]:
    """What the images of one layer look like, qualified by its name."""
    own, untrained = measures.patterns(images), measures.patterns(random)
    against = "baseline: the same recipe on the model with fresh random weights"
    found = [
        measures.mean(
            f"structure@{path}",
            measures.structures(images),
            measures.structures(random),
            "Moran's I of the images (likeness of neighboring pixels), mean over those of their "
            "channels that vary, then over filters; " + against,
            seed,
        ),
        measures.mean(
            f"pattern@{path}",
            own,
            untrained,
            "share of an image's contrast against mid-gray that lies in the strongest 2 % of its "
            "spatial frequencies (Hann window, zero frequency left out), mean over filters; "
            + against,
            seed,
        ),
        measures.gain(
            f"pattern_gain@{path}",
            own,
            untrained,
            "that share minus its mean over filters of the same model with fresh random weights, "
            "by the same recipe; both sets of filters resampled for the interval",
            seed,
        ),
        measures.mean(
            f"saturated@{path}",
            _ends(images),
            _ends(random),
            "share of values at the ends of the input range, mean over filters; " + against,
            seed,
        ),
    ]
    if images.shape[-1] == 3:
        found += _colors(path, images - np.float32(0.5), random - np.float32(0.5), against, seed)
    return [replace(measure, part=part(path)) for measure in found]


def _responses(path: str, mine: Climbed, best: Floats | None, seed: int) -> list[Measure]:
    """How the filters of one layer answer to their images."""
    how = "filters whose gradient was zero everywhere in every step"
    found = [Measure(f"still@{path}", int(mine.still.sum()), "filters", len(mine.still), how=how)]
    if best is not None:
        how = "mean response reached, divided by the largest among test images, median over filters"
        rising = measures.ratios(mine.reached, best)
        found.append(measures.response(f"activation_ratio@{path}", rising, how, seed))
    return [replace(measure, part=part(path)) for measure in found]


def _colors(path: str, mine: Floats, random: Floats, against: str, seed: int) -> list[Measure]:
    return [
        measures.mean(
            f"chroma_share@{path}",
            measures.chroma_shares(mine),
            measures.chroma_shares(random),
            "share of the images' squared distance from mid-gray that lies off the gray axis, "
            "mean over filters; " + against,
            seed,
        ),
        Measure(
            f"hue_spread@{path}",
            measures.hue_spread(mine),
            "",
            len(mine),
            baseline=measures.hue_spread(random),
            how="1 minus the length of the summed mean colors of the images, across the gray "
            "axis, divided by the sum of their lengths; " + against,
        ),
    ]


def _ends(images: Floats) -> Doubles:
    atend = (images <= 1e-6) | (images >= 1 - 1e-6)
    return np.asarray(atend.reshape(len(images), -1).mean(axis=1))


def _told(panel: Panel, mine: Climbed, best: Floats | None) -> dict[str, Any]:
    silent = (mine.reached == 0) & ~mine.still
    unmoved = (mine.reached <= mine.start) & ~mine.still & ~silent
    return {
        "name": panel.name,
        "type": panel.type,
        "objective": panel.goal.kind,
        "noun": panel.noun,
        "position": list(panel.goal.position),
        "labels": list(panel.labels),
        "channels": panel.total,
        "still": [int(i) for i in np.flatnonzero(mine.still)],
        "silent": [int(i) for i in np.flatnonzero(silent)],
        "unmoved": [int(i) for i in np.flatnonzero(unmoved)],
        "reached": [float(value) for value in mine.reached],
        "largest": None if best is None else [float(value) for value in best],
    }
