"""Whether the modules that a spec's owner declared can be imported, as far as sources tell.

Nothing is imported: a module that is installed, or that fails while it runs, is left to the build.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from reportgen.errors import Problem
from reportgen.functions import no_module
from reportgen.inspection.owned import sources
from reportgen.python_source import is_missing


def wrong_modules(modules: Sequence[str], folder: Path) -> list[Problem]:
    """Why modules cannot be imported: a name that is none, no such file, a source with an error.

    Args:
        modules: their names.
        folder: where they are looked for before what is installed; the spec's.
    """
    found: list[Problem] = []
    for module in modules:
        if not all(part.isidentifier() for part in module.split(".")):
            found.append(misnamed(module))
        elif is_missing(module, folder):
            found.append(no_module(module, folder))
        else:
            read = (_unreadable(module, file) for file in sources(module, folder))
            found += [problem for problem in read if problem is not None and problem not in found]
    return found


def misnamed(module: str) -> Problem:
    """What is said of a name that no module can have."""
    hint = "write for example: modules: [my_layers]"
    return Problem(f"'{module}' cannot be the name of a module", hint=hint)


def _unreadable(module: str, file: Path) -> Problem | None:
    """Why a source cannot be run at all, with its line; what running it raises is not known."""
    line = None
    try:
        with warnings.catch_warnings():
            # Importing it tells of these, if it comes to that.
            warnings.simplefilter("ignore")
            compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except SyntaxError as error:
        why, line = f"SyntaxError: {error.msg}", error.lineno
    except (OSError, ValueError) as error:  # Some versions of Python say ValueError of a NUL.
        why = f"{type(error).__name__}: {error}"
    else:
        return None
    return Problem(f"importing {module} failed: {why}", str(file), line)
