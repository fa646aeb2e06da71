"""The build's side of the worker process: starts it with the first job, sends jobs, ends it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from reportgen.child_process import ChildProcess, Died
from reportgen.codec import decode, encode
from reportgen.engine.job import Job, Progress
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.store import Output

KILLED = -9
"""Exit status of a process that the system ended, most often because memory ran out."""


class WorkerEnded(ReportgenError):
    """The worker process ended during a task."""


class Worker(ChildProcess):
    """A worker process, started with the first job and kept for all later jobs.

    Leaving the context manager ends the process at once, whatever the process is doing.

    Args:
        meanwhile: called once, after the first job is sent. The worker takes seconds to start, and
            the build would otherwise be idle.
    """

    def __init__(self, meanwhile: Callable[[], object] | None = None) -> None:
        super().__init__("reportgen.engine.worker:handler", environment=environment(os.environ))
        self._meanwhile = meanwhile

    def run(self, job: Job, progress: Progress) -> dict[str, Output]:
        """The outputs of a job.

        Raises:
            UserError: the user's model, data or parameters are at fault.
            ReportgenError: the task failed; the worker goes on.
            WorkerEnded: the process died; the next job starts another process.
        """
        try:
            self.send(encode(job))
            meanwhile, self._meanwhile = self._meanwhile, None
            if meanwhile is not None:
                meanwhile()
            outputs = self.receive(lambda step: progress(*step))
        except Died as death:
            raise WorkerEnded(_obituary(death)) from None
        return decode(dict[str, Output], outputs)


THREADS = "REPORTGEN_THREADS"
"""Environment variable with the number of threads that the worker computes with."""

DEFAULT_THREADS, MOST_THREADS = 2, 1024
"""The default is fixed, as last digits depend on it: every machine computes the same."""

_SETTINGS = (
    *("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"),
    "OPENBLAS_NUM_THREADS",
)


def environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: quiet and deterministic, unless the user chose otherwise.

    Raises:
        UserError: `REPORTGEN_THREADS` is no number of threads.
    """
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "PYTHONUNBUFFERED": "1"}
    threads = dict.fromkeys(_SETTINGS, _threads(outside.get(THREADS, "")))
    if outside.get(THREADS):
        outside = {name: value for name, value in outside.items() if name not in _SETTINGS}
    # A training turns determinism on for its process; what follows must not depend on one.
    fixed = {"PYTHONHASHSEED": "0", "KERAS_BACKEND": "tensorflow", "TF_DETERMINISTIC_OPS": "1"}
    return {**quiet, **threads, **outside, **fixed}


def _threads(asked: str) -> str:
    if not asked:
        return str(DEFAULT_THREADS)
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:5]) <= MOST_THREADS):
        hint = f"set it to a number of threads, or unset it for {DEFAULT_THREADS}"
        message = f"{THREADS} must be a whole number from 1 to {MOST_THREADS}, got '{asked[:40]}'"
        raise UserError(Problem(message, hint=hint))
    return str(int(asked))


def _obituary(death: Died) -> Problem:
    status = death.status
    cause = f"signal {-status}" if status < 0 else f"exit status {status}"
    hint = death.log
    if status == KILLED:
        hint = "memory probably ran out: show fewer samples or layers, or smaller images"
    elif status < 0:
        hint = "a library crashed: build again, and leave this figure out if it crashes once more"
    return Problem(f"the worker process ended in the middle of this task ({cause})", hint=hint)
