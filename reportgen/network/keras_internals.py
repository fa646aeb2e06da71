"""The private members of Keras that the package uses, each behind one function.

Keras has no public way to walk a graph, to read the logit that it keeps beside a softmax, or to put
back the losses that a call leaves behind. A release of Keras that moves one of these breaks here,
and `tests/network/test_keras_internals.py` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import keras
from keras.src.models.functional import Functional

from reportgen.types import Json, Layer, Model, Tensor

__all__ = ["Functional"]


class Node(Protocol):
    """One call of a layer or operation in a Functional graph."""

    operation: Layer
    input_tensors: Sequence[Tensor]
    outputs: Sequence[Tensor]


def graph_nodes(graph: Model) -> list[Node]:
    """The calls in a Functional graph, in an order in which they can run; [] without a graph."""
    levels = getattr(graph, "_nodes_by_depth", {})
    return [node for depth in sorted(levels, reverse=True) for node in levels[depth]]


def layer_nodes(layer: Layer) -> list[Node]:
    """All calls of a layer or operation in any graph, in the order in which they were made."""
    return list(getattr(layer, "_inbound_nodes", ()))


def node_of(tensor: Tensor) -> Node:
    """The call that gave a symbolic tensor."""
    operation, call, _ = tensor._keras_history
    node: Node = operation._inbound_nodes[call]
    return node


def origin(tensor: Tensor) -> tuple[Layer, int, int]:
    """The layer that gave a symbolic tensor, the index of that call, and the output's index."""
    layer, call, output = tensor._keras_history
    return layer, int(call), int(output)


def flat_layers(model: Layer, itself: bool = True, recursive: bool = True) -> list[Layer]:
    """A layer's or model's sublayers, at any depth unless `recursive` is false."""
    return list(model._flatten_layers(include_self=itself, recursive=recursive))


def sequential_graph(model: Model) -> Model:
    """The Functional graph that a built Sequential model keeps."""
    return model._functional


def run_graph(graph: Model, inputs: Json, visit: Callable[[Layer], Callable[..., Json]]) -> Json:
    """Run through a Functional graph; `visit(operation)` gives the function that computes it."""
    return graph._run_through_graph(inputs, operation_fn=visit)


def ordered_inputs(graph: Model, inputs: Mapping[str, Json]) -> list[Json]:
    """Inputs that are given by name, in the graph's order."""
    return list(graph._flatten_to_reference_inputs(inputs))


def output_structure(graph: Model) -> Json:
    """The structure in which a Functional graph hands out its outputs; None where none is kept."""
    return getattr(graph, "_outputs_struct", None)


def takes_training(operation: Layer) -> bool:
    """Whether a call takes the argument `training`."""
    return bool(getattr(operation, "_call_has_training_arg", False))


def built_shapes(model: Model) -> list[Json]:
    """The input shapes that a subclassed model was built with; [] where Keras noted none."""
    return list((getattr(model, "_build_shapes_dict", None) or {}).values())


def kept_logits(output: Tensor) -> Tensor | None:
    """The argument of the softmax or sigmoid that gave a tensor, where Keras kept it beside."""
    return getattr(output, "_keras_logits", None)


class NotedLosses:
    """The losses that layers have noted, to be put back after calls that note more."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = layers
        self._before = {
            id(layer): (layer._losses[:], set(layer._loss_ids)) for layer in layers if layer._losses
        }

    def restore(self) -> None:
        """Leave each layer with the losses that it had when this object was made."""
        for layer in self._layers:
            if layer._losses or id(layer) in self._before:
                losses, ids = self._before.get(id(layer), ((), ()))
                layer._losses[:] = losses
                layer._loss_ids.clear()
                layer._loss_ids.update(ids)


def attributes(layer: Layer) -> dict[str, Json]:
    """A layer's attributes without the list in which Keras repeats the layers among them."""
    return {key: value for key, value in vars(layer).items() if key != "_layers"}


def operation_name(thing: Layer) -> str:
    """The name of a `keras.ops.nn` operation, such as "LeakyRelu"; "" for anything else."""
    ours = isinstance(thing, keras.Operation) and type(thing).__module__ == "keras.src.ops.nn"
    return type(thing).__name__ if ours else ""


def is_activation_relu(thing: Layer) -> bool:
    """Whether it is the operation that `keras.activations.relu` leaves in a graph."""
    kind = type(thing)
    return kind.__name__ == "ReLU" and kind.__module__ == "keras.src.activations.activations"
