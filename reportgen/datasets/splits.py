"""Splits: stratified choices of images, built-in datasets from splits, digests of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple

import numpy as np

from reportgen.datasets.images import Form, origin, resize_splits
from reportgen.datasets.preprocessing import preprocessing
from reportgen.digest import canonical
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.types import Array, Booleans, Integers, Json, JsonObject, Params


def built_in(
    name: str,
    title: str,
    targets: tuple[Target, ...],
    splits: Mapping[str, Split],
    foreground: str,
    params: Params,
    facts: JsonObject,
) -> Dataset:
    """A dataset of reportgen's own, in the form and with the preprocessing that a spec asks for.

    The fact `origin` describes how stored images became model input, where a spec changes that.

    Raises:
        UserError: the parameters exclude each other, or the images need too much memory.
    """
    stored = splits["test"]
    resized = resize_splits(splits, Form.of(params))
    shape = resized["test"].images.shape[1:]
    prepared = preprocessing(params, shape[-1])
    source = origin(f"images of {title}", stored.images.shape[1:], params)
    if stored.masks is not None and shape[:2] != stored.images.shape[1:3]:
        foreground += ", resized likewise"
    digest = content_digest(resized, prepared, source or None)
    return Dataset(name, title, targets, resized, prepared, foreground, digest, {**facts, **source})


def content_digest(
    splits: Mapping[str, Split], preprocessing: Preprocessing, more: Json = None
) -> str:
    """SHA-256 (hex) of all images, labels and masks with their shapes, and the preprocessing.

    `more` is what else pages show of a dataset: class names, facts.
    """
    total = hashlib.sha256(repr(astuple(preprocessing)).encode())
    total.update(canonical(more))

    def add(name: str, array: Array) -> None:
        total.update(f"{name}:{array.dtype.str}:{array.shape}".encode())
        total.update(np.ascontiguousarray(array).data)

    for name, split in splits.items():
        add(f"{name}.images", split.images)
        for target, labels in split.labels.items():
            add(f"{name}.labels.{target}", labels)
        if split.masks is not None:
            add(f"{name}.masks", split.masks)
    return total.hexdigest()


def divide(
    labels: Array, shares: Mapping[str, float], seed: int, present: Booleans | None = None
) -> dict[str, Integers]:
    """Stratified indices for each name in `shares` and, from the rest, for "train", ascending.

    Each split takes its share of every class, as closely as whole images allow, and at least one
    image. A class of a single image is for training. Of too few images to set some apart, all are
    for test, or for training where a test split is not asked for.

    Args:
        labels: class indices, shape (n,).
        shares: of each split that is set apart.
        seed: of the choice.
        present: which of the images there are; None for all. The choice among the others changes
            as little as it can.
    """
    order = stratified_order(labels, np.random.default_rng(seed), present)
    parts, start = {}, 0
    for name, share in shares.items():
        end = start + max(1, round(share * len(order)))
        parts[name], start = order[start:end], end
    if start >= len(order):
        every = "test" if "test" in shares else "train"
        none = dict.fromkeys((*shares, "train"), order[:0])
        return none | {every: np.sort(order)}
    parts["train"] = order[start:]
    _train_every_class(parts, labels)
    return {name: np.sort(indices) for name, indices in parts.items()}


def _train_every_class(parts: dict[str, Integers], labels: Array) -> None:
    """Exchange images, so that every class has one for training where there are enough."""
    train = parts["train"] = parts["train"].copy()
    counts = np.bincount(labels[train], minlength=int(labels.max()) + 1)
    for name, indices in parts.items():
        if name == "train":
            continue
        for place in np.flatnonzero(counts[labels[indices]] == 0):
            spare = np.flatnonzero(counts[labels[train]] > 1)
            if counts[labels[indices[place]]] == 0 and len(spare):
                counts[labels[indices[place]]] += 1
                counts[labels[train[spare[-1]]]] -= 1
                # The last in the order is of the class that gave least to the other splits.
                indices[place], train[spare[-1]] = train[spare[-1]], indices[place]


def stratified_order(
    labels: Array, rng: np.random.Generator, present: Booleans | None = None
) -> Integers:
    """A random order whose every prefix holds about the same share of every class.

    Args:
        labels: class indices, shape (n,).
        rng: draws the order.
        present: which of the items to order; None for all. The others leave the order of the
            items within each class as it is.
    """
    order = rng.permutation(len(labels))
    if present is not None:
        order = order[present[order]]
    chosen = np.sort(order)
    own = labels[chosen]
    ranks = _ranks(own, np.searchsorted(chosen, order))
    position = (ranks + 0.5) / np.bincount(own)[own]
    return chosen[np.argsort(position, kind="stable")]


def rank_in_class(labels: Array, rng: np.random.Generator) -> Integers:
    """A random rank, 0 to n_c - 1, for each item among the n_c items of its class, shape (n,).

    The items with a rank below k are a stratified choice of k items of every class.
    """
    return _ranks(labels, rng.permutation(len(labels)))


def _ranks(labels: Array, order: Integers) -> Integers:
    """The rank of each item among those of its class, in a given order."""
    order = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ranks = np.empty(len(labels), np.int64)
    ranks[order] = np.arange(len(labels)) - starts
    return ranks
