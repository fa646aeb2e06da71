"""The zip archive that a `.keras` file is: its members, before any is unpacked."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path

from reportgen.inspection import limits
from reportgen.inspection.findings import TRUST, Findings, shown
from reportgen.inspection.limits import said

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
MEMBERS = (METADATA, CONFIG, WEIGHTS)
"""What Keras writes for a model without assets (which only layers with vocabularies have)."""

BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
)  # fmt: skip
"""What `zipfile` raises for an archive that is torn, encrypted or packed in a strange way."""


def opened(path: Path, findings: Findings) -> zipfile.ZipFile | None:
    """The archive, or None where the file is none (which is then noted)."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start.startswith(b"PK\x03\x04"):
        findings.add(f"it is not a model that Keras can load, for {_what(start)}")
        return None
    try:
        return zipfile.ZipFile(path)
    except BROKEN:
        findings.add(
            "it is not a model that Keras can load, for its zip archive is torn or damaged"
        )
        return None


def _what(start: bytes) -> str:
    if not start:
        return "it is empty"
    if start == b"\x89HDF\r\n\x1a\n":
        return "it is an HDF5 file, which should be named .h5, not a zip archive"
    return "it is not a zip archive"


def check_members(archive: zipfile.ZipFile, findings: Findings, *, assets: bool) -> None:
    """Note members that Keras would not have written, and sizes that do not fit.

    `assets` says whether there may be assets, which only a trusted file may have.
    """
    members = archive.infolist()
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
        most = said(limits.FILE)
        findings.add(f"its members unpack to {said(total)}, and {most} is the most that is read")
    for name in (CONFIG, WEIGHTS):
        if name not in seen:
            findings.add(f"it is not a model that Keras can load, for it has no member '{name}'")
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
    name, size, stored = shown(member.filename), member.file_size, member.compress_size
    if member.flag_bits & 0x1:
        findings.add(f"the member {name} is encrypted")
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        findings.add(f"the member {name} is packed in a way that Keras does not use")
    elif member.compress_type == zipfile.ZIP_STORED and size != stored:
        findings.add(f"the member {name} declares {said(size)}, but {said(stored)} are stored")
    elif size > limits.SMALL and size > limits.EXPANSION * stored:
        findings.add(f"the member {name} declares {said(size)}, but only {said(stored)} are stored")


def _check_places(members: list[zipfile.ZipInfo], findings: Findings) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            findings.add(f"the member {shown(member.filename)} lies inside another member")
        end = member.header_offset + member.compress_size


def torn(name: str, error: Exception | None = None) -> str:
    """What is said of a member whose bytes are not those that were packed."""
    other = error is not None and not isinstance(error, zipfile.BadZipFile | zlib.error | EOFError)
    why = type(error).__name__ if other else "its bytes are not those that were stored"
    return f"its member '{name}' is damaged: {why}"


def content(archive: zipfile.ZipFile, name: str, findings: Findings) -> bytes | None:
    """The bytes of a member with text, or None where it is too large or torn (which is noted)."""
    try:
        with archive.open(name) as member:
            data = member.read(limits.CONFIG + 1)
    except (*BROKEN, KeyError) as error:
        findings.add(torn(name, error))
        return None
    if len(data) > limits.CONFIG:
        findings.add(f"its member '{name}' is larger than {said(limits.CONFIG)}")
        return None
    return data
