"""Does the model with the best accuracy have the heatmaps most concentrated on the foreground?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Reading,
    Sentence,
    Sentences,
    Side,
    apart,
    conclude,
    derived,
    earned,
    every,
    models_of,
    of_model,
    percent,
    readings,
    unlearned,
)
from reportgen.drafting.paired import SURE, paired
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="accuracy_and_heatmaps",
    title="Accuracy and heatmaps",
    help="whether the most accurate model has the heatmaps most concentrated on the foreground",
    order=10,
)

SENTENCES = Sentences(__file__)


@dataclass(frozen=True)
class _Rival:
    """A model with its mean test accuracy, those of its outputs, and the lift of its heatmaps."""

    model: ModelFacts
    accuracy: Evidence
    lift: Evidence
    outputs: int
    answers: Mapping[str, Evidence]


def infer(findings: Findings) -> Inference:
    """One note on two or more models that predict the same targets on the same data.

    The largest such group counts, by outputs and then by models. The measure of heatmaps is their
    lift: the share of their energy inside the foreground over the foreground's share of the area,
    averaged over outputs. Accuracies are compared image by image, by an exact test that allows for
    the number of other models, or by their intervals where outcomes are not known. The claim holds
    where the most accurate model is clearly so, and the interval of its lift lies above that of
    every other model. It is contradicted where that model is clearly the most accurate, but the
    lift interval of another model lies above its own. Otherwise it is open.
    """
    rivals = _rivals(findings)
    if len(rivals) < 2:
        return Inference()
    best = max(rivals, key=lambda rival: rival.accuracy.value or 0)
    others = [rival for rival in rivals if rival is not best]
    ahead = [_ahead(best, other, len(others)) for other in others]
    leads = every(ahead) == "above"
    answer = every([apart(best.lift, other.lift) for other in others]) if leads else "open"
    unbeaten = [r for r, clear in zip(others, ahead, strict=True) if clear != "above"]
    second = max(unbeaten or others, key=lambda rival: rival.accuracy.value or 0)
    tests = _tests(best, second, len(others))
    why = _most_accurate(best, others, answer) if leads else _tied(best, second, tests)
    also = [item for rival in rivals for item in (rival.accuracy, rival.lift)]
    table = SENTENCES.table(
        "models", [(r.model.title, percent(r.accuracy.value), r.lift) for r in rivals]
    )
    return conclude(
        ENTRY.name, SENTENCES("claim"), earned(answer, best.model), why, [*also, *tests.values()],
        table, [best.model],
    )  # fmt: skip


def _most_accurate(best: _Rival, others: Sequence[_Rival], answer: Side) -> Sentence:
    """The sentence on heatmaps where it is clear which model is the most accurate."""
    other = max(others, key=lambda rival: rival.lift.value or 0)
    names = {"best": best.model.title, "other": other.model.title}
    if answer == "above" and (cause := unlearned(best.model)):
        return SENTENCES("unlearned", names, cause=cause)
    return SENTENCES("heatmaps", names, judged=answer, lift=best.lift, highest=other.lift)


def _tied(best: _Rival, second: _Rival, tests: Mapping[str, Evidence]) -> Sentence:
    """The sentence on accuracies where the best of them is not clearly so."""
    names = {"best": best.model.title, "second": second.model.title}
    if tests:
        return SENTENCES("tied-by-image", names, better=tests["better"], worse=tests["worse"])
    return SENTENCES("tied", names, accuracy=best.accuracy, next=second.accuracy)


def _ahead(best: _Rival, other: _Rival, comparisons: int) -> Side:
    """Whether a model is more accurate than another, one of several that it is compared with."""
    same_images = paired(best.answers, other.answers)
    if same_images is None:
        return apart(best.accuracy, other.accuracy)
    return same_images.side(comparisons)


def _tests(best: _Rival, other: _Rival, comparisons: int) -> dict[str, Evidence]:
    """The exact test of two models on the same images as evidence; {} without outcomes."""
    result = paired(best.answers, other.answers)
    if result is None:
        return {}
    sources = [*best.answers.values(), *other.answers.values()]
    pair = f"{best.model.name}.{other.model.name}"
    several = "test images on which more outputs of the {} model are right than of the {}"
    one = "test images that the {} model answers correctly and the {} does not"
    more = one if best.outputs == 1 else several
    p = "two-sided probability of so unequal a number of images answered better by one model than "
    p += "by the other, if both were equally good: exact test of paired proportions (McNemar's, "
    p += f"signs drawn anew); it counts below {SURE} over the number of comparisons, {comparisons}"
    return {
        "better": derived(
            ENTRY.name, f"answered_better@{pair}", result.better, sources,
            more.format("first", "second"), "images", result.images,
        ),
        "worse": derived(
            ENTRY.name, f"answered_worse@{pair}", result.worse, sources,
            more.format("second", "first"), "images", result.images,
        ),
        "p": derived(
            ENTRY.name, f"paired_p@{pair}", result.p, sources, p, "", result.images,
            None, SURE / comparisons,
        ),
    }  # fmt: skip


def _rivals(findings: Findings) -> list[_Rival]:
    """The largest group of comparable models: the most outputs first, then the most models."""
    energies = readings(findings, "grad_cam", "energy_in_foreground")
    groups: dict[tuple[str, tuple[str, ...]], list[_Rival]] = {}
    for model in models_of(energies):
        heads = of_model(energies, model)
        accuracy, lift = _accuracy(findings, model), _lift(model, list(heads.values()))
        if accuracy is not None and lift is not None:
            key = (model.dataset, tuple(sorted(heads)))
            answers = readings(findings, "evaluation", "accuracy")
            own = {r.at: r.evidence for r in answers if _of_test(r, model)}
            groups.setdefault(key, []).append(_Rival(model, accuracy, lift, len(heads), own))
    compared = {key: group for key, group in groups.items() if len(group) > 1}
    if not compared:
        return []
    return compared[max(compared, key=lambda key: (len(key[1]), len(compared[key])))]


def _accuracy(findings: Findings, model: ModelFacts) -> Evidence | None:
    """The mean accuracy over outputs: as measured, or derived where it has no interval."""
    measured = of_model(readings(findings, "evaluation", "mean_accuracy"), model).get("test")
    if measured is not None and measured.interval is not None:
        return measured
    heads = [r for r in readings(findings, "evaluation", "accuracy") if _of_test(r, model)]
    if not heads:
        return measured
    how = "mean of the test accuracy over outputs"
    return _mean(f"accuracy@{model.name}", how, [r.evidence for r in heads], [1.0] * len(heads))


def _of_test(reading: Reading, model: ModelFacts) -> bool:
    return reading.model.name == model.name and reading.at.startswith("test.")


def _lift(model: ModelFacts, energies: Sequence[Evidence]) -> Evidence | None:
    """Energy over its chance level, averaged over outputs; None where a chance level is missing."""
    areas = [item.baseline or 0.0 for item in energies]
    if min(areas) <= 0:
        return None
    how = "mean over outputs of the share of energy in the foreground, over that of the area"
    return _mean(f"lift@{model.name}", how, energies, areas, baseline=1)


def _mean(
    measure: str,
    how: str,
    sources: Sequence[Evidence],
    scales: Sequence[float],
    baseline: int | None = None,
) -> Evidence:
    """The mean of values over their scales, with the mean of the bounds as its interval.

    Outputs are measured on the same images and are not independent. The mean of the bounds is the
    exact interval for fully correlated errors; for other errors it is too wide, never too narrow.
    """
    pairs = list(zip(sources, scales, strict=True))
    intervals = [item.interval for item in sources if item.interval is not None]
    interval = None
    if len(intervals) == len(pairs):
        lows = [low / scale for (low, _), scale in zip(intervals, scales, strict=True)]
        highs = [high / scale for (_, high), scale in zip(intervals, scales, strict=True)]
        interval = (sum(lows) / len(lows), sum(highs) / len(highs))
    counts = [item.n for item in sources if item.n is not None]
    return derived(
        ENTRY.name,
        measure,
        sum((item.value or 0) / scale for item, scale in pairs) / len(pairs),
        sources,
        how,
        n=min(counts) if len(counts) == len(pairs) else None,
        interval=interval,
        baseline=baseline,
    )
