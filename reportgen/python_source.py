"""The names that Python modules bind, read from their source without importing them.

Mistakes that the source does not show appear in the build, which imports the modules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_BUSY = re.compile(rb"__path__|sys\.modules|meta_path|from\s+sys\s+import")
"""Names in a package's source that may create modules without a file of their own."""

_MAKERS = {"globals", "vars", "locals", "exec", "eval", "setattr", "__getattr__", "__dict__",
           "modules"}  # fmt: skip
"""Names in a module's source that may bind further names, which the source does not show."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda,
           ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)  # fmt: skip


def names_in(module: str, folder: Path) -> dict[str, bool] | None:
    """The names that a module binds at its top level, and whether each is certainly callable.

    Args:
        module: the module's dotted name.
        folder: the spec's folder, which comes after installed modules.

    Returns:
        None where the module does not exist, or its source does not show all of its names.
    """
    found, _ = _found(module, folder)
    return None if found is None else _names(found)


def is_missing(module: str, folder: Path) -> bool:
    """Whether a module certainly does not exist; arguments as for `names_in`."""
    found, sure = _found(module, folder)
    return found is None and sure


def _found(module: str, folder: Path) -> tuple[ModuleSpec | None, bool]:
    """The spec of a module, None where it is not found; and whether this result is certain."""
    top, *rest = module.split(".")
    found = _top(top, folder)
    for part in rest:
        if found is None:
            break
        if _makes_modules(found):
            return None, False
        places = found.submodule_search_locations
        found = None if places is None else _in(part, [*places])
    return found, True


def _top(name: str, folder: Path) -> ModuleSpec | None:
    from importlib.util import find_spec

    try:
        installed = find_spec(name)
    except ValueError:  # A module in memory without a spec.
        installed = None
    if installed is not None and installed.origin is not None:
        return installed
    # A folder without `__init__.py`, which has no origin, comes after all regular modules.
    found = _in(name, [str(folder.absolute())])
    return found if found is not None and found.origin else installed or found


def _in(name: str, places: list[str]) -> ModuleSpec | None:
    """A module in `places` by the last part of its name, which imports no package around it."""
    from importlib import invalidate_caches
    from importlib.machinery import PathFinder

    invalidate_caches()
    return PathFinder.find_spec(name, places)


def _makes_modules(package: ModuleSpec) -> bool:
    """Whether a package may hold modules besides the files in its folder."""
    text = _text(package)
    return package.origin is not None and (text is None or bool(_BUSY.search(text)))


def _text(module: ModuleSpec) -> bytes | None:
    """A module's source; None where it has none or it cannot be read."""
    if module.origin is None or not module.origin.endswith(".py"):
        return None
    try:
        return Path(module.origin).read_bytes()
    except OSError:
        return None


def _names(module: ModuleSpec) -> dict[str, bool] | None:
    """Names that a module binds at its top level, as `names_in` returns them."""
    text = _text(module)
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None  # The build reports the syntax error.
    for node in ast.walk(tree):
        name = getattr(node, "id", getattr(node, "attr", getattr(node, "name", "")))
        if name in (*_MAKERS, "*") or isinstance(node, ast.Global):
            return None
    # `x := ...` within a comprehension, a default or a base binds its name outside of it.
    named = {node.target.id: False for node in ast.walk(tree) if isinstance(node, ast.NamedExpr)}
    return named | {name: sure for node in tree.body for name, sure in bound(node)}


def bound(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Names that a statement binds in its own scope, and whether each is certainly callable."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, True
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0], False
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id, False
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name, False
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, False
    if not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from bound(child)
