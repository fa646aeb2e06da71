"""What a figure's parameters ask for: panels of targets, and how test images excite them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.probing.budget import batches
from reportgen.probing.choosing import no_convolution
from reportgen.probing.explaining import explained_heads
from reportgen.probing.inputs import measured, prepare
from reportgen.probing.layers import choose, is_conv, named
from reportgen.probing.objectives import Objective
from reportgen.probing.outputs import observe
from reportgen.probing.telling import name_of
from reportgen.records import Head, Subject
from reportgen.types import Floats
from reportgen.visualizations.activation_maximization.targets import (
    channels,
    class_objective,
    layer_objective,
)

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
        return [_of_head(subject, head) for head in explained_heads(subject.model, targets)]
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
    for part in batches(subject.model, [stored]):
        pixels = prepare(stored[part], data.preprocessing)
        seen = observe(subject.model, pixels, layers, mean=not unit, logits=scored, wanted=outputs)
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
    model, params = subject.model, subject.params
    total = channels(model, path)
    wanted = params["targets"]
    if wanted is None:
        rows: list[list[int]] = [[i] for i in range(min(total, params["filters"] or MOST, MOST))]
    else:
        rows = [[_number(part, "filter") for part in text.split("+")] for text in wanted]
    goal = layer_objective(
        model, path, rows, params["objective"], _position(params["position"]), size
    )
    labels = tuple(" + ".join(map(str, row)) for row in rows)
    return Panel(path, type(named(model)[path]).__name__, goal, labels, total)


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
    goal = class_objective(subject.model, head.index, climbed)
    return Panel(head.name, "", goal, labels, count, "unit" if head.valued else "class")


def _classes(text: str, names: Sequence[str], head: Head) -> list[int]:
    """Indices of the classes that a target means: one name as it is, or several with plus signs."""
    parts = [text] if text in names else [part.strip() for part in text.split("+")]
    found = []
    for part in parts:
        if part not in names and not (part.isdecimal() and int(part) < len(names)):
            what = "unit" if head.valued else "class"
            message = f"head '{head.name}' has no {what} '{part}'"
            raise UserError(Problem(message, hint=f"use a {what}'s name or index"))
        found.append(list(names).index(part) if part in names else int(part))
    return found


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
    model = subject.model
    convolutions = choose(model, subject.params["layers"], is_conv)
    if not convolutions:
        raise UndefinedError(f"{no_convolution(model)}, so there are no filters to maximize.")
    return convolutions
