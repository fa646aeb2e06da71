"""The folder of all reports: its front page, and the removal of reports without a spec.

Jinja2 is loaded only to write the front page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.digest import of_bytes
from reportgen.publication import LISTED, is_ours, publish, withdraw
from reportgen.store import read_json, read_manifest

if TYPE_CHECKING:
    from reportgen.render.views import IndexEntry
    from reportgen.types import Json, Params

TASK = "site"
"""The key of the front page's task."""

SCHEMA = 1
"""The version of report.json that the front page lists."""

KEYS = {"schema", "slug", "title", "models", "figures"}
"""Keys that every report.json written by reportgen has."""

THUMBNAIL_BYTES = 96 * 1024
"""Bytes of the largest picture that the front page embeds."""


def refresh(out: Path, key: str = "", facts: Params | None = None) -> bool:
    """Write `out`/index.html, which lists the reports below `out`, and its manifest.

    The page lists each folder that holds a report.json written by reportgen.

    Args:
        out: the folder of all reports.
        key: the key of the front page's task.
        facts: the facts of the task.

    Returns:
        Whether the page changed.
    """
    from reportgen.render import index

    data = index([entry for folder in folders(out) if (entry := _entry(folder))])
    digests, earlier = {"index.html": of_bytes(data)}, read_manifest(out)["files"]
    task = {"key": key, "facts": facts or {}, "outputs": digests}
    publish(out, digests, {TASK: task}, {"index.html": data})
    return bool(digests != earlier)


def prune(out: Path, slugs: set[str], tell: Callable[[str], None] = lambda _: None) -> list[str]:
    """Remove the reports below `out` that are not among `slugs`.

    Only folders with a manifest of reportgen are touched, and only the files that the manifest
    lists are removed, unless they were changed since. Folders left empty are removed as well.

    Args:
        out: the folder of all reports.
        slugs: the reports that stay.
        tell: receives a sentence about each report that is removed.

    Returns:
        The slugs removed, sorted.
    """
    gone = unclaimed(out, slugs)
    for folder in gone:
        files = len(read_manifest(folder)["files"])
        left = withdraw(folder)
        stays = f"; {folder} stays with {_counted(left)} of your own" if left else ""
        tell(f"removed the report {folder} ({files} files), which has no spec{stays}")
    return [folder.name for folder in gone]


def unclaimed(out: Path, slugs: set[str]) -> list[Path]:
    """Folders of the reports below `out` that are not among `slugs`, sorted."""
    return [folder for folder in folders(out) if folder.name not in slugs and is_ours(folder)]


def folders(out: Path) -> list[Path]:
    """The folders in `out`, sorted; links are not followed."""
    if not out.is_dir():
        return []
    return sorted(path for path in out.iterdir() if path.is_dir() and not path.is_symlink())


def _counted(names: list[str]) -> str:
    """The first names, and the number of the others."""
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


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
