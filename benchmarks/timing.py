"""Interleaved timing: every round runs each candidate once, so that a slow moment hits all."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

SHORT = 0.03
"""Seconds that one sample lasts at least: faster calls are repeated and averaged."""

LONG = 5.0
"""Seconds from which one call is enough to warm up."""

ROUNDS = 9


@dataclass(frozen=True)
class Candidate:
    """One way to do the work.

    Attributes:
        call: does all of it once.
        share: what part of the work `call` does; its time is divided by it. Below 1 for ways that
            repeat the same many times and would take minutes.
        rounds: how many rounds it takes part in at most; slow ways vary less.
    """

    call: Callable[[], Any]
    share: float = 1.0
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Timing:
    """Seconds for the whole work: median, quartiles, and how many samples there are."""

    seconds: float
    low: float
    high: float
    samples: int


@dataclass
class Series:
    """Samples of one candidate."""

    repeats: int = 1
    samples: list[float] = field(default_factory=list)

    def timing(self) -> Timing:
        """Median and quartiles."""
        some = self.samples
        low, _, high = quantiles(some, n=4, method="inclusive") if len(some) > 1 else some * 3
        return Timing(median(some), low, high, len(some))


def once(call: Callable[[], Any]) -> float:
    """Seconds of one call."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def warm(call: Callable[[], Any], calls: int = 3) -> float:
    """Median seconds of a few calls after a first one."""
    call()
    return median(once(call) for _ in range(calls))


def first_calls(make: Callable[[], Any], call: Callable[[Any], Any], models: int = 5) -> float:
    """Median seconds of the first call on a new model, one after the other for several models."""
    new = [make() for _ in range(models)]
    return median(once(lambda model=model: call(model)) for model in new)


def compare(candidates: Mapping[str, Candidate], rounds: int = ROUNDS) -> dict[str, Timing]:
    """Median time of each candidate, warmed up, measured in turns.

    The order turns by one each round, so that nobody always follows the same neighbor.
    """
    series = {name: _warmed(one) for name, one in candidates.items()}
    names = list(candidates)
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            one, kept = candidates[name], series[name]
            if turn < min(one.rounds, rounds):
                kept.samples.append(_sample(one, kept.repeats))
    return {name: one.timing() for name, one in series.items()}


def _warmed(one: Candidate) -> Series:
    if one.rounds == 1:
        return Series()
    if once(one.call) > LONG:
        return Series()
    return Series(repeats=max(1, min(50, round(SHORT / max(once(one.call), 1e-6)))))


def _sample(one: Candidate, repeats: int) -> float:
    gc.collect()
    gc.disable()
    try:
        begin = time.perf_counter()
        for _ in range(repeats):
            one.call()
        return (time.perf_counter() - begin) / repeats / one.share
    finally:
        gc.enable()
