"""Stage `dataset`: loads a dataset once, and supplies it to the tasks that use it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen import datasets
from reportgen.codec import decode, encode
from reportgen.digest import canonical
from reportgen.engine.job import Job, Progress
from reportgen.errors import InputMovedError
from reportgen.records import Dataset, Target
from reportgen.store import Output, Store
from reportgen.types import Json, Params

_KEPT = 2
_loaded: dict[str, Dataset] = {}


@dataclass(frozen=True)
class DatasetRecipe:
    """The values that load a dataset again: source and parameters of the spec, and the seed."""

    source: str
    params: Params
    seed: int


@dataclass(frozen=True)
class DatasetRecord:
    """The output `dataset`: the recipe that loads the dataset again, and the expected digest."""

    recipe: DatasetRecipe
    digest: str
    title: str
    targets: tuple[Target, ...]
    facts: Mapping[str, Json]


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Load the dataset; output `dataset`."""
    recipe = decode(DatasetRecipe, job.params)
    data = _remember(_load(recipe, job.base, progress))
    record = DatasetRecord(recipe, data.digest, data.title, data.targets, data.facts)
    return {"dataset": store.put_output(canonical(encode(record)), digest=data.digest)}


def obtain(output: Output, job: Job, store: Store) -> Dataset:
    """The dataset of an output, from memory or loaded again.

    Raises:
        InputMovedError: the dataset has changed since the output was made.
    """
    if output.digest in _loaded:
        return _loaded[output.digest]
    recipe = decode(DatasetRecord, json.loads(store.get(output.object))).recipe
    data = _remember(_load(recipe, job.base))
    if data.digest != output.digest:
        raise InputMovedError(f"dataset '{data.name}' changed while the report was built")
    return data


def _load(recipe: DatasetRecipe, base: str, progress: Progress | None = None) -> Dataset:
    options = {} if progress is None else {"progress": progress}
    return datasets.load(recipe.source, recipe.params, recipe.seed, Path(base), **options)


def _remember(data: Dataset) -> Dataset:
    while len(_loaded) >= _KEPT:
        _loaded.pop(next(iter(_loaded)))
    _loaded[data.digest] = data
    return data
