"""How the losses of a training go: falling, rising, jumping, or where they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from reportgen.figures.training_curves.facts import Curve
from reportgen.metrics.statistics import student
from reportgen.records import Measure

FEWEST = 4
"""Epochs from which a trend is told."""
SPIKE = 1.25
"""Factor by which a loss must exceed those of the epochs before and after it to be a spike."""


def course(curves: Sequence[Curve], entropies: Mapping[str, float]) -> Iterator[Measure]:
    """The measures of losses.

    Args:
        curves: of all outputs.
        entropies: by output, the loss of answers that know only how frequent classes are.
    """
    for curve in curves:
        if curve.metric != "loss":
            continue
        for split, values in curve.by_split.items():
            if all(value > 0 for value in values):
                yield _spikes(f"{split}.{curve.head}", values, split)
                if len(values) >= FEWEST:
                    yield _trend(f"{split}.{curve.head}", values, split)
        # The training loss may hold margins and penalties that no entropy is comparable with.
        if curve.validation:
            yield from _best(curve, entropies.get(curve.head))


def _spikes(at: str, values: Sequence[float], split: str) -> Measure:
    middle = list(zip(values, values[1:], values[2:], strict=False))
    spikes = sum(now > SPIKE * max(before, after) for before, now, after in middle)
    return Measure(
        f"loss_spikes@{at}",
        spikes,
        "epochs",
        len(middle),
        how=f"epochs whose {split} loss is more than {SPIKE} times that of the epoch before and of "
        "the epoch after",
    )


def _trend(at: str, values: Sequence[float], split: str) -> Measure:
    """The slope of the logarithm of the loss over the last half of the epochs, at least four."""
    last = np.log(np.asarray(values[-max(FEWEST, len(values) // 2) :], np.float64))
    n = len(last)
    epochs = np.arange(n) - (n - 1) / 2
    squares = float(np.square(epochs).sum())
    slope = float((epochs * last).sum()) / squares
    rest = last - last.mean() - slope * epochs
    error = float(np.sqrt(np.square(rest).sum() / (n - 2) / squares))
    reach = student(n - 2) * error
    ends = sorted((float(np.expm1(slope - reach)), float(np.expm1(slope + reach))))
    return Measure(
        f"loss_trend@{at}",
        float(np.expm1(slope)),
        "",
        n,
        (ends[0], ends[1]),
        0.0,
        f"change of the {split} loss by epoch, as a share of it, over the last half of the epochs; "
        "interval by Student's t of the slope of a line through its logarithm",
    )


def _best(curve: Curve, entropy: float | None) -> Iterator[Measure]:
    losses = curve.validation
    best = min(range(len(losses)), key=losses.__getitem__)
    how = "epoch after which the validation loss was smallest"
    yield Measure(f"best_epoch@{curve.head}", best + 1, "epochs", len(losses), how=how)
    if losses[best] > 0:
        yield Measure(
            f"loss_rise@{curve.head}",
            losses[-1] / losses[best] - 1,
            "",
            len(losses),
            baseline=0.0,
            how="last validation loss divided by the smallest, minus one",
        )
    if entropy:
        yield Measure(
            f"explained@{curve.head}",
            1 - losses[best] / entropy,
            "",
            len(losses),
            baseline=0.0,
            how="one minus the smallest validation loss divided by the entropy of the labels "
            "(McFadden, 1974): 0 for answers that know only how frequent classes are, 1 for a "
            "loss of zero",
        )
