"""Verdicts from numbers: intervals against thresholds, and counts of many such answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reportgen.drafting.evidence import derived
from reportgen.records import Evidence, Measure, ModelFacts, Number, Verdict

Side = Literal["above", "below", "open"]
"""The side of a threshold on which a measured value lies; "open" where the evidence is unclear."""

MINIMUM_N = 8
"""Least number of items (images, filters) for which a bootstrap interval counts. In simulated
samples of 8 from skewed populations of shares, the nominal 95 % interval held the mean in 92 % of
them or more; fewer items give Student's interval, which holds for a normal distribution alone."""


def exact(value: Number, threshold: Number) -> Side:
    """The side of a value that was counted, not sampled; a value on the threshold is "below"."""
    return "above" if value > threshold else "below"


def few(evidence: Evidence, minimum: int = MINIMUM_N) -> bool:
    """Whether too few items were measured for a verdict; "open" then does not mean a tie."""
    return evidence.n is None or evidence.n < minimum


def side(evidence: Evidence, threshold: Number | None = None, minimum: int = MINIMUM_N) -> Side:
    """The side of a threshold, by default the baseline, on which the evidence's interval lies.

    "open" where the interval contains the threshold, where the value, interval or threshold is
    missing, or where fewer than `minimum` items were measured.
    """
    limit = evidence.baseline if threshold is None else threshold
    if evidence.value is None or evidence.interval is None or limit is None:
        return "open"
    if few(evidence, minimum):
        return "open"
    low, high = evidence.interval
    return "above" if low > limit else "below" if high < limit else "open"


def apart(first: Evidence, second: Evidence) -> Side:
    """The side of `second` on which `first` lies; "open" where their intervals touch."""
    if second.interval is None or few(second):
        return "open"
    low, high = second.interval
    if side(first, high) == "above":
        return "above"
    return "below" if side(first, low) == "below" else "open"


LEAST_DRAWS = 3
"""Draws of fresh weights from which a prediction interval counts."""


def beyond(measured: Evidence, fresh: Evidence | None, floor: float) -> Side:
    """The side of the same network with fresh weights on which a measure lies.

    "above" where the measure's interval lies above the interval in which one more draw of fresh
    weights would lie, and above the mean over draws by more than `floor`: the least difference that
    a reader would call an effect, which the rule states as a constant with its reason. "below"
    likewise. "open" otherwise, and where there is no such baseline.

    Args:
        measured: of the network.
        fresh: the same measure with fresh weights, `<measure>_fresh`; None where there is none.
        floor: a difference in the measure's own unit.
    """
    if fresh is None or fresh.value is None or fresh.interval is None:
        return "open"
    if (fresh.n or 0) < LEAST_DRAWS:
        return "open"
    low, high = fresh.interval
    if side(measured, max(high, fresh.value + floor)) == "above":
        return "above"
    return "below" if side(measured, min(low, fresh.value - floor)) == "below" else "open"


def difference(
    rule: str, measure: str, first: Evidence, second: Evidence, how: str
) -> Evidence | None:
    """How far one value lies above another, with the widest interval that theirs allow.

    It is too wide where both were measured on the same images, never too narrow. None where a value
    is missing.
    """
    if first.value is None or second.value is None:
        return None
    interval = None
    if first.interval is not None and second.interval is not None:
        (low, high), (least, most) = first.interval, second.interval
        interval = (low - most, high - least)
    counts = [item.n for item in (first, second) if item.n is not None]
    return derived(
        rule, measure, first.value - second.value, (first, second), how, first.unit,
        min(counts, default=None), interval,
    )  # fmt: skip


def unlearned(model: ModelFacts) -> str:
    """Why nothing that a model shows can be what it has learned; "" where it may be.

    "random" where its weights were never trained, as far as is known; "chance" where all outputs
    that labels were found for answer no better than by one constant answer.
    """
    if model.untrained:
        return "random"
    answered = {name.split(".")[1] for name in model.metrics if name.endswith(".accuracy")}
    doubtful = {answers.output for answers in model.doubtful if answers.accuracy is not None}
    return "chance" if doubtful and len(doubtful) >= len(answered) else ""


def all_random(models: Iterable[ModelFacts]) -> bool:
    """Whether there are models, and the weights of all of them are random, as far as is known."""
    return all(random := [model.untrained for model in models]) and bool(random)


def earned(answer: Side, model: ModelFacts, fresh: Side = "above") -> Side:
    """An answer on what a model has learned, which must also hold against fresh weights.

    Args:
        answer: to the claim.
        model: whose answer it is; "above" becomes "open" where it is `unlearned`.
        fresh: whether fresh weights are beaten (`beyond`); "above" becomes "open" where not.
    """
    return "open" if answer == "above" and (fresh != "above" or unlearned(model)) else answer


def departs(measured: Evidence, fresh: Evidence | None, floor: float) -> Side:
    """ "above" where a measure lies beyond fresh weights on either side, otherwise "open"."""
    return "open" if beyond(measured, fresh, floor) == "open" else "above"


def no_better(accuracy: Evidence | Measure) -> bool:
    """Whether an accuracy is no better than its baseline, that of a constant answer.

    Its interval then holds the baseline or lies below it, and ends in the lower half of what is
    above the baseline, so that few images alone raise no doubt.
    """
    if accuracy.interval is None or accuracy.baseline is None:
        return False
    (low, high), baseline = accuracy.interval, accuracy.baseline
    return low <= baseline < 1 and high < (1 + baseline) / 2


def opposite(answer: Side) -> Side:
    """The answer to the contrary claim."""
    return "below" if answer == "above" else "above" if answer == "below" else "open"


def most(sides: Sequence[Side]) -> Side:
    """Whether more than half are above: certain ("above"), ruled out ("below"), or "open"."""
    half = len(sides) / 2
    if sides.count("above") > half:
        return "above"
    return "below" if sides and sides.count("below") >= half else "open"


def every(sides: Sequence[Side]) -> Side:
    """Whether all are above: certain ("above"), ruled out by one "below", or "open"."""
    if sides and all(side == "above" for side in sides):
        return "above"
    return "below" if "below" in sides else "open"


def verdict_of(answer: Side) -> Verdict:
    """The verdict on a claim that holds when the answer is "above"."""
    verdicts: dict[Side, Verdict] = {
        "above": "supported",
        "below": "contradicted",
        "open": "inconclusive",
    }
    return verdicts[answer]


@dataclass(frozen=True)
class Case:
    """One model or layer on which a claim was tested: the answer and its evidence."""

    side: Side
    sources: tuple[Evidence, ...]


@dataclass(frozen=True)
class Tally:
    """The numbers of cases that answer yes, no and undecided; `answer` is that of the majority.

    `evidence` holds the number of yes under the tally's name, and the numbers of no and undecided,
    unless zero, under that name with "_no" and "_open".
    """

    name: str
    answer: Side
    evidence: dict[str, Evidence]

    @property
    def case(self) -> Literal["only", "both", "all", "none", "some"]:
        """How many of the cases answer yes; "only" where there is just one case."""
        yes = self.evidence[self.name]
        if yes.n == 1:
            return "only"
        if yes.value == yes.n:
            return "both" if yes.n == 2 else "all"
        return "none" if yes.value == 0 else "some"

    @property
    def open(self) -> bool:
        """Whether some cases are undecided."""
        return f"{self.name}_open" in self.evidence


def tally(rule: str, name: str, many: str, claim: str, cases: Sequence[Case]) -> Tally:
    """Counts cases: `many` is "models", `claim` completes "models where ...".

    Raises:
        ValueError: there are no cases.
    """
    sources = [source for case in cases for source in case.sources]
    measures: dict[Side, tuple[str, str]] = {
        "above": (name, f"where {claim}"),
        "below": (f"{name}_no", f"where it does not hold that {claim}"),
        "open": (f"{name}_open", f"where the evidence cannot tell whether {claim}"),
    }
    sides = [case.side for case in cases]
    evidence = {
        key: derived(
            rule, key, sides.count(side), sources, f"number of {many} {how}", many, len(sides)
        )
        for side, (key, how) in measures.items()
        if side == "above" or side in sides
    }
    return Tally(name, most(sides), evidence)
