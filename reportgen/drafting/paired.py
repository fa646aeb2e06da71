"""Exact tests of two models on the same images: is one right more often, or by chance?

Whether a model is right on an image depends on the image as well. Two accuracies on the same images
are therefore compared image by image: those that both models answer alike tell nothing, and if the
models were equally good, each difference on the others would have either sign with the same chance.
For one output this is McNemar's test in its exact form (Q. McNemar, 1947, Psychometrika 12 (2));
for several outputs an image differs by the number of outputs that are right.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportgen.drafting.verdicts import Side
from reportgen.records import Evidence

SURE = 0.05
"""Two-sided probability below which a difference counts; shared by all comparisons of one claim."""
_NEGLIGIBLE = 1e-18


def packed(right: Sequence[bool]) -> str:
    """Whether each of some items is right, as a hexadecimal number whose last bit is the first."""
    bits = "".join("1" if hit else "0" for hit in reversed(right))
    return f"{int(bits or '0', 2):x}"


@dataclass(frozen=True)
class Paired:
    """The comparison of two models on the same images.

    Attributes:
        images: that both answered.
        better, worse: images on which more outputs of the first are right than of the second, and
            the other way around.
        p: the two-sided probability of a difference at least as large if both were equally good.
    """

    images: int
    better: int
    worse: int
    p: float

    def side(self, comparisons: int = 1) -> Side:
        """The side of the second on which the first lies, if this is one of some comparisons."""
        if self.p * max(comparisons, 1) >= SURE:
            return "open"
        return "above" if self.better >= self.worse else "below"


def paired(first: Mapping[str, Evidence], second: Mapping[str, Evidence]) -> Paired | None:
    """The comparison of two models by the outcomes of their accuracies, by output.

    None where an accuracy has no outcomes, or the outputs or numbers of images differ.
    """
    if not first or first.keys() != second.keys():
        return None
    counts = {item.n for item in (*first.values(), *second.values())}
    if len(counts) != 1 or not all(e.outcomes for e in (*first.values(), *second.values())):
        return None
    images = counts.pop() or 0
    differences: Counter[int] = Counter()
    pairs = [(int(first[at].outcomes, 16), int(second[at].outcomes, 16)) for at in first]
    if len(pairs) == 1:
        (a, b) = pairs[0]
        differences[1], differences[-1] = (a & ~b).bit_count(), (b & ~a).bit_count()
    else:
        strings = [(f"{a:0{images}b}", f"{b:0{images}b}") for a, b in pairs]
        for place in range(images):
            differences[sum(int(a[place]) - int(b[place]) for a, b in strings)] += 1
    return Paired(
        images,
        sum(count for size, count in differences.items() if size > 0),
        sum(count for size, count in differences.items() if size < 0),
        sign_test(differences),
    )


def sign_test(differences: Mapping[int, int]) -> float:
    """The two-sided exact probability of a sum at least as large if signs were drawn at random.

    Args:
        differences: how often each difference occurs; zeros tell nothing.
    """
    total = abs(sum(size * count for size, count in differences.items()))
    sizes = sorted({abs(each) for each, count in differences.items() if each and count})
    if len(sizes) == 1:
        count = sum(number for each, number in differences.items() if each)
        least = (count + total // sizes[0]) // 2
        return min(1.0, 2 * math.fsum(_chance(count, k) for k in range(least, count + 1)))
    chances = {0: 1.0}
    for size in sizes:
        count = differences.get(size, 0) + differences.get(-size, 0)
        signs = _binomial(count)
        grown: dict[int, float] = {}
        for so_far, chance in chances.items():
            for positive, own in signs.items():
                place = so_far + size * (2 * positive - count)
                grown[place] = grown.get(place, 0.0) + chance * own
        chances = grown
    return min(1.0, math.fsum(chance for place, chance in chances.items() if abs(place) >= total))


def _binomial(count: int) -> dict[int, float]:
    """The chances of each number of heads in some tosses, but for negligible ones."""
    chances = ((k, _chance(count, k)) for k in range(count + 1))
    return {k: chance for k, chance in chances if chance > _NEGLIGIBLE}


def _chance(count: int, heads: int) -> float:
    choices = math.lgamma(count + 1) - math.lgamma(heads + 1) - math.lgamma(count - heads + 1)
    return math.exp(choices - count * math.log(2))
