"""Arrays in a `.npz` file, as `numpy.savez` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets._common import SHARED
from reportgen.datasets._shaping import SHAPING
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Dataset

NAMES = tuple(f"{axis}_{split}" for split in ("train", "validation", "test") for axis in "xy")
NEEDED = ("x_train", "y_train")
_PARTS = {"x": "images", "y": "labels"}
LARGEST = 8 * 2**30
"""Bytes of one array in the file; images are held as bytes, but may be stored as larger numbers."""

ENTRY = Entry(
    name="npz",
    title="NumPy arrays",
    help="arrays x_train, y_train, x_test, y_test in a .npz file, as numpy.savez writes them",
    parameters=(
        Parameter("path", "path", None, "the file, from the spec's folder", required=True),
        *(
            Parameter(
                name=name,
                kind="str",
                default=name,
                help=f"name of the array with the {_PARTS[name[0]]} of the {name[2:]} split"
                + ("" if name in NEEDED else ", where there is one"),
            )
            for name in NAMES
        ),
        *SHAPING,
        *SHARED,
    ),
)


def load(params: Mapping[str, Any], seed: int) -> Dataset:
    """Read the arrays; splits that the file lacks are taken out of the training images.

    Nothing in the file is run: arrays of Python objects are refused.

    Raises:
        UserError: the file is no `.npz`, lacks an array, or an array is not what it must be.
    """
    from reportgen.datasets._arrays import from_arrays

    path: Path = params["path"]
    arrays = _read(path, {name: params[name] for name in NAMES})
    title = params["title"] or path.stem.replace("_", " ")
    return from_arrays(arrays, params["classes"], title[:1].upper() + title[1:], params, seed)


def _read(path: Path, names: Mapping[str, str]) -> dict[str, Any]:
    """The arrays that are there, by the names that `NAMES` gives them."""
    import zipfile

    import numpy as np

    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
        _check(path, sizes, names)
        with np.load(path, allow_pickle=False) as file:
            return {name: file[own] for name, own in names.items() if f"{own}.npy" in sizes}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if "allow_pickle" in reason:
            reason = "it holds Python objects, which could run code"
        hint = "write it with numpy.savez('NAME.npz', x_train=..., y_train=...), of plain arrays"
        raise UserError(Problem(f"{path.name} cannot be read ({reason})", hint=hint)) from error


def _check(path: Path, sizes: Mapping[str, int], names: Mapping[str, str]) -> None:
    held = sorted(name.removesuffix(".npy") for name in sizes)
    for name, own in names.items():
        pair = ("y" if name[0] == "x" else "x") + name[1:]
        needed = name in NEEDED or f"{names[pair]}.npy" in sizes or own != name
        if needed and own not in held:
            close = did_you_mean(own, held)
            hint = f"{close}; write {name}: NAME for the array that holds them"
            message = f"{path.name} has no array '{own}'; it has {', '.join(held) or 'none'}"
            raise UserError(Problem(message, hint=hint))
        if sizes.get(f"{own}.npy", 0) > LARGEST:
            size = sizes[f"{own}.npy"] / 2**30
            message = f"the array '{own}' of {path.name} takes {size:.1f} GiB, 8 GiB at most"
            raise UserError(Problem(message, hint="store fewer images, as uint8"))
