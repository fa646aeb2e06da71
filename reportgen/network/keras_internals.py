"""The private members of Keras that the package uses, each behind one function.

Keras has no public way to walk a graph, to read the logit that it keeps beside a softmax, or to put
back the losses that a call leaves behind. A release of Keras that moves one of these breaks here,
and `tests/network/test_keras_internals.py` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import keras
from keras.src.backend.common import global_state
from keras.src.legacy.saving import saving_utils
from keras.src.models.functional import Functional
from keras.src.saving import object_registration

from reportgen.types import Json, Layer, Model, Tensor

__all__ = ["Functional"]


class Node(Protocol):
    """One call of a layer or operation in a Functional graph.

    Attributes:
        operation: the layer or operation that was called.
        arguments: of the call; `arguments.fill_in(values)` puts values by the ids of its tensors.
        input_tensors, outputs: symbolic tensors.
        parent_nodes: the calls that gave the inputs.
        is_input: whether it stands for an input of a model.
    """

    operation: Layer
    arguments: Json
    input_tensors: Sequence[Tensor]
    outputs: Sequence[Tensor]
    parent_nodes: Sequence[Node]
    is_input: bool


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
    """Inputs by name, in the order of the graph's input tensors.

    A name is the key of an input where the graph has a dictionary of them, else its tensor's.
    """
    names = input_names(graph)
    if not set(names) <= inputs.keys():
        names = [str(tensor.name) for tensor in graph.inputs]
    return [inputs[name] for name in names]


def input_names(graph: Model) -> list[str]:
    """The name of each input tensor of a graph: its key where inputs are a dictionary."""
    structure = graph._inputs_struct
    if isinstance(structure, dict):
        keys = {id(tensor): str(key) for key, tensor in structure.items()}
        if all(id(tensor) in keys for tensor in graph.inputs):
            return [keys[id(tensor)] for tensor in graph.inputs]
    return [str(tensor.name) for tensor in graph.inputs]


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


def operation_name(operation: Layer) -> str:
    """The name of a `keras.ops.nn` operation, such as "LeakyRelu"; "" for anything else."""
    kind = type(operation)
    is_from_nn = isinstance(operation, keras.Operation) and kind.__module__ == "keras.src.ops.nn"
    return kind.__name__ if is_from_nn else ""


def is_activation_relu(operation: Layer) -> bool:
    """Whether it is the operation that `keras.activations.relu` leaves in a graph."""
    kind = type(operation)
    return kind.__name__ == "ReLU" and kind.__module__ == "keras.src.activations.activations"


def registries() -> tuple[dict[str, Json], dict[Json, str]]:
    """The dictionaries in which Keras registers classes and functions: by name, and their names."""
    return object_registration.GLOBAL_CUSTOM_OBJECTS, object_registration.GLOBAL_CUSTOM_NAMES


def global_attribute(name: str) -> Json:
    """A setting that Keras keeps for a thread, such as "safe_mode_saving"; None where unset."""
    return global_state.get_global_attribute(name)


def set_global_attribute(name: str, value: Json) -> None:
    """Set a setting that Keras keeps for a thread."""
    global_state.set_global_attribute(name, value)


@contextmanager
def sequential_models_built_once() -> Iterator[None]:
    """Have Keras build a Sequential model of a file after its last layer, not after each layer.

    The model is the same. Keras calls all layers again after each one that it adds, which takes
    minutes for a model of 400 layers.
    """
    original = keras.Sequential.from_config.__func__

    def from_config(
        cls: type[Model], config: dict[str, Json], custom_objects: dict[str, Json] | None = None
    ) -> Model:
        if cls.add is not keras.Sequential.add or "layers" not in config:
            return original(cls, config, custom_objects)
        made: list[Model] = []

        def make(name: str) -> Model:
            model = cls(name=name)
            # Past Keras' bookkeeping of attributes, and taken off again below.
            object.__setattr__(model, "add", partial(model.add, rebuild=False))
            made.append(model)
            return model

        shape = config.get("build_input_shape")
        model = original(make, {**config, "build_input_shape": None}, custom_objects)
        for each in made:
            object.__delattr__(each, "add")
        if model._layers:
            model._maybe_rebuild()
        if not model._functional and isinstance(shape, list | tuple) and shape:
            model.build(shape)
        return model

    keras.Sequential.from_config = classmethod(from_config)
    try:
        yield
    finally:
        keras.Sequential.from_config = classmethod(original)


@contextmanager
def axes_kept() -> Iterator[None]:
    """Have Keras keep the axes of a layer in a legacy file.

    Keras drops an `axis` that is no single number, so that `Softmax(axis=[1, 2])` became one over
    channels and `Normalization(axis=None)` one of each channel.
    """
    original = saving_utils.model_from_config

    def model_from_config(config: Json, custom_objects: dict[str, Json] | None = None) -> Model:
        arguments = config.get("config") if isinstance(config, dict) else None
        if isinstance(arguments, dict):
            axis = arguments.get("axis", 0)
            if axis is None or (isinstance(axis, list) and len(axis) != 1):
                config = {**config, "config": _KeepsAxis(arguments)}
        return original(config, custom_objects)

    saving_utils.model_from_config = model_from_config
    try:
        yield
    finally:
        saving_utils.model_from_config = original


class _KeepsAxis(dict[str, Json]):
    """Arguments of a layer of which the first `pop` of "axis" gives None and removes nothing."""

    popped = False

    def pop(self, key: str, *default: Json) -> Json:
        if key == "axis" and not self.popped:
            self.popped = True
            return None
        return super().pop(key, *default)


def settle(model: Model) -> None:
    """Have each layer compute again what it keeps beside its weights.

    `Normalization` predicts with a copy of its mean and variance. Keras renews the copy in the
    layers of a legacy file's outermost model, but not inside of nested models, and not where
    weights are set.
    """
    for layer in flat_layers(model, itself=False):
        if hasattr(layer, "finalize_state") and layer.weights:
            layer.finalize_state()
