"""Datasets that a Python function of the user's makes: `python:package.module:function`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reportgen import functions
from reportgen.catalog import Entry, Parameter
from reportgen.datasets._common import SHARED
from reportgen.datasets._progress import Progress, quiet
from reportgen.datasets._shaping import SHAPING
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset

ENTRY = Entry(
    name="python_function",
    title="Python function",
    help="python:PACKAGE.MODULE:FUNCTION, found in the spec's folder too; it returns arrays",
    parameters=(
        Parameter(
            name="reads",
            kind="paths",
            default=(),
            help="files and folders that the function reads: when they change, it is called anew",
        ),
        *SHAPING,
        *SHARED,
    ),
)
RETURN = (
    "return ((x_train, y_train), (x_test, y_test)), or a dictionary with x_train, y_train and, "
    "as far as there are any, x_validation, y_validation, x_test, y_test and classes; of images "
    "without labels leave y_... out, or return them alone"
)
KEYS = tuple(f"{axis}_{split}" for axis in "xy" for split in ("train", "validation", "test"))


def load_function(
    source: str,
    base: Path,
    params: Mapping[str, Any],
    seed: int,
    progress: Progress = quiet,
) -> Dataset:
    """Call the function and make a dataset of what it returns.

    The function may take `seed` and `progress`, which are passed by name if it has parameters of
    these names, and so are all `params` of the spec. It returns a pair of pairs
    `((x_train, y_train), (x_test, y_test))`, a dictionary with these and more (see `RETURN`), or
    a `reportgen.records.Dataset`; for images without labels a dictionary of these alone, or one
    array.

    Args:
        source: "python:PACKAGE.MODULE:FUNCTION".
        base: the spec's folder.
        params: of the dataset, defaults filled in; those for the function are under "params".
        seed: of the spec.
        progress: the function may call it as `progress(done, total, text)`.

    Raises:
        UserError: the function cannot be found, fails, or returns something else.
    """
    from reportgen.datasets._arrays import from_arrays
    from reportgen.datasets._checking import check

    name = source.removeprefix("python:")
    offered = {"seed": seed, "progress": progress}
    result = functions.call(name, base, offered, params.get("params") or {})
    title = params["title"] or _title(name)
    if isinstance(result, Dataset):
        _check_unasked(params, source)
        return _digested(check(result, source))
    arrays = _arrays(result, source)
    names = _names(params["classes"] or arrays.pop("classes", None), source)
    return from_arrays(arrays, names, title, params, seed)


def _names(classes: Any, source: str) -> list[str] | None:
    """Names of classes as a function gives them: any list of what can be written."""
    if classes is None:
        return None
    names = [] if isinstance(classes, str) else list(map(str, _items(classes)))
    if len(set(names)) != len(names) or not names:
        message = f"{source} returned the classes {classes!r}, which are no list of different names"
        raise UserError(Problem(message, hint="give one name for each class"))
    return names


def _items(classes: Any) -> Iterable[Any]:
    return classes if isinstance(classes, Iterable) else ()


def _check_unasked(params: Mapping[str, Any], source: str) -> None:
    """Refuse what a spec asks of a dataset that the function has finished already."""
    for parameter in (*SHAPING, *SHARED):
        if params[parameter.name] != parameter.default:
            message = f"'{parameter.name}' does nothing here: {source} returns a finished Dataset"
            raise UserError(Problem(message, hint="let it return arrays, or remove the key"))


def _title(name: str) -> str:
    words = name.rpartition(":")[2].replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _arrays(result: Any, source: str) -> dict[str, Any]:
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
    if len(pairs) == 2 and all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
        (x, y), (x_test, y_test) = pairs
        return {"x_train": x, "y_train": y, "x_test": x_test, "y_test": y_test}
    kind = f"{type(result).__module__}.{type(result).__name__}"
    raise UserError(Problem(f"{source} should return arrays, but it returned {kind}", hint=RETURN))


def _digested(given: Dataset) -> Dataset:
    """A record of the user's own, with the digest of what it holds."""
    from dataclasses import replace

    from reportgen.codec import encode
    from reportgen.datasets._shared import content_digest

    told = [given.name, given.title, encode(given.targets), given.foreground, encode(given.facts)]
    return replace(given, digest=content_digest(given.splits, given.preprocessing, told))
