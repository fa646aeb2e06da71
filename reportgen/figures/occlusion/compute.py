"""Occlusion maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reportgen.attribution.occlusion import (
    Occlusion,
    PatchPositions,
    occlude,
    patch_positions,
    pixel_means,
)
from reportgen.errors import UndefinedError
from reportgen.figures.attribution import sanity
from reportgen.figures.attribution.explained import Images, color, data_of, mean_split
from reportgen.figures.attribution.heads import explained_heads, remarks, score_of
from reportgen.figures.attribution.sanity_facts import Sanity
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.occlusion.facts import Facts, HeadFacts, Sample
from reportgen.figures.occlusion.fresh import FRESH
from reportgen.figures.occlusion.measures import answer_drops, focus, value_drop
from reportgen.figures.parts import head_parts
from reportgen.network.predictions import Probabilities
from reportgen.records import Artifact, Head, Measure, Subject
from reportgen.types import Array, Booleans, Floats, Integers


def compute(subject: Subject) -> Artifact:
    """Maps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, h, w), signed drops.

    Raises:
        UndefinedError: there is no dataset, or no score that could drop.
        UserError: no such class or test image, or a patch or stride that does not fit.
    """
    data, network, params = data_of(subject), subject.network, subject.params
    score = params["score"]
    images = Images.of(data, params)
    cover = patch_positions(images.size, params["patch"], params["stride"])
    inputs = images.inputs()
    candidates = explained_heads(network, data.targets, score)
    if score == "probability" and any(head.valued for head in candidates):
        candidates = Probabilities(network, candidates, inputs).heads
    heads = _with_score(candidates, score)
    parts = head_parts([head.name for head in heads])
    targets = images.targets(heads, params["target"])
    outputs, fill = [head.index for head in heads], color(data, params["base"])
    occlusions = occlude(network, inputs, outputs, targets, cover, fill, score)
    maps = [_map(occlusion, cover, images, score) for occlusion in occlusions]
    masks = images.foregrounds()
    measures = [
        measure
        for head, part, occlusion in zip(heads, parts, occlusions, strict=True)
        for measure in _measures(head, part, occlusion, cover, images, masks, subject.seed)
    ]

    def again(places: Integers) -> list[Measure]:
        some = images.some(places)
        wanted, ground = some.targets(heads, params["target"]), some.foregrounds()
        found = occlude(network, some.inputs(), outputs, wanted, cover, fill, score)
        return [
            measure
            for head, part, occlusion in zip(heads, parts, found, strict=True)
            for measure in _measures(head, part, occlusion, cover, some, ground, subject.seed)
        ]

    measures = fresh_measures(
        network, subject.seed, measures, FRESH, again,
        images=len(inputs) - images.measured.start,
    )  # fmt: skip
    checks = _checks(subject, images, inputs, heads, occlusions, maps, cover)
    if checks:
        measures.extend(checks[0])
    elif params.get("sanity") is False:
        measures.append(sanity.off())
    facts = Facts(
        sanity=checks[1] if checks else None,
        patch=cover.patch,
        stride=cover.stride,
        positions=len(cover.corners),
        mean_split="training" if mean_split(data) == "train" else "test",
        unexplained=remarks(network, heads, [params["target"]], score),
        without_probability=tuple(head.name for head in candidates if head not in heads),
        heads=tuple(
            HeadFacts(
                head.name,
                head.title,
                part,
                "probability" if score == "probability" else score_of(head),
                _samples(images, head, occlusion, of_head),
            )
            for head, part, occlusion, of_head in zip(heads, parts, occlusions, maps, strict=True)
        ),
    )
    arrays: dict[str, Array] = {"images": images.pixels[images.shown]}
    for head, of_head in zip(heads, maps, strict=True):
        arrays[f"map@{head.name}"] = of_head[images.shown]
    return Artifact(arrays, facts, tuple(measures))


def _checks(
    subject: Subject,
    images: Images,
    inputs: Floats,
    heads: tuple[Head, ...],
    occlusions: Sequence[Occlusion],
    maps: Sequence[Floats],
    cover: PatchPositions,
) -> tuple[tuple[Measure, ...], Sanity] | None:
    """The sanity checks of the maps; None where a spec turns them off."""
    if not subject.params.get("sanity"):
        return None
    network, score, rest = subject.network, subject.params["score"], images.measured
    own, fill = inputs[rest], color(images.data, subject.params["base"])
    passes = len(cover.corners)
    effort = sanity.effort(network, len(own), passes, len(inputs), len(heads))
    outputs, few = [head.index for head in heads], slice(0, effort.images)
    some = own[few]

    def again(targets: Array) -> list[Floats]:
        return [
            _map(occlusion, cover, images, score)
            for occlusion in occlude(network, some, outputs, targets, cover, fill, score)
        ]

    checked = sanity.Checked(
        network,
        heads,
        tuple(outputs),
        some,
        images.pixels[rest][few],
        again,
        [of_head[rest][few] for of_head in maps],
        np.stack([occlusion.targets[rest][few] for occlusion in occlusions], axis=1),
        True,
        sanity.probability(network, heads, some),
        color(images.data, "mean"),
        subject.seed,
    )
    return sanity.check(checked, effort)


def _map(occlusion: Occlusion, cover: PatchPositions, images: Images, score: str) -> Floats:
    """Maps (n, h, w) as they are shown."""
    drops = occlusion.probability if score == "probability" else occlusion.drops
    return pixel_means(drops, cover, images.size)


def _with_score(heads: tuple[Head, ...], score: str) -> tuple[Head, ...]:
    """The heads whose score can drop: all, or for probabilities those that have any."""
    scored = tuple(head for head in heads if score != "probability" or not head.valued)
    if not scored:
        raise UndefinedError(
            f"Output '{heads[0].name}' of the model has no label and ends without a softmax or "
            "sigmoid, so it has no probability that could drop; 'score: logit' shows the drop of "
            "its value."
        )
    return scored


def _measures(
    head: Head,
    part: str,
    occlusion: Occlusion,
    cover: PatchPositions,
    images: Images,
    masks: Booleans,
    seed: int,
) -> list[Measure]:
    """The measures of one head; the foreground is compared with drops of the logit, or of the
    probability where that is all there is."""
    rest = images.measured
    score = "probability" if occlusion.logit is None else score_of(head)
    drops = pixel_means(occlusion.drops[rest], cover, images.size)
    measures = focus(head.name, score, drops, masks, max(cover.patch), part, seed)
    if head.valued:
        return [*measures, value_drop(head.name, occlusion.drops[rest], part, seed)]
    probability, changed = occlusion.probability[rest], occlusion.changed[rest]
    return [*measures, *answer_drops(head.name, probability, changed, part, seed)]


def _samples(images: Images, head: Head, occlusion: Occlusion, maps: Floats) -> tuple[Sample, ...]:
    # `head` has the names of classes, and that of `occlusion` the kind that its values are.
    named = replace(head, kind=occlusion.head.kind)
    shown = images.samples(named, occlusion.logits, occlusion.targets, occlusion.probabilities)
    return tuple(
        Sample(
            image,
            zero=not maps[place].any(),
            score_drop=None if occlusion.logit is None else float(occlusion.logit[place].max()),
            probability_drop=float(occlusion.probability[place].max()),
            flips=int(occlusion.changed[place].sum()),
        )
        for place, image in enumerate(shown)
    )
