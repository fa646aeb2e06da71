"""A child process answers, reports progress, and fails in ways that its parent can tell apart."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.child_process import ChildProcess, Died, Garbled, Limits, TimedOut
from reportgen.errors import Problem, ReportgenError, UserError

HANDLERS = """
import os, signal, sys, tempfile, time
from reportgen.errors import Problem, ReportgenError, UserError

def ready():
    print("getting ready")
    def answer(request, progress):
        print("what a library prints", flush=True)
        do, value = request
        if do == "add":
            for number in value:
                progress({"at": number})
            return sum(value)
        if do == "mistake":
            raise UserError(Problem("wrong", "x.yaml", 3, hint="write it otherwise"))
        if do == "fail":
            raise ReportgenError("not done")
        if do == "raise":
            raise ValueError("a defect")
        if do == "kill":
            os.kill(os.getpid(), value)
        if do == "sleep":
            time.sleep(value)
        if do == "take":
            return len(bytearray(value))
        if do == "where":
            open(os.path.join(tempfile.gettempdir(), "left"), "w").close()
            return [tempfile.gettempdir(), os.getcwd(), os.getpid(), os.getsid(0)]
    return answer

def garbling():
    def answer(request, progress):
        # Whoever runs in the child can write to the channel of the answers.
        for channel in range(3, 20):
            try:
                os.write(channel, request.encode())
            except OSError:
                pass
        time.sleep(9)
    return answer
"""


@pytest.fixture
def child(tmp_path: Path) -> Iterator[ChildProcess]:
    with started(tmp_path, "handlers:ready") as process:
        yield process


def started(folder: Path, function: str) -> ChildProcess:
    (folder / "handlers.py").write_text(HANDLERS)
    paths = [str(folder), os.environ.get("PYTHONPATH", ""), str(Path(__file__).parents[1])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return ChildProcess(function, environment=environment, folder=folder)


def test_one_child_answers_many_requests_with_progress(child: ChildProcess) -> None:
    steps: list[object] = []
    assert child.ask(["add", [1, 2]], progress=steps.append) == 3
    assert steps == [{"at": 1}, {"at": 2}]
    first = child.ask(["where", None])
    assert child.ask(["where", None]) == first


def test_our_errors_come_back_as_they_were_and_the_child_goes_on(child: ChildProcess) -> None:
    with pytest.raises(UserError) as mistake:
        child.ask(["mistake", None])
    assert mistake.value.problems == (Problem("wrong", "x.yaml", 3, "write it otherwise"),)
    process = child._process
    with pytest.raises(ReportgenError, match="not done") as failure:
        child.ask(["fail", None])
    assert not isinstance(failure.value, UserError)
    assert child._process is process


@pytest.mark.parametrize(
    ("request_", "status", "log"),
    [(["raise", None], 1, "ValueError: a defect"), (["kill", signal.SIGKILL], -9, "")],
)
def test_a_child_that_dies_says_how_and_the_next_request_starts_another(
    child: ChildProcess, request_: list[object], status: int, log: str
) -> None:
    with pytest.raises(Died) as death:
        child.ask(request_)
    assert death.value.status == status
    assert log in death.value.log
    assert child.ask(["add", [3]]) == 3


def test_a_child_that_takes_too_long_is_ended(child: ChildProcess) -> None:
    with pytest.raises(TimedOut):
        child.ask(["sleep", 60], limits=Limits(0.5, 2**32))
    assert child._process is None


def test_a_child_that_takes_too_much_memory_dies(child: ChildProcess) -> None:
    limits = Limits(60, 2**31)
    assert child.ask(["take", 2**20], limits=limits) == 2**20
    with pytest.raises(Died) as death:
        child.ask(["take", 2**32], limits=limits)
    assert "MemoryError" in death.value.log


@pytest.mark.parametrize("line", ["no JSON\n", "3\n", '{"odd": 1}\n'])
def test_a_line_that_is_no_message_is_told(tmp_path: Path, line: str) -> None:
    with started(tmp_path, "handlers:garbling") as child, pytest.raises(Garbled):
        child.ask(line)


def test_the_child_has_a_session_and_a_temporary_folder_of_its_own(child: ChildProcess) -> None:
    temporary, folder, process, session = child.ask(["where", None])
    assert session == process
    assert folder == os.path.realpath(str(child._folder))
    assert (Path(temporary) / "left").is_file()
    child.stop()
    assert not Path(temporary).exists()


def test_a_child_whose_parent_is_gone_ends(child: ChildProcess) -> None:
    child.send(["sleep", 60])
    process = child._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdin = None
