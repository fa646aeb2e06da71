"""The folder of all reports: its front page, and the removal of reports without a spec.

Jinja2 is loaded only to write the front page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.codec import fits
from reportgen.digest import of_bytes
from reportgen.files import open_regular
from reportgen.publication import LISTED, is_inside, is_ours, publish, withdraw
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


def refresh(
    out: Path,
    remark: Callable[[str], None] = _ignore,
    *,
    key: str = "",
    facts: Params | None = None,
) -> bool:
    """Write `out`/index.html, which lists the reports below `out`, and its manifest.

    The page lists each folder that holds a report.json written by reportgen. One that is damaged
    harms its own entry alone.

    Args:
        out: the folder of all reports.
        remark: called with a sentence for each damaged report.json.
        key: the key of the front page's task.
        facts: the facts of the task.

    Returns:
        Whether the page changed.
    """
    from reportgen.render import index

    data = index([entry for folder in folders(out) if (entry := _entry(folder, remark))])
    digests, earlier = {"index.html": of_bytes(data)}, read_manifest(out)["files"]
    task = {"key": key, "facts": facts or {}, "outputs": digests}
    publish(out, digests, {TASK: task}, {"index.html": data})
    return bool(digests != earlier)


def prune(out: Path, slugs: set[str], remark: Callable[[str], None] = _ignore) -> list[str]:
    """Remove the reports below `out` that are not among `slugs`.

    Only folders with a manifest of reportgen are touched, and only the files that the manifest
    lists are removed, unless they were changed since. Folders left empty are removed as well.

    Args:
        out: the folder of all reports.
        slugs: the reports that stay.
        remark: called with a sentence for each report that is removed.

    Returns:
        The slugs removed, sorted.
    """
    found = unclaimed(out, slugs)
    for folder in found:
        files = read_manifest(folder)["files"]
        left = withdraw(folder)
        gone = f"removed the report {folder} ({len(files.keys() - left)} files), which has no spec"
        remark(f"{gone}; {folder} stays with {_counted(left)} of your own" if left else gone)
    return [folder.name for folder in found]


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
        if not path.exists() or not is_ours(folder):
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
        if not kind.startswith("image/") or "\0" in name or not is_inside(folder, name):
            continue
        with contextlib.suppress(OSError), open_regular(folder / name, follow=False) as file:
            data = file.read(THUMBNAIL_BYTES + 1)
            if len(data) <= THUMBNAIL_BYTES:
                return data_uri(data, kind), figure["alt"]
    return "", ""
