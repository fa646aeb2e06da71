"""The worker process: runs jobs one at a time, and reports in a sentence why a job failed."""

from __future__ import annotations

import errno
import gc
import importlib
import re
import sys
import time
import traceback
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType

from reportgen import child_process, models
from reportgen.codec import decode, encode
from reportgen.engine import STAGES
from reportgen.engine.job import Job
from reportgen.errors import Problem, ReportgenError, SystemRefusal, UserError, refused
from reportgen.models.trust.findings import shown
from reportgen.network.input_values import InputsMisfitError
from reportgen.store import Store
from reportgen.types import Json

PROGRESS_SECONDS = 0.1
"""Shortest time between two reports of a task's progress, in seconds."""

SYSTEM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""Errors of the system that every further task would meet too."""

MOST = 300
"""Characters of an unexpected error that a message quotes; the worker's log holds all of it."""


def handler() -> child_process.Handler:
    """The handler that answers the requests of `client.Worker`."""
    return _run


def _run(request: Json, progress: child_process.Progress) -> Json:
    """The encoded outputs of an encoded job. Raises UserError or ReportgenError."""
    job = decode(Job, request)
    last = -PROGRESS_SECONDS

    def report(done: int, total: int, text: str) -> None:
        nonlocal last
        now = time.monotonic()
        if done >= total or now - last >= PROGRESS_SECONDS:
            last = now
            progress([done, total, text])

    try:
        with _vetting(job):
            return encode(_stage(job.stage).run(job, Store(Path(job.cache)), report))
    except InputsMisfitError as error:
        from reportgen.checking import input_mistakes

        raise UserError(*input_mistakes.problems(error, job.lines)) from error
    except ReportgenError:
        raise
    except Exception as error:
        raise _failure(error, job.cache) from error


def _vetting(job: Job) -> AbstractContextManager[None]:
    """Inspects the job's model file while TensorFlow is imported."""
    if job.stage != "model":
        return nullcontext()
    params, cache = job.params["params"], Path(job.cache)
    return models.ahead(
        job.params["source"], base=Path(job.base), params=params, trusted=job.trust, cache=cache
    )


def _stage(name: str) -> ModuleType:
    """The module of a stage; the first stage that needs TensorFlow imports it.

    The import of TensorFlow creates a million objects, none of them garbage. The garbage collector
    would take a third of the import's time, and a moment at each later run.
    """
    light = "tensorflow" not in sys.modules
    gc.disable()
    try:
        stage = importlib.import_module(STAGES[name])  # type: ignore[index]
    finally:
        gc.enable()
    if light and "tensorflow" in sys.modules:
        gc.freeze()
    return stage


def _failure(error: Exception, cache: str) -> ReportgenError:
    """The error that reports an unexpected exception."""
    if isinstance(error, OSError) and (
        error.errno in SYSTEM or str(error.filename or "").startswith(cache)
    ):
        return SystemRefusal(refused(error))
    if (problem := _invalid_scope(error)) is not None:
        return UserError(problem)
    # TensorFlow has its own class of memory errors; a light task has not imported TensorFlow.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return ReportgenError(Problem("memory ran out", hint="show fewer samples or layers"))
    # A defect of reportgen or of a plug-in: this task fails with its cause, the build goes on.
    traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    spot = f"{Path(place.filename).name}:{place.lineno}"
    cause = " ".join(str(error).split())[:MOST]
    return ReportgenError(Problem(f"{type(error).__name__} in {spot}: {cause}"))


def _invalid_scope(error: Exception) -> Problem | None:
    """The problem that TensorFlow cannot compile a layer of this name; None for any other error.

    Keras itself creates, saves and loads such layers, and other backends run them.
    """
    match = re.search(r"'(.*)' is not a valid (?:root )?scope name", str(error), re.DOTALL)
    if match is None:
        return None
    message = f"TensorFlow cannot compute with a layer called {shown(match[1])}"
    return Problem(
        message, hint="name it with letters, digits, '_', '-' and '.', and save it again"
    )
