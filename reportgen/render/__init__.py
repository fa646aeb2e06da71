"""Writes a complete report as one HTML page, one Markdown page, JSON, and picture files.

Importing this package is light; the first page loads Jinja2, Markdown and nh3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.digest import of_bytes

if TYPE_CHECKING:
    from reportgen.records import Report
    from reportgen.render.views import IndexEntry

_PACKAGED = Path(__file__).resolve().parent.parent / "templates"
_REPOSITORY = _PACKAGED.parent.parent / "templates"

TEMPLATES: Path = _PACKAGED if _PACKAGED.is_dir() else _REPOSITORY
"""Folder of the templates: inside an installed package, else at the repository's top."""


def template_files() -> list[Path]:
    """Every template file, sorted; the bytes of a page depend on them and on the report."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def pages(
    report: Report, files: Mapping[str, bytes], vectors: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """All files of a report's folder, by their path relative to it.

    Args:
        report: a complete and consistent report.
        files: the bytes of every picture by `Figure.file`; CSV files are made from the tables.
        vectors: the SVG that the HTML page shows instead of a picture, by `Figure.file`; a picture
            need not have one.

    Returns:
        "index.html", "report.md", "report.json" and everything below "figures/".

    Raises:
        ValueError: the report is inconsistent: a duplicate id, a note that cites missing evidence,
            a picture without bytes, or a number that is not finite.
    """
    from reportgen.render import html_page, markdown_page, report_json, tables
    from reportgen.render.context import report_page
    from reportgen.render.outline import outline

    plan = outline(report)
    figures = tables.with_csv(plan.figures, files)
    page = report_page(report, plan, figures, vectors)
    return {
        "index.html": html_page.render(page),
        "report.md": markdown_page.render(page),
        "report.json": report_json.render(report, plan, _digests(figures, vectors or {})),
        **figures,
    }


def _digests(files: Mapping[str, bytes], vectors: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """Digests of the files of figures, and of what the page for browsers shows in their place."""
    return {
        name: {
            "digest": of_bytes(data),
            **({"vector": of_bytes(vectors[name])} if name in vectors else {}),
        }
        for name, data in files.items()
    }


def index(entries: Sequence[IndexEntry]) -> bytes:
    """The page that lists reports, in the order given."""
    from reportgen.render import html_page

    return html_page.render_index(entries)
