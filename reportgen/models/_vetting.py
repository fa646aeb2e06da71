"""A model file on its way to Keras: copied, inspected, tried; perhaps before anybody waits for it.

Importing TensorFlow takes seconds, in the worker and in the process that tries a file. `begun` has
the second go on beside the first. The file is read in this process only by who asks `vetted` for
it, and gets it when all is done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.inspection import Copy, copied
from reportgen.inspection.apart import inspect_apart
from reportgen.models._trying import Reader, Trial, reader, tried

if TYPE_CHECKING:
    from concurrent.futures import Future

Vetted = tuple[ExitStack, Copy]
"""A copy, and what removes it."""

_begun: dict[Hashable, Future[Vetted]] = {}

_passed: set[tuple[str, bool]] = set()
"""Keys of trials that this process has seen pass, by whether the file was trusted. A planted note
in the cache folder could not skip the inspection; only this process' own memory can."""

_sound: set[str] = set()
"""Digests of weights files that this process has seen pass."""


@contextmanager
def begun(
    path: Path, modules: Sequence[str], base: Path, trusted: bool, cache: Path | None
) -> Iterator[None]:
    """Vet a file in the background while the context lasts, for `vetted` to find.

    Raises nothing: what is wrong is told by `vetted`.
    """
    from concurrent.futures import ThreadPoolExecutor

    given = (path, tuple(modules), base, trusted, cache)
    with ThreadPoolExecutor(1) as pool:
        _begun[given] = pool.submit(_vet, *given)
        try:
            yield
        finally:
            unused = _begun.pop(given, None)
            if unused is not None:
                with contextlib.suppress(Exception):
                    unused.result()[0].close()


@contextmanager
def vetted(
    path: Path, modules: Sequence[str], base: Path, trusted: bool, cache: Path | None
) -> Iterator[Copy]:
    """A copy of a file that may be read here; it is gone afterwards.

    Args:
        path: a `.keras` or `.h5` file.
        modules: Python modules of the spec's owner that the file may name.
        base: the folder where they are looked for.
        trusted: whether code in the file may run: it may then name anything and is not tried, for
            such a file would also get past a trial, which guards against mistakes of the
            inspection, not of the user.
        cache: the cache folder, in which files that were tried are remembered.

    Raises:
        UserError: the file is refused, or Keras cannot read it.
    """
    given = (path, tuple(modules), base, trusted, cache)
    ahead = _begun.pop(given, None)
    stack, copy = ahead.result() if ahead else _vet(*given)
    with stack:
        yield copy


@contextmanager
def vetted_weights(path: Path) -> Iterator[Copy]:
    """A copy of a weights file that may be read here; it is gone afterwards.

    Nothing of such a file is made but numbers, so it is inspected and not tried.

    Raises:
        UserError: the file is refused.
    """
    with copied(path, "weights") as copy:
        if copy.digest not in _sound:
            inspect_apart(
                copy.path, name=copy.name, modules=(), folder=copy.path.parent, kind="weights"
            )
            _sound.add(copy.digest)
        yield copy


def _vet(
    path: Path, modules: Sequence[str], base: Path, trusted: bool, cache: Path | None
) -> Vetted:
    with ExitStack() as stack:
        copy = stack.enter_context(copied(path))
        trial = Trial(copy, modules, base)
        key = (trial.key, trusted)
        if key not in _passed:
            _pass(trial, trusted, cache)
            _passed.add(key)
        return stack.pop_all(), copy


def _pass(trial: Trial, trusted: bool, cache: Path | None) -> None:
    """Inspect a file and have it tried; the trial's process starts while the file is inspected."""
    copy = trial.copy
    waiting: AbstractContextManager[Reader | None] = (
        nullcontext() if trusted else reader(trial, cache)
    )
    with waiting as process:
        inspect_apart(
            copy.path, name=copy.name, modules=trial.modules, folder=trial.base, trusted=trusted
        )
        tried(trial, cache, process)
