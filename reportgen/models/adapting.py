"""Models made to fit a dataset: other inputs held at values, images reshaped, shapes compared.

A model is never changed: a new one calls its layers on other tensors, so that all keep their paths
and weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.input_values import (
    InputsMisfitError,
    ModelInput,
    Value,
    common_shape,
    misfits,
    sentences,
)
from reportgen.records import IMAGES
from reportgen.types import Layer, Model, Shape, Tensor

if TYPE_CHECKING:
    from reportgen.models.unlike_inputs import Scale
    from reportgen.network.keras_internals import Node

RESHAPE = "reshape_images"
"""Name of the layer that is put before a model which takes images in another form."""


def hold_inputs(
    model: Model, values: Mapping[str, Value], scales: Mapping[str, Scale] = MappingProxyType({})
) -> tuple[Model, str]:
    """A model that takes images alone, and a sentence or two on what its inputs are given.

    Its one input has the name of the first input that gets images. In the place of each input that
    is held stands a layer of the input's name.

    Args:
        model: any Keras model with a graph.
        values: what each of its inputs is given; {} returns the model itself, and no sentence.
        scales: of the inputs that are given other values of the images than the rest.

    Raises:
        InputsMisfitError: the model has other inputs, or they take other values.
        UserError: its inputs cannot be known.
    """
    if not values:
        return model, ""
    import keras

    from reportgen.network.graph import require_graph
    from reportgen.network.inputs import model_inputs

    try:
        graph = require_graph(model)
    except UndefinedError as error:
        message = f"'inputs' cannot be given to it: {str(error).rstrip('.')}"
        hint = "name a Python function that returns a model of the images alone"
        raise UserError(Problem(message, hint=hint)) from error
    inputs = model_inputs(graph)
    if unfit := misfits(inputs, values):
        raise InputsMisfitError(inputs, values, unfit)
    if len(inputs) == 1:
        return model, ""
    rescale = {
        name: keras.layers.Rescaling(one.scale, one.offset, name=_free(f"rescale_{name}", graph))
        for name, one in scales.items()
    }
    told = sentences(inputs, values)
    for name, layer in rescale.items():
        told += (
            f" Input '{name}' expects values of {scales[name].expected}, and receives them by the "
            f"layer '{layer.name}', which the model itself does not have."
        )
    return _with_held_inputs(model, graph, inputs, values, rescale), told


def _with_held_inputs(
    model: Model,
    graph: Model,
    inputs: Sequence[ModelInput],
    values: Mapping[str, Value],
    rescale: Mapping[str, Layer],
) -> Model:
    from reportgen.network.inputs import HeldInput

    images = _image_input(graph, [one for one in inputs if values[one.name] == IMAGES])
    tensors = []
    for one in inputs:
        value = values[one.name]
        if value == IMAGES:
            tensors.append(rescale[one.name](images) if one.name in rescale else images)
        else:
            sides = one.shape
            if isinstance(value, Sequence) and not isinstance(value, str):
                sides = (len(value),)
            tensors.append(HeldInput(value, sides, one.dtype, name=one.name)(images))
    return _call_on(model, images, tensors)


def _free(name: str, graph: Model) -> str:
    """A name that no layer of a graph has."""
    taken = {layer.name for layer in graph.layers}
    while name in taken:
        name += "_"
    return name


def _image_input(graph: Model, inputs: Sequence[ModelInput]) -> Tensor:
    """A symbolic input for all inputs that images go into; their shapes fit one another."""
    import keras

    shape: Shape | None = inputs[0].shape
    for one in inputs[1:]:
        shape = common_shape(shape or (), one.shape)
    batch = next((t.shape[0] for t in graph.inputs if t.shape[0] is not None), None)
    return keras.Input(shape, batch_size=batch, dtype=inputs[0].dtype, name=inputs[0].name)


def reshape_images(model: Model, shape: Sequence[int]) -> tuple[Model, str]:
    """A model that takes images as a dataset gives them, and a sentence on the layer before it.

    Gray images lose their axis of channels for a model that takes rows of numbers, (h, w); all
    values of an image are put in a row for a model that takes that, (h * w * c,). The layers are
    the model's own, with a Reshape before them. Any other model is returned itself, with no
    sentence.

    Args:
        model: any Keras model.
        shape: of the dataset's images, (h, w, c).
    """
    import keras

    from reportgen.network.graph import is_graph, require_graph

    inputs = require_graph(model).inputs if is_graph(model) else []
    expected = tuple(inputs[0].shape)[1:] if len(inputs) == 1 else ()
    if not _needs_reshape(shape, expected):
        return model, ""
    flat = len(expected) == 1
    reshape = keras.layers.Reshape((prod(shape),) if flat else shape[:2], name=RESHAPE)
    own = inputs[0]
    images = keras.Input(shape, batch_size=own.shape[0], dtype=own.dtype, name="images")
    if isinstance(model, keras.Sequential):
        adapted: Model = keras.Sequential([images, reshape, *model.layers], name=model.name)
        _freeze_like(model, adapted)
    else:
        adapted = _call_on(model, images, [reshape(images)])
    size = " x ".join(map(str, shape))
    form = "as one row of values" if flat else "as rows of numbers, without channels"
    return adapted, (
        f"The model takes images {form}, and the dataset's are {size}: the layer '{RESHAPE}', "
        "which the model itself does not have, stands between them."
    )


def _needs_reshape(shape: Sequence[int], expected: Shape) -> bool:
    if len(expected) == 1:
        return expected[0] == prod(shape)
    fits = all(side in (None, size) for side, size in zip(expected, shape, strict=False))
    return len(expected) == 2 and shape[2] == 1 and fits


def check_input(model: Model, source: str, images: Sequence[int]) -> None:
    """Raise UserError unless images of a dataset, (h, w, c), fit the model's first input.

    A model that reads channels first is given them so.
    """
    shapes = [tuple(tensor.shape[1:]) for tensor in getattr(model, "inputs", None) or ()]
    if not shapes:
        return
    from reportgen.network.graph import is_graph
    from reportgen.network.inputs import as_input_shape
    from reportgen.network.network import Network

    received = tuple(images)
    if is_graph(model):
        received = as_input_shape(Network.of(model), received)
    if not _fits(shapes[0], received) and (problem := shape_problem(source, shapes[0], images)):
        raise UserError(problem)


def shape_problem(source: str, expected: Shape, images: Sequence[int]) -> Problem | None:
    """The problem that images of a dataset, (h, w, c), do not fit a model's input; else None."""
    if _needs_reshape(images, expected) or _fits(expected, tuple(images)):
        return None
    return Problem(
        f"the model '{source}' expects images of shape {expected}, "
        f"but the dataset's have shape {tuple(images)}",
        hint=_remedy(expected, images),
    )


def _fits(expected: Shape, received: Shape) -> bool:
    same = len(expected) == len(received)
    return same and all(e in (None, r) for e, r in zip(expected, received, strict=True))


def _remedy(expected: Shape, images: Sequence[int]) -> str:
    """What to write for the images to get the shape that a model expects."""
    otherwise = "choose a dataset of that shape, or a model for these images"
    if len(expected) != 3 or expected[2] not in (1, 3):
        return otherwise
    keys = [f"color: {'gray' if expected[2] == 1 else 'rgb'}"] * (images[-1] != expected[2])
    if None not in expected and tuple(images[:2]) != tuple(expected[:2]):
        keys = [f"size: [{expected[0]}, {expected[1]}]", *keys]
    elif not keys or any(e not in (None, g) for e, g in zip(expected[:2], images, strict=False)):
        return otherwise
    return f"write {' and '.join(keys)} beside the dataset's source; else {otherwise}"


def _call_on(model: Model, images: Tensor, tensors: Sequence[Tensor]) -> Model:
    """A model of the input `images` that calls another model's layers on `tensors`.

    Args:
        model: one with a graph.
        images: a symbolic input.
        tensors: made of it, one for each of the model's inputs, of their types.
    """
    import keras

    from reportgen.network.graph import require_graph, stand_in
    from reportgen.network.keras_internals import output_structure

    graph = require_graph(model)
    known = {id(own): tensor for own, tensor in zip(graph.inputs, tensors, strict=True)}
    for node in _in_written_order(graph):
        args, kwargs = node.arguments.fill_in(known)
        outputs = keras.tree.flatten(node.operation(*args, **kwargs))
        known |= {id(own): tensor for own, tensor in zip(node.outputs, outputs, strict=True)}
    flat = [known[id(tensor)] for tensor in graph.outputs]
    outputs = keras.tree.pack_sequence_as(output_structure(graph), flat)
    adapted = stand_in(keras.Model(images, outputs, name=model.name), model)
    _freeze_like(model, adapted)
    return adapted


def _freeze_like(model: Model, adapted: Model) -> None:
    """Freeze a model that was made of another one where the whole of that is frozen."""
    # Setting `trainable` reaches all layers: those frozen one by one would learn again.
    if not model.trainable:
        adapted.trainable = False


def _in_written_order(graph: Model) -> Iterator[Node]:
    """The calls of a graph but for its inputs, those of one layer in the order of the model.

    Keras runs them by depth, which could make the second use of a layer its first.
    """
    from reportgen.network.keras_internals import graph_nodes, layer_nodes

    nodes: dict[int, Node] = {id(node): node for node in graph_nodes(graph)}
    before: dict[int, list[int]] = {
        key: [id(parent) for parent in node.parent_nodes if id(parent) in nodes]
        for key, node in nodes.items()
    }
    for operation in {id(node.operation): node.operation for node in nodes.values()}.values():
        uses = [id(node) for node in layer_nodes(operation) if id(node) in nodes]
        for first, second in pairwise(uses):
            before[second].append(first)
    ordered = (nodes[key] for key in TopologicalSorter(before).static_order())
    return (node for node in ordered if not node.is_input)
