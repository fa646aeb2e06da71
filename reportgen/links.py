"""Places of a report's pages: their ids, and links of an author's Markdown to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

RESERVED = ("top", "main", "contents", "inferences", "provenance")
"""Ids of places that every page has."""

_LINK = re.compile(r"(\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:\s*<?)#([^\s<>()]+)", re.MULTILINE)
_FILE = re.compile(r"(\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:\s*<?)([^\s<>()#][^\s<>()]*)", re.MULTILINE)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:|//|&|\\\\")
"""What begins an address, as far as it is written plainly."""
_CODE = re.compile(
    r"^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)|\Z)|(?<![`\\])(?P<ticks>`+)(?!`).+?"
    r"(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)


def targets(text: str) -> Iterator[str]:
    """What the links of a text name after "#", those in code left out."""
    yield from (match[2] for match in _LINK.finditer(_CODE.sub("", text)))


def files(text: str) -> Iterator[str]:
    """The links of a text that begin at the page's folder, those in code left out."""
    for match in _FILE.finditer(_CODE.sub("", text)):
        if not _SCHEME.match(match[2]):
            yield match[2]


def retargeted(text: str, anchor: Callable[[str], str]) -> str:
    """The text with the anchor of each target in its place."""
    pieces, end = [], 0
    for code in _CODE.finditer(text):
        pieces += [_retargeted(text[end : code.start()], anchor), code[0]]
        end = code.end()
    return "".join([*pieces, _retargeted(text[end:], anchor)])


def _retargeted(text: str, anchor: Callable[[str], str]) -> str:
    return _LINK.sub(lambda match: f"{match[1]}#{anchor(match[2])}", text)


def anchors(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A unique id on the page for every place; that of a figure is the figure's own id.

    Args:
        places: pairs of "figure" | "section" | "block" | "note" and an id, all figures first.
    """
    taken = set(RESERVED)
    found = {}
    for kind, name in places:
        wanted = re.sub(r"[^\w.-]", "-", name if kind == "figure" else f"{kind}-{name}")
        anchor, count = wanted, 1
        while anchor in taken:
            count += 1
            anchor = f"{wanted}-{count}"
        taken.add(anchor)
        found[kind, name] = anchor
    return found
