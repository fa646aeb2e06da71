"""Occlusion maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drafting.wording import counted
from reportgen.errors import UndefinedError
from reportgen.probing.explaining import aside, color, data_of, explained_heads, mean_of, wanted
from reportgen.probing.inputs import foreground, measured, pick, prepare
from reportgen.probing.occluding import Occlusion, occlude
from reportgen.probing.overlap import mean_over_maps, overlap
from reportgen.probing.patches import Covering, covering, spread
from reportgen.probing.statistics import bootstrap, wilson
from reportgen.probing.telling import told
from reportgen.records import Artifact, Head, Measure, Subject
from reportgen.visualizations.occlusion.engine import occlusion

__all__ = ["compute", "occlusion"]


def compute(subject: Subject) -> Artifact:
    """Maps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, h, w), signed drops.
    """
    data, params, model = data_of(subject), subject.params, subject.model
    every = explained_heads(model, data.targets)
    heads = _dropping(every, params["score"])
    shown, counted = pick(data, params["samples"]), measured(data, params["measure_on"])
    both = np.concatenate([shown, counted])
    images = np.asarray(data.splits["test"].images)[both]
    size = (int(images.shape[1]), int(images.shape[2]))
    cover = covering(size, params["patch"], params["stride"])
    inputs = prepare(images, data.preprocessing)
    targets = wanted(heads, data, both, params["target"])
    order = [head.index for head in heads]
    base = color(data, params["base"])
    found = occlude(model, inputs, order, targets, cover, base, params["score"])
    maps = {
        head.name: spread(getattr(one, params["score"]), cover, size)
        for head, one in zip(heads, found, strict=True)
    }
    masks, count = foreground(data, "test", counted), len(shown)
    numbers = [
        measure
        for head, one in zip(heads, found, strict=True)
        for measure in _measured(
            head, _part_of(one, slice(count, None)), cover, masks, _part(head, heads), subject.seed
        )
    ]
    facts = {
        "patch": list(cover.patch),
        "stride": list(cover.stride),
        "positions": len(cover.corners),
        "aside": aside(model),
        "valued": [head.name for head in every if head not in heads],
        "mean_of": {"train": "training", "test": "test"}[mean_of(data)],
        "heads": [
            {
                "name": head.name,
                "title": head.title,
                "samples": _told(one, maps[head.name], subject, shown),
            }
            for head, one in zip(heads, found, strict=True)
        ],
    }
    arrays: dict[str, NDArray[Any]] = {"images": images[:count]}
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
    found: Occlusion, maps: Any, subject: Subject, shown: NDArray[Any]
) -> list[dict[str, Any]]:
    first = _part_of(found, slice(len(shown)))
    samples = told(
        first.head, first.logits, first.targets, data_of(subject), shown, first.probabilities
    )
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


def _measured(
    head: Head, found: Occlusion, cover: Covering, masks: Any, part: str, seed: int
) -> list[Measure]:
    """The measures of one head; the foreground is compared with drops of the logit, or of the
    probability where that is all there is."""
    name, score = head.name, "value" if head.valued else "logit"
    score = "probability" if found.logit is None else score
    drops = np.maximum(spread(found.drops, cover, masks.shape[1:]), 0)
    zero = np.asarray(~drops.any(axis=(1, 2)))
    usable = ~zero & masks.any(axis=(1, 2))
    inside = area = np.zeros(0)
    if usable.any():
        lies = overlap(drops[usable], masks[usable])
        inside, area = lies.inside, lies.area
    n = len(zero)
    return [
        mean_over_maps(
            f"energy_in_foreground@{name}",
            inside,
            area,
            f"share of the drops of the {score} (rises left out), each pixel the mean over the "
            "patches that cover it, that lies inside the foreground; baseline: the foreground's "
            "share of the area",
            part,
            seed,
        ),
        Measure(
            f"zero_maps@{name}",
            int(zero.sum()),
            "images",
            n,
            how=f"images of which no pixel's mean drop of the {score} is positive",
            part=part,
        ),
        *(_value if head.valued else _answer)(name, found, part, seed),
    ]


def _value(name: str, found: Occlusion, part: str, seed: int) -> list[Measure]:
    """How much a value that stands for itself drops."""
    what = "the explained unit's value"
    return [_largest(f"largest_value_drop@{name}", what, found.drops, part, seed)]


def _largest(measure: str, what: str, drops: NDArray[np.float64], part: str, seed: int) -> Measure:
    """The largest drop of each image's score, shape (n, positions), beside the mean of all."""
    largest, places = drops.max(axis=1), drops.shape[1]
    return Measure(
        measure,
        float(largest.mean()),
        "",
        len(largest),
        bootstrap(largest, seed),
        float(drops.mean()),
        f"largest drop of {what} over {counted(places, 'position', 'positions')} of the patch, "
        "mean over images; baseline: the mean drop over all positions",
        part,
    )


def _answer(name: str, found: Occlusion, part: str, seed: int) -> list[Measure]:
    """How much the probability of a class drops, and how often the answer is another."""
    n, hits = len(found.changed), int(found.changed.any(axis=1).sum())
    what = "the explained class's probability"
    return [
        _largest(f"largest_drop@{name}", what, found.probability, part, seed),
        Measure(
            f"flipped@{name}",
            hits / n,
            "",
            n,
            wilson(hits, n),
            how="share of images for which at least one position of the patch changes the answer",
            part=part,
        ),
    ]
