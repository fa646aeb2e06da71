"""The header of an array as NumPy stores it: what the array claims to be, before any of it is read.

In plain Python, because `reportgen check` reads headers too and does without NumPy.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import IO, Any

MAGIC = b"\x93NUMPY"
LONGEST = 10_000
"""Characters of a header; NumPy reads no longer ones from files that it does not trust."""

KINDS = {
    "b": "true and false",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "numbers",
    "c": "complex numbers",
    "S": "names",
    "U": "names",
    "V": "bytes of no known type",
    "m": "spans of time",
    "M": "dates",
}
"""What an array holds, by NumPy's letter."""

_BYTES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8, 12, 16)}
"""Sizes that an item may have, where not every size will do."""


@dataclass(frozen=True)
class Header:
    """What an array is said to be.

    Attributes:
        kind: NumPy's letter for the type of an item, a key of `KINDS`.
        item: bytes of an item.
        shape: lengths of the axes.
        start: bytes of the header itself.
    """

    kind: str
    item: int
    shape: tuple[int, ...]
    start: int

    @property
    def content(self) -> int:
        """Bytes of the array alone."""
        return self.item * math.prod(self.shape)


def read_header(stream: IO[bytes]) -> Header:
    """The header that a stream begins with; not more than `LONGEST` bytes and some are read.

    Raises:
        ValueError: there is none, or it is not one of plain values; says why.
    """
    version = stream.read(8)
    if not version.startswith(MAGIC) or len(version) < 8 or version[6] not in (1, 2, 3):
        raise ValueError("it is no array as NumPy stores it")
    width = 2 if version[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if length > LONGEST:
        raise ValueError(f"its header has {length:,} characters, {LONGEST:,} at most")
    text = stream.read(length).decode("utf-8" if version[6] == 3 else "latin-1", "replace")
    facts = _literal(text)
    shape = facts.get("shape") if isinstance(facts, dict) else None
    if not isinstance(shape, tuple) or not all(type(axis) is int and axis >= 0 for axis in shape):
        raise ValueError("its header does not say what shape it has")
    return Header(*_type(facts.get("descr")), shape, 8 + width + length)


def _literal(text: str) -> Any:
    """The value that a header spells; Python 2 wrote an L behind some numbers."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(re.sub(r"(?<=\d)L\b", "", text).strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None


def _type(said: Any) -> tuple[str, int]:
    """Kind and bytes of an item."""
    found = re.fullmatch(r"[<>|=]([a-zA-Z])(\d{0,9})(\[\w+\])?", said if type(said) is str else "")
    kind, size = (found[1], int(found[2] or 0)) if found else ("", 0)
    if kind == "O":
        raise ValueError("it holds Python objects, which could run code")
    if isinstance(said, list):
        raise ValueError("it holds records of several values")
    if kind not in KINDS or size not in _BYTES.get(kind, (size,)):
        raise ValueError("its header names a type that is not known")
    return kind, size * 4 if kind == "U" else size
