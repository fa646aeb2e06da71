"""What callers of the library hand over, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from reportgen.errors import Problem, UserError
from reportgen.probing.gradients import PREDICTED
from reportgen.probing.graphs import require_graph
from reportgen.probing.layers import named
from reportgen.types import Array

_ROWS = "give an array with a row for each image, shape (n, height, width, channels)"


def require_model(model: Any) -> None:
    """Raises UserError where it is no Keras model."""
    if not isinstance(model, keras.Model):
        hint = "load it first, with keras.models.load_model" if isinstance(model, str) else ""
        raise UserError(Problem(f"model must be a Keras model, got {_kind(model)}", hint=hint))


def given_layer(model: Any, layer: Any) -> str | None:
    """The name or path of a layer, of a layer itself its path; None where none was given.

    Raises:
        UserError: it is neither, or a layer that the model does not have.
    """
    if layer is None or isinstance(layer, str):
        return layer
    paths = [path for path, one in named(model).items() if one is layer]
    if not paths:
        inside = isinstance(layer, keras.layers.Layer)
        got = f"a {_kind(layer)} that the model does not have" if inside else _kind(layer)
        raise UserError(Problem(f"a layer must be named by its path, got {got}"))
    return paths[0]


def given_layers(model: Any, layers: Any) -> str | list[str]:
    """Names or paths of layers; "all" where none were given.

    Raises:
        UserError: see `given_layer`; or they are no list.
    """
    if layers is None:
        return "all"
    if isinstance(layers, str | keras.layers.Layer):
        return layers if layers == "all" else [str(given_layer(model, layers))]
    if not isinstance(layers, Iterable):
        raise UserError(Problem(f"layers must be a list of paths, got {_kind(layers)}"))
    return [str(given_layer(model, one)) for one in layers]


def given_images(model: Any, images: Any) -> Any:
    """Images as an array, or as a list with one for each input where a list came, or a dictionary.

    Args:
        model: a dictionary's keys are the names of its inputs.
        images: as the caller gave them.

    Raises:
        UserError: they are no numbers, there are none, some are NaN or infinite, inputs have
            different numbers of images, or the dictionary lacks an input.
    """
    if isinstance(images, dict):
        images = _by_name(model, images)
    if not isinstance(images, list | tuple):
        return _array(images)
    arrays = [_array(one) for one in images]
    counts = {len(one) for one in arrays}
    inputs = len(require_graph(model).inputs)
    if len(arrays) != inputs and inputs == 1:
        message = f"a model with one input takes one array of images, got a list of {len(arrays)}"
        raise UserError(Problem(message, hint=_ROWS))
    if len(counts) != 1:
        got = ", ".join(str(len(one)) for one in arrays) or "an empty list"
        raise UserError(Problem(f"every input needs as many images as the others, got {got}"))
    return arrays


def count_of(images: Any) -> int:
    """How many images there are, from `given_images`."""
    return len(images[0] if isinstance(images, list) else images)


def given_targets(targets: int | ArrayLike | None, count: int) -> NDArray[np.int32]:
    """Classes to explain, shape (count,); -1 for the predicted one where none is given.

    Raises:
        UserError: they are neither one whole number nor one for each image.
    """
    if targets is None:
        return np.full(count, PREDICTED, np.int32)
    found = np.asarray(targets)
    whole = found.dtype.kind in "iub" or (found.dtype.kind == "f" and not (found % 1).any())
    if not whole or found.shape not in ((), (count,)):
        got = f"shape {found.shape}" if whole else f"values of type {found.dtype}"
        message = f"targets must be one class index, or one for each of {count} images, got {got}"
        raise UserError(Problem(message, hint="give whole numbers, or None for the predicted ones"))
    return np.broadcast_to(found.astype(np.int32), (count,))


def _by_name(model: Any, images: dict[str, Any]) -> Any:
    names = [str(tensor.name) for tensor in require_graph(model).inputs]
    if set(images) != set(names):
        message = f"images must have the keys {', '.join(names)}, got {', '.join(map(str, images))}"
        raise UserError(Problem(message, hint="these are the names of the model's inputs"))
    return [images[name] for name in names]


def _kind(thing: Any) -> str:
    return type(thing).__name__


def _array(images: Any) -> Array:
    try:
        found = np.asarray(images)
    except ValueError:
        found = np.zeros((), object)
    if found.dtype.kind not in "iufbV" or not found.ndim:
        message = f"images must be numbers in an array, got {_kind(images)}"
        raise UserError(Problem(message, hint=_ROWS))
    if not len(found):
        raise UserError(Problem("there are no images: the array is empty", hint=_ROWS))
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        message = "images hold values that are not finite (NaN or infinite)"
        raise UserError(Problem(message, hint="replace them before images are explained"))
    return found
