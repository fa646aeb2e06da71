"""A layer that gives a model's input a value that never changes, for each image the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


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
