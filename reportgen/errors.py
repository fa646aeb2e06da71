"""The few ways in which reportgen fails, each with a sentence for a person.

Only the command line turns these into text and an exit status; nothing here knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and where.

    Attributes:
        message: what was expected and what came, as one sentence without a final full stop.
        file: the file as the user named it, or None when no file is to blame.
        line: line in that file, counted from 1, or None.
        hint: what to do, as one sentence without a final full stop, or "".
    """

    message: str
    file: str | None = None
    line: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = "" if self.file is None else f"{self.file}:"
        where += "" if self.line is None else f"{self.line}:"
        text = f"{where} {self.message}".strip()
        return f"{text}; {self.hint}" if self.hint else text


class ReportgenError(Exception):
    """Something could not be done; `problems` says what, one entry for each cause."""

    exit_status = 1

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            Problem(problem) if isinstance(problem, str) else problem for problem in problems
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UserError(ReportgenError):
    """A mistake in what the user gave (a spec, a model, a dataset, an option): exit status 2."""

    exit_status = 2


class UndefinedError(ReportgenError):
    """A method has no meaning for this model; the report says so in this sentence and goes on."""


def did_you_mean(name: str, choices: Sequence[str]) -> str:
    """A hint that names the closest valid name, or lists all when none is close.

    >>> did_you_mean("sampels", ["samples", "layers"])
    "did you mean 'samples'?"
    """
    import difflib

    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "choose from: " + ", ".join(choices) if choices else "nothing is allowed here"
