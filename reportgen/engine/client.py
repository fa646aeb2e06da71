"""The build's side of the worker process: starts it with the first job, sends jobs, ends it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from reportgen.child_process import ChildProcess, Died
from reportgen.codec import decode, encode
from reportgen.engine.job import Job, Progress
from reportgen.errors import Problem, ReportgenError
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


def environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: quiet and deterministic, unless the user chose otherwise."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "PYTHONUNBUFFERED": "1"}
    return {**quiet, **outside, "PYTHONHASHSEED": "0", "KERAS_BACKEND": "tensorflow"}


def _obituary(death: Died) -> Problem:
    status = death.status
    cause = f"signal {-status}" if status < 0 else f"exit status {status}"
    hint = death.log
    if status == KILLED:
        hint = "memory probably ran out: show fewer samples or layers, or smaller images"
    elif status < 0:
        hint = "a library crashed: build again, and leave this figure out if it crashes once more"
    return Problem(f"the worker process ended in the middle of this task ({cause})", hint=hint)
