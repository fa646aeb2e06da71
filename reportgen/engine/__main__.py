"""The worker process: reads jobs as JSON lines, runs them, answers with JSON lines.

What libraries print goes to the error stream; the answers have a channel of their own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import queue
import re
import sys
import threading
import time
import traceback
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from reportgen import models
from reportgen.codec import decode, encode
from reportgen.engine import STAGES
from reportgen.engine.job import Job
from reportgen.errors import Problem, ReportgenError, UserError
from reportgen.inspection.findings import shown
from reportgen.store import Store

PROGRESS_SECONDS = 0.1
"""Shortest time between two words on how far a task has come."""

MOST = 300
"""Characters of an unexpected error that are told; all of it stands in the worker's log."""


def main() -> None:
    """Serve jobs until the build closes the channel or ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    jobs: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(jobs,), daemon=True).start()
    while True:
        _answer(answers, **_serve(decode(Job, json.loads(jobs.get())), answers))


def _read(jobs: queue.Queue[str]) -> None:
    for line in sys.stdin:
        jobs.put(line)
    # The build is gone, however it ended: nobody waits for the rest of this job.
    os._exit(0)


def _answer(answers: TextIO, **event: Any) -> None:
    answers.write(json.dumps(event) + "\n")
    answers.flush()


def _serve(job: Job, answers: TextIO) -> dict[str, Any]:
    told = -PROGRESS_SECONDS

    def progress(done: int, total: int, text: str) -> None:
        nonlocal told
        now = time.monotonic()
        if done >= total or now - told >= PROGRESS_SECONDS:
            told = now
            _answer(answers, event="progress", done=done, total=total, text=text)

    try:
        with _begun(job):
            outputs = _stage(job.stage).run(job, Store(Path(job.cache)), progress)
        return {"event": "done", "outputs": encode(outputs)}
    except UserError as error:
        return {"event": "mistake", "problems": encode(error.problems)}
    except ReportgenError as error:
        return {"event": "failed", "problems": encode(error.problems)}
    except Exception as error:
        if (named := _unscoped(error)) is not None:
            return {"event": "mistake", "problems": encode((named,))}
        # TensorFlow has a class of its own for it, and a light task has not imported TensorFlow.
        if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
            return _failed(Problem("memory ran out", hint="show fewer samples or layers"))
        # A defect of ours or of a plug-in: one task fails with its cause, the build goes on.
        traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        spot = f"{Path(place.filename).name}:{place.lineno}"
        cause = " ".join(str(error).split())[:MOST]
        return _failed(Problem(f"{type(error).__name__} in {spot}: {cause}"))


def _unscoped(error: Exception) -> Problem | None:
    """That TensorFlow compiles no layer of this name, where that is what went wrong.

    Keras itself makes, saves and reads such layers, and other backends compute with them.
    """
    found = re.search(r"'(.*)' is not a valid (?:root )?scope name", str(error), re.DOTALL)
    if found is None:
        return None
    message = f"TensorFlow cannot compute with a layer called {shown(found[1])}"
    return Problem(
        message, hint="name it with letters, digits, '_', '-' and '.', and save it again"
    )


def _begun(job: Job) -> AbstractContextManager[None]:
    """What can go on beside the import of TensorFlow: looking into the job's model file."""
    if job.stage != "model":
        return nullcontext()
    params, cache = job.params["params"], Path(job.cache)
    return models.ahead(
        job.params["source"], base=Path(job.base), params=params, trusted=job.trust, cache=cache
    )


def _stage(name: str) -> Any:
    """The module of a stage. The first that needs TensorFlow imports it.

    Of the million objects that this makes none is garbage. Looking for some while they are made
    costs as much as a third of the import, and looking through them later a moment each time.
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


def _failed(problem: Problem) -> dict[str, Any]:
    return {"event": "failed", "problems": [encode(problem)]}


if __name__ == "__main__":
    main()
