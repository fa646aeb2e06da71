"""Splits: stratified choices of images, built-in datasets from splits, digests of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple

import numpy as np

from reportgen.datasets.images import Form, origin, resize_splits
from reportgen.datasets.preprocessing import preprocessing
from reportgen.digest import canonical
from reportgen.errors import Problem, UserError
from reportgen.records import Dataset, Preprocessing, Split, Target
from reportgen.types import Array, Integers, Json, JsonObject, Params


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


def divide(labels: Array, shares: Mapping[str, float], seed: int) -> dict[str, Integers]:
    """Stratified indices for each name in `shares` and, from the rest, for "train", ascending.

    Each split takes its share of every class, as closely as whole images allow, and at least one
    image.

    Raises:
        UserError: there are too few images.
    """
    order = stratified_order(labels, np.random.default_rng(seed))
    parts, start = {}, 0
    for name, share in shares.items():
        end = start + max(1, round(share * len(labels)))
        parts[name], start = np.sort(order[start:end]), end
    if start >= len(order):
        count = "1 image is" if len(labels) == 1 else f"{len(labels)} images are"
        message = f"{count} too few for training and {' and '.join(shares)}"
        raise UserError(
            Problem(message, hint="add images, or give each split its own")
        )
    return {**parts, "train": np.sort(order[start:])}


def stratified_order(labels: Array, rng: np.random.Generator) -> Integers:
    """A random order, shape (n,), whose every prefix holds about the same share of every class."""
    position = (rank_in_class(labels, rng) + 0.5) / np.bincount(labels)[labels]
    return np.argsort(position, kind="stable")


def rank_in_class(labels: Array, rng: np.random.Generator) -> Integers:
    """A random rank, 0 to n_c - 1, for each item among the n_c items of its class, shape (n,).

    The items with a rank below k are a stratified choice of k items of every class.
    """
    order = rng.permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    counts = np.bincount(labels)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ranks = np.empty(len(labels), np.int64)
    ranks[order] = np.arange(len(labels)) - starts
    return ranks
