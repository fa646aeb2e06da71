"""All that is known to be wrong with a sound spec: model files, inputs, packages, figures."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.checking.figures import data_problems
from reportgen.checking.inputs import input_problems
from reportgen.checking.layers import layer_problems
from reportgen.checking.model_files import problems as file_problems
from reportgen.checking.packages import package_problems
from reportgen.errors import Problem
from reportgen.spec import Spec


def problems(spec: Spec) -> list[Problem]:
    """Everything that is known to be wrong with a spec's files, packages and figures, by line."""
    refused = file_problems([spec])
    found = [*refused, *package_problems(spec), *_of_figures(spec, bool(refused))]
    return sorted(found, key=lambda p: p.line or 0)


def _of_figures(spec: Spec, refused: bool) -> Iterator[Problem]:
    yield from data_problems(spec)
    # The layers of a file that is refused are nobody's concern, and so are its inputs.
    if not refused:
        yield from input_problems(spec)
        yield from layer_problems(spec)
