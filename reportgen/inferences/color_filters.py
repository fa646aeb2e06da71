"""Are filters of color models colored in various ways, and does classification need the colors?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportgen.catalog import Entry
from reportgen.drafting import (
    MINIMUM_N,
    Case,
    Paragraph,
    Reading,
    Side,
    Tally,
    at_same_place,
    derived,
    earned,
    every,
    exact,
    listed,
    of_model,
    opposite,
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

SINGLE: dict[str, dict[Side, str]] = {
    "colored": {
        "above": "the filters are colored",
        "below": "the filters are hardly colored",
        "open": "it is undecided whether the filters are colored",
    },
    "varied": {
        "above": "they vary in hue",
        "below": "they hardly vary in hue",
        "open": "it is undecided whether they vary in hue",
    },
    "needed": {
        "above": "some output needs the color",
        "below": "no output needs the color",
        "open": "it is undecided whether an output needs the color",
    },
}
"""Phrases for the answers of a single model."""

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
    paragraph = Paragraph(ENTRY.name)
    models = [color.model for color in colors]
    counts = _count(paragraph, tests, models)
    shown = {r.model.name for r in colors}
    needed = [r for r in gray if r.model.name in shown]
    worst = min(needed, key=_change) if needed else None
    example = colors[0] if worst is None else next(c for c in colors if c.model == worst.model)
    _describe(paragraph, example, at_same_place(hues, example))
    _need(paragraph, worst)
    paragraph.warn(models)
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


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
    paragraph: Paragraph, tests: Sequence[Mapping[str, Case]], models: Sequence[ModelFacts]
) -> Tally:
    """Adds the number of models with each answer yes, and of those with all three answers yes."""
    nouns = "model with color input|models with color input"
    cases = [
        Case(
            earned(every([case.side for case in answers.values()]), model),
            tuple(source for case in answers.values() for source in case.sources),
        )
        for model, answers in zip(models, tests, strict=True)
    ]
    claim = "filters are colored and varied and some output needs the color"
    counts = tally(ENTRY.name, "models", "such model|such models", claim, cases)
    each = {
        name: derived(
            ENTRY.name,
            name,
            sum(answers[name].side == "above" for answers in tests),
            [source for case in cases for source in case.sources],
            f"number of color models where {what}",
            "color models",
            len(tests),
        )
        for name, what in ANSWERS.items()
    }
    if len(tests) == 1:
        phrases = [SINGLE[name][case.side] for name, case in tests[0].items()]
        sentence = f"In the only {nouns.split('|')[0]}, {listed(phrases)}."
        paragraph.say(sentence, **each, **counts.evidence)
        return counts
    paragraph.say(
        f"Of {{needed.n:{nouns}}}, filters are colored in {{colored}} and varied in hue in "
        f"{{varied}}, and some output needs the color in {{needed}}; all three hold in "
        f"{counts.phrase}.",
        **each,
        **counts.evidence,
    )
    return counts


def _needed(gray: Sequence[Evidence]) -> Side:
    """Whether some output loses more than `NEEDED`; ruled out where every output loses less."""
    if not gray:
        return "open"
    kept = [side(item, (item.baseline or 0) - NEEDED) for item in gray]
    return opposite(every(kept))


def _describe(paragraph: Paragraph, color: Reading, hue: Evidence | None) -> None:
    if color.evidence.id.partition(".")[2].startswith("chroma_share"):
        paragraph.say(
            "In the images that maximize the filters of {color.at} in {color.model}, "
            "{color.measured:%} of the variance is color"
            + (
                ", against {color.baseline:%} with random weights"
                if color.evidence.baseline
                else ""
            )
            + _hues(hue),
            **({"hue": hue} if hue is not None and hue.n else {}),
            color=color,
        )
    else:
        paragraph.say(
            "Of the energy of the kernels of {color.at} in {color.model}, {color:%} lies off "
            "the gray axis (interval {color.interval:%}; {color.baseline:%} in random kernels).",
            color=color,
        )


def _hues(hue: Evidence | None) -> str:
    """The end of the sentence on the images' color: how far their hues spread."""
    if hue is None or not hue.n:
        return "."
    return (
        "; the hues of {hue.n:filter|filters} have a spread of {hue}, on a scale from zero for a "
        "single hue to one for hues all around the circle."
    )


def _need(paragraph: Paragraph, worst: Reading | None) -> None:
    if worst is None:
        paragraph.say("Accuracy without color was not measured.")
        return
    output = "{worst.model}" if worst.alone else "output {at} of {worst.model}"
    paragraph.say(
        f"The largest loss is that of {output}: without color its accuracy is "
        "{worst.measured:%}, against {worst.baseline:%} with it, which speaks of this network as "
        "trained, not of what the task needs.",
        {"at": worst.at.partition(".")[2] or worst.at},
        worst=worst,
    )


def _change(reading: Reading) -> float:
    return (reading.evidence.value or 0) - (reading.evidence.baseline or 0)
