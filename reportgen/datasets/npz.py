"""Arrays in a `.npz` file, as `numpy.savez` writes them.

Headers are read before any array is unpacked: what they claim must fit the file and the memory.
This is done in plain Python, without NumPy, because `reportgen check` does it for every such spec.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from reportgen.catalog import Entry, Parameter
from reportgen.datasets.checking import (
    check_count,
    check_images,
    check_labels,
    check_splits,
    no_training,
    wrong_array,
)
from reportgen.datasets.parameters import FORM, OWN_DATA, RANGE
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.input_digests import opened
from reportgen.records import Dataset
from reportgen.types import Params

if TYPE_CHECKING:
    from reportgen.datasets.values import Stored
    from reportgen.types import Array

NAMES = tuple(f"{axis}_{split}" for split in ("train", "validation", "test") for axis in "xy")
_CONTENTS = {"x": "images", "y": "labels"}

ENTRY = Entry(
    name="npz",
    title="NumPy arrays",
    help="arrays x_train, y_train, x_test, y_test in a .npz file, as numpy.savez writes them; "
    "without labels any of x_train and x_test",
    parameters=(
        Parameter("path", "path", None, "the file, from the spec's folder", required=True),
        *(
            Parameter(
                name=name,
                kind="str",
                default=name,
                help=f"name of the array with the {_CONTENTS[name[0]]} of the {name[2:]} split"
                + ("" if name.endswith("train") else ", where there is one"),
            )
            for name in NAMES
        ),
        Parameter(
            name="labels",
            kind="bool",
            default=True,
            help="whether there are labels; false for images alone, of any of the splits: those of "
            "test are shown, or all where the file has none for test",
        ),
        *FORM,
        RANGE,
        *OWN_DATA,
    ),
)
LARGEST = 8 * 2**30
"""Bytes of an array in the file at most; images take a byte a value in memory, but may be stored
as larger numbers."""

SHOWN = 12
"""Arrays that a message names."""

LONGEST_HEADER = 10_000
"""Characters; NumPy reads no longer headers from files that it does not trust."""

KINDS = {
    "b": "true and false",
    "i": "whole numbers",
    "u": "whole numbers",
    "f": "numbers",
    "c": "complex numbers",
    "S": "names",
    "U": "names",
    "V": "bytes of no known type",
    "m": "spans of time",
    "M": "dates",
}
"""What an array holds, by the letter of its dtype."""

_ITEM_SIZES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8, 12, 16)}
_HINT = "write it with numpy.savez('NAME.npz', x_train=..., y_train=...), of plain arrays"
_ENCRYPTED = 0x1


def load(params: Params, seed: int) -> Dataset:
    """Read the arrays; splits that the file lacks are taken from the training images.

    Nothing in the file is run: arrays of Python objects are refused.

    Raises:
        UserError: the file is no `.npz`, lacks an array, or an array does not hold what it must.
    """
    from reportgen.datasets.arrays import flattened, from_arrays

    path: Path = params["path"]
    names = _array_names(params)
    title = params["title"] or path.stem.replace("_", " ")
    arrays: dict[str, object] = {}
    columns = 0
    with _archive(path) as archive:
        for name, header in _members(archive, path, names, params).items():
            stored = _stored(archive, path, names[name], name, header)
            if name[0] == "x":
                arrays[name] = stored
            else:
                if len(stored.shape) == 2 and stored.shape[1] > 1:
                    columns = max(columns, stored.shape[1])
                parts = [flattened(piece, name) for _, piece in stored.pieces()]
                arrays[name] = _joined(parts, name)
        title = title[:1].upper() + title[1:]
        return from_arrays(arrays, params["classes"], title, params, seed, columns=columns)


def check(params: Params) -> None:
    """Raise the errors of `load` that the table of contents and the headers give away."""
    path: Path = params["path"]
    with _archive(path) as archive:
        _members(archive, path, _array_names(params), params)


def check_training(params: Params) -> None:
    """Raise the errors of `check`, and those of training on the file."""
    path: Path = params["path"]
    with _archive(path) as archive:
        members = _members(archive, path, _array_names(params), params)
    if "y_train" not in members:
        held = ", ".join(params[name] for name in members)
        raise no_training(path.name, f"the arrays {held}", "the arrays x_train and y_train")


def _joined(parts: Sequence[Array], name: str) -> Array:
    import numpy as np

    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _stored(archive: ZipFile, path: Path, own: str, name: str, header: Header) -> Stored:
    """An array of the file, read piece by piece; one in Fortran's order is read whole.

    Args:
        archive: of the file `path`.
        path: names it in messages.
        own: the array's name in the file.
        name: such as "x_train".
        header: of the array.
    """
    import numpy as np
    from numpy.lib.format import read_array

    from reportgen.datasets.values import Stored, places

    dtype, member = np.dtype(header.descr), archive.getinfo(f"{own}.npy")
    shape = (*header.shape, 1) if name[0] == "x" and len(header.shape) == 3 else header.shape

    def pieces() -> Iterator[tuple[slice, Array]]:
        with _array_errors(own, path), archive.open(member) as stream:
            if header.fortran:
                whole = read_array(stream, allow_pickle=False)
                yield from Stored.of(whole.reshape(shape), name).pieces()
                return
            _read_header(stream)
            for place in places(shape, dtype.itemsize):
                sides = (place.stop - place.start, *shape[1:])
                size = math.prod(sides) * dtype.itemsize
                data = stream.read(size)
                if len(data) < size:
                    raise EOFError
                yield place, np.frombuffer(data, dtype).reshape(sides)
            # The checksum is compared at the end of the file.
            stream.read(1)

    return Stored(name, shape, dtype, pieces)


def shapes(params: Params) -> dict[str, tuple[int, ...]]:
    """Shapes of the arrays, by `NAMES`; only headers are unpacked. Raises the errors of `check`."""
    path: Path = params["path"]
    with _archive(path) as archive:
        headers = _members(archive, path, _array_names(params), params)
        return {name: header.shape for name, header in headers.items()}


def _array_names(params: Params) -> dict[str, str]:
    """Names of the arrays in the file, by `NAMES`; without labels, those of images alone.

    Raises:
        UserError: a parameter is about labels, and `labels` is false.
    """
    if params["labels"]:
        return {name: params[name] for name in NAMES}
    useless = [name for name in NAMES if name[0] == "y" and params[name] != name]
    if useless:
        message = f"'{useless[0]}' does nothing here: labels are false"
        raise UserError(Problem(message, hint=f"remove '{useless[0]}', or 'labels: false'"))
    return {name: params[name] for name in NAMES if name[0] == "x"}


# --- the archive ----------------------------------------------------------------------------------


@contextmanager
def _archive(path: Path) -> Iterator[ZipFile]:
    """The open archive. Raises UserError where the file is none."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(ZipFile(stack.enter_context(opened(path))))
        except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
            text = getattr(error, "strerror", None) or str(error)
            reason = " ".join(text.split()) or type(error).__name__
            message = f"{path.name} cannot be read ({reason})"
            raise UserError(Problem(message, hint=_HINT)) from error
        yield archive


def _members(
    archive: ZipFile, path: Path, names: Mapping[str, str], params: Params
) -> dict[str, Header]:
    """The headers of the arrays that are there, by the keys of `names`; nothing else is unpacked.

    Args:
        archive: of the file `path`.
        path: names it in messages.
        names: "x_train" and so on -> the array's name in the file; without names of labels, images
            of one split are enough, whichever it is.
        params: of the dataset.

    Raises:
        UserError: an array is missing, stands there twice, cannot be read, has a header that does
            not fit its size, does not hold what it must, or is too large.
    """
    counts = Counter(info.filename for info in archive.infolist())
    _check_names(path, [name[:-4] for name in counts if name.endswith(".npy")], names)
    present = {name: own for name, own in names.items() if f"{own}.npy" in counts}
    for own in present.values():
        if counts[f"{own}.npy"] > 1:
            raise _unreadable(own, path, "it stands there more than once")
    members = {name: archive.getinfo(f"{own}.npy") for name, own in present.items()}
    headers = {name: _header(archive, path, info) for name, info in members.items()}
    for name, header in headers.items():
        if name[0] == "x":
            if header.kind not in "biuf":
                raise wrong_array(name, "numbers", KINDS[header.kind])
            check_images(header.shape, name)
            continue
        if header.kind not in "biufSU":
            raise wrong_array(name, "class numbers from 0, or names", KINDS[header.kind])
        if images := headers.get(f"x{name[1:]}"):
            check_labels(header.shape, header.content, name)
            check_count(name, images.shape[0], header.shape[0])
    check_splits({n[2:]: header.shape for n, header in headers.items() if n[0] == "x"}, params)
    return headers


def _check_names(path: Path, held: list[str], names: Mapping[str, str]) -> None:
    """Refuse a file that lacks an array which the spec names or which must be there."""
    for name, own in names.items():
        partner = names.get(("y" if name[0] == "x" else "x") + name[1:])
        if (partner in held or own != name) and own not in held:
            raise _missing(path, held, names, name)
    if not any(own in held for own in names.values()):
        raise _missing(path, held, names, "x_train" if "y_train" in names else "x_test")


def _missing(path: Path, held: list[str], names: Mapping[str, str], name: str) -> UserError:
    # Names that a terminal would obey are not shown as they are.
    shown = [
        "".join(c if c.isprintable() else "?" for c in array[:60]) for array in sorted(held)[:SHOWN]
    ]
    if not shown:
        message = f"{path.name} holds no NumPy arrays, and it must hold '{names[name]}'"
        return UserError(Problem(message, hint=_HINT))
    hint = f"{did_you_mean(names[name], shown)}; write {name}: NAME for the array that holds them"
    labels = [own for key, own in names.items() if key[0] == "y"]
    if labels and not set(labels) & set(held):
        hint += ", or labels: false" if name[0] == "y" else "; and labels: false"
        hint += " if there are no labels"
    more = f" and {len(held) - len(shown)} more" if len(held) > len(shown) else ""
    arrays = ", ".join(shown)
    message = f"{path.name} has no array '{names[name]}'; it has {arrays}{more}"
    return UserError(Problem(message, hint=hint))


@contextmanager
def _array_errors(name: str, path: Path) -> Iterator[None]:
    """Turn what reading an array may raise into a UserError that names the array."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        if "CRC" in reason:
            reason = "it is damaged: its checksum is wrong"
        elif not isinstance(error, ValueError) or reason.startswith("EOF"):
            reason = "it is damaged or cut short"
        raise _unreadable(name, path, reason) from error


def _unreadable(name: str, path: Path, reason: str) -> UserError:
    message = f"the array '{name}' of {path.name} cannot be read ({reason})"
    return UserError(Problem(message, hint=_HINT))


# --- headers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Header:
    """What the header of an array claims.

    Attributes:
        kind: the letter of its dtype, a key of `KINDS`.
        shape: lengths of the axes.
        content: bytes of the array without the header.
        descr: its dtype.
        fortran: whether its first axis is the one that runs fastest.
    """

    kind: str
    shape: tuple[int, ...]
    content: int
    descr: str
    fortran: bool


def _header(archive: ZipFile, path: Path, info: ZipInfo) -> Header:
    """The header of an array whose size is what the header declares."""
    name = info.filename.removesuffix(".npy")
    if info.flag_bits & _ENCRYPTED:
        raise _unreadable(name, path, "it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _unreadable(name, path, "it is packed in a way that NumPy does not use")
    with _array_errors(name, path), archive.open(info) as stream:
        header = _read_header(stream)
        declared = stream.tell() + header.content
        if declared != info.file_size:
            shape = " x ".join(map(str, header.shape)) or "one value"
            raise ValueError(
                f"its header declares {shape}, {declared:,} bytes, but it has {info.file_size:,}"
            )
    if info.file_size > LARGEST:
        size = f"{info.file_size / 2**30:.1f} GiB, {LARGEST // 2**30} GiB at most"
        message = f"the array '{name}' of {path.name} takes {size}"
        raise UserError(Problem(message, hint="store fewer images, as uint8"))
    return header


def _read_header(stream: IO[bytes]) -> Header:
    """The header that a stream begins with, in the format of `numpy.lib.format`.

    NumPy's own functions take negative axes, and some headers make them raise RecursionError,
    TypeError or TokenError.

    Raises:
        ValueError: there is no header, or it describes no array of plain values; says why.
        EOFError: the header is cut short.
    """
    magic = stream.read(8)
    if not magic.startswith(b"\x93NUMPY") or len(magic) < 8 or magic[6] not in (1, 2, 3):
        raise ValueError("it is no array as NumPy stores it")
    length = int.from_bytes(stream.read(2 if magic[6] == 1 else 4), "little")
    if length > LONGEST_HEADER:
        raise ValueError(f"its header has {length:,} characters, {LONGEST_HEADER:,} at most")
    header = stream.read(length)
    if len(header) < length:
        raise EOFError
    fields = _literal(header.decode("utf-8" if magic[6] == 3 else "latin-1", "replace"))
    shape = fields.get("shape") if isinstance(fields, dict) else None
    if not isinstance(shape, tuple) or not all(type(axis) is int and axis >= 0 for axis in shape):
        raise ValueError("its header does not say what shape it has")
    descr = fields.get("descr") if isinstance(fields, dict) else None
    kind, size = _dtype(descr)
    fortran = bool(isinstance(fields, dict) and fields.get("fortran_order"))
    return Header(kind, shape, size * math.prod(shape), str(descr), fortran)


def _literal(text: str) -> object:
    """The value that a header spells, None for anything but a literal."""
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Python 2 wrote an L behind some numbers.
            value: object = ast.literal_eval(re.sub(r"(?<=\d)L\b", "", text).strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            value = None
    return value


def _dtype(descr: object) -> tuple[str, int]:
    """The letter of a dtype and the bytes of an item."""
    match = re.fullmatch(
        r"[<>|=]([a-zA-Z])(\d{0,9})(\[\w+\])?", descr if isinstance(descr, str) else ""
    )
    kind, size = (match[1], int(match[2] or 0)) if match else ("", 0)
    if kind == "O":
        raise ValueError("it holds Python objects, which could run code")
    if isinstance(descr, list):
        raise ValueError("it holds records of several values")
    if kind not in KINDS or size not in _ITEM_SIZES.get(kind, (size,)):
        raise ValueError("its header names a type that is not known")
    return kind, size * 4 if kind == "U" else size
