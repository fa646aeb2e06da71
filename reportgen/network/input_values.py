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
