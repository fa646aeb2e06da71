"""The stages of a network, and its layers, depth and parameters in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from reportgen.figures.architecture.decomposition import Branches, Series, series
from reportgen.figures.architecture.descriptions import describe, is_input
from reportgen.figures.architecture.facts import Facts, Stage
from reportgen.figures.architecture.stages import StepText, stages
from reportgen.network.dependencies import Step, steps
from reportgen.network.graph import parameter_counts
from reportgen.records import Artifact, Measure, Subject

KINDS = {"conv": "convolutions", "dense": "dense layers", "extra": "normalizations and the like"}


def compute(subject: Subject) -> Artifact:
    """Take the network apart.

    Returns:
        `Facts` without arrays.

    Raises:
        UndefinedError: the inside of the model cannot be reached.
    """
    every = steps(subject.network)
    texts = _texts(every)
    tree = series([step.given for step in every], [i for i, step in enumerate(every) if step.last])
    drawn = stages(tree, texts, subject.params["fold"])
    params = sum(text.params for text in texts)
    return Artifact(
        facts=Facts(
            stages=drawn,
            layers=tuple(dict.fromkeys(step.path for step in every if not is_input(step))),
            calls=_calls(every),
            params=params,
            params_beside=max(0, parameter_counts(subject.network.model).total - params),
        ),
        measures=tuple(_measures(every, texts, tree, drawn)),
    )


def _texts(every: Sequence[Step]) -> list[StepText]:
    """Every step in words; parameters of a layer that is used twice count once."""
    seen: set[int] = set()
    texts = []
    for step in every:
        weights = list(getattr(step.layer, "weights", ()))
        fresh = [weight for weight in weights if id(weight) not in seen]
        seen.update(map(id, weights))
        inputs = [shape for i in step.given for shape in every[i].shapes]
        texts.append(describe(step, inputs, sum(prod(weight.shape) for weight in fresh)))
    return texts


def _calls(every: Sequence[Step]) -> int:
    """The number of layers at each use, as depth, stages and shapes are those of uses."""
    return sum(not is_input(step) for step in every)


def _measures(
    every: Sequence[Step], texts: Sequence[StepText], tree: Series, drawn: Sequence[Stage]
) -> Iterator[Measure]:
    how = "calls of layers and operations between the inputs and the outputs, nested models "
    yield Measure("layers", _calls(every), "layers", how=how + "unfolded, inputs left out")
    how = "convolutions, dense and other layers with a kernel on the longest way from an input to "
    yield Measure("depth", _depth(every), "layers", how=how + "an output")
    yield Measure("stages", len(drawn), "stages", how="parts of the drawing, repetitions folded")
    branchings = list(_branchings(tree))
    how = "places where the way through the network parts, those inside branches included"
    yield Measure("branchings", len(branchings), "places", how=how)
    if branchings:
        skips = sum(b.skip and _has_layer(b, every) for b in branchings)
        ways = max(len(b.ways) + b.skip for b in branchings)
        how = "places where one of the ways leads around the others and holds no layer"
        yield Measure("skips", skips, "places", len(branchings), how=how)
        yield Measure("ways", ways, "ways", how="ways side by side at one place, at most")
    yield from _parameter_shares(texts)


def _depth(every: Sequence[Step]) -> int:
    """Layers with a kernel on the longest way."""
    longest: list[int] = []
    for step in every:
        own = any(len(weight.shape) > 1 for weight in getattr(step.layer, "weights", ()))
        longest.append(own + max((longest[i] for i in step.given), default=0))
    return max(longest)


def _branchings(items: Series) -> Iterator[Branches]:
    for item in items:
        if isinstance(item, Branches):
            yield item
            for way in item.ways:
                yield from _branchings(way)


def _has_layer(branches: Branches, every: Sequence[Step]) -> bool:
    """Whether some way holds more than inputs: else no way leads around anything."""
    return any(
        not isinstance(item, int) or not is_input(every[item])
        for way in branches.ways
        for item in way
    )


def _parameter_shares(texts: Sequence[StepText]) -> Iterator[Measure]:
    total = sum(text.params for text in texts)
    if not total:
        return
    for kind in (*KINDS, "other"):
        own = (t for t in texts if (t.role if t.role in KINDS else "other") == kind)
        count = sum(text.params for text in own)
        if count:
            how = f"share of the network's parameters that {KINDS.get(kind, 'other layers')} hold"
            yield Measure(f"parameter_share@{kind}", count / total, n=total, how=how)
