"""Stage `dataset`: load a dataset once, and find it again for the tasks that use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reportgen import datasets
from reportgen.codec import encode
from reportgen.digest import canonical
from reportgen.engine.job import Job, Progress
from reportgen.errors import UserError
from reportgen.records import Dataset
from reportgen.store import Output, Store

_KEPT = 2
_loaded: dict[str, Dataset] = {}


def run(job: Job, store: Store, progress: Progress) -> dict[str, Output]:
    """Load the dataset; its output says how to load it again and what it must then be."""
    recipe = {name: job.params[name] for name in ("source", "params", "seed")}
    data = _keep(_load(recipe, job.base, progress))
    facts = {"recipe": recipe, "digest": data.digest, "title": data.title,
             "targets": encode(data.targets), "facts": encode(data.facts)}  # fmt: skip
    return {"dataset": store.put_output(canonical(facts), digest=data.digest)}


def obtain(output: Output, store: Store, base: str) -> Dataset:
    """The dataset that an output describes, from memory or loaded again.

    `base` is the folder that paths begin at.

    Raises UserError where it is not what it was when the output was made.
    """
    if output.digest in _loaded:
        return _loaded[output.digest]
    recipe: dict[str, Any] = json.loads(store.get(output.object))["recipe"]
    data = _keep(_load(recipe, base))
    if data.digest != output.digest:
        raise UserError(f"dataset '{data.name}' changed while the report was built; build again")
    return data


def _load(recipe: dict[str, Any], base: str, progress: Progress | None = None) -> Dataset:
    told = {} if progress is None else {"progress": progress}
    return datasets.load(recipe["source"], recipe["params"], recipe["seed"], Path(base), **told)


def _keep(data: Dataset) -> Dataset:
    while len(_loaded) >= _KEPT:
        _loaded.pop(next(iter(_loaded)))
    _loaded[data.digest] = data
    return data
