"""Do later layers show patterns that a class shares, and that differ between two classes?"""

from __future__ import annotations

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    at_same_place,
    beyond,
    earned,
    is_pool,
    models_of,
    of_model,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference

ENTRY = Entry(
    name="class_patterns",
    title="Patterns of classes",
    help="whether maps of later convolutions are more alike within a class than between two",
    order=14,
)

FLOOR = 0.02
"""Difference of cosines by which a layer must separate the classes more than with fresh weights: of
unit vectors at a cosine of 0.98 one is turned by a fifth of its length."""


def infer(findings: Findings) -> Inference:
    """One note on how many later convolutions have maps that are more alike within a class.

    The rule judges every convolution but a model's first. It compares the maps, averaged over
    channels, of two images by their cosine. The measure is the mean cosine of images of one class
    minus that of images of the two classes compared. A layer counts where the interval of this
    difference lies above zero, and beyond that with fresh weights by `FLOOR`: images of two
    classes differ already in their pixels, and any weights hand some of it on.
    """
    separations = [
        reading
        for reading in readings(findings, "class_comparison", "separation", compared=True)
        if not is_pool(reading.model, reading.at)
    ]
    later = [
        reading
        for reading in separations
        if reading.at != next(iter(of_model(separations, reading.model)))
    ]
    if not later:
        return Inference()
    claim = "maps are more alike within a class than between the two, beyond fresh weights"
    nouns = "later convolution layer|later convolution layers"
    fresh = readings(findings, "class_comparison", "separation_fresh")
    cases = [_case(reading, at_same_place(fresh, reading)) for reading in later]
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "What two images of a class share in their maps differs from what the other class shows, "
        f"in {counts.phrase}.",
        **counts.evidence,
    )
    _example(paragraph, findings, separations, later[-1])
    paragraph.beside_fresh(at_same_place(fresh, later[-1]))
    paragraph.warn(models_of(later))
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _case(separation: Reading, fresh: Evidence | None) -> Case:
    beaten = beyond(separation.evidence, fresh, FLOOR)
    answer = earned(side(separation.evidence), separation.model, beaten)
    return Case(answer, (separation.evidence, *([] if fresh is None else [fresh])))


def _example(
    paragraph: Paragraph, findings: Findings, separations: list[Reading], last: Reading
) -> None:
    """Quotes the last layer, with the first layer for comparison."""
    within, between = (
        of_model(readings(findings, "class_comparison", name), last.model).get(last.at)
        for name in ("within_class", "between_classes")
    )
    if within is not None and between is not None:
        paragraph.say(
            "Mean maps of {last.at} in {last.model} have a cosine of {within} within a class and "
            "of {between} between the two: a difference of {last} (interval {last.interval}).",
            last=last,
            within=within,
            between=between,
        )
    first = next(iter(of_model(separations, last.model).items()))
    paragraph.say("In {layer} the difference is {one}.", {"layer": first[0]}, one=first[1])
