"""The files that a build keeps: objects by digest, outputs of tasks by key, manifests.

Below the cache folder (`.reportgen/`, which may be deleted at any time):

    objects/<2 digits>/<sha256>    bytes, named by their digest
    tasks/<2 digits>/<key>.json    a finished task's outputs, named by the task's key
    stat.json                      digests of files that have not changed
    lock                           held by the build that is running
    tmp/                           unfinished files; the next build removes what a killed one left

Every entry is checked when it is read: objects against their names, the others against a seal, a
digest of the entry with its name. A damaged entry counts as missing and is made again.

In the output folder each report has a `manifest.json`, written last. With it, `status` decides
without any cache whether the pages are fresh, even in a fresh clone.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.codec import decode, encode, fits
from reportgen.digest import StatCache, now_ns, of_bytes
from reportgen.errors import Problem, UserError
from reportgen.files import in_place_of_folder, kind, read_regular
from reportgen.types import Json, JsonObject, Params

SCHEMA = 1
MANIFEST = "manifest.json"
TEMPORARY = "tmp"
UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT}
"""Errors of making a lock in a folder in which no build can write anyway."""
NAMES = frozenset({"objects", "tasks", "trials", "stat.json", "lock", "tmp"})
"""What a cache folder holds."""
_SEALED = re.compile(rb'\{"seal": "([0-9a-f]{64})", "entry": (.*)\}\n', re.DOTALL)


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


def write_json(path: Path, value: Json) -> None:
    """Write a value as readable, byte-stable JSON, whole or not at all."""
    text = json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    write_atomic(path, text.encode() + b"\n")


def read_json(path: Path) -> Json:
    """A JSON file's value; None where there is no regular file, or it is not sound JSON."""
    try:
        return _parsed(read_regular(path))
    except OSError:
        return None


def _parsed(data: bytes) -> Json:
    """The value of JSON, None where it is none or could not be written again."""
    try:
        value = json.loads(data)
        if b"\\ud" in data.lower():  # Perhaps half a character, which UTF-8 has no bytes for.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value


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
        if not self.has(digest):
            self._write(self._object(digest), data)
        self._seen.add(digest)
        return digest

    def put_output(self, data: bytes, *, digest: str = "", needs: tuple[str, ...] = ()) -> Output:
        """Keep bytes as a task's output; without `digest`, the digest is that of the bytes."""
        kept = self.put(data)
        return Output(digest or kept, kept, needs)

    def get(self, digest: str) -> bytes:
        """Bytes by digest. Raises KeyError where they are missing or damaged."""
        try:
            data = read_regular(self._object(digest), follow=False)
        except OSError:
            raise KeyError(digest) from None
        if of_bytes(data) != digest:
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
        self._write(self._task(key), _sealed(f"task {key}", encode(outputs)))

    def recall(self, key: str) -> dict[str, Output] | None:
        """Outputs of a finished task by its key; None where any of their objects is missing."""
        facts = self._unsealed(self._task(key), f"task {key}")
        if not fits(dict[str, Output], facts):
            return None
        outputs = decode(dict[str, Output], facts)
        wanted = [digest for o in outputs.values() for digest in (o.object, *o.needs)]
        return outputs if all(map(self.has, wanted)) else None

    def forget(self, key: str) -> None:
        """Drop a task's outputs, which are then made anew."""
        with contextlib.suppress(OSError):
            self._task(key).unlink()

    def passed(self, key: str) -> bool:
        """Whether a model file has passed its trial; `key` stands for it."""
        return self._unsealed(self._trial(key), f"trial {key}") is True

    def remember_passed(self, key: str) -> None:
        """Keep that a model file has passed its trial."""
        self._write(self._trial(key), _sealed(f"trial {key}", True))

    def stat_cache(self) -> StatCache:
        """The stat cache of earlier builds; an empty one where there is none."""
        entries = self._unsealed(self.root / "stat.json", STAT)
        return StatCache(entries) if fits(dict[str, dict[str, Any]], entries) else StatCache()

    def save_stat_cache(self, cache: StatCache) -> None:
        """Write the stat cache, if it has changed."""
        if not cache.changed:
            return
        # A read-only folder makes the next build slower but fails none.
        with contextlib.suppress(OSError):
            self._write(self.root / "stat.json", _sealed(STAT, cache.entries))
            cache.changed = False

    def _object(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _task(self, key: str) -> Path:
        return self.root / "tasks" / key[:2] / f"{key}.json"

    def _trial(self, key: str) -> Path:
        return self.root / "trials" / f"{key}.json"

    def _write(self, path: Path, data: bytes) -> None:
        """Write an entry; whatever else stands in its place goes."""
        for folder in reversed(path.relative_to(self.root).parents[:-1]):
            place = self.root / folder
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                place.unlink()
        if path.is_dir() and not path.is_symlink():
            import shutil  # not at the top: no sound cache needs it

            shutil.rmtree(path)
        write_atomic(path, data, self.root / TEMPORARY)

    def _unsealed(self, path: Path, name: str) -> Json:
        """The value of an entry; None where it is missing, damaged or another entry's."""
        try:
            data = read_regular(path, follow=False)
        except OSError:
            return None
        found = _SEALED.fullmatch(data)
        if found is None or found[1].decode() != _seal(name, found[2]):
            return None
        return _parsed(found[2])


STAT = f"stat {SCHEMA}"


def _sealed(name: str, entry: Json) -> bytes:
    text = json.dumps(entry, allow_nan=False, ensure_ascii=True).encode()
    return b'{"seal": "%s", "entry": %s}\n' % (_seal(name, text).encode(), text)


def _seal(name: str, text: bytes) -> str:
    return of_bytes(name.encode() + b"\0" + text)


def check_cache(root: Path) -> None:
    """Refuse a place where the cache would write among files that are not its own.

    Raises:
        UserError: it is no folder, or a link to a folder that holds other things.
    """
    if root.is_symlink() and root.is_dir():
        others = [name for name in sorted(os.listdir(root)) if name not in NAMES and name[0] != "."]
        if others:
            message = f"{root} is a link to a folder that holds other things, such as {others[0]}"
            hint = "let it lead to a folder of its own, or remove it"
            raise UserError(Problem(message, hint=hint))
    elif what := in_place_of_folder(root):
        message = f"{root} is {what}, but reportgen keeps its cache in a folder of this name"
        raise UserError(Problem(message, hint="rename or remove it"))


@contextlib.contextmanager
def locked(root: Path, unlockable: Callable[[str], None] = lambda _: None) -> Iterator[bool]:
    """Lock the cache folder for one build; yields False where another build holds the lock.

    With the lock, the unfinished files of builds that were killed are removed. A folder that cannot
    be written to needs no lock, because no build can change it.

    Args:
        root: the cache folder.
        unlockable: called with a sentence where the file system has no locks; the build goes on.

    Raises:
        UserError: something else stands in the place of the folder or of its lock.
    """
    import fcntl

    check_cache(root)
    with _opened_lock(root) as handle:
        if handle is None:
            yield True
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            yield False
            return
        except OSError as error:
            why = f"the file system of {root} has no locks ({error.strerror})"
            unlockable(f"{why}: run one build at a time")
        else:
            _remove_unfinished(root / TEMPORARY)
        yield True


@contextlib.contextmanager
def _opened_lock(root: Path) -> Iterator[int | None]:
    """The lock's file, made where it is missing and never emptied; a link is not followed.

    None where the folder cannot be written to.
    """
    path = root / "lock"
    if what := kind(path, follow=False):
        raise UserError(Problem(f"{path} is {what}, not a file", hint="remove it"))
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        handle = None
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def _remove_unfinished(folder: Path) -> None:
    """Remove what killed builds left in the folder of unfinished files."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for entry in os.scandir(folder):
        if not entry.is_dir(follow_symlinks=False):
            # What cannot be removed now, a later build removes.
            with contextlib.suppress(OSError):
                os.unlink(entry.path)


@dataclass(frozen=True)
class RecordedFacts:
    """Facts of a task in a manifest, as far as they are compared by name."""

    code: str
    params: Mapping[str, Any]
    inputs: Mapping[str, str]
    libraries: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True)
class RecordedTask:
    """A task in a manifest."""

    key: str
    facts: RecordedFacts
    outputs: Mapping[str, str]


def read_manifest(folder: Path, name: str = MANIFEST) -> JsonObject:
    """A report's manifest, {"tasks": {...}, "files": {...}}; both are empty without a manifest.

    What is not of the shape that `write_manifest` writes is left out. The digest of a file is ""
    where the manifest merely lists it.
    """
    facts = read_json(folder / name)
    if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
        return {"tasks": {}, "files": {}}
    tasks, files = (facts.get(name) for name in ("tasks", "files"))
    files = dict.fromkeys(map(str, files), "") if isinstance(files, list) else files
    sound = {key: task for key, task in _items(tasks) if fits(RecordedTask, task)}
    # A manifest may come from a stranger's clone; it must not name files outside its folder.
    inside = {name: d for name, d in _items(files) if isinstance(d, str) and _inside(name)}
    return {"tasks": sound, "files": inside}


def _items(value: Json) -> Iterable[tuple[str, Json]]:
    return value.items() if isinstance(value, dict) else ()


def _inside(name: str) -> bool:
    parts = Path(name).parts
    return bool(parts) and not os.path.isabs(name) and ".." not in parts and "\0" not in name


def write_manifest(folder: Path, tasks: Params, files: Mapping[str, str]) -> None:
    """Write a report's manifest; call this last, when every listed file is written."""
    facts = {"reportgen": True, "schema": SCHEMA, "tasks": tasks, "files": files}
    write_json(folder / MANIFEST, facts)
