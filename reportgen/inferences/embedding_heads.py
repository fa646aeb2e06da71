"""Does a margin in the last layer make the angles within classes smaller?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.catalog import Entry
from reportgen.drafting import (
    Case,
    Sentences,
    Side,
    apart,
    conclude,
    every,
    number,
    of_model,
    percent,
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
SENTENCES = Sentences(__file__)


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
    counts = tally(ENTRY.name, "gathered", "comparisons", _CLAIM, cases)
    hardest = _hardest_pairs(pairs)
    if counts.case == "only":
        why = SENTENCES("only", judged=counts.answer)
    else:
        why = SENTENCES("margins", case=counts.case, gathered=counts.evidence["gathered"])
    also = [*counts.evidence.values(), *(item for case in cases for item in case.sources)]
    also += [item for pair in hardest for head in pair for item in _more(head)]
    shown = {head.model.name: head for pair in hardest for head in pair}
    table = SENTENCES.table("models", [_row(head) for head in shown.values()])
    judged = [head.model for pair in pairs for head in pair]
    return conclude(ENTRY.name, SENTENCES("claim"), counts.answer, why, also, table, judged)


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


def _row(head: _Head) -> tuple[str | Evidence | None, ...]:
    """A model's row of the table."""
    margin = "none" if head.margin is None else f"{number(head.margin[1].value)} ({head.margin[0]})"
    spread = None if head.spread is None else percent(head.spread.value)
    return (head.model.title, margin, head.within, head.separation, spread)


def _more(head: _Head) -> tuple[Evidence, ...]:
    """What the table shows of a model besides the measures that decide."""
    margin = () if head.margin is None else (head.margin[1],)
    return (*margin, *(() if head.spread is None else (head.spread,)))
