"""Values that a spec sets for the inputs of a model: their check, spelling and description.

This module does not import Keras, so that checking a spec stays light.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reportgen.errors import UserError
from reportgen.records import IMAGES
from reportgen.types import Shape

MOST = 8
"""Largest count of numbers that a sentence lists."""

Value = float | Sequence[float] | str
"""`IMAGES`, one number or text that fills an input, or a number for each entry of a vector."""


class ModelInput(NamedTuple):
    """An input of a model: its name, its shape without the batch, and the type of its values."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    @property
    def text(self) -> str:
        """The input in words, such as "image (28 x 28 x 1)"."""
        return f"{self.name} ({size(self.shape)})"


def size(shape: Shape) -> str:
    """A shape in words, such as "any x 28 x 1"."""
    if tuple(shape) == (None,):
        return "any length"
    return " x ".join("any" if side is None else str(side) for side in shape) or "one number"


def example(inputs: Sequence[ModelInput], values: Mapping[str, Value] | None = None) -> str:
    """An example for a spec, such as "inputs: {image: images, meta: 0}".

    Args:
        inputs: the model's inputs.
        values: the values that the spec already sets. If none of them is the images, the example
            assigns them to the remaining input that is most like an image.
    """
    known = {each.name: values[each.name] for each in inputs if values and each.name in values}
    if IMAGES not in known.values():
        free = [each for each in inputs if each.name not in known] or inputs
        likely = min(free, key=lambda each: abs(len(each.shape) - 3))
        known[likely.name] = IMAGES
    images = next(each for each in inputs if known.get(each.name) == IMAGES)
    pairs = (f"{each.name}: {known.get(each.name, _zeros(each, images))}" for each in inputs)
    return f"inputs: {{{', '.join(pairs)}}}"


def _zeros(other: ModelInput, images: ModelInput) -> Value:
    return 0 if is_filled(other.shape, images.shape) else [0, 0]


def is_filled(shape: Shape, images: Shape) -> bool:
    """Whether one number can fill an input; the images determine sides that it leaves open."""
    return None not in shape or len(shape) == len(images)


def common_shape(first: Shape, second: Shape) -> tuple[int | None, ...] | None:
    """The shape that fits both shapes, or None."""
    pairs = list(zip(first, second, strict=False))
    fits = len(first) == len(second) and all(None in pair or pair[0] == pair[1] for pair in pairs)
    return tuple(b if a is None else a for a, b in pairs) if fits else None


def sentences(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> str:
    """The sentences of a page on the values of a model's inputs, in the model's order."""
    pairs = [(each.name, values[each.name]) for each in inputs]
    images = [f"'{name}'" for name, value in pairs if value == IMAGES]
    held = [f"'{name}' is held at {value_text(value)}" for name, value in pairs if value != IMAGES]
    parts = []
    if len(images) > 1:
        parts.append(f"The inputs {' and '.join(images)} are given the same images.")
    if held:
        alone = "that value alone" if len(held) == 1 else "these values alone"
        parts.append(f"Input {', and input '.join(held)}; all figures hold for {alone}.")
    return " ".join(parts)


def value_text(value: Value) -> str:
    """A value in words; many numbers become their count and range."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"{value:.12g}" if isinstance(value, float | int) else f"the text '{value}'"
    if len(value) > MOST:
        return f"{len(value)} numbers from {min(value):.12g} to {max(value):.12g}"
    return f"[{', '.join(f'{number:.12g}' for number in value)}]"


# --- values that do not fit --------------------------------------------------------------------

LARGEST = {"float16": 65504.0, "float32": 3.4028234e38, "bfloat16": 3.3895313e38}
"""The largest finite number of a type."""


@dataclass(frozen=True)
class Misfit:
    """One way in which the values of a spec do not fit the inputs of a model.

    Attributes:
        kind: the kind of misfit.
        name: name of the input; "" where the misfit concerns all inputs.
        other: for "unlike images", the first input that receives the images.
        shape: for "unlike images", the shape that fits all earlier inputs that receive them.
        number: for "number", the first number that the input's type cannot hold.
    """

    kind: Literal[
        "unknown", "missing", "no images", "unlike images", "list", "length", "one number",
        "number", "text",
    ]  # fmt: skip
    name: str = ""
    other: str = ""
    shape: tuple[int | None, ...] = ()
    number: float = 0.0


class InputsMisfitError(UserError):
    """The values that a spec sets do not fit a model's inputs; `checking` writes the message."""

    def __init__(
        self, inputs: Sequence[ModelInput], values: Mapping[str, Value], misfits: Sequence[Misfit]
    ) -> None:
        super().__init__("the values under 'inputs' do not fit the model's inputs")
        self.inputs, self.values, self.misfits = inputs, values, misfits


def misfits(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> list[Misfit]:
    """The misfits between the values of a spec and a model's inputs; [] where all values fit.

    Args:
        inputs: the model's inputs.
        values: the values of the spec, by the name of the input.
    """
    names = [model_input.name for model_input in inputs]
    unfit = [Misfit("unknown", name) for name in values if name not in names]
    if any(name not in values for name in names):
        unfit.append(Misfit("missing"))
    if not unfit and IMAGES not in values.values():
        return [Misfit("no images")]
    return unfit or [*_unlike_images(inputs, values), *_unfit_values(inputs, values)]


def number_range(dtype: str) -> tuple[int, int] | None:
    """The smallest and largest value of an integer or bool type; None for other types."""
    if dtype == "bool":
        return 0, 1
    whole = re.fullmatch(r"(u?)int(\d+)", dtype)
    if whole is None:
        return None
    bits = int(whole[2])
    return (0, 2**bits - 1) if whole[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def _unlike_images(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> Iterator[Misfit]:
    """A misfit for each input that cannot receive the same images as the first such input."""
    first, *others = [model_input for model_input in inputs if values[model_input.name] == IMAGES]
    shape = first.shape
    for model_input in others:
        both = common_shape(shape, model_input.shape)
        shape = both or shape
        if model_input.dtype != first.dtype or both is None:
            yield Misfit("unlike images", model_input.name, first.name, shape)


def _unfit_values(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> Iterator[Misfit]:
    images = next(model_input for model_input in inputs if values[model_input.name] == IMAGES)
    for model_input in inputs:
        value = values[model_input.name]
        if value != IMAGES:
            unfit = _unfit_shape(model_input, value, images) or _unfit_number(model_input, value)
            if unfit is not None:
                yield unfit


def _unfit_shape(model_input: ModelInput, value: Value, images: ModelInput) -> Misfit | None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        filled = is_filled(model_input.shape, images.shape)
        return None if filled else Misfit("one number", model_input.name)
    if len(model_input.shape) != 1:
        return Misfit("list", model_input.name)
    fits = model_input.shape[0] in (None, len(value))
    return None if fits else Misfit("length", model_input.name)


def _unfit_number(model_input: ModelInput, value: Value) -> Misfit | None:
    if isinstance(value, str):
        return None if model_input.dtype == "string" else Misfit("text", model_input.name)
    if model_input.dtype == "string":
        return Misfit("text", model_input.name)
    numbers = [value] if isinstance(value, float | int) else value
    ends = number_range(model_input.dtype)
    if ends is not None:
        unfit = [n for n in numbers if n != int(n) or not ends[0] <= n <= ends[1]]
    else:
        unfit = [n for n in numbers if abs(n) > LARGEST.get(model_input.dtype, float("inf"))]
    return Misfit("number", model_input.name, number=unfit[0]) if unfit else None
