"""What all datasets share: the digest of their content and the split by class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.datasets._preparing import preprocessing
from reportgen.datasets._reshaping import origin, reshaped_splits
from reportgen.digest import canonical
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Preprocessing, Split, Target


def built_in(
    name: str,
    title: str,
    targets: tuple[Target, ...],
    splits: Mapping[str, Split],
    foreground: str,
    params: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Dataset:
    """A dataset of reportgen's own, in the size, color and preparation that a spec asks for.

    Facts tell how its images became model input where the spec asks for anything.

    Raises:
        UserError: what it asks for does not go together, or needs too much memory.
    """
    shown = reshaped_splits(splits, params)
    images = shown["test"].images
    prepared = preprocessing(params, images.shape[-1])
    told = origin(f"images of {title}", splits["test"].images.shape[1:], params)
    resized = (
        splits["test"].masks is not None and images.shape[1:3] != splits["test"].images.shape[1:3]
    )
    words = f"{foreground}, resized likewise" if resized else foreground
    digest = content_digest(shown, prepared, told or None)
    return Dataset(name, title, targets, shown, prepared, words, digest, {**facts, **told})


def content_digest(
    splits: Mapping[str, Split], preprocessing: Preprocessing, told: Any = None
) -> str:
    """SHA-256 (hex) of all images, labels and masks with their shapes, and the preprocessing.

    `told` is what else pages say of a dataset, JSON-ready: class names, facts.
    """
    total = hashlib.sha256(repr(astuple(preprocessing)).encode())
    total.update(canonical(told))
    for name, split in splits.items():
        _add(total, f"{name}.images", split.images)
        for target, labels in split.labels.items():
            _add(total, f"{name}.labels.{target}", labels)
        if split.masks is not None:
            _add(total, f"{name}.masks", split.masks)
    return total.hexdigest()


def _add(total: Any, name: str, array: NDArray[Any]) -> None:
    total.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
    total.update(np.ascontiguousarray(array).data)


def divided(
    labels: NDArray[Any], shares: Mapping[str, float], seed: int
) -> dict[str, NDArray[np.int64]]:
    """Indices for each name in `shares` and, of what is left, for "train", in ascending order.

    Each takes its share of every class, as far as whole images can be shared out, and at least
    one image.

    Raises:
        UserError: there are too few images.
    """
    order = spread(labels, seed)
    parts, start = {}, 0
    for name, share in shares.items():
        end = start + max(1, round(share * len(labels)))
        parts[name], start = np.sort(order[start:end]), end
    if start >= len(order):
        count = "1 image is" if len(labels) == 1 else f"{len(labels)} images are"
        message = f"{count} too few for training and {' and '.join(shares)}"
        raise UserError(Problem(message, hint="bring more images, or each split's own"))
    return {**parts, "train": np.sort(order[start:])}


def spread(labels: NDArray[Any], seed: int) -> NDArray[np.int64]:
    """A random order, shape (n,), of which every beginning has a like share of every class."""
    rng = np.random.default_rng(seed)
    position = (rank_in_class(labels, rng) + 0.5) / np.bincount(labels)[labels]
    return np.argsort(position, kind="stable")


def rank_in_class(labels: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """A random rank, 0 to n_c - 1, for each item among the n_c items of its class, shape (n,).

    Taking all ranks below a number takes equally many of every class: a stratified choice.
    """
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ranks = np.empty(len(labels), np.int64)
    ranks[order] = np.arange(len(labels)) - starts
    return ranks
