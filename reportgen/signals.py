"""How Ctrl-C, SIGTERM and SIGHUP end a command.

While the command starts, they end it at once; while it works, they raise an exception. A signal
that is ignored from outside, as by `nohup` or for a job in the background, stays ignored.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

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


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, the first signal raises `Interrupted`; cleaning up is not interrupted by a second."""
    count = 0

    def receive(number: int, _: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count == 1:
            raise Interrupted(number)
        if count == PATIENCE:
            os._exit(128 + number)

    earlier = _handle(receive)
    try:
        yield
    finally:
        for one, handler in earlier.items():
            signal.signal(one, handler)


Handler = Callable[[int, FrameType | None], None]


def _handle(handler: Handler) -> dict[int, Handler | int | None]:
    """Handle the signals that are not ignored; returns what handled them before."""
    heard = [one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]
    try:
        return {one: signal.signal(one, handler) for one in heard}
    except ValueError:  # Python hears signals in its main thread only.
        return {}
