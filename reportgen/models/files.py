"""Models that the user saved: `.keras` and `.h5` files, trained elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportgen.catalog import Entry
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.models._fit import reason

ENTRY = Entry(
    name="files",
    title="Model file",
    help="the path of a .keras or .h5 file, from the spec's folder; it counts as trained",
)
SUFFIXES = (".keras", ".h5", ".hdf5")


def load_file(source: str, base: Path) -> Any:
    """Read a model from a file; its path is taken from the folder `base`.

    Code in the file (Lambda layers) is refused, its training configuration is not needed.

    Raises:
        UserError: there is no such file, or it is not a model that Keras can load safely.
    """
    path = base / source
    _check(path, source)
    import keras

    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Whatever a broken file raises, it is the file that is wrong.
        raise UserError(_problem(path, error)) from error


def _check(path: Path, source: str) -> None:
    if path.suffix not in SUFFIXES:
        raise UserError(
            Problem(
                f"'{source}' is not a model source",
                hint="write zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, "
                "or the path of a .keras or .h5 file",
            )
        )
    if path.is_file():
        return
    near = [item.name for item in path.parent.glob("*") if item.suffix in SUFFIXES]
    hint = did_you_mean(path.name, sorted(near)) if near else f"{path.parent} holds no model file"
    raise UserError(Problem(f"there is no model file {path}", hint=hint))


def _problem(path: Path, error: Exception) -> Problem:
    if "lambda" in str(error).lower():
        return Problem(
            f"{path} contains a Lambda layer, which is code that loading would run",
            hint="replace it by a layer of Keras, or build the model with a Python function "
            "(source: python:PACKAGE.MODULE:FUNCTION)",
        )
    if "could not locate" in str(error).lower() or "unknown layer" in str(error).lower():
        return Problem(
            f"{path} uses a class that Keras does not know: {reason(error)}",
            hint="load it in a Python function that imports the class "
            "(source: python:PACKAGE.MODULE:FUNCTION)",
        )
    return Problem(
        f"{path} is not a model that Keras can load: {reason(error)}",
        hint="save it with model.save('NAME.keras')",
    )
