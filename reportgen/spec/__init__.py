"""Specs: what a person writes, read safely and checked whole."""

from reportgen.spec.loading import load, load_text
from reportgen.spec.schema import json_schema, schema_text
from reportgen.spec.starter import starter
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
