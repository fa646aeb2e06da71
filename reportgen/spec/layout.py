"""Figures, sections and the spec as a whole: the keys of each."""

from __future__ import annotations

from functools import cache

from reportgen import catalog
from reportgen.errors import Problem, UserError
from reportgen.spec.keys import PLUG_IN, Key, Keys, of_parameters
from reportgen.spec.models import CLASSES, DATASET, INPUTS, MODEL, TRAINING, misplaced
from reportgen.spec.problems import Problems, quoted
from reportgen.spec.values import (
    Type,
    Values,
    boolean,
    choice,
    list_of,
    number,
    text,
    value_of,
    wrong,
)
from reportgen.spec.yaml_tree import Mapping, Node, Scalar, Sequence
from reportgen.types import JsonObject

BESIDE_MODEL = ("dataset", "classes", "inputs", "training")
"""Keys of a model that may stand beside `model` too, since every model may have them."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"

_ID = text(80, "^[a-z0-9_-]+$", "an id of small letters, digits, '_' and '-'")
_NAME = text(80, NAME, "a name of letters, digits, '_' and '-'")
_MARKDOWN = text(200_000, blank=True)
_SHOWN_MODEL = Key("model", _NAME, None, "the model that it shows, by name", "the only one")
FIGURE_KEYS = (
    Key("id", _ID, None, "names its pictures and links", "the kind and a number"),
    Key("title", text(300), "", "heads it", "made from the figure"),
    Key("caption", text(5000), "", "stands below it", "drafted from what was measured"),
    _SHOWN_MODEL,
)
"""The keys of every figure, besides the parameters of its kind."""


@cache
def figure_keys(kind: str) -> Keys:
    """The keys of a figure of a kind.

    Raises:
        UserError: an installed package declares a parameter that every figure has already.
    """
    own = of_parameters(catalog.entry("figures", kind).parameters)
    for name in {key.name for key in own} & {key.name for key in FIGURE_KEYS}:
        message = f"the figure kind '{kind}' declares a parameter '{name}', which all figures have"
        raise UserError(Problem(message, hint=PLUG_IN))
    return Keys((*own, *FIGURE_KEYS), f"'{kind}'", empty=True)


def _read_figure(node: Node, name: str, problems: Problems) -> tuple[str, Values] | None:
    """A figure: its kind, or a mapping from its kind to its keys; None if it is neither."""
    names = tuple(catalog.modules("figures"))
    kinds = choice(names, "figure kind")
    if isinstance(node, Sequence) or (isinstance(node, Mapping) and len(node.items) != 1):
        expected = "a figure kind, or one kind and a mapping of its keys"
        wrong(node, name, expected, problems, _indentation_hint(node, names))
        return None
    if isinstance(node, Scalar):
        kind = kinds.read(node, name, problems)
        return (kind, Values(node.line, figure_keys(kind).defaults(), {})) if kind else None
    ((written, inner),) = node.items.items()
    kind = kinds.read(Scalar(node.line, written, written), name, problems)
    if not kind:
        return None
    found = figure_keys(kind).read(inner, f"'{kind}'", problems)
    return kind, Values(node.line, found.values, found.lines)


def _indentation_hint(node: Node, kinds: tuple[str, ...]) -> str:
    """A hint for the commonest slip: keys of a figure that stand below it, not inside."""
    names = list(node.items) if isinstance(node, Mapping) else []
    if len(names) < 2 or names[0] not in kinds:
        return f"write for example: - {kinds[0]}"
    others = ", ".join(quoted(name) for name in names[1:4])
    if names[1] in kinds:
        return f"begin {others} on a line with '- '"
    return f"indent {others} further than '{names[0]}'"


def figure_definition() -> JsonObject:
    """The JSON Schema of a figure."""
    kinds = catalog.entries("figures")
    keyed = {
        kind: {"description": entry.help} | figure_keys(kind).schema()
        for kind, entry in kinds.items()
    }
    mapping = {"type": "object", "minProperties": 1, "maxProperties": 1}
    mapping |= {"properties": keyed, "additionalProperties": False}
    return {"oneOf": [choice(tuple(kinds)).schema(), mapping]}


def _figures(default_text: str) -> Key:
    figure = Type(_read_figure, lambda: {"$ref": "#/$defs/figure"})
    figures = list_of(figure, "figures", least=1, most=500)
    return Key("figures", figures, None, "what to show, in order", default_text)


def _models() -> Type:
    """Models by name."""

    def read(node: Node, name: str, problems: Problems) -> dict[str, Values]:
        if not isinstance(node, Mapping) or not node.items:
            expected = "a mapping from names to models"
            wrong(node, name, expected, problems, "write for example: base: {source: zoo:base}")
            return {}
        models = {}
        for key, item in node.items.items():
            line = node.lines[key]
            _NAME.read(Scalar(line, key, key), "a model's name", problems)
            found: Values = MODEL.read(item, f"'{key}'", problems)
            models[key] = Values(line, found.values, found.lines)
        return models

    def schema() -> JsonObject:
        names = {"pattern": NAME, "maxLength": 80}
        rule = {"type": "object", "minProperties": 1, "propertyNames": names}
        return {**rule, "additionalProperties": MODEL.schema()}

    return Type(read, schema)


def _inferences() -> Type:
    """true for all inferences, false for none, or a list of rules."""

    def listed() -> Type:
        rule = choice(tuple(catalog.entries("inferences")), "inference")
        return list_of(rule, "inferences", distinct=True)

    def read(node: Node, name: str, problems: Problems) -> tuple[str, ...]:
        if isinstance(value := value_of(node), bool):
            return tuple(catalog.entries("inferences")) if value else ()
        if not isinstance(node, Sequence):
            hint = "write true"
            if isinstance(node, Scalar) and node.value is not None:
                hint = f"write [{quoted(node.text)[1:-1]}]"
            wrong(node, name, "true, false or a list of inferences", problems, hint)
            return ()
        return tuple(listed().read(node, name, problems))

    return Type(read, lambda: {"anyOf": [boolean().schema(), listed().schema()]})


def _rule() -> Type:
    """A rule of notes; the schema does not list them, as there are many."""

    def read(node: Node, name: str, problems: Problems) -> str:
        return str(choice(catalog.rules(), "rule of notes").read(node, name, problems))

    return Type(read, text(80).schema)


NOTES_KEYS = Keys(
    (
        Key(
            "hide",
            list_of(_rule(), "rules", distinct=True, single=True),
            (),
            "rules, figure kinds and inferences whose drafts the report leaves out",
        ),
    ),
    "'notes'",
)
SECTION_KEYS = Keys(
    (
        Key("title", text(300), "", "heads the section", required=True),
        Key("id", _ID, None, "names it in links", "made from the title"),
        Key("text", _MARKDOWN, "", "Markdown before the figures"),
        _SHOWN_MODEL,
        _figures("none, where there is `text`"),
    ),
    "a section",
    some=("figures", "text"),
)
SPEC_KEYS = Keys(
    (
        Key("title", text(300), "", "heads the report", "made from the file's name"),
        Key("authors", list_of(text(300), "names", single=True), (), "who wrote it"),
        Key("seed", number(0, 2**32 - 1, whole=True), 0, "decides all that is random"),
        Key("intro", _MARKDOWN, "", "Markdown that opens the report"),
        Key("model", MODEL, None, "the only model; instead of `models`", "none"),
        Key("dataset", DATASET, None, "the dataset of `model`", "none"),
        CLASSES._replace(help=CLASSES.help.replace("its classes", "the classes of `model`")),
        INPUTS._replace(help="what the inputs of `model` are given, where it has several"),
        TRAINING._replace(help="how `model` is trained"),
        Key("models", _models(), None, "models by name; instead of `model`", "none"),
        _figures("those that say most about a model"),
        Key(
            "sections",
            list_of(SECTION_KEYS.type, "sections", least=1, most=200),
            None,
            "parts of the report, in order; instead of `figures`",
            "one, with `figures`",
        ),
        Key(
            "inferences",
            _inferences(),
            None,
            "remarks drafted from all evidence: true for all, false for none, or a list",
            "true",
        ),
        Key(
            "notes",
            NOTES_KEYS.type,
            None,
            "`hide`: rules (`kernels.color`), figure kinds and inferences whose drafted notes are "
            "left out; single notes are edited in NAME.notes.md",
            "nothing is hidden",
        ),
        Key(
            "sanity",
            boolean(),
            True,
            "checks the maps of all figures that explain images against random weights, other "
            "classes and random pixels; a figure's own `sanity` goes first",
        ),
        Key(
            "explain",
            boolean(),
            False,
            "says in two sentences, with the paper, what each method does where it comes first",
        ),
    ),
    "a spec",
    some=("model", "models"),
    misplaced=misplaced,
)
