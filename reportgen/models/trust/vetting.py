"""Leads a model file to Keras: copied, inspected, tried; in the background where there is time.

Importing TensorFlow takes seconds, in the worker and in the process that tries a file.
`in_background` has the second go on beside the first. Only whoever asks `vetted` for the file reads
it in this process, once all is done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import input_digests
from reportgen.child_process import ChildProcess, Died, Limits, NoAnswer, TimedOut
from reportgen.code import reached
from reportgen.digest import installed_version, of_bytes, of_value
from reportgen.errors import Problem, UserError
from reportgen.models.trust.copy import Copy, copied
from reportgen.models.trust.findings import TRUST
from reportgen.models.trust.inspection import inspect_isolated
from reportgen.models.trust.limits import GB, OUTPUT, readable_size
from reportgen.store import Store
from reportgen.version import __version__

if TYPE_CHECKING:
    from concurrent.futures import Future

MEMORY = 8 * GB
"""Bytes of address space for a trial, besides four times the file: TensorFlow alone takes 2 GB."""
SECONDS = 300
"""Time of a trial, of computing."""
KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
"""Environment variables that a trial inherits; passwords and the like are not among them."""
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1",
    "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1",
    # Each thread's own heap would take address space that it does not use.
    "MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """A file to be vetted.

    Attributes:
        path: a `.keras` or `.h5` file.
        modules: Python modules of the spec's owner that the file may name.
        base: the folder where they are looked for.
        trusted: whether code in the file may run. The file may then name anything and is not
            tried: it would also get past a trial, which guards against mistakes of the inspection,
            not of the user.
        cache: the cache folder, in which files that passed are remembered; None for nowhere.
    """

    path: Path
    modules: tuple[str, ...]
    base: Path
    trusted: bool
    cache: Path | None


Vetted = tuple[ExitStack, Copy]
"""A copy that may be read, and what removes it."""

_pending: dict[Request, Future[Vetted]] = {}
_passed: set[tuple[str, bool]] = set()
"""Keys of files that this process has seen pass, and whether they were trusted. A planted note in
the cache folder cannot skip the inspection; only this process' own memory can."""
_sound_weights: set[str] = set()
"""Digests of weights files that this process has seen pass."""


@contextmanager
def in_background(request: Request) -> Iterator[None]:
    """Vet a file in the background while the context lasts, for `vetted` to find and to judge."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        _pending[request] = pool.submit(_vet, request)
        try:
            yield
        finally:
            unused = _pending.pop(request, None)
            if unused is not None:
                with suppress(Exception):
                    unused.result()[0].close()


@contextmanager
def vetted(request: Request) -> Iterator[Copy]:
    """A copy of a file that may be read here; leaving the context removes it.

    Raises:
        UserError: the file is refused, or Keras cannot read it.
    """
    pending = _pending.pop(request, None)
    stack, copy = pending.result() if pending else _vet(request)
    with stack:
        input_digests.copied(request.path, copy.path)
        yield copy


@contextmanager
def vetted_weights(path: Path) -> Iterator[Copy]:
    """A copy of a weights file that may be read here; leaving the context removes it.

    Keras makes nothing but numbers of such a file, so it is inspected and not tried.

    Raises:
        UserError: the file is refused.
    """
    with copied(path, "weights") as copy:
        input_digests.copied(path, copy.path)
        if copy.digest not in _sound_weights:
            inspect_isolated(
                copy.path, name=copy.name, modules=(), folder=copy.path.parent, kind="weights"
            )
            _sound_weights.add(copy.digest)
        yield copy


def _vet(request: Request) -> Vetted:
    with ExitStack() as stack:
        copy = stack.enter_context(copied(request.path))
        key = _key(copy, request)
        if (key, request.trusted) not in _passed:
            _examine(copy, request, key)
            _passed.add((key, request.trusted))
        return stack.pop_all(), copy


def _key(copy: Copy, request: Request) -> str:
    """Digest of all that decides how a trial ends."""
    libraries = {name: installed_version(name) for name in ("keras", "tensorflow", "h5py")}
    sources = sorted(reached(request.modules, request.base).items())
    own = [of_bytes(Path(file).read_bytes()) for _, file in sources]
    settings = [__version__, sys.version, libraries, MEMORY, SECONDS, OUTPUT]
    return of_value([copy.digest, list(request.modules), own, settings])


def _examine(copy: Copy, request: Request, key: str) -> None:
    """Inspect a file and have it tried, unless it was tried before or is trusted."""
    store = None if request.cache is None else Store(request.cache)
    passed = store is not None and store.passed(key)
    with nullcontext() if request.trusted or passed else _reader(copy) as reader:
        inspect_isolated(
            copy.path,
            name=copy.name,
            modules=request.modules,
            folder=request.base,
            trusted=request.trusted,
        )
        if reader is None:
            return
        refusal = _ask(reader, copy, request)
    if refusal:
        raise UserError(Problem(f"the model file {copy.name} is refused: {refusal}", hint=TRUST))
    if store is not None:
        store.remember_passed(key)


@contextmanager
def _reader(copy: Copy) -> Iterator[ChildProcess]:
    """A process for a trial, started at once.

    It imports Keras, which takes seconds, and knows nothing of the file until it is asked;
    meanwhile the file can be inspected.
    """
    folder = copy.path.parent
    outside = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = {**outside, **QUIET, "HOME": str(folder), "KERAS_HOME": str(folder)}
    with ChildProcess(
        "reportgen.models.trust.trial:reading",
        environment=environment,
        folder=folder,
        temporary=folder,
        log=False,
    ) as reader:
        reader.start()
        yield reader


def _ask(reader: ChildProcess, copy: Copy, request: Request) -> str:
    """Why a file is refused, or "". Raises UserError where Keras cannot read it."""
    memory = MEMORY + 4 * copy.path.stat().st_size
    question = {"path": str(copy.path), "name": copy.name, "modules": list(request.modules),
                "base": str(request.base.absolute())}  # fmt: skip
    try:
        return str(reader.ask(question, limits=Limits(SECONDS, memory)))
    except TimedOut:
        return f"reading it takes more than {SECONDS} s of computing"
    except NoAnswer as error:
        status = error.status if isinstance(error, Died) else "unknown"
        return (
            f"reading it ends the process that tries it (status {status}), "
            f"perhaps because it takes more than {readable_size(memory)} of memory"
        )
