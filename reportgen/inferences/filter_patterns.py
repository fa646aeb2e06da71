"""Do the images that maximize filters show patterns that training made?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    derived,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="filter_patterns",
    title="Patterns in the filters",
    help="whether the images that maximize filters are more ordered than without training",
    order=4,
)

SATURATED = 0.2
"""Share of pixels at the ends of their range above which an image is not read: it would tell
more of the clipping than of the filter."""


def infer(findings: Findings) -> Inference:
    """One note on how many layers have images more ordered than those of an untrained copy.

    Order is Moran's I. A layer counts where its interval over filters lies above the value that
    the same recipe gives for random weights. It is undecided, whatever its order, where its
    images fail their check: where the median filter responds less to its image than to the best
    test image (ratio below 1), or where more than `SATURATED` of the pixels are clipped.
    """
    found = readings(findings, "activation_maximization", "structure", compared=True)
    if not found:
        return Inference()
    ratios = readings(findings, "activation_maximization", "activation_ratio")
    clipped = readings(findings, "activation_maximization", "saturated")
    failures = [_failures(_at(ratios, r), _at(clipped, r)) for r in found]
    cases = [
        Case("open" if failed else side(r.evidence), (r.evidence, *failed))
        for r, failed in zip(found, failures, strict=True)
    ]
    claim = "the images pass their check and are more ordered than with random weights"
    counts = tally(ENTRY.name, "layers", "layer|layers", claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "The images that maximize the filters are more ordered than those of the same model with "
        f"random weights in {counts.phrase}.",
        **counts.evidence,
    )
    _example(paragraph, max(found, key=_surplus), ratios)
    _rejected(paragraph, failures)
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _example(paragraph: Paragraph, best: Reading, ratios: Sequence[Reading]) -> None:
    """Says where the order exceeds the untrained copy's most, or falls short of it least."""
    paragraph.say(
        "The comparison is most favorable in {best.at} of {best.model}, where the correlation of "
        "neighboring pixels, Moran's I, is {best.measured}, against {best.baseline} with random "
        "weights.",
        best=best,
    )
    ratio = _at(ratios, best)
    if ratio is not None:
        paragraph.say(
            "The median filter of that layer responds {ratio} times as strongly to its image as "
            "to the best test image.",
            ratio=ratio,
        )


def _rejected(paragraph: Paragraph, failures: Sequence[tuple[Evidence, ...]]) -> None:
    """Says in how many layers the images failed their check, if in any."""
    sources = [item for failed in failures for item in failed]
    if sources:
        layers = sum(1 for failed in failures if failed)
        how = "number of layers whose images fail their check"
        count = derived(ENTRY.name, "rejected", layers, sources, how, "layers", len(failures))
        paragraph.say(
            "The images of {rejected:layer|layers} are not judged, because the filters respond "
            "less to them than to real images or because too many of their pixels are clipped.",
            rejected=count,
        )


def _failures(ratio: Evidence | None, clipped: Evidence | None) -> tuple[Evidence, ...]:
    """The checks of one layer's images that fail."""
    weak = ratio is not None and (ratio.value or 0) < 1
    extreme = clipped is not None and (clipped.value or 0) > SATURATED
    failed = (ratio if weak else None, clipped if extreme else None)
    return tuple(item for item in failed if item is not None)


def _at(found: Sequence[Reading], reading: Reading) -> Evidence | None:
    return of_model(found, reading.model).get(reading.at)


def _surplus(reading: Reading) -> float:
    return (reading.evidence.value or 0) - (reading.evidence.baseline or 0)
