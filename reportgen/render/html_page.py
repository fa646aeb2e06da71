"""The pages for browsers: one file each, without requests or scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from reportgen.render import prose, templates
from reportgen.render.views import IndexEntry, ReportPage


def render(page: ReportPage) -> bytes:
    """A report as a self-contained HTML page."""
    return _page("report.html", {"page": page})


def render_index(entries: Sequence[IndexEntry]) -> bytes:
    """The list of reports as a self-contained HTML page."""
    return _page("index.html", {"entries": entries})


def _page(template: str, context: Mapping[str, object]) -> bytes:
    return prose.steady(_template(template).render(context)).encode()


def prepare() -> None:
    """Compile the templates in advance."""
    for name in ("report.html", "index.html"):
        _template(name)


def _template(name: str) -> Template:
    return _environment(templates.text("style.css")).get_template(name)


@cache
def _environment(style: str) -> Environment:
    """The environment of all pages; it caches compiled templates and reloads changed ones."""
    environment = Environment(
        loader=templates.Loader(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        inline=prose.inline,
        plain=prose.plain,
        author=prose.author,
        in_quotes=prose.in_quotes,
        summary=prose.summary,
    )
    environment.globals.update(style=Markup(style), policy=_policy(style))
    return environment


def _policy(style: str) -> str:
    """A content security policy that lets browsers load only what the page itself holds."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
