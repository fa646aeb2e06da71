"""Changes of a finished page that a verification must find, drawn at random.

The page is taken as text, without a parser of the package. Numbers that a person typed are left
alone, and so are pictures whose digest the report does not tell.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[-+\u2212]?\d+)?")
_MARKS = re.compile(r"<[^>]*>|&#?\w+;")
VERDICTS = ("Supported", "Contradicted", "Inconclusive", "Measured")

Change = tuple[str, str]
"""What was done, in words, and the page after it."""


def html_changes(text: str, dice: random.Random) -> Iterator[Callable[[], Change | None]]:
    """Ways to change a page for browsers; each returns None where there is nothing to change."""
    yield lambda: _number(text, _regions(text, r'data-claim[^>]*>(.*?)<span class="cites"'), dice)
    yield lambda: _number(text, _regions(text, r"<li data-evidence[^>]*>(.*?)</li>"), dice)
    yield lambda: _number(text, _regions(text, r"<(?:figcaption|caption)>(.*?)</"), dice)
    yield lambda: _number(text, _regions(text, r"<td[^>]*>(.*?)</td>"), dice)
    yield lambda: _number(text, _regions(text, r' alt="([^"]*)"'), dice)
    yield lambda: _number(text, _body(text), dice)
    yield lambda: _word(text, _regions(text, r'<span class="badge[^>]*>(.*?)</span>'), dice)
    yield lambda: _class(text, dice)
    yield lambda: _swap(text, r'<img src="([^"]*)"', dice)
    yield lambda: _swap(text, r"(<figure [\s\S]*?</figure>)", dice)
    yield lambda: _swap(text, r"<figcaption>(.*?)</figcaption>", dice)
    yield lambda: _swap(text, r'<b class="label">(.*?)</b>', dice)
    yield lambda: _removed(text, r'(<li class="note[\s\S]*?</details>\s*</li>)', dice)
    yield lambda: _removed(text, r"(<figure [\s\S]*?</figure>)", dice)
    yield lambda: _removed(text, r"(<li data-evidence.*?</li>)", dice)
    yield lambda: _removed(text, r"(<tr><t[hd].*?</tr>)", dice)
    yield lambda: _doubled(text, r'(<li class="note[\s\S]*?</details>\s*</li>)', dice)
    yield lambda: _doubled(text, r"(<figure [\s\S]*?</figure>)", dice)
    yield lambda: _link(text, r'<a (?:class="\w+" )?href="#(?!top|main)([^"]+)"', dice)
    yield lambda: _picture(text, dice)


def markdown_changes(text: str, dice: random.Random) -> Iterator[Callable[[], Change | None]]:
    """Ways to change a page for Markdown viewers."""
    note = r'^(?:- |\d+\. )<a id="note-[^"]*"></a>(\*\*.*)$'
    yield lambda: _number(text, _regions(text, note), dice)
    yield lambda: _number(text, _regions(text, r"^   - `[^`]*` is (.*)$"), dice)
    yield lambda: _number(text, _regions(text, r"^\*\*(?:Figure|Table) \d+\.\*\* (.*)$"), dice)
    yield lambda: _number(text, _tables(text), dice)
    yield lambda: _number(text, _regions(text, r"^!\[(.*)\]\("), dice)
    yield lambda: _word(text, _regions(text, r'<a id="note-[^"]*"></a>\*\*(.*?)[.:]\*\*'), dice)
    yield lambda: _swap(text, r"^!\[.*\]\((.*)\)$", dice)
    yield lambda: _swap(text, r"^\*\*(?:Figure|Table) \d+\.\*\* (.*)$", dice)
    yield lambda: _swap(text, r"^\*\*((?:Figure|Table) \d+)\.\*\*", dice)
    yield lambda: _removed(text, r'(^- <a id="note-.*\n)', dice)
    yield lambda: _removed(text, r"(^   - `.*\n)", dice)
    yield lambda: _removed(text, r"(^!\[.*\n)", dice)
    yield lambda: _removed(text, r"(?<=\|\n)(^\| (?![-:]).*\n)", dice)
    yield lambda: _doubled(text, r'(^- <a id="note-.*\n)', dice)
    yield lambda: _link(text, r"\]\(#([^()]+)\)", dice)


def changed_file(folder: Path, dice: random.Random) -> tuple[str, Path, bytes]:
    """A picture or a table's file with another byte; what was done, its path and its bytes."""
    path = dice.choice(sorted(p for p in (folder / "figures").iterdir() if p.stat().st_size))
    data = bytearray(path.read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return f"changed a byte of {path.name}", path, bytes(data)


Region = tuple[int, int]


def _regions(text: str, pattern: str) -> list[Region]:
    found = re.finditer(
        pattern,
        text,
        re.MULTILINE | re.DOTALL if "<" in pattern[:4] or "data" in pattern[:5] else re.MULTILINE,
    )
    return [match.span(1) for match in found]


def _tables(text: str) -> list[Region]:
    """Rows of tables below a table's caption; those of an author have none."""
    found = re.finditer(r"^\*\*Table \d+\.\*\*.*\n\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [match.span(1) for match in found]


def _body(text: str) -> list[Region]:
    """All text between tags below the page's head, without what an author wrote."""
    start = text.index("<body")
    hidden = re.finditer(r'<div class="prose.*?</div>| src="[^"]*"', text, re.DOTALL)
    prose = [match.span() for match in hidden]
    return [
        match.span(1)
        for match in re.finditer(r">([^<>]+)<", text)
        if match.start() > start and not any(a <= match.start() < b for a, b in prose)
    ]


def _number(text: str, regions: list[Region], dice: random.Random) -> Change | None:
    """One digit of a number becomes another."""
    tagless = [
        (start + m.start(), m[0])
        for start, end in regions
        for m in NUMBER.finditer(
            re.sub(r"<[^>]*>|&#?\w+;", lambda t: " " * len(t[0]), text[start:end])
        )
    ]
    if not tagless:
        return None
    at, number = dice.choice(tagless)
    place = dice.choice([i for i, c in enumerate(number) if c.isdigit()])
    digit = dice.choice([d for d in "0123456789" if d != number[place]])
    new = number[:place] + digit + number[place + 1 :]
    line = text.count("\n", 0, at) + 1
    return f"line {line}: {number} became {new}", text[:at] + new + text[at + len(number) :]


def _word(text: str, regions: list[Region], dice: random.Random) -> Change | None:
    """A verdict becomes another."""
    start, end = dice.choice(regions)
    old = next((w for w in VERDICTS if w.lower() in text[start:end].lower()), None)
    if old is None:
        return None
    new = dice.choice([w for w in VERDICTS if w != old])
    changed = re.sub(
        old, new if old in text[start:end] else new.lower(), text[start:end], flags=re.IGNORECASE
    )
    return f"{old} became {new}", text[:start] + changed + text[end:]


def _class(text: str, dice: random.Random) -> Change | None:
    """The mark of a note's verdict becomes another."""
    names = [w.lower() for w in VERDICTS[:3]] + ["info"]
    match = dice.choice(list(re.finditer(rf'data-verdict="({"|".join(names)})"', text)))
    new = dice.choice([name for name in names if name != match[1]])
    return f"marked {new}", text[: match.start(1)] + new + text[match.end(1) :]


def _two(text: str, pattern: str, dice: random.Random) -> tuple[Region, Region] | None:
    found = _regions(text, pattern)
    pairs = [(a, b) for a in found for b in found if a < b and text[slice(*a)] != text[slice(*b)]]
    return dice.choice(pairs) if pairs else None


def _swap(text: str, pattern: str, dice: random.Random) -> Change | None:
    two = _two(text, pattern, dice)
    if two is None:
        return None
    (a, b), (c, d) = two
    what = f"swapped {text[a:b][:40]!r} and {text[c:d][:40]!r}"
    return what, text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]


def _removed(text: str, pattern: str, dice: random.Random) -> Change | None:
    found = _regions(text, pattern)
    if not found:
        return None
    start, end = dice.choice(found)
    return f"removed {text[start:end][:70]!r}", text[:start] + text[end:]


def _doubled(text: str, pattern: str, dice: random.Random) -> Change | None:
    found = _regions(text, pattern)
    if not found:
        return None
    start, end = dice.choice(found)
    return f"doubled {text[start:end][:70]!r}", text[:end] + text[start:]


def _link(text: str, pattern: str, dice: random.Random) -> Change | None:
    """A link leads nowhere, or to the place of another."""
    found = _regions(text, pattern)
    start, end = dice.choice(found)
    others = {text[slice(*one)] for one in found} - {text[start:end], "top", "main"}
    new = dice.choice(["nowhere", *sorted(others)])
    return f"link to {text[start:end]} leads to {new}", text[:start] + new + text[end:]


def _picture(text: str, dice: random.Random) -> Change | None:
    """A character of an embedded picture becomes another."""
    found = _regions(text, r'<img src="data:image/png;base64,([^"=]*)')
    if not found:
        return None
    start, end = dice.choice(found)
    at = dice.randrange(start, end)
    new = "A" if text[at] != "A" else "B"
    return "changed an embedded picture", text[:at] + new + text[at + 1 :]
