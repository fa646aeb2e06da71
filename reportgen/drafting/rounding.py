"""Numbers as text: which numbers a text shows, and whether one is a rounding of a value."""

from __future__ import annotations

import re

NUMBER = re.compile(
    r"(?<![\w.,])[+\-\N{MINUS SIGN}]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+\-\N{MINUS SIGN}]?\d+)?%?|\d+"
)
"""A number in a sentence; a numeral inside a word, such as that of "conv2d", counts too."""


def plain(text: str) -> str:
    """The digits of a number as `float` reads them.

    >>> plain("\N{MINUS SIGN}1,234.5%")
    '-1234.5'
    """
    return text.rstrip("%").replace(",", "").replace("\N{MINUS SIGN}", "-")


def shows(text: str, value: float) -> bool:
    """Whether a number as text is a rounding of `value`, or of it in per cent, if it ends in "%".

    A rounding lies within half a unit of its last digit. A bound such as "> 99.9%" shows every
    value beyond it.

    >>> shows("0.41", 0.4136), shows("41.4%", 0.4136), shows("0.42", 0.4136), shows("3.0e-4", 3e-4)
    (True, True, False, True)
    """
    exact = value * 100 if text.endswith("%") else float(value)
    if text[:1] in ("<", ">"):
        bound = float(plain(text[1:].strip()))
        return exact > bound if text[0] == ">" else exact < bound
    digits, _, exponent = plain(text).partition("e")
    step = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    # A tie is half a digit away; the tolerance grows with the number, as do the float error and
    # that of `wording.percent`, which keeps fifteen digits.
    slack = 0.5 * step * (1 + 1e-9) + 1e-14 * abs(exact)
    return abs(float(plain(text)) - exact) <= slack
