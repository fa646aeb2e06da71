"""Class activation maps of a model over test images, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.attribution.cam import cams, target_layer
from reportgen.attribution.cam_methods import Maps, joined, pointless
from reportgen.errors import UndefinedError
from reportgen.figures.attribution import sanity
from reportgen.figures.attribution.explained import Images, color, data_of
from reportgen.figures.attribution.heads import explained_heads, remarks, score_of
from reportgen.figures.attribution.sanity_facts import Sanity
from reportgen.figures.fresh import fresh_measures
from reportgen.figures.grad_cam.facts import Facts, HeadFacts, Sample, Zero
from reportgen.figures.grad_cam.fresh import FRESH
from reportgen.figures.grad_cam.measures import between_heads, head_measures
from reportgen.figures.parts import head_parts
from reportgen.network.channel_order import channel_count
from reportgen.network.dependencies import dependencies_of
from reportgen.network.graph import is_graph
from reportgen.network.maps import has_maps_at, last_rearrangement
from reportgen.network.network import Network
from reportgen.network.preprocessing import prepare
from reportgen.network.resizing import bilinear
from reportgen.records import Artifact, Head, Measure, Subject
from reportgen.types import Array, Floats, Integers

PLAIN = "Activation Heatmap"
"""Heads heatmaps of values that are no scores of classes."""


def compute(subject: Subject) -> Artifact:
    """Heatmaps of every head for the samples, measured on more test images.

    Arrays: `images` (s, h, w, c) uint8; for each head `map@<head>` (s, mh, mw) raw and
    `large@<head>` (s, h, w), the same resized to the input.

    Raises:
        UndefinedError: there is no dataset, no layer with maps, or no output that depends on it.
        UserError: no such layer, class or test image.
    """
    data, network, method = data_of(subject), subject.network, subject.params["method"]
    network.require_graph()
    candidates = explained_heads(network, data.targets)
    layer = target_layer(network, subject.params["layer"], [head.index for head in candidates])
    _require_maps(network, layer)
    heads = _depending(network, candidates, layer)
    parts = head_parts([head.name for head in heads], alone="heatmap")

    images = Images.of(data, subject.params)
    explained = _Explained(network, heads, parts, layer, method, subject.params["target"])
    maps = explained.maps(images)

    arrays: dict[str, Array] = {"images": images.pixels[images.shown]}
    for head, of_head in zip(heads, maps, strict=True):
        shown = of_head.maps[images.shown]
        arrays |= {f"map@{head.name}": shown, f"large@{head.name}": bilinear(shown, images.size)}

    rearranged = last_rearrangement(network, layer, images.pixels.shape[1:])

    def measures_of(images: Images, maps: Sequence[Maps]) -> list[Measure]:
        return explained.measures(images, maps, bool(rearranged), subject.seed)

    def again(places: Integers) -> list[Measure]:
        some = images.some(places)
        return measures_of(some, explained.maps(some))

    measures = fresh_measures(
        network, subject.seed, measures_of(images, maps), FRESH, again,
        images=len(images.indices) - images.measured.start,
    )  # fmt: skip

    checks = _checks(subject, images, heads, maps, layer)
    if checks:
        measures.extend(checks[0])
    elif subject.params.get("sanity") is False:
        measures.append(sanity.off())
    channels, channels_left_out = _channels(maps[0])
    facts = Facts(
        sanity=checks[1] if checks else None,
        layer=layer,
        method=method,
        map_size=tuple(int(side) for side in maps[0].maps.shape[1:]),
        channels=channels,
        channels_left_out=channels_left_out,
        independent=tuple(head.name for head in candidates if head not in heads),
        rearranged=rearranged,
        unexplained=remarks(network, heads, [subject.params["target"]]),
        heads=tuple(
            HeadFacts(
                head.name, head.title, part, score_of(head), _samples(images, head, of_head, method)
            )
            for head, part, of_head in zip(heads, parts, maps, strict=True)
        ),
    )
    heading = PLAIN if any(head.valued for head in heads) else ""
    return Artifact(arrays, facts, tuple(measures), heading=heading)


@dataclass(frozen=True)
class _Explained:
    """What is explained of any images, and by which method.

    Attributes:
        network: the model.
        heads: that depend on the layer.
        parts: of the figure, for each head.
        layer: path of the layer.
        method: as the parameter of the figure.
        target: likewise.
    """

    network: Network
    heads: tuple[Head, ...]
    parts: Sequence[str]
    layer: str
    method: str
    target: str | None

    def maps(self, images: Images) -> list[Maps]:
        """The maps of each head, for all images."""
        targets = images.targets(self.heads, self.target)
        outputs = [head.index for head in self.heads]
        pieces = [
            cams(
                self.network,
                inputs,
                outputs,
                targets[piece].T,
                self.layer,
                self.method,
                by_position=self.method != "score_cam",
            )
            for piece, inputs in images.pieces()
        ]
        return [joined(of_head, self.layer) for of_head in zip(*pieces, strict=True)]

    def measures(
        self, images: Images, maps: Sequence[Maps], rearranged: bool, seed: int
    ) -> list[Measure]:
        """What the maps of the images measured tell."""
        masks = images.foregrounds()
        if rearranged:
            masks = np.zeros_like(masks)  # where the heatmap lies over the image is not known
        measured = {
            head.name: of_head.since(images.measured.start)
            for head, of_head in zip(self.heads, maps, strict=True)
        }
        measures = [
            measure
            for head, part in zip(self.heads, self.parts, strict=True)
            for measure in head_measures(
                head.name, measured[head.name], masks, part, seed, score_of(head)
            )
            # Score-CAM looks at no gradient.
            if self.method != "score_cam" or not measure.name.startswith("zero_gradients@")
        ]
        if len(self.heads) > 1:
            measures.extend(between_heads(measured, images.size, seed))
        return measures


def _checks(
    subject: Subject, images: Images, heads: tuple[Head, ...], maps: Sequence[Maps], layer: str
) -> tuple[tuple[Measure, ...], Sanity] | None:
    """The sanity checks of the heatmaps; None where a spec turns them off."""
    if not subject.params.get("sanity"):
        return None
    network, method, rest = subject.network, subject.params["method"], images.measured
    pixels, made = images.pixels[rest], len(images.pixels)
    passes = 1 + 2 * len(heads)
    if method == "score_cam":
        passes = channel_count(network, layer)
    effort = sanity.effort(network, len(pixels), passes, made, len(heads))
    outputs, few = [head.index for head in heads], slice(0, effort.images)
    some = prepare(pixels[few], images.data.preprocessing)

    def again(targets: Array) -> list[Floats]:
        return [of_head.maps for of_head in cams(network, some, outputs, targets.T, layer, method)]

    checked = sanity.Checked(
        network,
        heads,
        tuple(outputs),
        some,
        pixels[few],
        again,
        [of_head.maps[rest][few] for of_head in maps],
        np.stack([of_head.targets[rest][few] for of_head in maps], axis=1),
        False,
        sanity.probability(network, heads, some),
        color(images.data, "mean"),
        subject.seed,
    )
    return sanity.check(checked, effort)


def _require_maps(network: Network, layer: str) -> None:
    if not has_maps_at(network, layer):
        raise UndefinedError(
            f"Layer '{layer}' has no feature maps with two dimensions, so a heatmap over an image "
            "has no meaning."
        )


def _depending(network: Network, heads: tuple[Head, ...], layer: str) -> tuple[Head, ...]:
    """The heads that depend on a layer: an auxiliary classifier branches off before the last one.

    Raises:
        UndefinedError: no head does.
    """
    if is_graph(network.layer(layer)):
        return heads
    depending = tuple(
        head for head in heads if layer in dependencies_of(network, head.index).layers
    )
    if not depending:
        names = ", ".join(f"'{head.name}'" for head in heads)
        raise UndefinedError(f"Output {names} does not depend on layer '{layer}'.")
    return depending


def _channels(maps: Maps) -> tuple[int, int]:
    """How many channels there are, and how many had no say in the heatmap of some image.

    An image for which no channel varies does not count: its caption says that its heatmap is zero.
    """
    varied = ~maps.left_out.all(axis=1)
    return int(maps.left_out.shape[1]), int(maps.left_out[varied].any(axis=0).sum())


def _samples(images: Images, head: Head, maps: Maps, method: str) -> tuple[Sample, ...]:
    shown = images.samples(head, maps.logits, maps.targets)
    nowhere = pointless(maps.maps[images.shown])
    return tuple(
        Sample(image, _zero(maps, place, method), bool(nowhere[place]))
        for place, image in enumerate(shown)
    )


def _zero(maps: Maps, place: int, method: str) -> Zero:
    """What makes the heatmap of an image zero everywhere; "" where it is not."""
    if maps.maps[place].any():
        return ""
    if maps.flat_gradients[place]:
        return "gradient"
    if not maps.flat_activations[place]:
        return "sum"
    return "constant" if method == "score_cam" else "activations"
