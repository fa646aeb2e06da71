"""What all datasets share: the digest of their content and the split by class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reportgen.records import Preprocessing, Split

INPUT = Preprocessing()
"""Pixels from 0 to 255 become numbers from 0 to 1."""


def content_digest(splits: Mapping[str, Split], preprocessing: Preprocessing) -> str:
    """SHA-256 (hex) of all images, labels and masks with their shapes, and the preprocessing."""
    total = hashlib.sha256(repr(astuple(preprocessing)).encode())
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
