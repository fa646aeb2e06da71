"""Layers whose maps are not two-dimensional; measures over the image leave them out."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import by_measure
from reportgen.records import Findings, ModelFacts


def has_other_ranks(findings: Findings, models: Sequence[ModelFacts]) -> bool:
    """Whether any of the models has measured maps of one or three dimensions.

    `feature_maps` measures whether such maps are active, but not how fine they are across an image.
    """
    names = {model.name for model in models}
    blocks = [b for b in findings.blocks if b.kind == "feature_maps" and b.model in names]
    return any(set(by_measure(b, "active_share")) - set(by_measure(b, "fineness")) for b in blocks)
