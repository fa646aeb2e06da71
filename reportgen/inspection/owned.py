"""What the Python modules define that a spec's owner declared, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Owned:
    """The owner's modules, and the classes and functions that those in the spec's folder define.

    `blind` says that one of them is installed elsewhere, so that what it defines is not known.
    """

    modules: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    blind: bool = False

    def has(self, module: object, name: str) -> bool:
        """Whether a reference of a model file is to something of the owner's.

        A file that was saved from a notebook, or in the legacy format, names no module. Of the
        rest, Keras can only find what the owner's modules themselves define.
        """
        if not isinstance(module, str) or module in ("", "__main__", "builtins"):
            return name.rpartition(">")[2] in self.names
        return any(module == one or module.startswith(one + ".") for one in self.modules)


def owned(modules: Sequence[str], folder: Path) -> Owned:
    """What modules define; those that `folder` does not hold are taken to be installed."""
    found = [sources(module, folder) for module in modules]
    names = {name for files in found for file in files for name in _defined(file.read_bytes())}
    return Owned(tuple(modules), frozenset(names), blind=not all(found))


def sources(module: str, folder: Path) -> list[Path]:
    """Files in `folder` that importing a module runs, outermost first; none where it is not there.

    A name that is none of a module, such as "../x", leads nowhere.
    """
    parts = module.split(".")
    found: list[Path] = []
    for depth in range(1, len(parts) + 1):
        stem = folder.joinpath(*parts[:depth])
        choices = (stem / "__init__.py", stem.with_name(stem.name + ".py"))
        file = next((one for one in choices if one.is_file()), None)
        if file is None or not parts[depth - 1].isidentifier():
            return []
        found.append(file)
    return found


def _defined(source: bytes) -> set[str]:
    """Names of classes and functions at the top of a source; none where it does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    kinds = (ast.ClassDef, ast.FunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}
