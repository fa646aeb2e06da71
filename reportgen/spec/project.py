"""The project that a command works on: the folder that holds `specs/`.

The cache and the pages lie in this folder, from wherever in it a command is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from reportgen.errors import Problem, UserError
from reportgen.files import in_place_of_folder

SPECS = "specs"
SUFFIXES = (".yaml", ".yml")


def root() -> Path:
    """The nearest folder, from the working folder upward, that holds `specs/` with a spec.

    The working folder where there is none. The path leads there from the working folder.
    """
    here = Path.cwd()
    above = (folder for folder in here.parents if _specs_in(folder / SPECS))
    project = here if (here / SPECS).is_dir() else next(above, here)
    return _relative(project)


def spec_path(name: str) -> Path:
    """The file of a spec that the project may hold one day: specs/NAME.yaml.

    Raises:
        UserError: `specs` is no folder.
    """
    folder = root() / SPECS
    _check_folder(folder)
    return folder / f"{name}{SUFFIXES[0]}"


def spec_paths(names: Sequence[str]) -> list[Path]:
    """The spec files that the user names; without names, all in `specs/`.

    A name is a path, or stands for a spec of the project without folder and suffix.

    Raises:
        UserError: there is no spec in `specs/`, or `specs` is no folder.
    """
    project = root()
    if names:
        return list(dict.fromkeys(_named(name, project) for name in names))
    _check_folder(project / SPECS)
    found = _specs_in(project / SPECS)
    if not found:
        hint = "write one with: reportgen new NAME"
        raise UserError(Problem(f"there is no spec in {project / SPECS}/", hint=hint))
    return found


def names() -> list[str]:
    """The names of the project's specs, as `spec_paths` takes them."""
    return [path.stem for path in _specs_in(root() / SPECS)]


def _named(name: str, project: Path) -> Path:
    """The first file that a name can stand for; the name as a path where there is none."""
    return next((path for path in _candidates(name, project) if os.path.isfile(path)), Path(name))


def _candidates(name: str, project: Path) -> Iterator[Path]:
    for path in (Path(name), project / SPECS / name):
        yield path
        yield from (Path(f"{path}{suffix}") for suffix in SUFFIXES)


def _specs_in(folder: Path) -> list[Path]:
    """The spec files of a folder, sorted; none where it cannot be read."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [folder / name for name in names if name.endswith(SUFFIXES) and name[0] != "."]


def _check_folder(folder: Path) -> None:
    """Raise UserError where something else stands in the place of the folder of specs."""
    if what := in_place_of_folder(folder):
        message = f"{folder} is {what}, but reportgen keeps specs in a folder of this name"
        raise UserError(Problem(message, hint="rename or remove it"))


def _relative(folder: Path) -> Path:
    return Path(os.path.relpath(folder))
