"""What projections are measured by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.metrics.statistics import bootstrap
from reportgen.network.preprocessing import foreground
from reportgen.records import Dataset, Measure
from reportgen.types import Array, Floats, Integers, Pixels

Frame = tuple[int, int, int, int]


@dataclass(frozen=True)
class Unit:
    """One channel and the t images that it is shown with.

    Attributes:
        channel: its number.
        indices: of the images in the test split, shape (t,).
        images: as stored, shape (t, h, w, c) uint8.
        projections: the same shape, signed.
        values: its strongest activation in each, shape (t,).
        windows: for each image top, bottom, left and right of what the unit saw; None where that
            cannot be told.
        searched: its strongest activation in every image that was searched, shape (n,).
    """

    channel: int
    indices: Integers
    images: Pixels
    projections: Floats
    values: Floats
    windows: list[Frame | None]
    searched: Floats


def measures(
    units: Sequence[Unit],
    data: Dataset,
    field: int | None,
    relus: tuple[int, int],
    plain: Mapping[str, Sequence[str]],
    seed: int,
) -> tuple[Measure, ...]:
    """All measures of the figure; `relus` counts those with the rule and those without."""
    shown = [one for unit in units for one in unit.projections]
    return (
        *(_activation(unit) for unit in units),
        Measure(
            "receptive_field",
            field,
            "px",
            how="side of the input region that one unit of the layer can see"
            + ("" if field is not None else "; it cannot be told"),
        ),
        _relus(*relus),
        Measure(
            "plain_passages",
            sum(map(len, plain.values())),
            "layers",
            how="layers on the way for which the deconvnet has no rule of its own, so that the "
            "plain backward pass stands in",
        ),
        Measure(
            "zero_projections",
            sum(not one.any() for one in shown),
            "images",
            len(shown),
            how="projections that are zero at every pixel",
        ),
        _energy(units, data, seed),
    )


def _activation(unit: Unit) -> Measure:
    n = len(unit.searched)
    images = counted(n, "test image", "test images")
    return Measure(
        f"activation@{unit.channel}",
        float(unit.searched.max()),
        "",
        n,
        baseline=float(unit.searched.mean()),
        how=f"largest activation of the channel in {images}; baseline: the mean over images of the "
        "largest activation in each",
    )


def _relus(replaced: int, hidden: int) -> Measure:
    total = replaced + hidden
    how = "share of the uses of ReLUs up to the layer whose backward rule was replaced"
    if not total:
        return Measure("relus_replaced", None, n=0, how=how + "; there is no ReLU")
    return Measure("relus_replaced", replaced / total, n=total, how=how)


def _energy(units: Sequence[Unit], data: Dataset, seed: int) -> Measure:
    """Of each projection the share on the foreground, against the foreground's share of what the
    unit saw, where this is known of all."""
    shares, areas = [], []
    for unit in units:
        masks = foreground(data, "test", unit.indices)
        for one, mask, frame in zip(unit.projections, masks, unit.windows, strict=True):
            seen = mask if frame is None else mask[frame[0] : frame[1], frame[2] : frame[3]]
            energy = np.abs(one, dtype=np.float64).sum(axis=-1)
            if energy.any() and seen.any():
                shares.append(float((energy * mask).sum() / energy.sum()))
                areas.append(float(seen.mean()))
    known = all(None not in unit.windows for unit in units)
    how = (
        "share of a projection's magnitude that lies inside the foreground, mean over projections "
        "that are not zero"
    )
    how += "; baseline: the foreground's share of the region that the unit saw" if known else ""
    if not shares:
        return Measure("energy_in_foreground", None, n=0, how=how + "; there is none")
    how += "" if known else "; no baseline, as which region the unit saw cannot be told"
    values: Array = np.array(shares)
    interval = bootstrap(values, seed)
    baseline = float(np.mean(areas)) if known else None
    return Measure(
        "energy_in_foreground", float(values.mean()), "", len(shares), interval, baseline, how
    )
