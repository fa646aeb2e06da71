"""Collecting what is wrong with a spec, so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportgen.errors import Problem, UserError, did_you_mean

MOST = 100
"""Problems told of one file; the others are only counted."""


class Problems:
    """The problems of one file.

    Hints are made only for problems that are told, since the search for a near name is slow and
    a stranger's file may hold many thousands of unknown keys.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.more = 0

    def add(self, line: int, message: str, hint: str | Callable[[], str] = "") -> None:
        """Note a problem on a line."""
        if len(self.found) >= MOST:
            self.more += 1
            return
        said = hint() if callable(hint) else hint
        self.found.append(Problem(message, self.file, line, said))

    def unknown(self, line: int, message: str, name: str, choices: Sequence[str]) -> None:
        """Note a name that is none of `choices`, with the nearest one as the hint."""
        self.add(line, message, lambda: did_you_mean(name[:80], sorted(choices)))

    def finish(self) -> None:
        """Raise all that was found, if there is anything."""
        if self.found:
            raise self.error()

    def error(self) -> UserError:
        """All that was found, sorted by line."""
        told = sorted(self.found, key=lambda problem: problem.line or 0)
        if self.more:
            told.append(Problem(f"and {self.more} problems more", self.file))
        return UserError(*told)


def quoted(text: str) -> str:
    """Text as a message shows it: on one line, in quotes, shortened where it is long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:200]).split())
    return f"'{line[:60]}…'" if len(line) > 60 or len(text) > 200 else f"'{line}'"
