"""What projections are measured by. NumPy only, on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reportgen.drafting.wording import counted
from reportgen.figures.deconvnet.facts import Frame
from reportgen.metrics.statistics import SHARE, bootstrap, mean_by_unit
from reportgen.records import Measure
from reportgen.types import Array, Floats, Integers, Pixels


@dataclass(frozen=True)
class Channel:
    """One channel and the t images that it is shown with.

    Attributes:
        number: counted from 0.
        indices: of the images in the test split, shape (t,).
        images: as stored, shape (t, h, w, c) uint8.
        masks: their foregrounds, shape (t, h, w).
        projections: the shape of the images, signed.
        values: its strongest activation in each, shape (t,).
        frames: for each image what the unit saw; None where that is not known.
        searched: its strongest activation in every image that was searched, shape (n,).
    """

    number: int
    indices: Integers
    images: Pixels
    masks: Array
    projections: Floats
    values: Floats
    frames: list[Frame | None]
    searched: Floats


def measures(
    channels: Sequence[Channel],
    field: int | None,
    relus: tuple[int, int],
    plain: Mapping[str, Sequence[str]],
    seed: int,
) -> tuple[Measure, ...]:
    """All measures of the figure.

    Args:
        channels: those shown.
        field: side of the receptive field; None where that is not known.
        relus: how many follow the deconvnet's rule, and how many do not.
        plain: by kind, layers that the deconvnet has no rule for.
        seed: of the bootstrap.
    """
    projections = [projection for channel in channels for projection in channel.projections]
    return (
        *(_activation(channel) for channel in channels),
        Measure(
            "receptive_field",
            field,
            "px",
            how="side of the input region that one unit of the layer can see"
            + ("" if field is not None else "; it is unknown"),
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
            sum(not projection.any() for projection in projections),
            "images",
            len(projections),
            how="projections that are zero at every pixel",
        ),
        _energy(channels, seed),
    )


def _activation(channel: Channel) -> Measure:
    n = len(channel.searched)
    images = counted(n, "test image", "test images")
    return Measure(
        f"activation@{channel.number}",
        float(channel.searched.max()),
        "",
        n,
        baseline=float(channel.searched.mean()),
        how=f"largest activation of the channel in {images}; baseline: the mean over images of the "
        "largest activation in each",
    )


def _relus(replaced: int, hidden: int) -> Measure:
    total = replaced + hidden
    how = "share of the uses of ReLUs up to the layer whose backward rule was replaced"
    if not total:
        return Measure("relus_replaced", None, n=0, how=how + "; there is no ReLU")
    return Measure("relus_replaced", replaced / total, n=total, how=how)


def _energy(channels: Sequence[Channel], seed: int) -> Measure:
    """Of each projection the share on the foreground, against the foreground's share of what the
    unit saw, where this is known of all."""
    shares, areas, units = [], [], []
    for channel in channels:
        for projection, mask, frame in zip(
            channel.projections, channel.masks, channel.frames, strict=True
        ):
            seen = mask if frame is None else mask[frame[0] : frame[1], frame[2] : frame[3]]
            energy = np.abs(projection, dtype=np.float64).sum(axis=-1)
            if energy.any() and seen.any():
                shares.append(float((energy * mask).sum() / energy.sum()))
                areas.append(float(seen.mean()))
                units.append(channel.number)
    known = all(None not in channel.frames for channel in channels)
    how = (
        "share of a projection's magnitude that lies inside the foreground, mean over projections "
        "that are not zero, first of each channel, then over channels"
    )
    how += "; baseline: the foreground's share of the region that the unit saw" if known else ""
    if not shares:
        return Measure("energy_in_foreground", None, n=0, how=how + "; there is none")
    how += "" if known else "; no baseline, as the region that the unit saw is unknown"
    # Projections of one channel look alike, so that their number is no sample size.
    values, seen_shares = mean_by_unit(shares, units), mean_by_unit(areas, units)
    interval = bootstrap(values, seed, SHARE)
    baseline = float(seen_shares.mean()) if known else None
    return Measure(
        "energy_in_foreground", float(values.mean()), "", len(values), interval, baseline, how
    )
