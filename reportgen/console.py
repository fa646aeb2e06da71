"""The one place that writes to the terminal; shows the progress of a build.

A build has a live bar on a terminal and plain lines elsewhere. Names of files, texts of specs and
messages of libraries may hold characters that command a terminal or reorder a line. Nothing else
in the package prints, so that all of them are made visible here.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import click

from reportgen.errors import ReportgenError
from reportgen.plan import Task

QUIET_SECONDS = 5.0
"""Seconds between two progress lines of a long task, without a live bar."""

WORTH_SECONDS = 0.5
"""Seconds below which a finished task gets no line of its own."""

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories of characters that command a terminal, reorder or break a line, or are
invisible; also of bytes of a file name that are no text."""

JOINERS = "\u200c\u200d"
"""Belong to the spelling of some scripts and of emoji."""


def visible(text: str) -> str:
    r"""Text for one line of a terminal: a character that would act on the terminal is spelled out.

    >>> print(visible("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in JOINERS or unicodedata.category(character) not in HIDDEN:
        return character
    if "\udc80" <= character <= "\udcff":  # a byte of a file name that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()


def say(text: str = "", *, err: bool = False, word: str = "", color: str = "") -> None:
    """Print one line.

    Args:
        text: the line, of which every character is made visible.
        err: whether to print to the error stream.
        word: a word before the text, in bold type.
        color: the color of `word`; "" for none.
    """
    stream = sys.stderr if err else sys.stdout
    label = click.style(visible(word), fg=color or None, bold=True) if word else ""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    line = visible(text).encode(encoding, "backslashreplace").decode(encoding)
    click.echo(label + line, err=err)


def say_usage(error: click.ClickException) -> None:
    """Print an error about the command line itself."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        lines = error.format_message().split("\n")
    elif context is None:
        lines = [f"Error: {error.format_message()}"]
    else:
        hint = f"Try '{context.command_path} --help' for help."
        lines = [*context.get_usage().split("\n"), hint, "", f"Error: {error.format_message()}"]
    for line in lines:
        say(line, err=True)


class Console:
    """Prints progress to the error stream and results to standard output.

    Attributes:
        made: the slugs of the complete reports.
    """

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self.made: set[str] = set()
        self._bar: Any = None
        self._name = ""
        self._printed = 0.0

    def started(self, task: Task) -> None:
        """A task begins; a training, which may take long, is announced at once."""
        self._name = task.key
        self._printed = time.monotonic()
        if not self.live and task.stage == "train":
            say(f"  {task.key} ...", err=True)

    def progress(self, done: int, total: int, text: str) -> None:
        """Move the bar, or print a progress line at intervals."""
        if self.live:
            self._move(done, total, text)
        elif time.monotonic() - self._printed > QUIET_SECONDS:
            self._printed = time.monotonic()
            say(f"  {self._name} {100 * done // max(total, 1)} % {text}", err=True)

    def _move(self, done: int, total: int, text: str) -> None:
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label=visible(f"  {self._name}"), show_pos=False, file=sys.stderr,
                item_show_func=lambda item: visible(item or ""), update_min_steps=1,
            )  # fmt: skip
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos, text)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def finished(self, task: Task, seconds: float) -> None:
        """A task succeeded."""
        self._close()
        if seconds >= WORTH_SECONDS:
            say(f"  {task.key} {seconds:.1f} s", err=True)

    def remarked(self, task: Task, text: str) -> None:
        """A task left something out."""
        say(f": {task.key}: {text}", err=True, word="note", color="yellow")

    def warned(self, task: Task, text: str) -> None:
        """The model or data of a task is in doubt."""
        say(f": {task.key}: {text}", err=True, word="warning", color="red")

    def failed(self, task: Task, error: ReportgenError) -> None:
        """A task failed."""
        self._close()
        show(error, prefix=f"{task.key}: ")

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        """A report is complete."""
        self.made.add(slug)
        state = "up to date" if tasks == 0 else f"{tasks} task{'s' * (tasks > 1)} made"
        say(f"{page} ({state})")


def show(error: ReportgenError, prefix: str = "") -> None:
    """Print every problem of an error, one line each with its hint below."""
    for problem in error.problems:
        where = f"{problem.file}:{problem.line}: " if problem.line else f"{problem.file or ''}: "
        where = where if problem.file else prefix
        say(f": {where}{problem.message}", err=True, word="error", color="red")
        if problem.hint:
            say(f"       {problem.hint}", err=True)
