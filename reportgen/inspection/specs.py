"""The model files that specs name, looked at without loading any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reportgen.errors import Problem, UserError
from reportgen.inspection.apart import inspect_apart
from reportgen.spec import Spec
from reportgen.spec.sources import scheme


def problems(specs: Iterable[Spec]) -> list[Problem]:
    """Why model files of the specs would be refused, each with the line that names the file."""
    return [problem for spec in specs for problem in _problems(spec)]


def _problems(spec: Spec) -> list[Problem]:
    found: list[Problem] = []
    folder = spec.source.parent
    for model in spec.models:
        if scheme(model.source) != "file":
            continue
        modules = model.params.get("modules") or ()
        try:
            path = folder / model.source
            inspect_apart(path, name=model.source, modules=modules, folder=folder)
        except UserError as error:
            found += error.problems
        found = [replace(p, file=p.file or str(spec.source), line=p.line or model.line)
                 for p in found]  # fmt: skip
    return found
