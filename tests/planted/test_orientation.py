"""Planted: filters of known angles, in even and odd phase, and their twins of noise."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import planted
import pytest
from planted import seeds

from reportgen.records import Dataset

ANGLES = np.arange(0, 180, 22.5)
"""Of edges, counterclockwise from level."""


def gabor(size: int, edge: float, phase: float) -> np.ndarray:
    """A wave under a Gaussian, across an edge of this angle: a bar (phase 0) or a step (90)."""
    down, across = np.mgrid[:size, :size] - (size - 1) / 2
    turned = np.radians(90 - edge)
    along = across * np.cos(turned) + down * np.sin(turned)
    width = size / 3.5
    wave = np.cos(2 * np.pi * along / (0.7 * size) + np.radians(phase))
    made = np.exp(-(across**2 + down**2) / (2 * width**2)) * wave
    return made - made.mean()


def shapes(seed: int, channels: int = 1) -> Dataset:
    """Bright squares and bars of any place on a dark, noisy ground."""

    def draw(rng: np.random.Generator, label: int) -> np.ndarray:
        image = rng.integers(0, 20, (20, 20, channels), dtype=np.uint8)
        top, left = rng.integers(2, 8, 2)
        tall, wide = (10, 4) if label else (7, 7)
        image[top : top + tall, left : left + wide] += 200
        return image

    return planted.data(draw, seed)


def network(kernel: np.ndarray, channels: int = 1, before: tuple[Any, ...] = ()) -> Any:
    """A network whose first convolution has this kernel."""
    start = end = keras.Input((20, 20, channels))
    for layer in before:
        end = layer(end)
    conv = keras.layers.Conv2D(kernel.shape[-1], kernel.shape[0], activation="relu", name="conv")
    pooled = keras.layers.GlobalAveragePooling2D()(conv(end))
    model = keras.Model(start, keras.layers.Dense(2, "softmax", name="class")(pooled))
    conv.set_weights([kernel.astype(np.float32), np.zeros(kernel.shape[-1])])
    return model


def angles_off(seen: planted.Examined) -> np.ndarray:
    """By how many degrees the angle of each filter is off."""
    found = [seen.evidence(f"edge_angle@conv.{k}").value for k in range(2 * len(ANGLES))]
    gaps = np.abs(np.array(found, float) - np.repeat(ANGLES, 2))
    return np.minimum(gaps, 180 - gaps)


@seeds
@pytest.mark.parametrize("channels", [1, 3])
def test_gabors_have_their_angles_in_either_phase(seed: int, channels: int) -> None:
    made = [gabor(7, edge, phase) for edge in ANGLES for phase in (0, 90)]
    kernel = np.repeat(np.stack(made, axis=-1)[:, :, None], channels, axis=2)
    data = shapes(seed, channels)
    seen = planted.examine(network(kernel, channels), data, "edge_filters", seed=seed)
    assert seen.evidence("oriented_filters@conv").value == 16
    assert seen.evidence("unoriented_share@conv").value == 0
    assert angles_off(seen).max() < 5
    # Upright: at 90 and at 67.5 and 112.5, half a step away, as far as rounding lets them.
    assert 2 <= seen.evidence("vertical_filters@conv").value <= 6
    strength = seen.evidence("orientation@conv")
    fresh = seen.evidence("orientation_fresh@conv")
    assert strength.interval[0] > 0.5 > fresh.interval[1]


@seeds
def test_noise_has_no_direction(seed: int) -> None:
    kernel = np.random.default_rng(seed).normal(size=(7, 7, 1, 16)) / 7
    seen = planted.examine(network(kernel), shapes(seed), "edge_filters", seed=seed)
    assert seen.evidence("oriented_filters@conv").value <= 1
    assert seen.evidence("unoriented_share@conv").value >= 15 / 16
    assert seen.verdict("edge_features") != "supported"


@seeds
def test_gabors_deeper_in_are_measured_with_waves(seed: int) -> None:
    kernel = np.stack([gabor(7, edge, p) for edge in ANGLES for p in (0, 90)], axis=-1)[:, :, None]
    pooled = (keras.layers.AveragePooling2D(1),)
    model = network(kernel, before=pooled)
    seen = planted.examine(model, shapes(seed), "edge_filters", seed=seed)
    assert angles_off(seen).max() < 12


@seeds
def test_color_edges_have_a_direction_too(seed: int) -> None:
    """Red against green: gray waves would not move such a filter."""
    made = np.stack([gabor(5, edge, 90) for edge in ANGLES], axis=-1)
    kernel = np.stack([made, -made, 0 * made], axis=2)
    seen = planted.examine(network(kernel, 3), shapes(seed, 3), "edge_filters", seed=seed)
    # They answer to hardly anything in gray images; their weights are oriented all the same.
    answering = seen.evidence("oriented_filters@conv")
    assert answering.value == answering.n
