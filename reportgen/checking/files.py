"""Checks files, folders, Python functions, packages and inputs that a spec names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reportgen import catalog
from reportgen.class_names import given_names
from reportgen.errors import Problem, UserError
from reportgen.files import kind
from reportgen.functions import no_function, no_module, shadowed
from reportgen.python_source import is_missing, names_in
from reportgen.spec.problems import FETCH, Problems, is_address
from reportgen.spec.types import DatasetSpec, ModelSpec, Spec, weights_of
from reportgen.suggestions import did_you_mean

WEIGHTS = (".weights.h5", ".h5", ".hdf5", ".keras")
"""Suffixes of files that hold the weights of a network."""
MODELS = (".keras", ".h5", ".hdf5")
"""Suffixes of model files."""
_WEIGHTS_FORMS = "'imagenet', null for random weights, or the path of a weights file"
_HOME = "'~' is not known here, write the whole path"
_BASE = "the path begins at the spec's folder"


def check_files(spec: Spec, problems: Problems) -> None:
    """Add what is wrong with the files, functions and datasets that models name."""
    folder = spec.source.parent
    for model in spec.models:
        line = model.lines.get("source", model.line)
        if model.kind == "python":
            _check_function(model.source, folder, line, problems)
        elif model.kind == "application":
            _check_weights(model, folder, problems)
        # An empty source stands in for a wrong one.
        elif model.kind == "file" and model.source:
            _check_model_file(model.source, folder, line, problems)
        _check_names(model.classes, folder, model.lines.get("classes", model.line), problems)
        if model.dataset is not None:
            _check_dataset(model.dataset, folder, problems, model.kind == "zoo")


def _check_model_file(source: str, folder: Path, line: int, problems: Problems) -> None:
    path = folder / source
    if os.path.isfile(path):
        return
    if os.path.exists(path) and not os.path.isdir(path):
        problems.add(line, f"the model {path} is {kind(path)}", "name a file")
        return
    if os.path.isdir(path):
        program = f"{source.rstrip('/')}/saved_model.pb"
        saved = os.path.isfile(folder / program)
        hint = f"write {program}" if saved else "save it with model.save('NAME.keras')"
        problems.add(line, f"the model {path} is a folder", hint)
        return
    problems.add(line, f"there is no model file {path}", near_file(source, folder, MODELS))


def _check_weights(model: ModelSpec, folder: Path, problems: Problems) -> None:
    weights = weights_of(model.params)
    if not weights:
        return
    path, line = folder / weights, model.lines.get("weights", model.line)
    forms = f"weights are {_WEIGHTS_FORMS}"
    if os.path.isfile(path):
        if not weights.endswith(WEIGHTS):
            hint = f"its name should end in one of: {', '.join(WEIGHTS)}"
            problems.add(line, f"the weights file {path} is of no kind that is read", hint)
    elif weights.lower() in ("none", "random"):
        problems.add(line, f"'weights' cannot be '{weights}'", "write null for random weights")
    elif os.path.isdir(path):
        problems.add(line, f"the weights file {path} is a folder", forms)
    else:
        names = [name for name in _listed(path.parent) if name.endswith(WEIGHTS)]
        near = did_you_mean(path.name, ["imagenet", *names])
        if not near.startswith("did you mean"):
            near = _HOME if weights.startswith("~") else f"{forms} (from the spec's folder)"
        near = FETCH if is_address(weights) else near
        problems.add(line, f"there is no weights file {path}", near)


def _check_function(source: str, folder: Path, line: int, problems: Problems) -> None:
    """Add a Python function that surely does not exist."""
    module, _, function = source.removeprefix("python:").partition(":")
    names = names_in(module, folder)
    twin = shadowed(module, folder)
    if twin is not None:
        problem = twin
    elif is_missing(module, folder):
        problem = no_module(module, folder)
    elif names is None or function in names:
        return
    else:
        functions = [name for name, sure in names.items() if sure and name[0] != "_"]
        problem = no_function(module, function, functions)
    problems.add(line, problem.message, problem.hint)


def _check_dataset(dataset: DatasetSpec, folder: Path, problems: Problems, trained: bool) -> None:
    """Add what is wrong with a dataset, as far as a quick look tells.

    A dataset with a problem is not looked into: other values stand in for wrong ones.
    """
    if python := dataset.source.startswith("python:"):
        line = dataset.lines.get("source", dataset.line)
        _check_function(dataset.source, folder, line, problems)
    entry = catalog.sources("datasets")["python"] if python else \
        catalog.entry("datasets", dataset.source)  # fmt: skip
    for parameter in entry.parameters:
        paths = dataset.params.get(parameter.name)
        line = dataset.lines.get(parameter.name, dataset.line)
        if parameter.kind == "classes":
            _check_names(paths, folder, line, problems)
        if parameter.kind not in ("path", "paths") or not paths:
            continue
        for path in [paths] if isinstance(paths, str) else paths:
            line = dataset.lines.get(parameter.name, dataset.line)
            if path and not os.path.exists(folder / path):
                message = f"there is no file or folder {folder / path}"
                problems.add(line, message, near_file(path, folder))
            elif path and not os.path.isdir(folder / path) and (what := kind(folder / path)):
                problems.add(line, f"{folder / path} is {what}", "name a file or folder")
    if {problem.line for problem in problems.found}.isdisjoint(
        (dataset.line, *dataset.lines.values())
    ):
        from reportgen.datasets import mistakes

        for name, problem in mistakes(dataset.source, dataset.params, folder, trained):
            line = dataset.lines.get(name, dataset.line)
            problems.add(line, problem.message, problem.hint)


def _check_names(
    classes: str | Sequence[str] | None, folder: Path, line: int, problems: Problems
) -> None:
    """Add a file of class names that cannot be read."""
    if not isinstance(classes, str) or not classes:
        return
    if not os.path.exists(folder / classes):
        hint = near_file(classes, folder)
        if hint == _BASE and "." not in classes:
            hint = f"for a single class write [{classes}], for several [{classes}, …]"
        problems.add(line, f"there is no file of class names {folder / classes}", hint)
        return
    try:
        given_names(classes, folder)
    except UserError as error:
        for problem in error.problems:
            problems.add(line, problem.message, problem.hint)


def near_file(path: str, folder: Path, suffixes: tuple[str, ...] = ("",)) -> str:
    """A hint for the path of a file or folder that does not exist.

    Args:
        path: as the spec writes it, from `folder`.
        folder: the spec's folder.
        suffixes: of files that may be meant.
    """
    if is_address(path):
        return FETCH
    if path.startswith("~"):
        return _HOME
    # Paths begin at the spec's folder, and people begin them where they build.
    for start in (folder / "..", Path()):
        if os.path.exists(start / path) and not os.path.isabs(path):
            return f"did you mean '{os.path.relpath(start / path, folder)}'? {_BASE}"
    whole = folder / path
    existing = whole.parent
    while not os.path.isdir(existing) and existing != existing.parent:
        whole, existing = existing, existing.parent
    is_last = whole == folder / path
    near = [
        name
        for name in _listed(existing)
        if name[0] != "." and (not is_last or name.endswith(suffixes))
    ]
    hint = did_you_mean(whole.name, near)
    if hint.startswith("did you mean") and not is_last:
        hint += f" (a folder in {existing})"
    is_useful = hint.startswith("did you mean") or (is_last and suffixes != ("",) and near)
    if is_useful:
        return hint
    return f"there is no '{whole.name}' in {existing}" if os.path.isabs(path) else _BASE


def _listed(folder: Path) -> list[str]:
    """Names in a folder; none where it cannot be read or no folder can have its name."""
    readable = os.path.isdir(folder) and os.access(folder, os.R_OK)
    return sorted(os.listdir(folder)) if readable else []


def package_problems(spec: Spec) -> Iterator[Problem]:
    """Datasets that need a package that is not installed, one for each line.

    Only `check` reports them: a page that is fresh needs no package.
    """
    from reportgen.datasets import tfds

    lines: set[int] = set()
    for dataset in filter(None, (model.dataset for model in spec.models)):
        line = dataset.lines.get("source", dataset.line)
        problem = tfds.missing(dataset.params) if dataset.source == tfds.ENTRY.name else None
        if problem is not None and line not in lines:
            lines.add(line)
            yield replace(problem, file=str(spec.source), line=line)


def input_problems(spec: Spec) -> Iterator[Problem]:
    """Mistakes in `inputs` that a model file's configuration shows."""
    for model in spec.models:
        if not model.inputs or model.kind != "file":
            continue
        from reportgen.checking.input_mistakes import mistakes
        from reportgen.models.trust.inspection import outline_of
        from reportgen.network.input_values import ModelInput

        configured = outline_of(spec.source.parent / model.source).inputs
        taken = [ModelInput(*item) for item in configured or ()]
        for mistake in mistakes(taken, model.inputs) if taken else ():
            line = model.input_lines.get(mistake.name, model.line)
            yield Problem(mistake.message, str(spec.source), line, mistake.hint)
