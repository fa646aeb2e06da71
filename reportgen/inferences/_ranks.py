"""Which layers a measure over the image leaves out, because their maps do not lie over it."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.drafting import by_measure
from reportgen.records import Findings, ModelFacts


def with_others(findings: Findings, models: Sequence[ModelFacts]) -> bool:
    """Whether maps of one or three dimensions were measured in any of the models.

    Of these `feature_maps` tells which are active, but not how fine they are across the image.
    """
    names = {model.name for model in models}
    blocks = [one for one in findings.blocks if one.kind == "feature_maps" and one.model in names]
    return any(set(by_measure(b, "active_share")) - set(by_measure(b, "fineness")) for b in blocks)
