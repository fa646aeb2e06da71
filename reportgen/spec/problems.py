"""Collects what is wrong with a spec, so that all of it is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportgen.errors import Problem, UserError
from reportgen.suggestions import did_you_mean

LARGEST_REPORT = 100
"""Problems reported of one file; the others are only counted."""


class Problems:
    """The problems of one file.

    Hints are computed only for problems that are reported: the search for a near name is slow, and
    a hostile file may hold thousands of unknown keys.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.more = 0

    def add(self, line: int, message: str, hint: str | Callable[[], str] = "") -> None:
        """Add the problem of a line."""
        if len(self.found) >= LARGEST_REPORT:
            self.more += 1
            return
        text = hint() if callable(hint) else hint
        self.found.append(Problem(message, self.file, line, text))

    def unknown(self, line: int, message: str, name: str, choices: Sequence[str]) -> None:
        """Add a name that is none of `choices`; the hint is the nearest of them."""
        self.add(line, message, lambda: did_you_mean(name[:80], sorted(choices)))

    def finish(self) -> None:
        """Raise UserError with all problems, sorted by line, if there are any."""
        if self.found:
            raise self.error()

    def error(self) -> UserError:
        """All problems, sorted by line."""
        problems = sorted(self.found, key=lambda problem: problem.line or 0)
        if self.more:
            problems.append(Problem(f"and {self.more} problems more", self.file))
        return UserError(*problems)


def quoted(text: str) -> str:
    """Text for a message: printable, on one line, in quotes, shortened where it is long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:200]).split())
    return f"'{line[:60]}…'" if len(line) > 60 or len(text) > 200 else f"'{line}'"


FETCH = "download it first, then write the path of the file; a spec names no addresses of files"


def is_address(path: str) -> bool:
    """Whether a text is an address such as "https://…" or "s3://…", and no path.

    >>> is_address("s3://bucket/net.keras"), is_address("models/net.keras")
    (True, False)
    """
    scheme, found, _ = path.partition("://")
    return bool(found) and scheme.replace("+", "").isalnum()
