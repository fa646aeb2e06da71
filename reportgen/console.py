"""Shows the progress of a build: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from reportgen.errors import ReportgenError
from reportgen.plan import Task

QUIET_SECONDS = 5.0
"""Seconds between two progress lines of a long task, without a live bar."""

WORTH_SECONDS = 0.5
"""Seconds below which a finished task gets no line of its own."""


class Console:
    """Prints progress to the error stream and results to standard output."""

    def __init__(self, *, live: bool) -> None:
        self.live = live
        self._bar: Any = None
        self._name = ""
        self._printed = 0.0

    def started(self, task: Task) -> None:
        """A task begins; a training, which may take long, is announced at once."""
        self._name = task.key
        self._printed = time.monotonic()
        if not self.live and task.stage == "train":
            click.echo(f"  {task.key} ...", err=True)

    def progress(self, done: int, total: int, text: str) -> None:
        """Move the bar, or print a progress line at intervals."""
        if self.live:
            self._move(done, total, text)
        elif time.monotonic() - self._printed > QUIET_SECONDS:
            self._printed = time.monotonic()
            click.echo(f"  {self._name} {100 * done // max(total, 1)} % {text}", err=True)

    def _move(self, done: int, total: int, text: str) -> None:
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label=f"  {self._name}", show_pos=False, file=sys.stderr,
                item_show_func=lambda item: item or "", update_min_steps=1,
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
            click.echo(f"  {task.key} {click.style(f'{seconds:.1f} s', dim=True)}", err=True)

    def remarked(self, task: Task, text: str) -> None:
        """A task left something out."""
        click.echo(f"{click.style('note', fg='yellow', bold=True)}: {task.key}: {text}", err=True)

    def warned(self, task: Task, text: str) -> None:
        """The model or data of a task is in doubt."""
        click.echo(f"{click.style('warning', fg='red', bold=True)}: {task.key}: {text}", err=True)

    def failed(self, task: Task, error: ReportgenError) -> None:
        """A task failed."""
        self._close()
        show(error, prefix=f"{task.key}: ")

    def reported(self, slug: str, page: Path, tasks: int) -> None:
        """A report is complete."""
        state = "up to date" if tasks == 0 else f"{tasks} task{'s' * (tasks > 1)} made"
        click.echo(f"{page} ({state})")


def show(error: ReportgenError, prefix: str = "") -> None:
    """Print every problem of an error, one line each with its hint below."""
    for problem in error.problems:
        where = f"{problem.file}:{problem.line}: " if problem.line else f"{problem.file or ''}: "
        where = where if problem.file else ""
        word = click.style("error", fg="red", bold=True)
        click.echo(f"{word}: {where}{'' if where else prefix}{problem.message}", err=True)
        if problem.hint:
            click.echo(f"       {problem.hint}", err=True)
