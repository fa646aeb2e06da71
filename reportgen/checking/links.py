"""Checks links of the author's texts to other files: reports of the same site, and no others."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from reportgen import links
from reportgen.errors import Problem
from reportgen.spec import project
from reportgen.spec.problems import quoted
from reportgen.spec.types import Spec
from reportgen.suggestions import did_you_mean

OWN = re.compile(r"(index\.html|report\.(md|json|pdf|docx|ipynb)|(figures|latex)(/.*)?|\.?)$")
"""Files of a report's folder, as a link inside the folder names them."""
SITE = "site"
"""The folder of pages where no other is asked for."""


def link_problems(spec: Spec) -> Iterator[Problem]:
    """Relative links that lead to no report of the project and to no file beside the page."""
    slugs = sorted({spec.slug, *_slugs(spec.source.parent)})
    folder = project.root() / SITE
    texts = [(spec.intro, spec.lines.get("intro", 1))]
    texts += [(section.text, section.lines.get("text", section.line)) for section in spec.sections]
    for text, line in texts:
        for target in dict.fromkeys(links.files(text)):
            for why, hint in _wrong(target, spec.slug, slugs, folder):
                message = f"the text links to {quoted(target)}, {why}"
                yield Problem(message, str(spec.source), line, hint)


def _slugs(folder: Path) -> set[str]:
    """The reports of the project and of the specs beside this one."""
    beside = {path.stem for suffix in project.SUFFIXES for path in folder.glob(f"*{suffix}")}
    return beside.union(project.names())


def _wrong(target: str, slug: str, slugs: list[str], site: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with a link from a report's folder, and what to do."""
    path = posixpath.normpath(posixpath.join(slug, unquote(re.split("[?#]", target)[0])))
    first, _, rest = path.partition("/")
    if target.startswith("/") or first == "..":
        # What lies above the pages depends on where they are published.
        return
    if os.path.exists(site / path) or path in (".", "index.html"):
        return
    # A report's folder itself is a good target too.
    if first in slugs and (OWN.fullmatch(rest) or (first != slug and not rest)):
        return
    if first in slugs:
        hint = "link to its index.html, or write a whole address, such as https://…"
        yield f"but the folder of the report '{first}' holds no such file", hint
    else:
        near = did_you_mean(first, slugs)
        known = near.startswith("did you mean")
        hint = near if known else "reports are named after their specs, as in ../NAME/index.html"
        yield "but no spec makes a report of this name", hint
