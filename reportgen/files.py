"""Opens regular files only: a pipe or a device would be waited for, or never end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a symbolic link",
}


def open_regular(path: Path | str, *, follow: bool = True) -> BinaryIO:
    """A regular file, opened for reading.

    Args:
        path: the file.
        follow: whether it may be a symbolic link.

    Raises:
        OSError: there is no such file, it cannot be opened, or it is something else.
    """
    _refuse_others(os.stat(path, follow_symlinks=follow), path)
    # Not blocking: the file may have become a pipe since.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    file = open(os.open(path, flags), "rb")  # noqa: SIM115  (the caller closes it)
    try:
        _refuse_others(os.fstat(file.fileno()), path)
    except BaseException:
        file.close()
        raise
    return file


def read_regular(path: Path | str, *, follow: bool = True) -> bytes:
    """The bytes of a regular file. Raises OSError as `open_regular`."""
    with open_regular(path, follow=follow) as file:
        return file.read()


def kind(path: Path | str, *, follow: bool = True) -> str:
    """What a path leads to, in words, such as "a folder"; "" for a regular file or nothing."""
    try:
        return _kind(os.stat(path, follow_symlinks=follow))
    except OSError:
        return ""


def in_place_of_folder(path: Path) -> str:
    """What stands where a folder belongs, in words; "" for a folder, a link to one, or nothing."""
    if not os.path.lexists(path) or path.is_dir():
        return ""
    what = kind(path, follow=False)
    return f"{what} that leads to no folder" if path.is_symlink() else what or "a file"


def _kind(info: os.stat_result) -> str:
    return _KINDS.get(stat.S_IFMT(info.st_mode), "")


def _refuse_others(info: os.stat_result, path: Path | str) -> None:
    if what := _kind(info):
        raise OSError(errno.EINVAL, f"it is {what}, not a file", str(path))
