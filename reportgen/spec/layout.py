"""Figures, sections and the spec as a whole: every key, declared once."""

from __future__ import annotations

from functools import cache

from reportgen import catalog
from reportgen.errors import UserError
from reportgen.spec.fields import Field, Filled, Object, of_parameters
from reportgen.spec.lists import ListOf
from reportgen.spec.parts import INPUTS, Data, Model, Training, stray
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.tree import Mapping, Node, Scalar
from reportgen.spec.values import Choice, Flag, Number, Optional, Schema, Text, wrong

ID = Text(80, "^[a-z0-9_-]+$", "an id of small letters, digits, '_' and '-'")
NAME = Text(80, "^[A-Za-z0-9][A-Za-z0-9_-]*$", "a name of letters, digits, '_' and '-'")
BESIDE = ("dataset", "inputs", "training")
"""Keys of a model that may stand beside `model` too, as every model may have them."""
FIGURES = ("summary", "kernels", "feature_maps", "activation_maximization", "grad_cam")
"""What a report shows whose spec names no figures; those that need data only where it has any."""
MODEL = Field("model", NAME, None, "the model that it shows, by name", said="the only one")
SHARED = (
    Field("id", ID, None, "names its pictures and links", said="the kind and a number"),
    Field("title", Text(300), "", "heads it", said="made from the figure"),
    Field("caption", Text(5000), "", "stands below it", said="drafted from what was measured"),
    MODEL,
)
"""Keys of every figure, besides the parameters of its kind."""


@cache
def figure(kind: str) -> Object:
    """The keys of a kind of figure.

    Raises:
        UserError: an installed package declares a parameter that every figure has already.
    """
    own = of_parameters(catalog.entry("figures", kind).parameters)
    for field in own:
        if field.key in {shared.key for shared in SHARED}:
            raise UserError(f"the figure kind '{kind}' cannot have a parameter '{field.key}'")
    return Object((*own, *SHARED), f"'{kind}'", empty=True)


class Figure:
    """A figure: its kind, or a mapping from its kind to its keys."""

    def read(self, node: Node, name: str, problems: Problems) -> tuple[str, Filled] | None:
        """Kind and keys, or None for what is no figure."""
        kinds = Choice(tuple(catalog.modules("figures")), "figure kind")
        if isinstance(node, Scalar):
            kind = kinds.read(node, name, problems)
            return (kind, Filled(node.line, figure(kind).defaults(), {})) if kind else None
        if not isinstance(node, Mapping) or len(node.items) != 1:
            expected = "a figure kind, or one kind and a mapping of its keys"
            wrong(node, name, expected, problems, _indentation(node, kinds))
            return None
        (key, inner), line = next(iter(node.items.items())), node.line
        kind = kinds.read(Scalar(line, key, key), name, problems)
        if not kind:
            return None
        found = figure(kind).read(inner, f"'{kind}'", problems)
        return kind, Filled(line, found.values, found.lines)

    def schema(self) -> Schema:
        """As every type."""
        return {"$ref": "#/$defs/figure"}

    def definition(self) -> Schema:
        """What `schema` refers to."""
        kinds = catalog.entries("figures")
        keyed = {
            kind: {"description": entry.help} | figure(kind).schema()
            for kind, entry in kinds.items()
        }
        one = {"type": "object", "minProperties": 1, "maxProperties": 1}
        one |= {"properties": keyed, "additionalProperties": False}
        return {"oneOf": [Choice(tuple(kinds)).schema(), one]}


def _indentation(node: Node, kinds: Choice) -> str:
    """A hint for the commonest slip: keys that stand below their figure without being inside."""
    keys = list(node.items) if isinstance(node, Mapping) else []
    if len(keys) > 1 and keys[0] in kinds.names:
        others = ", ".join(quoted(key) for key in keys[1:4])
        if keys[1] in kinds.names:
            return f"begin {others} on a line with '- '"
        return f"indent {others} further than '{keys[0]}'"
    return f"write for example: - {kinds.names[0]}"


class Models:
    """Models by name."""

    def read(self, node: Node, name: str, problems: Problems) -> dict[str, Filled]:
        """Each model's keys."""
        if not isinstance(node, Mapping) or not node.items:
            expected = "a mapping from names to models"
            wrong(node, name, expected, problems, "write for example: base: {source: zoo:base}")
            return {}
        for key, line in node.lines.items():
            NAME.read(Scalar(line, key, key), "a model's name", problems)
        return {
            key: Filled(node.lines[key], found.values, found.lines)
            for key, found in (
                (key, Model().read(item, f"'{key}'", problems)) for key, item in node.items.items()
            )
        }

    def schema(self) -> Schema:
        """As every type."""
        found: Schema = {"type": "object", "minProperties": 1}
        found["propertyNames"] = {"pattern": NAME.pattern, "maxLength": NAME.longest}
        return found | {"additionalProperties": Model().schema()}


class Rules:
    """true for all inferences, false for none, or a list of rules."""

    @property
    def names(self) -> ListOf:
        """The type of a list."""
        rule = Choice(tuple(catalog.entries("inferences")), "inference")
        return ListOf(rule, "inferences", distinct=True)

    def read(self, node: Node, name: str, problems: Problems) -> tuple[str, ...]:
        """The rules to apply."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return tuple(catalog.entries("inferences")) if node.value else ()
        if isinstance(node, Scalar | Mapping):
            wrong(node, name, "true, false or a list of inferences", problems)
            return ()
        return tuple(self.names.read(node, name, problems))

    def schema(self) -> Schema:
        """As every type."""
        return {"anyOf": [Flag().schema(), self.names.schema()]}


def figures(said: str) -> Field:
    """The key `figures`."""
    types = ListOf(Figure(), "figures", least=1, most=500)
    return Field("figures", types, None, "what to show, in order", said=said)


@cache
def section() -> Object:
    """The keys of a section."""
    return Object(
        (
            Field("title", Text(300), "", "heads the section", required=True),
            Field("id", ID, None, "names it in links", said="made from the title"),
            Field("text", Text(200_000, blank=True), "", "Markdown before the figures"),
            MODEL,
            figures("none, where there is `text`"),
        ),
        "a section",
        some=("figures", "text"),
    )


@cache
def top() -> Object:
    """The keys of a spec."""
    people = ListOf(Text(300), "names", single=True)
    return Object(
        (
            Field("title", Text(300), "", "heads the report", said="made from the file's name"),
            Field("authors", people, (), "who wrote it"),
            Field("seed", Number(True, 0, 2**32 - 1), 0, "decides all that is random"),
            Field("intro", Text(200_000, blank=True), "", "Markdown that opens the report"),
            Field("model", Model(), None, "the only model; instead of `models`", said="none"),
            Field("dataset", Optional(Data()), None, "the dataset of `model`", said="none"),
            INPUTS._replace(help="what the inputs of `model` are given, where it has several"),
            Field("training", Training(), None, "how `model` is trained", said="the defaults"),
            Field("models", Models(), None, "models by name; instead of `model`", said="none"),
            figures("those that say most about a model"),
            Field(
                "sections",
                ListOf(section(), "sections", least=1, most=200),
                None,
                "parts of the report, in order; instead of `figures`",
                said="one, with `figures`",
            ),
            Field(
                "inferences",
                Rules(),
                None,
                "remarks drafted from all evidence: true for all, false for none, or a list",
                said="true",
            ),
            Field(
                "explain",
                Flag(),
                False,
                "says in two sentences, with the paper, what each method does where it comes first",
            ),
        ),
        "a spec",
        some=("model", "models"),
        stray=stray,
    )
