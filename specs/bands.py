"""Fields as a satellite sees them, in four bands: a generated dataset for specs.

Blue, green, red and near infrared, 28 x 28 pixels. What tells the classes apart lies in how the
bands differ, and in the direction of furrows, which only two of the bands show.
"""

from __future__ import annotations

from typing import Any

import numpy as np

CLASSES = ("water", "meadow", "furrows across", "furrows down", "roofs")
SIDE = 28
LEVELS = {
    "water": (0.55, 0.45, 0.3, 0.1),
    "meadow": (0.25, 0.45, 0.25, 0.8),
    "furrows across": (0.3, 0.35, 0.5, 0.55),
    "furrows down": (0.3, 0.35, 0.5, 0.55),
    "roofs": (0.5, 0.5, 0.55, 0.45),
}
"""Mean brightness of each class in each band."""


def fields(count: int = 400, seed: int = 0) -> dict[str, Any]:
    """`count` training images of each class, and a quarter as many for test."""
    rng = np.random.default_rng(seed)
    made: dict[str, Any] = {"classes": CLASSES}
    for split, number in (("train", count), ("test", count // 4)):
        labels = np.repeat(np.arange(len(CLASSES)), number)
        made[f"x_{split}"] = np.stack([_field(CLASSES[label], rng) for label in labels])
        made[f"y_{split}"] = labels
    return made


def _field(name: str, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """One image, (28, 28, 4)."""
    image = np.asarray(LEVELS[name]) + rng.normal(0, 0.05, 4)
    image = image + rng.normal(0, 0.06, (SIDE, SIDE, 4))
    if name.startswith("furrows"):
        wave = np.sin(2 * np.pi * (np.arange(SIDE) / rng.uniform(3.5, 6) + rng.random()))
        furrows = wave[:, None] if name.endswith("across") else wave[None, :]
        image[..., 2:] += 0.25 * np.array([1, -1]) * (furrows * np.ones((SIDE, SIDE)))[..., None]
    for _ in range(rng.integers(3, 7) if name == "roofs" else 0):
        top, left = rng.integers(0, SIDE - 6, 2)
        image[top : top + 6, left : left + 6] += rng.choice([-0.3, 0.3])
    return np.asarray(np.clip(image, 0, 1) * 255, np.uint8)
