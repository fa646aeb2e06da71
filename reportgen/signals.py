"""How Ctrl-C, SIGTERM and SIGHUP end a command.

While the command starts, they end it at once; while it works, they raise an exception. A signal
that is ignored from outside, as by `nohup` or for a job in the background, stays ignored.

Imports little: until it is imported, Python prints a traceback at Ctrl-C.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    Handler = Callable[[int, FrameType | None], object]

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")

PATIENCE = 3
"""The number of signals after which the process ends without cleaning up."""


class Interrupted(KeyboardInterrupt):
    """A signal asks the command to end.

    Attributes:
        exit_status: the exit status by which shells report the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.exit_status = 128 + number


def end_at_once() -> None:
    """From now on a signal ends the process without a word."""
    _handle(lambda number, _: os._exit(128 + number))


class Interruptible:
    """A context in which the first signal raises `Interrupted`; the second is not heard."""

    def __init__(self) -> None:
        self._count = 0

    def __enter__(self) -> None:
        self._earlier = _handle(self._receive)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            raise Interrupted(number)
        if self._count == PATIENCE:
            os._exit(128 + number)


def _handle(handler: Handler) -> dict[int, Handler | int | None]:
    """Handle the signals that are not ignored; returns what handled them before."""
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    heard = [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]
    try:
        return {one: signal.signal(one, handler) for one in heard}
    except ValueError:  # Python hears signals in its main thread only.
        return {}
