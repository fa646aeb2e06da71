"""What a spec gives to inputs that a model file does not have, or that take something else."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.errors import Problem
from reportgen.models.trust.inspection import outline_of
from reportgen.network.input_mistakes import mistakes
from reportgen.network.inputs import Taken
from reportgen.spec import Spec
from reportgen.spec.sources import scheme


def input_problems(spec: Spec) -> Iterator[Problem]:
    """Mistakes in `inputs` that a model file's configuration shows, each with its line."""
    for model in spec.models:
        if not model.inputs or scheme(model.source) != "file":
            continue
        found = outline_of(spec.source.parent / model.source).inputs
        wanted = None if found is None else [Taken(*one) for one in found]
        for name, message, hint in mistakes(wanted, model.inputs) if wanted else ():
            line = model.input_lines.get(name, model.line)
            yield Problem(message, str(spec.source), line, hint)
