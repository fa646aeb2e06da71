"""Tables of every key of a spec, made from the declarations that reading uses.

`docs/spec.md` holds them between comments such as `<!-- table: section -->`; running
`python -m reportgen.spec` writes them anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from reportgen import catalog
from reportgen.spec.fields import Field, of_parameters
from reportgen.spec.layout import SHARED, section, top
from reportgen.spec.parts import COMMON, RUN, SAMPLES, dataset_fields, extras
from reportgen.spec.values import Schema

_REFERENCES = {"model": "a model", "dataset": "a dataset", "figure": "a figure"}
_TABLE = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(document: str) -> str:
    """A document with every table between its comments written anew."""
    made = tables()
    return _TABLE.sub(lambda match: f"{match[1]}\n{made[match[2]]}\n{match[3]}", document)


def tables() -> dict[str, str]:
    """The tables, in Markdown, by the name that comments call them."""
    return {
        "spec": _table(top().fields),
        "model": _table((*COMMON, RUN)),
        "sources": _table([f for source in SAMPLES.values() for f in extras(source)]),
        "zoo": _entries("models", "zoo:"),
        "training": _table(of_parameters(catalog.training_parameters())),
        "datasets": _entries("datasets"),
        "python": _table(dataset_fields("python:")),
        "section": _table(section().fields),
        "shared": _table(SHARED),
        "figures": _entries("figures"),
        "inferences": _names("inferences"),
    }


def _table(fields: Iterable[Field]) -> str:
    rows = [("key", "value", "default", "meaning"), ("---",) * 4]
    for field in fields:
        default = "required" if field.required else field.said or f"`{json.dumps(field.fixed)}`"
        rows.append((f"`{field.key}`", words(field.type.schema()), default, field.help))
    return "".join(f"| {' | '.join(_cell(cell) for cell in row)} |\n" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _entries(group: catalog.Group, prefix: str = "") -> str:
    """A heading, a line and a table of parameters for each entry."""
    parts = []
    for name, entry in catalog.entries(group).items():
        text = entry.help[:1].upper() + entry.help[1:]
        needs = " It needs a dataset." if entry.needs_data else ""
        parts.append(f"### `{prefix}{name}`\n\n{text}.{needs}\n")
        if entry.parameters:
            parts.append(_table(of_parameters(entry.parameters)))
    return "\n".join(parts)


def _names(group: catalog.Group) -> str:
    entries = catalog.entries(group).items()
    return "".join(f"- `{name}`: {entry.help}\n" for name, entry in entries)


def words(schema: Schema) -> str:
    """What a schema allows, in words."""
    if "$ref" in schema:
        return _REFERENCES[schema["$ref"].rpartition("/")[2]]
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema and len(schema["enum"]) > 30:
        return f"one of {len(schema['enum'])} names"
    if "enum" in schema and len(schema["enum"]) > 8:
        return "a name (below)"
    if "enum" in schema:
        return ", ".join(f"`{name}`" for name in schema["enum"])
    if "anyOf" in schema and "type" not in schema:
        found = dict.fromkeys(words(one) for one in schema["anyOf"])
        return " or ".join(found)
    return _of_type(schema)


def _of_type(schema: Schema) -> str:
    kind: Any = schema.get("type")
    if kind == "array":
        least = ", not empty" if schema.get("minItems") else ""
        items = words(schema["items"]).replace("whole number", "whole numbers")
        return f"list of {items}{least}"
    if kind in ("integer", "number"):
        noun = "whole number" if kind == "integer" else "number"
        return f"{noun}{_bounds(schema)}"
    if isinstance(kind, list):
        kind = kind[0]
    return {"boolean": "`true` or `false`", "null": "`null`", "string": "text"}.get(kind, "mapping")


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" ({low} to {high})"
    if low is not None:
        return f" ({low} or more)"
    return "" if high is None else f" ({high} or less)"
