"""Measures of vectors of classes: lengths, angles between them, bias, margin.

The kind `embedding` measures class centers by the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reportgen.figures.confusion_matrix.facts import pointer
from reportgen.metrics.embeddings import angles, closest_pair, paired_angles, widest_angle
from reportgen.metrics.statistics import bootstrap, spread
from reportgen.network.embeddings import Classifier
from reportgen.records import Measure
from reportgen.types import Doubles


def of_weights(made: Classifier, classes: Sequence[str], seed: int) -> list[Measure]:
    """All that the weights alone tell."""
    what = f"weight vectors of the classes in layer {made.path}"
    norms = np.linalg.norm(made.weights, axis=1)
    return [
        *lengths(("weight_length", "weight_length_spread"), norms, what, seed),
        *between(("weight_angle", "closest_weights"), made.weights, classes, what),
        *_settings(made),
    ]


def lengths(
    names: tuple[str, str], values: Doubles, what: str, seed: int, at: str = ""
) -> list[Measure]:
    """The mean of lengths (n,) and their spread, under two names with a qualifier."""
    n, mean = len(values), float(values.mean())
    how = f"mean length (L2) of the {what}"
    interval = bootstrap(values, seed)
    found = [Measure(f"{names[0]}{at}", mean, "", n, interval, None, how)]
    if mean > 0:
        how = f"standard deviation of the lengths of the {what} over their mean; 0 where all have "
        how += "one length"
        value, (low, high) = float(values.std() / mean), bootstrap(values, seed, spread)
        # Of few values a resample often lacks the extremes, so that all may spread less.
        around = min(low, value), max(high, value)
        found.append(Measure(f"{names[1]}{at}", value, "", n, around, 0, how))
    return found


def between(
    names: tuple[str, str], vectors: Doubles, classes: Sequence[str], what: str
) -> list[Measure]:
    """Mean and least angle between pairs of vectors (classes, d), under two names."""
    closest = closest_pair(vectors)
    if closest is None:
        return []
    one, two, least = closest
    table = angles(vectors, vectors)
    pairs = table[np.triu_indices(len(table), 1)]
    pairs = pairs[~np.isnan(pairs)]
    count, dimensions = int((~np.isnan(table).all(axis=1)).sum()), vectors.shape[1]
    bound = widest_angle(count, dimensions)
    mean = f"mean angle between two {what}, over pairs of classes; baseline: random directions"
    how = f"least angle between two {what}; baseline: no {count} directions in {dimensions} "
    how += "dimensions can all keep farther apart than this"
    at = f"{pointer(classes[one])}>{pointer(classes[two])}"
    return [
        Measure(names[0], float(pairs.mean()), "degrees", len(pairs), None, 90, mean),
        Measure(f"{names[1]}@{at}", least, "degrees", len(pairs), None, bound, how),
    ]


def aligned(made: Classifier, centers: Doubles, split: str, seed: int) -> list[Measure]:
    """The mean angle between weight vectors and class centers (classes, d), NaN left out."""
    found = paired_angles(made.weights, centers)
    held = found[~np.isnan(found)]
    if not len(held):
        return []
    how = f"angle between a class's weight vector in layer {made.path} and its center, the mean "
    how += f"direction of its {split} embeddings, mean over classes; baseline: a random direction"
    value, interval = float(held.mean()), bootstrap(held, seed)
    return [Measure("weight_center_angle", value, "degrees", len(held), interval, 90, how)]


def effect(value: float | None, made: Classifier, n: int) -> Measure:
    """The effect of the length of n embeddings on the answers."""
    how = f"mean change of the logits (less their mean over classes) of layer {made.path} when "
    how += "embeddings are doubled, over their mean size; 1 for a matrix without bias, 0 where "
    how += "only the angle counts"
    return Measure("length_effect", value, n=n, baseline=1, how=how)


def _settings(made: Classifier) -> list[Measure]:
    found = []
    if made.bias is not None:
        how = f"largest minus smallest bias of a class in layer {made.path}, in units of a logit; "
        how += "a bias shifts an answer whatever the direction"
        size = float(np.ptp(made.bias))
        found.append(Measure("bias_spread", size, "", len(made.bias), None, 0, how))
    return [*found, *margin(made)]


def margin(made: Classifier) -> list[Measure]:
    """The margin of a layer that has one."""
    if "margin" not in made.settings:
        return []
    how = f"margin of layer {made.path}, in the units of {made.kind}: training makes the right "
    how += "class harder by it, answers are given without it"
    return [Measure(f"margin@{made.kind}", made.settings["margin"], how=how)]
