"""Collects why a model file is refused, so that one message lists all reasons."""

from __future__ import annotations

from typing import Literal

from reportgen.errors import Problem, UserError

MOST = 5
"""Reasons listed for one file; the others are only counted."""

Kind = Literal["model", "weights"]
"""What is read from a file: a whole model, or the weights of a network that is built already."""
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

DEFINE = (
    "a model file may name only what the modules in the spec's 'modules' define or register, not "
    "what they import from elsewhere"
)


class Findings:
    """Why one file of a kind is refused; `file` is how messages name it."""

    def __init__(self, file: str, kind: Kind = "model") -> None:
        self.file = f"the {kind} file {file}"
        self.again = AGAIN[kind]
        self.problems: list[Problem] = []
        self.more = 0

    def add(self, message: str, hint: str = "") -> None:
        """Note a reason, which continues "the model file NAME is refused: ".

        Where no hint is given, it is to save the file again.
        """
        problem = Problem(f"{self.file} is refused: {message}", hint=hint or self.again)
        if problem in self.problems:
            return
        if len(self.problems) >= MOST:
            self.more += 1
            return
        self.problems.append(problem)

    def finish(self) -> None:
        """Raise UserError with all reasons, if there are any."""
        if not self.problems:
            return
        rest = f"{self.file} has {self.more} more such parts"
        raise UserError(*self.problems, *([Problem(rest)] if self.more else []))


def shown(text: object) -> str:
    """A stranger's text as a message shows it: printable, on one line, short, in quotes."""
    line = "".join(c if c.isprintable() else "?" for c in str(text)[:200])
    return f"'{line[:60]}…'" if len(line) > 60 else f"'{line}'"
