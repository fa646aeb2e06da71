"""The folder of all reports: its front page, and the removal of reports without a spec.

Jinja2 is loaded only to write the front page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from reportgen.codec import fits
from reportgen.files import open_regular, read_regular
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


@dataclass(frozen=True)
class ListedModel:
    """What the front page reads of a model in a report.json."""

    name: str
    title: str | None = None


@dataclass(frozen=True)
class ListedFigure:
    """What the front page reads of a figure in a report.json."""

    file: str
    alt: str
    media_type: str = ""


@dataclass(frozen=True)
class ListedReport:
    """What the front page reads of a report.json."""

    title: str
    models: tuple[ListedModel, ...]
    figures: tuple[ListedFigure, ...]
    authors: tuple[str, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)


def _ignore(text: str) -> None:
    """Receives what nobody asked for."""


def refresh(out: Path, remark: Callable[[str], None] = _ignore) -> bool:
    """Write `out`/index.html unless it already lists the reports below `out`.

    The page lists each folder that holds a report.json written by reportgen. One that is damaged
    harms its own entry alone.

    Args:
        out: the folder of all reports.
        remark: called with a sentence for each damaged report.json.

    Returns:
        Whether the page was written.
    """
    from reportgen.render import index

    data = index([entry for folder in _folders(out) if (entry := _entry(folder, remark))])
    path = out / "index.html"
    with contextlib.suppress(OSError):
        if read_regular(path) == data:
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
    listed = read_json(folder / MANIFEST).get("files")
    listed = listed if isinstance(listed, dict | list) else ()
    names = [PurePosixPath(name) for name in listed if isinstance(name, str) and "\0" not in name]
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


def _entry(folder: Path, remark: Callable[[str], None]) -> IndexEntry | None:
    """The entry of a folder; None where no report of reportgen's lies there."""
    from reportgen.render.context import counted
    from reportgen.render.views import IndexEntry

    path = folder / "report.json"
    facts = read_json(path)
    of_ours = isinstance(facts, dict) and facts.keys() >= KEYS
    if of_ours and facts["schema"] != SCHEMA:
        return None
    if not of_ours or not fits(ListedReport, facts):
        if not path.exists() or not _is_ours(folder):
            return None
        remark(f"{path} is damaged; delete it and build this report again")
        words = "its report.json is damaged"
        return IndexEntry(folder.name, folder.name, "", "", words, "", "")
    picture, alt = _thumbnail(folder, facts["figures"])
    return IndexEntry(
        slug=folder.name,
        title=facts["title"],
        authors=", ".join(facts.get("authors", ())),
        models=", ".join(model.get("title") or model["name"] for model in facts["models"]),
        counts=counted(len(facts["figures"]), len(facts.get("tables", ()))),
        picture=picture,
        alt=alt,
    )


def _thumbnail(folder: Path, figures: list[Mapping[str, Json]]) -> tuple[str, str]:
    """The first sufficiently small picture, as a data URI, and its alternative text."""
    from reportgen.render.context import data_uri

    for figure in figures:
        name, kind = figure["file"], figure.get("media_type", "")
        path = _inside(folder, PurePosixPath(name)) if "\0" not in name else None
        if path is None or not kind.startswith("image/"):
            continue
        with contextlib.suppress(OSError), open_regular(path, follow=False) as file:
            data = file.read(THUMBNAIL_BYTES + 1)
            if len(data) <= THUMBNAIL_BYTES:
                return data_uri(data, kind), figure["alt"]
    return "", ""
