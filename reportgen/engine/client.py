"""The build's side of the worker process: start it late, ask, listen, end it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

from reportgen.codec import decode, encode
from reportgen.engine.job import Job, Progress
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.store import Output

if TYPE_CHECKING:
    import subprocess
    import tempfile


class WorkerEnded(ReportgenError):
    """The worker process ended in the middle of a task."""


class Worker:
    """A worker process, started at the first job and kept for all that follow.

    A context manager; leaving it ends the process at once, whatever it is doing.

    Args:
        meanwhile: is called once, when the first job is on its way: the process then takes
            seconds to start, in which this one would be idle.
    """

    def __init__(self, meanwhile: Callable[[], object] | None = None) -> None:
        self._meanwhile = meanwhile
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, job: Job, progress: Progress) -> dict[str, Output]:
        """Have a job done; returns its outputs.

        Raises:
            UserError: the user's model, data or parameters are at fault.
            ReportgenError: the task failed; the worker goes on.
            WorkerEnded: the process died; the next job starts another one.
        """
        process = self.start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(encode(job)) + "\n")
            process.stdin.flush()
            self._be_useful()
            return self._listen(process, progress)
        except (BrokenPipeError, EOFError):
            raise WorkerEnded(self._obituary()) from None

    def _be_useful(self) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def start(self) -> subprocess.Popen[str]:
        """The process, started if there is none: it can make itself ready before its first job."""
        return self._process or self._start()

    def _start(self) -> subprocess.Popen[str]:
        import subprocess  # not at the top: a build with nothing to do starts no worker
        import tempfile

        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed in stop)
        # A process that is ended at once cannot remove what it was using, such as copies of models.
        self._folder = tempfile.TemporaryDirectory(prefix="reportgen-", ignore_cleanup_errors=True)
        # Its own session: Ctrl-C reaches the build, and the build ends the worker.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reportgen.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**environment(os.environ), "TMPDIR": self._folder.name},
            encoding="utf-8",
            start_new_session=True,
        )
        return self._process

    def _listen(self, process: subprocess.Popen[str], progress: Progress) -> dict[str, Output]:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "progress":
                progress(event["done"], event["total"], event["text"])
            elif event["event"] == "done":
                return decode(dict[str, Output], event["outputs"])
            else:
                raise _failure(event)
        raise EOFError

    def _obituary(self) -> Problem:
        assert self._process is not None
        assert self._log is not None
        status = self._process.wait()
        self._log.seek(0)
        last = self._log.read().decode(errors="replace").strip().splitlines()[-3:]
        cause = f"signal {-status}" if status < 0 else f"exit status {status}"
        hint = "perhaps memory ran out" if status == -9 else " ".join(last)
        self.stop()
        return Problem(f"the worker process ended in the middle of this task ({cause})", hint=hint)


def environment(outside: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment: quiet and deterministic, unless the user chose otherwise."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1", "PYTHONUNBUFFERED": "1"}
    return {**quiet, **outside, "PYTHONHASHSEED": "0", "KERAS_BACKEND": "tensorflow"}


def _failure(event: Mapping[str, Any]) -> ReportgenError:
    problems = [decode(Problem, problem) for problem in event["problems"]]
    return (UserError if event["event"] == "mistake" else ReportgenError)(*problems)
