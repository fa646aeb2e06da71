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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RACY_NS = 2_000_000_000
"""A file touched this shortly before its digest was saved may change again within the same
timestamp; like git's racy index entries it is hashed anew. Two seconds covers FAT."""

DISTRIBUTIONS = {"PIL": "pillow", "yaml": "PyYAML"}
"""Import names whose distribution is called otherwise."""

PACKAGE = Path(__file__).parent


def of_bytes(data: bytes) -> str:
    """SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    """The one JSON text of a value: sorted keys, no spaces, NaN refused."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def of_value(value: Any) -> str:
    """Digest of a JSON-ready value, equal for equal values in any process."""
    return of_bytes(canonical(value))


@dataclass
class StatCache:
    """What is known of files by path, valid while size, time and inode stay as they were.

    Attributes:
        entries: path -> {"stat": [size, mtime_ns, inode], "sha": ..., "imports": [...]}.
        saved_ns: when `entries` were written; younger files are not believed (see RACY_NS).
        changed: whether there is something to save.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    saved_ns: int = 0
    changed: bool = False

    def known(self, path: str) -> tuple[dict[str, Any] | None, list[int]]:
        """The entry of a file if it is still true, and the file's present stat."""
        info = os.stat(path)
        stat = [info.st_size, info.st_mtime_ns, info.st_ino]
        entry = self.entries.get(path)
        valid = entry is not None and entry["stat"] == stat
        return (entry if valid and info.st_mtime_ns < self.saved_ns - RACY_NS else None), stat

    def remember(self, path: str, stat: list[int], **facts: Any) -> dict[str, Any]:
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
        """Digest of a folder: the names and bytes of its files. Raises OSError as `of_file`."""
        return of_value([[name, self.of_file(Path(path) / name)] for name in files_in(path)])

    def of_source(self, path: str) -> tuple[str, tuple[str, ...]]:
        """Digest of a Python file and the modules that it names in imports."""
        entry, stat = self.known(path)
        if entry is None or "imports" not in entry:
            data = Path(path).read_bytes()
            entry = self.remember(path, stat, sha=of_bytes(data), imports=imports_of(data))
        return str(entry["sha"]), tuple(entry["imports"])

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """Installed versions of distributions, "" where one is absent.

        Remembered as long as no folder on the import path has changed, because reading
        metadata costs more than all the rest of a build with nothing to do.
        """
        stamp = [[p, os.stat(p).st_mtime_ns] for p in sys.path if p and os.path.isdir(p)]
        entry = self.entries.get("<versions>")
        if entry is None or entry["stat"] != stamp:
            entry = self.remember("<versions>", stamp, of={})  # type: ignore[arg-type]
        known: dict[str, str] = entry["of"]
        for name in names:
            if name not in known:
                known[name] = installed_version(name)
                self.changed = True
        return {name: known[name] for name in sorted(names)}


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


def imports_of(source: bytes) -> list[str]:
    """Dotted names that a Python source imports anywhere, `from a import b` giving a and a.b.

    A source that does not parse imports nothing: running it will say what is wrong.
    """
    import ast

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return sorted(names)


def find_source(module: str, folders: Sequence[Path]) -> list[str]:
    """Files that importing `module` runs: its packages' `__init__` and its own, outermost first.

    Empty where no folder holds it.
    """
    parts = module.split(".")
    for folder in folders:
        found: list[str] = []
        for depth in range(1, len(parts) + 1):
            stem = os.path.join(folder, *parts[:depth])
            file = os.path.join(stem, "__init__.py")
            file = file if os.path.isfile(file) else stem + ".py"
            if not os.path.isfile(file):
                break
            found.append(file)
        if found:
            return found
    return []


@dataclass(frozen=True)
class Code:
    """Digest of code with everything of ours that it reaches, and the libraries it uses."""

    digest: str
    libraries: tuple[str, ...]


class CodeDigests:
    """Digests of code, each module's files looked up once."""

    def __init__(self, cache: StatCache) -> None:
        self.cache = cache
        self._found: dict[tuple[str, tuple[Path, ...]], list[str]] = {}
        self._codes: dict[tuple[tuple[str, ...], tuple[Path, ...]], Code] = {}

    def of(self, modules: Iterable[str], folders: Sequence[Path] = ()) -> Code:
        """Digest of modules and every module they reach within reportgen or `folders`.

        Args:
            modules: dotted names to start from; one that no folder holds counts as a library.
            folders: where a user's own modules may lie, besides reportgen's folder.
        """
        key = (tuple(modules), tuple(folders))
        if key not in self._codes:
            self._codes[key] = self._walk(key[0], (PACKAGE.parent, *folders))
        return self._codes[key]

    def _files(self, module: str, folders: tuple[Path, ...]) -> list[str]:
        key = (module, folders)
        if key not in self._found:
            own = module.split(".")[0] == PACKAGE.name
            self._found[key] = find_source(module, folders[:1] if own else folders[1:])
        return self._found[key]

    def _walk(self, modules: tuple[str, ...], folders: tuple[Path, ...]) -> Code:
        waiting, seen, libraries = list(modules), set(modules), set()
        shas: dict[str, str] = {}
        while waiting:
            module = waiting.pop()
            files = self._files(module, folders)
            if not files:
                libraries.add(module.split(".")[0])
            for file in files:
                if file not in shas:
                    shas[file], imports = self.cache.of_source(file)
                    waiting += [name for name in imports if name not in seen]
                    seen.update(imports)
        # Paths differ between machines and between a clone and an installed wheel: names do not.
        facts = sorted((os.path.basename(file), sha) for file, sha in shas.items())
        outside = {DISTRIBUTIONS.get(n, n) for n in libraries - sys.stdlib_module_names}
        return Code(of_value(facts), tuple(sorted(outside)))


def of_keras_file(path: Path, cache: StatCache) -> str:
    """Digest of a saved model by what it is, not by its file: a `.keras` file stores a date.

    For a zip the members except `metadata.json` count; any other file counts by its bytes.
    """
    import zipfile

    name = os.path.abspath(path)
    entry, stat = cache.known(name)
    if entry is None or "model" not in entry:
        if zipfile.is_zipfile(name):
            with zipfile.ZipFile(name) as archive:
                members = sorted(set(archive.namelist()) - {"metadata.json"})
                facts: Any = [[member, of_bytes(archive.read(member))] for member in members]
        else:
            facts = of_bytes(Path(name).read_bytes())
        entry = cache.remember(name, stat, model=of_value(facts))
    return str(entry["model"])


def now_ns() -> int:
    """The clock that `StatCache.saved_ns` is read from."""
    return time.time_ns()


def short(facts: Mapping[str, Any]) -> str:
    """Twelve digits of a value's digest, for names that people see."""
    return of_value(facts)[:12]
