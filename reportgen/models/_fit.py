"""Whether a dataset fits a model: the shape of its images, and what its labels are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.records import Target


def check_input(model: Any, source: str, received: tuple[int, ...]) -> None:
    """Raise UserError unless images of shape `received` (h, w, c) fit the model's first input.

    A model that reads channels first is given them so.
    """
    shapes = [tuple(tensor.shape[1:]) for tensor in getattr(model, "inputs", None) or ()]
    if not shapes:
        return
    from reportgen.network.graph import is_graph
    from reportgen.network.inputs import as_taken
    from reportgen.network.network import Network

    expected, given = shapes[0], received
    if is_graph(model):
        received = as_taken(Network.of(model), given)
    same = len(expected) == len(received)
    if same and all(e is None or e == r for e, r in zip(expected, received, strict=True)):
        return
    raise UserError(
        Problem(
            f"the model '{source}' expects images of shape {expected}, "
            f"but the dataset's have shape {given}",
            hint=_remedy(expected, given),
        )
    )


def _remedy(expected: tuple[int | None, ...], given: tuple[int, ...]) -> str:
    """What to write for the images to become what a model expects."""
    rest = "choose a dataset of that shape, or a model for these images"
    if len(expected) != 3 or expected[2] not in (1, 3):
        return rest
    keys = [f"color: {'gray' if expected[2] == 1 else 'rgb'}"] * (given[-1:] != expected[2:])
    if None not in expected and given[:2] != expected[:2]:
        keys = [f"size: [{expected[0]}, {expected[1]}]", *keys]
    elif not keys or any(e not in (None, g) for e, g in zip(expected[:2], given, strict=False)):
        return rest
    return f"write {' and '.join(keys)} beside the dataset's source; else {rest}"


def chosen(targets: Sequence[Target], wanted: dict[str, int]) -> dict[str, int]:
    """Number of classes for each wanted output name; the given ones where there are no targets.

    Raises:
        UserError: the dataset does not label one of them.
    """
    if not targets:
        return wanted
    classes = {target.name: len(target.classes) for target in targets}
    missing = [name for name in wanted if name not in classes]
    if missing:
        raise UserError(
            Problem(
                f"the model answers {', '.join(wanted)}, but the dataset labels "
                f"{', '.join(classes)} only",
                hint="use the dataset 'line', which labels all of them",
            )
        )
    return {name: classes[name] for name in wanted}


def units(classes: int) -> dict[str, Any]:
    """Arguments of an output layer: one sigmoid unit for two classes, else a softmax."""
    if classes == 2:
        return {"units": 1, "activation": "sigmoid"}
    return {"units": classes, "activation": "softmax"}


def reason(error: Exception) -> str:
    """What Keras says is wrong, as one line without a final full stop."""
    text = " ".join(str(error).split())
    first = text.partition(". ")[0].rstrip(".")
    return first[:300] or type(error).__name__
