"""The JSON Schema of specs, by which editors complete and check them.

It says what one key may hold. What keys say together (ids that must differ, models that must
exist, files that must be there) only the loader knows.
"""

from __future__ import annotations

from typing import Any

from reportgen.spec.layout import BESIDE, Figure, top
from reportgen.spec.parts import Data, Model
from reportgen.spec.values import Schema


def json_schema() -> dict[str, Any]:
    """The schema, draft 2020-12, with the names that this installation's catalogue holds."""
    pairs = (("model", "models"), ("figures", "sections"))
    trained = {"required": ["training"], "properties": {"model": {"type": "string"}}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "reportgen spec",
        "description": "What a report on a neural network shall show",
        **top().schema(),
        "not": {"anyOf": [*({"required": list(pair)} for pair in pairs), *map(_twice, BESIDE)]},
        "dependentRequired": {key: ["model"] for key in BESIDE},
        "if": trained,
        "then": {"required": ["dataset"]},
        "$defs": {
            "model": Model().definition(),
            "dataset": Data().definition(),
            "figure": Figure().definition(),
        },
    }


def _twice(key: str) -> Schema:
    """A key that stands both inside `model` and beside it."""
    inside = {"type": "object", "required": [key]}
    return {"required": [key, "model"], "properties": {"model": inside}}


def schema_text() -> str:
    """The schema as the text of a file, the same for the same catalogue."""
    import json

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
