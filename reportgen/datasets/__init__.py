"""Datasets that a spec may name: one file each, with `ENTRY` and `load(params, seed)`.

A `load` that has a parameter `progress` is given one to tell how far it has come. Where a file of
ours has `look(params)` beside it, that raises what `load` would, as far as a quick look tells.

A file's name is the dataset's name; files without an `ENTRY` hold shared code, and
`python_function` serves functions of the user's own. Installed packages add datasets in the same
form. Nothing heavy is imported before a dataset is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.catalog import Entry
from reportgen.datasets._progress import Progress, quiet
from reportgen.errors import Problem, UserError, did_you_mean
from reportgen.records import Dataset


def load(
    source: str,
    params: Mapping[str, Any],
    seed: int,
    base: Path = Path(),
    progress: Progress = quiet,
) -> Dataset:
    """Load a dataset; parameters that `params` lacks take the defaults of its `ENTRY`.

    Args:
        source: a name in the catalogue, or "python:PACKAGE.MODULE:FUNCTION".
        params: as the spec gives them; files and folders by their path from `base`.
        seed: of all that is drawn, such as which images are for validation.
        base: the folder of the spec.
        progress: called as `progress(done, total, text)` while images are read.

    Raises:
        UserError: there is no such dataset, it cannot be had (and how to get it), or what a
            function or an installed package gave is none.
    """
    if source.startswith("python:"):
        python = import_module(catalog.loader("python", "datasets"))
        made: Dataset = python.load_function(
            source, base, _filled(python.ENTRY, params, base), seed, progress
        )
        return made
    modules = catalog.modules("datasets")
    if source not in modules:
        hint = did_you_mean(source, list(modules))
        raise UserError(Problem(f"there is no dataset named '{source}'", hint=hint))
    module = import_module(modules[source])
    more = {"progress": progress} if "progress" in signature(module.load).parameters else {}
    dataset: Dataset = module.load(_filled(module.ENTRY, params, base), seed, **more)
    if not modules[source].startswith("reportgen."):
        from reportgen.datasets._checking import check

        return check(dataset, source)
    return dataset


def mistakes(
    source: str, params: Mapping[str, Any], base: Path = Path()
) -> Iterator[tuple[str, Problem]]:
    """What `load` would refuse, as far as a quick look tells: nothing is loaded, decoded or run.

    Args:
        source: a name in the catalogue, or "python:PACKAGE.MODULE:FUNCTION".
        params: as for `load`, their files and folders there.
        base: the folder of the spec.

    Yields:
        The parameter that is to blame, and what is wrong.
    """
    from reportgen.datasets._preparing import PARAMETERS, check_together

    python = source.startswith("python:")
    entry = catalog.sources("datasets")["python"] if python else catalog.entry("datasets", source)
    found = _filled(entry, params, base)
    module = "" if python else catalog.module("datasets", source)
    looks: dict[str, Any] = {}
    if set(PARAMETERS) <= set(entry.parameters):
        looks["application"] = check_together
    if module.startswith("reportgen.") and params.get("path"):
        looks["path"] = import_module(module).look
    for name, look in looks.items():
        try:
            look(found)
        except UserError as error:
            yield from ((name, problem) for problem in error.problems)


def _filled(entry: Entry, params: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """All parameters, with paths from `base`."""
    found = {parameter.name: parameter.default for parameter in entry.parameters} | dict(params)
    for parameter in entry.parameters:
        given = found[parameter.name]
        if parameter.kind == "path" and given is not None:
            found[parameter.name] = base / given
        elif parameter.kind == "paths":
            found[parameter.name] = [base / path for path in given or ()]
    return found
