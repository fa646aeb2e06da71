"""What the inputs of a model are given, as a spec writes it."""

from __future__ import annotations

from typing import Any

from reportgen.records import IMAGES
from reportgen.spec.fields import Filled
from reportgen.spec.lists import ListOf
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence
from reportgen.spec.values import Number, Schema, wrong

EXPECTED = "images, a number or a list of numbers"
NUMBER = Number(False)
NUMBERS = ListOf(NUMBER, "numbers", least=1, most=10_000)


class Inputs:
    """A mapping from names of inputs to what they are given."""

    def read(self, node: Node, name: str, problems: Problems) -> Filled | None:
        """What each is given: `IMAGES`, a float, or a list of floats; None for what is no mapping.

        Whether a model has such inputs is known only with the model.
        """
        if not isinstance(node, Mapping):
            expected = "a mapping from the names of a model's inputs to what they are given"
            wrong(node, name, expected, problems, "write for example: {image: images, meta: 0.5}")
            return None
        values = {key: _value(item, quoted(key), problems) for key, item in node.items.items()}
        if IMAGES not in values.values():
            hint = "write 'images' for one of them, as in {image: images, meta: 0.5}"
            problems.add(node.line, f"{name} gives images to no input", hint)
        return Filled(node.line, values, node.lines)

    def schema(self) -> Schema:
        """As every type."""
        one: Schema = {"anyOf": [{"const": IMAGES}, NUMBER.schema(), NUMBERS.schema()]}
        none: Schema = {"additionalProperties": {"not": {"const": IMAGES}}}
        return {"type": "object", "additionalProperties": one, "not": none}


def _value(node: Node, name: str, problems: Problems) -> Any:
    if isinstance(node, Sequence):
        return NUMBERS.read(node, name, problems)
    value = node.value if isinstance(node, Scalar) else None
    if value == IMAGES:
        return IMAGES
    if isinstance(value, int | float) and not isinstance(value, bool):
        return NUMBER.read(node, name, problems)
    near = isinstance(value, str) and value.lower().rstrip("s") == "image"
    wrong(node, name, EXPECTED, problems, f"write {IMAGES}" if near else "")
    # Stands in for images, so that their lack is not told as well.
    return IMAGES
