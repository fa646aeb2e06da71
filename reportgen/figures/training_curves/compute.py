"""Curves of each output from Keras' training log, and the gap between the splits at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.training_curves.course import course
from reportgen.figures.training_curves.facts import Curve, Facts
from reportgen.metrics.proportions import newcombe
from reportgen.metrics.statistics import wilson
from reportgen.records import Artifact, Head, Measure, ModelFacts, Subject
from reportgen.types import Doubles

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
            *_measures(curves, subject.facts.counts, _always(subject, heads)),
            *course(curves, _entropies(subject, heads)),
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


def _labels(subject: Subject, heads: Sequence[Head], split: str) -> dict[str, Doubles]:
    """The share of each class among the labels of a split, by output; without outputs that have
    none."""
    data = subject.data
    if data is None or split not in data.splits:
        return {}
    labels = data.splits[split].labels
    known = {h.name: labels[h.target.name] for h in heads if h.target and h.target.name in labels}
    counts = {
        name: np.unique(own, return_counts=True)[1] for name, own in known.items() if len(own)
    }
    return {name: each / each.sum() for name, each in counts.items()}


def _always(subject: Subject, heads: Sequence[Head]) -> dict[str, float]:
    """The accuracy of always saying the most frequent class, by "<split>.<output>"."""
    return {
        f"{split}.{name}": float(shares.max())
        for split in ("train", "validation")
        for name, shares in _labels(subject, heads, split).items()
    }


def _entropies(subject: Subject, heads: Sequence[Head]) -> dict[str, float]:
    """The loss of answers that know only how frequent the validation classes are, by output."""
    return {
        name: float(-(shares * np.log(shares)).sum())
        for name, shares in _labels(subject, heads, "validation").items()
    }


def _measures(
    curves: Sequence[Curve], counts: Mapping[str, int], always: Mapping[str, float]
) -> list[Measure]:
    measures = []
    for curve in curves:
        if curve.metric == "accuracy":
            measures += [_final(curve, split, counts, always) for split in curve.by_split]
            measures += [_gap(curve, counts)] if curve.validation else []
    return measures


def _final(
    curve: Curve, split: str, counts: Mapping[str, int], always: Mapping[str, float]
) -> Measure:
    value, n = curve.by_split[split][-1], counts.get(split)
    return Measure(
        f"final_accuracy@{split}.{curve.head}",
        value,
        n=n,
        interval=wilson(round(value * n), n) if n else None,
        baseline=always.get(f"{split}.{curve.head}"),
        how=_HOW[split] + "; baseline: always saying the most frequent class",
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
