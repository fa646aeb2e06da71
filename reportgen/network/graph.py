"""The graph of a Keras model: a walk through its calls, nested models included, by name."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Any

import keras
from keras.src.models.functional import Functional

from reportgen.errors import UndefinedError

NamedNode = tuple[str, Any]
"""The graph of a Keras model: a walk through its calls, nested models included, by name."""


def calls(graph: Any) -> list[NamedNode]:
    """Each call in a Functional graph, the calls of one layer together, as they were written.

    The first call of a layer has the layer's name, the others `name[1]`, `name[2]`; calls in
    other models do not count.
    """
    nodes = _as_run(graph)
    # The same object, not the same name: some operations are named alike.
    together: dict[int, list[Any]] = defaultdict(list)
    for node in nodes:
        together[id(node.operation)].append(node)
    taken = {node.operation.name for node in nodes}
    return [
        (_name(node.operation.name, turn, taken), node)
        for group in together.values()
        for turn, node in enumerate(_as_written(group))
    ]


def again(graph: Any) -> dict[int, list[str]]:
    """For each layer that a graph uses several times, by its id, the names of its calls as run."""
    names = {id(node): name for name, node in calls(graph)}
    found: dict[int, list[str]] = defaultdict(list)
    for node in _as_run(graph):
        found[id(node.operation)].append(names[id(node)])
    return {key: own for key, own in found.items() if len(own) > 1}


def _as_run(graph: Any) -> list[Any]:
    levels = graph._nodes_by_depth
    return [node for depth in sorted(levels, reverse=True) for node in levels[depth]]


def _as_written(group: list[Any]) -> list[Any]:
    if len(group) == 1:
        return group
    order = {id(node): place for place, node in enumerate(group[0].operation._inbound_nodes)}
    return sorted(group, key=lambda node: order[id(node)])


def _name(name: str, turn: int, taken: set[str]) -> str:
    """A layer whose own name looks like that of a use keeps it; the use gets a longer one."""
    said = f"{name}[{turn}]" if turn else name
    while turn and said in taken:
        said += "[0]"
    return said


@dataclass(frozen=True)
class Held:
    """A model's own layers, not those inside them, and all its weights."""

    layers: tuple[Any, ...]
    trainable: tuple[Any, ...]
    fixed: tuple[Any, ...]


@dataclass(frozen=True)
class Counts:
    """Parameters of a model: all, those that training moves, and the others."""

    total: int
    trainable: int
    fixed: int


_held: weakref.WeakKeyDictionary[Any, Held] = weakref.WeakKeyDictionary()
"""The graph of a Keras model: a walk through its calls, nested models included, by name."""


def stands_in(graph: Any, model: Any) -> Any:
    """The graph, which counts from now on as having all that the model has."""
    own, given = _of(graph), _held.get(model) or _of(model)
    known = {id(weight) for weight in (*given.trainable, *given.fixed)}
    more = [[w for w in part if id(w) not in known] for part in (own.trainable, own.fixed)]
    layers = {id(layer): layer for layer in (*own.layers, *given.layers)}
    _held[graph] = Held(
        tuple(layers.values()), (*given.trainable, *more[0]), (*given.fixed, *more[1])
    )
    return graph


def held_layers(model: Any) -> tuple[Any, ...]:
    """The own layers of a model, or of the one that it stands in for."""
    known = _held.get(model)
    return _layers(model) if known is None else known.layers


def counts(model: Any) -> Counts:
    """Of all weights that a model, or the one that it stands in for, holds; each once."""
    own = _held.get(model) or _of(model)
    trainable, fixed = _size(own.trainable), _size(own.fixed)
    return Counts(trainable + fixed, trainable, fixed)


def _of(model: Any) -> Held:
    weights = model.trainable_weights, model.non_trainable_weights
    return Held(_layers(model), *map(tuple, weights))


def _layers(model: Any) -> tuple[Any, ...]:
    return tuple(model._flatten_layers(include_self=False, recursive=False))


def _size(weights: Iterable[Any]) -> int:
    return sum(prod(weight.shape) for weight in weights)


Call = Callable[[str, Any, tuple[Any, ...], dict[str, Any]], Any]
"""What happens at a layer: (path, layer, args, kwargs) -> its output. The path is that of the use:
`conv` at the first, `conv[1]` at the second (`naming`)."""

Done = Callable[[str, Any], Any]
"""The graph of a Keras model: a walk through its calls, nested models included, by name."""

_followed: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
"""The graph of a Keras model: a walk through its calls, nested models included, by name."""


def is_graph(layer: Any) -> bool:
    """Whether it is a model whose inside can be walked."""
    return isinstance(layer, keras.Model) and not isinstance(_graph(layer), str)


def inner_layers(model: Any) -> list[Any]:
    """The layers of a model itself, in its own order, without those that are `unreached`."""
    left = {id(layer) for layer in unreached(model)}
    return [layer for layer in model.layers if id(layer) not in left]


def unreached(model: Any) -> list[Any]:
    """The model's own layers that no call at prediction time uses, such as one for training alone.

    A layer of which a part is used is reached. Empty where the calls cannot be followed.
    """
    graph = _graph(model)
    if isinstance(graph, str):
        return []
    used = {id(operation) for operation in graph.operations}
    return [
        layer for layer in held_layers(model)
        if used.isdisjoint(map(id, layer._flatten_layers()))
        and not isinstance(layer, keras.layers.InputLayer)
    ]  # fmt: skip


def require_graph(model: Any) -> Any:
    """The Functional graph of a model: its own, or the one that its `call` draws.

    Raises:
        UndefinedError: there is none, because the model was never built or its `call` cannot be
            followed.
    """
    graph = _graph(model)
    if isinstance(graph, str):
        raise UndefinedError(
            f"The layers inside model '{model.name}' cannot be reached, because it {graph}."
        )
    return graph


def walk(model: Any, inputs: Any, call: Call, done: Done | None = None, prefix: str = "") -> Any:
    """Run through a model's graph, letting `call` compute every layer.

    Args:
        model: any model with a graph (`require_graph`), nested to any depth.
        inputs: a value for each of its inputs (a list where there are several). Values may be
            tensors or anything else that `call` understands.
        call: computes one layer or other operation.
        done: is given the output of each nested model, and gives back what to go on with.
        prefix: of the paths, "" for the outermost model.

    Returns:
        The outputs in the model's own structure.
    """

    graph = require_graph(model)
    names = {key: iter(found) for key, found in again(graph).items()}

    def visit(operation: Any) -> Callable[..., Any]:
        turns = names.get(id(operation))
        path = prefix + (next(turns) if turns else operation.name)
        if not is_graph(operation):
            return lambda *args, **kwargs: call(path, operation, args, kwargs)

        def enter(*args: Any, **kwargs: Any) -> Any:
            values = args[0] if args else kwargs["inputs"]
            result = walk(operation, values, call, done, path + "/")
            return done(path, result) if done else result

        return enter

    if isinstance(inputs, dict):
        # By name, not in the order of the keys.
        inputs = graph._flatten_to_reference_inputs(inputs)
    outputs = graph._run_through_graph(inputs, operation_fn=visit)
    flat = keras.tree.flatten(outputs)
    return flat[0] if len(flat) == 1 else outputs


def run(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute one layer as at prediction time (no dropout, moving statistics left alone)."""
    if getattr(operation, "_call_has_training_arg", False):
        kwargs = {**kwargs, "training": False}
    return operation(*args, **kwargs)


def plain_call(path: str, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The `Call` that does nothing but `run`."""
    return run(layer, args, kwargs)


def for_each_output(operation: Any, value: Any) -> Any:
    """What a call hands on in a walk with stand-ins for tensors: the value, or a list of it.

    A split or an LSTM with its states gives several outputs, and all get the same value.
    """
    nodes = getattr(operation, "_inbound_nodes", [])
    several = len(nodes[0].outputs) if nodes else 1
    return value if several == 1 else [value] * several


def _graph(model: Any) -> Any:
    """A model's Functional graph, or why it has none, to follow "because it"."""
    if isinstance(model, keras.Sequential) and type(model).call is keras.Sequential.call:
        built = model.built and model.inputs
        return model._functional if built else "has not been built: it needs an Input"
    if isinstance(model, Functional) and type(model).call is Functional.call:
        return model
    if model not in _followed:
        found = _follow(model)
        if not model.built:
            return found  # it may be built before it is asked for again
        _followed[model] = found
    return _followed[model]


def _follow(model: Any) -> Any:
    """What a subclassed model's `call` draws when it is given symbolic inputs."""
    known = [tuple(tensor.shape) for tensor in getattr(model, "inputs", None) or []]
    shapes = known or list((getattr(model, "_build_shapes_dict", None) or {}).values())
    if not model.built:
        return "has not been built: call it once on an image"
    if not shapes:
        # Keras notes them where it could follow the call itself.
        return "is subclassed and its call cannot be followed"
    inputs = [_symbol(shape, f"input_{i}" if i else "input") for i, shape in enumerate(shapes)]
    if len(shapes) == 1 and inputs[0] is None:
        inputs = [_structure(shapes[0])]
    if not inputs or None in keras.tree.flatten(inputs):
        return "is subclassed and takes its inputs in a structure that is not plain"
    training = {"training": False} if getattr(model, "_call_has_training_arg", False) else {}
    try:
        given = inputs[0] if isinstance(inputs[0], list | dict) else inputs
        graph = Functional(given, model.call(*inputs, **training), name=model.name)
    except Exception as error:
        # Whatever the model's own Python raises when it is given symbols instead of numbers.
        cause = str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".")
        return f"is subclassed and its call cannot be followed ({cause})"
    return stands_in(graph, model)


def _structure(shapes: Any) -> Any:
    """Symbols for a list of inputs, or for a mapping, whose keys are their names."""
    if isinstance(shapes, dict):
        return {key: _symbol(shape, str(key)) for key, shape in shapes.items()}
    if not isinstance(shapes, list):
        return None
    return [_symbol(shape, f"input_{i}" if i else "input") for i, shape in enumerate(shapes)]


def _symbol(shape: Any, name: str) -> Any:
    """An input of this shape with any number of images; None for what is no single shape."""
    plain = isinstance(shape, tuple | list) and len(shape) > 1
    if not plain or not all(side is None or isinstance(side, int) for side in shape):
        return None
    return keras.Input(tuple(shape[1:]), name=name)
