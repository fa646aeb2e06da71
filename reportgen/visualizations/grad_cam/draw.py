"""Heatmaps, and heatmaps over their inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.colors import colorize, overlay, relative
from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import sheet
from reportgen.records import Artifact, Drawing, Picture
from reportgen.visualizations.grad_cam.methods import TITLES

Facts = Mapping[str, Any]

COLORMAP = "inferno"

REASONS = {
    "gradient": "the gradient is zero everywhere",
    "activations": "all activations of the layer are zero",
    "constant": "no channel of the layer varies over the image",
    "sum": "the weighted sum of the feature maps is nowhere positive",
}


def draw(artifact: Artifact, params: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """For one head a heatmap and an overlay; for several one sheet for each head."""
    facts = artifact.facts
    heads: Sequence[Facts] = facts["heads"]
    if len(heads) > 1:
        return tuple(_head(artifact, head) for head in heads)
    return _heatmap(artifact, heads[0]), _overlay(artifact, heads[0])


def _heatmap(artifact: Artifact, head: Facts) -> Drawing:
    facts = artifact.facts
    maps = np.asarray(artifact.arrays[f"map@{head['name']}"], np.float32)
    picture = mosaic(
        maps,
        labels=[_label(sample) for sample in head["samples"]],
        colormap=COLORMAP,
        scaling="peak",
        legend="",
    )
    caption = (
        f"{_method(facts)} at layer {facts['layer']}, one cell for each of the "
        f"{_size(facts['map_size'])} positions of its feature maps. {_samples(head, facts)}"
    )
    return _drawing("heatmap", "Heatmap", picture, caption, _alt("Heatmap", artifact, head), facts)


def _overlay(artifact: Artifact, head: Facts) -> Drawing:
    images = artifact.arrays["images"]
    large = artifact.arrays[f"large@{head['name']}"]
    tiles = [overlay(image, one) for image, one in zip(images, large, strict=True)]
    picture = _row(tiles, [_label(sample) for sample in head["samples"]])
    facts = artifact.facts
    caption = (
        f"The same heatmap resized to the input ({_size(np.shape(images)[1:3])} pixels, bilinear) "
        f"and laid over it. {_samples(head, facts)}"
    )
    title = "Heatmap over Input Image"
    return _drawing("overlay", title, picture, caption, _alt(title, artifact, head), facts)


def _head(artifact: Artifact, head: Facts) -> Drawing:
    """Input, heatmap and overlay of each sample, for one head of several."""
    images, facts = artifact.arrays["images"], artifact.facts
    maps = np.asarray(artifact.arrays[f"map@{head['name']}"], np.float32)
    large = artifact.arrays[f"large@{head['name']}"]
    rows = [
        [image, colorize(relative(low), COLORMAP), overlay(image, high)]
        for image, low, high in zip(images, maps, large, strict=True)
    ]
    picture = sheet(
        rows,
        column_titles=["Input", "Heatmap", "Heatmap over input"],
        row_titles=[_label(sample) for sample in head["samples"]],
    )
    caption = (
        f"{_method(facts)} for the answer of head {head['name']} at layer {facts['layer']} "
        f"({_size(facts['map_size'])} positions), and resized over the input. "
        f"{_samples(head, facts)}"
    )
    alt = _alt("Input, heatmap and overlay", artifact, head)
    return _drawing(head["name"], head["title"], picture, caption, alt, facts)


def _row(tiles: list[NDArray[np.uint8]], titles: list[str]) -> Picture:
    """Tiles side by side, broken into rows of at most four."""
    if len(tiles) <= 4:
        return sheet([tiles], column_titles=titles)
    labels = [tiles[i : i + 4] for i in range(0, len(tiles), 4)]
    words = ["; ".join(titles[i : i + 4]) for i in range(0, len(tiles), 4)]
    return sheet(labels, row_titles=words)


def _drawing(
    part: str, title: str, picture: Picture, caption: str, alt: str, facts: Facts
) -> Drawing:
    return Drawing(part, picture, caption, alt, title, (facts["layer"],))


def _method(facts: Facts) -> str:
    return TITLES[facts["method"]]


def _size(sides: Sequence[int]) -> str:
    return " x ".join(str(side) for side in sides)


def _label(sample: Facts) -> str:
    words = f"{sample['predicted']} ({_percent(sample['probability'])})"
    if sample["explained"] != sample["predicted"]:
        words = f"for {sample['explained']}; predicted {words}"
    return f"{words}: zero everywhere" if sample["zero"] else words


def _percent(share: float) -> str:
    """A probability as per cent, never rounded to a certainty that it is not."""
    if share < 1 and share > 0.999:
        return "> 99.9 %"
    return f"{share * 100:.1f} %"


def _samples(head: Facts, facts: Facts) -> str:
    """What was explained for each sample, what the model said, and what is zero."""
    sentences = []
    for sample in head["samples"]:
        words = f"Test image {sample['index']} ({sample['label']}): "
        words += f"predicted {sample['predicted']} with {_percent(sample['probability'])}"
        if sample["explained"] != sample["predicted"]:
            words += f", explained for {sample['explained']}"
        if sample["zero"]:
            words += f"; the heatmap is zero everywhere, because {REASONS[sample['zero']]}"
        sentences.append(words + ".")
    return " ".join(sentences)


def _alt(kind: str, artifact: Artifact, head: Facts) -> str:
    """In words where each heatmap is hottest."""
    maps = np.asarray(artifact.arrays[f"map@{head['name']}"])
    places = [_where(one, sample) for one, sample in zip(maps, head["samples"], strict=True)]
    return f"{kind} at layer {artifact.facts['layer']}: " + "; ".join(places) + "."


def _where(values: NDArray[Any], sample: Facts) -> str:
    image = f"for test image {sample['index']} ({sample['label']}) "
    if sample["zero"]:
        return image + f"zero everywhere, because {REASONS[sample['zero']]}"
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    down = ("upper", "middle", "lower")[int(3 * row // values.shape[0])]
    across = ("left", "center", "right")[int(3 * column // values.shape[1])]
    place = "center" if (down, across) == ("middle", "center") else f"{down} {across}"
    return image + f"hottest in the {place}"
