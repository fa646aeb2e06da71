"""Datasets that a spec may name: one file each, with `ENTRY` and `load(params, seed)`.

A file's name is the dataset's name; files that begin with an underscore hold shared code.
Nothing heavy is imported before a dataset is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Dataset


def names() -> tuple[str, ...]:
    """The names of all datasets in this folder, sorted."""
    return tuple(sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_")))


def load(source: str, params: Mapping[str, Any], seed: int) -> Dataset:
    """Load a dataset by name; parameters that `params` lacks take the defaults of its `ENTRY`.

    Raises:
        UserError: there is no such dataset, or it cannot be had (and how to get it).
    """
    if source not in names():
        hint = did_you_mean(source, names())
        raise UserError(Problem(f"there is no dataset named '{source}'", hint=hint))
    module = import_module(f"{__name__}.{source}")
    defaults = {parameter.name: parameter.default for parameter in module.ENTRY.parameters}
    dataset: Dataset = module.load({**defaults, **params}, seed)
    return dataset
