"""The datasets that `keras.datasets` downloads and caches: reading, checking and splitting them.

Keras fails on them in ways that do not help: it raises a plain `Exception` without network, and
overwrites a cached file with a wrong hash by a download, so that the file is lost when that fails.
The cache is therefore checked before Keras touches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.catalog import Parameter
from reportgen.datasets.parameters import FORM
from reportgen.datasets.preprocessing import PARAMETERS as PREPROCESSING
from reportgen.errors import Problem, UserError
from reportgen.library_errors import cause
from reportgen.records import Dataset, Split, Target
from reportgen.types import Params

if TYPE_CHECKING:
    from reportgen.types import Array, Integers, JsonObject, Pixels

    Published = tuple[tuple[Pixels, Array], tuple[Pixels, Array]]
    """Images (n, 28, 28) and labels (n,) for training and for test."""

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
    *FORM,
    *PREPROCESSING,
)
TIMEOUT = 10.0
"""Seconds without an answer after which a download counts as failed."""


@dataclass(frozen=True)
class Source:
    """A dataset of Keras.

    Attributes:
        name: of the module in `keras.datasets`.
        title: for people.
        classes: their names.
        files: paths below Keras' home folder -> SHA-256, or "" where Keras checks none.
        threshold: pixels above it are foreground.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    files: Mapping[str, str]
    threshold: int


def load(source: Source, params: Params, seed: int) -> Dataset:
    """The dataset, with a stratified validation split taken from its training images.

    Raises:
        UserError: there is neither a copy nor a network, or a copy is not what Keras published.
    """
    from reportgen.datasets.splits import built_in

    published = _read(source)
    (images, labels), (test_images, test_labels) = published
    train, validation = _split(labels, params["limit"], params["validation"], seed)
    test = slice(params["test"])
    splits = {
        "train": _as_split(images[train], labels[train]),
        "validation": _as_split(images[validation], labels[validation]),
        "test": _as_split(test_images[test], test_labels[test]),
    }
    chosen = {name: params[name] for name in ("limit", "validation", "test")}
    facts: JsonObject = {"threshold": source.threshold, "seed": seed, **chosen}
    facts["cut"] = ["validation"]
    facts["published"] = _published_facts(published)
    foreground = f"pixels brighter than {source.threshold} of 255"
    targets = (Target("class", "Class", source.classes),)
    return built_in(source.name, source.title, targets, splits, foreground, params, facts)


def _split(
    labels: Array, limit: int | None, validation: float, seed: int
) -> tuple[Integers, Integers]:
    """Indices for training and validation, each with the same share of every class."""
    import numpy as np

    from reportgen.datasets.splits import stratified_order

    rng = np.random.default_rng(seed)
    order = stratified_order(labels, rng)[: limit or len(labels)]
    count = min(max(1, round(validation * len(order))), len(order) - 1)
    return rng.permutation(order[count:]), rng.permutation(order[:count])


def _as_split(images: Pixels, labels: Array) -> Split:
    import numpy as np

    return Split(images[..., None], {"class": labels.astype(np.int64)})


def _published_facts(published: Published) -> list[JsonObject]:
    """The published arrays, as rows of a table."""
    names = ("training images", "training labels", "test images", "test labels")
    arrays = (*published[0], *published[1])
    return [
        {
            "what": name,
            "shape": list(array.shape),
            "type": str(array.dtype),
            "range": [int(array.min()), int(array.max())],
        }
        for name, array in zip(names, arrays, strict=True)
    ]


# --- Keras' cache ---------------------------------------------------------------------------------


def _read(source: Source) -> Published:
    """The arrays as published, through `keras.datasets`."""
    import contextlib
    import io

    import keras

    home = _home()
    cached = _check_cache(source, home)
    try:
        # Keras announces a download on standard output, which belongs to the results of commands.
        with contextlib.redirect_stdout(io.StringIO()), _timeout():
            train, test = getattr(keras.datasets, source.name).load_data()
    except Exception as error:  # Keras raises plain Exception where it cannot download.
        folder = (home / next(iter(source.files))).parent
        reason = cause(error)
        if cached:
            raise _damaged(source, folder, reason) from error
        files = ", ".join(Path(name).name for name in source.files)
        problem = Problem(
            f"{source.title} is not in Keras' cache and could not be downloaded ({reason})",
            hint=f"build once with network, or put {files} into {folder} "
            "(the environment variable KERAS_HOME names another, writable cache)",
        )
        raise UserError(problem) from error
    return (train, test)


def _home() -> Path:
    """The folder in which Keras keeps what it downloads, by Keras' own rules."""
    import os

    home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return home if os.access(home, os.W_OK) or not home.exists() else Path("/tmp/.keras")


def _check_cache(source: Source, home: Path) -> bool:
    """Whether all files are cached. Raises UserError for a file with another hash."""
    import hashlib

    paths = {home / name: sha256 for name, sha256 in source.files.items()}
    for path, sha256 in paths.items():
        if sha256 and path.is_file():
            with path.open("rb") as file:
                received = hashlib.file_digest(file, "sha256").hexdigest()
            if received != sha256:
                raise _damaged(source, path, "its SHA-256 differs")
    return all(path.is_file() for path in paths)


def _damaged(source: Source, path: Path, why: str) -> UserError:
    problem = Problem(
        f"{path} is not {source.title} as Keras publishes it ({why})",
        hint="move it away and build with network, or put an intact copy in its place",
    )
    return UserError(problem)


@contextmanager
def _timeout() -> Iterator[None]:
    """Let a connection that does not answer fail after `TIMEOUT`."""
    import socket

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
