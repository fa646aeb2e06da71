"""Files and folders that a spec names: whether they are there, and what to write instead."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from reportgen import catalog
from reportgen.errors import Problem, did_you_mean
from reportgen.spec.functions import function_problem
from reportgen.spec.problems import Problems
from reportgen.spec.types import DatasetSpec

WEIGHTS = (".weights.h5", ".h5", ".hdf5", ".keras")
"""How the name of a file may end that holds the weights of a network."""
FORMS = "'imagenet', null for random weights, or the path of a weights file"
_HOME = "'~' is not known here, write the whole path"


def check_file(source: str, folder: Path, line: int, problems: Problems) -> None:
    """Note a model file that is not there."""
    path = folder / source
    if os.path.isfile(path):
        return
    if os.path.isdir(path):
        program = (path / "saved_model.pb").is_file()
        hint = f"write {source.rstrip('/')}/saved_model.pb" if program else ""
        hint = hint or "save it with model.save('NAME.keras')"
        problems.add(line, f"the model {path} is a folder", hint)
        return
    hint = "the path begins at the spec's folder"
    if source.startswith("~"):
        hint = _HOME
    elif near := [name for name in _listed(path.parent) if name.endswith((".keras", ".h5"))]:
        hint = did_you_mean(path.name, near)
    problems.add(line, f"there is no model file {path}", hint)


def weights_of(params: Mapping[str, Any]) -> str | None:
    """The weights file that the parameters of a network of `keras.applications` name, or None."""
    wanted = params.get("weights", "imagenet")
    return None if wanted in (None, "imagenet") else str(wanted)


def check_weights(params: Mapping[str, Any], folder: Path, line: int, problems: Problems) -> None:
    """Note a weights file that is not there, or of no kind that is read."""
    weights = weights_of(params)
    problem = weights_problem(weights, folder) if weights else None
    if problem is not None:
        problems.add(line, problem.message, problem.hint)


def weights_problem(weights: str, folder: Path) -> Problem | None:
    """What is wrong with the path of a weights file, from `folder`; None where nothing is."""
    path = folder / weights
    known = weights.endswith(WEIGHTS)
    if os.path.isfile(path) and known:
        return None
    if os.path.isfile(path):
        endings = ", ".join(WEIGHTS)
        message = f"the weights file {path} is of no kind that is read"
        return Problem(message, hint=f"its name should end in one of: {endings}")
    if weights.lower() in ("none", "random"):
        return Problem(f"'weights' cannot be '{weights}'", hint="write null for random weights")
    if os.path.isdir(path):
        return Problem(f"the weights file {path} is a folder", hint=f"weights are {FORMS}")
    return Problem(f"there is no weights file {path}", hint=_near_weights(weights, folder))


def _near_weights(weights: str, folder: Path) -> str:
    names = [name for name in _listed((folder / weights).parent) if name.endswith(WEIGHTS)]
    hint = did_you_mean(Path(weights).name, ["imagenet", *names])
    if hint.startswith("did you mean"):
        return hint
    return _HOME if weights.startswith("~") else f"weights are {FORMS} (from the spec's folder)"


def check_dataset(dataset: DatasetSpec, folder: Path, problems: Problems) -> None:
    """Note what is wrong with a dataset, as far as can be told without loading it.

    One that has a problem already is not looked into: what stands in for a bad value is not meant.
    """
    _check_paths(dataset, folder, problems)
    if dataset.source.startswith("python:"):
        line = dataset.lines.get("source", dataset.line)
        check_function(dataset.source, folder, line, problems)
    told = {problem.line for problem in problems.found}
    if not told.isdisjoint((dataset.line, *dataset.lines.values())):
        return
    # By name, because datasets are in a room above this one.
    mistakes = import_module("reportgen.datasets").mistakes
    for name, problem in mistakes(dataset.source, dataset.params, folder):
        line = dataset.lines.get(name, dataset.line)
        problems.add(line, problem.message, problem.hint)


def check_function(source: str, folder: Path, line: int, problems: Problems) -> None:
    """Note a Python function that is surely not there; `source` is "python:MODULE:FUNCTION"."""
    problem = function_problem(source, folder)
    if problem is not None:
        problems.add(line, problem.message, problem.hint)


def _check_paths(dataset: DatasetSpec, folder: Path, problems: Problems) -> None:
    """Note files and folders of a dataset that are not there."""
    python = dataset.source.startswith("python:")
    entry = catalog.sources("datasets")["python"] if python else \
        catalog.entry("datasets", dataset.source)  # fmt: skip
    for parameter in entry.parameters:
        given = dataset.params.get(parameter.name)
        if parameter.kind not in ("path", "paths") or not given:
            continue
        for path in [given] if isinstance(given, str) else given:
            if path and not os.path.exists(folder / path):
                line = dataset.lines.get(parameter.name, dataset.line)
                message = f"there is no file or folder {folder / path}"
                problems.add(line, message, _near_path(path, folder))


def _near_path(path: str, folder: Path) -> str:
    if path.startswith("~"):
        return _HOME
    near = [name for name in _listed((folder / path).parent) if name[0] != "."]
    hint = did_you_mean(Path(path).name, near) if near else ""
    return hint if hint.startswith("did you mean") else "the path begins at the spec's folder"


def _listed(folder: Path) -> list[str]:
    """Names in a folder; none where it cannot be read or its name is none that files can have."""
    readable = os.path.isdir(folder) and os.access(folder, os.R_OK)
    return sorted(os.listdir(folder)) if readable else []
