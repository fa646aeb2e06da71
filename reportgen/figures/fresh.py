"""The same measures of the same network with fresh weights, which a verdict must beat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from reportgen.errors import UndefinedError
from reportgen.metrics.skipping import values_only
from reportgen.metrics.statistics import prediction_interval
from reportgen.network.network import Network
from reportgen.network.randomization import kept, redrawn, shares
from reportgen.records import Measure
from reportgen.types import Integers

Measured = Callable[[Integers], Iterable[Measure]]
"""What a network measures with the weights that it has, on the images at these places."""

_FIRST_SEED = 7919
"""Seeds of fresh weights lie apart from those that initialize a model, which are small."""


def fresh_measures(
    network: Network,
    seed: int,
    own: Sequence[Measure],
    names: Sequence[str],
    measured: Measured,
    images: int = 0,
    layers: Collection[str] | None = None,
    whole: bool = False,
) -> list[Measure]:
    """Measures of a network, each followed by its companion with fresh weights.

    The companion `<measure>_fresh@<qualifier>` has the mean over draws, the 95 % prediction
    interval of one further draw, and the number of draws as its `n`. One draw would prove nothing:
    two fresh networks differ as much as a fresh one and one that was never trained.

    Args:
        network: is left as it is.
        seed: of the draws.
        own: measures of the network with its own weights.
        names: of the measures that get a companion, without a qualifier.
        measured: measures the network again, with the same code, while it has fresh weights.
        images: the number of images of the network's own measures; 0 where there are none.
        layers: paths of the layers whose weights are drawn; None for all.
        whole: whether each draw takes all images, for a measure that fewer images would bias.
    """
    if not _wanted(own, names):
        return list(own)
    turns = shares(network, images, layers)
    if whole:
        turns = [np.arange(images)] * len(turns)
    draws = (
        _of_draw(network, seed_of(seed, draw), measured, places, layers)
        for draw, places in enumerate(turns)
    )
    return with_companions(network, own, names, draws, len(turns[0]), images)


def seed_of(seed: int, draw: int) -> int:
    """The seed of a draw of fresh weights."""
    return seed * 1009 + _FIRST_SEED + draw


def with_companions(
    network: Network,
    own: Sequence[Measure],
    names: Sequence[str],
    draws: Iterable[Iterable[Measure]],
    some: int = 0,
    images: int = 0,
) -> list[Measure]:
    """Measures with their companions, from those of each draw.

    Args:
        network: as in `fresh_measures`, and so are `own` and `names`.
        own: measures of the network.
        names: of those that get a companion.
        draws: the same measures, draw by draw.
        some: images of each draw.
        images: those of the network's own measures.
    """
    wanted = _wanted(own, names)
    values: dict[str, list[float]] = {measure.name: [] for measure in wanted}
    for measures in draws:
        for measure in measures:
            if measure.name in values and measure.value is not None:
                values[measure.name].append(float(measure.value))
    how = _how(network, some if some < images else 0)
    companions = {m.name: _companion(m, values[m.name], how) for m in wanted}
    return [
        each
        for measure in own
        for each in (measure, companions.get(measure.name))
        if each is not None
    ]


def _wanted(own: Sequence[Measure], names: Sequence[str]) -> list[Measure]:
    return [m for m in own if m.name.partition("@")[0] in names and m.value is not None]


def _of_draw(
    network: Network,
    seed: int,
    measured: Measured,
    places: Integers,
    layers: Collection[str] | None,
) -> list[Measure]:
    """The measures with one draw; [] where it cannot be measured, such as beyond all numbers."""
    with redrawn(network, seed, layers), values_only():
        try:
            return list(measured(places))
        except UndefinedError:
            return []


def _how(network: Network, images: int) -> str:
    """How fresh weights differ from a network that was just built; `images` is 0 for all."""
    parts = [
        "the same measure of the same network with newly drawn weights, mean over draws; the "
        "interval is that of one further draw (95 % prediction interval)"
    ]
    if images:
        parts.append(f"on {images} of the images each, taking turns")
    if unknown := kept(network):
        others = f" and {len(unknown) - 2} more" if len(unknown) > 2 else ""
        parts.append(
            f"the weights {', '.join(unknown[:2])}{others} keep their values, as nothing says how "
            "they are drawn"
        )
    return "; ".join(parts)


def _companion(measure: Measure, values: list[float], how: str) -> Measure:
    base, at, qualifier = measure.name.partition("@")
    name = f"{base}_fresh{at}{qualifier}"
    if not values:
        why = "undefined with newly drawn weights, in every draw"
        return Measure(name, None, measure.unit, n=0, how=why, part=measure.part)
    return replace(
        measure,
        name=name,
        value=float(np.mean(values)),
        n=len(values),
        baseline=None,
        interval=prediction_interval(values),
        how=how,
    )
