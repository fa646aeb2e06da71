"""The folder of all reports: its front page, and the removal of reports without a spec.

Jinja2 is loaded only to write the front page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reportgen.store import MANIFEST, read_json, write_atomic

if TYPE_CHECKING:
    from reportgen.render.views import IndexEntry
    from reportgen.types import Json

SCHEMA = 1
"""The version of report.json that the front page lists."""

KEYS = {"schema", "slug", "title", "models", "figures"}
"""Keys that every report.json written by reportgen has."""

THUMBNAIL_BYTES = 96 * 1024
"""Bytes of the largest picture that the front page embeds."""


def refresh(out: Path) -> bool:
    """Write `out`/index.html unless it already lists the reports below `out`.

    The page lists each folder that holds a report.json written by reportgen.

    Returns:
        Whether the page was written.
    """
    from reportgen.render import index

    data = index([entry for folder in _folders(out) if (entry := _entry(folder))])
    path = out / "index.html"
    if path.is_file() and path.read_bytes() == data:
        return False
    write_atomic(path, data)
    return True


def prune(out: Path, slugs: set[str]) -> list[str]:
    """Remove the reports below `out` that are not among `slugs`.

    Only folders with a manifest of reportgen are touched, and only the files that the manifest
    lists are removed. Folders left empty are removed as well.

    Returns:
        The slugs removed, sorted.
    """
    gone = [folder for folder in _folders(out) if folder.name not in slugs and _is_ours(folder)]
    for folder in gone:
        _remove(folder)
    return [folder.name for folder in gone]


def _folders(out: Path) -> list[Path]:
    if not out.is_dir():
        return []
    return sorted(path for path in out.iterdir() if path.is_dir() and not path.is_symlink())


def _is_ours(folder: Path) -> bool:
    manifest = read_json(folder / MANIFEST)
    return isinstance(manifest, dict) and "schema" in manifest and manifest.get("reportgen") is True


def _remove(folder: Path) -> None:
    """Delete listed files, then the manifest, then folders that are empty."""
    names = [PurePosixPath(name) for name in read_json(folder / MANIFEST).get("files", ())]
    # A link or ".." could lead out of the folder, to files that reportgen did not write.
    paths = [path for name in names if (path := _inside(folder, name)) is not None]
    for path in paths:
        path.unlink(missing_ok=True)
    (folder / MANIFEST).unlink()
    emptied = {parent for path in paths for parent in path.parents if folder in parent.parents}
    for inner in (*sorted(emptied, reverse=True), folder):
        with contextlib.suppress(OSError):
            inner.rmdir()


def _inside(folder: Path, name: PurePosixPath) -> Path | None:
    """The path of `name` if it is a file or a link inside the folder; None otherwise."""
    path = folder / name
    plain = path.is_file() or path.is_symlink()
    return path if plain and path.parent.resolve().is_relative_to(folder.resolve()) else None


def _entry(folder: Path) -> IndexEntry | None:
    facts = read_json(folder / "report.json")
    if not isinstance(facts, dict) or not facts.keys() >= KEYS or facts["schema"] != SCHEMA:
        return None
    from reportgen.render.context import counted
    from reportgen.render.views import IndexEntry

    picture, alt = _thumbnail(folder, facts.get("figures", []))
    return IndexEntry(
        slug=folder.name,
        title=facts["title"],
        authors=", ".join(facts.get("authors", [])),
        models=", ".join(model.get("title") or model["name"] for model in facts["models"]),
        counts=counted(len(facts["figures"]), len(facts.get("tables", {}))),
        picture=picture,
        alt=alt,
    )


def _thumbnail(folder: Path, figures: list[Mapping[str, Json]]) -> tuple[str, str]:
    """The first sufficiently small picture, as a data URI, and its alternative text."""
    from reportgen.render.context import data_uri

    for figure in figures:
        path = folder / figure["file"]
        kind = figure.get("media_type", "")
        if kind.startswith("image/") and path.is_file() and path.stat().st_size <= THUMBNAIL_BYTES:
            return data_uri(path.read_bytes(), kind), figure["alt"]
    return "", ""
