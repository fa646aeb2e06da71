"""The inputs of a model: shapes, types and batch size, and the conversion of images to them."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import ArrayLike

from reportgen.errors import Problem, UndefinedError, UserError
from reportgen.network.input_values import ModelInput, example, size
from reportgen.network.keras_internals import flat_layers, input_names
from reportgen.network.network import Network
from reportgen.types import Array, Images, Json, JsonObject, Model, Shape, Tensor

# --- what a model reads ------------------------------------------------------------------------


def model_inputs(graph: Model) -> list[ModelInput]:
    """The inputs of a model's graph, in the graph's order."""
    named = zip(input_names(graph), graph.inputs, strict=True)
    return [ModelInput(name, tuple(t.shape)[1:], str(t.dtype)) for name, t in named]


def fixed_batch(network: Network) -> int | None:
    """The batch size that a model requires; None where any size is allowed."""
    side = network.graph.inputs[0].shape[0]
    return None if side is None else int(side)


def reads_channels_first(network: Network) -> bool:
    """Whether a layer of the model has `data_format="channels_first"`."""
    return network.keep("reads channels first", lambda: _reads_channels_first(network))


def _reads_channels_first(network: Network) -> bool:
    layers = flat_layers(network.graph)
    return any(getattr(layer, "data_format", "") == "channels_first" for layer in layers)


def require_one_input(network: Network) -> None:
    """Raises UndefinedError where a model has more than one input."""
    if len(network.graph.inputs) > 1:
        raise _too_few_arrays(network, "a dataset gives images for one of them")


# --- images that fit ---------------------------------------------------------------------------


def as_inputs(network: Network, images: Images) -> list[Array]:
    """Images as a list with one array for each input of the model, in the model's types.

    Images (n, ..., c) for a model that reads channels first become (n, c, ...).

    Raises:
        UndefinedError: the number of arrays differs from the number of inputs.
        UserError: the shape of the images does not fit the model.
    """
    tensors = network.graph.inputs
    arrays = list(images) if isinstance(images, list | tuple) else [images]
    if len(arrays) != len(tensors):
        raise _too_few_arrays(network, f"there are values for {len(arrays)} of them")
    names = input_names(network.graph)
    return [_as_input(network, *each) for each in zip(arrays, tensors, names, strict=True)]


def check_axes(network: Network, arrays: Sequence[Array]) -> None:
    """Raises UserError where an array lacks the axis of images or of channels."""
    try:
        tensors = network.graph.inputs
    except UndefinedError:  # What needs the graph says so.
        return
    if len(arrays) == len(tensors):
        for array, tensor in zip(arrays, tensors, strict=True):
            _check_axes(array.shape, tensor)


def _check_axes(shape: tuple[int, ...], tensor: Tensor) -> None:
    wanted = tuple(tensor.shape)[1:]
    if len(shape) == len(wanted) + 1:
        return
    sides = ", ".join("any" if side is None else str(side) for side in wanted)
    turned = (*shape[-1:], *shape[:-1])
    gray = wanted[-1:] == (1,)
    got, hint = f"shape {shape}", "give an array with a row for each image"
    if _agree(shape, wanted) or _agree(turned, wanted):
        got = f"one image, shape {shape}, without the axis that counts images"
        hint = "put it into an array of one image: image[None], or np.expand_dims(image, 0)"
    elif _agree(shape, wanted[:-1]):
        got = f"one image, shape {shape}, without channels and the axis that counts images"
        hint = "add both axes: image[None, ..., None]" if gray else _color(wanted)
    elif _agree(shape[1:], wanted[:-1]):
        got = f"images without channels, shape {shape}"
        hint = "add the axis of channels: images[..., None]" if gray else _color(wanted)
    expected = f"takes an array of images, shape (n, {sides})"
    raise UserError(Problem(f"input '{tensor.name}' {expected}, got {got}", hint=hint))


def _color(wanted: tuple[int | None, ...]) -> str:
    return f"give images of {wanted[-1]} channels" if wanted[-1:] != (None,) else "add channels"


def as_input_shape(network: Network, image_shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of an image (without the batch) as the model's first input expects it.

    Channels move to the front if the model reads channels first and the shape fits only that way.
    """
    shape, wanted = tuple(image_shape), tuple(network.graph.inputs[0].shape)[1:]
    turned = (*shape[-1:], *shape[:-1])
    fits = not _agree(shape, wanted) and _agree(turned, wanted)
    return turned if fits and reads_channels_first(network) else shape


def fill_batch(array: Array, count: int) -> Array:
    """A batch filled up to `count` images by repeating its last image."""
    short = count - len(array)
    return np.concatenate([array, np.repeat(array[-1:], short, axis=0)]) if short > 0 else array


def _too_few_arrays(network: Network, there: str) -> UndefinedError:
    inputs = model_inputs(network.graph)
    names = ", ".join(each.name for each in inputs)
    remedy = f" In a spec, write '{example(inputs)}' beside its source, with values of your own."
    return UndefinedError(
        f"Model '{network.name}' has {len(inputs)} inputs ({names}), and {there}, so it cannot be "
        f"run.{remedy if len(inputs) > 1 else ''}"
    )


def _as_input(network: Network, images: ArrayLike, tensor: Tensor, name: str) -> Array:
    """Images in the type and the channel order of one input."""
    dtype = "float32" if tensor.dtype == "bfloat16" else tensor.dtype
    values = _as_type(network, np.asarray(images), dtype, name)
    wanted = tuple(tensor.shape)[1:]
    if _agree(values.shape[1:], wanted):
        return values
    turned = np.moveaxis(values, -1, 1) if values.ndim > 2 else values
    if _agree(turned.shape[1:], wanted) and reads_channels_first(network):
        return np.ascontiguousarray(turned)
    raise UserError(
        Problem(
            f"input '{name}' of model '{network.name}' takes values of {size(wanted)}, "
            f"but the images are {size(values.shape[1:])}",
            hint="use a dataset of that size, or a model for these images",
        )
    )


def _as_type(network: Network, values: Array, dtype: str, name: str) -> Array:
    """Values converted to a type; fractions become whole numbers where the rounding is small.

    Raises:
        UserError: rounding would change the values much, or the type cannot hold them.
    """
    if np.dtype(dtype).kind not in "iu" or values.dtype.kind != "f" or not values.size:
        return values.astype(dtype, copy=False)
    low, high, ends = float(values.min()), float(values.max()), np.iinfo(dtype)
    scaled = low >= -1 and high <= 1 and bool((np.rint(values) != values).any())
    if scaled or low < ends.min or high > ends.max:
        raise UserError(
            Problem(
                f"input '{name}' of model '{network.name}' takes whole numbers ({dtype}), but the "
                f"images are fractions or others, from {low:g} to {high:g}",
                hint="give images as they are stored; in a spec, write 'scaling: 0..255'",
            )
        )
    rounded: Array = np.rint(values).astype(dtype)
    return rounded


def _agree(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    pairs = zip(shape, wanted, strict=False)
    return len(shape) == len(wanted) and all(side in (None, own) for own, side in pairs)


# --- inputs that are no images -----------------------------------------------------------------


class HeldInput(keras.layers.Layer):  # type: ignore[misc]
    """A layer that replaces an input and returns a fixed value for any images.

    Only a spec creates this layer. Keras has no registration of it, so no model file can name it.

    Args:
        value: one number or text, or a list with as many numbers as `sides` asks for.
        sides: shape of the output, without the batch; None for a side that equals that of the
            images.
        kind: type of the values, such as "int32".
        options: keyword arguments of every Keras layer.
    """

    def __init__(
        self, value: float | str | Sequence[float], sides: Shape, kind: str, **options: Json
    ) -> None:
        super().__init__(autocast=False, **options)
        self.sides = tuple(sides)
        self.kind = kind
        self.value: Json
        if isinstance(value, Sequence) and not isinstance(value, str):
            self.value = [_typed(number, kind) for number in value]
        else:
            self.value = _typed(value, kind)

    def call(self, images: Tensor) -> Tensor:
        """The value for each image, shape (n, *sides)."""
        ops, shape = keras.ops, keras.ops.shape(images)
        sides = [shape[axis] if side is None else side for axis, side in enumerate(self.sides, 1)]
        value = ops.convert_to_tensor(self.value, dtype=self.kind)
        return ops.broadcast_to(value, (shape[0], *sides))

    def compute_output_spec(self, images: Tensor) -> keras.KerasTensor:
        """The shape of the output of `call`; unknown sides are None."""
        shape = images.shape
        sides = [shape[axis] if side is None else side for axis, side in enumerate(self.sides, 1)]
        return keras.KerasTensor((shape[0], *sides), dtype=self.kind)

    def get_config(self) -> JsonObject:
        """The layer's config, so that a model's digest depends on the value; it is never loaded."""
        own = {"value": self.value, "sides": self.sides, "kind": self.kind}
        return {**super().get_config(), **own}


def _typed(value: float | str, kind: str) -> float | int | bool | str:
    """A value as the Python value (float, int, bool or str) for a tensor of type `kind`."""
    if kind == "string":
        return str(value)
    if kind == "bool":
        return bool(value)
    return int(value) if "int" in kind else float(value)
