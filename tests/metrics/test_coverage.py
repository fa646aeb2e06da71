"""Intervals of means hold the mean of the population as often as they say.

The short form draws 300 samples of each population and size; the longer one (REPORTGEN_LONG=1)
draws 2,000. The bounds allow for four standard errors of so many.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from budgets import LONG

from reportgen.metrics.statistics import SHARE, bootstrap, median_interval
from reportgen.types import Doubles

SAMPLES = 2000 if LONG else 300

Draw = Callable[[np.random.Generator, int], Doubles]

SHARES: dict[str, tuple[Draw, float]] = {
    "few near zero": (lambda rng, n: rng.beta(0.5, 5, n), 1 / 11),
    "near zero": (lambda rng, n: rng.beta(1, 20, n), 1 / 21),
    "most at zero": (lambda rng, n: rng.beta(0.2, 2, n), 1 / 11),
    "symmetric": (lambda rng, n: rng.beta(5, 5, n), 0.5),
    "at both ends": (lambda rng, n: rng.beta(0.5, 0.5, n), 0.5),
    "near one": (lambda rng, n: rng.beta(8, 0.5, n), 8 / 8.5),
    "half of them zero": (lambda rng, n: (rng.random(n) < 0.5) * rng.beta(2, 5, n), 1 / 7),
    "four fifths zero": (lambda rng, n: (rng.random(n) < 0.2) * rng.beta(2, 5, n), 0.4 / 7),
    "exponential": (
        lambda rng, n: np.minimum(rng.exponential(0.1, n), 1),
        0.1 * (1 - math.exp(-10)),
    ),
    "two points": (lambda rng, n: np.where(rng.random(n) < 0.2, 0.9, 0.1), 0.26),
    "two points, one rare": (lambda rng, n: np.where(rng.random(n) < 0.05, 0.8, 0.02), 0.059),
    "zeros and ones": (lambda rng, n: (rng.random(n) < 0.1).astype(float), 0.1),
}
"""Populations of shares with their means."""


def covered(name: str, n: int) -> float:
    """The share of samples of n whose interval holds the mean."""
    draw, mean = SHARES[name]
    rng = np.random.default_rng(zlib.crc32(f"{name} {n}".encode()))
    hits = 0
    for seed in range(SAMPLES):
        low, high = bootstrap(draw(rng, n), seed, SHARE)
        hits += low <= mean <= high
    return hits / SAMPLES


@pytest.mark.parametrize("n", [8, 16, 32, 96, *([500] if LONG else [])])
@pytest.mark.parametrize("name", SHARES)
def test_intervals_of_shares_hold_the_mean(name: str, n: int) -> None:
    least = 0.93 if n >= 96 else 0.90
    slack = 4 * math.sqrt(least * (1 - least) / SAMPLES) if not LONG else 0.005
    assert covered(name, n) >= least - slack
    if n >= 96 and LONG:
        assert covered(name, n) <= 0.975


def test_an_interval_of_a_median_holds_it() -> None:
    rng, hits = np.random.default_rng(0), 0
    for _ in range(SAMPLES):
        low, high = median_interval(rng.exponential(size=16))
        hits += low <= math.log(2) <= high
    assert 0.91 <= hits / SAMPLES <= 0.98
