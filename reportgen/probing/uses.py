"""Layers that a model uses several times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reportgen.probing.graphs import is_graph, require_graph


def repeated(model: Any) -> dict[str, int]:
    """How often layers are used, by path, for those that are used more than once.

    A layer inside a nested model counts once for every use of that model. Empty for a model whose
    inside cannot be reached.
    """
    if not is_graph(model):
        return {}
    return {path: count for path, count in _counts(model, "", 1) if count > 1}


def _counts(model: Any, prefix: str, times: int) -> Iterator[tuple[str, int]]:
    levels = require_graph(model)._nodes_by_depth.values()
    # The same object, not the same name: a nested model may hold a layer of an outer one's name.
    nodes = [node.operation for level in levels for node in level]
    uses = Counter(map(id, nodes))
    for operation in {id(operation): operation for operation in nodes}.values():
        path, count = prefix + operation.name, times * uses[id(operation)]
        yield path, count
        if is_graph(operation):
            yield from _counts(operation, path + "/", count)
