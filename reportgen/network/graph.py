"""The graph of a Keras model: a walk through its calls, nested models included, by name.

Everything that looks inside a model goes through `walk`: reading activations, splitting a model
at a layer, taking a logit before its softmax, following a receptive field. The model itself is
only read.

A subclassed model has no graph of its own, because its `call` is Python. Where that Python can be
followed symbolically (it uses layers and `keras.ops`), the graph that it draws stands in.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod

import keras

from reportgen.errors import UndefinedError
from reportgen.network.keras_internals import (
    Functional,
    Node,
    built_shapes,
    flat_layers,
    graph_nodes,
    layer_nodes,
    ordered_inputs,
    run_graph,
    sequential_graph,
    takes_training,
)
from reportgen.types import Json, Layer, Model

Arguments = tuple[Json, ...]
Keywords = dict[str, Json]

Call = Callable[[str, Layer, Arguments, Keywords], Json]
"""What happens at a layer: (path, layer, args, kwargs) -> its output. The path is that of the use:
`conv` for the first, `conv[1]` for the second."""

Done = Callable[[str, Json], Json]
"""What happens to the output of a nested model: (path, output) -> the output to go on with."""

NamedNode = tuple[str, Node]
"""The name of a call, and its node in the graph."""


# --- walking -----------------------------------------------------------------------------------


def walk(
    model: Model, inputs: Json, call: Call, done: Done | None = None, prefix: str = ""
) -> Json:
    """Run through a model's graph, letting `call` compute every layer.

    Args:
        model: any model with a graph (`require_graph`), nested to any depth.
        inputs: a value for each of its inputs (a list where there are several). Values may be
            tensors or anything else that `call` understands.
        call: computes one layer or other operation.
        done: receives the output of each nested model, and returns the value to go on with.
        prefix: of the paths, "" for the outermost model.

    Returns:
        The outputs in the model's own structure.
    """
    graph = require_graph(model)
    names = {key: iter(uses) for key, uses in _repeated_calls(graph).items()}

    def visit(operation: Layer) -> Callable[..., Json]:
        uses = names.get(id(operation))
        path = prefix + (next(uses) if uses else operation.name)
        if not is_graph(operation):
            return lambda *args, **kwargs: call(path, operation, args, kwargs)

        def enter(*args: Json, **kwargs: Json) -> Json:
            values = args[0] if args else kwargs["inputs"]
            result = walk(operation, values, call, done, path + "/")
            return done(path, result) if done else result

        return enter

    if isinstance(inputs, dict):
        inputs = ordered_inputs(graph, inputs)
    outputs = run_graph(graph, inputs, visit)
    flat = keras.tree.flatten(outputs)
    return flat[0] if len(flat) == 1 else outputs


def run(operation: Layer, args: Arguments, kwargs: Keywords) -> Json:
    """Compute one layer as at prediction time (no dropout, moving statistics left alone)."""
    if takes_training(operation):
        kwargs = {**kwargs, "training": False}
    return operation(*args, **kwargs)


def plain_call(path: str, layer: Layer, args: Arguments, kwargs: Keywords) -> Json:
    """The `Call` that does nothing but `run`."""
    return run(layer, args, kwargs)


def for_each_output(operation: Layer, value: Json) -> Json:
    """A stand-in for a call's output: the value, or a list of it.

    A split, or an LSTM with its states, gives several outputs; all get the same value.
    """
    nodes = layer_nodes(operation)
    several = len(nodes[0].outputs) if nodes else 1
    return value if several == 1 else [value] * several


# --- names of calls ----------------------------------------------------------------------------


def calls(graph: Model) -> list[NamedNode]:
    """Each call in a Functional graph, the calls of one layer together, in the order written.

    Keras numbers the calls of a layer and writes the second one as `name[1]`, and so do we. Calls
    in other models do not count.
    """
    nodes = graph_nodes(graph)
    # By object, not by name: some operations have the same name.
    together: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        together[id(node.operation)].append(node)
    taken = {str(node.operation.name) for node in nodes}
    return [
        (_name(str(node.operation.name), index, taken), node)
        for group in together.values()
        for index, node in enumerate(_as_written(group))
    ]


def _repeated_calls(graph: Model) -> dict[int, list[str]]:
    """For each layer that a graph uses several times, by its id, the names of its calls as run."""
    names = {id(node): name for name, node in calls(graph)}
    in_order: dict[int, list[str]] = defaultdict(list)
    for node in graph_nodes(graph):
        in_order[id(node.operation)].append(names[id(node)])
    return {key: own for key, own in in_order.items() if len(own) > 1}


def _as_written(group: list[Node]) -> list[Node]:
    if len(group) == 1:
        return group
    order = {id(node): place for place, node in enumerate(layer_nodes(group[0].operation))}
    return sorted(group, key=lambda node: order[id(node)])


def _name(name: str, index: int, taken: set[str]) -> str:
    """A layer whose own name looks like that of a use keeps it; the use gets a longer one."""
    use = f"{name}[{index}]" if index else name
    while index and use in taken:
        use += "[0]"
    return use


# --- the graph of a model ----------------------------------------------------------------------

_followed: weakref.WeakKeyDictionary[Model, Model | str] = weakref.WeakKeyDictionary()
"""Graphs of subclassed models, or the reason why there is none."""


def is_graph(layer: Layer) -> bool:
    """Whether it is a model whose inside can be walked."""
    return isinstance(layer, keras.Model) and not isinstance(_graph(layer), str)


def require_graph(model: Model) -> Model:
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


def _graph(model: Model) -> Model | str:
    """A model's Functional graph, or why it has none, to follow "because it"."""
    if isinstance(model, keras.Sequential) and type(model).call is keras.Sequential.call:
        # Keras has no inputs to tell where it could not follow the layers' own calls.
        built = model.built and getattr(model, "inputs", None)
        return sequential_graph(model) if built else "has not been built: it needs an Input"
    if isinstance(model, Functional) and type(model).call is Functional.call:
        return model
    if model not in _followed:
        graph = _follow(model)
        if not model.built:
            return graph  # the model may be built before the next call
        _followed[model] = graph
    return _followed[model]


def _follow(model: Model) -> Model | str:
    """The graph that a subclassed model's `call` draws when it receives symbolic inputs."""
    known = [tuple(tensor.shape) for tensor in getattr(model, "inputs", None) or []]
    shapes = known or built_shapes(model)
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
    training = {"training": False} if takes_training(model) else {}
    try:
        structure = inputs[0] if isinstance(inputs[0], list | dict) else inputs
        graph = Functional(structure, model.call(*inputs, **training), name=model.name)
    except Exception as error:
        # Whatever the model's own Python raises when it receives symbols instead of numbers.
        cause = str(error).strip().partition("\n")[0].partition(". ")[0].rstrip(".")
        return f"is subclassed and its call cannot be followed ({cause})"
    return stand_in(graph, model)


def _structure(shapes: Json) -> Json:
    """Symbols for a list of inputs, or for a mapping, whose keys are their names."""
    if isinstance(shapes, dict):
        return {key: _symbol(shape, str(key)) for key, shape in shapes.items()}
    if not isinstance(shapes, list):
        return None
    return [_symbol(shape, f"input_{i}" if i else "input") for i, shape in enumerate(shapes)]


def _symbol(shape: Json, name: str) -> Json:
    """An input of this shape for any number of images; None where it is no single shape."""
    plain = isinstance(shape, tuple | list) and len(shape) > 1
    if not plain or not all(side is None or isinstance(side, int) for side in shape):
        return None
    return keras.Input(tuple(shape[1:]), name=name)


# --- what a model holds ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Held:
    """A model's own layers, not those inside them, and all its weights."""

    layers: tuple[Layer, ...]
    trainable: tuple[Layer, ...]
    fixed: tuple[Layer, ...]


@dataclass(frozen=True)
class Counts:
    """Parameters of a model: all, those that training moves, and the others."""

    total: int
    trainable: int
    fixed: int


_held: weakref.WeakKeyDictionary[Model, _Held] = weakref.WeakKeyDictionary()
"""Of graphs that stand in for a subclassed model, what that model holds."""


def own_layers(model: Model) -> list[Layer]:
    """The layers of a model itself, in its own order, without those that are `unreached`."""
    left = {id(layer) for layer in unreached(model)}
    return [layer for layer in model.layers if id(layer) not in left]


def unreached(model: Model) -> list[Layer]:
    """The model's own layers that no call at prediction time uses, such as one for training alone.

    A layer of which a part is used is reached. Empty where the calls cannot be followed.
    """
    graph = _graph(model)
    if isinstance(graph, str):
        return []
    used = {id(operation) for operation in graph.operations}
    held = _held.get(model)
    return [
        layer
        for layer in (_direct_layers(model) if held is None else held.layers)
        if used.isdisjoint(map(id, flat_layers(layer)))
        and not isinstance(layer, keras.layers.InputLayer)
    ]


def parameter_counts(model: Model) -> Counts:
    """The sizes of all weights that a model, or the one that it stands in for, holds.

    Each weight counts once, also one that only training uses.
    """
    own = _held.get(model) or _holds(model)
    trainable, fixed = _size(own.trainable), _size(own.fixed)
    return Counts(trainable + fixed, trainable, fixed)


def stand_in(graph: Model, model: Model) -> Model:
    """The graph, which counts from now on as holding all that the model holds.

    The graph has only what the model's `call` uses at prediction time. A layer that training alone
    calls belongs to the model all the same, and so do weights that are in no layer.
    """
    own, held = _holds(graph), _held.get(model) or _holds(model)
    known = {id(weight) for weight in (*held.trainable, *held.fixed)}
    more = [[w for w in part if id(w) not in known] for part in (own.trainable, own.fixed)]
    layers = {id(layer): layer for layer in (*own.layers, *held.layers)}
    _held[graph] = _Held(
        tuple(layers.values()), (*held.trainable, *more[0]), (*held.fixed, *more[1])
    )
    return graph


def _holds(model: Model) -> _Held:
    return _Held(
        _direct_layers(model), tuple(model.trainable_weights), tuple(model.non_trainable_weights)
    )


def _direct_layers(model: Model) -> tuple[Layer, ...]:
    return tuple(flat_layers(model, itself=False, recursive=False))


def _size(weights: Iterable[Layer]) -> int:
    return sum(prod(weight.shape) for weight in weights)
