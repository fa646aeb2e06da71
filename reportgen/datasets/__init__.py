"""Datasets that a spec may name: one file each, with `ENTRY` and `load(params, seed)`.

A file's name is the dataset's name. A `load` with a parameter `progress` receives a function that
it may call with how far it has come. Where a file also has `check(params)`, that raises the errors
of `load` that a quick look gives away. Files without an `ENTRY` hold shared code, and `python`
serves the user's own functions. Installed packages add datasets in the same form.

Datasets are imported by name when they are loaded, so that none depends on another's code and
importing this package imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import catalog
from reportgen.class_names import given_names
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportgen.catalog import Entry
    from reportgen.types import JsonObject, Params, Progress


def load(
    source: str,
    params: Params,
    seed: int,
    base: Path = Path(),
    progress: Progress | None = None,
) -> Dataset:
    """Load a dataset; parameters that `params` lacks take the defaults of its `ENTRY`.

    Args:
        source: a name in the catalog, or "python:PACKAGE.MODULE:FUNCTION".
        params: as the spec gives them; files and folders by their path from `base`.
        seed: of everything that is drawn at random, such as the images for validation.
        base: the folder of the spec.
        progress: called as `progress(done, total, text)` while images are read.

    Raises:
        UserError: there is no such dataset, it cannot be read, or what a function or an installed
            package returned is no dataset.
    """
    progress = progress or _ignore
    data: Dataset
    if source.startswith("python:"):
        python = import_module(catalog.loader("python", "datasets"))
        filled = _filled(python.ENTRY, params, base)
        data = python.load_function(source, base, filled, seed, progress)
        return data
    modules = catalog.modules("datasets")
    if source not in modules:
        hint = did_you_mean(source, list(modules))
        raise UserError(Problem(f"there is no dataset named '{source}'", hint=hint))
    module = import_module(modules[source])
    options = {"progress": progress} if "progress" in signature(module.load).parameters else {}
    data = module.load(_filled(module.ENTRY, params, base), seed, **options)
    if modules[source].startswith("reportgen."):
        return data
    from reportgen.datasets.checking import check_dataset
    from reportgen.datasets.doubts import with_doubts

    return with_doubts(check_dataset(data, source))


def mistakes(
    source: str, params: Params, base: Path = Path(), trained: bool = False
) -> Iterator[tuple[str, Problem]]:
    """The errors of `load` that a quick look gives away: nothing is loaded, decoded or run.

    Args:
        source: a name in the catalog, or "python:PACKAGE.MODULE:FUNCTION".
        params: as for `load`; their files and folders exist.
        base: the folder of the spec.
        trained: whether a model is trained on the dataset.

    Yields:
        The parameter that is to blame, and what is wrong.
    """
    from reportgen.datasets.preprocessing import PARAMETERS, check_combination

    python = source.startswith("python:")
    entry = catalog.sources("datasets")["python"] if python else catalog.entry("datasets", source)
    module = "" if python else catalog.module("datasets", source)
    checks: dict[str, Callable[[Params], None]] = {}
    if set(PARAMETERS) <= set(entry.parameters):
        checks["application"] = check_combination
    if module.startswith("reportgen.") and params.get("path"):
        loader = import_module(module)
        checks["path"] = loader.check_training if trained else loader.check
    try:
        filled = _filled(entry, params, base)
    except UserError as error:
        yield from (("classes", problem) for problem in error.problems)
        return
    for name, check in checks.items():
        try:
            check(filled)
        except UserError as error:
            yield from ((name, problem) for problem in error.problems)


def _filled(entry: Entry, params: Params, base: Path) -> JsonObject:
    """All parameters, with paths from `base`."""
    filled = {parameter.name: parameter.default for parameter in entry.parameters} | dict(params)
    for parameter in entry.parameters:
        value = filled[parameter.name]
        if parameter.kind == "path" and value is not None:
            filled[parameter.name] = base / value
        elif parameter.kind == "paths":
            filled[parameter.name] = [base / path for path in value or ()]
        elif parameter.kind == "classes":
            filled[parameter.name] = given_names(value, base)
    return filled


def _ignore(done: int, total: int, text: str) -> None:
    """Receive progress that nobody asked for."""
