"""Values and names in prose, written one way throughout a report."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reportgen.records import Number

SYMBOLS = ("px", "s", "ms", "%")
"""Units written right after their number; other units are nouns that the sentence supplies."""


def number(value: Number | None, sign: bool = False) -> str:
    """A value with three significant digits, or in full if it is whole; None is "undefined".

    A plain "-" stands for minus, so that the text of a note can be searched and parsed.

    >>> number(0.41236), number(12), number(1234.5), number(-0.5)
    ('0.412', '12', '1,234', '-0.500')
    """
    if value is None or not math.isfinite(value):
        return "undefined"
    return _signed(_fixed(abs(value), decimals(value)), value, sign)


def decimals(value: Number) -> int:
    """Decimals that `number` writes: none of a whole value, else three significant digits."""
    return 0 if value == int(value) else _decimals(abs(value), significant=3)


def percent(value: Number | None, sign: bool = False) -> str:
    """A share as a percentage with one decimal, or more where one would round to 0 % or 100 %.

    >>> percent(0.961), percent(1), percent(0.00031), percent(0.99987)
    ('96.1%', '100%', '0.031%', '99.99%')
    """
    if value is None or not math.isfinite(value):
        return "undefined"
    share = float(f"{abs(value) * 100:.15g}")  # without the error of binary fractions
    if share == int(share):
        return _signed(f"{int(share)}%", value, sign)
    gap = min(share, abs(100 - share))
    decimals = 1 if gap >= 1 else max(1, _decimals(gap, significant=2 if share < 1 else 1))
    return _signed(_fixed(share, decimals) + "%", value, sign)


def rounded(value: float) -> str:
    """A value with two significant digits, or more where it is 100 or more, for prose.

    >>> rounded(15.42), rounded(3.04), rounded(1234.5), rounded(0.412)
    ('15', '3.0', '1,234', '0.41')
    """
    if not math.isfinite(value):
        return "undefined"
    if value == int(value) and abs(value) < 100:
        return number(value)
    exponent = int(f"{abs(value):.1e}".split("e")[1])
    return _signed(_fixed(abs(value), max(0, 1 - exponent)), value, False)


def counted(count: int, one: str, many: str) -> str:
    """A count and its noun.

    >>> counted(1, "step", "steps"), counted(1200, "step", "steps")
    ('1 step', '1,200 steps')
    """
    return f"{number(count)} {one if count == 1 else many}"


def quoted(name: str) -> str:
    """A name in backticks, so that its digits are not mistaken for measured numbers."""
    return "`" + name.replace("`", "'").replace("\n", " ") + "`"


def listed(parts: Sequence[str]) -> str:
    """Parts joined for a sentence: "a", "a and b", "a, b, and c"."""
    if len(parts) < 3:
        return " and ".join(parts)
    return ", ".join(parts[:-1]) + ", and " + parts[-1]


def _decimals(value: float, significant: int) -> int:
    """Decimals that show `significant` digits of a positive value (a value >= 100 needs none)."""
    exponent = int(f"{value:.{significant - 1}e}".split("e")[1])
    return max(0, significant - 1 - exponent)


def _fixed(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


def _signed(text: str, value: Number, sign: bool) -> str:
    if value < 0:
        return "-" + text
    return "+" + text if sign and value > 0 else text
