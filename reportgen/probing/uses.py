"""Every use of every layer of a model, by path; layers that a model uses several times.

The first use of a layer goes by the layer's path, its second by `path[1]`. Inside a nested model
that is used several times, each use of the model begins paths of its own: `backbone[1]/conv`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.layer_names import matches as paths_of
from reportgen.probing.graphs import is_graph, require_graph
from reportgen.probing.naming import calls

_FIRST = re.compile(r"\[0\](?=/|$)")
_TURN = re.compile(r"\[\d+\](?=/|$)")
_MOST = 8
"""Uses that a message lists."""


@dataclass(frozen=True)
class Use:
    """One use of a layer or other operation.

    Attributes:
        of: the path of the layer, which is that of its first use.
        layer: the layer or operation.
        outputs: symbolic tensors, in the graph that the call stands in.
    """

    of: str
    layer: Any
    outputs: tuple[Any, ...]

    @property
    def shapes(self) -> list[tuple[int | None, ...]]:
        """Of each output, with the batch."""
        return [tuple(tensor.shape) for tensor in self.outputs]


def uses(model: Any) -> dict[str, Use]:
    """All uses by path, those of one layer in their order; {} where the inside is out of reach."""
    return dict(_uses(model, "", "")) if is_graph(model) else {}


def _uses(model: Any, prefix: str, of: str) -> Iterator[tuple[str, Use]]:
    for name, node in calls(require_graph(model)):
        layer = node.operation
        yield prefix + name, Use(of + layer.name, layer, tuple(node.outputs))
        if is_graph(layer):
            yield from _uses(layer, f"{prefix}{name}/", f"{of}{layer.name}/")


def repeated(model: Any) -> dict[str, int]:
    """How often layers are used, by path, for those that are used more than once.

    A layer inside a nested model counts once for every use of that model. Empty for a model whose
    inside cannot be reached.
    """
    counts = Counter(use.of for use in uses(model).values())
    return {path: count for path, count in counts.items() if count > 1}


def turns(model: Any) -> dict[str, tuple[int, int]]:
    """Of layers that are used several times, by path of the use: the how manieth it is of how many.

    Both count from one: (2, 3) is the second of three.
    """
    counts, seen = repeated(model), Counter[str]()
    found = {}
    for path, use in uses(model).items():
        if use.of in counts:
            seen[use.of] += 1
            found[path] = seen[use.of], counts[use.of]
    return found


def find_use(model: Any, name: str, allowed: Sequence[str]) -> str | None:
    """The path of the use called `name`; None where it does not look like a use of a layer.

    Args:
        model: any Keras model.
        name: such as "conv[1]" or "backbone[1]/conv"; without the way to it where that is unique.
        allowed: paths of the layers that may be meant.

    Raises:
        UserError: there is such a layer, but it is not used that often.
    """
    known = {path: use for path, use in uses(model).items() if use.of in set(allowed)}
    wanted = _FIRST.sub("", name)
    matches = [path for path in known if path == wanted] or [
        path for path, use in known.items() if _last(path, use) == wanted
    ]
    if len(matches) == 1:
        return matches[0]
    bare = _TURN.sub("", name)
    layers = paths_of(bare, allowed)
    own = [path for path, use in known.items() if [use.of] == layers]
    if bare == name or not own:
        return None
    raise UserError(_too_few(name, layers[0], own))


def _last(path: str, use: Use) -> str:
    """The last part of a path that leads through first uses only; "" for others."""
    way, _, last = path.rpartition("/")
    return last if way == use.of.rpartition("/")[0] else ""


def _too_few(name: str, layer: str, own: list[str]) -> Problem:
    listed = ", ".join(own[:_MOST]) + (" and so on" if len(own) > _MOST else "")
    times = "only once" if len(own) == 1 else f"{len(own)} times"
    return Problem(
        f"there is no use '{name}' of a layer, as the model uses '{layer}' {times}",
        hint=f"name {'it' if len(own) == 1 else 'one of them'}: {listed}",
    )
