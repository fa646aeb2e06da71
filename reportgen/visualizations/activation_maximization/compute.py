"""Maximizing images for the filters of a model's layers, and what they measure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.errors import UndefinedError
from reportgen.probing.ascent import Climbed, Recipe
from reportgen.probing.finite import require_finite
from reportgen.probing.fresh import fresh
from reportgen.probing.inputs import measured, prepare, value_range
from reportgen.probing.layers import choose, is_conv, named, output_shapes
from reportgen.probing.outputs import observe
from reportgen.records import Artifact, Measure, Subject
from reportgen.visualizations.activation_maximization import measures
from reportgen.visualizations.activation_maximization.engine import (
    activation_maximization,
    ascend,
    channels,
    image_shape,
)
from reportgen.visualizations.activation_maximization.parts import part

__all__ = ["activation_maximization", "compute"]

Floats = NDArray[np.float32]

MOST = 64
COMPARED = 16
"""Filters of the model with fresh weights that serve as baseline, at most."""


def compute(subject: Subject) -> Artifact:
    """Arrays: for each layer `images@<layer>`, shape (filters, h, w, c), scaled to 0..1."""
    recipe, size = _recipe(subject), _size(subject)
    layers = _layers(subject)
    shape = image_shape(subject.model, size)
    require_finite(subject.model, layers)
    largest = _largest(subject, layers)
    values = fresh(subject.model, subject.seed)
    arrays: dict[str, NDArray[Any]] = {}
    told, found = [], []
    for path in layers:
        count = min(channels(subject.model, path), subject.params["filters"] or MOST, MOST)
        picks = np.arange(count)
        mine = ascend(subject.model, path, picks, recipe, subject.seed, size)
        other = ascend(subject.model, path, picks[:COMPARED], recipe, subject.seed, size, values)
        arrays[f"images@{path}"] = _unit(mine.images, recipe)
        best = largest[path][:count] if path in largest else None
        found += _measures(path, mine, other, best, recipe, subject.seed)
        told.append(_told(path, subject.model, mine, best))
    facts = {
        "layers": told,
        "input": list(shape),
        "range": [recipe.low, recipe.high],
        "steps": recipe.steps,
        "regularized": recipe.decay > 0 or recipe.variation > 0,
    }
    return Artifact(arrays, facts, tuple(found))


def _layers(subject: Subject) -> list[str]:
    """Paths of the convolutions to show; "all" means those with two-dimensional maps."""
    model, wanted = subject.model, subject.params["layers"]
    convolutions = choose(model, wanted, is_conv)
    if not convolutions:
        raise UndefinedError(
            f"Model '{model.name}' has no convolution layer, so there are no filters to maximize."
        )
    every = named(model)
    flat = [p for p in convolutions if any(len(s) == 4 for s in output_shapes(every[p]))]
    return (flat or convolutions) if wanted == "all" else convolutions


def _recipe(subject: Subject) -> Recipe:
    p = subject.params
    ends = value_range(subject.data.preprocessing) if subject.data else (0.0, 1.0)
    return Recipe(p["steps"], p["learning_rate"], p["l2"], p["total_variation"], p["jitter"], *ends)


def _size(subject: Subject) -> tuple[int, int] | None:
    if subject.params["size"] is not None:
        return subject.params["size"], subject.params["size"]
    if subject.data is None:
        return None
    shape = np.shape(subject.data.splits["test"].images)
    return int(shape[1]), int(shape[2])


def _largest(subject: Subject, layers: list[str]) -> dict[str, Floats]:
    """For each layer the largest mean response of each channel among test images."""
    data = subject.data
    if data is None:
        return {}
    chosen = measured(data, subject.params["measure_on"])
    images = prepare(np.asarray(data.splits["test"].images)[chosen], data.preprocessing)
    seen = observe(subject.model, images, layers, mean=True, logits=False)
    return {path: values.max(axis=0) for path, values in seen.activations.items()}


def _unit(images: Floats, recipe: Recipe) -> Floats:
    return ((images - recipe.low) / (recipe.high - recipe.low)).astype(np.float32)


def _measures(
    path: str, mine: Climbed, other: Climbed, largest: Floats | None, recipe: Recipe, seed: int
) -> list[Measure]:
    """The measures of one layer, qualified by its name."""
    images, random = _unit(mine.images, recipe), _unit(other.images, recipe)
    own, untrained = measures.patterns(images), measures.patterns(random)
    against = "baseline: the same recipe on the model with fresh random weights"
    found = [
        measures.mean(
            f"structure@{path}",
            measures.structures(images),
            measures.structures(random),
            "Moran's I of the images (likeness of neighboring pixels), mean over filters; "
            + against,
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
        Measure(
            f"still@{path}",
            int(mine.still.sum()),
            "filters",
            len(images),
            how="filters whose gradient was zero everywhere in every step",
        ),
    ]
    if images.shape[-1] == 3:
        found += _colors(path, images - np.float32(0.5), random - np.float32(0.5), against, seed)
    if largest is not None:
        how = "mean response reached, divided by the largest among test images, median over filters"
        rising = measures.ratios(mine.reached, largest)
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


def _ends(images: Floats) -> NDArray[np.float64]:
    atend = (images <= 1e-6) | (images >= 1 - 1e-6)
    return np.asarray(atend.reshape(len(images), -1).mean(axis=1))


def _told(path: str, model: Any, mine: Climbed, largest: Floats | None) -> dict[str, Any]:
    return {
        "name": path,
        "type": type(named(model)[path]).__name__,
        "channels": channels(model, path),
        "still": [int(i) for i in np.flatnonzero(mine.still)],
        "silent": [int(i) for i in np.flatnonzero((mine.reached == 0) & ~mine.still)],
        "reached": [float(value) for value in mine.reached],
        "largest": None if largest is None else [float(value) for value in largest],
    }
