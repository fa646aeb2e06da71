"""Holds specs against what they name: files, functions, datasets, layers, classes.

Nothing here loads a model or a dataset, imports a user's code or runs it. Networks of the zoo and
of Keras are built in a process of their own, without their weights, where a spec leaves it open
whether they have the layers that figures name and take the images. Only what is surely wrong is
reported; the build reports the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.checking.figures import data_problems, layer_problems
from reportgen.checking.files import check_files, input_problems, package_problems
from reportgen.checking.links import link_problems
from reportgen.errors import Problem, UserError
from reportgen.spec.loading import read_file, read_spec
from reportgen.spec.problems import Problems
from reportgen.spec.types import Spec

if TYPE_CHECKING:
    from reportgen.models.sketches import Sketches


def load(path: Path) -> Spec:
    """Read a spec file and check it; see `load_text`."""
    return load_text(read_file(Path(path)), path)


def load_text(text: str | bytes, file: Path | str) -> Spec:
    """Read a spec's text and check it as far as a quick look tells.

    Args:
        text: of the spec.
        file: its name; paths in the spec begin at the file's folder.

    Raises:
        UserError: with every problem of the spec and of the files that it names, sorted by line,
            or else those of the author's notes beside it.
    """
    problems = Problems(str(file))
    spec = read_spec(text, Path(file), problems)
    check_files(spec, problems)
    problems.finish()
    check_notes(spec)
    return spec


def check_notes(spec: Spec) -> None:
    """Read the author's notes beside a spec, if there are any.

    Raises:
        UserError: the file cannot be read, or cites values of figures that the spec lacks.
    """
    if not os.path.lexists(spec.notes):
        return
    from reportgen.editing.applying import file_problems
    from reportgen.editing.file import load as load_notes

    notes = load_notes(spec.notes)
    if notes and (wrong := list(file_problems(notes, spec))):
        raise UserError(*wrong)


def problems_of(spec: Spec, sketches: Sketches | None = None) -> list[Problem]:
    """Everything that is surely wrong with a loaded spec, sorted by line.

    Unlike `load`, this looks into model files and builds networks of the zoo and of Keras.

    Args:
        spec: the spec.
        sketches: builds the networks, of several specs with one process; None for one of its own.
    """
    if sketches is not None:
        return sorted(_problems_of(spec, sketches), key=lambda problem: problem.line or 0)
    from reportgen.models.sketches import Sketches

    with Sketches() as own:
        return problems_of(spec, own)


def clash_problems(specs: Iterable[Spec]) -> list[Problem]:
    """A problem for each spec that would write the report of an earlier one."""
    found, by_slug = [], dict[str, Spec]()
    for spec in specs:
        other = by_slug.setdefault(spec.slug, spec)
        if other is not spec:
            message = f"this spec and {other.source} would both write '{spec.slug}/'"
            found.append(Problem(message, str(spec.source), hint="rename one of the files"))
    return found


def _problems_of(spec: Spec, sketches: Sketches) -> Iterator[Problem]:
    from reportgen.checking.fit import fit_problems
    from reportgen.checking.model_files import problems as file_problems
    from reportgen.checking.networks import look

    refused = file_problems([spec])
    yield from refused
    yield from package_problems(spec)
    yield from data_problems(spec)
    yield from link_problems(spec)
    # The inputs and layers of a refused file are not read.
    if not refused:
        outlines, misfits = look(spec, sketches)
        yield from misfits
        yield from input_problems(spec)
        yield from layer_problems(spec, outlines)
        yield from fit_problems(spec)
