"""The weights of an archive as a file of its own, in which one can read at any place."""

from __future__ import annotations

import io
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from reportgen.inspection.archive import BROKEN, WEIGHTS, torn
from reportgen.inspection.findings import Findings
from reportgen.inspection.limits import MB


@contextmanager
def unpacked(opened: zipfile.ZipFile, path: Path, findings: Findings) -> Iterator[BinaryIO | None]:
    """The weights as a file; None where they cannot be read, which is noted."""
    member = opened.getinfo(WEIGHTS)
    if member.compress_type == zipfile.ZIP_STORED:
        with path.open("rb") as file:
            part = _Slice(file, member)
            if not part.whole:
                findings.add(f"its member '{WEIGHTS}' does not lie in the file as a whole")
            elif _checksum(part) != member.CRC:
                findings.add(torn(WEIGHTS))
            else:
                part.seek(0)
                yield io.BufferedReader(part)
                return
            yield None
        return
    with tempfile.TemporaryFile() as target:
        try:
            with opened.open(member) as packed:
                shutil.copyfileobj(packed, target)
        except BROKEN as error:
            findings.add(torn(WEIGHTS, error))
            yield None
        else:
            yield target


def _checksum(part: io.RawIOBase) -> int:
    found = 0
    while block := part.read(MB):
        found = zlib.crc32(block, found)
    return found


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
