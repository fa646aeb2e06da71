"""The heads of a model: what each output answers, and how its values are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import keras

from reportgen.errors import Problem, UserError
from reportgen.network.graph import calls, is_graph, require_graph
from reportgen.network.keras_internals import node_of, origin, output_structure
from reportgen.records import Head, Target
from reportgen.types import Layer, Model, Tensor

Kind = Literal["softmax", "sigmoid", "logits", "maps"]


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
    return _ending(graph, graph.outputs[index], "", behind=True)


def ending(model: Model, index: int) -> tuple[str, Layer]:
    """Path (of the use) and layer that an output comes from, inside nested models too."""
    graph = require_graph(model)
    return _ending(graph, graph.outputs[index], "", behind=False)


def _head(model: Model, index: int, name: str) -> Head:
    kinds: dict[str, Kind] = {"softmax": "softmax", "sigmoid": "sigmoid"}
    _, layer = closing(model, index)
    shape = require_graph(model).outputs[index].shape
    units = shape[-1] or 1 if len(shape) > 1 else 1
    kind = kinds.get(activation_of(layer), "logits") if len(shape) <= 2 else "maps"
    title = name.replace("_", " ").capitalize()
    return Head(name=name, title=title, index=index, units=int(units), kind=kind, target=None)


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


def _ending(graph: Model, tensor: Tensor, prefix: str, behind: bool) -> tuple[str, Layer]:
    operation, _, place = origin(tensor)
    node = node_of(tensor)
    path = prefix + next(name for name, own in calls(graph) if own is node)
    if is_graph(operation):
        inner = require_graph(operation)
        return _ending(inner, inner.outputs[place], path + "/", behind)
    if behind and (hands_on(operation) or is_reshaping(operation)):
        return _ending(graph, node.input_tensors[0], prefix, behind)
    return path, operation


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
    if isinstance(layer, keras.Operation) and type(layer).__name__ in ("Softmax", "Sigmoid"):
        return type(layer).__name__.lower()
    activation = getattr(layer, "activation", None)
    name = "linear" if activation is None else str(getattr(activation, "__name__", activation))
    return "softmax" if name == "softmax_v2" else name  # the name of `tf.nn.softmax`


def sides(shape: Sequence[int | None]) -> str:
    """The shape of an output for one image in words: "28 x 28 x 1", of (None, 28, 28, 1)."""
    return " x ".join("any" if side is None else str(side) for side in shape[1:])


# --- the targets that outputs answer -----------------------------------------------------------


def answering(
    heads: Sequence[Head], targets: Sequence[Target], outputs: Sequence[Tensor], strict: bool
) -> tuple[Head, ...]:
    """The heads with the targets that they answer.

    A single output answers the first target and takes its name, unless it can answer none: it is
    an image itself, or one plain value where there are more than two classes. Of several outputs,
    each answers the target of its own name, and one without has no meaning.

    Args:
        heads: of the model, in the order of its outputs.
        targets: what its dataset labels; () to leave the heads without meaning.
        outputs: symbolic tensors, one for each head.
        strict: a single output has to answer the first target, as in training.

    Raises:
        UserError: an output's units do not fit the classes that it answers.
    """
    if not targets:
        return tuple(heads)
    by_name = {target.name: target for target in targets}
    own = [by_name.get(head.name) for head in heads]
    if len(heads) == 1:
        own = [targets[0] if strict or _may_answer(heads[0], targets[0]) else None]
    return tuple(
        head if target is None else _answer(head, target, outputs[head.index].shape)
        for head, target in zip(heads, own, strict=True)
    )


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
    return head.kind != "maps" and not (plain and len(target.classes) > 2)


def _answer(head: Head, target: Target, shape: Sequence[int | None]) -> Head:
    _check_shape(head, shape)
    if not _fits(head, target):
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


def _fits(head: Head, target: Target) -> bool:
    if head.units == 1:
        return len(target.classes) == 2 and head.kind != "softmax"
    return head.units == len(target.classes)


def _misfit(head: Head, target: Target) -> Problem:
    count = len(target.classes)
    if head.units == 1 and head.kind == "softmax":
        return Problem(
            f"output '{head.name}' of the model is a softmax over a single unit, which is 1 for "
            "every image, so it tells no classes apart",
            hint="train the model again with a sigmoid for two classes, or with a unit for each",
        )
    if count == 1:
        return Problem(
            f"the labels '{target.name}' have a single class, '{target.classes[0]}', and output "
            f"'{head.name}' of the model has {head.units} units ({head.kind})",
            hint="use images of more classes, or images without labels ('labels: false' for a "
            "folder or .npz file)",
        )
    wanted = f"{count} units, one for each class of '{target.name}'"
    if count == 2:
        wanted += ", or a single sigmoid unit"
    return Problem(
        f"output '{head.name}' of the model should have {wanted}, "
        f"but it has {head.units} ({head.kind})",
        hint="use a model with that many outputs, a dataset with that many classes, or images "
        "without labels ('labels: false' for a folder or .npz file)",
    )
