"""Models that the user saved: `.keras` and `.h5` files, trained elsewhere, perhaps by a stranger.

A file is copied, inspected, read by a process with limits, and only then read here; what each of
these holds back is told in `docs/security.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from reportgen.catalog import Entry, Parameter
from reportgen.errors import Problem, UserError, did_you_mean

ENTRY = Entry(
    name="files",
    title="Model file",
    help="the path of a .keras or .h5 file, from the spec's folder; it counts as trained",
    parameters=(
        Parameter(
            name="modules",
            kind="names",
            default=(),
            help="Python modules that define layers of your own, in the spec's folder or "
            "installed; a model file may name what they define",
        ),
    ),
)


def load_file(
    source: str,
    base: Path,
    *,
    modules: Sequence[str] = (),
    trusted: bool = False,
    cache: Path | None = None,
) -> Any:
    """Read a model from a file, not compiled.

    Args:
        source: the file's path from the folder `base`, which is the spec's.
        base: the folder; the owner's modules are looked for there too.
        modules: the modules whose classes and functions the file may name.
        trusted: whether code in the file may run: the file may then name anything.
        cache: the cache folder, in which files that were tried are remembered.

    Raises:
        UserError: there is no such file, it is refused, or it is not a model that Keras can load.
    """
    # Imported late: reading a spec imports this file for its ENTRY.
    from reportgen.inspection import SAVED_MODEL
    from reportgen.models._vetting import vetted

    path = base / source
    _check(path, source)
    if path.name == SAVED_MODEL:
        from reportgen.inspection.apart import inspect_apart
        from reportgen.models._saved_model import read_program

        inspect_apart(path, name=source, modules=modules, folder=base, trusted=trusted)
        return read_program(path.parent)
    with vetted(path, modules, base, trusted, cache) as copy:
        return _read(copy, modules, base, trusted)


def begun(
    path: Path, modules: Sequence[str], base: Path, trusted: bool, cache: Path | None
) -> AbstractContextManager[None]:
    """A context in which a file is vetted in the background; not so a SavedModel."""
    from reportgen.inspection import SUFFIXES
    from reportgen.models import _vetting

    if path.suffix not in SUFFIXES:
        return nullcontext()
    return _vetting.begun(path, modules, base, trusted, cache)


def _read(copy: Any, modules: Sequence[str], base: Path, trusted: bool) -> Any:
    from reportgen.models._reading import read
    from reportgen.models._trying import broken
    from reportgen.models._words import why

    try:
        return read(copy.path, modules, base, trusted=trusted)
    except UserError:
        raise
    except Exception as error:  # Whatever a broken file raises, it is the file that is wrong.
        raise UserError(broken(copy.name, why(error))) from error


def _check(path: Path, source: str) -> None:
    from reportgen.inspection import SAVED_MODEL, SUFFIXES

    if path.suffix not in SUFFIXES and path.name != SAVED_MODEL:
        raise UserError(
            Problem(
                f"'{source}' is not a model source",
                hint="write zoo:NAME, application:NAME, python:PACKAGE.MODULE:FUNCTION, "
                "or the path of a .keras or .h5 file",
            )
        )
    if path.is_file():
        return
    near = [item.name for item in path.parent.glob("*") if item.suffix in SUFFIXES]
    hint = did_you_mean(path.name, sorted(near)) if near else f"{path.parent} holds no model file"
    raise UserError(Problem(f"there is no model file {path}", hint=hint))
