"""Occlusion maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reportgen.attribution.occlusion import Occlusion, covering, occlude, spread
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.explaining import (
    aside,
    color,
    data_of,
    explained_heads,
    mean_of,
    told,
    wanted,
)
from reportgen.figures.occlusion.measures import measured_of
from reportgen.network.answers import Probabilities
from reportgen.network.preprocessing import foreground, measured, pick, prepare
from reportgen.records import Artifact, Head, Subject
from reportgen.types import Array


def compute(subject: Subject) -> Artifact:
    """Maps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, h, w), signed drops.
    """
    data, params, network = data_of(subject), subject.params, subject.network
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    both = np.concatenate([shown, counted])
    images = np.asarray(data.splits["test"].images)[both]
    size = (int(images.shape[1]), int(images.shape[2]))
    cover = covering(size, params["patch"], params["stride"])
    inputs = prepare(images, data.preprocessing)
    every = explained_heads(network, data.targets, params["score"])
    if params["score"] == "probability" and any(head.valued for head in every):
        every = Probabilities(network, every, inputs).heads
    heads = _dropping(every, params["score"])
    targets = wanted(heads, data, both, params["target"])
    order = [head.index for head in heads]
    base = color(data, params["base"])
    found = occlude(network, inputs, order, targets, cover, base, params["score"])
    maps = {
        head.name: spread(getattr(one, params["score"]), cover, size)
        for head, one in zip(heads, found, strict=True)
    }
    masks, count = foreground(data, "test", counted), len(shown)
    numbers = [
        measure
        for head, one in zip(heads, found, strict=True)
        for measure in measured_of(
            head, _part_of(one, slice(count, None)), cover, masks, _part(head, heads), subject.seed
        )
    ]
    facts = {
        "patch": list(cover.patch),
        "stride": list(cover.stride),
        "positions": len(cover.corners),
        "aside": aside(network, params["score"]),
        "valued": [head.name for head in every if head not in heads],
        "mean_of": {"train": "training", "test": "test"}[mean_of(data)],
        "heads": [
            {
                "name": head.name,
                "title": head.title,
                "samples": _told(head, one, maps[head.name], subject, shown),
            }
            for head, one in zip(heads, found, strict=True)
        ],
    }
    arrays: dict[str, Array] = {"images": images[:count]}
    arrays |= {f"map@{name}": one[:count] for name, one in maps.items()}
    return Artifact(arrays, facts, tuple(numbers))


def _dropping(heads: tuple[Head, ...], score: str) -> tuple[Head, ...]:
    """The heads whose score can drop: all, or for probabilities those that have any."""
    found = tuple(head for head in heads if score != "probability" or not head.valued)
    if not found:
        raise UndefinedError(
            f"Output '{heads[0].name}' of the model has no label and ends without a softmax or "
            "sigmoid, so it has no probability that could drop; 'score: logit' shows the drop of "
            "its value."
        )
    return found


def _part(head: Head, heads: Sequence[Head]) -> str:
    return "" if len(heads) == 1 else head.name


def _part_of(one: Occlusion, images: slice) -> Occlusion:
    return replace(
        one,
        logit=None if one.logit is None else one.logit[images],
        probability=one.probability[images],
        changed=one.changed[images],
        targets=one.targets[images],
        logits=None if one.logits is None else one.logits[images],
        probabilities=one.probabilities[images],
    )


def _told(
    head: Head, found: Occlusion, maps: Any, subject: Subject, shown: Array
) -> list[dict[str, Any]]:
    """What a page says of the images; `head` has the names of classes, that of `found` has not."""
    first = _part_of(found, slice(len(shown)))
    named = replace(head, kind=first.head.kind)
    samples = told(named, first.logits, first.targets, data_of(subject), shown, first.probabilities)
    return [
        {
            **sample,
            "zero": not maps[i].any(),
            **({} if first.logit is None else {"logit_drop": float(first.logit[i].max())}),
            "probability_drop": float(found.probability[i].max()),
            "flips": int(found.changed[i].sum()),
        }
        for i, sample in enumerate(samples)
    ]
