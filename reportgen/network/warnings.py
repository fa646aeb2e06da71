"""Doubts about a model that a reader must know before any result of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reportgen.network.finite import not_finite
from reportgen.network.graph import is_graph
from reportgen.network.heads import says_nothing, softmax_size
from reportgen.network.inputs import HeldInput
from reportgen.network.keras_internals import flat_layers, node_of, origin
from reportgen.network.network import Network
from reportgen.records import ReportWarning
from reportgen.types import Tensor

MOST = 5
"""Layers that a warning names for each kind."""
_REMEDY = "Train the model again with a sigmoid, or with a softmax over a unit for each class."


def model_warnings(network: Network) -> Iterator[ReportWarning]:
    """What is wrong with a model as far as its weights tell."""
    if sentence := not_finite(network):
        yield ReportWarning("not_finite", sentence)
    if sentence := _quantized(network):
        yield ReportWarning("quantized", sentence)
    if network.has_graph:
        yield from _softmax_warnings(network)
        yield from _siamese_warning(network)


def _quantized(network: Network) -> str:
    """That layers hold rounded weights, "" where none does."""
    modes: dict[str, list[str]] = {}
    for path, layer in network.layers.items():
        inside = [layer] if is_graph(layer) else flat_layers(layer)
        for mode in {getattr(one, "quantization_mode", None) for one in inside} - {None}:
            modes.setdefault(str(mode), []).append(f"'{path}'")
    if not modes:
        return ""
    modes_used = "; ".join(
        f"{mode}: {', '.join(paths[:MOST])}"
        + (f" and {len(paths) - MOST} more" if len(paths) > MOST else "")
        for mode, paths in modes.items()
    )
    packed = " An int4 number holds two weights, so counts of parameters are too small."
    return (
        f"The model is quantized ({modes_used}): all results are those of the rounded weights, and "
        "counts of parameters include the scales." + packed * ("int4" in modes)
    )


def _softmax_warnings(network: Network) -> Iterator[ReportWarning]:
    """Outputs whose softmax leaves no answer, and other layers with one over a single value."""
    warned = set()
    for head in network.heads:
        if head.kind in ("constant", "groups"):
            warned.add(network.closing(head.index)[0])
            yield ReportWarning(f"{head.kind}_output", f"{says_nothing(head)} {_REMEDY}")
    for path, use in network.uses.items():
        if path not in warned and softmax_size(use.layer, use.shapes[0]) == 1:
            yield ReportWarning(
                "constant_layer",
                f"Layer '{path}' of the model is a softmax over a single value, which is 1 "
                "everywhere and for every image whatever the weights are. A sigmoid may be meant.",
            )


def _siamese_warning(network: Network) -> Iterator[ReportWarning]:
    """A layer, mostly a nested model, that runs several times on the same images."""
    runs: Counter[tuple[str, int]] = Counter()
    for use in network.uses.values():
        tensors = node_of(use.outputs[0]).input_tensors
        source = _input_behind(network, tensors[0]) if len(tensors) == 1 else None
        if source is not None and getattr(use.layer, "weights", None):
            runs[use.of, source] += 1
    for (path, _), count in runs.most_common(1):
        if count > 1:
            yield ReportWarning(
                "same_images",
                f"Layer '{path}' of the model runs on {count} inputs that are given the same "
                "image: the model compares each image with itself, and its answers say nothing "
                "about two different images.",
            )


def _input_behind(network: Network, tensor: Tensor) -> int | None:
    """The index of the input that a tensor is, at most prepared by layers without weights."""
    for index, own in enumerate(network.graph.inputs):
        if own is tensor:
            return index
    layer, tensors = origin(tensor)[0], node_of(tensor).input_tensors
    if len(tensors) != 1 or isinstance(layer, HeldInput) or getattr(layer, "weights", None):
        return None
    return _input_behind(network, tensors[0])
