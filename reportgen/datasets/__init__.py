"""Datasets that a spec may name: one file each, with `ENTRY` and `load(params, seed)`.

A file's name is the dataset's name; files without an `ENTRY` hold shared code. Installed packages
add datasets in the same form.
Nothing heavy is imported before a dataset is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from reportgen import catalog
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Dataset


def load(source: str, params: Mapping[str, Any], seed: int) -> Dataset:
    """Load a dataset by name; parameters that `params` lacks take the defaults of its `ENTRY`.

    Raises:
        UserError: there is no such dataset, or it cannot be had (and how to get it).
    """
    modules = catalog.modules("datasets")
    if source not in modules:
        hint = did_you_mean(source, list(modules))
        raise UserError(Problem(f"there is no dataset named '{source}'", hint=hint))
    module = import_module(modules[source])
    defaults = {parameter.name: parameter.default for parameter in module.ENTRY.parameters}
    dataset: Dataset = module.load({**defaults, **params}, seed)
    return dataset
