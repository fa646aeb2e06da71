"""Values that a spec gives to the inputs of a model, and how to write and describe them.

Imports no Keras: specs are checked without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reportgen.records import IMAGES
from reportgen.types import Shape

MOST = 8
"""Numbers that a sentence lists."""

Value = float | Sequence[float] | str
"""`IMAGES`, one number for all of an input, or a number for each place of a vector."""


class ModelInput(NamedTuple):
    """An input of a model: its name, its shape without the batch, and the type of its values."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    @property
    def text(self) -> str:
        """Such as "image (28 x 28 x 1)"."""
        return f"{self.name} ({size(self.shape)})"


def size(shape: Shape) -> str:
    """A shape in words, such as "any x 28 x 1"."""
    if tuple(shape) == (None,):
        return "any length"
    return " x ".join("any" if side is None else str(side) for side in shape) or "one number"


def example(inputs: Sequence[ModelInput], values: Mapping[str, Value] | None = None) -> str:
    """What to write in a spec, such as "inputs: {image: images, meta: 0}".

    Args:
        inputs: of the model.
        values: those that the spec gives already; among the other inputs, images go to the one most
            like an image.
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
    """Whether one number fills an input: sides that it leaves open are those of the images."""
    return None not in shape or len(shape) == len(images)


def common_shape(first: Shape, second: Shape) -> tuple[int | None, ...] | None:
    """The shape that fits both, None where there is none."""
    pairs = list(zip(first, second, strict=False))
    fits = len(first) == len(second) and all(None in pair or pair[0] == pair[1] for pair in pairs)
    return tuple(b if a is None else a for a, b in pairs) if fits else None


def sentences(inputs: Sequence[ModelInput], values: Mapping[str, Value]) -> str:
    """The sentences on a page about a model whose inputs have these values, in its order."""
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
    """A value in words; of many numbers, how many and from where to where."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"{value:.12g}" if isinstance(value, float | int) else value
    if len(value) > MOST:
        return f"{len(value)} numbers from {min(value):.12g} to {max(value):.12g}"
    return f"[{', '.join(f'{number:.12g}' for number in value)}]"
