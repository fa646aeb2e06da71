"""The model and weights files that specs name, looked at without loading any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from reportgen.errors import Problem, UserError
from reportgen.models.trust.inspection import inspect_isolated
from reportgen.models.trust.owned import wrong_modules
from reportgen.spec.types import ModelSpec, Spec, weights_of


def problems(specs: Iterable[Spec]) -> list[Problem]:
    """Why files of the specs would be refused, each with the line that names the file."""
    return [problem for spec in specs for problem in _problems(spec)]


def _problems(spec: Spec) -> list[Problem]:
    found: list[Problem] = []
    for model in spec.models:
        key = "modules"
        wrong = wrong_modules(_modules(model), spec.source.parent)
        if not wrong:
            key = "weights"
            try:
                _inspect(model, spec.source.parent)
            except UserError as error:
                wrong = list(error.problems)
        line = model.lines.get(key, model.line)
        found += [p if p.file else replace(p, file=str(spec.source), line=line) for p in wrong]
    return found


def _modules(model: ModelSpec) -> Sequence[str]:
    """The owner's modules that a model's file may name."""
    return model.params.get("modules") or () if model.kind == "file" else ()


def _inspect(model: ModelSpec, folder: Path) -> None:
    """Look into the file that a model is read from, if there is one."""
    kind = model.kind
    if kind == "file":
        inspect_isolated(
            folder / model.source, name=model.source, modules=_modules(model), folder=folder
        )
    elif kind == "application" and (weights := weights_of(model.params)):
        inspect_isolated(folder / weights, name=weights, modules=(), folder=folder, kind="weights")
