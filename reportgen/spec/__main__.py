"""Write what is made from the declarations: `python -m reportgen.spec`, in the repository."""

from __future__ import annotations

from pathlib import Path

from reportgen.spec.reference import fill
from reportgen.spec.schema import schema_text

SCHEMA = Path("specs/spec.schema.json")
REFERENCE = Path("docs/spec.md")

if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), "utf-8")
    REFERENCE.write_text(fill(REFERENCE.read_text("utf-8")), "utf-8")
