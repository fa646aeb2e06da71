"""What the Python modules define that a spec's owner declared, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.code import reached
from reportgen.python_source import bound


@dataclass(frozen=True)
class Owned:
    """The owner's modules, and the classes and functions that those in the spec's folder define.

    Attributes:
        modules: as declared; what lies in such a package is the owner's too.
        reached: others of the same packages that these import.
        names: of what all of them define.
        blind: whether one is installed elsewhere, so that what it defines is not known.
    """

    modules: tuple[str, ...] = ()
    reached: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    blind: bool = False

    def has(self, module: object, name: str) -> bool:
        """Whether a reference of a model file is to something of the owner's.

        A file that was saved from a notebook, or in the legacy format, names no module. Of the
        rest, Keras can only find what the owner's modules themselves define.
        """
        if not isinstance(module, str) or module in ("", "__main__", "builtins"):
            return name.rpartition(">")[2] in self.names
        declared = any(module == one or module.startswith(one + ".") for one in self.modules)
        return declared or module in self.reached


def owned(modules: Sequence[str], folder: Path) -> Owned:
    """What modules define; those that `folder` does not hold are taken to be installed."""
    declared = [module for module in modules if sources(module, folder)]
    files = reached(declared, folder)
    names = {name for file in files.values() for name in _defined(Path(file).read_bytes())}
    blind = len(declared) < len(modules)
    return Owned(tuple(modules), frozenset(files), frozenset(names), blind)


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
    """Names that a source gives to classes and functions; none where it does not parse.

    Those that it imports are defined elsewhere; those within functions nobody else can reach.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    imports = (ast.Import, ast.ImportFrom)
    kept = (node for node in tree.body if not isinstance(node, imports))
    return {name for node in kept for name, _ in bound(node)} | set(_registered(tree))


def _registered(tree: ast.AST) -> Iterator[str]:
    """Names under which a source registers its classes and functions with Keras."""
    for node in ast.walk(tree):
        called = getattr(node, "func", None)
        if getattr(called, "attr", getattr(called, "id", "")) == "register_keras_serializable":
            assert isinstance(node, ast.Call)
            given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "name")]
            for one in given:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
