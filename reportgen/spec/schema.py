"""The JSON Schema of specs, from the same declarations that loading uses.

Editors complete and check specs with it. It knows shapes, names and bounds; what only a look at
the whole spec can tell (a model that no entry names, a missing file) stays with `check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from reportgen import catalog
from reportgen.catalog import Parameter
from reportgen.spec import keys

Schema = dict[str, Any]
_NAME = {"type": "string", "minLength": 1}
_NAMES: Schema = {"type": "array", "items": _NAME, "minItems": 1}


def json_schema() -> Schema:
    """The schema, draft 2020-12, of everything that the catalogue offers now."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "reportgen spec",
        "type": "object",
        "required": ["title"],
        "additionalProperties": False,
        "properties": {
            **_properties(keys.REPORT),
            "model": {**_MODEL_SOURCE, "description": "the only model of a short spec"},
            "dataset": {"$ref": "#/$defs/dataset"},
            "training": {"$ref": "#/$defs/training"},
            "models": {"type": "object", "minProperties": 1,
                       "additionalProperties": {"$ref": "#/$defs/model"},
                       "description": "models by name"},
            "figures": {"$ref": "#/$defs/figures"},
            "sections": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/section"}},
            "inferences": _inferences(),
        },
        "$defs": {
            "dataset": _named("datasets", "source"),
            "training": _object(catalog.training_parameters(), "how the model is trained"),
            "model": {"anyOf": [_MODEL_SOURCE, _model()]},
            "figures": {"type": "array", "minItems": 1, "items": _figure()},
            "section": _section(),
        },
    }  # fmt: skip


def schema_text() -> str:
    """The schema as the file that specs name in their first line."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


_MODEL_SOURCE: Schema = {
    "type": "string",
    "pattern": r"^(zoo:.+|application:.+|python:.+:.+|.+\.(keras|h5|hdf5))$",
    "description": keys.MODEL[1].help,
}


def _parameter(parameter: Parameter) -> Schema:
    schema: Schema = {"description": parameter.help, **_type(parameter)}
    if parameter.optional:
        schema = {"description": parameter.help, "anyOf": [_type(parameter), {"type": "null"}]}
    if parameter.default is not None:
        schema["default"] = parameter.default
    return schema


def _type(parameter: Parameter) -> Schema:
    bounds = {word: limit for word, limit in
              (("minimum", parameter.minimum), ("maximum", parameter.maximum))
              if limit is not None}  # fmt: skip
    simple = {"int": "integer", "float": "number", "bool": "boolean", "str": "string"}
    if parameter.kind == "layers":
        return {"anyOf": [_NAME, _NAMES]}
    if parameter.kind == "names":
        return {"anyOf": [_NAME, _NAMES]}
    if parameter.kind == "samples":
        indices = {"type": "array", "items": {"type": "integer", "minimum": 0}}
        return {"anyOf": [{"type": "integer", **bounds}, indices]}
    choices = {"enum": list(parameter.choices)} if parameter.choices else {}
    return {"type": simple[parameter.kind], **choices, **bounds}


def _properties(parameters: Iterable[Parameter]) -> Schema:
    return {parameter.name: _parameter(parameter) for parameter in parameters}


def _object(parameters: Iterable[Parameter], description: str, **more: Schema) -> Schema:
    properties = {**_properties(parameters), **more}
    return {"type": "object", "description": description, "additionalProperties": False,
            "properties": properties}  # fmt: skip


def _named(group: catalog.Group, key: str) -> Schema:
    """A catalogue name, or a mapping that holds one with that entry's parameters."""
    entries = catalog.entries(group)
    forms = [
        {**_object(entry.parameters, entry.help, **{key: {"const": name}}), "required": [key]}
        for name, entry in entries.items()
    ]
    return {"anyOf": [{"enum": list(entries)}, *forms, {"type": "null"}]}


def _model() -> Schema:
    links = {"dataset": {"$ref": "#/$defs/dataset"}, "training": {"$ref": "#/$defs/training"}}
    schema = _object(keys.MODEL, "a model, its data and its training", **links)
    schema["properties"]["source"] = _MODEL_SOURCE
    return {**schema, "required": ["source"]}


def _figure() -> Schema:
    kinds = catalog.entries("figures")
    bodies = {
        name: {"anyOf": [_object([*entry.parameters, *keys.FIGURE], entry.help), {"type": "null"}]}
        for name, entry in kinds.items()
    }
    named = {"type": "object", "additionalProperties": False, "minProperties": 1,
             "maxProperties": 1, "properties": bodies}  # fmt: skip
    return {"anyOf": [{"enum": list(kinds)}, named]}


def _section() -> Schema:
    schema = _object(keys.SECTION, "a section", figures={"$ref": "#/$defs/figures"})
    return {**schema, "required": ["title"]}


def _inferences() -> Schema:
    names = list(catalog.entries("inferences"))
    listed = {"type": "array", "items": {"enum": names}}
    return {"description": "remarks drafted from evidence: true, false, or a list of rules",
            "anyOf": [{"type": "boolean"}, listed]}  # fmt: skip
