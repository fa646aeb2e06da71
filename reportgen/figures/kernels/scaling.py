"""What the shades of kernels mean: shares of a largest magnitude, or of a layer's whole range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reportgen.types import Floats


def scaled(kernel: Floats, scaling: str, ends: tuple[float, float]) -> Floats:
    """A kernel (h, w, inputs, filters) as it is to be drawn.

    Args:
        kernel: the weights of the filters shown.
        scaling: "layer" leaves weights alone; "filter" divides each filter by its own largest
            magnitude; "range" brings `ends` to 0 and 1 (all to 0 where they are one).
        ends: the smallest and the largest weight of the layer.
    """
    if scaling == "range":
        low, high = ends
        return np.asarray((kernel - low) / ((high - low) or 1.0), np.float32)
    if scaling == "layer":
        return kernel
    own = np.abs(np.where(np.isfinite(kernel), kernel, 0)).max(axis=(0, 1, 2), initial=0)
    return np.asarray(kernel / np.where(own > 0, own, 1), np.float32)


def reach(kernel: Floats) -> float:
    """The largest magnitude of weights, those not finite left out."""
    return float(np.abs(np.where(np.isfinite(kernel), kernel, 0)).max(initial=0))


def legend(scaling: str) -> str:
    """Words beside the bar of colors."""
    return {
        "layer": "weight",
        "filter": "weight, as a share of each filter's largest",
        "range": "weight, from the layer's smallest to its largest",
    }[scaling]


def said(way: str, largest: float, scaling: str, facts: Mapping[str, Any]) -> str:
    """One sentence on what shades mean, given the largest magnitude of what is shown."""
    if scaling == "range":
        return _range_said(way, *facts["range"])
    if not largest:
        finite = " that are finite numbers" if facts.get("bad") else ""
        return f"All weights{finite} are zero."
    whose = "of the tiles shown" if scaling == "layer" else "of each filter by itself"
    if way == "color":
        value = f", {largest:.3g}" if scaling == "layer" else ""
        return (
            "Middle gray is a weight of zero in all three; full brightness and black are plus and "
            f"minus the largest magnitude {whose}{value}."
        )
    return (
        f"White is zero; the ends of the colors are plus and minus the largest magnitude {whose}."
    )


def _range_said(way: str, low: float, high: float) -> str:
    if low == high:
        return f"All weights of the layer are {low:.3g}."
    ends = ("none", "full") if way == "color" else ("black", "white")
    return (
        f"A weight w is drawn as (w - low) / (high - low), from 0 ({ends[0]}) to 1 ({ends[1]}), "
        f"with the smallest and the largest weight of the whole layer: low = {low:.3g}, "
        f"high = {high:.3g}."
    )
