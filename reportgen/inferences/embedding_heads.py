"""Does a margin in the last layer make the angles within classes smaller?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Paragraph,
    Side,
    apart,
    every,
    of_model,
    readings,
    tally,
)
from reportgen.records import Evidence, Findings, Inference, ModelFacts

ENTRY = Entry(
    name="embedding_heads",
    title="Heads with a margin",
    help="whether training with a margin gathers each class around one direction",
    order=20,
)

SPLIT = "test"
CONCLUSIONS: dict[Side, str] = {
    "above": "So here a margin goes with classes that are gathered more closely by angle.",
    "below": "So here a margin does not go with classes that are gathered more closely by angle.",
    "open": "Whether a margin gathers classes by angle stays open here.",
}


@dataclass(frozen=True)
class _Head:
    """A model's embedding: angles to the own center, silhouette, and the margin of its head."""

    model: ModelFacts
    dimensions: float
    within: Evidence
    separation: Evidence
    spread: Evidence | None
    margin: tuple[str, Evidence] | None


def infer(findings: Findings) -> Inference:
    """One note that compares every model whose head has a margin with the models without one.

    The compared models embed the same data in the same number of dimensions. A comparison holds
    where the margin goes with a smaller mean angle between test images and the center of their
    class, and with a larger silhouette by angles; a smaller angle alone may mean that all classes
    collapsed into one. The intervals of both measures must not touch. The claim holds where most
    comparisons hold.
    """
    pairs = _pairs(_heads(findings))
    if not pairs:
        return Inference()
    cases = [Case(_better(*pair), _sources(pair)) for pair in pairs]
    counts = tally(ENTRY.name, "gathered", "comparison|comparisons", _CLAIM, cases)
    paragraph = Paragraph(ENTRY.name)
    paragraph.say(
        "With a margin, test images lie nearer to the center of their class by angle, and farther "
        f"from the others in proportion, in {counts.phrase} with a model of as many dimensions "
        "and no margin.",
        **counts.evidence,
    )
    paragraph.explain(counts)
    for margined, plain in _hardest_pairs(pairs):
        _compare(paragraph, margined, plain)
    paragraph.say(CONCLUSIONS[counts.answer])
    return paragraph.conclude(counts.answer)


_CLAIM = "the margin goes with a smaller angle within classes and a larger silhouette"


def _heads(findings: Findings) -> list[_Head]:
    kinds = {
        name: readings(findings, "embedding", name)
        for name in ("dimensions", "within_angle", "separation", "length_spread", "margin")
    }
    heads = []
    for model in findings.models:
        of = {name: of_model(values, model) for name, values in kinds.items()}
        size = of["dimensions"].get("")
        within, separation = of["within_angle"].get(SPLIT), of["separation"].get(SPLIT)
        if size is None or within is None or separation is None:
            continue
        margins = [(at, item) for at, item in of["margin"].items() if (item.value or 0) > 0]
        margin = margins[0] if margins else None
        spread = of["length_spread"].get(SPLIT)
        heads.append(_Head(model, size.value or 0, within, separation, spread, margin))
    return heads


def _pairs(heads: Sequence[_Head]) -> list[tuple[_Head, _Head]]:
    """Every model with a margin beside every comparable one without."""
    return [
        (margined, plain)
        for margined in heads
        for plain in heads
        if margined.margin is not None
        and plain.margin is None
        and (margined.model.dataset, margined.dimensions) == (plain.model.dataset, plain.dimensions)
    ]


def _better(margined: _Head, plain: _Head) -> Side:
    """Whether the margin goes with smaller angles within classes and a larger silhouette."""
    closer = apart(plain.within, margined.within)
    return every([closer, apart(margined.separation, plain.separation)])


def _sources(pair: tuple[_Head, _Head]) -> tuple[Evidence, ...]:
    return tuple(item for head in pair for item in (head.within, head.separation))


def _hardest_pairs(pairs: Sequence[tuple[_Head, _Head]]) -> list[tuple[_Head, _Head]]:
    """One comparison for each model with a margin: with the plain model that is hardest to beat."""
    hardest: dict[str, tuple[_Head, _Head]] = {}
    for pair in pairs:
        best = hardest.setdefault(pair[0].model.name, pair)
        if (pair[1].separation.value or 0) > (best[1].separation.value or 0):
            hardest[pair[0].model.name] = pair
    return list(hardest.values())


def _compare(paragraph: Paragraph, margined: _Head, plain: _Head) -> None:
    assert margined.margin is not None
    kind, margin = margined.margin
    paragraph.say(
        "With the margin {margin} of {kind}, the mean angle in degrees is {within.measured} and "
        "the silhouette {separation.measured} in {model}, against {beside.measured} and "
        "{apart.measured} in {other}.",
        {"kind": kind, "model": margined.model.title, "other": plain.model.title},
        margin=margin,
        within=margined.within,
        separation=margined.separation,
        beside=plain.within,
        apart=plain.separation,
    )
    if margined.spread is not None and plain.spread is not None:
        paragraph.say(
            "Lengths of embeddings vary by {first:%} of the mean in the former, by {second:%} in "
            "the latter.",
            first=margined.spread,
            second=plain.spread,
        )
