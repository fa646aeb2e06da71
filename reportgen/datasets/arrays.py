"""Datasets from arrays of a user's own: checked, converted to pixels and class indices, split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np

from reportgen.class_names import distinct, name_hint
from reportgen.datasets.checking import (
    MOST_CLASSES,
    SPLITS,
    check_count,
    check_splits,
    no_labels,
    shape_in_form,
    wrong_array,
)
from reportgen.datasets.doubts import doubts
from reportgen.datasets.images import Form, resize, steps
from reportgen.datasets.preprocessing import preprocessing
from reportgen.datasets.splits import content_digest, divide
from reportgen.datasets.values import Extent, Stored, as_pixels, counted_values, value_scales
from reportgen.records import Dataset, Split, Target
from reportgen.types import Array, Integers, JsonObject, Params, Pixels

Places = Mapping[str, Mapping[str, Integers]]
"""For each split given, the places of its images in the splits that they go to; -1 elsewhere."""


def from_arrays(
    arrays: Mapping[str, object],
    classes: Sequence[str] | None,
    title: str,
    params: Params,
    seed: int,
    origin: Sequence[Sequence[str]] = (),
    columns: int = 0,
    read: Extent | None = None,
) -> Dataset:
    """A dataset of `x_<split>` images and `y_<split>` labels.

    Splits that are not given are taken from the training images, class by class. Without training
    images, or without any labels, the splits are those given; without a test split all images
    become the test split.

    Args:
        arrays: `x_train` and `y_train`, and those for validation and test where there are any; or
            images of any splits alone. Images may be `Stored`, to be read piece by piece.
        classes: names, in the order of the numbers in `y_...`; None to take them from the labels.
        title: of the dataset, for people.
        params: with the keys of `parameters.FORM` and `parameters.OWN_DATA`.
        seed: of the choice of images for validation and test.
        origin: rows of a table on how the stored images became these; () to make them here.
        columns: of labels that a loader has flattened already; 0 where they had none.
        read: the values that a loader read, where it made bytes of them itself.

    Raises:
        UserError: an array does not hold what it must, or does not fit the others.
    """
    given = [name for name in SPLITS if arrays.get(f"x_{name}") is not None]
    if not given:
        raise wrong_array("x_train", "images to train on", "nothing")
    stored = {name: _stored(arrays[f"x_{name}"], f"x_{name}") for name in given}
    check_splits({name: array.shape for name, array in stored.items()}, params)
    counts = {name: array.shape[0] for name, array in stored.items()}
    names, labels = tuple(classes or ()), None
    if any(arrays.get(f"y_{name}") is not None for name in SPLITS):
        values = {name: as_array(arrays.get(f"y_{name}"), f"y_{name}") for name in given}
        columns = max(columns, *(_columns(array) for array in values.values()))
        names, labels = class_indices(values, classes, columns)
        for name in given:
            check_count(f"y_{name}", counts[name], len(labels[name]))
    places = _places(counts, labels, params, seed)
    images, extents, rows = _converted(stored, places, params)
    facts: JsonObject = {"seed": seed, "origin": [list(row) for row in origin or rows]}
    facts["cut"] = [name for name in places.get("train", {}) if name != "train" and labels]
    if columns and not classes:
        facts["columns"] = columns
    # Rows that a loader made say what it read: the pixels here are its own.
    used = read or reduce(Extent.joined, extents)
    held = None if labels is None else _placed_labels(labels, places)
    return assemble(title, images, held, names, params, facts, used)


def _stored(values: object, name: str) -> Stored:
    if isinstance(values, Stored):
        return values
    array = as_array(values, name)
    return Stored.of(array[..., None] if array.ndim == 3 else array, name)


def _places(
    counts: Mapping[str, int], labels: Mapping[str, Integers] | None, params: Params, seed: int
) -> Places:
    """Where the images of each split given go."""
    if labels is not None and "train" in counts:
        shares = {name: params[name] for name in ("test", "validation") if name not in counts}
        parts = divide(labels["train"], shares, seed) if shares else {}
        return {
            name: {
                split: _numbered(indices, count)
                for split, indices in (parts if name == "train" and shares else {}).items()
            }
            or {name: np.arange(count)}
            for name, count in counts.items()
        }
    if "test" in counts:
        return {name: {name: np.arange(count)} for name, count in counts.items()}
    starts = np.cumsum([0, *counts.values()])
    return {
        name: {"test": start + np.arange(count)}
        for (name, count), start in zip(counts.items(), starts, strict=False)
    }


def _numbered(indices: Integers, count: int) -> Integers:
    """For each of `count` images its place among those at `indices`, or -1."""
    places = np.full(count, -1, np.int64)
    places[indices] = np.arange(len(indices))
    return places


def _converted(
    stored: Mapping[str, Stored], places: Places, params: Params
) -> tuple[dict[str, Pixels], list[Extent], list[list[str]]]:
    """Images of every split in the form asked for, their extents, and rows on their origin."""
    form, scales = Form.of(params), value_scales(stored, params.get("range"))
    shape = shape_in_form(next(iter(stored.values())).shape[1:], form.size, form.color)
    lengths = dict.fromkeys(SPLITS, 0)
    for where in places.values():
        for split, rows in where.items():
            lengths[split] = max(lengths[split], int(rows.max(initial=-1)) + 1)
    images = {split: np.empty((count, *shape), np.uint8) for split, count in lengths.items()}
    extents, origin = [], []
    for name, array in stored.items():
        of_array = []
        for place, piece in array.pieces():
            pixels, extent = as_pixels(piece, scales[name].ends, array.name)
            of_array.append(extent)
            if pixels.shape[1:] != shape:
                pixels = np.stack([resize(image, form) for image in pixels])
            for split, rows in places[name].items():
                here = rows[place]
                images[split][here[here >= 0]] = pixels[here >= 0]
        extents.append(reduce(Extent.joined, of_array))
        done = steps(params, [(array.shape[1], array.shape[2])], array.shape[3])
        how = "; ".join(filter(None, [f"array of {array.dtype}", scales[name].how, done]))
        size = " x ".join(map(str, array.shape))
        origin.append([array.name, size, extents[-1].words, how])
    return images, extents, origin


def _placed_labels(labels: Mapping[str, Integers], places: Places) -> dict[str, Integers]:
    placed: dict[str, Integers] = dict.fromkeys(SPLITS, np.zeros(0, np.int64))
    for name, where in places.items():
        for split, rows in where.items():
            placed[split] = np.concatenate([placed[split], labels[name][rows >= 0]])
    return placed


def assemble(
    title: str,
    images: Mapping[str, Pixels],
    labels: Mapping[str, Integers] | None,
    classes: Sequence[str],
    params: Params,
    facts: JsonObject,
    used: Extent,
    files: Mapping[str, Sequence[str]] | None = None,
) -> Dataset:
    """A dataset of images (n, h, w, c) and class indices (n,) by split; None without labels.

    Args:
        title: of the dataset, for people.
        images, labels: by split.
        classes: their names; without labels, those of the models that are shown the images.
        params: with the keys of `parameters.FORM` and `parameters.OWN_DATA`.
        facts: of the dataset.
        used: the values that the stored images hold.
        files: names of the images by split, for warnings; None where they have none.
    """
    prepared = preprocessing(params, images["test"].shape[-1])
    names = distinct(classes)
    targets = () if labels is None else (Target("class", "Class", names),)
    splits = {
        name: Split(images[name], {} if labels is None else {"class": labels[name]})
        for name in SPLITS
    }
    threshold = params["threshold"]
    warnings = doubts(images, used, "range" in params, files)
    facts = {**facts, "threshold": threshold, **_remarked(facts, used)}
    more = [title, list(names), facts, [warning.text for warning in warnings]]
    digest = content_digest(splits, prepared, more)
    foreground = "not known" if threshold is None else f"pixels brighter than {threshold} of 255"
    return Dataset(
        title, title, targets, splits, prepared, foreground, digest, facts,
        classes=names if labels is None else (), warnings=warnings,
    )  # fmt: skip


def _remarked(facts: JsonObject, used: Extent) -> JsonObject:
    """The fact `remarks` with one on values that were clipped; nothing where none was."""
    if not used.outside:
        return {}
    lie = "lies outside of 'range'" if used.outside == 1 else "lie outside of 'range'"
    remark = f"{counted_values(used.outside)} {lie}: shown as black or white"
    return {"remarks": [*facts.get("remarks", ()), remark]}


def as_array(values: object, name: str) -> Array:
    """`values` as an array. Raises UserError for lists whose items differ in shape."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise wrong_array(name, "items of one shape", "items of several shapes") from error


# --- labels ---------------------------------------------------------------------------------------


def class_indices(
    values: Mapping[str, Array], classes: Sequence[str] | None, columns: int = 0
) -> tuple[tuple[str, ...], dict[str, Integers]]:
    """Names of the classes, and labels (n,) by split as class indices.

    Args:
        values: labels by split, as given: numbers, names, or one column for each class.
        classes: names, in the order of the numbers; None to take them from the labels.
        columns: of the labels, where they had one for each class; else 0.

    Raises:
        UserError: the labels are neither class numbers nor names, or `classes` does not fit them.
    """
    flat = {name: flattened(labels, f"y_{name}") for name, labels in values.items()}
    if all(labels.dtype.kind in "US" for labels in flat.values()):
        return _indices_of_names(flat, classes)
    count = 1 + max(_largest(labels, f"y_{name}") for name, labels in flat.items())
    if count > MOST_CLASSES:
        hint = "number the classes from 0 without gaps"
        expected = f"at most {MOST_CLASSES:,} classes"
        raise wrong_array("y_train", expected, f"number {count - 1}", hint)
    # A column counts as a class although no label may be in it.
    names = tuple(classes or map(str, range(max(count, columns))))
    if count > len(names):
        hint = "name every class, in the order of the numbers"
        raise wrong_array("classes", f"{count} names, as there are labels", str(len(names)), hint)
    return names, {name: labels.astype(np.int64) for name, labels in flat.items()}


def _indices_of_names(
    labels: Mapping[str, Array], classes: Sequence[str] | None
) -> tuple[tuple[str, ...], dict[str, Integers]]:
    texts = {name: [str(value) for value in values] for name, values in labels.items()}
    held = sorted({text for values in texts.values() for text in values})
    names = tuple(classes or held)
    index = {name: k for k, name in enumerate(names)}
    if twice := [name for name in held if names.count(name) > 1]:
        received = f"the name '{twice[0]}' of {names.count(twice[0])} classes"
        hint = "give class numbers, or classes of different names"
        raise wrong_array("y_train", "labels that tell the classes apart", received, hint)
    for name, values in texts.items():
        if unknown := sorted(set(values) - set(names)):
            expected, hint = "names that 'classes' lists", name_hint(unknown[0], names)
            raise wrong_array(f"y_{name}", expected, f"'{unknown[0]}'", hint)
    return names, {
        name: np.asarray([index[text] for text in values], np.int64)
        for name, values in texts.items()
    }


def _columns(values: Array) -> int:
    """How many columns labels have, one for each class; 0 where they have no columns."""
    shape = values.shape
    return shape[1] if len(shape) == 2 and shape[1] > 1 and values.dtype.kind in "iufb" else 0


def flattened(values: Array, name: str) -> Array:
    """Labels of shape (n,), given so, as one column, or as one column for each class."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2 and values.dtype.kind in "iufb" and (values.sum(axis=1) == 1).all():
        return np.asarray(values.argmax(axis=1))
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.ravel()):
        values = values.astype(str)
    if values.dtype.kind == "O" and all(isinstance(value, bytes) for value in values.ravel()):
        values = values.astype(bytes)
    try:
        values = np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
        if values.dtype.kind == "U":
            values.tolist()  # NumPy holds any number as a character, Python does not.
    except (UnicodeDecodeError, ValueError, SystemError) as error:
        hint = "give them as text"
        raise wrong_array(name, "names in UTF-8", "other bytes", hint) from error
    if values.ndim != 1:
        raise no_labels(values.shape, name, missing=values.size == 1 and values.item() is None)
    return values


def _largest(values: Array, name: str) -> int:
    """The largest class number. Raises UserError for other values than class numbers."""
    expected = "class numbers from 0, or names"
    if values.dtype.kind not in "iufb" or not values.size:
        received = f"values of type {values.dtype}" if values.size else "nothing"
        raise wrong_array(name, expected, received)
    strange = values[~((values >= 0) & (values == np.floor(values)))]
    if strange.size:
        raise wrong_array(name, expected, str(strange[0]))
    return int(values.max())
