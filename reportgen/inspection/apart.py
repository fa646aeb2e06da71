"""The inspection in a process of its own: HDF5's library can hang or crash on a damaged file.

`python -m reportgen.inspection.apart` reads a question as JSON from its standard input and answers
with the problems it finds, as JSON too.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportgen.errors import Problem, UserError
from reportgen.inspection import inspect, limits
from reportgen.inspection.findings import Kind

SECONDS = 120
"""For one inspection, computing and waiting; that of the largest network here takes two."""
MEMORY = 4 * limits.GB
"""Bytes of address space for one inspection."""


def inspect_apart(
    path: Path, *, name: str, modules: Sequence[str], folder: Path, trusted: bool = False,
    kind: Kind = "model",
) -> None:  # fmt: skip
    """As `reportgen.inspection.inspect`, with limits of time and memory.

    Raises:
        UserError: also where the inspection does not come to an end.
    """
    question = {"path": str(path.absolute()), "name": name, "modules": list(modules),
                "folder": str(folder.absolute()), "trusted": trusted, "kind": kind}  # fmt: skip
    try:
        problems = [Problem(*problem) for problem in asked("reportgen.inspection.apart", question)]
    except NoAnswer:
        why = "it is damaged in a way that stops the inspection"
        problems = [Problem(f"the {kind} file {name} is refused: {why}")]
    if problems:
        raise UserError(*problems)


class NoAnswer(Exception):
    """A process that ended, or had to be ended, without an answer."""


def asked(module: str, question: Any) -> Any:
    """What a module answers to a question, both JSON, in a process of its own.

    The module reads the question with `question_with_limits` and prints its answer.

    Raises:
        NoAnswer: it took too long, or ended before.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", module],
            input=json.dumps(question), capture_output=True, encoding="utf-8", timeout=SECONDS,
            # NumPy would take address space for each core.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise NoAnswer from error


def question_with_limits() -> Any:
    """The question that this process was started for; from here on it has limits."""
    import resource

    question = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS has no such limit and says so.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    return question


def main() -> None:
    """Answer one question."""
    question = question_with_limits()
    path, folder = Path(question.pop("path")), Path(question.pop("folder"))
    kind: Kind = question["kind"]
    problems: tuple[Problem, ...] = ()
    try:
        inspect(path, folder=folder, **question)
    except UserError as error:
        problems = error.problems
    except OSError as error:
        problems = (Problem(f"the {kind} file {path.name} cannot be read: {error.strerror}"),)
    print(json.dumps([[p.message, p.file, p.line, p.hint] for p in problems]))


if __name__ == "__main__":
    main()
