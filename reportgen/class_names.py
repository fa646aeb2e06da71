"""Names of classes: from a list or a text file of a spec, and the class that a name means.

Names need not differ: ImageNet has two classes called "crane".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.input_digests import opened

MOST = 100_000
"""More classes than any image dataset has."""
LARGEST = 8_000_000
"""Bytes of a file of names."""
FEW = 12
"""Names that a message lists."""
BLANK, UNNAMED = "\N{OPEN BOX}", "unnamed"
"""What stands for a blank at the end of a name, and for a name without any sign."""
_HIDDEN = frozenset("\xad\u061c\u200b\u200e\u200f\u2060\ufeff") | frozenset(
    map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
"""Characters that take no room or turn the direction of others; joiners of emoji may stay."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def given_names(classes: str | Sequence[str] | None, base: Path) -> tuple[str, ...] | None:
    """The names that a spec's `classes` gives: a list, or the path of a file from `base`.

    Raises:
        UserError: the file cannot be read, or its lines are no names.
    """
    if isinstance(classes, str):
        return read_names(base / classes)
    return None if classes is None else tuple(classes)


def read_names(path: Path) -> tuple[str, ...]:
    """The names in a text file, one a line; empty lines at its end do not count.

    Raises:
        UserError: the file is no text file in UTF-8, an empty line stands between names, or a name
            holds a control character.
    """
    hint = "write a text file with one name a line, in the order of the model's units"
    lines = _text(path, hint).splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    if not 0 < len(lines) <= MOST:
        count = f"{len(lines):,} lines, {MOST:,} at most" if lines else "no names"
        raise UserError(Problem(f"{path.name} has {count}", hint=hint))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            message = f"line {number} of {path.name} is empty, so that class has no name"
            raise UserError(Problem(message, hint="write its name, or remove the line"))
        if _CONTROL.search(line):
            message = f"line {number} of {path.name} holds a control character"
            raise UserError(Problem(message, hint=hint))
    return tuple(line.strip() for line in lines)


def _text(path: Path, hint: str) -> str:
    try:
        with opened(path) as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise OSError(f"it is larger than {LARGEST // 1_000_000} MB")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        message = f"{path.name} is not text in UTF-8: byte {error.start} is "
        message += f"0x{error.object[error.start]:02x}"
        raise UserError(Problem(message, hint="save it as UTF-8, with one name a line")) from error
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"the file of class names {path} cannot be read ({reason})"
        raise UserError(Problem(message, hint=hint)) from error


def readable(name: str) -> str:
    """A name in which nothing is invisible, and nothing is taken for markup.

    Control characters, direction overrides and bytes that are no UTF-8 are spelled out, blanks at
    the ends become open boxes, and backticks, which mark code in prose, become grave accents.

    >>> readable(" cat"), readable("a\\x1b[2J"), readable("\\udcff")
    ('␣cat', 'a\\\\x1b[2J', '\\\\xff')
    """
    shown = "".join(
        _visible(sign) for sign in name.replace("`", "\N{MODIFIER LETTER GRAVE ACCENT}")
    )
    inner = shown.strip()
    ahead = len(shown) - len(shown.lstrip())
    return BLANK * ahead + inner + BLANK * (len(shown) - ahead - len(inner))


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Readable names that differ: one that several classes have is followed by the class's index.

    >>> distinct(["crane", "dog", "crane", ""])
    ('crane (0)', 'dog', 'crane (2)', 'unnamed (3)')
    """
    shown = [readable(name) or UNNAMED for name in names]
    while len(set(shown)) < len(shown):
        counts = Counter(shown)
        shown = [_numbered(n, i) if counts[n] > 1 else n for i, n in enumerate(shown)]
    return tuple(_numbered(n, i) if n == UNNAMED else n for i, n in enumerate(shown))


def classes_named(text: str, names: Sequence[str]) -> list[int]:
    """The indices of all classes of a name, among names that `distinct` made.

    Blanks at the ends count only where names differ by nothing else.
    """
    shown = readable(text)
    exact = [i for i, name in enumerate(names) if name in (shown, _numbered(shown, i))]
    return exact or [i for i, name in enumerate(names) if name.strip(BLANK) == text.strip()]


def reading(text: str | None, names: Sequence[str]) -> str:
    """A sentence on a number that a spec gives and that is a class's name, but not its index."""
    if text is None or not text.isdecimal() or text not in names:
        return ""
    index = names.index(text)
    return (
        "" if index == int(text) else f"Here {text} is the name of a class; its index is {index}."
    )


def class_index(
    text: str, names: Sequence[str], of: str, noun: str = "class", allowed: str = ""
) -> int:
    """The index of the class that a spec means by a name, or by an index.

    Args:
        text: a name or an index; a name counts first.
        names: of all classes, as `distinct` made them.
        of: what has the classes, such as "head 'class'", for messages.
        noun: what messages call a class: a "unit" where values stand for themselves.
        allowed: what else than these names may stand there, for a hint.

    Raises:
        UserError: no class has this name or index, or several have this name.
    """
    found = classes_named(text, names)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        message = f"{of} has {len(found)} classes named '{text}'"
        indices = [str(index) for index in found[:FEW]]
        raise UserError(Problem(message, hint=f"write the index of one: {' or '.join(indices)}"))
    if text.isdecimal() and int(text) < len(names):
        return int(text)
    message = f"{of} has no {noun} '{text}'"
    hint = name_hint(text, names, noun)
    if allowed:
        hint = f"use {allowed}" if hint.startswith("use ") else f"{hint} (use {allowed})"
    raise UserError(Problem(message, hint=hint))


def _visible(sign: str) -> str:
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as Python reads names of files
        return f"\\x{code - 0xDC00:02x}"
    hidden = unicodedata.category(sign) in ("Cc", "Cs", "Cn", "Zl", "Zp") or sign in _HIDDEN
    return sign.encode("unicode_escape").decode() if hidden else sign


def _numbered(name: str, index: int) -> str:
    return f"{name} ({index})"


def name_hint(text: str, names: Sequence[str], noun: str = "class") -> str:
    """A hint for a name that no class has."""
    hint = did_you_mean(text, names)
    short = hint.startswith("did you mean") or len(names) <= FEW
    return hint if short else f"use a {noun}'s name or index (0 to {len(names) - 1})"


def numbered(classes: Sequence[str], count: int) -> tuple[str, ...]:
    """Classes that are plain numbers, continued to `count`; all others as they are.

    The labels of a few images need not hold the highest number that a model knows.
    """
    numbers = tuple(map(str, range(max(count, len(classes)))))
    return numbers if tuple(classes) == numbers[: len(classes)] else tuple(classes)
