"""Do maps of later convolutions depend less on the pixels at a position, more on the class?"""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Reading,
    Sentence,
    Sentences,
    Side,
    apart,
    beyond,
    conclude,
    earned,
    every,
    models_of,
    of_model,
    opposite,
    percent,
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

SENTENCES = Sentences(__file__)
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
    def less(self) -> Side:
        """Whether the pixels explain less of the later layer's maps."""
        return opposite(apart(self.local[1], self.local[0]))

    @property
    def side(self) -> Side:
        answer = every([self.less, apart(self.named[1], self.named[0])])
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
    nouns = "later convolution layers"
    counts = tally(ENTRY.name, "layers", nouns, claim, cases)
    if counts.case == "only":
        why = _single(pairs[0], counts.answer, only=len(findings.models) == 1)
    else:
        opened = "yes" if counts.open else "no"
        why = SENTENCES("layers", case=counts.case, open=opened, layers=counts.evidence["layers"])
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [item for pair in pairs for item in pair.fresh if item is not None]
    rows = {
        (pair.model.name, pair.names[i]): (
            pair.names[i], pair.model.title, _share(pair.local[i]), _share(pair.named[i]),
            *(_share(item if i else None) for item in pair.fresh),
        )
        for pair in pairs for i in (0, 1)
    }  # fmt: skip
    table = SENTENCES.table("each", rows.values())
    models = [pair.model for pair in pairs]
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, models)


def _single(pair: _Pair, judged: Side, *, only: bool) -> Sentence:
    """The sentence on the only later convolution; `only` where the report has no other model."""
    before, after = (
        Reading(pair.model, name, item, only=only)
        for name, item in zip(pair.names, pair.named, strict=True)
    )
    failed = "pixels" if pair.less == "below" else "class"
    return SENTENCES(
        "only",
        judged=failed if judged == "below" else judged,
        known="no" if None in pair.fresh else "yes",
        before=before,
        after=after,
        near=pair.local[0],
        local=pair.local[1],
    )


def _share(item: Evidence | None) -> str | None:
    return None if item is None or item.value is None else percent(item.value)


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
