"""The worker's side of the trial load: start it, wait, say why a file is refused, remember."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen import __version__
from reportgen.code import reached
from reportgen.digest import installed_version, of_bytes, of_value
from reportgen.errors import Problem, UserError
from reportgen.inspection import Copy
from reportgen.inspection.limits import GB, OUTPUT, said
from reportgen.store import read_json, write_json

MEMORY = 8 * GB
"""Bytes of address space for a trial, besides four times the file: TensorFlow alone takes 2 GB."""
SECONDS = 300
"""Of computing, and of waiting for it."""
KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
"""Environment variables that a trial is given; passwords and the like are not among them."""
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1",
    "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1",
    # Each thread's own heap would take address space that it does not use.
    "MALLOC_ARENA_MAX": "2",
}  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What is tried: a copied file, with the owner's modules from a folder."""

    copy: Copy
    modules: Sequence[str]
    base: Path

    @property
    def key(self) -> str:
        """Digest of all that decides how a trial ends."""
        libraries = {name: installed_version(name) for name in ("keras", "tensorflow", "h5py")}
        own = [of_bytes(Path(file).read_bytes())
               for _, file in sorted(reached(self.modules, self.base).items())]  # fmt: skip
        made_by = [__version__, sys.version, libraries, MEMORY, SECONDS, OUTPUT]
        return of_value([self.copy.digest, list(self.modules), own, made_by])


Reader = subprocess.Popen[bytes]
"""A process that makes itself ready to read a file, and waits to be told which."""


@contextmanager
def reader(trial: Trial, cache: Path | None) -> Iterator[Reader | None]:
    """A process for a trial, started at once; None where nothing has to be tried.

    It imports Keras, which takes seconds, and knows nothing of the file until `tried` tells it;
    meanwhile the file can be inspected. Leaving the context ends it.
    """
    if _noted(trial, cache):
        yield None
        return
    folder = trial.copy.path.parent
    places = {"HOME": str(folder), "KERAS_HOME": str(folder), "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "reportgen.models._trial"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=folder, env={**_outside(), **QUIET, **places}, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def tried(trial: Trial, cache: Path | None, reader: Reader | None) -> None:
    """Have a file read in a process with limits, unless the same was done before.

    Args:
        trial: what is tried.
        cache: the cache folder, in which success is remembered; None remembers nothing.
        reader: the process, from `reader`.

    Raises:
        UserError: the file is refused, or Keras cannot read it.
    """
    if reader is None:
        return
    answer = _ask(trial, reader)
    if answer != {"ok": True}:
        raise UserError(*_problems(trial.copy.name, answer))
    if cache is not None:
        write_json(_note(trial, cache), answer)


def _note(trial: Trial, cache: Path) -> Path:
    return cache / "trials" / f"{trial.key}.json"


def _noted(trial: Trial, cache: Path | None) -> bool:
    return cache is not None and read_json(_note(trial, cache)) == {"ok": True}


def _ask(trial: Trial, reader: Reader) -> dict[str, Any]:
    memory = MEMORY + 4 * trial.copy.path.stat().st_size
    question = {
        "path": str(trial.copy.path), "modules": list(trial.modules),
        "base": str(trial.base.absolute()), "memory": memory, "seconds": SECONDS,
    }  # fmt: skip
    try:
        output, _ = reader.communicate(json.dumps(question).encode(), SECONDS)
    except subprocess.TimeoutExpired:
        return {"why": f"reading it takes more than {SECONDS} s"}
    try:
        return dict(json.loads(output))
    except ValueError:
        return {"why": f"reading it ends the process that tries it (status {reader.wait()}), "
                f"perhaps because it takes more than {said(memory)} of memory"}  # fmt: skip


def _outside() -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def _problems(name: str, answer: dict[str, Any]) -> list[Problem]:
    if "own" in answer:
        return [Problem(*problem) for problem in answer["own"]]
    if "why" in answer:
        return [Problem(f"the model file {name} is refused: {answer['why']}")]
    return [broken(name, str(answer.get("keras", "it holds something else")))]


def broken(name: str, words: str) -> Problem:
    """A file that Keras cannot read; `words` say what is wrong."""
    return Problem(
        f"the model file {name} is not a model that Keras can load: {words}",
        hint="save it with model.save('NAME.keras')",
    )
