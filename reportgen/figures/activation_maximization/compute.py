"""Maximizing images for the filters of a model's layers, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.activation_maximization import measures
from reportgen.figures.activation_maximization.facts import part
from reportgen.figures.attribution.explaining import aside, explained_heads, name_of
from reportgen.maximization.ascent import Climbed
from reportgen.maximization.maximize import (
    ascend,
    channels,
    class_objective,
    image_shape,
    layer_objective,
)
from reportgen.maximization.objectives import Objective
from reportgen.maximization.recipes import Ends, Recipe
from reportgen.maximization.recipes import recipe as settled
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite
from reportgen.network.layer_selection import choose, no_convolution
from reportgen.network.layers import is_conv
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import measured, prepare, value_ranges
from reportgen.network.randomization import fresh
from reportgen.records import Artifact, Dataset, Head, Measure, Subject
from reportgen.types import Array, Doubles, Floats

Size = tuple[int, int] | None

MOST = 64


@dataclass(frozen=True)
class Panel:
    """One picture: the targets of a layer, or of a head.

    Attributes:
        name: path of the layer, or name of the head.
        type: of the layer; "" for a head.
        goal: what to maximize, for each tile.
        labels: of each tile.
        total: how many targets there are.
        noun: what a target is.
    """

    name: str
    type: str
    goal: Objective
    labels: tuple[str, ...]
    total: int
    noun: Literal["filter", "class", "unit"] = "filter"

    @property
    def plain(self) -> bool:
        """Whether each tile shows one filter."""
        return self.goal.kind == "filter" and self.goal.picks.shape[1] == 1


def panels(subject: Subject, size: Size) -> list[Panel]:
    """The panels of a figure.

    Raises:
        UserError: a layer, filter, position or class that does not exist, or a parameter that the
            objective makes meaningless.
        UndefinedError: there is no convolution, or no head.
    """
    if subject.params["objective"] == "class":
        targets = subject.data.targets if subject.data else ()
        return [_of_head(subject, head) for head in explained_heads(subject.network, targets)]
    return [_of_layer(subject, path, size) for path in _layers(subject)]


def largest(subject: Subject, shown: Sequence[Panel]) -> list[Floats] | None:
    """For each panel the largest score of each tile's targets among test images; None without.

    Test images pass through the model in batches, all panels at once.
    """
    data = subject.data
    if data is None:
        return None
    stored = np.asarray(data.splits["test"].images)[measured(data, subject.params["measure_on"])]
    layers = list(dict.fromkeys(panel.goal.layer for panel in shown if panel.goal.layer))
    unit, scored = subject.params["objective"] == "unit", not layers
    outputs = [panel.goal.output for panel in shown] if scored else []
    tops = [np.full(len(panel.goal.picks), -np.inf, np.float32) for panel in shown]
    for rows in batches(subject.network, [stored]):
        pixels = prepare(stored[rows], data.preprocessing)
        seen = observe(
            subject.network, pixels, layers, mean=not unit, logits=scored, wanted=outputs
        )
        for top, panel in zip(tops, shown, strict=True):
            goal = panel.goal
            if scored:
                values = signed(seen.logits[goal.output])
            elif unit:
                at: tuple[Any, ...] = (slice(None), *goal.position)
                values = seen.activations[goal.layer][at]
            else:
                values = seen.activations[goal.layer]
            np.maximum(top, values[:, goal.picks].mean(axis=-1).max(axis=0), out=top)
    return tops


def signed(logits: Floats) -> Floats:
    """The score of every class (n, classes); a single unit speaks for 1 and against 0."""
    return np.concatenate([-logits, logits], axis=1) if logits.shape[1] == 1 else logits


def _of_layer(subject: Subject, path: str, size: Size) -> Panel:
    network, params = subject.network, subject.params
    total = channels(network, path)
    wanted = params["targets"]
    if wanted is None:
        rows: list[list[int]] = [[i] for i in range(min(total, params["filters"] or MOST, MOST))]
    else:
        rows = [[_number(part, "filter") for part in text.split("+")] for text in wanted]
    goal = layer_objective(
        network, path, rows, params["objective"], _position(params["position"]), size
    )
    labels = tuple(" + ".join(map(str, row)) for row in rows)
    return Panel(path, type(network.layer(path)).__name__, goal, labels, total)


def _of_head(subject: Subject, head: Head) -> Panel:
    count = head.units if head.valued else max(head.units, 2)
    names = head.target.classes if head.target else tuple(map(str, range(count)))
    if head.valued:
        names = tuple(name_of(head, unit) for unit in range(count))
    wanted = subject.params["targets"]
    texts = list(names[:MOST]) if wanted is None else list(wanted)
    rows = [_classes(text, names, head) for text in texts]
    labels = tuple(" + ".join(names[i] for i in row) for row in rows)
    # A single unit climbs as its class 1 does: the other is its negative.
    climbed = rows if count > 1 else [[1 for _ in row] for row in rows]
    goal = class_objective(subject.network, head.index, climbed)
    return Panel(head.name, "", goal, labels, count, "unit" if head.valued else "class")


def _classes(text: str, names: Sequence[str], head: Head) -> list[int]:
    """Indices of the classes that a target means: one name as it is, or several with plus signs."""
    targets = [text] if text in names else [name.strip() for name in text.split("+")]
    indices = []
    for name in targets:
        if name not in names and not (name.isdecimal() and int(name) < len(names)):
            what = "unit" if head.valued else "class"
            message = f"head '{head.name}' has no {what} '{name}'"
            raise UserError(Problem(message, hint=f"use a {what}'s name or index"))
        indices.append(list(names).index(name) if name in names else int(name))
    return indices


def _number(text: str, what: str) -> int:
    if not text.strip().isdecimal():
        message = f"targets of the objective '{what}' are numbers, got '{text.strip()}'"
        raise UserError(Problem(message, hint='write them like "3", or "3 + 7" for both at once'))
    return int(text)


def _position(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() for part in parts):
        message = f"position must be a row and a column, got '{text}'"
        raise UserError(Problem(message, hint='write it like "2, 3"'))
    return tuple(map(int, parts))


def _layers(subject: Subject) -> list[str]:
    """Paths of the convolutions to show."""
    network = subject.network
    convolutions = choose(network, subject.params["layers"], is_conv)
    if not convolutions:
        raise UndefinedError(f"{no_convolution(network)}, so there are no filters to maximize.")
    return convolutions


COMPARED = 16
"""Filters of the model with fresh weights that serve as baseline, at most."""


def compute(subject: Subject) -> Artifact:
    """Arrays: for each layer (or head) `images@<name>`, shape (tiles, h, w, c), scaled to 0..1."""
    size = _size(subject)
    shape = image_shape(subject.network, size)
    shown = panels(subject, size)
    recipe = _recipe(subject, shape)
    require_finite(subject.network, [p.goal.layer for p in shown if p.goal.layer] or None)
    tops: Sequence[Floats | None] = largest(subject, shown) or [None for _ in shown]
    values = fresh(subject.network, subject.seed)
    arrays: dict[str, Array] = {}
    told, found = [], []
    for panel, best in zip(shown, tops, strict=True):
        mine = ascend(subject.network, panel.goal, recipe, subject.seed, size)
        tiles = arrays[f"images@{panel.name}"] = _unit(mine, recipe, subject.data)
        if panel.plain:
            some = replace(panel.goal, picks=panel.goal.picks[:COMPARED])
            other = ascend(subject.network, some, recipe, subject.seed, size, values)
            random = _unit(other, recipe, subject.data)
            found += _measures(panel.name, tiles, random, subject.seed)
            found += _responses(panel.name, mine, best, subject.seed)
        else:
            found += _scores(panel, mine, best, subject.seed)
        told.append(_told(panel, mine, best))
    facts = {
        "layers": told,
        "input": list(shape),
        "range": [float(np.min(recipe.low)), float(np.max(recipe.high))],
        "steps": recipe.steps,
        "regularized": recipe.decay > 0 or recipe.variation > 0,
        "parameterization": recipe.parameterization,
        "aside": aside(subject.network) if subject.params["objective"] == "class" else "",
    }
    return Artifact(arrays, facts, tuple(found))


def _recipe(subject: Subject, shape: tuple[int, int, int]) -> Recipe:
    p = subject.params
    ends: tuple[Ends, Ends] = (0.0, 1.0)
    if subject.data:
        low, high = value_ranges(subject.data.preprocessing, shape[-1])
        ends = tuple(map(float, low)), tuple(map(float, high))
    return settled(
        shape, p["steps"], p["learning_rate"], p["parameterization"], p["l2"],
        p["total_variation"], p["jitter"], (p["pad"], p["rotate"], p["scale"]), ends,
    )  # fmt: skip


def _size(subject: Subject) -> tuple[int, int] | None:
    if subject.params["size"] is not None:
        return subject.params["size"], subject.params["size"]
    if subject.data is None:
        return None
    shape = np.shape(subject.data.splits["test"].images)
    return int(shape[1]), int(shape[2])


def _unit(found: Climbed, recipe: Recipe, data: Dataset | None) -> Floats:
    """Images as a person would see them: each channel over its own range, as 0..1, and in the
    order in which the dataset stores them."""
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    shares = np.asarray((found.images - low) / (high - low), np.float32)
    order = data.preprocessing.order if data else ()
    return shares[..., np.argsort(order)] if order else shares


def _scores(panel: Panel, mine: Climbed, best: Floats | None, seed: int) -> list[Measure]:
    """The measures of units, classes, and targets that are excited together."""
    still = Measure(
        f"still@{panel.name}",
        int(mine.still.sum()),
        "images",
        len(mine.still),
        how="images whose gradient was zero everywhere in every step",
    )
    found = [still]
    if best is not None:
        how = "score reached, divided by the largest among test images, median over the targets"
        rising = measures.ratios(mine.reached, best)
        found.append(measures.response(f"score_ratio@{panel.name}", rising, how, seed))
    return [replace(measure, part=part(panel.name)) for measure in found]


def _measures(path: str, images: Floats, random: Floats, seed: int) -> list[Measure]:
    """What the images of one layer look like, qualified by its name."""
    own, untrained = measures.patterns(images), measures.patterns(random)
    against = "baseline: the same recipe on the model with fresh random weights"
    found = [
        measures.mean(
            f"structure@{path}",
            measures.structures(images),
            measures.structures(random),
            "Moran's I of the images (likeness of neighboring pixels), mean over those of their "
            "channels that vary, then over filters; " + against,
            seed,
        ),
        measures.mean(
            f"pattern@{path}",
            own,
            untrained,
            "share of an image's contrast against mid-gray that lies in the strongest 2 % of its "
            "spatial frequencies (Hann window, zero frequency left out), mean over filters; "
            + against,
            seed,
        ),
        measures.gain(
            f"pattern_gain@{path}",
            own,
            untrained,
            "that share minus its mean over filters of the same model with fresh random weights, "
            "by the same recipe; both sets of filters resampled for the interval",
            seed,
        ),
        measures.mean(
            f"saturated@{path}",
            _ends(images),
            _ends(random),
            "share of values at the ends of the input range, mean over filters; " + against,
            seed,
        ),
    ]
    if images.shape[-1] == 3:
        found += _colors(path, images - np.float32(0.5), random - np.float32(0.5), against, seed)
    return [replace(measure, part=part(path)) for measure in found]


def _responses(path: str, mine: Climbed, best: Floats | None, seed: int) -> list[Measure]:
    """How the filters of one layer answer to their images."""
    how = "filters whose gradient was zero everywhere in every step"
    found = [Measure(f"still@{path}", int(mine.still.sum()), "filters", len(mine.still), how=how)]
    if best is not None:
        how = "mean response reached, divided by the largest among test images, median over filters"
        rising = measures.ratios(mine.reached, best)
        found.append(measures.response(f"activation_ratio@{path}", rising, how, seed))
    return [replace(measure, part=part(path)) for measure in found]


def _colors(path: str, mine: Floats, random: Floats, against: str, seed: int) -> list[Measure]:
    return [
        measures.mean(
            f"chroma_share@{path}",
            measures.chroma_shares(mine),
            measures.chroma_shares(random),
            "share of the images' squared distance from mid-gray that lies off the gray axis, "
            "mean over filters; " + against,
            seed,
        ),
        Measure(
            f"hue_spread@{path}",
            measures.hue_spread(mine),
            "",
            len(mine),
            baseline=measures.hue_spread(random),
            how="1 minus the length of the summed mean colors of the images, across the gray "
            "axis, divided by the sum of their lengths; " + against,
        ),
    ]


def _ends(images: Floats) -> Doubles:
    atend = (images <= 1e-6) | (images >= 1 - 1e-6)
    return np.asarray(atend.reshape(len(images), -1).mean(axis=1))


def _told(panel: Panel, mine: Climbed, best: Floats | None) -> dict[str, Any]:
    silent = (mine.reached == 0) & ~mine.still
    unmoved = (mine.reached <= mine.start) & ~mine.still & ~silent
    return {
        "name": panel.name,
        "type": panel.type,
        "objective": panel.goal.kind,
        "noun": panel.noun,
        "position": list(panel.goal.position),
        "labels": list(panel.labels),
        "channels": panel.total,
        "still": [int(i) for i in np.flatnonzero(mine.still)],
        "silent": [int(i) for i in np.flatnonzero(silent)],
        "unmoved": [int(i) for i in np.flatnonzero(unmoved)],
        "reached": [float(value) for value in mine.reached],
        "largest": None if best is None else [float(value) for value in best],
    }
