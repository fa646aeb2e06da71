"""Do the images that maximize filters show patterns that training made?"""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    at_same_place,
    beyond,
    derived,
    earned,
    measure_name,
    models_of,
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
    counts = tally(ENTRY.name, "layers", "layer|layers", claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "The images that maximize the filters show more of a pattern than those of the same model "
        f"with random weights in {counts.phrase}.",
        **counts.evidence,
    )
    clear = [r for r, case in zip(judged, cases, strict=True) if case.side == "above"]
    lead = "Of these layers the gain is largest in" if clear else "The gain is largest in"
    _example(paragraph, lead, max(clear or judged, key=Reading.number), shares)
    if not any(at_same_place(fresh, r) for r in judged):
        paragraph.beside_fresh(None)
    _rejected(paragraph, failures)
    paragraph.warn(models_of(judged))
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _case(
    gain: Reading, share: Evidence | None, fresh: Evidence | None, failed: tuple[Evidence, ...]
) -> Case:
    """The answer of one layer, with its evidence."""
    sources = [item for item in (gain.evidence, share, fresh, *failed) if item is not None]
    beaten = "open" if share is None else beyond(share, fresh, FLOOR)
    answer = "open" if failed else earned(side(gain.evidence), gain.model, beaten)
    return Case(answer, tuple(sources))


def _example(paragraph: Paragraph, lead: str, best: Reading, shares: Sequence[Reading]) -> None:
    """Quotes the layer with the largest gain over the untrained copy, of those that count."""
    share = next(r for r in shares if (r.model.name, r.at) == (best.model.name, best.at))
    paragraph.say(
        f"{lead} {{share.at}} of {{share.model}}: on average the strongest waves hold {{share:%}} "
        "of an image's contrast (all of it in regular stripes, none in an even color), against "
        "{share.baseline:%} with random weights (difference {best}, interval {best.interval}).",
        share=share,
        best=best,
    )


def _rejected(paragraph: Paragraph, failures: Sequence[tuple[Evidence, ...]]) -> None:
    """Adds the number of layers whose images failed their check, if there are any."""
    sources = [item for failed in failures for item in failed]
    if sources:
        layers = sum(1 for failed in failures if failed)
        how = "number of layers whose images fail their check"
        count = derived(ENTRY.name, "rejected", layers, sources, how, "layers", len(failures))
        weak = any(measure_name(item) == "activation_ratio" for item in sources)
        extreme = [item for item in sources if measure_name(item) == "saturated"]
        causes = ["filters respond less to them than to the best test images"] * weak
        causes += ["too many of their pixels are clipped (up to {clipped:%})"] * bool(extreme)
        most = max(extreme, key=lambda item: item.value or 0, default=None)
        paragraph.say(
            "The images of {rejected:layer|layers} are not judged, because "
            + " or because ".join(causes)
            + ".",
            rejected=count,
            **({"clipped": most} if most is not None else {}),
        )


def _failures(ratio: Evidence | None, clipped: Evidence | None) -> tuple[Evidence, ...]:
    """The checks of one layer's images that fail."""
    weak = ratio is not None and side(ratio, 1) == "below"
    extreme = clipped is not None and (clipped.value or 0) > SATURATED
    failed = (ratio if weak else None, clipped if extreme else None)
    return tuple(item for item in failed if item is not None)
