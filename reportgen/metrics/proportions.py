"""Intervals of differences of proportions. NumPy only."""

from __future__ import annotations

from math import sqrt

from reportgen.metrics.statistics import wilson
from reportgen.types import Booleans


def newcombe(p: float, n: int, q: float, m: int) -> tuple[float, float]:
    """A 95 % interval of p - q, proportions of n and of m independent cases.

    Source: R. G. Newcombe, 1998, Statistics in Medicine 17, 873-890, method 10 (from Wilson's
    intervals).

    Raises:
        ValueError: n or m is 0.
    """
    if not n or not m:
        raise ValueError(f"an interval of a difference needs cases, got {n} and {m}")
    (low_p, high_p), (low_q, high_q) = wilson(round(p * n), n), wilson(round(q * m), m)
    down = sqrt(max(p - low_p, 0) ** 2 + max(high_q - q, 0) ** 2)
    up = sqrt(max(high_p - p, 0) ** 2 + max(q - low_q, 0) ** 2)
    return p - q - down, p - q + up


def newcombe_paired(first: Booleans, second: Booleans) -> tuple[float, float]:
    """A 95 % interval of the share of `first` minus that of `second`, of the same cases.

    The correlation of the two narrows the interval.
    Source: R. G. Newcombe, 1998, Statistics in Medicine 17, 2635-2650, method 10.

    Args:
        first, second: whether each case is a hit, shape (n,).

    Raises:
        ValueError: there are no cases.
    """
    n = len(first)
    if not n:
        raise ValueError("an interval of a difference needs cases, got none")
    both, only_first = int((first & second).sum()), int((first & ~second).sum())
    only_second = int((~first & second).sum())
    neither = n - both - only_first - only_second
    p, q = (both + only_first) / n, (both + only_second) / n
    (low_p, high_p), (low_q, high_q) = (wilson(round(share * n), n) for share in (p, q))
    phi = _phi(both, only_first, only_second, neither)
    down = (p - low_p) ** 2 - 2 * phi * (p - low_p) * (high_q - q) + (high_q - q) ** 2
    up = (high_p - p) ** 2 - 2 * phi * (high_p - p) * (q - low_q) + (q - low_q) ** 2
    return p - q - sqrt(max(down, 0)), p - q + sqrt(max(up, 0))


def _phi(a: int, b: int, c: int, d: int) -> float:
    """The correlation of a table of two by two, with Newcombe's correction where it is positive."""
    margins = float((a + b) * (c + d) * (a + c) * (b + d))
    if not margins:
        return 0.0
    product = float(a * d - b * c)
    if product > 0:
        product = max(product - (a + b + c + d) / 2, 0)
    return float(product / sqrt(margins))
