"""Histograms of angles side by side, as small palette PNG pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.drawing.charts import PALETTE
from reportgen.drawing.points import made_one, sheet
from reportgen.records import Picture

BINS = 60


def histograms(
    panels: Sequence[tuple[str, Mapping[str, NDArray[Any]]]], *, x_title: str
) -> Picture:
    """Shares of values in even bins, one panel each, all with the same axes.

    Args:
        panels: a title, and the values (n,) of each named histogram; NaN is left out, and a
            dashed line stands at the mean.
        x_title: what the values are.
    """
    top = max(float(np.nanmax(v)) for _, named in panels for v in named.values())
    bins = np.linspace(0.0, max(top, 1e-6), BINS + 1)
    with sheet(len(panels), (), aspect=0.62, room=(0.42, 0.42)) as (_, axes, made):
        highest = 0.0
        for one, (title, named) in zip(axes, panels, strict=True):
            one.set_title(title)
            for place, (name, values) in enumerate(named.items()):
                held = np.asarray(values, np.float64)
                held = held[~np.isnan(held)]
                shares = np.histogram(held, bins)[0] / max(len(held), 1)
                tint = PALETTE[place]
                one.stairs(shares, bins, fill=True, color=tint, alpha=0.35)
                one.stairs(shares, bins, color=tint, linewidth=1.4, label=name)
                one.axvline(held.mean(), color=tint, linewidth=1.2, linestyle=(0, (4, 2)))
                highest = max(highest, float(shares.max()))
        for place, one in enumerate(axes):
            one.set(xlim=(0, bins[-1]), ylim=(0, highest * 1.05 or 1.0), xlabel=x_title)
            one.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
            if place == 0:
                one.legend(loc="upper right")
    return made_one(made)
