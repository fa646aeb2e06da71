"""Markdown in a line: its text without marks, its links, and the cells of a table's row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from reportgen.verification.shown import Link
from reportgen.verification.texts import even

_TOKEN = re.compile(
    r"(?P<escaped>\\[!-/:-@\[-`{-~])|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<bold>\*\*)|\[(?P<text>(?:\\.|[^\\\[\]])*)\]\((?P<target>[^()\s]*)\)"
    r"|(?P<place><a id=\"[^\"]*\"></a>)",
    re.DOTALL,
)


def plain(text: str, cell: bool = False) -> str:
    """The text that a viewer shows for a line of Markdown.

    >>> plain("a\\\\_b `c*d` **e** [Figure 1](#f)")
    'a_b c*d e Figure 1'
    """
    return even(_TOKEN.sub(lambda match: _shown(match, cell), text))


def links(text: str, line: int) -> Iterator[Link]:
    """The links in a line of Markdown, and those to pictures."""
    for match in _TOKEN.finditer(text):
        if match["target"] is not None:
            yield Link(unquote(match["target"]), plain(match["text"]), line)


def cells(row: str) -> list[str]:
    """The cells of a table's row as Markdown."""
    found, cell = [], ""
    for piece in re.split(r"(\\.|\|)", row.strip().removeprefix("|")):
        if piece == "|":
            found.append(cell.strip())
            cell = ""
        else:
            cell += piece
    return [*found, cell.strip()] if cell.strip() else found


def _shown(match: re.Match[str], cell: bool) -> str:
    if match["escaped"]:
        return match["escaped"][1:]
    if match["code"] is not None:
        return match["code"].replace("\\|", "|") if cell else match["code"]
    return plain(match["text"]) if match["text"] is not None else ""
