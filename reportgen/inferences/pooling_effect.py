"""Is the effect of pooling on feature maps clear: fewer positions, stronger, the same pattern?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentences,
    Side,
    at_same_place,
    conclude,
    every,
    exact,
    percent,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="pooling_effect",
    title="The effect of pooling",
    help="whether pooling makes maps smaller and stronger and keeps their pattern",
    order=3,
)

SENTENCES = Sentences(__file__)
SAME_PATTERN = 0.5
"""Correlation from which a pooled map counts as the pattern of its input. Below it, the pooled
map would explain less than a quarter of the input map's variance (r squared)."""


def infer(findings: Findings) -> Inference:
    """One note on how many pooling layers show the effect, with the strongest of them.

    A layer shows it where it has fewer positions than its input, where the interval of the gain
    in mean activation lies above 1, and where the interval of the correlation with its input lies
    above `SAME_PATTERN`. Max pooling raises the mean of any map that is not constant, so the gain
    measures the strength of the effect, and mostly distinguishes max pooling from averaging.
    """
    gains = readings(findings, "feature_maps", "pool_gain", compared=True)
    agreements = readings(findings, "feature_maps", "pool_agreement", compared=True)
    sizes = readings(findings, "feature_maps", "pool_size_ratio")
    measured: list[tuple[Reading, Evidence, Evidence]] = []
    for gain in gains:
        agreement, size = at_same_place(agreements, gain), at_same_place(sizes, gain)
        if agreement is not None and size is not None:
            measured.append((gain, agreement, size))
    if not measured:
        return Inference()
    cases = [Case(_shows(g.evidence, a, s), (g.evidence, a, s)) for g, a, s in measured]
    counts = tally(
        ENTRY.name,
        "layers",
        "pooling layers",
        "there are fewer positions, the mean rises and the pattern stays",
        cases,
    )
    gain, agreement, _ = max(measured, key=lambda layer: layer[0].number())
    if counts.case == "only":
        why = SENTENCES("only", judged=counts.answer, gain=gain, agreement=agreement)
    else:
        opened = "yes" if counts.open else "no"
        layers = counts.evidence["layers"]
        why = SENTENCES("effect", case=counts.case, open=opened, layers=layers, gain=gain)
    rows = [
        (g.at, g.model.title, percent(size.value), g.evidence, agree) for g, agree, size in measured
    ]
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    table = SENTENCES.table("layers", rows) if len(rows) > 1 else None
    judged = [gain.model for gain, _, _ in measured]
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, judged)


def _shows(gain: Evidence, agreement: Evidence, size: Evidence) -> Side:
    return every([exact(1, size.value or 0), side(gain, 1), side(agreement, SAME_PATTERN)])
