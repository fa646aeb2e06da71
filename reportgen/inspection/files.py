"""Kinds of model file, part by part: `.keras` archives, legacy HDF5 files, SavedModels."""

from __future__ import annotations

import io
import os
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reportgen.inspection import archive, hdf5
from reportgen.inspection.findings import FUNCTION, TRUST, Findings
from reportgen.inspection.jsontext import parsed
from reportgen.inspection.limits import CONFIG, said
from reportgen.inspection.owned import Owned
from reportgen.inspection.references import References
from reportgen.inspection.sizes import check_sizes

SUFFIXES = (".keras", ".h5", ".hdf5")
SAVED_MODEL = "saved_model.pb"
"""The file that stands for the folder of a SavedModel."""


def check_keras(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a `.keras` file; `owned` is None where the file is trusted."""
    opened = archive.opened(path, findings)
    if opened is None:
        return
    with opened:
        archive.check_members(opened, findings, assets=owned is None)
        if findings.found:
            return  # What is in a member that does not fit its archive is not looked at.
        config = _json(opened, archive.CONFIG, findings)
        if archive.METADATA in opened.namelist():
            _json(opened, archive.METADATA, findings)
        stored = None
        with _weights(opened, path, findings) as file:
            if file is not None:
                stored = _tree(file, f"its member '{archive.WEIGHTS}'", findings)
    if owned is not None and not findings.found:
        _check_config(config, stored or 0, owned, findings)


def _json(opened: zipfile.ZipFile, name: str, findings: Findings) -> Any:
    data = archive.content(opened, name, findings)
    return None if data is None else parsed(data, f"member '{name}'", findings)


@contextmanager
def _weights(opened: zipfile.ZipFile, path: Path, findings: Findings) -> Iterator[BinaryIO | None]:
    """The weights as a file that can be read at any place."""
    member = opened.getinfo(archive.WEIGHTS)
    if member.compress_type == zipfile.ZIP_STORED:
        with path.open("rb") as file:
            part = _Slice(file, member)
            if part.whole:
                yield io.BufferedReader(part)
            else:
                findings.add(f"its member '{archive.WEIGHTS}' does not lie in the file as a whole")
                yield None
        return
    with tempfile.TemporaryFile() as unpacked:
        try:
            with opened.open(member) as packed:
                shutil.copyfileobj(packed, unpacked)
        except archive.BROKEN as error:
            text = f"its member '{archive.WEIGHTS}' cannot be read ({type(error).__name__})"
            findings.add(text)
            yield None
        else:
            yield unpacked


class _Slice(io.RawIOBase):
    """The bytes of a member that is stored as it is, as a file of its own."""

    def __init__(self, file: BinaryIO, member: zipfile.ZipInfo) -> None:
        self.file, self.size, self.at = file, member.file_size, 0
        file.seek(member.header_offset)
        header = file.read(30)
        name, extra = struct.unpack("<HH", header[26:]) if len(header) == 30 else (0, 0)
        self.start = member.header_offset + 30 + name + extra
        length = file.seek(0, os.SEEK_END)
        self.whole = len(header) == 30 and self.start + self.size <= length

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.size}[whence]
        self.at = max(0, base + offset)
        return self.at

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self.size - self.at))
        self.file.seek(self.start + self.at)
        data = self.file.read(wanted)
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def check_hdf5(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note what is wrong with a legacy file; `owned` is None where the file is trusted."""
    with path.open("rb") as file, hdf5.opened(file, "it", findings) as root:
        if root is None:
            return
        stored = hdf5.check_tree(root, "it", findings)
        config = _attribute(root, "model_config", findings)
        training = _attribute(root, "training_config", findings)
        if config is None and not findings.found:
            findings.add("it is not a model that Keras can load, for it holds weights alone")
        if owned is not None and config is not None:
            _check_config(config, stored, owned, findings)
            References(owned, findings).check(training, "training_config")


def check_program(path: Path, owned: Owned | None, findings: Findings) -> None:
    """Note that a SavedModel is one, where it is not trusted."""
    if owned is not None:
        text = "it is a SavedModel of TensorFlow, a program that can read and write files"
        findings.add(text, f"{FUNCTION}; {TRUST}")


def _attribute(root: Any, name: str, findings: Findings) -> Any:
    """A configuration that is stored as text beside the weights; None where there is none."""
    if name not in root.attrs:
        return None
    found = root.attrs.get_id(name)
    single = found.shape == () and found.get_storage_size() <= CONFIG
    text = root.attrs[name] if single else ""
    if not isinstance(text, str | bytes) or not 0 < len(text) <= CONFIG:
        findings.add(f"its attribute '{name}' is no text of at most {said(CONFIG)}")
        return None
    return parsed(text, f"attribute '{name}'", findings)


def _tree(file: BinaryIO, what: str, findings: Findings) -> int | None:
    """Bytes of weights; None where they cannot be read, which is noted."""
    stored = None
    with hdf5.opened(file, what, findings) as root:
        if root is not None:
            stored = hdf5.check_tree(root, what, findings)
    return stored


def _check_config(config: Any, stored: int, owned: Owned, findings: Findings) -> None:
    if not isinstance(config, dict) or "class_name" not in config:
        findings.add("its configuration does not describe a model")
        return
    References(owned, findings).check(config)
    check_sizes(config, stored, findings)
