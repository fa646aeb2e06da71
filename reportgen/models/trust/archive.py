"""`.keras` files as zip archives: their members, before any is unpacked, and how to read one."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reportgen.models.trust import limits
from reportgen.models.trust.findings import TRUST, Findings, shown
from reportgen.models.trust.limits import readable_size

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MEMBERS = (METADATA, CONFIG, WEIGHTS)
"""Members that Keras writes for a model without assets (layers with vocabularies have some)."""

BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
)  # fmt: skip
"""Errors of `zipfile` for an archive that is torn, encrypted or packed in a strange way."""


@contextmanager
def open_archive(
    path: Path, findings: Findings, *, assets: bool = False
) -> Iterator[zipfile.ZipFile | None]:
    """The archive; None where it is not one that Keras would have written, which is noted.

    `assets` says whether there may be assets, which only a trusted file may have.
    """
    with path.open("rb") as file:
        start = file.read(8)
    archive = None
    if start.startswith(b"PK\x03\x04"):
        try:
            archive = zipfile.ZipFile(path)
        except BROKEN:
            findings.add(f"{_NO_MODEL} its zip archive is torn or damaged")
    else:
        findings.add(f"{_NO_MODEL} {_kind(start)}")
    if archive is None:
        yield None
        return
    with archive:
        _check_members(archive.infolist(), findings, assets)
        yield None if findings.problems else archive


_NO_MODEL = "it is not a model that Keras can load, for"


def _kind(start: bytes) -> str:
    if not start:
        return "it is empty"
    if start == b"\x89HDF\r\n\x1a\n":
        return "it is an HDF5 file, which should be named .h5, not a zip archive"
    return "it is not a zip archive"


def _check_members(members: list[zipfile.ZipInfo], findings: Findings, assets: bool) -> None:
    """Note members that Keras would not have written, and sizes that do not fit."""
    if len(members) > limits.OBJECTS:
        findings.add(f"it has {len(members)} members")
        return
    seen: set[str] = set()
    for member in members:
        if member.filename in seen:
            findings.add(f"the member {shown(member.filename)} stands in it twice")
        seen.add(member.filename)
        _check_name(member, findings, assets)
        _check_size(member, findings)
    total = sum(member.file_size for member in members)
    if total > limits.FILE:
        most = readable_size(limits.FILE)
        findings.add(
            f"its members unpack to {readable_size(total)}, and {most} is the most that is read"
        )
    for name in (CONFIG, WEIGHTS):
        if name not in seen:
            findings.add(f"{_NO_MODEL} it has no member '{name}'")
    _check_places(members, findings)


def _check_name(member: zipfile.ZipInfo, findings: Findings, assets: bool) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or name != member.orig_filename:
        findings.add(f"the member {shown(member.orig_filename)} points outside the archive")
    elif parts[0] == "assets":
        if not assets:
            text = f"the member {shown(name)} is an asset, which a layer reads while it loads"
            findings.add(text, f"remove the layer that has a vocabulary; {TRUST}")
    elif name not in MEMBERS:
        findings.add(f"the member {shown(name)} is none that Keras writes for a model")
    elif stat.S_ISLNK(member.external_attr >> 16):
        findings.add(f"the member {shown(name)} is a link")


def _check_size(member: zipfile.ZipInfo, findings: Findings) -> None:
    size, stored = member.file_size, member.compress_size
    subject = f"the member {shown(member.filename)}"
    declares = f"{subject} declares {readable_size(size)}, but"
    if member.flag_bits & 0x1:
        findings.add(f"{subject} is encrypted")
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        findings.add(f"{subject} is packed in a way that Keras does not use")
    elif member.compress_type == zipfile.ZIP_STORED and size != stored:
        findings.add(f"{declares} {readable_size(stored)} are stored")
    elif size > limits.SMALL and size > limits.EXPANSION * stored:
        findings.add(f"{declares} only {readable_size(stored)} are stored")


def _check_places(members: list[zipfile.ZipInfo], findings: Findings) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            findings.add(f"the member {shown(member.filename)} lies inside another member")
        end = member.header_offset + member.compress_size


def read_text(archive: zipfile.ZipFile, name: str, findings: Findings) -> bytes | None:
    """The bytes of a member with text; None where it is too large or torn, which is noted."""
    try:
        with archive.open(name) as member:
            data = member.read(limits.CONFIG + 1)
    except (*BROKEN, KeyError) as error:
        findings.add(_torn(name, error))
        return None
    if len(data) > limits.CONFIG:
        findings.add(f"its member '{name}' is larger than {readable_size(limits.CONFIG)}")
        return None
    return data


@contextmanager
def open_weights(archive: zipfile.ZipFile, findings: Findings) -> Iterator[BinaryIO | None]:
    """The weights, unpacked to a nameless file; None where they are damaged, which is noted."""
    with tempfile.TemporaryFile() as target:
        try:
            with archive.open(WEIGHTS) as member:
                shutil.copyfileobj(member, target, limits.MB)
        except BROKEN as error:
            findings.add(_torn(WEIGHTS, error))
            yield None
        else:
            yield target


def _torn(name: str, error: Exception | None = None) -> str:
    """Why a member whose bytes are not those that were packed is refused."""
    other = error is not None and not isinstance(error, zipfile.BadZipFile | zlib.error | EOFError)
    why = type(error).__name__ if other else "its bytes are not those that were stored"
    return f"its member '{name}' is damaged: {why}"
