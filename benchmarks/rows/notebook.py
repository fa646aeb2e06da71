"""The row on a whole report, against papermill and nbconvert on a notebook that shows the same."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import REPORT, SPEC, prepared
from benchmarks.row import OURS, Goal, Work
from benchmarks.timing import Candidate, once

NOTEBOOK = "papermill and nbconvert"
WARM = f"{NOTEBOOK}, against ours in a warm worker"
BARE = "importing TensorFlow, building, loading and one forward pass"

FORWARD = """
import keras, numpy as np
model = keras.models.load_model("model.keras")
model(np.zeros((1, 28, 28, 1), "float32"))
"""


def notebook() -> Work:
    folder = prepared(Path(tempfile.mkdtemp(prefix="benchmark-")))
    report = folder / "site" / REPORT / "index.html"
    _cold(folder)
    _papermill(folder)
    warm = _warm(folder)
    return Work(
        "the same report content as a notebook that people write today",
        {
            OURS: Candidate(lambda: _cold(folder), rounds=3),
            NOTEBOOK: Candidate(lambda: _papermill(folder), rounds=3),
            BARE: Candidate(lambda: _run([sys.executable, "-c", FORWARD], folder), rounds=3),
        },
        (Goal(NOTEBOOK, 4), Goal(BARE, 1.25, limit=True), Goal(f"bytes of {NOTEBOOK}", 5)),
        extra={WARM: (warm, NOTEBOOK, 15)},
        sizes={
            OURS: report.stat().st_size,
            NOTEBOOK: (folder / "notebook.html").stat().st_size,
        },
        notes="summary, 32 kernels, maps of 3 layers and Grad-CAM for 3 images, 24 filters "
        "maximized; ours also measures what its sentences state, on 72 images",
    )


def _run(command: list[str], folder: Path) -> None:
    # A notebook draws into itself; the backend that the other rows need would draw nothing.
    settings = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    found = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    if found.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{found.stdout}{found.stderr}")


def _cold(folder: Path) -> None:
    """A build without cache and pages, in a new process."""
    for name in ("site", ".reportgen"):
        shutil.rmtree(folder / name, ignore_errors=True)
    _run([sys.executable, "-m", "reportgen", "build", SPEC], folder)


def _papermill(folder: Path) -> None:
    python = [sys.executable, "-m"]
    _run([*python, "papermill", "notebook.ipynb", "done.ipynb", "--no-progress-bar"], folder)
    _run([*python, "nbconvert", "--to", "html", "done.ipynb", "--output", "notebook.html"], folder)


def _warm(folder: Path) -> float:
    """Seconds of a whole build when its worker has built the same before; the best of three.

    Nothing that was made is kept; what is: digests of files that have not changed, and the note
    that the model file passed its trial load.
    """
    from reportgen import checking, reports
    from reportgen.builder import Builder
    from reportgen.console import Console
    from reportgen.engine.client import Worker
    from reportgen.session import Place, Session

    plan = reports.plans([checking.load(folder / SPEC)])[0]
    counter, kept = itertools.count(), folder / ".reportgen"

    def whole(worker: Worker) -> None:
        root = folder / f"warm-{next(counter)}"
        shutil.copytree(kept, root / "cache", ignore=shutil.ignore_patterns("objects", "tasks"))
        looked = Session(Place(root / "site", root / "cache"))
        with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
            done = Builder(looked, plan, worker, Console(live=False)).build()
        if not done:
            raise RuntimeError("the build failed")

    with Worker() as worker:
        whole(worker)
        return min(once(lambda: whole(worker)) for _ in range(3))
