"""Measures of the weight vectors alone: lengths, angles, bias, margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reportgen.figures.class_vectors import angle_measures, length_measures, margin_measures
from reportgen.records import Measure

if TYPE_CHECKING:
    from reportgen.network.embeddings import Classifier


def weight_measures(classifier: Classifier, classes: Sequence[str], seed: int) -> list[Measure]:
    """All measures that need no images."""
    what = f"weight vectors of the classes in layer {classifier.path}"
    lengths, names = np.linalg.norm(classifier.weights, axis=1), ("weight_angle", "closest_weights")
    return [
        *length_measures(("weight_length", "weight_length_spread"), lengths, what, seed),
        *angle_measures(names, classifier.weights, classes, what),
        *_bias(classifier),
        *margin_measures(classifier),
    ]


def _bias(classifier: Classifier) -> list[Measure]:
    if classifier.bias is None:
        return []
    how = f"largest minus smallest bias of a class in layer {classifier.path}, in units of a "
    how += "logit; a bias shifts an answer whatever the direction"
    size = float(np.ptp(classifier.bias))
    return [Measure("bias_spread", size, "", len(classifier.bias), None, 0, how)]
