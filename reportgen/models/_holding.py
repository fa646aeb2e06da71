"""Models of several inputs as models of images alone: the other inputs are held at values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.models._recalling import called_on
from reportgen.network.input_mistakes import FUNCTION, mistakes
from reportgen.network.input_values import Taken, Value, joined, sentences
from reportgen.records import IMAGES
from reportgen.types import Shape


def held(
    model: Any, given: Mapping[str, Value], lines: Mapping[str, int] | None = None
) -> tuple[Any, str]:
    """A model that takes images alone, and what its inputs are given, in a sentence or two.

    Its one input has the name of the first that gets images. In the place of each input that is
    held stands a layer of the input's name. All other layers are the model's own.

    Args:
        model: any Keras model with a graph.
        given: what each of its inputs is given; {} leaves the model as it is, with no sentence.
        lines: of the spec, by the input that they speak of, "" for all.

    Raises:
        UserError: the model has other inputs, they take other values, or they cannot be known.
    """
    if not given:
        return model, ""
    from reportgen.network.inputs import inputs_of

    graph = _graph(model)
    wanted = inputs_of(graph)
    wrong = mistakes(wanted, given)
    if wrong:
        at = lines or {}
        raise UserError(*(Problem(m, None, at.get(n, at.get("")), hint) for n, m, hint in wrong))
    if len(wanted) == 1:
        return model, ""
    return _replaced(model, graph, wanted, given), sentences(wanted, given)


def _graph(model: Any) -> Any:
    from reportgen.network.graph import require_graph

    try:
        return require_graph(model)
    except UndefinedError as error:
        text = str(error).rstrip(".")
        message = f"'inputs' cannot be given to it: {text}"
        raise UserError(Problem(message, hint=FUNCTION)) from error


def _replaced(model: Any, graph: Any, wanted: list[Taken], given: Mapping[str, Value]) -> Any:
    """The model with its layers called on images and on what is held."""
    from reportgen.network.inputs import HeldInput

    start = _start(graph, [one for one in wanted if given[one.name] == IMAGES])
    values = []
    for taken in wanted:
        value = given[taken.name]
        if isinstance(value, str):
            values.append(start)
            continue
        sides = (len(value),) if isinstance(value, Sequence) else taken.shape
        values.append(HeldInput(value, sides, taken.dtype, name=taken.name)(start))
    return called_on(model, start, values)


def _start(graph: Any, fed: Sequence[Taken]) -> Any:
    """A symbolic input that stands for all inputs that images go into, which fit one another."""
    import keras

    shape: Shape | None = fed[0].shape
    for one in fed[1:]:
        shape = joined(shape or (), one.shape)
    images = next((t.shape[0] for t in graph.inputs if t.shape[0] is not None), None)
    return keras.Input(shape, batch_size=images, dtype=fed[0].dtype, name=fed[0].name)
