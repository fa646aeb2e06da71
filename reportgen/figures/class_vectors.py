"""Measures of vectors of classes that `embedding` and `class_weights` share. NumPy only.

Vectors are the weights of a model's last layer, or the mean directions of embeddings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reportgen.figures.parts import class_qualifier
from reportgen.metrics.embeddings import angles, closest_pair, paired_angles, widest_angle
from reportgen.metrics.statistics import bootstrap, variation_interval
from reportgen.records import Measure
from reportgen.types import Doubles

if TYPE_CHECKING:
    from reportgen.network.embeddings import Classifier


def length_measures(
    names: tuple[str, str], lengths: Doubles, what: str, seed: int, qualifier: str = ""
) -> list[Measure]:
    """The mean of lengths (n,) and their spread.

    Args:
        names: of the two measures.
        lengths: of the vectors.
        what: the vectors in words.
        seed: of the intervals.
        qualifier: end of both names, such as "@test".
    """
    n, mean = len(lengths), float(lengths.mean())
    how = f"mean length (L2) of the {what}"
    interval = bootstrap(lengths, seed, (0.0, math.inf))
    measures = [Measure(f"{names[0]}{qualifier}", mean, "", n, interval, None, how)]
    if mean > 0:
        how = f"standard deviation of the lengths of the {what} over their mean; 0 where all have "
        how += "one length"
        value, interval = float(lengths.std() / mean), variation_interval(lengths, seed)
        measures.append(Measure(f"{names[1]}{qualifier}", value, "", n, interval, 0, how))
    return measures


def angle_measures(
    names: tuple[str, str], vectors: Doubles, classes: Sequence[str], what: str
) -> list[Measure]:
    """Mean and least angle between pairs of vectors; [] where no two have an angle.

    Args:
        names: of the two measures.
        vectors: (classes, d); NaN or zero for a class without a direction.
        classes: their names.
        what: the vectors in words.
    """
    closest = closest_pair(vectors)
    if closest is None:
        return []
    first, second, least = closest
    table = angles(vectors, vectors)
    pairs = table[np.triu_indices(len(table), 1)]
    pairs = pairs[~np.isnan(pairs)]
    count, dimensions = int((~np.isnan(table).all(axis=1)).sum()), vectors.shape[1]
    bound = widest_angle(count, dimensions)
    mean = f"mean angle between two {what}, over pairs of classes; baseline: random directions"
    how = f"least angle between two {what}; baseline: no {count} directions in {dimensions} "
    how += "dimensions can all keep farther apart than this"
    pair = f"{class_qualifier(classes[first])}>{class_qualifier(classes[second])}"
    return [
        Measure(names[0], float(pairs.mean()), "degrees", len(pairs), None, 90, mean),
        Measure(f"{names[1]}@{pair}", least, "degrees", len(pairs), None, bound, how),
    ]


def center_measures(
    classifier: Classifier, centers: Doubles, split: str, seed: int
) -> list[Measure]:
    """The mean angle between weight vectors and class centers (classes, d), NaN left out."""
    to_centers = paired_angles(classifier.weights, centers)
    to_centers = to_centers[~np.isnan(to_centers)]
    if not len(to_centers):
        return []
    how = f"angle between a class's weight vector in layer {classifier.path} and its center, the "
    how += f"mean direction of its {split} embeddings, mean over classes; baseline: a random "
    how += "direction"
    value, interval = float(to_centers.mean()), bootstrap(to_centers, seed, (0.0, 180.0))
    n = len(to_centers)
    return [Measure("weight_center_angle", value, "degrees", n, interval, 90, how)]


def length_effect_measure(effect: float | None, classifier: Classifier, n: int) -> Measure:
    """The effect of the length of n embeddings on the answers (`embeddings.length_effect`)."""
    how = f"mean change of the logits (less their mean over classes) of layer {classifier.path} "
    how += "when embeddings are doubled, over their mean size; 1 for a matrix without bias, 0 "
    how += "where only the angle counts"
    return Measure("length_effect", effect, n=n, baseline=1, how=how)


def margin_measures(classifier: Classifier) -> list[Measure]:
    """The margin of a layer; [] where it has none."""
    if "margin" not in classifier.settings:
        return []
    how = f"margin of layer {classifier.path}, in the units of {classifier.kind}: training makes "
    how += "the right class harder by it, answers are given without it"
    return [Measure(f"margin@{classifier.kind}", classifier.settings["margin"], how=how)]
