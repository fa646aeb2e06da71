"""Names of the parts of a figure, which end the ids of its pictures and tables.

A figure's `compute` names its parts, passes the names on in its facts, and `draw` and the measures
use them. Plain Python: drawing imports it too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from reportgen.digest import of_bytes

LONGEST = 80
"""Characters of a part; file systems allow about 250 for the whole name of a file."""


def class_qualifier(name: str) -> str:
    """A class's name as part of a measure's name; `class_of` reads it back.

    The ids of measures are listed with spaces between, and a measure of two classes joins their
    names by ">". So "_" stands for a space, and these signs themselves are percent-encoded.

    >>> class_qualifier("Ankle boot"), class_qualifier("star_x > y")
    ('Ankle_boot', 'star%5Fx_%3E_y')
    """
    return "".join("_" if c == " " else _encoded(c) for c in name) or "unnamed"


def class_of(qualifier: str) -> str:
    """The name of the class that `class_qualifier` made part of a measure's name.

    >>> class_of("star%5Fx_%3E_y")
    'star_x > y'
    """
    return unquote(qualifier.replace("_", " "))


def of_class(name: str, shown: str = "") -> str:
    """A class in a sentence that counts filters too: a number is marked as the class's name.

    Args:
        name: the class's name.
        shown: what stands for the name, such as a placeholder; "" for the name.

    >>> of_class("cat"), of_class("7")
    ('cat', 'class 7')
    """
    numeral = re.fullmatch(r"[-+\d.,%\s]+", name) is not None
    return f"{'class ' if numeral else ''}{shown or name}"


def _encoded(sign: str) -> str:
    if sign == "_":
        return "%5F"  # `quote` leaves it.
    return quote(sign, safe="") if sign in "%>" or sign.isspace() else sign


def part_name(name: str, fallback: str = "layer") -> str:
    """A layer path or head name as part of an id: small letters, digits, "_" and "-".

    A long name is cut and ends in a digest of the whole.

    >>> part_name("backbone/Conv_1")
    'backbone-conv_1'
    """
    part = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-") or fallback
    if len(part) <= LONGEST:
        return part
    digest = of_bytes(name.encode("utf-8", "surrogatepass"))[:8]
    return f"{part[: LONGEST - 9]}-{digest}"


def part_names(names: Sequence[str], fallback: str = "layer") -> list[str]:
    """A part for each name, all different: a later one that is taken already gets a number.

    >>> part_names(["conv", "Conv", "conv/2"])
    ['conv', 'conv-2', 'conv-2-2']
    """
    parts: list[str] = []
    for name in names:
        plain = part = part_name(name, fallback)
        number = 2
        while part in parts:
            part, number = f"{plain}-{number}", number + 1
        parts.append(part)
    return parts


def head_parts(heads: Sequence[str], alone: str = "") -> list[str]:
    """A part for each head; a head that is the only one has the part `alone`.

    >>> head_parts(["class"], "heatmap"), head_parts(["length", "width"])
    (['heatmap'], ['length', 'width'])
    """
    return [alone] if len(heads) == 1 else part_names(heads, "output")
