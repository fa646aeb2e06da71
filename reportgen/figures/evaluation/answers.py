"""What the scores of a model's answers tell: calibration, suspect labels, color and shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.figures.evaluation.altered import ALTERATIONS, alterations
from reportgen.metrics.calibration import (
    calibration_error,
    certain,
    error_by_chance,
    error_interval,
    margins,
    softmax,
    suspect_labels,
    temperature,
)
from reportgen.metrics.proportions import newcombe_paired
from reportgen.metrics.statistics import bootstrap, median_interval, wilson
from reportgen.network.batching import pieces
from reportgen.network.network import Network
from reportgen.network.predictions import Probabilities, predict_classes
from reportgen.network.preprocessing import prepare
from reportgen.network.samples import foreground
from reportgen.records import Dataset, Head, Measure
from reportgen.types import Array, Booleans, Doubles, Integers

MOST, LEAST, PIXELS = 2000, 200, 20_000_000
"""Images of a split whose scores are looked at: fewer of large ones."""
ALTERED = 500
"""Of these, how many are altered."""
CONFIDENT = 0.25
"""Share of the images that counts as the most confident answers."""


@dataclass(frozen=True)
class Looked:
    """Scores of some images of a split: for each head an array (n, classes), and the labels."""

    split: str
    indices: Integers
    scores: tuple[Doubles, ...]
    labels: tuple[Integers, ...]


def answer_measures(
    network: Network, data: Dataset, heads: Sequence[Head], seed: int
) -> list[Measure]:
    """The measures of heads whose answers are probabilities of classes; of others there are none.

    Args:
        network: the model.
        data: with labels for the heads.
        heads: with targets.
        seed: of the choice of images and of all intervals.
    """
    heads = [head for head in heads if head.kind != "sigmoid" or head.units == 1]
    looked = {}
    for split in ("train", "test"):
        if split in data.splits and len(data.splits[split].images):
            try:
                looked[split] = _look(network, data, heads, split, seed)
            except UndefinedError:
                # The answers are no probabilities, so they have no confidence.
                return []
    found: list[Measure] = []
    for place, head in enumerate(heads):
        for split, look in looked.items():
            scores, labels = look.scores[place], look.labels[place]
            found += _labels(f"{split}.{head.name}", scores, labels, split)
            if split == "test":
                found.append(_balanced(f"test.{head.name}", scores, labels, seed))
                found += _confidence(f"test.{head.name}", scores, labels, seed)
    if heads and "test" in looked:
        found += _altered(network, data, heads, looked["test"], seed)
    return found


def chosen(images: Array, seed: int, most: int = MOST) -> Integers:
    """Indices of images of a split, drawn at random where they are more than are looked at."""
    count = max(LEAST, min(most, PIXELS // int(np.prod(images.shape[1:3]))))
    drawn = np.random.default_rng(seed).permutation(len(images))[:count]
    return np.asarray(np.sort(drawn), np.int64)


def _look(network: Network, data: Dataset, heads: Sequence[Head], split: str, seed: int) -> Looked:
    images = np.asarray(data.splits[split].images)
    indices = chosen(images, seed)
    images = images[indices]
    first = prepare(images[:LEAST], data.preprocessing)
    told = Probabilities(network, heads, first)
    parts = [told.scores(prepare(images[part], data.preprocessing)) for part in pieces(images)]
    labels = data.splits[split].labels
    own = [np.asarray(labels[head.target.name])[indices] for head in heads if head.target]
    return Looked(
        split,
        indices,
        tuple(np.concatenate(of_head) for of_head in zip(*parts, strict=True)),
        tuple(each.astype(np.int64) for each in own),
    )


def _balanced(at: str, scores: Doubles, labels: Integers, seed: int) -> Measure:
    """The recall averaged over classes, which a constant answer cannot raise above chance."""
    right = scores.argmax(axis=1) == labels
    hits = np.array([[right[labels == c].sum(), (labels == c).sum()] for c in np.unique(labels)])
    value = float((hits[:, 0] / hits[:, 1]).mean())
    draws = np.random.default_rng(seed).beta(
        hits[:, 0] + 0.5, hits[:, 1] - hits[:, 0] + 0.5, (1000, len(hits))
    )
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    return Measure(
        f"balanced_accuracy@{at}",
        value,
        "",
        len(labels),
        (min(float(low), value), max(float(high), value)),
        1 / len(hits),
        "share of right answers of each class, mean over classes; interval from Jeffreys' "
        "posterior of each; baseline: any constant answer",
    )


# --- confidence --------------------------------------------------------------------------------


def _confidence(at: str, scores: Doubles, labels: Integers, seed: int) -> Iterator[Measure]:
    """Calibration and saturation on test images."""
    n, p = len(labels), softmax(scores)
    confidence, right = p.max(axis=1), scores.argmax(axis=1) == labels
    of = "of the likeliest class"
    yield Measure(
        f"overconfidence@{at}",
        float((confidence - right).mean()),
        "",
        n,
        bootstrap(confidence - right, seed, (-1.0, 1.0)),
        0.0,
        f"mean probability {of} minus the share of right answers, interval by resampling images",
    )
    by_chance = error_by_chance(confidence, seed)
    error = calibration_error(confidence, right)
    low, high = error_interval(confidence, right, seed)
    yield Measure(
        f"calibration_error@{at}",
        error,
        "",
        n,
        (min(low, error), max(high, error)),
        by_chance,
        f"expected calibration error of the probability {of} in bins of equally many images (Guo "
        "and others, 2017), interval by resampling images; baseline: its mean for as many answers "
        "that are right with just the probability they state",
    )
    found = temperature(scores, labels)
    if found is not None:
        yield Measure(
            f"temperature@{at}",
            found[0],
            "",
            n,
            found[1],
            1.0,
            "divisor of the logits that makes the labels likeliest (Guo and others, 2017); "
            "baseline: 1, the model as it is",
        )
        yield _mended(at, scores, labels, error)
    sure = certain(scores)
    yield Measure(
        f"certain_answers@{at}",
        float(sure.mean()),
        "",
        n,
        wilson(int(sure.sum()), n),
        how=f"share of images whose probability {of} is one in single precision, so that its "
        "gradient is zero",
    )
    lead = margins(scores)
    yield Measure(
        f"logit_lead@{at}",
        float(np.median(lead)),
        "",
        n,
        median_interval(lead),
        how="largest logit minus the second, median over images; from about 17.3 a probability is "
        "one in single precision",
    )


def _mended(at: str, scores: Doubles, labels: Integers, error: float) -> Measure:
    """The calibration error with the temperature of the other half of the images."""
    halves = (slice(0, None, 2), slice(1, None, 2))
    confidence, right = np.empty(len(labels)), np.empty(len(labels), bool)
    for own, other in (halves, halves[::-1]):
        found = temperature(scores[other], labels[other])
        p = softmax(scores[own] / (found[0] if found else 1.0))
        confidence[own], right[own] = p.max(axis=1), p.argmax(axis=1) == labels[own]
    return Measure(
        f"mended_calibration_error@{at}",
        calibration_error(confidence, right),
        "",
        len(labels),
        baseline=error,
        how="calibration error of each half of the images with the temperature of the other half; "
        "baseline: without it",
    )


# --- labels ------------------------------------------------------------------------------------


def _labels(at: str, scores: Doubles, labels: Integers, split: str) -> Iterator[Measure]:
    """How often the most confident answers disagree with labels, and the labels suspected so.

    Classes of which most images are answered as another are left out: an order of classes is not
    noise.
    """
    answers = scores.argmax(axis=1)
    kept = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        own = labels == label
        if (answers[own] == label).mean() > 0.5:
            kept |= own
    if not kept.any():
        return
    lead, wrong = margins(scores)[kept], (answers != labels)[kept]
    top = np.argsort(-lead, kind="stable")[: max(1, round(CONFIDENT * len(lead)))]
    hits = int(wrong[top].sum())
    yield Measure(
        f"confident_disagreement@{at}",
        hits / len(top),
        "",
        len(top),
        wilson(hits, len(top)),
        float(wrong.mean()),
        f"of the quarter of {split} images with the most confident answers (largest lead of the "
        "first logit over the second), the share whose label is another class; baseline: that "
        "share of all images looked at",
    )
    suspects = suspect_labels(softmax(scores), labels)
    if suspects.images:
        yield Measure(
            f"suspect_labels@{at}",
            suspects.others / suspects.images,
            "",
            suspects.images,
            wilson(suspects.others, suspects.images),
            0.0,
            f"of {split} images with a confident answer, the share that it puts into another class "
            "than the label (confident joint of Northcutt and others, 2021)",
        )


# --- color and shape ---------------------------------------------------------------------------


def _altered(
    network: Network, data: Dataset, heads: Sequence[Head], look: Looked, seed: int
) -> Iterator[Measure]:
    """Accuracy on altered test images, and what it loses against the same images as they are.

    Values that are no images of two dimensions, such as lines and volumes, are not altered.
    """
    if np.ndim(data.splits["test"].images) != 4:
        return
    indices = look.indices
    if len(indices) > ALTERED:
        some = np.random.default_rng(seed).permutation(len(indices))[:ALTERED]
        indices = indices[np.sort(some)]
    images = np.asarray(data.splits["test"].images)[indices]
    masks = foreground(data, "test", indices)
    labels = [
        np.asarray(data.splits["test"].labels[head.target.name])[indices]
        for head in heads
        if head.target
    ]

    def right(shown: Array) -> list[Booleans]:
        classes = predict_classes(network, prepare(shown, data.preprocessing), heads)
        return [np.asarray(each == own) for each, own in zip(classes, labels, strict=True)]

    before = right(images)
    for name, alter in alterations(images, masks, seed).items():
        after = right(alter())
        for head, plain, changed in zip(heads, before, after, strict=True):
            at, n = f"{name}.{head.name}", len(plain)
            yield Measure(
                f"altered_accuracy@{at}",
                float(changed.mean()),
                "",
                n,
                wilson(int(changed.sum()), n),
                float(plain.mean()),
                f"accuracy on test images where {ALTERATIONS[name]}; baseline: on the same images "
                "as they are",
            )
            yield Measure(
                f"altered_loss@{at}",
                float(plain.mean() - changed.mean()),
                "",
                n,
                newcombe_paired(plain, changed),
                0.0,
                "accuracy on these images as they are minus that on the altered ones; interval of "
                "paired proportions by Newcombe, 1998",
            )
