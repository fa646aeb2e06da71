"""Collecting why a model file is refused, so that all of it is said at once."""

from __future__ import annotations

from typing import Literal

from reportgen.errors import Problem, UserError

MOST = 5
"""Reasons told of one file; the others are only counted."""

Kind = Literal["model", "weights"]
"""What a file is to give: a whole model, or only the weights of one that is known already."""
AGAIN: dict[Kind, str] = {
    "model": "save the model again with model.save('NAME.keras')",
    "weights": "save the weights again with model.save_weights('NAME.weights.h5')",
}
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
    """Why one file of a kind is refused; `file` is how messages name it."""

    def __init__(self, file: str, kind: Kind = "model") -> None:
        self.file = f"the {kind} file {file}"
        self.again = AGAIN[kind]
        self.found: list[Problem] = []
        self.more = 0

    def add(self, message: str, hint: str = "") -> None:
        """Note a reason, which continues "the model file NAME: "; the hint is to save it again."""
        problem = Problem(f"{self.file} is refused: {message}", hint=hint or self.again)
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
        rest = f"{self.file} has {self.more} more such parts"
        raise UserError(*self.found, *([Problem(rest)] if self.more else []))


def shown(text: object) -> str:
    """A stranger's text as a message shows it: printable, on one line, short, in quotes."""
    line = "".join(c if c.isprintable() else "?" for c in str(text)[:200])
    return f"'{line[:60]}…'" if len(line) > 60 else f"'{line}'"
