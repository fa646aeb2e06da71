"""Sanity checks of maps: fresh weights, another class, and pixels deleted or inserted.

Maps that explain a network change with its weights (Adebayo et al., 2018, arXiv 1810.03292) and
with the class explained (Sixt et al., 2020, arXiv 1912.09818), and the pixels that they point at
matter more than others (Petsiuk et al., 2018, arXiv 1806.07421). A check passes or fails; it ranks
no methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from reportgen.drafting.sanity import IMAGES, SIMILARITY, judged
from reportgen.errors import UndefinedError
from reportgen.figures.attribution.sanity_facts import PART, HeadSanity, Sanity
from reportgen.metrics.edges import edge_strength
from reportgen.metrics.faithfulness import area, blurred, exchanged, orders, random_orders
from reportgen.metrics.randomization import (
    in_groups,
    rank_correlation,
    structural_similarity,
    varied,
)
from reportgen.metrics.statistics import bootstrap, mean_of_defined
from reportgen.network import resizing
from reportgen.network.network import Network
from reportgen.network.predictions import Probabilities
from reportgen.network.randomization import drawn, kept, lent, multiply_adds
from reportgen.network.weight_groups import label, weight_levels
from reportgen.records import Head, Measure
from reportgen.types import Array, Booleans, Doubles, Floats

_FIRST_SEED = 104_729
"""Seeds of fresh weights lie apart from those that initialize a model, which are small."""
LEAST_WORK = 5e9
"""Multiply-adds that are always spent, about a second on two cores; beyond them checks take no more
than the maps of the figure did."""

Maps = Callable[[Array], Sequence[Floats]]
"""Maps (n, h, w) of each output, for its classes to explain (n, outputs), with the weights that
the network has at this moment."""
_Maps = Sequence[Floats]
Answers = Callable[[Floats], Sequence[Doubles]]
"""For each output how strongly it answers each of m images: (m, units); () where it has none."""


@dataclass(frozen=True)
class Checked:
    """The maps to check.

    Attributes:
        network: left as it is.
        heads: the outputs explained; () for a figure of a layer, which has one series of maps.
        ends: what the maps depend on: indices of outputs, or paths of layers.
        inputs: model input, shape (n, h, w, c).
        pixels: the same images as stored.
        maps: computes maps.
        original: maps of each output, with the network's own weights.
        targets: the classes that they explain, shape (n, outputs).
        signed: whether the sign of a map counts.
        answers: how strongly the network answers images; None where nothing answers.
        base: the color of deleted pixels, as model input.
        seed: of all that is random.
        answer: in words, with what `answers` answers.
    """

    network: Network
    heads: tuple[Head, ...]
    ends: tuple[int | str, ...]
    inputs: Floats
    pixels: Array
    maps: Maps
    original: Sequence[Floats]
    targets: Array
    signed: bool
    answers: Answers | None
    base: Floats
    seed: int
    answer: str = "the explained class's probability"


@dataclass(frozen=True)
class Effort:
    """How thorough the checks are.

    Attributes:
        images: that are checked.
        draws: of fresh weights, over which each likeness is a mean.
        groups: of layers at most.
        independent: whether each group is also drawn alone.
        steps: in which pixels are deleted.
        random: orders of pixels to compare with.
    """

    images: int
    draws: int
    groups: int
    independent: bool
    steps: int
    random: int


_EFFORTS = (
    Effort(8, 3, 6, True, 10, 2),
    Effort(8, 1, 6, True, 10, 2),
    Effort(8, 1, 4, True, 6, 1),
    Effort(4, 1, 4, True, 6, 1),
    Effort(4, 1, 3, False, 4, 1),
)


def off() -> Measure:
    """The measure of a figure whose checks a spec turns off."""
    how = "images whose maps were held against the sanity checks, which the spec turns off"
    return Measure(IMAGES, 0, "images", how=how)


def probability(network: Network, heads: Sequence[Head], images: Array) -> Answers | None:
    """Answers by probabilities, for outputs that have any; None where none has."""
    having = [head for head in heads if not head.valued]
    try:
        read = Probabilities(network, having, images) if having else None
    except UndefinedError:
        read = None
    if read is None:
        return None

    def answers(images: Floats) -> list[Doubles]:
        found = dict(zip((head.index for head in having), read(images), strict=True))
        none = np.zeros((len(images), 0))
        return [np.asarray(found.get(head.index, none), np.float64) for head in heads]

    return answers


def effort(network: Network, images: int, passes: int, made: int, outputs: int = 1) -> Effort:
    """The most thorough checks that the work allows, counted in multiply-adds, not timed.

    Args:
        network: with a graph.
        images: at hand.
        passes: through the network that the maps of one image take, back ones counting twice.
        made: images that the figure made maps of.
        outputs: that are explained.
    """
    one = multiply_adds(network)
    budget = max(LEAST_WORK, float(made) * passes * one)

    def work(each: Effort) -> float:
        maps = each.draws * each.groups * (2 if each.independent else 1) + 1
        deleted = 2 * (each.steps - 1) * (outputs + each.random)
        return float(min(each.images, images)) * (maps * passes + deleted) * one

    return next((each for each in _EFFORTS if work(each) <= budget), _EFFORTS[-1])


def check(checked: Checked, effort: Effort) -> tuple[tuple[Measure, ...], Sanity]:
    """The measures of all checks, and the facts that their table shows.

    Args:
        checked: maps of `effort.images` images, or of fewer.
        effort: how thorough the checks are.
    """
    groups = in_groups(weight_levels(checked.network, checked.ends), effort.groups)
    likeness = _likeness_to_fresh(checked, groups, effort)
    others = _others(checked, likeness.alive if likeness else None)
    gains = _gains(checked, effort)
    names = [f"@{head.name}" for head in checked.heads] or [""]
    steps = tuple(label(checked.network, group) for group in groups)
    measures: list[Measure] = []
    heads = []
    for place, name in enumerate(names):
        found = _Head(checked, place, name, effort, steps)
        measures += found.measures(likeness, others, gains)
        heads.append(found.facts(measures))
    return tuple(measures), Sanity(steps, len(checked.inputs), effort.draws, tuple(heads))


# --- likeness to other maps --------------------------------------------------------------------


@dataclass(frozen=True)
class _Likeness:
    """Likeness of maps of each output to other maps of the same images.

    Attributes:
        rank: rank correlation of the maps as they are shown, shape (outputs, ..., n).
        magnitude: that of their magnitudes.
        ssim: structural similarity.
    """

    rank: Doubles
    magnitude: Doubles
    ssim: Doubles


@dataclass(frozen=True)
class _Randomized:
    """Likeness to maps with fresh weights, each of shape (outputs, groups, n), mean over draws.

    `alive` marks the pixels of each output's maps (n, h, w) where any of them is not zero.
    """

    cascade: _Likeness
    independent: _Likeness | None
    alive: Sequence[Booleans]


def _likeness_to_fresh(
    checked: Checked, groups: Sequence[Sequence[tuple[str, ...]]], effort: Effort
) -> _Randomized | None:
    """None where no weights can be drawn."""
    paths = [[path for level in group for path in level] for group in groups]
    if not paths:
        return None
    cascades, singles = list[list[_Maps]](), list[list[_Maps]]()
    for draw in range(effort.draws):
        seed = checked.seed * 1009 + _FIRST_SEED + draw
        values = [drawn(checked.network, seed, own) for own in paths]
        cascade = list[_Maps]()
        with ExitStack() as stack:
            for own in values:
                stack.enter_context(lent(checked.network, own))
                cascade.append(_maps_now(checked))
        cascades.append(cascade)
        alone = cascade[:1]
        for own in values[1:] if effort.independent else ():
            with lent(checked.network, own):
                alone.append(_maps_now(checked))
        singles.append(alone)
    every = [maps for draw in (*cascades, *singles) for maps in draw]
    alive = [
        _anywhere([own, *others]) for own, *others in zip(checked.original, *every, strict=True)
    ]

    def likeness(draws: Sequence[Sequence[_Maps]]) -> _Likeness:
        return _mean(
            [_stacked([_compared(checked, maps, alive) for maps in draw]) for draw in draws]
        )

    independent = likeness(singles) if effort.independent else None
    return _Randomized(likeness(cascades), independent, alive)


def _maps_now(checked: Checked) -> _Maps:
    """Maps with the weights that the network has now; zero where they are undefined."""
    try:
        return checked.maps(checked.targets)
    except UndefinedError:  # such as values beyond all numbers
        return [np.zeros_like(own) for own in checked.original]


def _anywhere(maps: Sequence[Floats]) -> Booleans:
    """The pixels of each image (n, h, w) where one of several maps is not zero."""
    return np.asarray(np.any([each != 0 for each in maps], axis=0))


def _compared(
    checked: Checked, maps: Sequence[Array], alive: Sequence[Booleans] | None
) -> _Likeness:
    """Likeness of the original maps to others, each of shape (outputs, n).

    Ranks are those of the pixels of `alive` alone: others are zero whatever the weights, such as a
    black ground, and would tie in all maps.
    """
    size = checked.pixels.shape[1:3]
    ranks, magnitudes, ssims = [], [], []
    for place, (own, other) in enumerate(zip(checked.original, maps, strict=True)):
        over = None if alive is None else alive[place]
        magnitudes.append(rank_correlation(np.abs(own), np.abs(other), over))
        signed = checked.signed
        ranks.append(rank_correlation(own, other, over) if signed else magnitudes[-1])
        pair = (own, other) if signed else (np.abs(own), np.abs(other))
        ssims.append(structural_similarity(*(resizing.bilinear(each, size) for each in pair)))
    return _Likeness(np.stack(ranks), np.stack(magnitudes), np.stack(ssims))


def _stacked(steps: Sequence[_Likeness]) -> _Likeness:
    return _Likeness(
        np.stack([step.rank for step in steps], axis=1),
        np.stack([step.magnitude for step in steps], axis=1),
        np.stack([step.ssim for step in steps], axis=1),
    )


def _mean(draws: Sequence[_Likeness]) -> _Likeness:
    """Mean over draws, of those with a map that has a pattern."""
    return _Likeness(
        mean_of_defined(np.stack([draw.rank for draw in draws]), 0),
        mean_of_defined(np.stack([draw.magnitude for draw in draws]), 0),
        mean_of_defined(np.stack([draw.ssim for draw in draws]), 0),
    )


def _others(checked: Checked, alive: Sequence[Booleans] | None) -> _Likeness | None:
    """Likeness to the maps of another class, drawn at random for each image and output.

    NaN for an output with one unit: its two classes have the same map but for the sign.
    """
    rng = np.random.default_rng(checked.seed + 1)
    units = [head.units for head in checked.heads]
    if max(units, default=1) < 2:
        return None
    steps = np.stack(
        [rng.integers(1, max(count, 2), len(checked.inputs)) for count in units], axis=1
    )
    several = np.asarray(units) > 1
    others = np.where(several, (checked.targets + steps) % np.maximum(units, 2), checked.targets)
    found = _compared(checked, checked.maps(others.astype(np.int32)), alive)
    for each in (found.rank, found.magnitude, found.ssim):
        each[~several] = np.nan
    return found


def _edges(checked: Checked, place: int, over: Booleans | None) -> Doubles:
    """Likeness of maps to the edges of their images, which know no weights, shape (n,)."""
    maps = np.abs(checked.original[place])
    strength = edge_strength(checked.pixels)
    if maps.shape != strength.shape:
        strength = resizing.area(strength, maps.shape[1:]).astype(np.float64)
    return rank_correlation(maps, strength, over)


# --- deletion and insertion --------------------------------------------------------------------


@dataclass(frozen=True)
class _Gains:
    """How much better than random orders: areas between the curves, shape (outputs, n)."""

    deletion: Doubles
    insertion: Doubles


def _gains(checked: Checked, effort: Effort) -> _Gains | None:
    """None where nothing answers."""
    if checked.answers is None:
        return None
    rng = np.random.default_rng(checked.seed + 2)
    n, height, width = checked.pixels.shape[:3]
    inputs = checked.inputs
    plain = np.broadcast_to(checked.base, inputs.shape).astype(np.float32)
    ways = (inputs, plain), (blurred(inputs), inputs)
    own = [
        orders(resizing.bilinear(maps if checked.signed else np.abs(maps), (height, width)), rng)
        for maps in checked.original
    ]
    chance = [random_orders(n, height * width, rng) for _ in range(effort.random)]
    gains = []
    for sign, (start, end) in zip((-1, 1), ways, strict=True):
        ends = [_answered(checked, images[:, None]) for images in (start, end)]
        by_map = np.stack(
            [
                _area(checked, ends, exchanged(start, end, order, effort.steps))[place]
                for place, order in enumerate(own)
            ]
        )
        at_random = np.mean(
            [_area(checked, ends, exchanged(start, end, order, effort.steps)) for order in chance],
            axis=0,
        )
        gains.append(sign * (by_map - at_random))
    # A map that is the same everywhere has no order.
    ordered = np.stack([varied(maps) for maps in checked.original])
    return _Gains(*(np.where(ordered, gain, np.nan) for gain in gains))


def _area(checked: Checked, ends: Sequence[Doubles], between: Floats) -> Doubles:
    """Areas under the curves of all outputs, shape (outputs, n)."""
    return area(np.concatenate([ends[0], _answered(checked, between), ends[1]], axis=2))


def _answered(checked: Checked, images: Floats) -> Doubles:
    """Answers to images (n, steps, h, w, c) for the explained classes: (outputs, n, steps)."""
    assert checked.answers is not None
    n, steps = images.shape[:2]
    values = checked.answers(images.reshape(n * steps, *images.shape[2:]))
    rows = []
    for place, of_head in enumerate(values):
        if not of_head.size:
            rows.append(np.full((n, steps), np.nan))
            continue
        classes = np.repeat(checked.targets[:, place], steps)
        rows.append(_of_class(of_head, classes).reshape(n, steps))
    return np.stack(rows)


def _of_class(values: Doubles, classes: Array) -> Doubles:
    if values.shape[1] == 1:
        return np.asarray(np.where(classes == 1, values[:, 0], 1 - values[:, 0]), np.float64)
    return np.asarray(np.take_along_axis(values, classes[:, None], axis=1)[:, 0], np.float64)


# --- measures ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Head:
    """Writes down the measures of one output."""

    checked: Checked
    place: int
    name: str
    effort: Effort
    steps: tuple[str, ...]

    def measures(
        self, fresh: _Randomized | None, others: _Likeness | None, gains: _Gains | None
    ) -> Iterator[Measure]:
        """All measures; undefined where maps have no pattern, or nothing can be compared."""
        place = self.place
        yield Measure(
            f"{IMAGES}{self.name}", len(self.checked.inputs), "images",
            how="images whose maps were held against the sanity checks", part=PART,
        )  # fmt: skip
        edges = _edges(self.checked, place, fresh.alive[place] if fresh else None)
        baseline = float(np.nanmean(edges)) if np.isfinite(edges).any() else None
        how = f"{self._how('fresh weights')}, mean over the steps of the cascade"
        if fresh is None:
            why = f"{how}; no layer's weights can be drawn anew"
            yield Measure(f"{SIMILARITY}{self.name}", None, n=0, how=why, part=PART)
            return
        cascade = fresh.cascade
        edges_how = f"{how}; baseline: likeness to the edges of the image, which know no weights"
        yield self._one(SIMILARITY, _over_steps(cascade.rank[place]), edges_how, baseline)
        if self.checked.signed:
            text = how.replace("the maps", "the maps' magnitudes")
            yield self._one("sanity_magnitude", _over_steps(cascade.magnitude[place]), text)
        ssim = how.replace("rank correlation (Spearman)", "structural similarity (SSIM)")
        yield self._one("sanity_ssim", _over_steps(cascade.ssim[place]), ssim)
        for step, layers in enumerate(self.steps):
            down = f"{self._how('fresh weights')}, drawn from the output down to {layers}"
            yield self._one("sanity_cascade", cascade.rank[place, step], down, at=step + 1)
            if fresh.independent is not None:
                text = f"{self._how('fresh weights')}, drawn for {layers} alone"
                values = fresh.independent.rank[place, step]
                yield self._one("sanity_independent", values, text, at=step + 1)
        if others is not None:
            text = f"{self._how('the maps of another class')}, drawn at random for each image"
            yield self._one("sanity_random_logit", others.rank[place], text)
        if gains is not None:
            yield from self._gains(gains)

    def facts(self, measures: Sequence[Measure]) -> HeadSanity:
        """What the table shows of these measures, of which some may be other outputs'."""
        values = {measure.name: measure for measure in measures}

        def value(name: str, at: int = 0) -> float | None:
            found = values.get(self._name(name, at))
            return None if found is None or found.value is None else float(found.value)

        similarity = values.get(self._name(SIMILARITY))
        places = range(1, len(self.steps) + 1)
        return HeadSanity(
            self.checked.heads[self.place].title if self.checked.heads else "",
            judged(similarity),
            value(SIMILARITY),
            value("sanity_ssim"),
            tuple(value("sanity_cascade", at) for at in places),
            tuple(value("sanity_independent", at) for at in places)
            if self.effort.independent
            else (),
            value("sanity_random_logit"),
            similarity.baseline if similarity else None,
            value("deletion_gain"),
            value("insertion_gain"),
        )

    def _gains(self, gains: _Gains) -> Iterator[Measure]:
        orders = "the order of the map"
        than = (
            "a random order" if self.effort.random == 1 else f"{self.effort.random} random orders"
        )
        by = f"mean over images; {self.effort.steps} steps"
        yield self._one(
            "deletion_gain",
            gains.deletion[self.place],
            f"area between the curves of {self.checked.answer} while pixels are "
            f"replaced by the mean color in {than} and in {orders}, {by}; above 0 the pixels of "
            "the map matter more",
            0,
        )
        yield self._one(
            "insertion_gain",
            gains.insertion[self.place],
            "the same while pixels return to a blurred image (Gaussian, 5 pixels), the map's curve "
            f"minus that of {than}, {by}",
            0,
        )

    def _one(
        self, name: str, values: Doubles, how: str, baseline: float | None = None, at: int = 0
    ) -> Measure:
        """The mean over images with a value; undefined where fewer than half have one."""
        full, defined = self._name(name, at), values[np.isfinite(values)]
        if not defined.size or 2 * defined.size < values.size:
            how += "; more than half of the images have a map that is the same everywhere"
            return Measure(full, None, n=defined.size, how=how, part=PART)
        # Not bounded: likenesses that are all the same would have a wide interval.
        low, high = bootstrap(defined, self.checked.seed)
        interval = (low, high) if name.endswith("_gain") else (max(low, -1.0), min(high, 1.0))
        value = float(defined.mean())
        return Measure(full, value, "", defined.size, interval, baseline, how, PART)

    def _name(self, name: str, at: int = 0) -> str:
        if not at:
            return name + self.name
        return f"{name}{self.name}.{at}" if self.name else f"{name}@{at}"

    def _how(self, other: str) -> str:
        what = "the maps" if self.checked.signed else "the maps' magnitudes"
        draws = f", {self.effort.draws} draws" if self.effort.draws > 1 else ""
        keep = ""
        if other == "fresh weights":
            other = f"those of the same network with fresh weights{draws}"
            keep = "; some weights keep their values" if kept(self.checked.network) else ""
        return (
            f"rank correlation (Spearman) over pixels of {what} with {other}, "
            f"but for pixels that are zero in all of them{keep}"
        )


def _over_steps(values: Doubles) -> Doubles:
    """The mean over the steps (groups, n) of each image; NaN where half of them are undefined."""
    enough = 2 * np.isfinite(values).sum(axis=0) > len(values)
    return np.where(enough, mean_of_defined(values, 0), np.nan)
