"""Images as their files hold them, and as the model is given them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.drawing.mosaic import mosaic
from reportgen.drawing.sheet import sheet
from reportgen.records import Artifact, Drawing, Picture


def beside(artifact: Artifact) -> Picture | None:
    """Each image as its file holds it, beside what was made of it; None where that is not known."""
    titles, images = artifact.facts["titles"], np.asarray(artifact.arrays["images"])
    found = [artifact.arrays.get(f"original_{i}") for i in range(len(titles))]
    if any(one is None for one in found):
        return None
    known = [np.asarray(one) for one in found]
    return sheet(
        [[one, image] for one, image in zip(known, images, strict=True)],
        column_titles=("as in the file", f"as used here, {_size(images[0])}"),
        row_titles=[f"{t}, {_size(one)}" for t, one in zip(titles, known, strict=True)],
    )


def after(artifact: Artifact) -> tuple[Drawing, ...]:
    """Every channel of the model input in gray, all on one scale."""
    inputs = artifact.arrays.get("inputs")
    if inputs is None:
        return ()
    facts, values = artifact.facts, np.asarray(inputs, np.float32)
    count = values.shape[-1]
    tiles = values.transpose(0, 3, 1, 2).reshape(-1, *values.shape[1:3])
    picture = mosaic(
        tiles,
        labels=_labels(facts, count),
        columns=count if len(tiles) > count else None,
        colormap="gray",
        scaling="shared",
        legend="value of the model input",
    )
    many = (
        "channel" if count == 1 else f"{count} channels, in the order in which the model reads them"
    )
    caption = f"Model input ({facts['prepared']}): its {many}, from {_number(values.min())} "
    caption += f"(black) to {_number(values.max())} (white)."
    alt = f"Gray pictures of the model input's channels ({', '.join(facts['channels'])}) "
    alt += f"for {', '.join(facts['titles'])}"
    return (Drawing("input", picture, caption, alt, "As model input"),)


def _labels(facts: Mapping[str, Any], count: int) -> list[str]:
    """The channel; for several images also which of them."""
    titles, names = facts["titles"], facts["channels"]
    if len(titles) == 1:
        return list(names)
    return [f"{title}, {name}" for title in titles for name in names]


def _size(image: Any) -> str:
    return f"{image.shape[1]} x {image.shape[0]} px"


def _number(value: float) -> str:
    return f"{value:.4g}"
