"""The files that a build keeps: objects by digest, outputs of tasks by key, manifests.

Below the cache folder (`.reportgen/`, which may be deleted at any time):

    objects/<2 digits>/<sha256>    bytes, named by their digest
    tasks/<2 digits>/<key>.json    a finished task's outputs, named by the task's key
    stat.json                      digests of files that have not changed

In the output folder each report has a `manifest.json`, written last. With it, `status` decides
without any cache whether the pages are fresh, even in a fresh clone.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.digest import StatCache, now_ns, of_bytes
from reportgen.types import Json, JsonObject, Params

SCHEMA = 1
MANIFEST = "manifest.json"


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it, then `os.replace`."""
    import tempfile  # not at the top: a build that writes nothing does without it

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def write_json(path: Path, value: Json) -> None:
    """Write a value as readable, byte-stable JSON, whole or not at all."""
    text = json.dumps(value, sort_keys=True, indent=1, allow_nan=False, ensure_ascii=False)
    write_atomic(path, text.encode() + b"\n")


def read_json(path: Path) -> Json:
    """A JSON file's value, or None where the file is absent or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
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
            write_atomic(path, data)
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
        write_json(self._task(key), facts)

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
            write_atomic(self.root / "stat.json", json.dumps(facts).encode())

    def _object(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _task(self, key: str) -> Path:
        return self.root / "tasks" / key[:2] / f"{key}.json"


@contextlib.contextmanager
def locked(root: Path) -> Iterator[bool]:
    """Lock the cache folder for one build; yields False where another build holds the lock."""
    import fcntl

    root.mkdir(parents=True, exist_ok=True)
    with open(root / "lock", "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def read_manifest(folder: Path) -> JsonObject:
    """A report's manifest, {"tasks": {...}, "files": {...}}; both are empty without a manifest."""
    facts = read_json(folder / MANIFEST)
    if not isinstance(facts, dict) or facts.get("schema") != SCHEMA:
        return {"tasks": {}, "files": {}}
    # A manifest may come from a stranger's clone; it must not name files outside its folder.
    files = {name: d for name, d in facts.get("files", {}).items() if _inside(name)}
    return {"tasks": facts.get("tasks", {}), "files": files}


def _inside(name: str) -> bool:
    return not os.path.isabs(name) and ".." not in Path(name).parts


def write_manifest(folder: Path, tasks: Params, files: Mapping[str, str]) -> None:
    """Write a report's manifest; call this last, when every listed file is written."""
    facts = {"reportgen": True, "schema": SCHEMA, "tasks": tasks, "files": files}
    write_json(folder / MANIFEST, facts)
