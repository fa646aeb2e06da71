"""Maximizing images for the filters of a model's layers, and what they measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reportgen.figures.activation_maximization.bounds import bound_of
from reportgen.figures.activation_maximization.facts import Facts, Panel
from reportgen.figures.activation_maximization.fresh import FRESH
from reportgen.figures.activation_maximization.measures import (
    filter_images,
    filter_responses,
    share_of_bound,
    target_scores,
)
from reportgen.figures.activation_maximization.targets import Size, Targets, targets_of
from reportgen.figures.attribution.heads import explained_heads, remarks
from reportgen.figures.fresh import seed_of, with_companions
from reportgen.figures.parts import part_names
from reportgen.maximization.ascent import AscentResult, ascend
from reportgen.maximization.canvas import image_shape
from reportgen.maximization.recipes import Recipe
from reportgen.maximization.recipes import recipe as settled
from reportgen.metrics.skipping import values_only
from reportgen.network.arguments import Ends
from reportgen.network.batching import batches
from reportgen.network.finite import require_finite
from reportgen.network.outputs import observe
from reportgen.network.preprocessing import prepare, value_ranges
from reportgen.network.randomization import drawn, shares, weights
from reportgen.network.rescaling import expected_values
from reportgen.network.samples import measured
from reportgen.network.weight_groups import before
from reportgen.records import Artifact, Dataset, Measure, Subject
from reportgen.types import Array, Floats

COMPARED = 8
"""Filters of the model with fresh weights that serve as baseline, at most, of each draw."""
DRAWS = 3
"""Draws of fresh weights, at most: each takes an ascent of its own."""


def compute(subject: Subject) -> Artifact:
    """Arrays: for each layer (or head) `images@<name>`, shape (tiles, h, w, c), scaled to 0..1.

    Raises:
        UndefinedError: there is no convolution or no head, or its weights are not finite.
        UserError: no such layer, filter, position or class.
    """
    network, seed, size = subject.network, subject.seed, _size(subject)
    shape = image_shape(network, size)
    shown = targets_of(subject, size)
    parts = part_names([targets.name for targets in shown])
    recipe = _recipe(subject, shape)
    require_finite(network, [each.goal.layer for each in shown if each.goal.layer] or None)
    largest = _largest(subject, shown)
    arrays: dict[str, Array] = {}
    measures: list[Measure] = []
    panels: list[Panel] = []
    for targets, part, best in zip(shown, parts, largest, strict=True):
        name = targets.name
        climbed = ascend(network, targets.goal, recipe, seed, size)
        images = arrays[f"images@{name}"] = _displayed(climbed, recipe, subject.data)
        if targets.single_filters:
            random = _of_fresh_weights(subject, targets, recipe, size)
            own = filter_images(name, images, np.concatenate(random), part, seed)
            with values_only():
                draws = [filter_images(name, each, each, part, seed) for each in random]
            measures += with_companions(network, own, FRESH, draws)
            measures += filter_responses(name, climbed.reached, climbed.still, best, part, seed)
            bound = bound_of(network, name, recipe, shape, seed)
            if bound is not None:
                limits = bound.values[targets.goal.picks[:, 0]]
                measures += share_of_bound(name, climbed.reached, limits, bound.exact, part)
        else:
            measures += target_scores(name, climbed.reached, climbed.still, best, part, seed)
        panels.append(_panel(targets, part, climbed, best))
    facts = Facts(
        panels=tuple(panels),
        input=shape,
        range=(float(np.min(recipe.low)), float(np.max(recipe.high))),
        steps=recipe.steps,
        regularized=recipe.decay > 0 or recipe.variation > 0,
        parameterization=recipe.parameterization,
        unexplained=_remarks(subject),
    )
    return Artifact(arrays, facts, tuple(measures))


def _of_fresh_weights(
    subject: Subject, targets: Targets, recipe: Recipe, size: Size
) -> list[Floats]:
    """Images of some filters of a layer for each draw of fresh weights, by the same recipe."""
    network, seed, picks = subject.network, subject.seed, targets.goal.picks
    # What comes after the layer has no say in its images.
    layers = before(network, [targets.goal.layer])
    turns = shares(network, len(picks), layers)[:DRAWS]
    compared = replace(targets.goal, picks=picks[: min(max(map(len, turns)), COMPARED)])
    found = []
    for draw in range(len(turns)):
        fresh = drawn(network, seed_of(seed, draw), layers)
        values = [fresh.get(index, own.value) for index, own in enumerate(weights(network))]
        climbed = ascend(network, compared, recipe, seed, size, values)
        found.append(_displayed(climbed, recipe, subject.data))
    return found


def _remarks(subject: Subject) -> str:
    if subject.params["objective"] != "class":
        return ""
    heads = explained_heads(subject.network, subject.data.targets if subject.data else ())
    return remarks(subject.network, heads, subject.params["targets"] or ())


def _size(subject: Subject) -> Size:
    if subject.params["size"] is not None:
        return subject.params["size"], subject.params["size"]
    if subject.data is None:
        return None
    shape = np.shape(subject.data.splits["test"].images)
    return int(shape[1]), int(shape[2])


_ENDS: dict[str, tuple[Ends, Ends]] = {"bytes": (0.0, 255.0), "signed": (-1.0, 1.0)}
"""The values of images without a dataset, by those that a model expects."""


def _recipe(subject: Subject, shape: tuple[int, int, int]) -> Recipe:
    p = subject.params
    ends: tuple[Ends, Ends] = 0.0, 1.0
    if not subject.data:
        ends = _ENDS.get(expected_values(subject.network, shape).values, ends)
    else:
        low, high = value_ranges(subject.data.preprocessing, shape[-1])
        ends = tuple(map(float, low)), tuple(map(float, high))
    return settled(
        shape, p["steps"], p["learning_rate"], p["parameterization"], p["l2"],
        p["total_variation"], p["jitter"], (p["pad"], p["rotate"], p["scale"]), ends,
    )  # fmt: skip


def _largest(subject: Subject, shown: Sequence[Targets]) -> list[Floats | None]:
    """For each picture the largest score of each tile among test images; None without data.

    Test images pass through the model in batches, for all pictures at once.
    """
    data, objective = subject.data, subject.params["objective"]
    if data is None:
        return [None for _ in shown]
    stored = np.asarray(data.splits["test"].images)[measured(data, subject.params["measure_on"])]
    layers = list(dict.fromkeys(targets.goal.layer for targets in shown if targets.goal.layer))
    classes = objective == "class"
    outputs = [targets.goal.output for targets in shown] if classes else []
    largest = [np.full(len(targets.goal.picks), -np.inf, np.float32) for targets in shown]
    for rows in batches(subject.network, [stored]):
        pixels = prepare(stored[rows], data.preprocessing)
        seen = observe(
            subject.network, pixels, layers,
            mean=objective != "unit", logits=classes, wanted=outputs,
        )  # fmt: skip
        for best, targets in zip(largest, shown, strict=True):
            goal = targets.goal
            if classes:
                values = _class_scores(seen.logits[goal.output])
            elif objective == "unit":
                at: tuple[int | slice, ...] = (slice(None), *goal.position)
                values = seen.activations[goal.layer][at]
            else:
                values = seen.activations[goal.layer]
            np.maximum(best, values[:, goal.picks].mean(axis=-1).max(axis=0), out=best)
    return list(largest)


def _class_scores(logits: Floats) -> Floats:
    """The score of every class (n, classes); a single unit speaks for 1 and against 0."""
    return np.concatenate([-logits, logits], axis=1) if logits.shape[1] == 1 else logits


def _displayed(climbed: AscentResult, recipe: Recipe, data: Dataset | None) -> Floats:
    """Images as a person would see them: each channel over its own range, as 0..1, and in the
    order in which the dataset stores them."""
    low, high = np.asarray(recipe.low), np.asarray(recipe.high)
    shares = np.asarray((climbed.images - low) / (high - low), np.float32)
    order = data.preprocessing.order if data else ()
    return shares[..., np.argsort(order)] if order else shares


def _panel(targets: Targets, part: str, climbed: AscentResult, largest: Floats | None) -> Panel:
    silent = (climbed.reached == 0) & ~climbed.still
    unmoved = (climbed.reached <= climbed.start) & ~climbed.still & ~silent
    still, silent, unmoved = (
        tuple(int(tile) for tile in np.flatnonzero(tiles))
        for tiles in (climbed.still, silent, unmoved)
    )
    return Panel(
        name=targets.name,
        type=targets.type,
        part=part,
        objective=targets.goal.kind,
        noun=targets.noun,
        position=tuple(targets.goal.position),
        labels=targets.labels,
        grouped=targets.goal.picks.shape[1] > 1,
        total=targets.total,
        still=still,
        silent=silent,
        unmoved=unmoved,
        reached=tuple(float(value) for value in climbed.reached),
        largest=None if largest is None else tuple(float(value) for value in largest),
    )
