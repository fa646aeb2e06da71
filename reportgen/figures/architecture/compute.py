"""The parts of a network, and its layers, depth and parameters in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from reportgen.codec import encode
from reportgen.figures.architecture.parts import Branches, Part, Series, Told, parts, series
from reportgen.figures.architecture.words import is_input, role, told
from reportgen.network.dependencies import Step, steps
from reportgen.network.graph import parameter_counts
from reportgen.records import Artifact, Measure, Subject

KINDS = {"conv": "convolutions", "dense": "dense layers", "extra": "normalizations and the like"}


def compute(subject: Subject) -> Artifact:
    """Take the network apart.

    Returns:
        Facts `parts` (the drawing's parts, as JSON), `layers` (paths), `count` (of layers, at each
        use), `total` (parameters) and `beside` (parameters that the model holds and none of these
        parts has).

    Raises:
        UndefinedError: the inside of the model cannot be reached.
    """
    found = steps(subject.network)
    said = _told(found)
    tree = series([step.given for step in found], [i for i, s in enumerate(found) if s.last])
    drawn = parts(tree, said, subject.params["fold"])
    total = sum(step.params for step in said)
    return Artifact(
        facts={
            "parts": encode(drawn),
            "layers": list(dict.fromkeys(step.path for step in found if not is_input(step))),
            "count": _uses(found),
            "total": total,
            "beside": max(0, parameter_counts(subject.network.model).total - total),
        },
        measures=tuple(_measures(found, said, tree, drawn)),
    )


def _told(found: Sequence[Step]) -> list[Told]:
    """Every step in words; parameters of a layer that is used twice count once."""
    seen: set[int] = set()
    said = []
    for step in found:
        weights = list(getattr(step.layer, "weights", ()))
        fresh = [w for w in weights if id(w) not in seen]
        seen.update(map(id, weights))
        given = [shape for i in step.given for shape in found[i].shapes]
        said.append(told(step, given, sum(prod(w.shape) for w in fresh)))
    return said


def _measures(
    found: Sequence[Step], said: Sequence[Told], tree: Series, drawn: Sequence[Part]
) -> Iterator[Measure]:
    how = "calls of layers and operations between the inputs and the outputs, nested models "
    yield Measure("layers", _uses(found), "layers", how=how + "unfolded, inputs left out")
    how = "convolutions, dense and other layers with a kernel on the longest way from an input to "
    yield Measure("depth", _depth(found), "layers", how=how + "an output")
    yield Measure("stages", len(drawn), "stages", how="parts of the drawing, repetitions folded")
    branchings = list(_branchings(tree))
    how = "places where the way through the network parts, those inside branches included"
    yield Measure("branchings", len(branchings), "places", how=how)
    if branchings:
        skips = sum(b.skip and _has_layer(b, found) for b in branchings)
        ways = max(len(b.ways) + b.skip for b in branchings)
        how = "places where one of the ways leads around the others and holds no layer"
        yield Measure("skips", skips, "places", len(branchings), how=how)
        yield Measure("ways", ways, "ways", how="ways side by side at one place, at most")
    yield from _shares(said)


def _uses(found: Sequence[Step]) -> int:
    """The one count of layers: at each use, as depth, stages and shapes are those of uses."""
    return sum(not is_input(step) for step in found)


def _depth(found: Sequence[Step]) -> int:
    """Layers with a kernel on the longest way."""
    longest: list[int] = []
    for step in found:
        own = any(len(w.shape) > 1 for w in getattr(step.layer, "weights", ()))
        longest.append(own + max((longest[i] for i in step.given), default=0))
    return max(longest)


def _branchings(items: Series) -> Iterator[Branches]:
    for item in items:
        if isinstance(item, Branches):
            yield item
            for way in item.ways:
                yield from _branchings(way)


def _has_layer(branches: Branches, found: Sequence[Step]) -> bool:
    """Whether some way holds more than inputs: else no way leads around anything."""
    return any(
        not isinstance(item, int) or not is_input(found[item])
        for way in branches.ways
        for item in way
    )


def _shares(said: Sequence[Told]) -> Iterator[Measure]:
    total = sum(step.params for step in said)
    if not total:
        return
    for kind in (*KINDS, "other"):
        count = sum(step.params for step in said if role(step, KINDS) == kind)
        if count:
            how = f"share of the network's parameters that {KINDS.get(kind, 'other layers')} hold"
            yield Measure(f"parameter_share@{kind}", count / total, n=total, how=how)
