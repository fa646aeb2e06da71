"""Are filters of color models colored in various ways, and does classification need the colors?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    MINIMUM_N,
    Case,
    Reading,
    Sentences,
    Side,
    Tally,
    at_same_place,
    conclude,
    derived,
    earned,
    every,
    exact,
    of_model,
    opposite,
    percent,
    readings,
    side,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="color_filters",
    title="Colored filters",
    help="whether filters of color models are colored, varied, and needed for the accuracy",
    order=5,
)

SENTENCES = Sentences(__file__)
COLORED = 0.1
"""Share of an image's variance off the gray axis from which the image counts as colored: color then
carries at least a tenth of the variance. The share is zero for a gray image and two thirds for
independent channels."""

VARIED = 0.5
"""Spread of hues from which they count as varied. It is 0 for a single hue and 1 for hues spread
evenly over the circle; one half corresponds to hues spread evenly over about 217 degrees."""

ANSWERS = {
    "colored": "filters are colored",
    "varied": "filters are varied in hue",
    "needed": "some output needs the color",
}
"""The three claims that the rule tests on each model."""

DOUBT = 0.1
"""A spread of hues without an interval is undecided within this distance of `VARIED`."""

NEEDED = 0.1
"""Loss of accuracy without color from which color counts as needed: one image in ten."""


def infer(findings: Findings) -> Inference:
    """One note on models with color input: are filters colored and varied, is color needed?

    A model counts where the filters of its first layer are colored (interval above `COLORED`) and
    varied (above `VARIED`), and where some output loses more than `NEEDED` of its accuracy on the
    same images in gray (interval below). The colors are those of the images that maximize the
    filters, or those of the kernels where the report has no such images.
    """
    colors = _colors(findings)
    if not colors:
        return Inference()
    gray = readings(findings, "evaluation", "gray_accuracy", compared=True)
    hues = readings(findings, "activation_maximization", "hue_spread")
    tests = [
        _tests(color, at_same_place(hues, color), of_model(gray, color.model)) for color in colors
    ]
    models = [color.model for color in colors]
    counts, each = _count(tests, models)
    if counts.case == "only":
        needed = tests[0]["needed"].side if tests[0]["needed"].sources else "unmeasured"
        colored, varied = tests[0]["colored"].side, tests[0]["varied"].side
        why = SENTENCES("only", colored=colored, varied=varied, needed=needed)
    else:
        opened = "yes" if counts.open else "no"
        models_evidence = counts.evidence["models"]
        why = SENTENCES("models", case=counts.case, open=opened, models=models_evidence)
    rows = [
        _row(color, at_same_place(hues, color), of_model(gray, color.model)) for color in colors
    ]
    also = [*counts.evidence.values(), *each]
    also += [item for answers in tests for case in answers.values() for item in case.sources]
    table = SENTENCES.table("each", rows)
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models)


def _row(
    color: Reading, hue: Evidence | None, gray: Mapping[str, Evidence]
) -> tuple[str | Evidence | None, ...]:
    """A model's numbers, with the output whose accuracy falls most without color."""
    worst = min(gray.values(), key=lambda g: (g.value or 0) - (g.baseline or 0), default=None)
    return (
        color.model.title,
        percent(color.evidence.value),
        percent(color.evidence.baseline) if color.evidence.baseline else None,
        hue if hue is not None and hue.n else None,
        percent(worst.value) if worst is not None else None,
        percent(worst.baseline) if worst is not None else None,
    )


def _colors(findings: Findings) -> list[Reading]:
    """The color of each model's first layer: of the filters' images, else of the kernels."""
    images = readings(findings, "activation_maximization", "chroma_share")
    kernels = readings(findings, "kernels", "color_share", compared=True)
    by_model: dict[str, Reading] = {}
    for reading in (*images, *kernels):
        by_model.setdefault(reading.model.name, reading)
    order = [model.name for model in findings.models]
    return sorted(by_model.values(), key=lambda reading: order.index(reading.model.name))


def _tests(color: Reading, hue: Evidence | None, gray: Mapping[str, Evidence]) -> dict[str, Case]:
    """The three answers for one model, each with its evidence."""
    losses = tuple(gray.values())
    return {
        "colored": Case(side(color.evidence, COLORED), (color.evidence,)),
        "varied": Case(_varied(hue), () if hue is None else (hue,)),
        "needed": Case(_needed(losses), losses),
    }


def _varied(hue: Evidence | None) -> Side:
    if hue is None or hue.interval is not None:
        return "open" if hue is None else side(hue, VARIED)
    doubtful = (hue.n or 0) < MINIMUM_N or abs((hue.value or 0) - VARIED) < DOUBT
    return "open" if doubtful else exact(hue.value or 0, VARIED)


def _count(
    tests: Sequence[Mapping[str, Case]], models: Sequence[ModelFacts]
) -> tuple[Tally, list[Evidence]]:
    """The number of models with all three answers yes, and of those with each answer yes."""
    cases = [
        Case(
            earned(every([case.side for case in answers.values()]), model),
            tuple(source for case in answers.values() for source in case.sources),
        )
        for model, answers in zip(models, tests, strict=True)
    ]
    claim = "filters are colored and varied and some output needs the color"
    counts = tally(ENTRY.name, "models", "such models", claim, cases)
    each = [
        derived(
            ENTRY.name,
            name,
            sum(answers[name].side == "above" for answers in tests),
            [source for case in cases for source in case.sources],
            f"number of color models where {what}",
            "color models",
            len(tests),
        )
        for name, what in ANSWERS.items()
    ]
    return counts, each


def _needed(gray: Sequence[Evidence]) -> Side:
    """Whether some output loses more than `NEEDED`; ruled out where every output loses less."""
    if not gray:
        return "open"
    kept = [side(item, (item.baseline or 0) - NEEDED) for item in gray]
    return opposite(every(kept))
