"""A walk through a Keras model's graph, nested models included, one layer call at a time.

Everything that looks inside a model goes through `walk`: reading activations, splitting a model
at a layer, taking a logit before its softmax, following a receptive field. The model itself is
only read. What is not a graph (a subclassed model, whose `call` is Python) cannot be walked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras.src.models.functional import Functional

from reportgen.errors import UndefinedError

Call = Callable[[str, Any, tuple[Any, ...], dict[str, Any]], Any]
"""What happens at a layer: (path, layer, args, kwargs) -> its output."""

Done = Callable[[str, Any], Any]
"""What happens to the output of a nested model: (path, output) -> the output to go on with."""


def is_graph(layer: Any) -> bool:
    """Whether it is a model (Sequential or Functional) whose inside can be walked."""
    if isinstance(layer, keras.Sequential):
        return type(layer).call is keras.Sequential.call and bool(layer.built and layer.inputs)
    return isinstance(layer, Functional) and type(layer).call is Functional.call


def inner_layers(model: Any) -> list[Any]:
    """The layers of a model itself, in its own order; of a subclassed one those it tracks."""
    return list(model.layers)


def require_graph(model: Any) -> Any:
    """The Functional graph of a model.

    Raises:
        UndefinedError: it has none, because it is subclassed or was never built.
    """
    if not is_graph(model):
        kind = "has not been built" if isinstance(model, keras.Sequential) else "is subclassed"
        raise UndefinedError(
            f"The layers inside model '{model.name}' cannot be reached, because it {kind}; "
            "a Sequential model with an Input or a Functional model is needed."
        )
    return model._functional if isinstance(model, keras.Sequential) else model


def walk(model: Any, inputs: Any, call: Call, done: Done | None = None, prefix: str = "") -> Any:
    """Run through a model's graph, letting `call` compute every layer.

    Args:
        model: a Sequential or Functional model, nested to any depth.
        inputs: a value for each of its inputs (a list where there are several). Values may be
            tensors or anything else that `call` understands.
        call: computes one layer or other operation.
        done: is given the output of each nested model, and gives back what to go on with.
        prefix: of the paths, "" for the outermost model.

    Returns:
        The outputs in the model's own structure.
    """

    def visit(operation: Any) -> Callable[..., Any]:
        path = prefix + operation.name
        if not is_graph(operation):
            return lambda *args, **kwargs: call(path, operation, args, kwargs)

        def enter(*args: Any, **kwargs: Any) -> Any:
            values = args[0] if args else kwargs["inputs"]
            result = walk(operation, values, call, done, path + "/")
            return done(path, result) if done else result

        return enter

    outputs = require_graph(model)._run_through_graph(inputs, operation_fn=visit)
    flat = keras.tree.flatten(outputs)
    return flat[0] if len(flat) == 1 else outputs


def run(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compute one layer as at prediction time (no dropout, moving statistics left alone)."""
    if getattr(operation, "_call_has_training_arg", False):
        kwargs = {**kwargs, "training": False}
    return operation(*args, **kwargs)
