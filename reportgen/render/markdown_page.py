"""The page for Markdown viewers such as GitHub's, with its pictures in files beside it.

All text passes a filter that escapes it; the environment refuses unescaped text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template

from reportgen.drafting import quoted
from reportgen.render import prose, templates
from reportgen.render.views import CellView, CitedView, LinkView, NoteView, ReportPage

# GitHub reads no emphasis inside a word, so underscores in names of layers stay unescaped.
_SPECIAL = re.compile(r"[\\`*\[\]<>&|~$#]|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"^(\d*)(?=[-+=]|[.)](?:\s|$))")
_FENCED = r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*\n)*? {0,3}(?P=fence)[`~]*[ \t]*$"
_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(?:.|\n(?!\s*\n))+?(?<!`)\1(?!`)")
_HEADING = re.compile(rf"{_FENCED}|^ {{0,3}}(?P<marks>#{{1,6}})(?=\s|$)", re.MULTILINE)
_WILD = re.compile(
    r"<(?!https?://[^\s<>]+>)[A-Za-z/!?]|^ {0,3}(?:=+|-+)[ \t]*$|!\[|```|~~~|\\`", re.MULTILINE
)
"""Markup that could reach beyond the author's text or be fetched: HTML, pictures, open fences, and
escaped backticks, which are no code."""
_ADDRESS = re.compile(r"(?:\]\(|\]:)\s*(?:<([^<>\n]*)|([^\s<>]+))")
"""The address of a link or of a link's definition."""
_SCHEME = re.compile("([^/?#:]*):")


class Escaped(str):
    """Text that is Markdown already."""

    __slots__ = ()


def render(page: ReportPage) -> bytes:
    """A report as GitHub Markdown."""
    text = _template().render(page=page)
    return (prose.steady(text).strip() + "\n").encode()


def inline(text: str, cell: bool = False) -> Escaped:
    """Plain text as Markdown on one line that shows it unchanged, its backticks as code."""
    parts = prose.CODE.split(" ".join(text.split()))
    pieces = [
        _code(part, cell) if position % 2 else _SPECIAL.sub(r"\\\g<0>", part)
        for position, part in enumerate(parts)
    ]
    return Escaped(_START.sub(r"\1\\", "".join(pieces), count=1))


def author(text: str, values: Mapping[str, CitedView] | None = None) -> Escaped:
    """An author's Markdown as written if it holds only safe markup, else the sanitized HTML.

    Args:
        text: the Markdown.
        values: what it may cite, by id of the evidence; all that it cites must be here.
    """
    bare = _SPAN.sub("", re.sub(_FENCED, "", text, flags=re.MULTILINE))
    if _WILD.search(bare) or not all(map(_is_harmless, _ADDRESS.findall(text))):
        # An empty line would end the block of HTML.
        markup = re.sub(r"\n(?=[ \t]*\n)", "&#10;", prose.author(text, values).strip())
        return Escaped(f"<div>\n{markup}\n</div>" if markup else "")
    return Escaped(_HEADING.sub(_lowered, prose.with_values(text, values or {})))


def _is_harmless(address: tuple[str, str]) -> bool:
    """Whether the address of a link leads to a page, to a mail program, or into the report."""
    # Browsers drop these characters, and Markdown its entities and backslashes.
    text = re.sub(r"[\x00-\x20\x7f-\x9f\\]", "", html.unescape("".join(address)))
    scheme = _SCHEME.match(text)
    return scheme is None or scheme[1].lower() in prose.SCHEMES


def _lowered(match: re.Match[str]) -> str:
    marks = match["marks"]
    return "#" * min(6, len(marks) + prose.HEADING - 1) if marks else match[0]


def _code(text: str, cell: bool) -> str:
    return "`" + (text.replace("|", "\\|") if cell else text) + "`"


def _plain(text: str) -> Escaped:
    return inline(prose.plain(text))


def _indented(text: str) -> Escaped:
    """Markdown of an inner list, indented below its item."""
    return Escaped("".join(f"  {line}\n" for line in text.splitlines()))


def _links(links: Iterable[LinkView]) -> Escaped:
    """References separated by commas."""
    parts = [f"[{inline(link.text)}](#{_address(link.anchor)})" for link in links]
    return Escaped(", ".join(parts))


def _rule(columns: Iterable[CellView]) -> Escaped:
    """The line below a table's head, which aligns its columns."""
    marks = ["---:" if column.numeric else "---" for column in columns]
    return Escaped("| " + " | ".join(marks) + " |")


def _cell(text: str) -> Escaped:
    return inline(text, cell=True)


def _said(note: NoteView, mark: str, indent: int, values: Mapping[str, CitedView]) -> Escaped:
    """A note as an item of a list, whose lines are indented; `mark` follows the verdict."""
    word = note.byline.capitalize() if note.origin == "own" else note.word
    byline = f" ({note.byline})" if note.origin == "edited" else ""
    text = inline(note.text) if note.origin == "drafted" else author(note.text, values)
    head, tail = f"**{inline(word + byline + mark)}**", " ".join(_remarks(note))
    if "\n" not in text:
        return Escaped(" ".join(filter(None, [head, text, tail])))
    lines = [head, "", *text.strip("\n").split("\n"), *(["", tail] if tail else []), ""]
    return Escaped("\n".join((" " * indent + line if i and line else line) for i, line in
                             enumerate(lines)))  # fmt: skip


def _remarks(note: NoteView) -> Iterator[str]:
    """What follows the text of a note: links, doubts, and what has changed."""
    if note.figures:
        yield f"({_links(note.figures)})"
    if note.caveats:
        yield f"Doubtful because of {inline(note.caveats)}."
    if note.verdict_was:
        was = inline(f"was {note.verdict_was}, is {note.word.lower()}")
        yield f"**The verdict has changed:** {was}."
    if note.changes:
        moved = "; ".join(f"`{c.id}` was {c.was.text}, is {c.now.text}" for c in note.changes)
        moved += "; and others" * note.more_changes
        yield f"**The numbers behind this have changed:** {inline(moved)}."


def _address(text: str) -> Escaped:
    return Escaped(quote(text))


def _bare(value: object) -> Escaped:
    """Refuses unescaped text; the environment calls this on every value that a template writes.

    Raises:
        TypeError: no filter has escaped `value`.
    """
    if not isinstance(value, Escaped):
        raise TypeError(f"report.md writes {value!r} without a filter that escapes it")
    return value


def prepare() -> None:
    """Compile the template in advance."""
    _template()


def _template() -> Template:
    return _environment().get_template("report.md")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=templates.Loader(),
        autoescape=False,
        finalize=_bare,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        inline=inline,
        plain=_plain,
        quoted=quoted,
        cell=_cell,
        indented=_indented,
        links=_links,
        rule=_rule,
        author=author,
        said=_said,
        summary=prose.summary,
        address=_address,
    )
    return environment
