"""Do the images that maximize filters show patterns that training made?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentences,
    at_same_place,
    beyond,
    conclude,
    earned,
    measure_name,
    models_of,
    percent,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="filter_patterns",
    title="Patterns in the filters",
    help="whether the images that maximize filters show more of a pattern than without training",
    order=4,
)

SENTENCES = Sentences(__file__)
SATURATED = 0.2
"""Share of pixels at the ends of their range above which an image is not judged, because clipping
then shapes it more than the filter does."""

FLOOR = 0.05
"""Share of an image's contrast by which its strongest waves must exceed those with fresh weights: a
twentieth, about what the waves of noise hold."""


def infer(findings: Findings) -> Inference:
    """One note on how many layers have images with more of a pattern than an untrained copy's.

    The measure of a pattern is the share of an image's contrast in its strongest waves. A layer
    counts where the interval of the gain over the same recipe with random weights lies above zero,
    and the share beyond that of a further draw of such weights, by `FLOOR`.
    A layer whose images fail their check is undecided, whatever its gain. The check fails where the
    median filter responds less to its image than to the best test image (interval of the ratio
    below 1), or where more than `SATURATED` of the pixels are clipped.
    """
    gains = readings(findings, "activation_maximization", "pattern_gain", compared=True)
    shares = readings(findings, "activation_maximization", "pattern", compared=True)
    judged = [r for r in gains if at_same_place(shares, r) is not None]
    if not judged:
        return Inference()
    ratios = readings(findings, "activation_maximization", "activation_ratio")
    clipped = readings(findings, "activation_maximization", "saturated")
    fresh = readings(findings, "activation_maximization", "pattern_fresh")
    failures = [_failures(at_same_place(ratios, r), at_same_place(clipped, r)) for r in judged]
    cases = [
        _case(r, at_same_place(shares, r), at_same_place(fresh, r), failed)
        for r, failed in zip(judged, failures, strict=True)
    ]
    claim = "the images pass their check and show more of a pattern than with random weights"
    counts = tally(ENTRY.name, "layers", "layers", claim, cases)
    found = [(r, at_same_place(shares, r), why) for r, why in zip(judged, failures, strict=True)]
    rejected = _cause([item for failed in failures for item in failed])
    share = next(r for r in shares if (r.model.name, r.at) == (judged[0].model.name, judged[0].at))
    extreme = [item for item in failures[0] if measure_name(item) == "saturated"]
    why = SENTENCES(
        "only" if counts.case == "only" else "layers",
        case=counts.case,
        judged=counts.answer,
        rejected=rejected,
        layers=counts.evidence["layers"],
        share=share,
        **({"clipped": extreme[0]} if extreme else {}),
    )
    rows = [
        (r.at, r.model.title, percent(item.value), percent(item.baseline), _CAUSES[_cause(failed)])
        for r, item, failed in found if item is not None
    ]  # fmt: skip
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    table = SENTENCES.table("each", rows) if len(rows) > 1 else None
    claim_text, models = SENTENCES("claim"), models_of(judged)
    return conclude(ENTRY.name, claim_text, counts.answer, why, also, table, models)


_CAUSES = {"no": None, "weak": "weak", "clipped": "clipped", "both": "weak, clipped"}


def _cause(failed: Sequence[Evidence]) -> str:
    """Why images are not judged."""
    names = {measure_name(item) for item in failed}
    if len(names) > 1:
        return "both"
    return {"activation_ratio": "weak", "saturated": "clipped"}[names.pop()] if names else "no"


def _case(
    gain: Reading, share: Evidence | None, fresh: Evidence | None, failed: tuple[Evidence, ...]
) -> Case:
    """The answer of one layer, with its evidence."""
    sources = [item for item in (gain.evidence, share, fresh, *failed) if item is not None]
    beaten = "open" if share is None else beyond(share, fresh, FLOOR)
    answer = "open" if failed else earned(side(gain.evidence), gain.model, beaten)
    return Case(answer, tuple(sources))


def _failures(ratio: Evidence | None, clipped: Evidence | None) -> tuple[Evidence, ...]:
    """The checks of one layer's images that fail."""
    weak = ratio is not None and side(ratio, 1) == "below"
    extreme = clipped is not None and (clipped.value or 0) > SATURATED
    failed = (ratio if weak else None, clipped if extreme else None)
    return tuple(item for item in failed if item is not None)
