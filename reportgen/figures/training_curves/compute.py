"""Curves of each output from Keras' training log, and the gap between the splits at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

from reportgen.errors import UndefinedError
from reportgen.figures.training_curves.facts import Curve, Facts
from reportgen.metrics.statistics import wilson
from reportgen.records import Artifact, Head, Measure, ModelFacts, Subject

_HOW = {
    "train": "running mean over the last epoch's batches, taken while the weights still changed",
    "validation": "share of validation images classified correctly after the last epoch",
}


def compute(subject: Subject) -> Artifact:
    """The curves of every output.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: the model came trained, so there is no log of its training.
    """
    history = subject.facts.history
    epochs = max((len(values) for values in history.values()), default=0)
    if not epochs:
        raise UndefinedError(
            "There are no training curves, because the model came already trained and its "
            "training was not logged."
        )
    heads = subject.network.heads_for(subject.data.targets if subject.data else ())
    curves = _curves(history, heads)
    return Artifact(
        facts=Facts(epochs, curves, tuple(subject.times), _steps(subject.facts)),
        measures=(
            Measure("epochs", epochs, "epochs", how="epochs in the training log"),
            *_measures(curves, subject.facts.counts),
        ),
    )


def _curves(history: Mapping[str, Sequence[float]], heads: Sequence[Head]) -> tuple[Curve, ...]:
    """Keras' log by output.

    Keras calls the accuracy of a single output "accuracy" and "val_accuracy", and puts the output's
    name in front where there are several: "length_accuracy", "val_length_accuracy".
    """
    return tuple(
        Curve(
            head.name,
            head.title,
            metric,
            train=tuple(map(float, history[key])),
            validation=tuple(map(float, history.get(f"val_{key}", ()))),
        )
        for head in heads
        for metric in ("loss", "accuracy")
        if (key := f"{head.name}_{metric}" if len(heads) > 1 else metric) in history
    )


def _steps(facts: ModelFacts) -> int | None:
    """Batches in an epoch."""
    size, count = facts.training.get("batch_size"), facts.counts.get("train")
    return -(-count // size) if size and count else None


def _measures(curves: Sequence[Curve], counts: Mapping[str, int]) -> list[Measure]:
    measures = []
    for curve in curves:
        if curve.metric == "accuracy":
            measures += [_final(curve, split, counts) for split in curve.by_split]
            measures += [_gap(curve, counts)] if curve.validation else []
    return measures


def _final(curve: Curve, split: str, counts: Mapping[str, int]) -> Measure:
    value, n = curve.by_split[split][-1], counts.get(split)
    return Measure(
        f"final_accuracy@{split}.{curve.head}",
        value,
        n=n,
        interval=wilson(round(value * n), n) if n else None,
        how=_HOW[split],
    )


def _gap(curve: Curve, counts: Mapping[str, int]) -> Measure:
    train, validation = curve.train[-1], curve.validation[-1]
    n, m = counts.get("train"), counts.get("validation")
    return Measure(
        f"gap@{curve.head}",
        train - validation,
        n=m,
        interval=newcombe(train, n, validation, m) if n and m else None,
        baseline=0.0,
        how="training accuracy (running mean over the last epoch) minus validation accuracy "
        "after it; interval of a difference of proportions by Newcombe 1998, method 10",
    )


def newcombe(p: float, n: int, q: float, m: int) -> tuple[float, float]:
    """A 95 % interval of p - q, proportions of n and of m independent cases.

    Source: R. G. Newcombe, 1998, Statistics in Medicine 17, method 10 (from Wilson's intervals).

    Raises:
        ValueError: n or m is 0.
    """
    if not n or not m:
        raise ValueError(f"an interval of a difference needs cases, got {n} and {m}")
    (low_p, high_p), (low_q, high_q) = wilson(round(p * n), n), wilson(round(q * m), m)
    down = sqrt(max(p - low_p, 0) ** 2 + max(high_q - q, 0) ** 2)
    up = sqrt(max(high_p - p, 0) ** 2 + max(q - low_q, 0) ** 2)
    return p - q - down, p - q + up
