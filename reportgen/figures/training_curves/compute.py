"""From Keras' training log to curves for each output, and the gap that they end in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from reportgen.errors import UndefinedError
from reportgen.metrics.statistics import wilson
from reportgen.records import Artifact, Head, Measure, ModelFacts, Subject

_HOW = {
    "train": "running mean over the last epoch's batches, taken while the weights still changed",
    "validation": "share of validation images answered rightly after the last epoch",
}


def compute(subject: Subject) -> Artifact:
    """The curves of every output.

    Returns:
        Facts `epochs`, and `curves`: a list of {"title", "metric", "train", "validation"}, the
        last two a value for each epoch (or []); `seconds` of each epoch, or [] where they are not
        asked for or not known, and `steps` (batches in an epoch), or None.

    Raises:
        UndefinedError: the model came trained, so nobody logged its training.
    """
    history = subject.facts.history
    epochs = max((len(values) for values in history.values()), default=0)
    if not epochs:
        raise UndefinedError(
            "There are no training curves, because the model came already trained and its "
            "training was not logged."
        )
    found = subject.network.heads_for(subject.data.targets if subject.data else ())
    curves = curves_of(history, found)
    return Artifact(
        facts={
            "epochs": epochs,
            "curves": curves,
            "seconds": list(subject.times),
            "steps": _steps(subject.facts),
        },
        measures=(
            Measure("epochs", epochs, "epochs", how="epochs in the training log"),
            *_measures(curves, subject.facts.counts),
        ),
    )


def _steps(facts: ModelFacts) -> int | None:
    """Batches in an epoch."""
    size, count = facts.training.get("batch_size"), facts.counts.get("train")
    return -(-count // size) if size and count else None


def curves_of(
    history: Mapping[str, Sequence[float]], found: Sequence[Head]
) -> list[dict[str, Any]]:
    """Keras' log by output: "accuracy" and "val_accuracy" for one output, with the output's name
    in front ("length_accuracy", "val_length_accuracy") for several."""
    curves = []
    for head in found:
        prefix = f"{head.name}_" if len(found) > 1 else ""
        for metric in ("loss", "accuracy"):
            key = prefix + metric
            if key in history:
                curves.append(
                    {
                        "head": head.name,
                        "title": head.title,
                        "metric": metric,
                        "train": [float(value) for value in history[key]],
                        "validation": [float(v) for v in history.get(f"val_{key}", ())],
                    }
                )
    return curves


def _measures(curves: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> list[Measure]:
    measures = []
    for curve in curves:
        if curve["metric"] == "accuracy":
            measures += [_final(curve, split, counts) for split in _HOW if curve[split]]
            measures += [_gap(curve, counts)] if curve["validation"] else []
    return measures


def _final(curve: Mapping[str, Any], split: str, counts: Mapping[str, int]) -> Measure:
    value, n = curve[split][-1], counts.get(split)
    return Measure(
        f"final_accuracy@{split}.{curve['head']}",
        value,
        n=n,
        interval=wilson(round(value * n), n) if n else None,
        how=_HOW[split],
    )


def _gap(curve: Mapping[str, Any], counts: Mapping[str, int]) -> Measure:
    train, validation = curve["train"][-1], curve["validation"][-1]
    sizes = counts.get("train"), counts.get("validation")
    return Measure(
        f"gap@{curve['head']}",
        train - validation,
        n=sizes[1],
        interval=newcombe(train, sizes[0], validation, sizes[1]) if all(sizes) else None,
        baseline=0.0,
        how="training accuracy (running mean over the last epoch) minus validation accuracy "
        "after it; interval of a difference of proportions by Newcombe 1998, method 10",
    )


def newcombe(p: float, n: int | None, q: float, m: int | None) -> tuple[float, float]:
    """A 95 % interval of p - q, proportions of n and of m independent cases.

    Source: R. G. Newcombe, 1998, Statistics in Medicine 17, method 10 (from Wilson's intervals).
    """
    if not n or not m:
        raise ValueError(f"an interval of a difference needs cases, got {n} and {m}")
    (low_p, high_p), (low_q, high_q) = wilson(round(p * n), n), wilson(round(q * m), m)
    down = sqrt(max(p - low_p, 0) ** 2 + max(high_q - q, 0) ** 2)
    up = sqrt(max(high_p - p, 0) ** 2 + max(q - low_q, 0) ** 2)
    return p - q - down, p - q + up
