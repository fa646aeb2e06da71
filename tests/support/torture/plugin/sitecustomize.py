"""Loaded by every Python process of a build under torture: counts operations, and fails one.

TORTURE names the operation and what happens at it: "parent:write:3:KILL" kills the parent in the
middle of its third write, "worker:fsync:2:EIO" has the worker's second fsync fail, and
"parent:write:5+:ENOSPC" fails the fifth write and all after it. TORTURE_LOG names a file that gets
a line for each operation. TORTURE_ANSWERS names a folder of recorded answers, with which the worker
answers without TensorFlow; with TORTURE_RECORD, the worker writes that folder.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sys
from types import ModuleType

WORKER = "reportgen.engine.worker"

role = next(
    (
        role
        for role, mark in (("worker", f"{WORKER}:handler"), ("parent", "reportgen"))
        if mark in sys.orig_argv
    ),
    "",
)
root = os.environ.get("TORTURE_ROOT", "/nowhere")
planned = os.environ.get("TORTURE", ":::").split(":")
log = os.environ.get("TORTURE_LOG", "")
counts: dict[str, int] = {}


def happens(operation: str, path: object) -> str:
    """Count an operation; returns what happens at it, "" for nothing."""
    named = isinstance(path, str | os.PathLike)
    if named and not os.path.abspath(os.fspath(path)).startswith(root):
        return ""
    counts[operation] = counts.get(operation, 0) + 1
    if log:
        with io.FileIO(log, "a") as file:
            file.write(f"{role} {operation}\n".encode())
    if planned[:2] != [role, operation]:
        return ""
    first = int(planned[2].rstrip("+"))
    now = counts[operation]
    return planned[3] if now == first or (now > first and planned[2].endswith("+")) else ""


def strike(event: str) -> None:
    """Send this process a signal, or raise the system's error."""
    if hasattr(signal, f"SIG{event}"):
        os.kill(os.getpid(), getattr(signal, f"SIG{event}"))
    else:
        number = getattr(errno, event)
        raise OSError(number, os.strerror(number))


def failing(operation: str, function):
    def replacement(*args, **kwargs):
        event = happens(operation, args[0])
        if event:
            strike(event)
        return function(*args, **kwargs)

    return replacement


class Raw(io.FileIO):
    """A file whose writes may stop halfway."""

    def write(self, data) -> int:
        event = happens("write", self.name)
        if event:
            super().write(memoryview(data)[: len(data) // 2])
            strike(event)
            data = memoryview(data)[len(data) // 2 :]
            return super().write(data) + len(memoryview(data))
        return super().write(data)


def opening(function):
    def replacement(file, mode="r", *args, **kwargs):
        if mode in ("wb", "xb") and not isinstance(file, int):
            return io.BufferedWriter(Raw(file, mode))
        return function(file, mode, *args, **kwargs)

    return replacement


def recorded() -> ModuleType:
    """A module in place of the worker's, which answers from a recording or makes one."""
    module = ModuleType(WORKER)

    def handler():
        import answers

        if not os.environ.get("TORTURE_RECORD"):
            return answers.replay
        del sys.modules[WORKER]
        import importlib

        return answers.recording(importlib.import_module(WORKER).handler())

    module.handler = handler  # type: ignore[attr-defined]
    return module


if role:
    for name in ("replace", "rename", "link", "fsync", "unlink", "remove", "rmdir", "mkdir"):
        group = {"rename": "replace", "link": "replace", "remove": "unlink", "rmdir": "unlink"}
        setattr(os, name, failing(group.get(name, name), getattr(os, name)))
    builtins.open = io.open = opening(io.open)
if role == "worker" and os.environ.get("TORTURE_ANSWERS"):
    sys.modules[WORKER] = recorded()
