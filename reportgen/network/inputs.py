"""The inputs of a model: their shapes and types, batch size, and images that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.input_values import Taken, example, size
from reportgen.network.keras_internals import flat_layers
from reportgen.network.network import Network
from reportgen.types import Array


def as_inputs(network: Network, images: Any) -> list[Array]:
    """Images as a list with one array for each input of the model, in the model's types.

    Images (n, ..., c) for a model that wants its channels first are turned to (n, c, ...).

    Raises:
        UndefinedError: the model has more inputs than there are arrays.
        UserError: the images are of another shape than the model takes.
    """
    wanted = network.graph.inputs
    given = list(images) if isinstance(images, list | tuple) else [images]
    if len(given) != len(wanted):
        raise _lacking(network, f"there are values for {len(given)} of them")
    return [_fitted(network, array, tensor) for array, tensor in zip(given, wanted, strict=True)]


def require_one_input(network: Network) -> None:
    """Raises UndefinedError where images alone are not all that a model takes."""
    wanted = network.graph.inputs
    if len(wanted) > 1:
        raise _lacking(network, "a dataset gives images for one of them")


def inputs_of(graph: Any) -> list[Taken]:
    """The inputs of a model's graph, in its order."""
    return [Taken(str(t.name), tuple(t.shape)[1:], str(t.dtype)) for t in graph.inputs]


def _lacking(network: Network, there: str) -> UndefinedError:
    wanted = inputs_of(network.graph)
    names = ", ".join(one.name for one in wanted)
    remedy = f" In a spec, write '{example(wanted)}' beside its source, with values of your own."
    return UndefinedError(
        f"Model '{network.name}' has {len(wanted)} inputs ({names}), and {there}, so it cannot be "
        f"run.{remedy if len(wanted) > 1 else ''}"
    )


def fixed_batch(network: Network) -> int | None:
    """The batch size that a model demands; None where it takes any."""
    size = network.graph.inputs[0].shape[0]
    return None if size is None else int(size)


def reads_channels_first(network: Network) -> bool:
    """Whether a layer of the model says that its channels come first."""
    return any(
        getattr(layer, "data_format", "") == "channels_first"
        for layer in flat_layers(network.graph)
    )


def as_taken(network: Network, image_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of an image (without the batch) as the model's first input takes it.

    Channels are moved to the front where the model reads them there and takes no other shape.
    """
    given, wanted = tuple(image_shape), tuple(network.graph.inputs[0].shape)[1:]
    turned = (*given[-1:], *given[:-1])
    fits = not _agree(given, wanted) and _agree(turned, wanted)
    return turned if fits and reads_channels_first(network) else given


def filled(array: Array, size: int) -> Array:
    """A batch with its last image repeated until it has the size that the model demands."""
    short = size - len(array)
    return np.concatenate([array, np.repeat(array[-1:], short, axis=0)]) if short > 0 else array


def _fitted(network: Network, array: Any, tensor: Any) -> Array:
    """One input as the model wants it."""
    dtype = "float32" if tensor.dtype == "bfloat16" else tensor.dtype
    values = _as_type(network, np.asarray(array), dtype, str(tensor.name))
    wanted = tuple(tensor.shape)[1:]
    if _agree(values.shape[1:], wanted):
        return values
    turned = np.moveaxis(values, -1, 1) if values.ndim > 2 else values
    if _agree(turned.shape[1:], wanted) and reads_channels_first(network):
        return np.ascontiguousarray(turned)
    raise UserError(
        Problem(
            f"input '{tensor.name}' of model '{network.name}' takes values of {size(wanted)}, "
            f"but the images are {size(values.shape[1:])}",
            hint="use a dataset of that size, or a model for these images",
        )
    )


def _as_type(network: Network, given: Array, dtype: str, name: str) -> Array:
    """Values in a type; fractions are rounded to whole numbers where this is a small change."""
    if np.dtype(dtype).kind not in "iu" or given.dtype.kind != "f" or not given.size:
        return given.astype(dtype, copy=False)
    low, high, ends = float(given.min()), float(given.max()), np.iinfo(dtype)
    scaled = low >= -1 and high <= 1 and bool((np.rint(given) != given).any())
    if scaled or low < ends.min or high > ends.max:
        raise UserError(
            Problem(
                f"input '{name}' of model '{network.name}' takes whole numbers ({dtype}), but the "
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
