"""A separate Python process that answers requests, with limits of time and memory.

The parent opens a `ChildProcess` for a function of reportgen and sends requests; the child runs
`python -m reportgen.child_process MODULE:FUNCTION`. Both exchange JSON, one value a line. The
parent writes {"request": …, "limits": …}. The child writes {"progress": …} any number of times and
then {"answer": …} or {"problems": …}. Output that libraries print goes to the child's error stream.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from reportgen.codec import decode, encode
from reportgen.errors import (
    InputMovedError,
    Problem,
    ReportgenError,
    SystemRefusal,
    UserError,
)
from reportgen.scratch import scratch_folder
from reportgen.types import Json, JsonObject

if TYPE_CHECKING:
    import subprocess

Progress = Callable[[Json], None]
"""Sends (in the child) or receives (in the parent) a progress value, which is any JSON."""
Handler = Callable[[Json, Progress], Json]
"""Answers one request in the child. A `ReportgenError` that it raises is raised in the parent."""

TAIL = 3
"""Lines of a child's error stream that an error quotes."""
_ERRORS = {
    "moved": InputMovedError,
    "mistake": UserError,
    "refusal": SystemRefusal,
    "other": ReportgenError,
}
"""Errors that a child may raise in its parent, the most special first."""
PATIENCE = 4
"""How many seconds the parent waits for each second of computing that it allows."""
GRACE = 5.0
"""Seconds that a child has to exit by itself after it closed its channel."""


@dataclass(frozen=True)
class Limits:
    """Limits of one request: seconds of computing, and bytes of address space.

    A busy machine gives a process little of its time, so waiting is allowed for `PATIENCE` times as
    long.
    """

    seconds: float
    memory: int


class NoAnswer(Exception):
    """A child process gave no answer."""


class TimedOut(NoAnswer):
    """The child computed or waited for longer than its limit and was killed."""


class Died(NoAnswer):
    """The child ended before it answered.

    Attributes:
        status: the exit status, or minus the number of the signal that ended the child.
        log: the last lines of the error stream.
    """

    def __init__(self, status: int, log: str) -> None:
        super().__init__(f"the child process ended with status {status}")
        self.status, self.log = status, log


class Garbled(NoAnswer, ValueError):
    """The child wrote a line that is not a message of this protocol."""


def _ignore(_: Json) -> None:
    """Drops progress."""


class ChildProcess:
    """A child process, started at its first request or by `start`, and kept until `stop`.

    Leaving the context manager stops the child, whatever the child is doing. The child has a
    session of its own, so that Ctrl-C reaches the parent alone.

    Args:
        function: "MODULE:FUNCTION"; the child calls it once, without arguments, before the first
            request. It returns the `Handler` of all requests.
        environment: the child's environment variables; None for the parent's.
        folder: the child's working folder; None for the parent's.
        temporary: the child's folder for temporary files. None creates a folder, which the parent
            removes when the child ends, since a killed process removes nothing.
        log: whether to keep the error stream for `Died`; it is dropped otherwise.
    """

    def __init__(
        self,
        function: str,
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        temporary: Path | None = None,
        log: bool = True,
    ) -> None:
        self._function, self._environment = function, environment
        self._folder, self._temporary, self._keeps_log = folder, temporary, log
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the child unless it runs, so that it is ready for its first request."""
        if self._process is None:
            self._process = self._start()

    def stop(self) -> None:
        """End the child, if there is one, and remove its temporary files."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        self._log = None
        self._resources.close()

    def ask(
        self, request: Json, *, progress: Progress = _ignore, limits: Limits | None = None
    ) -> Json:
        """The answer to a request; `send` and `receive` in one.

        Args:
            request: any JSON value, which the child's handler receives.
            progress: called with each progress value of the child.
            limits: limits of this request; None for no limits.

        Raises:
            ReportgenError: the handler raised it; the child goes on.
            NoAnswer: the child died or was killed; the next request starts another child.
        """
        self.send(request, limits)
        return self.receive(progress, limits)

    def send(self, request: Json, limits: Limits | None = None) -> None:
        """Send a request to the child. Raises NoAnswer where the child has ended."""
        self.start()
        assert self._process is not None
        assert self._process.stdin is not None
        message = {"request": request, "limits": None if limits is None else asdict(limits)}
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died() from None

    def receive(self, progress: Progress = _ignore, limits: Limits | None = None) -> Json:
        """The answer to the last request sent. Raises the errors of `ask`."""
        assert self._process is not None
        if limits is None:
            return self._answer(progress)
        import signal
        from threading import Event, Timer

        process, expired = self._process, Event()

        def expire() -> None:
            expired.set()
            process.kill()

        watchdog = Timer(PATIENCE * limits.seconds, expire)
        watchdog.start()
        try:
            return self._answer(progress)
        except NoAnswer as error:
            computed = isinstance(error, Died) and error.status == -signal.SIGPROF
            if not (computed or expired.is_set()):
                raise
            self.stop()
            raise TimedOut(f"no answer within {limits.seconds} s of computing") from None
        finally:
            watchdog.cancel()

    def _start(self) -> subprocess.Popen[str]:
        import subprocess  # not at the top: a build with nothing to do starts no process
        import tempfile

        temporary = self._temporary or self._resources.enter_context(scratch_folder())
        if self._keeps_log:
            log = tempfile.TemporaryFile(dir=temporary)  # noqa: SIM115  (closed by stop)
            self._log = self._resources.enter_context(log)
        environment = _safe(os.environ if self._environment is None else self._environment)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "reportgen.child_process", self._function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log or subprocess.DEVNULL,
            cwd=self._folder,
            env={**environment, "TMPDIR": str(temporary)},
            encoding="utf-8",
            start_new_session=True,
        )

    def _answer(self, progress: Progress) -> Json:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = _message(line)
            if "answer" in message:
                return message["answer"]
            if "problems" in message:
                problems = decode(tuple[Problem, ...], message["problems"])
                raise _ERRORS[message["error"]](*problems)
            progress(message["progress"])
        raise self._died()

    def _died(self) -> Died:
        import subprocess

        assert self._process is not None
        try:
            status = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        tail = ""
        if self._log is not None:
            self._log.seek(0)
            lines = self._log.read().decode(errors="replace").strip().splitlines()
            tail = " ".join(lines[-TAIL:])
        self.stop()
        return Died(status, tail)


def _safe(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no working folder is on the import path unless it is named.

    Python takes an empty entry of PYTHONPATH for the working folder.
    """
    entries = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    return {**environment, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, entries))}


def _message(line: str) -> JsonObject:
    try:
        message = json.loads(line)
    except ValueError as error:
        raise Garbled(str(error)) from None
    if not isinstance(message, dict) or not message.keys() & {"answer", "problems", "progress"}:
        raise Garbled(f"the child process wrote {line[:100]!r}")
    return message


def main() -> None:
    """Answer requests in the child until the parent closes the channel or ends."""
    import queue
    from importlib import import_module
    from threading import Thread

    # Output that libraries print must not be mistaken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            requests.put(line)
        # The parent has ended, so no process waits for an answer.
        os._exit(0)

    def write(message: JsonObject) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    Thread(target=read, daemon=True).start()
    module, _, function = sys.argv[1].partition(":")
    handler: Handler = getattr(import_module(module), function)()
    while True:
        write(_reply(handler, json.loads(requests.get()), lambda now: write({"progress": now})))


def _reply(handler: Handler, message: JsonObject, progress: Progress) -> JsonObject:
    import signal

    if message["limits"] is not None:
        _limit(Limits(**message["limits"]))
    try:
        return {"answer": handler(message["request"], progress)}
    except ReportgenError as error:
        kind = next(name for name, one in _ERRORS.items() if isinstance(error, one))
        return {"problems": encode(error.problems), "error": kind}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _limit(limits: Limits) -> None:
    """Limit this process; it cannot raise the limits again."""
    import resource
    import signal
    from math import ceil

    # macOS refuses a limit of address space; the other limits hold there too.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    # The timer counts from now on and ends the process; the limit holds if the timer is changed.
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = ceil(used + limits.seconds + GRACE)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
