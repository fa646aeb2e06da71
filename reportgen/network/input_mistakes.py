"""Mistakes in the values that a spec gives to a model's inputs.

Imports no Keras: specs are checked without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reportgen.errors import did_you_mean
from reportgen.network.input_values import (
    ModelInput,
    Value,
    common_shape,
    example,
    is_filled,
    size,
)
from reportgen.records import IMAGES
from reportgen.types import Shape

LARGEST = {"float16": 65504.0, "float32": 3.4028234e38, "bfloat16": 3.3895313e38}
"""The largest number of a type."""

FUNCTION = "name a Python function that returns a model of the images alone"

Mistake = tuple[str, str, str]
"""The input that it is about, or ""; what is wrong; what to do."""


def mistakes(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> list[Mistake]:
    """What is wrong with the values that a spec gives to a model's inputs; [] where they fit.

    Args:
        inputs: of the model.
        values: by the name of an input.
    """
    names = [each.name for each in inputs]
    listed = ", ".join(each.text for each in inputs)
    by_name: list[Mistake] = [
        (name, f"the model has no input '{name}'; it takes {listed}", did_you_mean(name, names))
        for name in values
        if name not in names
    ]
    missing = [f"'{name}'" for name in names if name not in values]
    if missing:
        text = f"'inputs' says nothing of {' and '.join(missing)}; the model takes {listed}"
        by_name.append(("", text, f"write {example(inputs, values)}, with values of your own"))
    if not by_name and IMAGES not in values.values():
        hint = f"write {example(inputs)}, with values of your own"
        return [("", "'inputs' gives images to no input", hint)]
    return by_name or [*_different_images(inputs, values), *_wrong_values(inputs, values)]


def _different_images(
    inputs: Sequence[ModelInput], values: Mapping[str, Value]
) -> Iterator[Mistake]:
    """Inputs that cannot read the same images."""
    first, *others = [each for each in inputs if values[each.name] == IMAGES]
    shape: Shape = first.shape
    for other in others:
        both = common_shape(shape, other.shape)
        shape = both or shape
        if other.dtype != first.dtype or both is None:
            yield (
                other.name,
                f"inputs '{first.name}' and '{other.name}' cannot be given the same images: they "
                f"take {size(shape)} ({first.dtype}) and {size(other.shape)} ({other.dtype})",
                f"give one of them a number, such as '{other.name}: 0'",
            )


def _wrong_values(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> Iterator[Mistake]:
    images = next(each for each in inputs if values[each.name] == IMAGES)
    for each in inputs:
        value = values[each.name]
        if isinstance(value, str):
            continue
        wrong = _wrong_shape(each, value, images) or _wrong_type(each, value)
        if wrong:
            yield each.name, f"input '{each.name}' takes {wrong[0]}", wrong[1]


def _wrong_shape(
    model_input: ModelInput, value: float | Sequence[float], images: ModelInput
) -> tuple[str, str] | None:
    shape = model_input.shape
    if isinstance(value, Sequence):
        if len(shape) != 1:
            return f"values of {size(shape)}, got a list", "write one number for all of them"
        if shape[0] not in (None, len(value)):
            text = f"{shape[0]} numbers, got a list of {len(value)}"
            return text, "write one number for all of them, or a list of as many"
    elif not is_filled(shape, images.shape):
        text = f"values of {size(shape)}, and one number does not say how many"
        return text, "write a list of numbers" if len(shape) == 1 else FUNCTION
    return None


def _wrong_type(model_input: ModelInput, value: float | Sequence[float]) -> tuple[str, str] | None:
    numbers = value if isinstance(value, Sequence) else [value]
    kind = model_input.dtype
    whole = re.fullmatch(r"(u?)int(\d+)", kind)
    if whole or kind == "bool":
        low, high = _ends(whole)
        wrong = [number for number in numbers if number != int(number) or not low <= number <= high]
        text = f"whole numbers from {low} to {high} ({kind})"
    elif kind == "string":
        return "text, and a spec can hold it at numbers only", FUNCTION
    else:
        most = LARGEST.get(kind, float("inf"))
        wrong = [number for number in numbers if abs(number) > most]
        text = f"numbers up to {most:g} ({kind})"
    return (f"{text}, got {wrong[0]:.12g}", "write such a number") if wrong else None


def _ends(whole: re.Match[str] | None) -> tuple[int, int]:
    """The smallest and largest number of a type of whole numbers, or of truth values."""
    if whole is None:
        return 0, 1
    bits = int(whole[2])
    return (0, 2**bits - 1) if whole[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
