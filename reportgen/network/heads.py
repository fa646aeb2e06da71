"""The heads of a model: what each output answers, and how its values are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Literal

import keras

from reportgen.class_names import numbered
from reportgen.errors import Problem, UserError
from reportgen.network.graph import calls, is_graph, require_graph
from reportgen.network.keras_internals import node_of, origin, output_structure
from reportgen.records import Head, Target
from reportgen.suggestions import units_misfit
from reportgen.types import Layer, Model, Tensor

Kind = Literal["softmax", "sigmoid", "logits", "maps", "constant", "groups"]


# --- the outputs of a model --------------------------------------------------------------------


def heads(model: Model) -> tuple[Head, ...]:
    """The heads of a model, in the order of its outputs, without the targets that they answer.

    Raises:
        UndefinedError: the model is not a graph, so that its outputs are not known.
    """
    return tuple(_head(model, index, name) for index, name in enumerate(_output_names(model)))


def closing(model: Model, index: int) -> tuple[str, Layer]:
    """Path (of the use) and layer that decide an output's values, inside nested models too.

    Layers behind it only hand values on or give them another shape.
    """
    graph = require_graph(model)
    return _ending(graph, graph.outputs[index], "", behind=True)[:2]


def ending(model: Model, index: int) -> tuple[str, Layer]:
    """Path (of the use) and layer that an output comes from, inside nested models too."""
    graph = require_graph(model)
    return _ending(graph, graph.outputs[index], "", behind=False)[:2]


def _head(model: Model, index: int, name: str) -> Head:
    output = require_graph(model).outputs[index]
    _, layer, values = _ending(require_graph(model), output, "", behind=True)
    shape = output.shape
    units = shape[-1] or 1 if len(shape) > 1 else 1
    kind = _kind(layer, tuple(values.shape), int(units)) if len(shape) <= 2 else "maps"
    title = name.replace("_", " ").capitalize()
    return Head(name=name, title=title, index=index, units=int(units), kind=kind, target=None)


def _kind(layer: Layer, shape: tuple[int | None, ...], units: int) -> Kind:
    """How the values of an output with one axis are to be read.

    Args:
        layer: closes the output.
        shape: of the layer's own output, with the batch; behind it values may be put in a row.
        units: of the output.
    """
    activation = activation_of(layer)
    if activation not in _SOFTMAX:
        return "sigmoid" if activation == "sigmoid" else "logits"
    together = softmax_size(layer, shape)
    if together == 1:
        return "constant"
    if activation != "softmax":
        return "logits"
    return "softmax" if together in (units, None) else "groups"


_SOFTMAX = ("softmax", "log_softmax")


def softmax_size(layer: Layer, shape: tuple[int | None, ...]) -> int | None:
    """How many values of an image a softmax makes add up to 1; None where that is left open.

    0 for one over the images of a batch; None for a layer that is no softmax.
    """
    if activation_of(layer) not in _SOFTMAX:
        return None
    axis = getattr(layer, "axis", -1)
    several = axis if isinstance(axis, list | tuple) else (axis,)
    sides = [shape[int(each)] for each in several]
    if any(int(each) % len(shape) == 0 for each in several):
        return 0
    return None if None in sides else prod(int(side) for side in sides if side is not None)


def _output_names(model: Model) -> list[str]:
    """The name of each output: its key where outputs are a dictionary, else its layer's name."""
    graph = require_graph(model)
    outputs, structure = graph.outputs, output_structure(graph)
    if isinstance(structure, dict) and len(structure) == len(outputs):
        keys = {id(tensor): str(key) for key, tensor in structure.items()}
        return [keys[id(tensor)] for tensor in outputs]
    return _numbered([origin(tensor)[0].name for tensor in outputs])


def _numbered(names: list[str]) -> list[str]:
    """Names with a number where a layer gives several outputs."""
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbered.append(name if names.count(name) == 1 else f"{name}_{seen[name]}")
    return numbered


def _ending(graph: Model, tensor: Tensor, prefix: str, behind: bool) -> tuple[str, Layer, Tensor]:
    """Path, layer and output of the call that a tensor comes from."""
    operation, _, place = origin(tensor)
    node = node_of(tensor)
    path = prefix + next(name for name, own in calls(graph) if own is node)
    if is_graph(operation):
        inner = require_graph(operation)
        return _ending(inner, inner.outputs[place], path + "/", behind)
    if behind and (hands_on(operation) or is_reshaping(operation)):
        return _ending(graph, node.input_tensors[0], prefix, behind)
    return path, operation, tensor


def hands_on(layer: Layer) -> bool:
    """Whether a layer returns its input unchanged at prediction time."""
    plain = isinstance(layer, keras.layers.Activation)
    return isinstance(layer, keras.layers.Dropout | keras.layers.Identity) or (
        plain and layer.activation is keras.activations.linear
    )


def is_reshaping(layer: Layer) -> bool:
    """Whether a layer returns the values of its input in another shape."""
    operation = isinstance(layer, keras.Operation) and not isinstance(layer, keras.layers.Layer)
    return isinstance(layer, keras.layers.Reshape | keras.layers.Flatten) or (
        operation and type(layer).__name__ in ("Reshape", "Squeeze")
    )


def activation_of(layer: Layer) -> str:
    """ "softmax", "sigmoid", or "linear"; any other activation by its name."""
    # The operations `keras.ops.softmax` and `sigmoid` have the names of the layers.
    named = {"Softmax": "softmax", "Sigmoid": "sigmoid", "LogSoftmax": "log_softmax"}
    if isinstance(layer, keras.Operation) and type(layer).__name__ in named:
        return named[type(layer).__name__]
    activation = getattr(layer, "activation", None)
    name = "linear" if activation is None else str(getattr(activation, "__name__", activation))
    return "softmax" if name == "softmax_v2" else name  # the name of `tf.nn.softmax`


def says_nothing(head: Head) -> str:
    """A sentence on an output whose softmax leaves no answer: a "constant" one, or "groups"."""
    if head.kind == "constant":
        return (
            f"Output '{head.name}' of the model is a softmax over a single value, which is the "
            "same for every image whatever the weights are, so it says nothing about an image."
        )
    return (
        f"Output '{head.name}' of the model is a softmax over some of its {head.units} units, or "
        "over the images of a batch, so its values are no probabilities of classes."
    )


def sides(shape: Sequence[int | None]) -> str:
    """The shape of an output for one image in words: "28 x 28 x 1", of (None, 28, 28, 1)."""
    return " x ".join("any" if side is None else str(side) for side in shape[1:])


# --- the targets that outputs answer -----------------------------------------------------------


def answering(
    heads: Sequence[Head], targets: Sequence[Target], outputs: Sequence[Tensor], strict: bool
) -> tuple[Head, ...]:
    """The heads with the targets that they answer.

    A single output answers the first target and takes its name, unless it can answer none: it is
    an image itself, or one plain value where there are more than two classes. A softmax over a
    single value answers nothing. Of several outputs,
    each answers the target of its own name, and one without has no meaning.

    Args:
        heads: of the model, in the order of its outputs.
        targets: what its dataset labels; () to leave the heads without meaning.
        outputs: symbolic tensors, one for each head.
        strict: a single output has to answer the first target, as in training.

    Classes that are plain numbers are continued to the units of the output.

    Raises:
        UserError: an output's units do not fit the classes that it answers.
    """
    if not targets:
        return tuple(heads)
    by_name = {target.name: target for target in targets}
    own = [by_name.get(head.name) for head in heads]
    if len(heads) == 1:
        own = [targets[0] if strict or _may_answer(heads[0], targets[0]) else None]
    elif not strict:
        own = [
            target if head.answers or head.kind == "maps" else None
            for head, target in zip(heads, own, strict=True)
        ]
    return tuple(
        head if target is None else _answer(head, target, outputs[head.index].shape)
        for head, target in zip(heads, own, strict=True)
    )


def named(heads: Sequence[Head], classes: tuple[str, ...]) -> tuple[Head, ...]:
    """The heads with names for the classes of those that answer no labels and have as many units.

    Raises:
        UserError: there are names, no output answers labels, and none has so many units.
    """
    if not classes or any(head.target for head in heads):
        return tuple(heads)
    fitting = [head for head in heads if head.answers and _fits(head, len(classes))]
    if not fitting:
        outputs = ", ".join(f"'{head.name}' has {head.units}" for head in heads)
        message = f"'classes' names {len(classes)} classes, but of the model's outputs {outputs}"
        hint = "give one name for each unit, in their order; two for a single sigmoid unit"
        raise UserError(Problem(message, hint=hint))
    return tuple(replace(head, names=classes) if head in fitting else head for head in heads)


def output_index(heads: Sequence[Head], output: int | str | None) -> int:
    """The index of the output that a caller means; None where there is only one.

    Raises:
        UserError: there is no such output, or there are several and none was named.
    """
    names = [head.name for head in heads]
    if output is None and len(names) == 1:
        return 0
    if isinstance(output, int) and 0 <= output < len(names):
        return output
    if output in names:
        return names.index(str(output))
    listed = ", ".join(names)
    raise UserError(Problem(f"output must be one of {listed} or its index, got {output!r}"))


def _may_answer(head: Head, target: Target) -> bool:
    plain = head.kind == "logits" and head.units == 1
    return head.answers and not (plain and len(target.classes) > 2)


def _answer(head: Head, target: Target, shape: Sequence[int | None]) -> Head:
    _check_shape(head, shape)
    if head.kind in ("constant", "groups"):
        hint = "train it with a sigmoid in place of the softmax, or with a unit for each class"
        message = says_nothing(head).rstrip(".")
        raise UserError(Problem(message[0].lower() + message[1:], hint=hint))
    target = replace(target, classes=numbered(target.classes, max(2, head.units)))
    if not _fits(head, len(target.classes)):
        raise UserError(_misfit(head, target))
    return Head(target.name, target.title, head.index, head.units, head.kind, target)


def _check_shape(head: Head, shape: Sequence[int | None]) -> None:
    if len(shape) != 2:
        size = sides(shape)
        got = f"{size} of them" if size else "a number outside of any axis"
        raise UserError(
            Problem(
                f"output '{head.name}' of the model should have a row of values for each image, "
                f"but it has {got}",
                hint="images are classified as wholes here; end the model in a Dense layer, or "
                "show it with images that have no labels ('labels: false' for a folder or .npz)",
            )
        )


def _fits(head: Head, classes: int) -> bool:
    if head.units == 1:
        return classes == 2
    return head.units == classes


def _misfit(head: Head, target: Target) -> Problem:
    message, hint = units_misfit(head.name, head.units, head.kind, target.name, target.classes)
    return Problem(message, hint=hint)
