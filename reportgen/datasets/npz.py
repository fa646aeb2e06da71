"""Arrays in a `.npz` file, as `numpy.savez` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportgen.catalog import Entry, Parameter
from reportgen.datasets._common import SHARED
from reportgen.datasets._shaping import SHAPING
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset

NAMES = tuple(f"{axis}_{split}" for split in ("train", "validation", "test") for axis in "xy")
_PARTS = {"x": "images", "y": "labels"}

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
                help=f"name of the array with the {_PARTS[name[0]]} of the {name[2:]} split"
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
        *SHAPING,
        *SHARED,
    ),
)


def load(params: Mapping[str, Any], seed: int) -> Dataset:
    """Read the arrays; splits that the file lacks are taken out of the training images.

    Nothing in the file is run: arrays of Python objects are refused. Nothing is unpacked before
    the headers have said that all of it is what it must be and fits in memory.

    Raises:
        UserError: the file is no `.npz`, lacks an array, or an array is not what it must be.
    """
    from reportgen.datasets._arrays import from_arrays

    path: Path = params["path"]
    title = params["title"] or path.stem.replace("_", " ")
    arrays = _read(path, _names(params))
    return from_arrays(arrays, params["classes"], title[:1].upper() + title[1:], params, seed)


def look(params: Mapping[str, Any]) -> None:
    """Raise what `load` would, as far as the table of contents and the headers tell."""
    from reportgen.datasets._members import members, opened

    path: Path = params["path"]
    with opened(path) as archive:
        members(archive, path, _names(params))


def _names(params: Mapping[str, Any]) -> dict[str, str]:
    """What the arrays are called in the file; without labels, those with images alone.

    Raises:
        UserError: a parameter speaks of labels, which are false.
    """
    if params["labels"]:
        return {name: params[name] for name in NAMES}
    told = [name for name in NAMES if name[0] == "y" and params[name] != name]
    told += ["classes"] if params["classes"] is not None else []
    if told:
        message = f"'{told[0]}' does nothing here: labels are false"
        raise UserError(Problem(message, hint=f"remove '{told[0]}', or 'labels: false'"))
    return {name: params[name] for name in NAMES if name[0] == "x"}


def _read(path: Path, names: Mapping[str, str]) -> dict[str, Any]:
    """The arrays that are there, by the names that `NAMES` gives them."""
    from numpy.lib.format import read_array

    from reportgen.datasets._members import members, opened, telling

    arrays = {}
    with opened(path) as archive:
        for name, info in members(archive, path, names).items():
            with telling(names[name], path), archive.open(info) as member:
                arrays[name] = read_array(member, allow_pickle=False)
    return arrays
