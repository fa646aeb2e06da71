"""Specs: what a report shall show, as YAML, read and checked.

Every key is declared once (`layout`, `sources`, and the parameters of the catalogue) and serves
reading, defaults, the JSON Schema and the reference in docs/spec.md.
"""

from reportgen.spec.loading import load, load_text
from reportgen.spec.schema import json_schema, schema_text
from reportgen.spec.starting import starter
from reportgen.spec.types import DatasetSpec, FigureSpec, ModelSpec, SectionSpec, Spec

__all__ = [
    "DatasetSpec",
    "FigureSpec",
    "ModelSpec",
    "SectionSpec",
    "Spec",
    "json_schema",
    "load",
    "load_text",
    "schema_text",
    "starter",
]
