"""The datasets that `keras.datasets` downloads and keeps: reading, checking and splitting them.

Keras fails on them in ways that do not help: a plain `Exception` without network, and a cached
file with the wrong hash is overwritten by the download and lost when that fails. Here the cache
is looked at before Keras touches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.catalog import Parameter
from reportgen.datasets._preparing import PARAMETERS as PREPARING
from reportgen.datasets._shaping import SHAPING
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Split, Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Labeled = tuple[NDArray[np.uint8], NDArray[Any]]

PARAMETERS = (
    Parameter(
        name="limit",
        kind="int",
        default=None,
        help="use only so many of the 60,000 training images (validation included)",
        minimum=100,
        maximum=60000,
        optional=True,
    ),
    Parameter(
        name="validation",
        kind="float",
        default=0.1,
        help="share of the training images that is set apart for validation",
        minimum=0.01,
        maximum=0.5,
    ),
    Parameter(
        name="test",
        kind="int",
        default=None,
        help="use only the first so many of the 10,000 test images",
        minimum=10,
        maximum=10000,
        optional=True,
    ),
    *SHAPING,
    *PREPARING,
)
TIMEOUT = 10.0
"""Seconds without an answer after which a download counts as failed."""


@dataclass(frozen=True)
class Source:
    """One of Keras' datasets.

    Attributes:
        name: of the module in `keras.datasets`; title: for people; classes: their names.
        files: paths below Keras' home folder -> SHA-256, or "" where Keras checks none.
        threshold: pixels above it are foreground.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    files: Mapping[str, str]
    threshold: int


def assemble(source: Source, params: Mapping[str, Any], seed: int) -> Dataset:
    """The dataset with a stratified validation split taken from its training images."""
    from reportgen.datasets._shared import built_in

    raw = _read(source)
    train, test = (_labeled(*part) for part in raw)
    kept, held_out = _split(train[1], params["limit"], params["validation"], seed)
    some = slice(params["test"])
    parts = {
        "train": (train[0][kept], train[1][kept]),
        "validation": (train[0][held_out], train[1][held_out]),
        "test": (test[0][some], test[1][some]),
    }
    splits = {name: Split(images, {"class": labels}) for name, (images, labels) in parts.items()}
    chosen = {name: params[name] for name in ("limit", "validation", "test")}
    facts = {"threshold": source.threshold, "seed": seed, **chosen, "published": _published(raw)}
    foreground = f"pixels brighter than {source.threshold} of 255"
    targets = (Target("class", "Class", source.classes),)
    return built_in(source.name, source.title, targets, splits, foreground, params, facts)


def _split(
    labels: NDArray[Any], limit: int | None, validation: float, seed: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Indices for training and validation, each with the same share of every class."""
    import numpy as np

    from reportgen.datasets._shared import rank_in_class

    rng = np.random.default_rng(seed)
    position = (rank_in_class(labels, rng) + 0.5) / np.bincount(labels)[labels]
    order = np.argsort(position, kind="stable")[: limit or len(labels)]
    count = min(max(1, round(validation * len(order))), len(order) - 1)
    return rng.permutation(order[count:]), rng.permutation(order[:count])


def _published(raw: tuple[Labeled, Labeled]) -> list[dict[str, Any]]:
    """What the publisher's files hold, for a table."""
    names = ("training images", "training labels", "test images", "test labels")
    return [
        {
            "what": name,
            "shape": list(array.shape),
            "type": str(array.dtype),
            "range": [int(array.min()), int(array.max())],
        }
        for name, array in zip(names, (*raw[0], *raw[1]), strict=True)
    ]


def _labeled(images: NDArray[np.uint8], labels: NDArray[Any]) -> Labeled:
    """Images (n, h, w, 1) with their labels."""
    import numpy as np

    return images[..., None], labels.astype(np.int64)


def _read(source: Source) -> tuple[Labeled, Labeled]:
    """Training and test images (n, 28, 28) with labels as published, through `keras.datasets`."""
    import contextlib
    import io

    import keras

    home = _home()
    present = _check(source, home)
    try:
        # Keras announces a download on standard output, which is not ours to write on.
        with contextlib.redirect_stdout(io.StringIO()), _impatient():
            raw = getattr(keras.datasets, source.name).load_data()
    except Exception as error:  # Keras raises plain Exception where it cannot download.
        raise _unreadable(source, home, present, error) from error
    return (raw[0], raw[1])


def _home() -> Path:
    """The folder in which Keras keeps what it downloads, by the rules that Keras follows."""
    import os

    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return home if os.access(home, os.W_OK) or not home.exists() else Path("/tmp/.keras")


def _check(source: Source, home: Path) -> bool:
    """Whether all files are there; one with another hash is refused before Keras replaces it."""
    import hashlib

    paths = {home / name: wanted for name, wanted in source.files.items()}
    for path, wanted in paths.items():
        if wanted and path.is_file():
            with path.open("rb") as file:
                received = hashlib.file_digest(file, "sha256").hexdigest()
            if received != wanted:
                raise UserError(_damaged(source, path, "its SHA-256 differs"))
    return all(path.is_file() for path in paths)


def _unreadable(source: Source, home: Path, present: bool, error: Exception) -> UserError:
    folder = (home / next(iter(source.files))).parent
    reason = str(error).rpartition(" -- ")[2] or type(error).__name__
    if present:
        return UserError(_damaged(source, folder, reason))
    files = ", ".join(Path(name).name for name in source.files)
    return UserError(
        Problem(
            f"{source.title} is not in Keras' cache and could not be downloaded ({reason})",
            hint=f"build once with network, or put {files} into {folder} "
            "(the environment variable KERAS_HOME names another, writable cache)",
        )
    )


def _damaged(source: Source, path: Path, why: str) -> Problem:
    return Problem(
        f"{path} is not {source.title} as Keras publishes it ({why})",
        hint="move it away and build with network, or put an intact copy in its place",
    )


@contextmanager
def _impatient() -> Iterator[None]:
    """Let a connection that does not answer fail, instead of waiting for good."""
    import socket

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
