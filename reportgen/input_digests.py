"""Digests of what a task reads, held against those that its key was made of.

A file may be replaced after it was hashed and before it is read, and be put back later. What was
made of it would stand under the key of another content, and never be made again. So whoever reads
a file for a task notes the digest of what was read: `opened` of an open file, `copied` of a private
copy, and `importing` of the text of a Python module. What only a library or the user's code reads
is hashed before the task and must be the very same files afterwards.

Nothing is noted outside of `expecting`, which surrounds the tasks of a build.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import BinaryIO

from reportgen.digest import StatCache, absolute, identity, of_bytes, of_input, of_stream
from reportgen.errors import InputMovedError, Problem, ReportgenError
from reportgen.files import open_regular, read_regular

_watches: list[_Watch] = []
"""That of the task that runs, if any."""
_imported: dict[str, str] = {}
"""Digest of the source of each module that was imported by `importing`."""


@contextmanager
def expecting(
    files: Mapping[str, str], sources: Mapping[str, str], cache: StatCache
) -> Iterator[None]:
    """Hold what is read meanwhile against the digests of a task's key.

    Args:
        files: digests of files and folders, by their absolute paths.
        sources: digests of the text of Python modules, by the modules' names.
        cache: of files that need not be hashed again.

    Raises:
        InputMovedError: something else was read.
    """
    watch = _Watch(files, sources, cache)
    _watches.append(watch)
    try:
        watch.begin()
        yield
    except InputMovedError:
        raise
    except ReportgenError:
        watch.end()  # Perhaps a file was replaced, and nothing is wrong with the one before it.
        raise
    else:
        watch.end()
    finally:
        _watches.remove(watch)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, opened for reading, that stays the same meanwhile.

    Raises:
        OSError: it cannot be opened.
        InputMovedError: it is not what the task's key was made of, or it was written to.
    """
    with open_regular(path) as file:
        if not _watches:
            yield file
            return
        before = identity(os.fstat(file.fileno()))
        _watches[-1].note(absolute(path), of_stream(file))
        file.seek(0)
        try:
            yield file
        finally:
            if identity(os.fstat(file.fileno())) != before:
                raise moved(absolute(path))


def copied(path: Path, copy: Path) -> None:
    """Note that `copy`, which nobody else changes, was read in place of the file or folder `path`.

    Raises:
        InputMovedError: it is not what the task's key was made of.
    """
    if _watches:
        _watches[-1].note(absolute(path), of_input(copy, StatCache()))


def moved(path: str) -> InputMovedError:
    """The error for a file or folder that was replaced; it is kept, whoever may catch it."""
    near = os.path.relpath(path)
    shown = path if near.startswith("..") else near
    error = InputMovedError(Problem(f"{shown} changed while it was read"))
    if _watches:
        _watches[-1].error = error
    return error


class _Watch:
    """What a task is expected to read, and what it has read."""

    def __init__(
        self, files: Mapping[str, str], sources: Mapping[str, str], cache: StatCache
    ) -> None:
        self.files, self.sources, self.cache = files, sources, cache
        self.read: dict[str, str] = {}
        self.before: dict[str, object] = {}
        self.error: InputMovedError | None = None

    def begin(self) -> None:
        """Look at the inputs before the task."""
        for module, digest in self.sources.items():
            if module in sys.modules and _imported.get(module, digest) != digest:
                raise moved(str(sys.modules[module].__file__))
        for path, digest in self.files.items():
            self.before[path] = _fingerprint(path)
            if of_input(path, self.cache) != digest:
                raise moved(path)

    def note(self, path: str, digest: str) -> None:
        """Note the digest of a file or folder that was read."""
        self.read[path] = digest
        if self.files.get(path, digest) != digest:
            raise moved(path)

    def end(self) -> None:
        """Look at the inputs after the task. Raises InputMovedError where it read others."""
        if self.error is not None:
            raise self.error
        seen = _Seen(self.cache, self.read)
        for path, digest in self.files.items():
            if path in self.read:
                continue
            inside = any(one.startswith(path + os.sep) for one in self.read)
            same = inside or _fingerprint(path) == self.before[path]
            if not same or of_input(path, seen) != digest:
                raise moved(path)


class _Seen(StatCache):
    """Digests of files as they were read, and of all others as they are."""

    def __init__(self, cache: StatCache, read: Mapping[str, str]) -> None:
        super().__init__(cache.entries)
        self.read_files = read

    def of_file(self, path: Path | str) -> str:
        return self.read_files.get(absolute(path)) or super().of_file(path)


def _fingerprint(path: str) -> object:
    """The identities of the files that a path leads to, and of the links on the way."""
    steps = [path, *map(str, Path(path).parents)]
    links = [identity(os.lstat(step)) for step in steps if os.path.islink(step)]
    inside = []
    if os.path.isdir(path):
        for root, _, names in os.walk(path):
            inside += [_identities(os.path.join(root, name)) for name in sorted(names)]
    return [links, _identities(path) if not os.path.isdir(path) else None, inside]


def _identities(path: str) -> list[object]:
    try:
        own = identity(os.lstat(path))
        return [path, own, identity(os.stat(path)) if os.path.islink(path) else None]
    except OSError:
        return [path]


# --- Python modules -------------------------------------------------------------------------------


@contextmanager
def importing(folder: Path | None = None) -> Iterator[None]:
    """Import modules of a folder, and those that the task names, from their text.

    Python's own cache of bytecode takes a file of the same size and second for unchanged.

    Args:
        folder: an absolute path, or None for the modules of `expecting` alone.
    """
    finder = _Finder(folder)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder:
    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module that is to be read from its text; None for any other."""
        top = name.partition(".")[0]
        named = any(name in watch.sources for watch in _watches)
        if not named and not self._holds(top):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return None
        own = self.folder is not None and Path(spec.origin).is_relative_to(self.folder)
        if not named and not own:
            return None
        return spec_from_file_location(
            name,
            spec.origin,
            loader=_Loader(name, spec.origin),
            submodule_search_locations=spec.submodule_search_locations,
        )

    def _holds(self, top: str) -> bool:
        if self.folder is None:
            return False
        return (self.folder / top).is_dir() or (self.folder / f"{top}.py").is_file()


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        """The code of a module, compiled from its text, whose digest is noted."""
        data = read_regular(self.path)
        digest = of_bytes(data)
        for watch in _watches:
            if watch.sources.get(fullname, digest) != digest:
                raise moved(self.path)
        _imported[fullname] = digest
        return self.source_to_code(data, self.path)
