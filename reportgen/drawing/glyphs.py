"""Which texts can be drawn, and with which font; what stands in for those that cannot.

Pictures use the DejaVu Sans that Matplotlib ships, so that they are equal on every machine. Only
where a text needs characters that it lacks, or a script whose letters join, a font of the system
draws it. Where no font has the characters, a number in brackets stands for the word, and the
picture keeps the words for its caption.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont, features

_FALSE = ("last resort", "emoji", "symbol", "math", "mono", "serif", "bold", "italic", "oblique")
"""Parts of names of fonts that draw no letters, or not as they look in a label."""

_JOINING = re.compile(
    "[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]"
)
"""Scripts that run from right to left, or whose letters change beside others."""

_EDGES = re.compile(r"^([(\[‘“]*)(.*?)([)\]’”.,:;]*)$", re.DOTALL)


@dataclass(frozen=True)
class Face:
    """A font for a text, and whether its letters must be joined (by libraqm)."""

    path: str
    joined: bool = False


@dataclass
class Keys:
    """Replaces words that no font can draw by numbers, and keeps the words.

    Attributes:
        words: the words, the first of which is [1] in the picture.
    """

    words: list[str] = field(default_factory=list)

    def drawn(self, text: str) -> str:
        """`text` with a number in brackets in place of each word that cannot be drawn."""
        if text.isascii() or face(text) is not None:
            return text
        return " ".join(map(self._word, text.split(" ")))

    def all(self, texts: Iterable[str]) -> list[str]:
        """Each text as `drawn`."""
        return [self.drawn(text) for text in texts]

    def _word(self, word: str) -> str:
        if face(word) is not None:
            return word
        match = _EDGES.match(word)
        before, inner, after = match.groups() if match else ("", word, "")
        if inner not in self.words:
            self.words.append(inner)
        return f"{before}[{self.words.index(inner) + 1}]{after}"


def shortened(text: str, most: int) -> str:
    """`text`, or its beginning and an ellipsis where it has more than `most` characters.

    The index stays that tells equal names of classes apart, as in "crane (134)".
    """
    if len(text) <= most:
        return text
    index = re.search(r" \(\d+\)$", text)
    end = index[0] if index else ""
    return text[: most - 1 - len(end)].rstrip() + "…" + end


@lru_cache(maxsize=4096)
def face(text: str, bold: bool = False) -> Face | None:
    """The font that draws a text: the house font if it can, else one of the system, else None."""
    house = str(house_font(bold))
    if text.isascii():
        return Face(house)
    joined = _JOINING.search(text) is not None
    if joined and not features.check("raqm"):
        return None
    needed = frozenset(
        ord(c) for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Mn")
    )
    if needed <= _characters(house):
        return Face(house, joined)
    found = next((path for path in _system_fonts() if needed <= _characters(path)), None)
    return None if found is None else Face(found, joined)


def families(texts: Iterable[str]) -> list[str]:
    """Names of fonts for Matplotlib, in the order of preference, with which it can draw texts."""
    found = ["DejaVu Sans"]
    for text in texts:
        own = face(text)
        if own is not None and own.path != str(house_font()):
            name = str(ImageFont.truetype(own.path, 10).getname()[0])
            found += [name] if name not in found else []
    return found


@cache
def house_font(bold: bool = False) -> Path:
    """The file of DejaVu Sans, found without importing Matplotlib."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise ModuleNotFoundError(
            "expected Matplotlib, whose font the pictures use, but it is not installed; "
            "run `pip install matplotlib`"
        )
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / name


@lru_cache(maxsize=512)
def _characters(path: str) -> frozenset[int]:
    """The characters of a font; none of a font that cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()


@cache
def _system_fonts() -> tuple[str, ...]:
    """Files of the system's fonts as Matplotlib finds them, plain ones first."""
    return tuple(path for _, path in sorted(_ranked()))


def _ranked() -> Iterator[tuple[tuple[int, str], str]]:
    from matplotlib.font_manager import fontManager

    for entry in fontManager.ttflist:
        words = f"{entry.name} {Path(entry.fname).stem}".lower()
        if _FALSE[0] in words or _FALSE[1] in words:
            continue
        plain = sum(part in words for part in _FALSE) + (entry.weight not in (400, "normal"))
        yield (plain, entry.name), entry.fname
