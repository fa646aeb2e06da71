"""Datasets from arrays of a user's own: checked, converted to pixels and class indices, split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reportgen.datasets.checking import (
    MOST_CLASSES,
    SPLITS,
    check_count,
    check_images,
    no_labels,
    wrong_array,
)
from reportgen.datasets.images import Form, resize_all, steps
from reportgen.datasets.preprocessing import preprocessing
from reportgen.datasets.splits import content_digest, divide
from reportgen.records import Dataset, Split, Target
from reportgen.suggestions import listed
from reportgen.types import Array, Integers, JsonObject, Params, Pixels


def from_arrays(
    arrays: Mapping[str, object],
    classes: Sequence[str] | None,
    title: str,
    params: Params,
    seed: int,
    origin: Sequence[Sequence[str]] = (),
) -> Dataset:
    """A dataset of `x_<split>` images and `y_<split>` labels.

    Splits that are not given are taken from the training images, class by class. Without any
    labels the splits are those given; without a test split all images become the test split.

    Args:
        arrays: `x_train` and `y_train`, and those for validation and test where there are any; or
            images of any splits alone.
        classes: names, in the order of the numbers in `y_...`; None to take them from the labels.
        title: of the dataset, for people.
        params: with the keys of `parameters.FORM` and `parameters.OWN_DATA`.
        seed: of the choice of images for validation and test.
        origin: rows of a table on how the stored images became these; () to make them here.

    Raises:
        UserError: an array does not hold what it must, or does not fit the others.
    """
    given = [name for name in SPLITS if arrays.get(f"x_{name}") is not None]
    labeled = any(arrays.get(f"y_{name}") is not None for name in SPLITS)
    if "train" not in given and (labeled or not given):
        raise wrong_array("x_train", "images to train on", "nothing")
    images, rows = _resized(arrays, given, params)
    facts: JsonObject = {"seed": seed, "origin": [list(row) for row in origin or rows]}
    if not labeled:
        if classes is not None:
            received = f"{len(classes)} without any"
            raise wrong_array("classes", "names where there are labels", received)
        return assemble(title, _test_images(images), None, (), params, facts)
    values = {name: as_array(arrays.get(f"y_{name}"), f"y_{name}") for name in given}
    names, labels = class_indices(values, classes)
    for name in given:
        check_count(f"y_{name}", len(images[name]), len(labels[name]))
    shares = {name: params[name] for name in ("test", "validation") if name not in given}
    if shares:
        all_images, all_labels = images["train"], labels["train"]
        for name, indices in divide(all_labels, shares, seed).items():
            images[name], labels[name] = all_images[indices], all_labels[indices]
    return assemble(title, images, labels, names, params, facts)


def _resized(
    arrays: Mapping[str, object], given: Sequence[str], params: Params
) -> tuple[dict[str, Pixels], list[list[str]]]:
    """Images of the given splits in the form asked for, and rows on how they became these."""
    images: dict[str, Pixels] = {}
    rows = []
    for name in given:
        array = as_array(arrays[f"x_{name}"], f"x_{name}")
        stored, value_range = pixels(array, f"x_{name}")
        images[name] = resize_all(stored, Form.of(params))
        done = steps(params, [(stored.shape[1], stored.shape[2])], stored.shape[3])
        shape = " x ".join(map(str, array.shape))
        how = "; ".join(filter(None, [f"array of {array.dtype}", done]))
        rows.append([f"x_{name}", shape, value_range, how])
        expected, received = images[given[0]].shape[1:], images[name].shape[1:]
        if expected != received:
            what = f"images of shape {expected} as x_{given[0]}"
            raise wrong_array(f"x_{name}", what, str(received))
    return images, rows


def _test_images(images: Mapping[str, Pixels]) -> dict[str, Pixels]:
    """Splits of images without labels: those given, or all for test where none is for test."""
    if "test" in images:
        empty = images["test"][:0]
        return {name: images.get(name, empty) for name in SPLITS}
    every = np.concatenate(list(images.values()))
    return {"train": every[:0], "validation": every[:0], "test": every}


def assemble(
    title: str,
    images: Mapping[str, Pixels],
    labels: Mapping[str, Integers] | None,
    classes: Sequence[str],
    params: Params,
    facts: JsonObject,
) -> Dataset:
    """A dataset of images (n, h, w, c) and class indices (n,) by split; None without labels."""
    prepared = preprocessing(params, images["test"].shape[-1])
    targets = () if labels is None else (Target("class", "Class", tuple(classes)),)
    splits = {
        name: Split(images[name], {} if labels is None else {"class": labels[name]})
        for name in SPLITS
    }
    threshold = params["threshold"]
    facts = {**facts, "threshold": threshold}
    digest = content_digest(splits, prepared, [title, list(classes), facts])
    foreground = "not known" if threshold is None else f"pixels brighter than {threshold} of 255"
    return Dataset(title, title, targets, splits, prepared, foreground, digest, facts)


def as_array(values: object, name: str) -> Array:
    """`values` as an array. Raises UserError for lists whose items differ in shape."""
    try:
        return np.asarray(values)
    except ValueError as error:
        raise wrong_array(name, "items of one shape", "items of several shapes") from error


# --- images ---------------------------------------------------------------------------------------


def pixels(array: object, name: str) -> tuple[Pixels, str]:
    """Images (n, h, w, c) as bytes, and the range of their stored values in words.

    Whole numbers from 0 to 255 stay, true and false become 255 and 0, and fractions from 0 to 1
    are rounded to 256 levels. Shape (n, h, w) means one channel.

    Raises:
        UserError: the array is no stack of images (see `check_images`), or has other values.
    """
    values = as_array(array, name)
    check_images(values.shape, name)
    if values.ndim == 3:
        values = values[..., None]
    if values.dtype == np.uint8:
        return values, "0 to 255"
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255), "true and false, stored as 255 and 0"
    if values.dtype.kind not in "iuf":
        raise wrong_array(name, "numbers", f"values of type {values.dtype}")
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        count = int(np.isnan(values).reshape(len(values), -1).any(axis=1).sum())
        received = f"NaN in {count} of {len(values)} images"
        raise wrong_array(name, "numbers", received, "mend them, or leave them out")
    if not (low >= 0 and high <= 255):
        hint = "give the images as people look at them, and let 'scaling', 'mean' and 'std' do "
        hint += "the rest"
        expected = "values from 0 to 1, or from 0 to 255"
        raise wrong_array(name, expected, f"{low:g} to {high:g}", hint)
    if values.dtype.kind == "f" and high <= 1:
        return np.rint(values * 255).astype(np.uint8), "0 to 1, rounded to 256 levels"
    whole = values.astype(np.uint8)
    if (whole != values).any():
        raise wrong_array(name, "whole numbers above 1", "fractions", "divide them by 255")
    return whole, "0 to 255"


# --- labels ---------------------------------------------------------------------------------------


def class_indices(
    values: Mapping[str, Array], classes: Sequence[str] | None
) -> tuple[list[str], dict[str, Integers]]:
    """Names of the classes, and labels (n,) by split as class indices.

    Args:
        values: labels by split, as given: numbers, names, or one column for each class.
        classes: names, in the order of the numbers; None to take them from the labels.

    Raises:
        UserError: the labels are neither class numbers nor names, or `classes` does not fit them.
    """
    if classes is not None and len(set(classes)) != len(classes):
        raise wrong_array("classes", "different names", listed(classes))
    flat = {name: flattened(labels, f"y_{name}") for name, labels in values.items()}
    if all(labels.dtype.kind in "US" for labels in flat.values()):
        return _indices_of_names(flat, classes)
    count = 1 + max(_largest(labels, f"y_{name}") for name, labels in flat.items())
    if count > MOST_CLASSES:
        hint = "number the classes from 0 without gaps"
        expected = f"at most {MOST_CLASSES:,} classes"
        raise wrong_array("y_train", expected, f"number {count - 1}", hint)
    names = list(classes or map(str, range(count)))
    if count > len(names):
        hint = "name every class, in the order of the numbers"
        raise wrong_array("classes", f"{count} names, as there are labels", str(len(names)), hint)
    return names, {name: labels.astype(np.int64) for name, labels in flat.items()}


def _indices_of_names(
    labels: Mapping[str, Array], classes: Sequence[str] | None
) -> tuple[list[str], dict[str, Integers]]:
    texts = {name: [str(value) for value in values] for name, values in labels.items()}
    names = list(classes or sorted({text for values in texts.values() for text in values}))
    index = {name: k for k, name in enumerate(names)}
    for name, values in texts.items():
        if unknown := sorted(set(values) - set(names)):
            raise wrong_array(f"y_{name}", f"one of {listed(names)}", f"'{unknown[0]}'")
    return names, {
        name: np.asarray([index[text] for text in values], np.int64)
        for name, values in texts.items()
    }


def flattened(values: Array, name: str) -> Array:
    """Labels of shape (n,), given so, as one column, or as one column for each class."""
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2 and values.dtype.kind in "iufb" and (values.sum(axis=1) == 1).all():
        return np.asarray(values.argmax(axis=1))
    if values.dtype.kind == "O" and all(isinstance(value, str) for value in values.ravel()):
        values = values.astype(str)
    if values.dtype.kind == "S":
        try:
            values = np.char.decode(values, "utf-8")
        except UnicodeDecodeError as error:
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
