"""Whether a model's answers tell its images apart, and what would mend them if they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from reportgen.drafting import no_better
from reportgen.errors import UndefinedError, UserError
from reportgen.metrics.statistics import wilson
from reportgen.network.network import Network
from reportgen.network.predictions import Probabilities
from reportgen.network.preprocessing import prepare
from reportgen.network.samples import measured
from reportgen.network.scores import confidence, likeliest_class
from reportgen.records import Answers, Dataset, Head, Measure, Preprocessing
from reportgen.types import Array, Floats, Integers

ALIKE = 0.9
"""Share of images with the same answer from which answers are nearly all alike."""
UNLABELED = 0.75
"""The same share's lower bound where no labels say how alike the images are: 12 of 12."""
MARGIN = 0.15
"""Accuracy above the baseline from which answers cannot be nearly all alike."""

_MOST, _LEAST, _PIXELS = 200, 32, 2_000_000
"""Images looked at: 200 small ones, fewer of larger ones."""
_DISTINCT = 3
"""Different images of which equal answers with equal probabilities are no accident."""
_SAME, _SURE = 0.05, 0.9
"""Range of a probability that counts as equal, unless it is that of a sure answer."""
_TELLING = 10
"""Test images from which an accuracy tells whether it is no better than a constant answer."""
_IN_CLASS = 5
"""The fewest images of a class from which another order of classes is concluded."""


def doubtful(
    network: Network,
    data: Dataset,
    heads: Sequence[Head],
    metrics: Mapping[str, float],
    others: Mapping[str, Preprocessing],
) -> Iterator[Answers]:
    """The outputs that answer test images nearly all alike, or no better than a constant answer.

    Intervals keep few images from raising a doubt: those of the accuracy must hold or lie below
    that of always saying the most frequent class, and end in the lower half of what is above it.

    Args:
        network: the model.
        data: its dataset, as it is prepared for the model.
        heads: with the targets that they answer.
        metrics: of `evaluate`; an output with a target and no test accuracy is left out.
        others: other preprocessings to try where answers are in doubt, by a remedy in words; {} to
            try nothing.
    """
    for head in heads:
        if not head.answers or (head.target is None and (head.valued or data.targets)):
            continue
        accuracy = metrics.get(f"test.{head.name}.accuracy")
        if head.target is not None and accuracy is None:
            continue
        look = _Look(network, data, head)
        if accuracy is not None and accuracy > look.baseline + MARGIN:
            continue
        try:
            found = look.judged(accuracy)
            if found is not None:
                yield look.with_remedy(found, others) if others else found
        except UndefinedError:
            # The figures state why such answers have no meaning.
            continue


@dataclass
class _Look:
    """A look at one output's answers to test images, spread over the classes."""

    network: Network
    data: Dataset
    head: Head

    def __post_init__(self) -> None:
        test = self.data.splits["test"]
        shape = test.images.shape
        count = min(_MOST, max(_LEAST, _PIXELS // int(np.prod(shape[1:3]))))
        indices = measured(self.data, count)
        self.images = np.asarray(test.images)[indices]
        target = self.head.target
        self.labels = None if target is None else np.asarray(test.labels[target.name])
        self.own = None if self.labels is None else self.labels[indices]
        self.baseline = 0.0 if self.labels is None else self.constant(self.labels)

    def constant(self, labels: Array) -> float:
        """The accuracy of always saying the most frequent class.

        Of images that show one class alone, it is that of a guess.
        """
        counts = np.unique(labels, return_counts=True)[1]
        return float(counts.max() / counts.sum()) if len(counts) > 1 else 1 / self.classes

    @property
    def classes(self) -> int:
        """The number of classes between which the output decides."""
        return max(2, self.head.units)

    def answers(self, preprocessing: Preprocessing) -> tuple[Integers, Floats]:
        """The likeliest class of each image with its probability, shape (n,) each."""
        inputs = prepare(self.images, preprocessing)
        (values,) = Probabilities(self.network, [self.head], inputs).first
        classes = likeliest_class(values, self.head)
        return classes, confidence(values, classes, self.head)

    def judged(self, accuracy: float | None) -> Answers | None:
        """The answers, if they tell little of the images."""
        classes, sure = self.answers(self.data.preprocessing)
        counts = np.bincount(classes)
        most = int(counts.argmax())
        named = self.head.classes
        expected = None if self.own is None else self.constant(self.own)
        alike = _measure("same_answer", counts[most] / len(classes), len(classes), _ALIKE, expected)
        named = self.head.classes
        found = Answers(self.head.name, "alike", named[most] if named else f"class {most}", alike)
        share, (low, _) = float(alike.value or 0), alike.interval or (0, 1)
        if self.own is None or self.labels is None or accuracy is None:
            many = share >= ALIKE and low > UNLABELED
            return found if many or (share == 1 and self._blind(sure)) else None
        right = _measure("accuracy", accuracy, len(self.labels), _RIGHT, self.baseline)
        found = replace(found, accuracy=right)
        one_class = len(np.unique(self.own)) == 1
        if share >= ALIKE and low > (expected or 0) and not one_class:
            return found
        few = len(self.labels) < _TELLING
        return replace(found, fault="chance") if not few and no_better(right) else None

    def _blind(self, sure: Floats) -> bool:
        """Whether different images get one answer with one probability, which is not large."""
        different = len({image.tobytes() for image in self.images})
        return different >= _DISTINCT and float(np.ptp(sure)) <= _SAME and sure.max() < _SURE

    # --- remedies ------------------------------------------------------------------------------

    def with_remedy(self, found: Answers, others: Mapping[str, Preprocessing]) -> Answers:
        """The answers with the remedy that makes the most of them right, if any clearly does."""
        if self.own is None:
            return found
        now = self.answers(self.data.preprocessing)[0]
        best = max(self._trials(now, others), key=lambda trial: trial[1], default=None)
        if best is None:
            return found
        remedy, share, n = best
        repaired = _measure("repaired", share, n, f"share of right answers with {remedy}")
        hits = int((now == self.own).sum())
        if repaired.interval is None or repaired.interval[0] <= wilson(hits, len(now))[1]:
            return found
        return replace(found, remedy=remedy, repaired=repaired)

    def _trials(
        self, now: Integers, others: Mapping[str, Preprocessing]
    ) -> Iterator[tuple[str, float, int]]:
        """Remedies with the share of right answers, and the number of images."""
        for remedy, preprocessing in others.items():
            try:
                classes = self.answers(preprocessing)[0]
            except (UndefinedError, UserError):
                continue  # An input of whole numbers takes no fractions.
            yield remedy, float((classes == self.own).mean()), len(classes)
        yield from self._other_order(now)

    def _other_order(self, now: Integers) -> Iterator[tuple[str, float, int]]:
        """Another order of classes, found with one half of the images and tried on the other."""
        assert self.own is not None
        present = np.unique(self.own)
        if len(now) < _IN_CLASS * len(present) or self.head.target is None:
            return
        order = np.random.default_rng(0).permutation(len(now))
        known, rest = order[::2], order[1::2]
        answered = {int(label): now[known][self.own[known] == label] for label in present}
        if not all(len(classes) for classes in answered.values()):
            return
        mapped = {label: int(np.bincount(classes).argmax()) for label, classes in answered.items()}
        if len(set(mapped.values())) < len(mapped):
            return
        names = self.head.target.classes
        moved = [f"'{names[a]}' as '{names[b]}'" for a, b in mapped.items() if a != b]
        right = [mapped[int(label)] for label in self.own[rest]] == now[rest]
        more = ", …" if len(moved) > 3 else ""
        if moved:
            remedy = f"another order of its classes ({', '.join(moved[:3])}{more})"
            yield remedy, float(np.mean(right)), len(rest)


_ALIKE = (
    "share of the test images looked at that get the most frequent answer, interval by Wilson; "
    "baseline: the largest share of a class among their labels"
)
_RIGHT = (
    "share of all test images whose most probable class is right, interval by Wilson; baseline: "
    "always saying the most frequent class, or a guess where all images show one class"
)


def _measure(name: str, share: float, n: int, how: str, baseline: float | None = None) -> Measure:
    """A share of n images with its interval."""
    interval = wilson(round(share * n), n)
    return Measure(name, float(share), "", n, interval, baseline, how)
