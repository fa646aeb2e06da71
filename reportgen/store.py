"""The files that a build keeps: objects by digest, outputs of tasks by key, manifests.

Below the cache folder (`.reportgen/`, which may be deleted at any time):

    objects/<2 digits>/<sha256>    bytes, named by their digest
    tasks/<2 digits>/<key>.json    a finished task's outputs, named by the task's key
    stat.json                      digests of files that have not changed
    lock                           locked by the build that uses the folder
    tmp/                           unfinished files; the next build removes what a killed one left

In the output folder each report has a `manifest.json`, written last. With it, `status` decides
without any cache whether the pages are fresh, even in a fresh clone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.digest import StatCache, now_ns, of_bytes
from reportgen.errors import Problem, UserError
from reportgen.types import Json, JsonObject, Params

SCHEMA = 1
MANIFEST = "manifest.json"
TEMPORARY = "tmp"

UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT}
"""Errors of creating a lock where no build can write anyway."""
ODD = {errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENODEV}
"""Errors of opening a lock that is a link, a pipe, a folder or a device."""


def write_atomic(path: Path, data: bytes, temporary: Path | None = None) -> None:
    """Write a file whole or not at all: first a temporary file, then `os.replace`.

    Args:
        path: the file.
        data: its bytes.
        temporary: the folder of the temporary file, in the same file system; None for the file's
            own folder.

    Raises:
        OSError: the system refused; the error names the file.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = _unused(temporary or path.parent, path.name)
        try:
            write_file(unfinished, data)
            os.replace(unfinished, path)
        except BaseException:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise


def write_file(path: Path, data: bytes) -> None:
    """Write a new file to the disk, with the folders above it. Raises OSError where it exists."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _unused(folder: Path, name: str) -> Path:
    """A path in a folder that no other process uses."""
    return folder / f".{name[:40]}.{os.getpid():x}-{now_ns():x}"


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have an error of the system name this path, instead of a temporary file or of none."""
    try:
        yield
    except OSError as error:
        if error.errno is not None:
            error.filename, error.filename2 = str(path), None
        raise


def write_json(path: Path, value: Json, temporary: Path | None = None) -> None:
    """Write a value as readable, byte-stable JSON, whole or not at all; see `write_atomic`."""
    text = json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    write_atomic(path, text.encode() + b"\n", temporary)


def read_json(path: Path) -> Json:
    """A JSON file's value, or None where the file is absent or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None


@dataclass(frozen=True)
class Output:
    """One result of a task.

    Attributes:
        digest: the output's digest in the keys of the tasks that use it.
        object: digest of the stored bytes; the bytes of one and the same model may differ.
        needs: digests of further objects that the stored bytes refer to.
    """

    digest: str
    object: str
    needs: tuple[str, ...] = ()


class Store:
    """The cache folder. A damaged entry counts as missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._seen: set[str] = set()

    def put(self, data: bytes) -> str:
        """Keep bytes; returns their digest."""
        digest = of_bytes(data)
        path = self._object(digest)
        if not path.is_file():
            write_atomic(path, data, self.root / TEMPORARY)
        self._seen.add(digest)
        return digest

    def put_output(self, data: bytes, *, digest: str = "", needs: tuple[str, ...] = ()) -> Output:
        """Keep bytes as a task's output; without `digest`, the digest is that of the bytes."""
        kept = self.put(data)
        return Output(digest or kept, kept, needs)

    def get(self, digest: str) -> bytes:
        """Bytes by digest. Raises KeyError where they are missing or damaged."""
        try:
            data = self._object(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None
        if of_bytes(data) != digest:
            self._object(digest).unlink()
            raise KeyError(digest)
        return data

    def path(self, digest: str) -> Path:
        """Path of an object's file, for libraries that read a file."""
        return self._object(digest)

    def has(self, digest: str) -> bool:
        """Whether an object is present and undamaged; each process checks an object once."""
        if digest not in self._seen:
            try:
                self.get(digest)
            except KeyError:
                return False
            self._seen.add(digest)
        return True

    def remember(self, key: str, outputs: Mapping[str, Output]) -> None:
        """Keep a finished task's outputs under its key."""
        facts = {name: [o.digest, o.object, list(o.needs)] for name, o in outputs.items()}
        write_json(self._task(key), facts, self.root / TEMPORARY)

    def recall(self, key: str) -> dict[str, Output] | None:
        """Outputs of a finished task by its key; None where any of their objects is missing."""
        facts = read_json(self._task(key))
        if not isinstance(facts, dict):
            return None
        outputs = {name: Output(d, o, tuple(needs)) for name, (d, o, needs) in facts.items()}
        wanted = [digest for o in outputs.values() for digest in (o.object, *o.needs)]
        return outputs if all(self.has(digest) for digest in wanted) else None

    def stat_cache(self) -> StatCache:
        """The stat cache of earlier builds; an empty one where there is none."""
        facts = read_json(self.root / "stat.json")
        if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
            return StatCache()
        return StatCache(facts["entries"], facts["saved_ns"])

    def save_stat_cache(self, cache: StatCache) -> None:
        """Write the stat cache, if it has changed."""
        if not cache.changed:
            return
        facts = {"schema": SCHEMA, "saved_ns": now_ns(), "entries": cache.entries}
        # A read-only folder makes the next build slower but fails none.
        with contextlib.suppress(OSError):
            data = json.dumps(facts).encode()
            write_atomic(self.root / "stat.json", data, self.root / TEMPORARY)

    def _object(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _task(self, key: str) -> Path:
        return self.root / "tasks" / key[:2] / f"{key}.json"


@contextlib.contextmanager
def locked(root: Path, unlockable: Callable[[str], None] = lambda _: None) -> Iterator[bool]:
    """Lock the cache folder for one build; yields False where another build holds the lock.

    With the lock, the unfinished files of builds that were killed are removed. A folder that cannot
    be written to needs no lock, for no build can change it.

    Args:
        root: the cache folder.
        unlockable: called with a sentence where the file system has no locks; the build goes on.
    """
    import fcntl

    handle = _open_lock(root)
    if handle is None:
        yield True
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove_unfinished(root / TEMPORARY)
        mine = True
    except (BlockingIOError, PermissionError):
        mine = False
    except OSError as error:
        unlockable(f"the file system of {root} has no locks ({error.strerror}): "
                   "run one build at a time")  # fmt: skip
        mine = True
    try:
        yield mine
    finally:
        os.close(handle)


def _open_lock(root: Path) -> int | None:
    """The open lock file; None where the folder cannot be written to."""
    path, flags = root / "lock", os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | flags, 0o666)
    except OSError as error:
        if error.errno in UNWRITABLE:
            return None
        if error.errno not in ODD:
            raise
        handle = None
    if handle is not None and stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    if handle is not None:
        os.close(handle)
    message = f"{path} is not a plain file, but reportgen's lock should be there"
    raise UserError(Problem(message, hint="remove it"))


def _remove_unfinished(folder: Path) -> None:
    """Remove what killed builds left in the folder of unfinished files."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for entry in os.scandir(folder):
        if entry.is_file(follow_symlinks=False):
            # What cannot be removed now, a later build removes.
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


def read_manifest(folder: Path, name: str = MANIFEST) -> JsonObject:
    """A report's manifest, {"tasks": {...}, "files": {...}}; both are empty without a manifest.

    The digest of a file is "" where the manifest records none. A damaged entry counts as missing.
    """
    facts = read_json(folder / name)
    if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
        return {"tasks": {}, "files": {}}
    files, tasks = facts.get("files"), facts.get("tasks")
    if isinstance(files, list):
        files = dict.fromkeys(map(str, files), "")
    # A manifest may come from a stranger's clone; it must not name files outside its folder.
    sound = {name: digest for name, digest in (files if isinstance(files, dict) else {}).items()
             if _inside(name) and isinstance(digest, str)}  # fmt: skip
    return {"tasks": tasks if isinstance(tasks, dict) else {}, "files": sound}


def _inside(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in Path(name).parts


def write_manifest(folder: Path, tasks: Params, files: Mapping[str, str]) -> None:
    """Write a report's manifest; call this last, when every listed file is written."""
    facts = {"reportgen": True, "schema": SCHEMA, "tasks": tasks, "files": files}
    write_json(folder / MANIFEST, facts)
