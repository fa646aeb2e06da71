"""Do maps of later convolutions depend less on the pixels at a position, more on the class?"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Reading,
    Side,
    apart,
    beyond,
    earned,
    every,
    models_of,
    of_model,
    opposite,
    readings,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="abstract_features",
    title="Later features are more abstract",
    help="whether maps of later convolutions tell less of the pixels there and more of the class",
    order=13,
)

FLOOR = 0.05
"""Share by which a layer must tell less of the pixels and more of the class than with fresh
weights: a twentieth of the variance, and of the images."""


@dataclass(frozen=True)
class _Pair:
    """A later convolution beside the first of its model; each tuple holds (first, later).

    Attributes:
        model: the model of both.
        names: names of the layers.
        local: share of the maps' variance that the pixels at a position explain.
        named: share of images whose class the filters' mean activations predict.
        fresh: both shares of the later layer with fresh weights, where they were measured.
    """

    model: ModelFacts
    names: tuple[str, str]
    local: tuple[Evidence, Evidence]
    named: tuple[Evidence, Evidence]
    fresh: tuple[Evidence | None, Evidence | None]

    @property
    def side(self) -> Side:
        less = opposite(apart(self.local[1], self.local[0]))
        answer = every([less, apart(self.named[1], self.named[0])])
        near, named = (
            beyond(own, fresh, FLOOR)
            for own, fresh in zip((self.local[1], self.named[1]), self.fresh, strict=True)
        )
        return earned(answer, self.model, every([opposite(near), named]))


def infer(findings: Findings) -> Inference:
    """One note on how many later convolutions are more abstract than their model's first.

    A layer counts where the pixels at a position explain less of its maps than of the first
    convolution's maps, and the mean activations of its filters predict the class of more images.
    In both comparisons the intervals must not touch, and both must go beyond the same layer with
    fresh weights by `FLOOR`: depth alone takes maps away from the pixels.
    """
    pairs = _pairs(findings)
    if not pairs:
        return Inference()
    cases = [Case(pair.side, (*pair.local, *pair.named)) for pair in pairs]
    claim = "maps tell less of the pixels there and more of the class than in the first convolution"
    nouns = "later convolution layer|later convolution layers"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "Maps tell less of the pixels right there, and more of the class, than those of the first "
        f"convolution in {counts.phrase}.",
        **counts.evidence,
    )
    _example(paragraph, pairs[-1])
    paragraph.warn([pair.model for pair in pairs])
    paragraph.explain(counts)
    return paragraph.conclude(counts.answer)


def _example(paragraph: Paragraph, pair: _Pair) -> None:
    """Quotes the pair of the deepest layer."""
    words = {"model": pair.model.title, "first": pair.names[0], "later": pair.names[1]}
    paragraph.say(
        "In {model} the brightness at a position and its slopes explain {before:%} of what varies "
        "in the maps of {first} (interval {before.interval:%}) and {after:%} in those of {later} "
        "(interval {after.interval:%}).",
        words,
        before=pair.local[0],
        after=pair.local[1],
    )
    paragraph.say(
        "The mean activations of the filters name the class of {before:%} of the images in {first} "
        "(interval {before.interval:%}) and of {after:%} in {later} (interval {after.interval:%}).",
        words,
        before=pair.named[0],
        after=pair.named[1],
    )
    near, named = pair.fresh
    if near is None or named is None or near.value is None or named.value is None:
        paragraph.beside_fresh(None)
    else:
        paragraph.say(
            "With fresh weights it is {near:%} and {named:%} in {later}.",
            words,
            near=near,
            named=named,
        )


def _pairs(findings: Findings) -> list[_Pair]:
    local = readings(findings, "edge_filters", "local")
    named = readings(findings, "edge_filters", "class_told")
    fresh = [
        readings(findings, "edge_filters", f"{name}_fresh") for name in ("local", "class_told")
    ]
    return [pair for model in models_of(local) for pair in _of_model(model, local, named, fresh)]


def _of_model(
    model: ModelFacts, local: list[Reading], named: list[Reading], fresh: list[list[Reading]]
) -> list[_Pair]:
    near, classes = of_model(local, model), of_model(named, model)
    fresh_near, fresh_classes = (of_model(found, model) for found in fresh)
    names = [name for name in near if name in classes]
    return [
        _Pair(
            model,
            (names[0], later),
            (near[names[0]], near[later]),
            (classes[names[0]], classes[later]),
            (fresh_near.get(later), fresh_classes.get(later)),
        )
        for later in names[1:]
    ]
