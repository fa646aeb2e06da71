"""Writes the JSON Schema and the tables of docs/spec.md: `python -m reportgen.spec`."""

from __future__ import annotations

from pathlib import Path

from reportgen.spec.schema import schema_text, with_tables

SCHEMA = Path("specs/spec.schema.json")
REFERENCE = Path("docs/spec.md")

if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), "utf-8")
    REFERENCE.write_text(with_tables(REFERENCE.read_text("utf-8")), "utf-8")
