"""Errors of Keras, TensorFlow, Matplotlib and others in a few words, without their internals."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from types import TracebackType

LONGEST = 300
"""Characters of a library's own words that a message quotes."""
SHORT = 80
"""Characters of a first sentence that needs the second one beside it."""

LIBRARIES = {
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "matplotlib": "Matplotlib",
    "mpl_toolkits": "Matplotlib",
    "PIL": "Pillow",
    "numpy": "NumPy",
    "h5py": "h5py",
}
"""How messages name a library, by its package."""

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOISE = re.compile(
    r"Graph execution error:|Exception encountered when calling [^\n]*?\.\s|"
    r"\{\{[^{}]*\}\}|\[Op:\w+\]|\bname:\s*$|\(?[\w./-]+\.py:\d+\)?",
    re.MULTILINE,
)
_REST = re.compile(
    r"( for '\{\{node| on /job:|Arguments received by|Call arguments received|Detected at node|"
    r"Detected unsupported|"
    r"Stack trace for|Original stack trace|\[\[|Traceback \(most|at block HloModule|"
    r"^\s*File \").*",
    re.DOTALL | re.MULTILINE,
)
_INNER = re.compile(
    r"(?:Error encountered:|in user code:.*\n\s+\w+(?:Error|Exception):)", re.DOTALL
)
"""Comes before the error that a library has wrapped into its own words."""
_FORMULA = re.compile(r"Parse\w*Exception")
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
_SYSTEM = re.compile(r"error message = '([^']*)'")
_TENSOR = re.compile(
    r"""(?:<KerasTensor|Tensor\(["'][^"']*["'],|tf\.Tensor\()\s*shape=(\([^)]*\))[^)>]*[)>]"""
)
_LAYER = re.compile(r"Exception encountered when calling (?:layer '([^']+)'|(\w+)\.\w+\(\))")
_SENTENCE = re.compile(r"(?<=[^.])\.(?=\s+[A-Z`'\"]|$)")
_MEMORY = re.compile(r"\bOOM\b|out of memory|unable to allocate|failed to allocate|bad_alloc", re.I)


def cause(error: BaseException) -> str:
    """What a library says is wrong: one line without its files, lines, nodes and arguments.

    The line ends without a full stop. An error without words is named by its type.
    """
    text = str(getattr(error, "message", None) or error)
    if isinstance(error, OSError) and error.strerror and error.filename:
        return _cut(f"{error.filename}: {error.strerror}")
    if match := _SYSTEM.search(text):
        return _cut(match[1])
    # Keras' words for a failed download, before those of the system.
    text = _NUMBER.sub("", text.rpartition(" -- ")[2])
    if _FORMULA.search(text):
        return "a text between two '$' is not a formula"
    text = plain(text)
    first, *others = (part.strip() for part in _SENTENCE.split(text))
    if len(first) < SHORT and others and others[0]:
        first = f"{first}. {others[0]}"
    words = first.strip(" .:;,")
    return _cut(words) or type(error).__name__


def plain(text: str) -> str:
    """A library's words on one line, without its files, lines, nodes and arguments."""
    text = _INNER.split(_ANSI.sub("", text))[-1]
    text = _NOISE.sub(" ", _REST.sub("", text))
    return " ".join(_TENSOR.sub(r"a tensor of shape \1", text).split())


def layer_of(error: BaseException) -> str:
    """The layer that Keras names in an error, "" where it names none."""
    match = _LAYER.search(str(error))
    return "" if match is None else match[1] or match[2]


def library_of(error: BaseException) -> str:
    """The library that raised an error, "" for none of `LIBRARIES`."""
    names = [type(error).__module__, *(_package(f) for f in reversed(_files(error.__traceback__)))]
    known = (LIBRARIES.get(name.partition(".")[0], "") for name in names[:2])
    return next(filter(None, known), "")


def is_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out."""
    # TensorFlow has a class of its own for that, and wraps it in others.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return True
    return bool(library_of(error)) and _MEMORY.search(str(error)) is not None


def own_place(error: BaseException, base: Path) -> tuple[str, int] | None:
    """The last line of the user's own code that an error passed through; None for none."""
    folder = base.resolve()
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        is_own = not _package(frame.filename) and file.resolve().is_relative_to(folder)
        if is_own and file.is_file():
            return frame.filename, frame.lineno or 1
    return None


def _files(trace: TracebackType | None) -> list[str]:
    return [frame.filename for frame in traceback.extract_tb(trace)]


def _package(file: str) -> str:
    """The installed package that a file belongs to, "" for none."""
    parts = Path(file).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return parts[parts.index(folder) + 1]
    return ""


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
