"""Where the page templates lie; imports nothing, so that asking costs nothing."""

from __future__ import annotations

from pathlib import Path

_PACKAGED = Path(__file__).resolve().parent.parent / "templates"
_REPOSITORY = _PACKAGED.parent.parent / "templates"

TEMPLATES: Path = _PACKAGED if _PACKAGED.is_dir() else _REPOSITORY
"""Folder of the templates: inside an installed package, else at the repository's top."""


def template_files() -> list[Path]:
    """Every template file, sorted: what the bytes of a page depend on besides the report."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


SCHEMA = Path(__file__).with_name("report.schema.json")
"""The JSON Schema of report.json."""
