"""What is wrong with what a spec gives to a model's inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from reportgen.errors import did_you_mean
from reportgen.network.input_values import Taken, Value, example, is_filled, joined, size
from reportgen.records import IMAGES
from reportgen.types import Shape

LARGEST = {"float16": 65504.0, "float32": 3.4028234e38, "bfloat16": 3.3895313e38}
"""The largest number of a type."""

FUNCTION = "name a Python function that returns a model of the images alone"

Mistake = tuple[str, str, str]
"""The input that it is about, or ""; what is wrong; what to do."""


def mistakes(wanted: Sequence[Taken], given: Mapping[str, Value]) -> list[Mistake]:
    """What is wrong with what a spec gives to a model's inputs; nothing where it fits.

    Args:
        wanted: the model's inputs.
        given: by the name of an input.
    """
    names = [one.name for one in wanted]
    every = ", ".join(one.said for one in wanted)
    found: list[Mistake] = [
        (name, f"the model has no input '{name}'; it takes {every}", did_you_mean(name, names))
        for name in given
        if name not in names
    ]
    missing = [f"'{name}'" for name in names if name not in given]
    if missing:
        text = f"'inputs' says nothing of {' and '.join(missing)}; the model takes {every}"
        found.append(("", text, f"write {example(wanted, given)}, with values of your own"))
    if not found and IMAGES not in given.values():
        hint = f"write {example(wanted)}, with values of your own"
        return [("", "'inputs' gives images to no input", hint)]
    return found or [*_unlike(wanted, given), *_values(wanted, given)]


def _unlike(wanted: Sequence[Taken], given: Mapping[str, Value]) -> Iterator[Mistake]:
    """Inputs that cannot be given the same images."""
    first, *others = [one for one in wanted if given[one.name] == IMAGES]
    shape: Shape = first.shape
    for one in others:
        both = joined(shape, one.shape)
        shape = both or shape
        if one.dtype != first.dtype or both is None:
            yield (
                one.name,
                f"inputs '{first.name}' and '{one.name}' cannot be given the same images: they "
                f"take {size(shape)} ({first.dtype}) and {size(one.shape)} ({one.dtype})",
                f"give one of them a number, such as '{one.name}: 0'",
            )


def _values(wanted: Sequence[Taken], given: Mapping[str, Value]) -> Iterator[Mistake]:
    images = next(one for one in wanted if given[one.name] == IMAGES)
    for taken in wanted:
        value = given[taken.name]
        if isinstance(value, str):
            continue
        wrong = _wrong_shape(taken, value, images) or _wrong_type(taken, value)
        if wrong:
            yield taken.name, f"input '{taken.name}' takes {wrong[0]}", wrong[1]


def _wrong_shape(
    taken: Taken, value: float | Sequence[float], images: Taken
) -> tuple[str, str] | None:
    if isinstance(value, Sequence):
        if len(taken.shape) != 1:
            return f"values of {size(taken.shape)}, got a list", "write one number for all of them"
        if taken.shape[0] not in (None, len(value)):
            text = f"{taken.shape[0]} numbers, got a list of {len(value)}"
            return text, "write one number for all of them, or a list of as many"
    elif not is_filled(taken.shape, images.shape):
        text = f"values of {size(taken.shape)}, and one number does not say how many"
        return text, "write a list of numbers" if len(taken.shape) == 1 else FUNCTION
    return None


def _wrong_type(taken: Taken, value: float | Sequence[float]) -> tuple[str, str] | None:
    numbers = value if isinstance(value, Sequence) else [value]
    kind = taken.dtype
    whole = re.fullmatch(r"(u?)int(\d+)", kind)
    if whole or kind == "bool":
        low, high = _ends(kind, whole)
        wrong = [one for one in numbers if one != int(one) or not low <= one <= high]
        text = f"whole numbers from {low} to {high} ({kind})"
    elif kind == "string":
        return "text, and a spec can hold it at numbers only", FUNCTION
    else:
        most = LARGEST.get(kind, float("inf"))
        wrong = [one for one in numbers if abs(one) > most]
        text = f"numbers up to {most:g} ({kind})"
    return (f"{text}, got {wrong[0]:.12g}", "write such a number") if wrong else None


def _ends(kind: str, whole: re.Match[str] | None) -> tuple[int, int]:
    if whole is None:
        return 0, 1
    bits = int(whole[2])
    return (0, 2**bits - 1) if whole[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
