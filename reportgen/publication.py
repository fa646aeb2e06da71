"""Publishes the files of a report, or the front page, in a folder: all of them or none.

`publish` first writes every new file to a folder of its own inside the destination, the stage:

    .reportgen-stage/new/…            files that are not yet published
    .reportgen-stage/old/…            the files that they replace, as further links
    .reportgen-stage/manifest.json    written last: from now on the publication is decided

Then it moves the files into place, the manifest last. A build that is stopped before the decision
has published nothing; what is stopped after it, the next build completes (`recover`). An error
while files move brings the earlier files back. No file is replaced that reportgen did not write.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from reportgen.digest import of_bytes
from reportgen.errors import Problem, UserError
from reportgen.files import in_place_of_folder, read_regular
from reportgen.store import (
    MANIFEST,
    SCHEMA,
    naming,
    read_json,
    read_manifest,
    write_file,
    write_manifest,
)
from reportgen.types import Params

STAGE = ".reportgen-stage"
UNDO = "undo.json"
"""The stage's manifest while earlier files are brought back."""

OWN = {"reportgen", "schema", "tasks", "files"}
"""Keys of a manifest of reportgen."""

REMEDY = "choose another folder with --out, or remove it"

LISTED = 3
"""Files that a message names; the others are counted."""


def publish(
    folder: Path, digests: Mapping[str, str], tasks: Params, files: Mapping[str, bytes]
) -> list[str]:
    """Write the files of a report and its manifest, and remove the files that it no longer has.

    Args:
        folder: the report's folder.
        digests: the digest of every file of the report, by its path in the folder.
        tasks: what the manifest records of each task.
        files: bytes of the files; those that are left out are in place already.

    Returns:
        Files that the report no longer has and that stay, because they were changed.

    Raises:
        UserError: a file that reportgen did not write is in the way.
        OSError: the system refused; the folder is as it was.
    """
    is_new = not folder.is_dir()
    if is_new:
        refuse_foreign(folder, digests)
    with naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _held(folder):
        _recover(folder)
        refuse_foreign(folder, digests)
        try:
            _prepare(folder, digests, tasks, files)
            return _finish(folder)
        except BaseException:
            _withdraw(folder)
            raise
        finally:
            _discard(folder)
            if is_new:
                _remove_empty(folder, [MANIFEST], itself=True)


def recover(folder: Path) -> None:
    """Complete or undo a publication that was stopped, and remove its stage.

    A folder that holds nothing else was made for the publication, and goes with it.
    """
    if _is_folder(folder / STAGE):
        with _held(folder):
            _recover(folder)
            _remove_empty(folder, [MANIFEST], itself=True)


def withdraw(folder: Path) -> list[str]:
    """Remove a report: the files that its manifest lists, the manifest, and folders left empty.

    Returns:
        Files that stay, by path in the folder, because reportgen did not write them or because
        they were changed since; [] where the folder is gone.
    """
    with _held(folder):
        _recover(folder)
        files = read_manifest(folder)["files"]
        own = {name for name in files if is_inside(folder, name) and _is_own(folder, name, files)}
        left = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if not _is_folder(path) or not any(path.iterdir())
        )
        left = [name for name in left if name not in own and name != MANIFEST]
        if left or not _taken_away(folder):
            _remove(folder, files)
            with naming(folder / MANIFEST):
                (folder / MANIFEST).unlink(missing_ok=True)
            _remove_empty(folder, [MANIFEST], itself=True)
    return left


def _taken_away(folder: Path) -> bool:
    """Move a folder into the stage of the folder above, which is then removed.

    Returns:
        False where the file system does not move folders, as for layers of a container.
    """
    stage = folder.parent / STAGE
    try:
        stage.mkdir(exist_ok=True)
        os.replace(folder, stage / folder.name)
    except OSError:
        return False
    finally:
        _discard(folder.parent)
    return True


def refuse_foreign(folder: Path, digests: Mapping[str, str]) -> None:
    """Refuse a folder in which reportgen would replace files that it did not write.

    Args:
        folder: the folder of a report or of the site.
        digests: digest of every file that is to be written; a file that has it already is no
            obstacle, whoever wrote the file.

    Raises:
        UserError: names the files.
    """
    problems = list(obstacles(folder, digests))
    if problems:
        raise UserError(*problems)


def obstacles(folder: Path, digests: Mapping[str, str]) -> Iterator[Problem]:
    """Problems with what is in the way of files; see `refuse_foreign`."""
    if what := in_place_of_folder(folder):
        message = f"{folder} is {what}, but reportgen keeps pages in a folder of this name"
        yield Problem(message, hint=REMEDY)
        return
    listed = _listed(folder)
    inner = {folder / parent for name in digests for parent in list(Path(name).parents)[:-1]}
    for path in sorted({folder / STAGE, *inner}):
        if os.path.lexists(path) and not _is_folder(path):
            yield Problem(f"{path} is not a folder, but reportgen keeps files there", hint=REMEDY)
    foreign = []
    for name in (*digests, MANIFEST):
        path = folder / name
        if _is_folder(path):
            yield Problem(f"{path} is a folder, but reportgen writes a file there", hint=REMEDY)
        elif os.path.lexists(path) and listed is not None and name not in listed:
            foreign += [str(path)] if not _holds(path, digests.get(name)) else []
    if foreign:
        names = ", ".join(foreign[:LISTED])
        more = f" and {len(foreign) - LISTED} more files" if len(foreign) > LISTED else ""
        verb = "exists and was" if len(foreign) == 1 else "exist and were"
        yield Problem(f"{names}{more} {verb} not made by reportgen", hint=REMEDY)


def is_ours(folder: Path) -> bool:
    """Whether a folder has a manifest of reportgen."""
    facts = read_json(folder / MANIFEST)
    ours = isinstance(facts, dict) and facts.get("reportgen") is True
    return ours and facts.get("schema") == SCHEMA


def is_inside(folder: Path, name: str) -> bool:
    """Whether a file is in a folder, and no link leads out of the folder on the way to it."""
    path = Path(name)
    inner = not path.is_absolute() and ".." not in path.parts and bool(path.name)
    return inner and not any((folder / p).is_symlink() for p in list(path.parents)[:-1])


def _listed(folder: Path) -> set[str] | None:
    """Files of a folder that reportgen wrote; None for all, where its manifest is damaged."""
    path = folder / MANIFEST
    facts = read_json(path)
    known = facts.keys() & OWN if isinstance(facts, dict) else ()
    if isinstance(facts, dict) and facts.get("schema") == SCHEMA and known == OWN:
        return {*read_manifest(folder)["files"], MANIFEST}
    # Web applications and browser extensions have files of this name too.
    damaged = not facts or not isinstance(facts, dict) or known
    return None if _is_file(path) and damaged else set()


def _prepare(
    folder: Path, digests: Mapping[str, str], tasks: Params, files: Mapping[str, bytes]
) -> None:
    """Fill the stage: new files, links to the files that they replace, and last the manifest."""
    stage, listed = folder / STAGE, read_manifest(folder)["files"]
    new = {
        n: data
        for n, data in files.items()
        if n not in listed or not _holds(folder / n, digests[n])
    }
    gone = {name for name in listed if name not in digests}
    with naming(stage):
        stage.mkdir()
    for name, data in new.items():
        write_file(stage / "new" / name, data)
    for name in sorted({*new, *gone}):
        # A damaged manifest may list a folder, which stays.
        if _is_there(folder / name) and is_inside(folder, name):
            with naming(folder / name):
                _link(folder / name, stage / "old" / name)
    write_manifest(stage, tasks, digests)


def _is_there(path: Path) -> bool:
    """Whether a path leads to anything but a folder, or is a link."""
    return os.path.lexists(path) and not _is_folder(path)


def _link(path: Path, copy: Path) -> None:
    """Give a file a second name, or copy it where the file system has no links."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, copy, follow_symlinks=False)


def _finish(folder: Path) -> list[str]:
    """Move staged files into place, remove files that are no longer listed, record the rest."""
    stage = folder / STAGE
    new, old = read_manifest(stage)["files"], read_manifest(folder)["files"]
    for name in new:
        if os.path.lexists(stage / "new" / name):
            with naming(folder / name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(stage / "new" / name, folder / name)
    kept = _remove(folder, {name: digest for name, digest in old.items() if name not in new})
    with naming(folder / MANIFEST):
        os.replace(stage / MANIFEST, folder / MANIFEST)
    return kept


def _withdraw(folder: Path) -> None:
    """Bring the earlier files back, after an error while files moved into place.

    Where that fails too, the stage stays as it is for the next build.
    """
    stage = folder / STAGE
    with contextlib.suppress(OSError):
        if (stage / MANIFEST).exists():
            os.replace(stage / MANIFEST, stage / UNDO)
            _undo(folder)


def _undo(folder: Path) -> None:
    """Bring the earlier files back, and remove those that have no earlier one."""
    stage = folder / STAGE
    new, old = read_manifest(stage, UNDO)["files"], read_manifest(folder)["files"]
    for name in new:
        had = name in old or os.path.lexists(stage / "old" / name)
        if not had and not os.path.lexists(stage / "new" / name) and is_inside(folder, name):
            (folder / name).unlink(missing_ok=True)
    for root, _, names in os.walk(stage / "old"):
        for path in (Path(root, name) for name in names):
            name = path.relative_to(stage / "old").as_posix()
            if is_inside(folder, name):
                os.replace(path, folder / name)
    (stage / UNDO).unlink()
    _remove_empty(folder, new)


def _recover(folder: Path) -> None:
    stage = folder / STAGE
    if not _is_folder(stage):
        return
    if (stage / UNDO).is_file():
        _undo(folder)
    elif (stage / MANIFEST).is_file():
        files = read_manifest(stage)["files"]
        waiting = {n: d for n, d in files.items() if os.path.lexists(stage / "new" / n)}
        if next(obstacles(folder, waiting), None) is None:
            _finish(folder)
        else:
            _withdraw(folder)
    _discard(folder)


def _discard(folder: Path) -> None:
    """Remove a stage that is done with; the next build removes what remains of it."""
    stage = folder / STAGE
    if _is_folder(stage) and not (stage / MANIFEST).exists() and not (stage / UNDO).exists():
        shutil.rmtree(stage, ignore_errors=True)


def _remove(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Delete files that are as reportgen wrote them; returns the others that exist."""
    kept = []
    for name in files:
        path = folder / name
        if is_inside(folder, name) and _is_there(path):
            if _is_own(folder, name, files):
                with naming(path):
                    path.unlink(missing_ok=True)
            else:
                kept.append(name)
    _remove_empty(folder, files)
    return kept


def _is_own(folder: Path, name: str, files: Mapping[str, str]) -> bool:
    """Whether a file is as reportgen wrote it; so is one whose digest nobody recorded."""
    return not files[name] or _holds(folder / name, files[name])


def _remove_empty(folder: Path, names: Iterable[str], *, itself: bool = False) -> None:
    """Delete the folders of these files that are empty, and `folder` too, if asked to."""
    depth = None if itself else -1
    inner = {parent for name in names for parent in list(Path(name).parents)[:depth]}
    for parent in sorted(inner, reverse=True):
        with contextlib.suppress(OSError):
            if not (folder / parent).is_symlink():
                (folder / parent).rmdir()


def _holds(path: Path, digest: str | None) -> bool:
    """Whether a path is a plain file with this digest."""
    try:
        return of_bytes(read_regular(path, follow=False)) == digest
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    """Whether a path is a plain file, and no link to one."""
    return path.is_file() and not path.is_symlink()


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder, and no link to one."""
    return path.is_dir() and not path.is_symlink()


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep the builds of other caches out of a folder; not where the file system has no locks."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
