"""The JSON Schema of specs, and the tables of docs/spec.md, from the keys that the loader reads.

The schema says what each key may hold. What keys say together (ids that must differ, models that
must exist) only the loader knows. docs/spec.md holds the tables between comments such as
`<!-- table: section -->`; `python -m reportgen.spec` writes them and the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from reportgen import catalog
from reportgen.spec.keys import Key, of_parameters
from reportgen.spec.layout import (
    BESIDE_MODEL,
    FIGURE_KEYS,
    SECTION_KEYS,
    SPEC_KEYS,
    figure_definition,
)
from reportgen.spec.models import (
    EXAMPLES,
    MODEL_KEYS,
    dataset_definition,
    dataset_keys,
    model_definition,
    source_keys,
)
from reportgen.types import JsonObject


def json_schema() -> JsonObject:
    """The schema, draft 2020-12, with the names in this installation's catalogue."""
    pairs = (("model", "models"), ("figures", "sections"))
    trained = {"required": ["training"], "properties": {"model": {"type": "string"}}}
    excluded = [{"required": list(pair)} for pair in pairs] + [_twice(key) for key in BESIDE_MODEL]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "reportgen spec",
        "description": "What a report on a neural network shall show",
        **SPEC_KEYS.schema(),
        "not": {"anyOf": excluded},
        "dependentRequired": {key: ["model"] for key in BESIDE_MODEL},
        "if": trained,
        "then": {"required": ["dataset"]},
        "$defs": {
            "model": model_definition(),
            "dataset": dataset_definition(),
            "figure": figure_definition(),
        },
    }


def _twice(key: str) -> JsonObject:
    """A key that stands both inside `model` and beside it."""
    inside = {"type": "object", "required": [key]}
    return {"required": [key, "model"], "properties": {"model": inside}}


def schema_text() -> str:
    """The schema as the text of a file, the same for the same catalogue."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def with_tables(document: str) -> str:
    """A document with every table between its comments written anew."""
    written = tables()
    table = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return table.sub(lambda match: f"{match[1]}\n{written[match[2]]}\n{match[3]}", document)


def tables() -> dict[str, str]:
    """The tables in Markdown, by their names in the comments."""
    inferences = catalog.entries("inferences").items()
    return {
        "spec": _table(SPEC_KEYS.keys),
        "model": _table(MODEL_KEYS),
        "sources": _table(key for source in EXAMPLES.values() for key in source_keys(source)),
        "zoo": _entries("models", "zoo:"),
        "training": _table(of_parameters(catalog.training_parameters())),
        "datasets": _entries("datasets"),
        "python": _table(dataset_keys("python:")),
        "section": _table(SECTION_KEYS.keys),
        "shared": _table(FIGURE_KEYS),
        "figures": _entries("figures"),
        "inferences": "".join(f"- `{name}`: {entry.help}\n" for name, entry in inferences),
    }


def _table(keys: Iterable[Key]) -> str:
    rows = [("key", "value", "default", "meaning"), ("---",) * 4]
    for key in keys:
        value = key.schema()
        default = "required" if key.required else key.default_text
        default = default or f"`{json.dumps(value['default'])}`"
        rows.append((f"`{key.name}`", _words(key.type.schema()), default, key.help))
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def _entries(group: catalog.Group, prefix: str = "") -> str:
    """A heading, a line and a table of parameters for each entry."""
    parts = []
    for name, entry in catalog.entries(group).items():
        help_ = entry.help[:1].upper() + entry.help[1:]
        needs = " It needs a dataset." if entry.needs_data else ""
        parts.append(f"### `{prefix}{name}`\n\n{help_}.{needs}\n")
        if entry.parameters:
            parts.append(_table(of_parameters(entry.parameters)))
    return "\n".join(parts)


def _words(schema: JsonObject) -> str:
    """What a schema allows, in words."""
    if "$ref" in schema:
        return f"a {schema['$ref'].rpartition('/')[2]}"
    if "const" in schema:
        return f"`{schema['const']}`"
    if names := schema.get("enum"):
        if len(names) > 30:
            return f"one of {len(names)} names"
        return "a name (below)" if len(names) > 8 else ", ".join(f"`{name}`" for name in names)
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(dict.fromkeys(_words(option) for option in schema["anyOf"]))
    kind = schema["type"]
    if kind == "array":
        least = ", not empty" if schema.get("minItems") else ""
        items = _words(schema["items"]).replace("whole number", "whole numbers")
        return f"list of {items}{least}"
    if kind in ("integer", "number"):
        return f"{'whole number' if kind == 'integer' else 'number'}{_bounds(schema)}"
    nouns = {"boolean": "`true` or `false`", "null": "`null`", "string": "text"}
    return "mapping" if isinstance(kind, list) else nouns.get(kind, "mapping")


def _bounds(schema: JsonObject) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" ({low} to {high})"
    if low is not None:
        return f" ({low} or more)"
    return "" if high is None else f" ({high} or less)"
