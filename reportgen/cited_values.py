"""Measured values that an author's text cites: `{{ value("evaluation-1.accuracy@test") }}`.

The citation is a rule of the Markdown parser, ahead of escapes, references and emphasis and after
code spans, which stay literal. It takes an id of evidence, and "%" for a percentage, and nothing
else: no other expression is evaluated, and the text passes no template engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown import Markdown

HINT = 'write {{ value("ID") }}, or {{ value("ID", "%") }} for a percentage'

_BEGIN = r"\{\{(?:\ue000(?P<place>\d+)\ue001)?\s*value\s*\("
_RULE = rf'(?<!\\){_BEGIN}(?:(?:"[^"]*"|[^{{}}"])*\}}\}})?'
_WELL_FORMED = re.compile(rf'{_BEGIN}\s*"(?P<id>[^"\n]+)"\s*(?P<percent>,\s*"%"\s*)?\)\s*\}}\}}')
_PLAIN = re.compile(_RULE)
_CODE = re.compile(r"`[^`\n]+`")
_PLACES = re.compile("[\ue000\ue001]")
_BULLET = re.compile(r" {0,3}(?:[-*+]|1[.)]) +\S")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PRIORITY = 185
"""After code spans (190) and before backslashes (180)."""


class Cited(NamedTuple):
    """One citation of a text: the evidence's id ("" where it cannot be read), and its place."""

    id: str
    percent: bool
    start: int
    end: int
    line: int


def cited(text: str) -> list[Cited]:
    """The citations in an author's Markdown, in order, as the parser sees them."""
    if not _PLAIN.search(text):
        return []
    matches = list(_PLAIN.finditer(text))
    taken: set[int] = set()
    tagged, end = [], 0
    for place, match in enumerate(matches):
        tagged.append(f"{text[end : match.start()]}{{{{\ue000{place}\ue001")
        end = match.start() + 2

    def note(match: re.Match[str]) -> str:
        if match["place"]:
            taken.add(int(match["place"]))
        return ""

    converter(note).convert(spaced("".join([*tagged, text[end:]])))
    return [_cited(text, match) for place, match in enumerate(matches) if place in taken]


def cited_in_line(text: str) -> list[Cited]:
    """The citations in plain text whose backticks mark code, such as a caption."""
    bare = _CODE.sub(lambda match: " " * len(match[0]), text)
    return [_cited(text, match) for match in _PLAIN.finditer(bare)]


def resolved(text: str, citations: list[Cited], fill: Callable[[Cited], str]) -> str:
    """The text with something in the place of each of its citations."""
    pieces, end = [], 0
    for item in citations:
        pieces += [text[end : item.start], fill(item)]
        end = item.end
    return "".join([*pieces, text[end:]])


def converter(replace: Callable[[re.Match[str]], str]) -> Markdown:
    """The parser of authors' Markdown.

    Args:
        replace: returns the text in the place of a citation, given the match of its rule.
    """
    from markdown import Markdown
    from markdown.inlinepatterns import InlineProcessor

    class Citation(InlineProcessor):
        """The rule of a citation."""

        def handleMatch(  # type: ignore[override]
            self, m: re.Match[str], data: str
        ) -> tuple[str, int, int]:
            return replace(m), m.start(0), m.end(0)

    made = Markdown(
        extensions=["tables", "fenced_code", "sane_lists"],
        extension_configs={"tables": {"use_align_attribute": True}},
    )
    made.inlinePatterns.register(Citation(_RULE, made), "value", _PRIORITY)
    return made


def parsed(match: re.Match[str]) -> tuple[str, bool]:
    """The id of a citation, "" where it cannot be read, and whether it asks for a percentage."""
    found = _WELL_FORMED.fullmatch(match[0])
    return (found["id"], found["percent"] is not None) if found else ("", False)


def without_places(text: str) -> str:
    """The text without the characters that mark places in it."""
    return _PLACES.sub("\N{REPLACEMENT CHARACTER}", text)


def spaced(text: str) -> str:
    """Markdown with an empty line before each list, which Python-Markdown needs, unlike GitHub."""
    return "\n".join(_spaced(text.splitlines()))


def _cited(text: str, match: re.Match[str]) -> Cited:
    id, percent = parsed(match)
    line = text.count("\n", 0, match.start()) + 1
    return Cited(id, percent, match.start(), match.end(), line)


def _spaced(lines: list[str]) -> Iterator[str]:
    fence = before = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        elif not fence and _BULLET.match(line) and _ends_paragraph(before):
            yield ""
        yield line
        before = line


def _ends_paragraph(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((" ", "\t", ">", "|")) and not _is_item(line)


def _is_item(line: str) -> bool:
    return re.match(r" {0,3}(?:[-*+]|\d+[.)]) +\S", line) is not None
