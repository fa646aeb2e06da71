"""Doubts about a model that a reader must know before any result of it."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.network.finite import not_finite
from reportgen.network.heads import says_nothing, softmax_size
from reportgen.network.network import Network
from reportgen.records import ReportWarning

_REMEDY = "Train the model again with a sigmoid, or with a softmax over a unit for each class."


def model_warnings(network: Network) -> Iterator[ReportWarning]:
    """What is wrong with a model as far as its weights tell."""
    if sentence := not_finite(network):
        yield ReportWarning("not_finite", sentence)
    if network.has_graph:
        yield from _softmax_warnings(network)


def _softmax_warnings(network: Network) -> Iterator[ReportWarning]:
    """Outputs whose softmax leaves no answer, and other layers with one over a single value."""
    told = set()
    for head in network.heads:
        if head.kind in ("constant", "groups"):
            told.add(network.closing(head.index)[0])
            yield ReportWarning(f"{head.kind}_output", f"{says_nothing(head)} {_REMEDY}")
    for path, use in network.uses.items():
        if path not in told and softmax_size(use.layer, use.shapes[0]) == 1:
            yield ReportWarning(
                "constant_layer",
                f"Layer '{path}' of the model is a softmax over a single value, which is 1 "
                "everywhere and for every image whatever the weights are. A sigmoid may be meant.",
            )
