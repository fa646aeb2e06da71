"""Models that a Python function of the user's returns: `python:package.module:function`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportgen import functions
from reportgen.catalog import Entry
from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.records import Target
from reportgen.types import Model, Params, Shape

ENTRY = Entry(
    name="python_function",
    title="Python function",
    help="python:PACKAGE.MODULE:FUNCTION, found in the spec's folder too; it returns a Keras "
    "model, or a pair of a model and whether it is trained",
)


def load(
    source: str,
    base: Path,
    input_shape: Shape | None,
    targets: Sequence[Target],
    params: Params,
) -> tuple[Model, bool]:
    """Call the function and return its model, and whether it is trained.

    The function may take `input_shape` and `targets`; each is passed by name if the function has
    a parameter of that name, and so are all `params` of the spec. It returns a `keras.Model`,
    which is then trained, or `(model, True)` for one that is trained already.

    Raises:
        UserError: the module or function cannot be found, fails, or returns something else.
    """
    offered = {"input_shape": input_shape, "targets": tuple(targets)}
    return _checked(functions.call(source, base, offered, params), source)


def _checked(result: object, source: str) -> tuple[Model, bool]:
    import keras

    pair = result if isinstance(result, tuple) and len(result) == 2 else (result, False)
    model, trained = pair
    if not isinstance(model, keras.Model) or not isinstance(trained, bool):
        raise UserError(
            Problem(
                f"python:{source} should return a keras.Model, "
                f"but it returned {type(result).__module__}.{type(result).__name__}",
                hint="return model, or (model, True) for one that is trained already",
            )
        )
    known = getattr(model, "outputs", None)
    return (model if known else _with_graph(model, source, trained)), trained


def _with_graph(model: Model, source: str, trained: bool) -> Model:
    """A subclassed model as the graph that its `call` draws at prediction time, layers shared.

    A trained model whose `call` cannot be followed is returned itself: its weights can be shown.
    """
    from reportgen.network.graph import require_graph

    try:
        graph: Model = require_graph(model)
    except UndefinedError as error:
        if trained and model.built:
            return model
        raise UserError(
            Problem(
                f"the model of python:{source} has no known inputs and outputs: "
                + str(error).rstrip("."),
                hint="begin it with keras.Input, or return keras.Model(inputs, outputs)",
            )
        ) from error
    return graph
