"""Saliency maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reportgen.attribution.saliency import (
    METHODS,
    Attribution,
    Dials,
    as_given,
    attribute,
)
from reportgen.figures.attribution.explaining import (
    aside,
    color,
    data_of,
    explained_heads,
    told,
    wanted,
)
from reportgen.figures.saliency import measures
from reportgen.network.dependencies import way_to
from reportgen.network.input_gradients import leaky_to, replaced_on_the_way
from reportgen.network.preprocessing import foreground, measured, pick, prepare, value_ranges
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Array, Booleans, Floats

_SIGNED = ("integrated_gradients", "input_x_gradient")


def compute(subject: Subject) -> Artifact:
    """Maps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, h, w), as it is shown.
    """
    data, params, network = data_of(subject), subject.params, subject.network
    heads = explained_heads(network, data.targets)
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    both = np.concatenate([shown, counted])
    images = np.asarray(data.splits["test"].images)[both]
    inputs = prepare(images, data.preprocessing)
    targets, order = wanted(heads, data, both, params["target"]), [head.index for head in heads]
    method, dials = str(params["method"]), _dials(subject, data)
    found = attribute(network, inputs, order, targets, method, dials)
    signed = (params["show"] or _usual(method)) == "signed"
    maps = {h.name: _map(one, inputs, signed) for h, one in zip(heads, found, strict=True)}
    rest = slice(len(shown), None)
    moved = _moved(method, inputs[rest], dials)
    facts = {
        "method": method,
        "signed": signed,
        "rule": METHODS[method],
        "aside": aside(network),
        "channels": int(images.shape[-1]),
        "heads": [
            _told(subject, head, one, maps[head.name], shown)
            for head, one in zip(heads, found, strict=True)
        ],
    }
    plain = None
    if method != "gradient":
        explained = np.stack([one.targets for one in found], axis=1)[rest]
        plain = attribute(network, inputs[rest], order, explained, "gradient", dials)
    numbers = [
        measure
        for place, head in enumerate(heads)
        for measure in _measured(
            subject,
            head,
            found[place],
            np.abs(maps[head.name][rest]),
            None if plain is None else _map(plain[place], inputs[rest], signed=False),
            images[rest],
            counted,
            _part(head, heads),
            moved,
        )
    ]
    arrays: dict[str, Array] = {"images": images[: len(shown)]}
    arrays |= {f"map@{name}": one[: len(shown)] for name, one in maps.items()}
    return Artifact(arrays, facts, tuple(numbers))


def _dials(subject: Subject, data: Dataset) -> Dials:
    params = subject.params
    start = color(data, params["baseline"])
    lows, highs = value_ranges(data.preprocessing, start.size)
    span = float((highs - lows).mean())
    return Dials(params["copies"], params["noise"], span, params["steps"], start, subject.seed)


def _moved(method: str, inputs: Floats, dials: Dials) -> Booleans | None:
    """Pixels (n, h, w) of inputs (n, h, w, c) that differ from what a method multiplies from.

    None for the methods that do not multiply with the input.
    """
    if method not in _SIGNED:
        return None
    start = dials.baseline if method == "integrated_gradients" else 0
    return np.asarray((inputs != np.asarray(start, inputs.dtype)).any(axis=-1))


def _usual(method: str) -> str:
    return "signed" if method in _SIGNED else "magnitude"


def _map(found: Attribution, inputs: Any, signed: bool) -> Floats:
    """One number for each pixel: the sum over channels, or the largest magnitude among them."""
    values = as_given(found.maps[0], inputs.shape)
    reduced = values.sum(axis=-1) if signed else np.abs(values).max(axis=-1)
    return np.asarray(reduced, np.float32)


def _part(head: Head, heads: Sequence[Head]) -> str:
    return "" if len(heads) == 1 else head.name


def _told(
    subject: Subject, head: Head, found: Attribution, maps: Floats, shown: Array
) -> dict[str, Any]:
    """What a page says of one head: its samples, and what guided backpropagation met."""
    data, count = data_of(subject), len(shown)
    samples = told(head, found.logits[:count], found.targets[:count], data, shown)
    zeros = [not one.any() for one in maps[:count]]
    replaced, leaky, hidden = _guided(subject, head)
    curves = way_to(subject.network, head.index).curves if replaced else ()
    return {
        "name": head.name,
        "title": head.title,
        "samples": [{**one, "zero": zero} for one, zero in zip(samples, zeros, strict=True)],
        "replaced": replaced,
        "leaky": leaky,
        "hidden": hidden,
        "curves": list(curves),
    }


def _guided(subject: Subject, head: Head) -> tuple[int, int, list[str]]:
    """ReLUs on the way to a head that were replaced, leaky ones, and layers that hide others."""
    rule = METHODS[subject.params["method"]]
    if rule == "gradient":
        return 0, 0, []
    outputs = [one.index for one in explained_heads(subject.network, data_of(subject).targets)]
    replaced, hidden = replaced_on_the_way(subject.network, outputs, rule)[head.index]
    return replaced, leaky_to(subject.network, outputs, rule, head.index), hidden


def _measured(
    subject: Subject,
    head: Head,
    found: Attribution,
    magnitude: Floats,
    plain: Floats | None,
    images: Array,
    counted: Array,
    part: str,
    moved: Booleans | None,
) -> list[Measure]:
    name, seed, count = head.name, subject.seed, len(counted)
    masks = foreground(data_of(subject), "test", counted)
    numbers = measures.focus(name, magnitude, masks, part, seed)
    if moved is None:
        numbers.append(measures.edge_agreement(name, magnitude, images, part, seed))
    else:
        numbers.append(measures.pixels_at_baseline(name, moved, part))
    if plain is not None:
        numbers.append(measures.gradient_agreement(name, magnitude, plain, part, seed, moved))
    if found.gained is not None:
        last = Attribution(
            [maps[-count:] for maps in found.maps],
            found.targets[-count:],
            found.logits[-count:],
            found.gained[-count:],
        )
        steps = int(subject.params["steps"])
        numbers.append(measures.completeness_gap(name, last, steps, part, seed))
    replaced, _, hidden = _guided(subject, head)
    if replaced:
        numbers.append(measures.relus_replaced(name, replaced, len(hidden), part))
    return numbers
