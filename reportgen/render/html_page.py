"""The pages for browsers: one file each, no request to anywhere, no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reportgen.render import prose
from reportgen.render.paths import TEMPLATES
from reportgen.render.views import IndexEntry, ReportPage


def render(page: ReportPage) -> bytes:
    """A report as a self-contained HTML page."""
    return _page("report.html", {"page": page})


def render_index(entries: Sequence[IndexEntry]) -> bytes:
    """The list of reports as a self-contained HTML page."""
    return _page("index.html", {"entries": entries})


def _page(template: str, context: Mapping[str, object]) -> bytes:
    return prose.steady(_environment().get_template(template).render(context)).encode()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        inline=prose.inline, plain=prose.plain, author=prose.author, in_quotes=prose.in_quotes
    )
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    environment.globals.update(style=Markup(style), policy=_policy(style))
    return environment


def _policy(style: str) -> str:
    """A content security policy: browsers are to load nothing but what the page holds itself."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
