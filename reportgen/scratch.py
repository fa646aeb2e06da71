"""Temporary folders, which the next build removes where their process was killed.

A living process holds a lock on each of its folders, which ends with the process. Locks also tell
the processes of other containers from dead ones, which numbers of processes do not.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

PREFIX = "reportgen-scratch-"
NAME = re.compile(PREFIX + "[a-z0-9_]{8}")


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; it is removed at the end with all that it holds.

    Raises:
        OSError: no temporary folder can be made.
    """
    import shutil

    folder, handle = _made()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def sweep() -> None:
    """Remove the folders of this user's processes that were killed."""
    parent = _parent()
    for name in _names(parent):
        path = os.path.join(parent, name)
        # What cannot be opened, locked or removed is in use, or is gone meanwhile.
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                _remove(path, handle)
            finally:
                os.close(handle)


def _made() -> tuple[Path, int]:
    """A new folder and the handle that holds its lock."""
    import fcntl
    import tempfile

    while True:
        folder = tempfile.mkdtemp(prefix=PREFIX, dir=tempfile.tempdir or _parent())
        # Before it is locked, another build may take the folder for that of a killed process.
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.isdir(folder):
                return Path(folder), handle
            os.close(handle)


def _parent() -> str:
    """The folder of temporary files, found without the trial file that `tempfile` writes."""
    named = [os.environ.get(name, "") for name in ("TMPDIR", "TEMP", "TMP")]
    return next((path for path in named if path and os.path.isdir(path)), "/tmp")


def _names(parent: str) -> list[str]:
    try:
        return [name for name in os.listdir(parent) if NAME.fullmatch(name)]
    except OSError:
        return []


def _remove(path: str, handle: int) -> None:
    import fcntl
    import shutil

    status = os.fstat(handle)
    if status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) == 0o700:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
