"""The trial load: a process of its own reads a model file first, with limits.

`python -m reportgen.models._trial` reads a question from its standard input, as JSON, and answers
with one line of JSON: {"ok": true}, or {"why": a sentence's end} for a file that is to be refused,
or {"keras": what Keras finds wrong} for one that Keras cannot read.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
DEEDS = {
    "connect to the network": (
        "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
        "urllib.Request",
    ),
    "start another program": (
        "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
        "os.forkpty", "pty.spawn",
    ),
    "change files": (
        "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod",
        "os.truncate", "shutil.rmtree", "shutil.move",
    ),
}  # fmt: skip
"""Audit events of Python by what they do; no model needs any of them to be read."""


DRAWING = ("IPython", "matplotlib")
"""What Keras imports to show pictures, where it is installed."""


class Watch:
    """Stops what reading a model has no business with, and remembers it; a context manager.

    No file can grow meanwhile, whoever writes it. Of the rest it is a watch, not a wall:
    Python tells of what Python does, not of what libraries do by themselves.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.on = False
        self.seen = ""
        self.events = {event: deed for deed, events in DEEDS.items() for event in events}

    def __enter__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        self.on = True

    def __exit__(self, *_: object) -> None:
        self.on = False
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python for every audit event."""
        if not self.on:
            return
        deed = self.events.get(event, "")
        if event == "open" and self._writes(arguments):
            deed = "write a file"
        if deed:
            # Keras swallows some errors, so what was tried is remembered too.
            self.seen = self.seen or deed
            raise PermissionError(f"a model file may not {deed}")

    def _writes(self, arguments: tuple[Any, ...]) -> bool:
        path, _, flags = arguments
        inside = isinstance(path, str) and path.startswith((self.folder, "/dev/null"))
        return isinstance(flags, int) and bool(flags & WRITING) and not inside


def main() -> None:
    """Answer one question."""
    # Whatever libraries print must not look like the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _import()
    question = json.load(sys.stdin)
    _limit(question["memory"], question["seconds"])
    answers.write(json.dumps(_answer(question)) + "\n")
    answers.flush()
    os._exit(0)


def _import() -> None:
    """What reads models, in little more than half the usual time, before there is a question.

    Nothing that importing makes is garbage, so none is looked for; and Keras draws nothing here.
    """
    gc.disable()
    drawing = [name for name in DRAWING if name not in sys.modules]
    sys.modules |= dict.fromkeys(drawing)  # type: ignore[arg-type]  # None refuses an import
    try:
        importlib.import_module("keras")
        importlib.import_module("reportgen.models._reading")
    finally:
        for name in drawing:
            del sys.modules[name]
        gc.freeze()
        gc.enable()


def _limit(memory: int, seconds: int) -> None:
    # macOS has no such limit and says so; the others hold there too.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    import keras

    from reportgen.errors import UserError
    from reportgen.models._extent import refusal
    from reportgen.models._reading import read
    from reportgen.models._words import why

    path = Path(question["path"])
    watch = Watch(path.parent)
    sys.addaudithook(watch.hook)
    try:
        model = read(path, question["modules"], Path(question["base"]), watch=watch)
        large = refusal(model)
        answer: dict[str, Any] = {"why": large} if large else {"ok": isinstance(model, keras.Model)}
    except UserError as error:
        answer = {"own": [[p.message, p.file, p.line, p.hint] for p in error.problems]}
    except MemoryError:
        answer = {"why": "reading it takes more memory than is allowed"}
    except Exception as error:  # Whatever a broken file raises, it is the file that is wrong.
        answer = {"keras": why(error)[:2000]}
    return {"why": f"reading it tries to {watch.seen}"} if watch.seen else answer


if __name__ == "__main__":
    main()
