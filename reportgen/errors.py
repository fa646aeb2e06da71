"""Errors of reportgen; each holds its problems as sentences for the user.

The command line turns errors into text and an exit status.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass

from reportgen.suggestions import did_you_mean as did_you_mean


@dataclass(frozen=True)
class Problem:
    """One mistake in an input, and its place.

    Attributes:
        message: the expected and the received value, in one sentence without a full stop.
        file: the file as the user named it, or None where no file is at fault.
        line: the line in that file, counted from 1, or None.
        hint: the remedy, in one sentence without a full stop, or "".
    """

    message: str
    file: str | None = None
    line: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = "" if self.file is None else f"{self.file}:"
        where += "" if self.line is None else f"{self.line}:"
        text = f"{where} {self.message}".strip()
        return f"{text}; {self.hint}" if self.hint else text


class ReportgenError(Exception):
    """Something failed; `problems` has one entry for each cause."""

    exit_status = 1

    def __init__(self, *problems: Problem | str) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            Problem(problem) if isinstance(problem, str) else problem for problem in problems
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UserError(ReportgenError):
    """A mistake in the user's spec, model, dataset or option: exit status 2."""

    exit_status = 2


class InputMovedError(UserError):
    """A file was replaced between its digest and its reading; the build goes again."""


class UndefinedError(ReportgenError):
    """A method is undefined for a model; the report prints this sentence in place of the figure."""


class SystemRefusal(ReportgenError):
    """The system refused to read or write, for all that reportgen does next would meet the same."""


def refused(error: OSError) -> Problem:
    """The problem that an error of the system is."""
    path = str(error.filename or "")
    try:
        path = path.removeprefix(os.getcwd() + os.sep)
    except OSError:
        hint = "change to another folder, then try again"
        return Problem("the working folder was removed while you were in it", hint=hint)
    where = f" {path}" if path else ""
    why = (error.strerror or str(error)).lower()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hint = "free some space, then build again; finished tasks are kept"
        return Problem(f"cannot write{where}: the disk is full", hint=hint)
    hint = _REMEDIES.get(error.errno or 0, "remove the cause, then try again")
    return Problem(f"cannot use{where}: {why}", hint=hint)


_REMEDIES = {
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM), "give yourself the right to read and write there"
    ),
    **dict.fromkeys(
        (errno.EMFILE, errno.ENFILE),
        "close other programs, or raise the limit of open files (ulimit -n), then try again",
    ),
    **dict.fromkeys(
        (errno.EAGAIN, errno.ENOMEM),
        "close other programs, or raise the limits of processes and of memory (ulimit -u and -v), "
        "then try again",
    ),
    errno.EFBIG: "raise the limit of the size of a file (ulimit -f), then try again",
    errno.EIO: "check the disk, then try again",
    **dict.fromkeys(
        (errno.ESTALE, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENOTCONN, errno.ENODEV),
        "check that the drive or the network folder is there, then try again",
    ),
    **dict.fromkeys(
        (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY),
        "another program may be changing these files; try again once it is done",
    ),
    errno.ENAMETOOLONG: "choose shorter names, or a folder with a shorter path",
    errno.ELOOP: "symbolic links there lead in a circle; remove one of them",
    errno.EBUSY: "another program uses it; close that program, then try again",
}
"""What to do about an error of the system, by its number."""
