"""A private copy of a model or weights file, so that what was inspected is what is loaded."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reportgen.digest import files_in
from reportgen.errors import Problem, UserError
from reportgen.models.trust import limits
from reportgen.models.trust.findings import Kind
from reportgen.scratch import scratch_folder


@dataclass(frozen=True)
class Copy:
    """A copied file: its path, its name in messages, and the SHA-256 of its bytes."""

    path: Path
    name: str
    digest: str


@contextmanager
def copied(path: Path, kind: Kind = "model") -> Iterator[Copy]:
    """Copy a file into a folder that only this user can enter; leaving the context removes both.

    The copy is hashed while it is written: nobody who can change the original file later changes
    what was inspected.

    Raises:
        UserError: the file is larger than `limits.FILE`, or is no plain file.
    """
    with scratch_folder() as folder:
        # Keras knows weights of its own format by the whole ending.
        ending = ".weights.h5" if path.name.endswith(".weights.h5") else path.suffix
        copy = folder / f"model{ending}"
        with _plain(path, kind) as source, open(copy, "xb") as target:
            digest, size = hashlib.sha256(), 0
            while block := source.read(limits.MB):
                size += len(block)
                if size > limits.FILE:
                    raise _too_large(path, kind)
                digest.update(block)
                target.write(block)
        copy.chmod(0o400)
        yield Copy(copy, path.name, digest.hexdigest())


@contextmanager
def copied_folder(folder: Path) -> Iterator[Path]:
    """Copy the files of a folder, except hidden ones; leaving the context removes the copy.

    Raises:
        UserError: the files are larger than `limits.FILE` together, or one is no plain file.
    """
    with scratch_folder() as place:
        copy, left = place / folder.name, limits.FILE
        copy.mkdir()
        for name in files_in(folder):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            with _plain(folder / name, "model") as source, open(copy / name, "xb") as target:
                while block := source.read(limits.MB):
                    left -= len(block)
                    if left < 0:
                        raise _too_large(folder, "model")
                    target.write(block)
        yield copy


@contextmanager
def _plain(path: Path, kind: Kind) -> Iterator[BinaryIO]:
    try:
        # Not blocking, because opening a pipe would wait for its other end.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        message = f"the {kind} file {path} cannot be read ({error.strerror})"
        raise UserError(Problem(message, hint="repair or remove it")) from error
    with open(handle, "rb") as source:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            message = f"the {kind} file {path} is not a plain file"
            raise UserError(Problem(message, hint="name a file that model.save() wrote"))
        if status.st_size > limits.FILE:
            raise _too_large(path, kind)
        yield source


def _too_large(path: Path, kind: Kind) -> UserError:
    most = limits.readable_size(limits.FILE)
    return UserError(
        Problem(
            f"the {kind} file {path} is larger than {most}, the most that reportgen reads",
            hint="save it without the optimizer's state, model.save(NAME, include_optimizer=False)",
        )
    )
