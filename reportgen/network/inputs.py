"""The inputs of a model: shapes, types, batch size, and values that a spec holds constant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.graph import require_graph
from reportgen.records import IMAGES
from reportgen.types import Array

MOST = 8
"""Numbers that a sentence lists."""

Shape = Sequence[int | None]
Value = float | Sequence[float] | str
"""`IMAGES`, one number for all of an input, or a number for each place of a vector."""


class Taken(NamedTuple):
    """An input of a model: its name, its shape without the batch, and the type of its values."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    @property
    def said(self) -> str:
        """Such as "image (28 x 28 x 1)"."""
        return f"{self.name} ({size(self.shape)})"


def size(shape: Shape) -> str:
    """A shape in words, such as "any x 28 x 1"."""
    if tuple(shape) == (None,):
        return "any length"
    return " x ".join("any" if side is None else str(side) for side in shape) or "one number"


def example(wanted: Sequence[Taken], given: Mapping[str, Value] | None = None) -> str:
    """What to write in a spec, such as "inputs: {image: images, meta: 0}".

    Args:
        wanted: the model's inputs.
        given: what the spec says already; of other inputs, images go to the one most like them.
    """
    known = {one.name: given[one.name] for one in wanted if given and one.name in given}
    if IMAGES not in known.values():
        free = [one for one in wanted if one.name not in known] or wanted
        likely = min(free, key=lambda one: abs(len(one.shape) - 3))
        known[likely.name] = IMAGES
    images = next(one for one in wanted if known.get(one.name) == IMAGES)
    pairs = (f"{one.name}: {known.get(one.name, _nothing(one, images))}" for one in wanted)
    return f"inputs: {{{', '.join(pairs)}}}"


def _nothing(taken: Taken, images: Taken) -> Value:
    return 0 if is_filled(taken.shape, images.shape) else [0, 0]


def is_filled(shape: Shape, images: Shape) -> bool:
    """Whether one number fills an input: sides that it leaves open are those of the images."""
    return None not in shape or len(shape) == len(images)


def joined(one: Shape, other: Shape) -> tuple[int | None, ...] | None:
    """The shape that fits both, None where there is none."""
    pairs = list(zip(one, other, strict=False))
    fits = len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in pairs)
    return tuple(b if a is None else a for a, b in pairs) if fits else None


def sentences(wanted: Sequence[Taken], given: Mapping[str, Value]) -> str:
    """What a page says of a model whose inputs were given this, in the model's order."""
    pairs = [(one.name, given[one.name]) for one in wanted]
    images = [f"'{name}'" for name, value in pairs if value == IMAGES]
    held = [f"'{name}' is held at {told(value)}" for name, value in pairs if value != IMAGES]
    found = []
    if len(images) > 1:
        found.append(f"The inputs {' and '.join(images)} are given the same images.")
    if held:
        alone = "that value alone" if len(held) == 1 else "these values alone"
        found.append(f"Input {', and input '.join(held)}; all figures hold for {alone}.")
    return " ".join(found)


def told(value: Value) -> str:
    """A value in words; of many numbers, how many and from where to where."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"{value:.12g}" if isinstance(value, float | int) else value
    if len(value) > MOST:
        return f"{len(value)} numbers from {min(value):.12g} to {max(value):.12g}"
    return f"[{', '.join(f'{one:.12g}' for one in value)}]"


def as_inputs(model: Any, images: Any) -> list[Array]:
    """Images as a list with one array for each input of the model, in the model's types.

    Images (n, ..., c) for a model that wants its channels first are turned to (n, c, ...).

    Raises:
        UndefinedError: the model has more inputs than there are arrays.
        UserError: the images are of another shape than the model takes.
    """
    wanted = require_graph(model).inputs
    given = list(images) if isinstance(images, list | tuple) else [images]
    if len(given) != len(wanted):
        raise _lacking(model, f"there are values for {len(given)} of them")
    return [_fitted(model, array, tensor) for array, tensor in zip(given, wanted, strict=True)]


def require_one_input(model: Any) -> None:
    """Raises UndefinedError where images alone are not all that a model takes."""
    wanted = require_graph(model).inputs
    if len(wanted) > 1:
        raise _lacking(model, "a dataset gives images for one of them")


def inputs_of(graph: Any) -> list[Taken]:
    """The inputs of a model's graph, in its order."""
    return [Taken(str(t.name), tuple(t.shape)[1:], str(t.dtype)) for t in graph.inputs]


def _lacking(model: Any, there: str) -> UndefinedError:
    wanted = inputs_of(require_graph(model))
    names = ", ".join(one.name for one in wanted)
    remedy = f" In a spec, write '{example(wanted)}' beside its source, with values of your own."
    return UndefinedError(
        f"Model '{model.name}' has {len(wanted)} inputs ({names}), and {there}, so it cannot be "
        f"run.{remedy if len(wanted) > 1 else ''}"
    )


def fixed_batch(model: Any) -> int | None:
    """The batch size that a model demands; None where it takes any."""
    size = require_graph(model).inputs[0].shape[0]
    return None if size is None else int(size)


def reads_channels_first(model: Any) -> bool:
    """Whether a layer of the model says that its channels come first."""
    return any(
        getattr(layer, "data_format", "") == "channels_first"
        for layer in require_graph(model)._flatten_layers()
    )


def as_taken(model: Any, image_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of an image (without the batch) as the model's first input takes it.

    Channels are moved to the front where the model reads them there and takes no other shape.
    """
    given, wanted = tuple(image_shape), tuple(require_graph(model).inputs[0].shape)[1:]
    turned = (*given[-1:], *given[:-1])
    fits = not _agree(given, wanted) and _agree(turned, wanted)
    return turned if fits and reads_channels_first(model) else given


def filled(array: Array, size: int) -> Array:
    """A batch with its last image repeated until it has the size that the model demands."""
    short = size - len(array)
    return np.concatenate([array, np.repeat(array[-1:], short, axis=0)]) if short > 0 else array


def _fitted(model: Any, array: Any, tensor: Any) -> Array:
    """One input as the model wants it."""
    dtype = "float32" if tensor.dtype == "bfloat16" else tensor.dtype
    values = _as_type(model, np.asarray(array), dtype, str(tensor.name))
    wanted = tuple(tensor.shape)[1:]
    if _agree(values.shape[1:], wanted):
        return values
    turned = np.moveaxis(values, -1, 1) if values.ndim > 2 else values
    if _agree(turned.shape[1:], wanted) and reads_channels_first(model):
        return np.ascontiguousarray(turned)
    raise UserError(
        Problem(
            f"input '{tensor.name}' of model '{model.name}' takes values of {size(wanted)}, "
            f"but the images are {size(values.shape[1:])}",
            hint="use a dataset of that size, or a model for these images",
        )
    )


def _as_type(model: Any, given: Array, dtype: str, name: str) -> Array:
    """Values in a type; fractions are rounded to whole numbers where this is a small change."""
    if np.dtype(dtype).kind not in "iu" or given.dtype.kind != "f" or not given.size:
        return given.astype(dtype, copy=False)
    low, high, ends = float(given.min()), float(given.max()), np.iinfo(dtype)
    scaled = low >= -1 and high <= 1 and bool((np.rint(given) != given).any())
    if scaled or low < ends.min or high > ends.max:
        raise UserError(
            Problem(
                f"input '{name}' of model '{model.name}' takes whole numbers ({dtype}), but the "
                f"images are fractions or others, from {low:g} to {high:g}",
                hint="give images as they are stored; in a spec, write 'scaling: 0..255'",
            )
        )
    rounded: Array = np.rint(given).astype(dtype)
    return rounded


def _agree(given: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    pairs = zip(given, wanted, strict=False)
    return len(given) == len(wanted) and all(w in (None, g) for g, w in pairs)


class HeldInput(keras.layers.Layer):  # type: ignore[misc]
    """Stands in for an input: whatever the images are, it gives one value.

    It is made of a spec alone. It is registered nowhere, so no model file can name it.

    Args:
        value: one number, or a list of as many as `sides` says.
        sides: shape of what it gives, without the batch; None for a side that the images have at
            the same place.
        kind: type of the values, such as "int32".
    """

    def __init__(
        self, value: float | Sequence[float], sides: Sequence[int | None], kind: str, **given: Any
    ) -> None:
        super().__init__(autocast=False, **given)
        self.sides = tuple(sides)
        self.kind = kind
        if isinstance(value, Sequence):
            self.value: Any = [_typed(one, kind) for one in value]
        else:
            self.value = _typed(value, kind)

    def call(self, images: Any) -> Any:
        """The value for each image, shape (n, *sides)."""
        ops, given = keras.ops, keras.ops.shape(images)
        sides = [given[axis] if side is None else side for axis, side in enumerate(self.sides, 1)]
        value = ops.convert_to_tensor(self.value, dtype=self.kind)
        return ops.broadcast_to(value, (given[0], *sides))

    def compute_output_spec(self, images: Any) -> Any:
        """The shape of what `call` gives; sides that nobody knows are None."""
        known = images.shape
        sides = [known[axis] if side is None else side for axis, side in enumerate(self.sides, 1)]
        return keras.KerasTensor((known[0], *sides), dtype=self.kind)

    def get_config(self) -> dict[str, Any]:
        """What tells one model from another; nothing is made of it again."""
        own = {"value": self.value, "sides": self.sides, "kind": self.kind}
        return {**super().get_config(), **own}


def _typed(value: float, kind: str) -> float | int | bool:
    """A number as the plain value that a tensor of a type is made of."""
    if kind == "bool":
        return bool(value)
    return int(value) if "int" in kind else float(value)
