"""From arrays of the user's own to a dataset: what they must be, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.datasets._labels import Labels, named
from reportgen.datasets._preparing import preprocessing
from reportgen.datasets._reshaping import reshaped, steps, wanted
from reportgen.datasets._shapes import check_count, check_images, wrong
from reportgen.datasets._shared import content_digest, divided
from reportgen.records import Dataset, Split, Target

SPLITS = ("train", "validation", "test")
Images = NDArray[np.uint8]


def from_arrays(
    arrays: Mapping[str, Any],
    classes: Sequence[str] | None,
    title: str,
    params: Mapping[str, Any],
    seed: int,
    origin: Sequence[Sequence[str]] = (),
) -> Dataset:
    """A dataset of `x_<split>` images and `y_<split>` labels.

    Splits that are not given are taken out of the training images, class by class. Without any
    labels splits are what was given; without one for test, all images are for test.

    Args:
        arrays: `x_train` and `y_train`, and for validation and test, where they are given; or
            images of any splits alone.
        classes: names, in the order of the numbers in `y_...`; None to take them from there.
        title: of the dataset, for people.
        params: with the keys of `_common.SHARED` and `_shaping.SHAPING`.
        seed: of what is set apart for validation and test.
        origin: rows of a table on how images came to be what they are; () to make them here.

    Raises:
        UserError: an array is not what it must be, or does not go with the others.
    """
    given = [name for name in SPLITS if arrays.get(f"x_{name}") is not None]
    labeled = any(arrays.get(f"y_{name}") is not None for name in SPLITS)
    if "train" not in given and (labeled or not given):
        raise wrong("x_train", "images to train on", "nothing")
    images, rows = _prepared(arrays, given, params)
    facts = {"seed": seed, "origin": [list(row) for row in origin or rows]}
    if not labeled:
        if classes is not None:
            raise wrong("classes", "names where there are labels", f"{len(classes)} without any")
        return assembled(title, _for_test(images), None, (), params, facts)
    found = {name: as_array(arrays.get(f"y_{name}"), f"y_{name}") for name in given}
    names, labels = named(found, classes)
    for name in given:
        check_count(f"y_{name}", len(images[name]), len(labels[name]))
    taken = {name: params[name] for name in ("test", "validation") if name not in given}
    for name, part in divided(labels["train"], taken, seed).items():
        if name != "train":
            images[name], labels[name] = images["train"][part], labels["train"][part]
        elif taken:
            rest = part
    if taken:
        images["train"], labels["train"] = images["train"][rest], labels["train"][rest]
    return assembled(title, images, labels, names, params, facts)


def assembled(
    title: str,
    images: Mapping[str, Images],
    labels: Mapping[str, Labels] | None,
    classes: Sequence[str],
    params: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Dataset:
    """A dataset of images (n, h, w, c) and class indices (n,) by split; None without labels."""
    prepared = preprocessing(params, images["test"].shape[-1])
    targets = () if labels is None else (Target("class", "Class", tuple(classes)),)
    splits = {
        name: Split(images[name], {} if labels is None else {"class": labels[name]})
        for name in SPLITS
    }
    threshold = params["threshold"]
    told = {**facts, "threshold": threshold}
    digest = content_digest(splits, prepared, [title, list(classes), told])
    words = "not known" if threshold is None else f"pixels brighter than {threshold} of 255"
    return Dataset(title, title, targets, splits, prepared, words, digest, told)


def pixels(array: Any, what: str) -> tuple[Images, str]:
    """Images as uint8 (n, h, w, c), and in words what their values were.

    Whole numbers from 0 to 255 are taken as they are, true and false as 255 and 0, and fractions
    from 0 to 1 are rounded to 256 levels. Shape (n, h, w) means one channel.

    Raises:
        UserError: the array is no stack of images of 1 to 64 channels, or its values are others;
            or it has more channels than rows or columns, which are then taken for channels.
    """
    values = as_array(array, what)
    check_images(values.shape, what)
    if values.ndim == 3:
        values = values[..., None]
    if values.dtype == np.uint8:
        return values, "0 to 255"
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255), "true and false, stored as 255 and 0"
    return _levels(values, what)


def as_array(array: Any, what: str) -> NDArray[Any]:
    """What was given as an array; NumPy refuses lists whose items differ in shape."""
    try:
        return np.asarray(array)
    except ValueError as error:
        raise wrong(what, "items of one shape", "items of several shapes") from error


def _levels(values: NDArray[Any], what: str) -> tuple[Images, str]:
    if values.dtype.kind not in "iuf":
        raise wrong(what, "numbers", f"values of type {values.dtype}")
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        count = int(np.isnan(values).reshape(len(values), -1).any(axis=1).sum())
        found = f"NaN in {count} of {len(values)} images"
        raise wrong(what, "numbers", found, "mend them, or leave them out")
    if not (low >= 0 and high <= 255):
        hint = "give the images as people look at them, and let 'scaling', 'mean' and 'std' do "
        hint += "the rest"
        raise wrong(what, "values from 0 to 1, or from 0 to 255", f"{low:g} to {high:g}", hint)
    if values.dtype.kind == "f" and high <= 1:
        return np.rint(values * 255).astype(np.uint8), "0 to 1, rounded to 256 levels"
    whole = values.astype(np.uint8)
    if (whole != values).any():
        raise wrong(what, "whole numbers above 1", "fractions", "divide them by 255")
    return whole, "0 to 255"


def _prepared(
    arrays: Mapping[str, Any], given: Sequence[str], params: Mapping[str, Any]
) -> tuple[dict[str, Images], list[list[str]]]:
    """The images of the given splits in the size and color asked for, and what was done to them."""
    images: dict[str, Images] = {}
    rows = []
    for name in given:
        stored, words = pixels(arrays[f"x_{name}"], f"x_{name}")
        images[name] = reshaped(stored, wanted(params))
        rows.append(_origin(name, arrays[f"x_{name}"], stored, words, params))
        expected, received = images[given[0]].shape[1:], images[name].shape[1:]
        if expected != received:
            raise wrong(f"x_{name}", f"images of shape {expected} as x_{given[0]}", str(received))
    return images, rows


def _for_test(images: Mapping[str, Images]) -> dict[str, Images]:
    """Splits of images without labels: those given, or all for test where none is for that."""
    test = images["test"] if "test" in images else np.concatenate(list(images.values()))
    kept = images if "test" in images else {}
    return {name: kept.get(name, test[:0]) for name in SPLITS} | {"test": test}


def _origin(
    name: str, array: Any, stored: Images, words: str, params: Mapping[str, Any]
) -> list[str]:
    """A row of the table that tells how images came to be what they are."""
    given = np.asarray(array)
    done = steps(params, [(stored.shape[1], stored.shape[2])], stored.shape[3])
    how = "; ".join(filter(None, [f"array of {given.dtype}", done]))
    return [f"x_{name}", " x ".join(map(str, given.shape)), words, how]
