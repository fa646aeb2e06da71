"""Saliency methods from their formulas, for the tests of the library and of the figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import reference

METHODS = (
    "gradient",
    "smoothgrad",
    "integrated_gradients",
    "input_x_gradient",
    "guided_backpropagation",
)
TARGET = np.array([0, 1, 2, 0, 1, 2])


def expected(method: str, model: Any, x: np.ndarray) -> np.ndarray:
    """Each method from its formula, on the gradient written out in NumPy."""
    if method == "guided_backpropagation":
        return reference.slope(model, x, TARGET, "guided")
    plain = reference.slope(model, x, TARGET)
    if method == "gradient":
        return plain
    if method == "input_x_gradient":
        return x * plain
    if method == "smoothgrad":
        noise = np.random.default_rng(5).standard_normal((4, 6, 6, 1), np.float32)
        size = np.float32(0.3)  # a share of 0.15 of the range -1..1
        return np.mean([reference.slope(model, x + size * n, TARGET) for n in noise], axis=0)
    points = [0.25 + (k + 0.5) / 8 * (x - 0.25) for k in range(8)]
    return (x - 0.25) * np.mean([reference.slope(model, p, TARGET) for p in points], axis=0)
