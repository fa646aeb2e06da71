"""Datasets that a user's Python function returns: `python:package.module:function`."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from reportgen import functions
from reportgen.catalog import Entry, Parameter
from reportgen.codec import encode
from reportgen.datasets.checking import SPLITS, check_dataset
from reportgen.datasets.parameters import FORM, OWN_DATA, RANGE
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset
from reportgen.types import Params, Progress

ENTRY = Entry(
    name="python",
    title="Python function",
    help="python:PACKAGE.MODULE:FUNCTION, found in the spec's folder too; it returns arrays",
    parameters=(
        Parameter(
            name="reads",
            kind="paths",
            default=(),
            help="files and folders that the function reads: when they change, it is called anew",
        ),
        *FORM,
        RANGE,
        *OWN_DATA,
    ),
)
RETURN = (
    "return ((x_train, y_train), (x_test, y_test)), or a dictionary with x_train, y_train and, "
    "as far as there are any, x_validation, y_validation, x_test, y_test and classes; of images "
    "without labels leave y_... out, or return them alone"
)
KEYS = tuple(f"{axis}_{split}" for axis in "xy" for split in SPLITS)


def load_function(
    source: str, base: Path, params: Params, seed: int, progress: Progress
) -> Dataset:
    """Call the function and make a dataset of what it returns.

    The function receives all `params` of the spec by name, and `seed` and `progress` where it has
    parameters of these names. It returns a pair of pairs `((x_train, y_train), (x_test, y_test))`,
    a dictionary with these and more (see `RETURN`), or a `reportgen.records.Dataset`; for images
    without labels a dictionary of these alone, or one array.

    Args:
        source: "python:PACKAGE.MODULE:FUNCTION".
        base: the spec's folder.
        params: of the dataset, defaults filled in; those for the function are under "params".
        seed: of the spec.
        progress: the function may call it as `progress(done, total, text)`.

    Raises:
        UserError: the function cannot be found, fails, or returns something else.
    """
    from reportgen.datasets.arrays import from_arrays

    name = source.removeprefix("python:")
    offered = {"seed": seed, "progress": progress}
    result: object = functions.call(name, base, offered, params.get("params") or {})
    if isinstance(result, Dataset):
        return _finished(result, params, source)
    arrays = _arrays(result, source)
    classes = _class_names(params["classes"] or arrays.pop("classes", None), source)
    words = name.rpartition(":")[2].replace("_", " ").strip()
    title = params["title"] or words[:1].upper() + words[1:]
    return from_arrays(arrays, classes, title, params, seed)


def _finished(data: Dataset, params: Params, source: str) -> Dataset:
    """A record of the user's own, with the digest of its content.

    Raises:
        UserError: the record is incomplete, or the spec asks for a form or preprocessing besides.
    """
    from reportgen.datasets.doubts import with_doubts
    from reportgen.datasets.splits import content_digest

    for parameter in (*FORM, RANGE, *OWN_DATA):
        if params[parameter.name] != parameter.default:
            message = f"'{parameter.name}' does nothing here: {source} returns a finished Dataset"
            raise UserError(Problem(message, hint="let it return arrays, or remove the key"))
    data = with_doubts(check_dataset(data, source))
    more = [data.name, data.title, encode(data.targets), data.foreground, encode(data.facts)]
    more += [list(data.classes), [warning.text for warning in data.warnings]]
    return replace(data, digest=content_digest(data.splits, data.preprocessing, more))


def _arrays(result: object, source: str) -> dict[str, object]:
    """What a function returned as arrays by `KEYS`, and "classes" where it gave names."""
    import numpy as np

    if isinstance(result, Mapping):
        unknown = sorted(str(key) for key in result if key not in (*KEYS, "classes"))
        if unknown:
            message = f"{source} returned a dictionary with the key '{unknown[0]}'"
            raise UserError(Problem(message, hint=RETURN))
        return dict(result)
    if isinstance(result, np.ndarray):
        return {"x_test": result}
    pairs = result if isinstance(result, tuple) else ()
    if len(pairs) == 2 and all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        (x_train, y_train), (x_test, y_test) = pairs
        return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    kind = f"{type(result).__module__}.{type(result).__name__}"
    raise UserError(Problem(f"{source} should return arrays, but it returned {kind}", hint=RETURN))


def _class_names(classes: object, source: str) -> list[str] | None:
    """Names of classes as texts. Raises UserError for anything but a list of names."""
    if classes is None:
        return None
    names: list[str] = []
    if isinstance(classes, Iterable) and not isinstance(classes, str):
        try:
            names = [n.decode() if isinstance(n, bytes) else str(n) for n in classes]
        except UnicodeDecodeError as error:
            message = f"{source} returned the class name {error.object!r}, which is not UTF-8"
            raise UserError(Problem(message, hint="give names as text")) from error
    if not names:
        message = f"{source} returned the classes {reprlib.repr(classes)}, "
        message += "which are no list of names"
        raise UserError(Problem(message, hint="give one name for each class"))
    return names
