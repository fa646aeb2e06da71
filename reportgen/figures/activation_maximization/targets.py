"""What a figure maximizes: filters or units of layers, or classes of heads, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.class_names import class_index, classes_named
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.figures.activation_maximization.facts import Noun
from reportgen.figures.attribution.heads import class_name, explained_heads
from reportgen.maximization.objectives import (
    Objective,
    class_objective,
    layer_objective,
    map_channels,
)
from reportgen.network.layer_selection import choose_seeing, no_convolution
from reportgen.network.layers import is_conv
from reportgen.network.network import Network
from reportgen.records import Head, Subject

Size = tuple[int, int] | None

MOST = 64
"""Tiles of a picture at most, unless the spec names them."""


@dataclass(frozen=True)
class Targets:
    """The targets of one picture.

    Attributes:
        name: path of the layer, or name of the head.
        type: of the layer; "" for a head.
        goal: what to maximize, for each tile.
        labels: of each tile.
        total: how many targets the layer or head has.
        noun: what a target is.
    """

    name: str
    type: str
    goal: Objective
    labels: tuple[str, ...]
    total: int
    noun: Noun = "filter"

    @property
    def single_filters(self) -> bool:
        """Whether each tile shows one filter."""
        return self.goal.kind == "filter" and self.goal.picks.shape[1] == 1


def targets_of(subject: Subject, size: Size) -> list[Targets]:
    """The targets of each picture of a figure.

    Raises:
        UserError: a layer, filter, position or class that does not exist, or a parameter that the
            objective makes meaningless.
        UndefinedError: there is no convolution, or no head.
    """
    network = subject.network
    if subject.params["objective"] == "class":
        labeled = subject.data.targets if subject.data else ()
        wanted = subject.params["targets"]
        return [_of_head(network, head, wanted) for head in explained_heads(network, labeled)]
    convolutions = choose_seeing(network, subject.params["layers"], is_conv)
    if not convolutions:
        raise UndefinedError(f"{no_convolution(network)}, so there are no filters to maximize.")
    return [_of_layer(subject, path, size) for path in convolutions]


def _of_layer(subject: Subject, path: str, size: Size) -> Targets:
    network, params = subject.network, subject.params
    total = map_channels(network, path)
    if params["targets"] is None:
        rows = [[index] for index in range(min(total, params["filters"] or MOST, MOST))]
    else:
        rows = [[_number(number) for number in text.split("+")] for text in params["targets"]]
    position = _position(params["position"])
    goal = layer_objective(network, path, rows, params["objective"], position, size)
    labels = tuple(" + ".join(map(str, row)) for row in rows)
    return Targets(path, type(network.layer(path)).__name__, goal, labels, total)


def _of_head(network: Network, head: Head, wanted: Sequence[str] | None) -> Targets:
    count = head.units if head.valued else max(head.units, 2)
    if head.classes:
        names = head.classes
    else:
        names = tuple(
            class_name(head, index) if head.valued else str(index) for index in range(count)
        )
    if wanted is None:
        rows = [[index] for index in range(min(len(names), MOST))]
    else:
        rows = [_classes(text, names, head) for text in wanted]
    labels = tuple(" + ".join(names[index] for index in row) for row in rows)
    # A single unit climbs as its class 1 does: the other is its negative.
    picks = rows if count > 1 else [[1 for _ in row] for row in rows]
    goal = class_objective(network, head.index, picks)
    return Targets(head.name, "", goal, labels, count, "unit" if head.valued else "class")


def _number(text: str) -> int:
    if not text.strip().isdecimal():
        message = f"targets of the objective 'filter' are numbers, got '{text.strip()}'"
        hint = 'write them like "3", or "3 + 7" for both at once; classes need "objective: class"'
        raise UserError(Problem(message, hint=hint))
    return int(text)


def _position(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    numbers = [number.strip() for number in text.split(",")]
    if not all(number.isdecimal() for number in numbers):
        message = f"position must be a row and a column, got '{text}'"
        raise UserError(Problem(message, hint='write it like "2, 3"'))
    return tuple(map(int, numbers))


def _classes(text: str, names: Sequence[str], head: Head) -> list[int]:
    """Indices of the classes that a target means: one name as it is, or several with plus signs."""
    targets = [text] if classes_named(text, names) else [name.strip() for name in text.split("+")]
    noun = "unit" if head.valued else "class"
    of, allowed = f"head '{head.name}'", f"a {noun}'s name or index"
    return [class_index(name, names, of, noun, allowed) for name in targets]
