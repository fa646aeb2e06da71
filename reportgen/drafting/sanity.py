"""Whether maps follow the weights of their network: the verdict of the randomization checks.

Formulas and sources stand in `metrics.randomization`.
"""

from __future__ import annotations

from typing import Literal

from reportgen.records import Evidence, Finding, Measure

HARDLY = 0.45
"""Rank correlation with the maps of random weights, mean over the cascade, above which maps hardly
change. In the authors' experiments on MNIST (arXiv 1810.03292, ten images) guided backpropagation
has 0.68 (convolutions) and 0.55 (dense layers); Grad-CAM, SmoothGrad and the plain gradient have
0.37 at most. This lies half-way."""

SAME = 0.7
"""Rank correlation of the maps of two classes from which they are nearly the same: half of the
variance of the one's ranks is that of the other's."""

LEAST = 4
"""Images with which a verdict is given: for costly methods and deep networks more take too long."""

SIMILARITY, CLASSES, IMAGES = "sanity_similarity", "sanity_random_logit", "sanity_images"
"""Measures: likeness to maps of random weights and to those of another class; images checked."""

Check = Literal["hardly", "follows", "open", ""]
"""Maps hardly change with the weights, or follow them; "open" where that is undecided, "" where it
was not measured."""

_ON_MAPS = (
    "energy_in_foreground",
    "energy_near_foreground",
    "spill_within_cell",
    "imperfect_overlap",
    "edge_agreement",
    "gradient_agreement",
    "head_similarity",
    "head_peak_shift",
)
"""Measures that rest on maps alone, so that they say nothing of the network where maps fail."""


def judged(evidence: Evidence | Measure | None) -> Check:
    """The verdict on maps, from their likeness to those of random weights."""
    if evidence is None or evidence.value is None:
        return ""
    if evidence.interval is None or (evidence.n or 0) < LEAST:
        return "open"
    low, high = evidence.interval
    return "hardly" if low > HARDLY else "follows" if high < HARDLY else "open"


def check_of(finding: Finding, at: str = "") -> Check:
    """The verdict on a figure's maps of one output ("" for a figure of a layer)."""
    return judged(_of(finding).get(at))


def trusted(finding: Finding, measure: str, at: str) -> bool:
    """Whether a measure describes the network; it does not where maps hardly follow the weights.

    A measure without an output of its own compares the maps of all.
    """
    if measure.removesuffix("_fresh") not in _ON_MAPS:
        return True
    verdicts = {output: judged(item) for output, item in _of(finding).items()}
    return verdicts[at] != "hardly" if at in verdicts else "hardly" not in verdicts.values()


def _of(finding: Finding) -> dict[str, Evidence]:
    start = f"{finding.block}.{SIMILARITY}"
    return {
        item.id.removeprefix(start).removeprefix("@"): item
        for item in finding.evidence
        if item.id.partition("@")[0] == start
    }
