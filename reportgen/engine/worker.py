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

from reportgen import child_process, library_errors, models
from reportgen.codec import decode, encode
from reportgen.digest import StatCache
from reportgen.engine import STAGES
from reportgen.engine.job import Job
from reportgen.errors import Problem, ReportgenError, SystemRefusal, UserError, refused
from reportgen.input_digests import expecting, importing
from reportgen.models.trust.findings import shown
from reportgen.network.input_values import InputsMisfitError
from reportgen.store import Store
from reportgen.types import Json

PROGRESS_SECONDS = 0.1
"""Shortest time between two reports of a task's progress, in seconds."""

SYSTEM = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO),
    *(errno.EMFILE, errno.ENFILE, errno.EAGAIN),
}
"""Errors of the system that every further task would meet too."""

_FEWER = "show fewer samples or layers, or smaller images"
_ALONE = "call the model by itself, model(images), and replace the layer that fails"
ACTIONS = {
    "dataset": ("loading the dataset", "use fewer or smaller images", "look at the dataset"),
    "train": ("training the model", "choose a smaller batch_size, or smaller images", _ALONE),
    "model": ("running the model", "use smaller images, or fewer of them", _ALONE),
    "compute": ("computing this figure", _FEWER, _ALONE),
    "draw": ("drawing this figure", _FEWER, "show fewer layers, or leave this figure out"),
    "note": ("drafting notes", _FEWER, "leave this rule out of 'inferences'"),
}
"""For each stage what it does, what to do where memory runs out, and where a library fails."""


def handler() -> child_process.Handler:
    """The handler that answers the requests of `client.Worker`."""
    importing().__enter__()  # as long as the process lasts
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

    store = Store(Path(job.cache))
    known = store.stat_cache() if job.files else StatCache()
    try:
        with expecting(job.files, job.sources, known), _vetting(job):
            return encode(_stage(job.stage).run(job, store, report))
    except InputsMisfitError as error:
        from reportgen.checking import input_mistakes

        raise UserError(*input_mistakes.problems(error, job.lines)) from error
    except ReportgenError:
        raise
    except Exception as error:
        raise _failure(error, job) from error


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


def _failure(error: Exception, job: Job) -> ReportgenError:
    """The error that reports an unexpected exception."""
    if isinstance(error, OSError) and (
        error.errno in SYSTEM or str(error.filename or "").startswith(job.cache)
    ):
        return SystemRefusal(refused(error))
    if (problem := _invalid_scope(error)) is not None:
        return UserError(problem)
    doing, more_memory, remedy = ACTIONS.get(job.stage, ACTIONS["compute"])
    if library_errors.is_memory(error):
        return ReportgenError(Problem(f"memory ran out while {doing}", hint=more_memory))
    traceback.print_exception(error)
    words = library_errors.cause(error)
    if place := library_errors.own_place(error, Path(job.base)):
        layer = library_errors.layer_of(error)
        where = f" in {layer}" if layer else ""
        message = f"code of the model failed{where} while {doing}: {type(error).__name__}: {words}"
        return UserError(Problem(message, *place, "correct it there"))
    if library := library_errors.library_of(error):
        return ReportgenError(Problem(f"{library} failed while {doing}: {words}", hint=remedy))
    # A defect of reportgen or of a plug-in: this task fails with its cause, the build goes on.
    last = traceback.extract_tb(error.__traceback__)[-1]
    spot = f"{Path(last.filename).name}:{last.lineno}"
    message = (
        f"a defect of reportgen or of a plug-in: {type(error).__name__} in {spot} while {doing}"
    )
    hint = "report it, with this message and the spec; figures that do not need it are made"
    return ReportgenError(Problem(f"{message}: {words}", hint=hint))


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
