"""The model and weights files that specs name, looked at without loading any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from reportgen.errors import Problem, UserError
from reportgen.inspection.apart import inspect_apart
from reportgen.spec import ModelSpec, Spec
from reportgen.spec.files import weights_of
from reportgen.spec.sources import scheme


def problems(specs: Iterable[Spec]) -> list[Problem]:
    """Why files of the specs would be refused, each with the line that names the file."""
    return [problem for spec in specs for problem in _problems(spec)]


def _problems(spec: Spec) -> list[Problem]:
    found: list[Problem] = []
    for model in spec.models:
        line = model.lines.get("weights", model.line)
        try:
            _inspect(model, spec.source.parent)
        except UserError as error:
            found += [replace(p, file=p.file or str(spec.source), line=p.line or line)
                      for p in error.problems]  # fmt: skip
    return found


def _inspect(model: ModelSpec, folder: Path) -> None:
    """Look into the file that a model is read from, if there is one."""
    kind = scheme(model.source)
    if kind == "file":
        modules = model.params.get("modules") or ()
        inspect_apart(folder / model.source, name=model.source, modules=modules, folder=folder)
    elif kind == "application" and (weights := weights_of(model.params)):
        inspect_apart(folder / weights, name=weights, modules=(), folder=folder, kind="weights")
