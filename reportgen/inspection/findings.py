"""Collecting why a model file is refused, so that all of it is said at once."""

from __future__ import annotations

from reportgen.errors import Problem, UserError

MOST = 5
"""Reasons told of one file; the others are only counted."""

KERAS = "save the model again with model.save('NAME.keras')"
FUNCTION = "build the model with a Python function (source: python:PACKAGE.MODULE:FUNCTION)"
TRUST = (
    "if you trust whoever made this file as much as a program that you install, build with "
    "--trust-model, which lets the file run any code as you"
)
MODULES = (
    "if it is your own, name the module that defines it in the spec (modules: [MODULE], with "
    "the module in the spec's folder)"
)


class Findings:
    """Why one file is refused; `file` is how messages name it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []
        self.more = 0

    def add(self, message: str, hint: str = KERAS) -> None:
        """Note a reason, which continues "the model file NAME: "."""
        problem = Problem(f"the model file {self.file} is refused: {message}", hint=hint)
        if problem in self.found:
            return
        if len(self.found) >= MOST:
            self.more += 1
            return
        self.found.append(problem)

    def finish(self) -> None:
        """Raise UserError with all reasons, if there are any."""
        if not self.found:
            return
        rest = f"the model file {self.file} has {self.more} more such parts"
        raise UserError(*self.found, *([Problem(rest)] if self.more else []))


def shown(text: object) -> str:
    """A stranger's text as a message shows it: printable, on one line, short, in quotes."""
    line = "".join(c if c.isprintable() else "?" for c in str(text)[:200])
    return f"'{line[:60]}…'" if len(line) > 60 else f"'{line}'"
