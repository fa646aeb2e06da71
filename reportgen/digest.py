"""Digests of values and files, and versions of libraries, which decide whether a task is fresh.

Versions come from installed metadata, without importing the library. A stat cache remembers the
digest of each file, so that digesting an unchanged file again costs one `stat`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.types import Json, JsonObject

if TYPE_CHECKING:
    from zipfile import ZipFile

RACY_NS = 2_000_000_000
"""A file modified less than this before its digest was saved may change again within the same
timestamp, so it is hashed again, as git does with racy index entries. Two seconds cover FAT."""


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


@dataclass
class StatCache:
    """Facts about files by path, valid while a file's size, times and inode stay the same.

    Attributes:
        entries: path -> {"stat": [size, mtime_ns, ctime_ns, inode], "sha": ..., ...}.
        saved_ns: when `entries` were written; entries of younger files are ignored (see RACY_NS).
        changed: whether there are new entries to save.
    """

    entries: dict[str, JsonObject] = field(default_factory=dict)
    saved_ns: int = 0
    changed: bool = False
    _versions: dict[str, str] | None = field(default=None, init=False, repr=False)

    def known(self, path: str) -> tuple[JsonObject | None, list[int]]:
        """The entry of a file, None where it is missing or outdated, and the file's stat."""
        info = os.stat(path)
        stat = [info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino]
        entry = self.entries.get(path)
        valid = entry is not None and entry["stat"] == stat
        return (entry if valid and info.st_mtime_ns < self.saved_ns - RACY_NS else None), stat

    def remember(self, path: str, stat: list[int], **facts: Json) -> JsonObject:
        """Keep facts about a file that had this stat; returns the entry."""
        entry = {"stat": stat, **facts}
        if self.entries.get(path) != entry:
            self.entries[path] = entry
        self.changed = True
        return entry

    def of_file(self, path: Path | str) -> str:
        """Digest of a file's bytes. Raises OSError where it cannot be read."""
        name = os.path.abspath(path)
        entry, stat = self.known(name)
        if entry is None or "sha" not in entry:
            entry = self.remember(name, stat, sha=of_bytes(Path(name).read_bytes()))
        return str(entry["sha"])

    def of_folder(self, path: Path | str) -> str:
        """Digest of a folder: the names and bytes of its files.

        For an unreadable file, and for a pipe or a dangling link, only the name counts.
        """
        return of_value([[name, self._content(Path(path) / name)] for name in files_in(path)])

    def _content(self, path: Path) -> str:
        try:
            # Reading from a pipe would wait for its writer.
            return self.of_file(path) if path.is_file() else ""
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

    def _known_versions(self) -> dict[str, str]:
        # The working folder changes all the time, and no package is installed there.
        folders = [p for p in sys.path if os.path.isdir(p) and os.path.abspath(p) != os.getcwd()]
        stamp = [[folder, os.stat(folder).st_mtime_ns] for folder in folders]
        entry = self.entries.get("<versions>")
        if entry is None or entry["stat"] != stamp:
            entry = self.remember("<versions>", stamp, of={})  # type: ignore[arg-type]
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


def of_keras_file(path: Path, cache: StatCache) -> str:
    """Digest of a saved model's content, without the date that a `.keras` file stores.

    All members of a zip count except `metadata.json`. Any other file counts by its bytes, and so
    does a zip that is damaged or unpacks to far more than it stores.
    """
    name = os.path.abspath(path)
    entry, stat = cache.known(name)
    if entry is None or "model" not in entry:
        facts = _members(name) or of_bytes(Path(name).read_bytes())
        entry = cache.remember(name, stat, model=of_value(facts))
    return str(entry["model"])


def _members(path: str) -> list[list[str]]:
    """Names and digests of a zip's members except `metadata.json`; [] for an unreadable zip."""
    import zipfile
    import zlib

    broken = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > 8 * os.path.getsize(path) + 2**20:
                return []
            names = sorted(set(archive.namelist()) - {"metadata.json"})
            return [[name, _of_member(archive, name)] for name in names]
    except broken:
        return []


def _of_member(archive: ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while block := member.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def now_ns() -> int:
    """The time in nanoseconds, as `StatCache.saved_ns` holds it."""
    return time.time_ns()
