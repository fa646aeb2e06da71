"""Labels of the user's own as class indices with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.datasets._shapes import MOST_CLASSES, no_labels, wrong

Labels = NDArray[np.int64]


def named(
    found: Mapping[str, NDArray[Any]], classes: Sequence[str] | None
) -> tuple[list[str], dict[str, Labels]]:
    """Names of the classes, and labels (n,) by split as class indices.

    Args:
        found: labels by split, as they were given: numbers, names, or a column for each class.
        classes: names, in the order of the numbers; None to take them from the labels.

    Raises:
        UserError: the labels are no class numbers or names, or the names do not fit them.
    """
    if classes is not None and len(set(classes)) != len(classes):
        raise wrong("classes", "different names", ", ".join(classes))
    flat = {name: flattened(values, f"y_{name}") for name, values in found.items()}
    texts = {values.dtype.kind in "US" for values in flat.values()}
    if texts == {True}:
        names = list(classes or sorted({str(v) for values in flat.values() for v in values}))
        index = {name: k for k, name in enumerate(names)}
        for name, values in flat.items():
            if unknown := sorted({str(v) for v in values} - set(names)):
                raise wrong(f"y_{name}", f"one of {', '.join(names)}", f"'{unknown[0]}'")
        return names, {
            name: np.asarray([index[str(v)] for v in values], np.int64)
            for name, values in flat.items()
        }
    count = 1 + max(_largest(values, f"y_{name}") for name, values in flat.items())
    if count > MOST_CLASSES:
        hint = "number the classes from 0 without gaps"
        raise wrong("y_train", f"at most {MOST_CLASSES:,} classes", f"number {count - 1}", hint)
    names = list(classes or map(str, range(count)))
    if count > len(names):
        hint = "name every class, in the order of the numbers"
        raise wrong("classes", f"{count} names, as there are labels", str(len(names)), hint)
    return names, {name: values.astype(np.int64) for name, values in flat.items()}


def flattened(values: NDArray[Any], what: str) -> NDArray[Any]:
    """Labels of shape (n,), whether they came so, as a column, or as one column for each class."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2 and values.dtype.kind in "iufb" and (values.sum(axis=1) == 1).all():
        return np.asarray(values.argmax(axis=1))
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.ravel()):
        values = values.astype(str)
    if values.dtype.kind == "S":
        values = _decoded(values, what)
    if values.ndim != 1:
        raise no_labels(values.shape, what)
    return values


def _decoded(values: NDArray[Any], what: str) -> NDArray[Any]:
    """Names that were given as bytes."""
    try:
        return np.char.decode(values, "utf-8")
    except UnicodeDecodeError as error:
        raise wrong(what, "names in UTF-8", "other bytes", "give them as text") from error


def _largest(values: NDArray[Any], what: str) -> int:
    if values.dtype.kind not in "iufb" or not values.size:
        received = f"values of type {values.dtype}" if values.size else "nothing"
        raise wrong(what, "class numbers from 0, or names", received)
    strange = values[~((values >= 0) & (values == np.floor(values)))]
    if strange.size:
        raise wrong(what, "class numbers from 0, or names", str(strange[0]))
    return int(values.max())
