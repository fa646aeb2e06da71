"""The arrays of a `.npz` file before they are unpacked: which there are, and what they claim to be.

In plain Python, because `reportgen check` looks at them too and does without NumPy.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from reportgen.datasets._npy import KINDS, Header, read_header
from reportgen.datasets._shapes import check_count, check_images, check_labels, wrong
from reportgen.errors import Problem, UserError, did_you_mean

NEEDED = ("x_train", "y_train")
LARGEST = 8 * 2**30
"""Bytes of one array in the file; images are held as bytes, but may be stored as larger numbers."""

NAMED = 12
"""Arrays that a message names."""

_HINT = "write it with numpy.savez('NAME.npz', x_train=..., y_train=...), of plain arrays"
_ENCRYPTED = 0x1


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """The file as an archive.

    Raises:
        UserError: it is none.
    """
    try:
        if not path.is_file():
            raise OSError("it is not a file")
        archive = ZipFile(path)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(Problem(f"{path.name} cannot be read ({reason})", hint=_HINT)) from error
    with archive:
        yield archive


@contextmanager
def telling(name: str, path: Path) -> Iterator[None]:
    """Tell what goes wrong inside as a user's mistake that names the array.

    Raises:
        UserError: a member of the archive is damaged, or is no array that can be read.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise UserError(_unread(name, path, _reason(error))) from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    if "CRC" in text:
        return "it is damaged: its checksum is wrong"
    if isinstance(error, ValueError) and not text.startswith("EOF"):
        return text
    return "it is damaged or cut short"


def _unread(name: str, path: Path, why: str) -> Problem:
    return Problem(f"the array '{name}' of {path.name} cannot be read ({why})", hint=_HINT)


def members(archive: ZipFile, path: Path, names: Mapping[str, str]) -> dict[str, ZipInfo]:
    """The members that hold the arrays wanted, by the keys of `names`; only headers are unpacked.

    Args:
        archive: of the file `path`.
        path: names it in messages.
        names: "x_train" and so on -> what the array is called in the file; without those of
            labels, images of one split are enough, whichever.

    Raises:
        UserError: an array is lacking, stands there twice, cannot be read, declares what it does
            not hold, is not what it must be, or is larger than memory allows.
    """
    held = Counter(info.filename for info in archive.infolist())
    _check_names(path, [name[:-4] for name in held if name.endswith(".npy")], names)
    there = {name: own for name, own in names.items() if f"{own}.npy" in held}
    for own in there.values():
        if held[f"{own}.npy"] > 1:
            raise UserError(_unread(own, path, "it stands there more than once"))
    found = {name: archive.getinfo(f"{own}.npy") for name, own in there.items()}
    headers = {name: _header(archive, path, info) for name, info in found.items()}
    for name, header in headers.items():
        _check_kind(name, header)
        partner = headers.get(f"x{name[1:]}")
        if name[0] == "x":
            check_images(header.shape, name)
        elif partner is not None:
            check_labels(header.shape, header.content, name)
            check_count(name, partner.shape[0], header.shape[0])
    return found


def _check_names(path: Path, held: list[str], names: Mapping[str, str]) -> None:
    labeled = "y_train" in names
    for name, own in names.items():
        pair = names.get(("y" if name[0] == "x" else "x") + name[1:])
        needed = (labeled and name in NEEDED) or pair in held or own != name
        if needed and own not in held:
            raise UserError(_lacking(path, held, names, name))
    if not any(own in held for own in names.values()):
        raise UserError(_lacking(path, held, names, "x_test"))


def _lacking(path: Path, held: list[str], names: Mapping[str, str], name: str) -> Problem:
    """What is said of an array that the file should have."""
    own, shown = names[name], _shown(held)
    hint = f"{did_you_mean(own, shown)}; write {name}: NAME for the array that holds them"
    labels = [names[one] for one in names if one[0] == "y"]
    if labels and not set(labels) & set(held):
        hint += ", or labels: false" if name[0] == "y" else "; and labels: false"
        hint += " if there are no labels"
    more = f" and {len(held) - len(shown)} more" if len(held) > len(shown) else ""
    message = f"{path.name} has no array '{own}'; it has {', '.join(shown) or 'none'}{more}"
    return Problem(message, hint=hint)


def _shown(held: list[str]) -> list[str]:
    """Names of arrays as a message may show them: some, and none that a terminal would obey."""
    return [
        "".join(c if c.isprintable() else "?" for c in name[:60]) for name in sorted(held)[:NAMED]
    ]


def _header(archive: ZipFile, path: Path, info: ZipInfo) -> Header:
    """What an array claims to be, which its size bears out."""
    own = info.filename.removesuffix(".npy")
    if info.flag_bits & _ENCRYPTED:
        raise UserError(_unread(own, path, "it is encrypted"))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UserError(_unread(own, path, "it is packed in a way that NumPy does not use"))
    with telling(own, path), archive.open(info) as member:
        header = read_header(member)
        declared = header.start + header.content
        if declared != info.file_size:
            shape = " x ".join(map(str, header.shape)) or "one value"
            raise ValueError(
                f"its header declares {shape}, {declared:,} bytes, but it has {info.file_size:,}"
            )
    if info.file_size > LARGEST:
        size = f"{info.file_size / 2**30:.1f} GiB, {LARGEST // 2**30} GiB at most"
        message = f"the array '{own}' of {path.name} takes {size}"
        raise UserError(Problem(message, hint="store fewer images, as uint8"))
    return header


def _check_kind(name: str, header: Header) -> None:
    if name[0] == "x" and header.kind not in "biuf":
        raise wrong(name, "numbers", KINDS[header.kind])
    if name[0] == "y" and header.kind not in "biufSU":
        raise wrong(name, "class numbers from 0, or names", KINDS[header.kind])
