"""Standard output and the error stream, which may be closed, full, or a pipe without a reader."""

from __future__ import annotations

import io
import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from typing_extensions import Buffer


class Forgiving(io.FileIO):
    """A stream that accepts whatever is written, and remembers the first error.

    A build goes on where its progress cannot be shown.
    """

    error: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        """Write bytes, or drop them after the first error."""
        if self.error is None:
            try:
                # A pipe that another program set to nonblocking may be full for a moment.
                while (written := super().write(data)) is None:
                    select.select([], [self], [])
                return written
            except OSError as error:
                self.error = error
        return memoryview(data).nbytes


def forgiving_streams() -> Forgiving:
    """Replace standard output and the error stream; returns the first of both.

    Files that are opened later must not take the place of a stream that is closed.
    """
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)
    output, errors = (Forgiving(handle, "wb", closefd=False) for handle in (1, 2))
    sys.stdout, sys.stderr = _text(output, sys.stdout), _text(errors, sys.stderr)
    return output


def _text(raw: Forgiving, earlier: TextIO | None) -> TextIO:
    """The stream for text, with the encoding of the one that it replaces."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=getattr(earlier, "encoding", "utf-8"),
        errors=getattr(earlier, "errors", "backslashreplace"),
        line_buffering=True,
    )
