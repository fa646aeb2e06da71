"""Digests of values, files and code: what freshness is decided by.

Nothing is imported to digest it: code is read with `ast`, versions from installed metadata.
A stat cache remembers what each file's digest was, so that asking again costs one `stat`.
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
"""A file touched this shortly before its digest was saved may change again within the same
timestamp; like git's racy index entries it is hashed anew. Two seconds covers FAT."""


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Json) -> bytes:
    """The one JSON text of a value: sorted keys, no spaces, NaN refused."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def of_value(value: Json) -> str:
    """Digest of a JSON-ready value, equal for equal values in any process."""
    return of_bytes(canonical(value))


@dataclass
class StatCache:
    """What is known of files by path, valid while size, times and inode stay as they were.

    Attributes:
        entries: path -> {"stat": [size, mtime_ns, ctime_ns, inode], "sha": ..., ...}.
        saved_ns: when `entries` were written; younger files are not believed (see RACY_NS).
        changed: whether there is something to save.
    """

    entries: dict[str, JsonObject] = field(default_factory=dict)
    saved_ns: int = 0
    changed: bool = False
    _versions: dict[str, str] | None = field(default=None, init=False, repr=False)

    def known(self, path: str) -> tuple[JsonObject | None, list[int]]:
        """The entry of a file if it is still true, and the file's present stat."""
        info = os.stat(path)
        stat = [info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino]
        entry = self.entries.get(path)
        valid = entry is not None and entry["stat"] == stat
        return (entry if valid and info.st_mtime_ns < self.saved_ns - RACY_NS else None), stat

    def remember(self, path: str, stat: list[int], **facts: Json) -> JsonObject:
        """Keep what was found out about a file."""
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

        Of what cannot be read, or is no file (a pipe, a link to nowhere), the name counts alone.
        """
        return of_value([[name, self._content(Path(path) / name)] for name in files_in(path)])

    def _content(self, path: Path) -> str:
        try:
            # Reading from a pipe would wait for whoever writes to it.
            return self.of_file(path) if path.is_file() else ""
        except OSError:
            return ""

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """Installed versions of distributions, "" where one is absent.

        Remembered as long as no folder on the import path has changed, because reading
        metadata costs more than all the rest of a build with nothing to do. The folders are
        looked at once: nothing is installed in the middle of a build.
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
        # The folder that the user works in changes all the time, and nothing is installed there.
        folders = [p for p in sys.path if os.path.isdir(p) and os.path.abspath(p) != os.getcwd()]
        stamp = [[folder, os.stat(folder).st_mtime_ns] for folder in folders]
        entry = self.entries.get("<versions>")
        if entry is None or entry["stat"] != stamp:
            entry = self.remember("<versions>", stamp, of={})  # type: ignore[arg-type]
        known: dict[str, str] = entry["of"]
        return known


def files_in(folder: Path | str) -> list[str]:
    """Files in a folder and its folders by their paths from it, with '/', sorted.

    Names that begin with '.' are left out, and so is what links to folders lead to.

    Raises:
        OSError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise error

    found = []
    for root, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inner = Path(root).relative_to(folder)
        found += [(inner / name).as_posix() for name in names if not name.startswith(".")]
    return sorted(found)


def installed_version(distribution: str) -> str:
    """Version of an installed distribution, "" where it is absent."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def of_keras_file(path: Path, cache: StatCache) -> str:
    """Digest of a saved model by what it is, not by its file: a `.keras` file stores a date.

    For a zip the members except `metadata.json` count; any other file counts by its bytes, and so
    does a zip that is damaged or unpacks to far more than it stores.
    """
    name = os.path.abspath(path)
    entry, stat = cache.known(name)
    if entry is None or "model" not in entry:
        facts = _members(name) or of_bytes(Path(name).read_bytes())
        entry = cache.remember(name, stat, model=of_value(facts))
    return str(entry["model"])


def _members(path: str) -> list[list[str]]:
    """Names and digests of a zip's members but for the date; none where they cannot be read."""
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
    """The clock that `StatCache.saved_ns` is read from."""
    return time.time_ns()
