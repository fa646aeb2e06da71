"""A whole ascent against an independent one in NumPy: gradient, movement, regularizers, choice."""

from __future__ import annotations

import numpy as np
import pytest
import reference
from small_models import images, sequential

from reportgen.maximization.ascent import climb
from reportgen.maximization.objectives import Objective
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.transformations import Moves, Transforms
from reportgen.network.network import Network

RATE, DECAY, VARIATION = 0.05, 0.4, 0.3


def roughness(x: np.ndarray) -> np.ndarray:
    """For each pixel the sum of its differences from its neighbors."""
    total = np.zeros_like(x)
    for axis in (1, 2):
        for step in (1, -1):
            other = np.roll(x, step, axis)
            edge = [slice(None)] * 4
            edge[axis] = slice(0, 1) if step == 1 else slice(-1, None)
            other[tuple(edge)] = x[tuple(edge)]
            total += x - other
    return total


def climbed(model, first: np.ndarray, targets: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    rows = np.arange(len(first))

    def score(x: np.ndarray) -> np.ndarray:
        return reference.logits(model, x)[rows, targets]

    x = first.astype(np.float64)
    best, top = x, score(x)
    for index, shift in enumerate(shifts):
        rests = index % 4 == 0
        shown = x if rests else np.roll(x, shift, (1, 2))
        better = rests & (score(shown) > top)
        best = np.where(better[:, None, None, None], x, best)
        top = np.where(better, score(shown), top)
        gradient = reference.slope(model, shown, targets)
        gradient = gradient if rests else np.roll(gradient, -shift, (1, 2))
        size = np.sqrt((gradient**2).mean((1, 2, 3), keepdims=True))
        way = gradient / size - DECAY * (x - 0.5) - VARIATION * roughness(x)
        x = np.clip(x + RATE * way, 0, 1)
    return np.where((score(x) >= top)[:, None, None, None], x, best)


@pytest.mark.parametrize("jitter", [0, 2])
def test_an_ascent_agrees_with_an_independent_reference(jitter: int) -> None:
    model = sequential()
    first, targets = 0.3 + 0.4 * images(3), np.array([0, 1, 2])
    shifts = np.random.default_rng(4).integers(-jitter, jitter + 1, (8, 2))
    expected = climbed(model, first, targets, shifts)
    recipe = Recipe(8, RATE, DECAY, VARIATION, Transforms(jitter))
    moves = Moves(shifts.astype(np.int32), np.tile(np.float32([0, 1]), (8, 1)))
    goal = Objective("class", targets[:, None].astype(np.int32))
    found = climb(Network.of(model), goal, first, moves, recipe)
    reference.close(found.images, expected)
    reached = reference.logits(model, expected)[np.arange(3), targets]
    reference.close(found.reached, reached)
    reference.close(found.start, reference.logits(model, first)[np.arange(3), targets])
    assert (found.reached >= found.start).all()
    assert (found.reached > found.start).any()
