"""Class activation maps of a model over test images, and what they measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.attribution.cam import cams, target_layer
from reportgen.attribution.cam_methods import Maps, joined, pointless
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.explaining import aside, data_of, explained_heads, told, wanted
from reportgen.figures.grad_cam.measures import between_heads, head_measures
from reportgen.network.answers import pieces
from reportgen.network.dependencies import way_to
from reportgen.network.graph import is_graph
from reportgen.network.maps import rearranging
from reportgen.network.network import Network
from reportgen.network.preprocessing import foreground, measured, pick, prepare
from reportgen.network.resizing import bilinear
from reportgen.records import Artifact, Dataset, Head, Subject
from reportgen.types import Array

PLAIN = "Activation Heatmap"
"""Heads heatmaps of values that are no scores of classes."""


@dataclass(frozen=True)
class _How:
    """The outputs that are explained, by their places in the model, at which layer, and how."""

    heads: list[int]
    layer: str
    method: str


def compute(subject: Subject) -> Artifact:
    """Heatmaps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, mh, mw) raw and
    `large@<head>` (s, h, w), the same resized to the input.
    """
    data, params = data_of(subject), subject.params
    subject.network.require_graph()
    every = explained_heads(subject.network, data.targets)
    outputs = [head.index for head in every]
    layer = target_layer(subject.network, params["layer"], outputs)
    _check_flat(subject.network, layer)
    heads = depending(subject.network, every, layer)
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    images = np.asarray(data.splits["test"].images)
    both = np.concatenate([shown, counted])
    how = _How([head.index for head in heads], layer, params["method"])
    classes = wanted(heads, data, both, params["target"])
    found = _streamed(subject.network, data, both, classes, how)
    size = (int(images.shape[1]), int(images.shape[2]))
    arrays: dict[str, Array] = {"images": images[shown]}
    for head, one in zip(heads, found, strict=True):
        arrays[f"map@{head.name}"] = one.maps[: len(shown)]
        arrays[f"large@{head.name}"] = bilinear(one.maps[: len(shown)], size)
    rest = {h.name: one.since(len(shown)) for h, one in zip(heads, found, strict=True)}
    masks = foreground(data, "test", counted)
    if rearranged := rearranging(subject.network, layer, images.shape[1:]):
        masks = np.zeros_like(masks)  # what lies where is not known
    measures = [
        measure
        for head, one in zip(heads, rest.values(), strict=True)
        for measure in head_measures(
            head.name, one, masks, _part(head.name, heads), subject.seed, _score(head)
        )
        # Score-CAM looks at no gradient, so it cannot tell of any.
        if params["method"] != "score_cam" or not measure.name.startswith("zero_gradients@")
    ]
    if len(heads) > 1:
        measures.extend(between_heads(rest, size, subject.seed))
    facts = {
        "layer": layer,
        "layer_type": type(subject.network.layer(layer)).__name__,
        "method": params["method"],
        "target": params["target"],
        "model": subject.facts.title,
        "map_size": [int(side) for side in found[0].maps.shape[1:]],
        "foreground": data.foreground,
        "left_out": _left_out(found[0]),
        "apart": [head.name for head in every if head not in heads],
        "rearranged": rearranged,
        "aside": aside(subject.network),
        **({"heading": PLAIN} if any(head.valued for head in heads) else {}),
        "heads": [
            _told(head, one, data, shown, params["method"])
            for head, one in zip(heads, found, strict=True)
        ],
    }
    return Artifact(arrays, facts, tuple(measures))


def depending(network: Network, heads: tuple[Head, ...], layer: str) -> tuple[Head, ...]:
    """The heads that depend on a layer: an auxiliary classifier branches off before the last one.

    Raises:
        UndefinedError: none does.
    """
    if is_graph(network.layer(layer)):
        return heads
    found = tuple(head for head in heads if layer in way_to(network, head.index).layers)
    if not found:
        names = ", ".join(f"'{head.name}'" for head in heads)
        raise UndefinedError(f"Output {names} does not depend on layer '{layer}'.")
    return found


def _streamed(
    network: Network, data: Dataset, indices: Array, wanted: NDArray[np.int32], how: _How
) -> list[Maps]:
    """Maps of each head for these test images, of which only a piece at a time becomes floats."""
    images = np.asarray(data.splits["test"].images)[indices]
    parts = [
        cams(network, prepare(images[part], data.preprocessing), how.heads, wanted[part].T,
             how.layer, how.method)
        for part in pieces(images)
    ]  # fmt: skip
    return [joined(one, how.layer) for one in zip(*parts, strict=True)]


def _check_flat(network: Network, layer: str) -> None:
    if not any(len(shape) == 4 for shape in network.shapes_at(layer)):
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps with two dimensions, so a heatmap over an image "
            "has no meaning."
        )


def _score(head: Head) -> str:
    return "value" if head.valued else "logit"


def _part(name: str, heads: tuple[Head, ...]) -> str:
    return "heatmap" if len(heads) == 1 else name


def _told(head: Head, found: Maps, data: Dataset, shown: Array, method: str) -> dict[str, Any]:
    """What a page says of one head's samples, JSON-ready."""
    count = len(shown)
    samples = told(head, found.logits[:count], found.targets[:count], data, shown)
    nowhere = pointless(found.maps[:count])
    return {
        "name": head.name,
        "title": head.title,
        "samples": [
            sample | {"zero": _zero(found, i, method), "pointless": bool(nowhere[i])}
            for i, sample in enumerate(samples)
        ],
    }


def _zero(found: Maps, i: int, method: str) -> str:
    """Why a map is zero everywhere: "" where it is not."""
    if found.maps[i].any():
        return ""
    if found.flat_gradients[i]:
        return "gradient"
    dark = "constant" if method == "score_cam" else "activations"
    return dark if found.flat_activations[i] else "sum"


def _left_out(found: Maps) -> dict[str, int]:
    """How many channels had no say in the map of some image, of how many.

    An image for which no channel varies does not count: its map is zero, which is told of it.
    """
    some = ~found.left_out.all(axis=1)
    return {
        "channels": int(found.left_out[some].any(axis=0).sum()),
        "of": int(found.left_out.shape[1]),
    }
