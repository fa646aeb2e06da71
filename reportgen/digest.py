"""Digests of values and files, and versions of libraries, which decide whether a task is fresh.

Versions come from installed metadata, without importing the library. A stat cache remembers the
digest of each file, so that digesting an unchanged file again costs one `stat`. Only regular files
are read.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from reportgen.files import open_regular
from reportgen.types import Json, JsonObject

if TYPE_CHECKING:
    from zipfile import ZipFile

RACY_NS = 2_000_000_000
"""A file that changed less than this before it was hashed may change again within the same
timestamp, so it is hashed again, as git does with racy index entries. Two seconds cover FAT."""

TRIES = 5
"""Readings of a file that changes meanwhile, after which the last one counts."""


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Json) -> bytes:
    """The canonical JSON text of a value: sorted keys, no spaces. Raises ValueError for NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def of_value(value: Json) -> str:
    """Digest of a JSON-ready value, equal for equal values in any process."""
    return of_bytes(canonical(value))


def absolute(path: Path | str) -> str:
    """An absolute path; `..` stays, because it may follow a link."""
    return str(Path(path).absolute())


def identity(info: os.stat_result) -> list[int]:
    """What differs between two states of a file, unless both fall into one tick of its clock."""
    return [info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_dev]


@dataclass
class StatCache:
    """Facts about files by path, valid while a file's identity stays the same.

    Attributes:
        entries: path -> {"stat": identity, "at": when the file was hashed, "sha": ..., ...}.
        changed: whether there are new entries to save.
    """

    entries: dict[str, JsonObject] = field(default_factory=dict)
    changed: bool = False
    _versions: dict[str, str] | None = field(default=None, init=False, repr=False)

    def known(self, path: str) -> JsonObject | None:
        """The entry of a file; None where it is missing or outdated, or the file is too young."""
        entry = self.entries.get(path)
        if entry is None or entry["stat"] != identity(os.stat(path)) or _racy(entry):
            return None
        return entry

    def read(self, path: str, facts: Callable[[BinaryIO], JsonObject]) -> JsonObject:
        """A new entry with the facts about a file, which is read again if it changes meanwhile.

        Raises:
            OSError: it cannot be read, or is no regular file.
        """
        for _ in range(TRIES):
            at = now_ns()
            with open_regular(path) as file:
                stat = identity(os.fstat(file.fileno()))
                made = facts(file)
                if identity(os.fstat(file.fileno())) == stat:
                    break
        return self.remember(path, stat, at=at, **made)

    def remember(self, path: str, stat: Json, **facts: Json) -> JsonObject:
        """Keep facts about what had this stat; returns the entry."""
        entry, old = {"stat": stat, **facts}, self.entries.get(path)
        self.entries[path] = entry
        # The same facts about a young file are worth no new file of the cache.
        same = old is not None and {**old, "at": 0} == {**entry, "at": 0}
        self.changed |= not same or _racy(old or {}) > _racy(entry)
        return entry

    def of_file(self, path: Path | str) -> str:
        """Digest of a file's bytes. Raises OSError where it cannot be read."""
        name = absolute(path)
        entry = self.known(name)
        if entry is None or "sha" not in entry:
            entry = self.read(name, lambda file: {"sha": of_stream(file)})
        return str(entry["sha"])

    def of_folder(self, path: Path | str) -> str:
        """Digest of a folder: the names and bytes of its files.

        For an unreadable file, and for a pipe or a dangling link, only the name counts.
        """
        return of_value([[name, self._content(Path(path) / name)] for name in files_in(path)])

    def _content(self, path: Path) -> str:
        try:
            return self.of_file(path)
        except OSError:
            return ""

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """Installed versions of distributions, "" where one is absent.

        The cache keeps them as long as no folder on the import path changes, because reading
        metadata takes longer than the rest of a build in which every task is fresh. The folders
        are checked once: no package is installed in the middle of a build.
        """
        if self._versions is None:
            self._versions = self._known_versions()
        known = self._versions
        for name in names:
            if name not in known:
                known[name] = installed_version(name)
                self.changed = True
        return {name: known[name] for name in sorted(names)}

    def forget(self, path: Path | str) -> None:
        """Drop what is known of a file or of the files in a folder."""
        name = absolute(path)
        for one in [e for e in self.entries if e == name or e.startswith(name + os.sep)]:
            del self.entries[one]

    def _known_versions(self) -> dict[str, str]:
        # The working folder changes all the time, and no package is installed there.
        folders = [p for p in sys.path if os.path.isdir(p) and os.path.abspath(p) != os.getcwd()]
        stamp = [[folder, os.stat(folder).st_mtime_ns] for folder in folders]
        entry = self.entries.get("<versions>")
        if entry is None or entry["stat"] != stamp:
            entry = self.remember("<versions>", stamp, of={})
        known: dict[str, str] = entry["of"]
        return known


def files_in(folder: Path | str) -> list[str]:
    """Files of a folder and its subfolders: sorted relative paths, separated by '/'.

    Hidden names are left out (see `is_hidden`), and links to folders are not followed.

    Raises:
        OSError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    found = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not is_hidden(name)]
        inner = Path(root).relative_to(folder)
        found += [(inner / name).as_posix() for name in names if not is_hidden(name)]
    return sorted(found)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden: it begins with a single dot, as tools name theirs."""
    return name.startswith(".") and not name.startswith("..")


def installed_version(distribution: str) -> str:
    """Version of an installed distribution, "" where it is absent."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def of_input(path: Path | str, cache: StatCache) -> str:
    """Digest of a file or folder that a task reads; "missing" where it cannot be read."""
    try:
        if os.path.isdir(path):
            return cache.of_folder(path)
        keras = str(path).endswith(".keras")
        return of_keras_file(path, cache) if keras else cache.of_file(path)
    except OSError:
        return "missing"


def of_keras_file(path: Path | str, cache: StatCache) -> str:
    """Digest of a saved model's content, without the date that a `.keras` file stores.

    All members of a zip count except `metadata.json`. Any other file counts by its bytes, and so
    does a zip that is damaged or unpacks to far more than it stores.
    """
    name = absolute(path)
    entry = cache.known(name)
    if entry is None or "model" not in entry:
        entry = cache.read(name, lambda file: {"model": of_value(_members(file) or _whole(file))})
    return str(entry["model"])


def of_stream(file: IO[bytes]) -> str:
    """SHA-256 of what is left to read of a file."""
    digest = hashlib.sha256()
    while block := file.read(2**20):
        digest.update(block)
    return digest.hexdigest()


def _whole(file: BinaryIO) -> str:
    file.seek(0)
    return of_stream(file)


def _members(file: BinaryIO) -> list[list[str]]:
    """Names and digests of a zip's members except `metadata.json`; [] for an unreadable zip."""
    import zipfile
    import zlib

    # A hostile table of contents makes `zipfile` raise more than it says.
    broken = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError,
              ValueError, struct.error)  # fmt: skip
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > 8 * os.fstat(file.fileno()).st_size + 2**20:
                return []
            names = sorted(set(archive.namelist()) - {"metadata.json"})
            return [[name, _of_member(archive, name)] for name in names]
    except broken:
        return []


def _of_member(archive: ZipFile, name: str) -> str:
    with archive.open(name) as member:
        return of_stream(member)


def _racy(entry: JsonObject) -> bool:
    """Whether a file changed so shortly before it was hashed that it may have changed again."""
    at = entry.get("at")
    return at is not None and max(entry["stat"][1:3]) >= at - RACY_NS


def now_ns() -> int:
    """The time in nanoseconds, by the clock that also dates files."""
    return time.time_ns()
