"""Lists in a spec, and the kinds of parameter that may be lists: layers and samples."""

from __future__ import annotations

from typing import Any, NamedTuple

from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar, Sequence
from reportgen.spec.values import Number, Schema, Text, Type, wrong


class ListOf(NamedTuple):
    """A list; `single` also takes one value without a list."""

    inner: Type
    noun: str
    least: int = 0
    most: int = 1000
    distinct: bool = False
    single: bool = False

    def read(self, node: Node, name: str, problems: Problems) -> list[Any]:
        """As many values as can be read."""
        if self.single and isinstance(node, Scalar):
            return [self.inner.read(node, name, problems)]
        if not isinstance(node, Sequence):
            hint = "begin every line with '- '" if isinstance(node, Mapping) else ""
            if isinstance(node, Scalar) and node.value is not None:
                hint = f"write [{quoted(node.text)[1:-1]}]"
            wrong(node, name, f"a list of {self.noun}", problems, hint)
            return []
        count = len(node.items)
        if not self.least <= count <= self.most:
            bounds = f"at least {self.least}" if count < self.least else f"at most {self.most}"
            problems.add(node.line, f"{name} needs {bounds} {self.noun}, got {count}")
        each = f"each entry of {name}"
        found = [self.inner.read(item, each, problems) for item in node.items[: self.most]]
        if self.distinct:
            self._repeated(node, name, problems)
        return found

    def _repeated(self, node: Sequence, name: str, problems: Problems) -> None:
        seen = set()
        for item in node.items:
            if isinstance(item, Scalar) and item.text in seen:
                message = f"{name} holds {quoted(item.text)} twice"
                problems.add(item.line, message, "remove one of them")
            seen.add(item.text if isinstance(item, Scalar) else None)

    def schema(self) -> Schema:
        """As every type."""
        found: Schema = {"type": "array", "items": self.inner.schema(), "maxItems": self.most}
        found |= {"minItems": self.least} if self.least else {}
        found |= {"uniqueItems": True} if self.distinct else {}
        return {"anyOf": [self.inner.schema(), found]} if self.single else found


class Layers:
    """The word "all", or names of layers."""

    names = ListOf(
        Text(200, like="'all' or names of layers"), "layers", least=1, distinct=True, single=True
    )

    def read(self, node: Node, name: str, problems: Problems) -> str | list[str]:
        """ "all" or names; whether a model has them is known only once it is built."""
        if isinstance(node, Scalar) and node.value == "all":
            return "all"
        return self.names.read(node, name, problems)

    def schema(self) -> Schema:
        """As every type."""
        return {"anyOf": [{"const": "all"}, *self.names.schema()["anyOf"]]}


class Samples(NamedTuple):
    """How many test images, or a list of their indices."""

    minimum: float | None = None
    maximum: float | None = None

    @property
    def number(self) -> Number:
        """The type of a count."""
        return Number(True, 1 if self.minimum is None else self.minimum, self.maximum)

    @property
    def indices(self) -> ListOf:
        """The type of a list."""
        most = 1000 if self.maximum is None else int(self.maximum)
        index = Number(True, 0)
        return ListOf(index, "test-image indices", least=1, most=most, distinct=True)

    def read(self, node: Node, name: str, problems: Problems) -> int | float | list[int]:
        """A count or a list."""
        if isinstance(node, Sequence):
            return self.indices.read(node, name, problems)
        number = self.number
        if isinstance(node, Scalar) and isinstance(node.value, int | float):
            return number.read(node, name, problems)
        wrong(node, name, f"{number.expected}, or a list of test-image indices", problems)
        return 0

    def schema(self) -> Schema:
        """As every type."""
        return {"anyOf": [self.number.schema(), self.indices.schema()]}
