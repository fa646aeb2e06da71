"""Digests of code: a module with everything of ours that its imports reach.

Read with `ast`, nothing imported, every file read once and every folder listed once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.digest import StatCache, of_bytes, of_value

if TYPE_CHECKING:
    import ast

DISTRIBUTIONS = {"PIL": "pillow", "yaml": "PyYAML"}
"""Import names whose distribution is called otherwise."""

PACKAGE = Path(__file__).parent
NONE: Mapping[str, str] = {}


def imports_of(source: bytes) -> list[str]:
    """Dotted names that a Python source imports anywhere, `from a import b` giving a and a.b.

    Names that are relative to the source's package keep their dots: `from . import b` gives ".b".
    A source that does not parse imports nothing: running it will say what is wrong.
    """
    import ast

    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    names: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start, inner = "." * node.level, f"{node.module}." if node.module else ""
            names.update(f"{start}{inner}{alias.name}" for alias in node.names)
            if node.module:
                names.add(start + node.module)
        else:
            waiting += _inside(node)
    return sorted(names)


def _inside(node: ast.AST) -> list[ast.AST]:
    """The statements, and what holds statements, in a statement: expressions import nothing."""
    fields = ("body", "orelse", "finalbody", "handlers", "cases")
    found = (getattr(node, name, None) for name in fields)
    # The body of a lambda, or of a condition's expression, is no list.
    return [inner for each in found if isinstance(each, list) for inner in each]


def resolved(name: str, module: str, file: str) -> str:
    """What an imported name means in a file of a module; "" where it leads out of its package.

    >>> resolved("..shapes.ring", "zoo.nets.small", "small.py")
    'zoo.shapes.ring'
    """
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return name
    package = module.split(".")
    if os.path.basename(file) != "__init__.py":
        package = package[:-1]
    kept = package[: len(package) - level + 1]
    return ".".join([*kept, rest]) if kept else ""


def reached(modules: Iterable[str], folder: Path) -> dict[str, str]:
    """Files in a folder that importing modules runs, by the names of their modules.

    Of what they import, modules of the same packages are followed.
    """
    look, roots = CodeDigests(StatCache()), list(modules)
    tops = {module.partition(".")[0] for module in roots}
    found: dict[str, str] = {}
    while roots:
        module = roots.pop()
        for depth, file in enumerate(look.files(module, str(folder)), 1):
            own = ".".join(module.split(".")[:depth])
            if own not in found:
                found[own] = file
                roots += [one for one in look.imports(own, file) if one.partition(".")[0] in tops]
    return found


@dataclass(frozen=True)
class Code:
    """Digest of code with everything of ours that it reaches, and the libraries it uses."""

    digest: str
    libraries: tuple[str, ...]


class CodeDigests:
    """Digests of code within one look at the files: what was seen once is not looked at again."""

    def __init__(self, cache: StatCache, packages: Mapping[str, str] = NONE) -> None:
        """`packages` are others whose code counts: by top module, the folder that holds it."""
        self.cache = cache
        self.packages = {**packages, PACKAGE.name: str(PACKAGE.parent)}
        self._names: dict[str, frozenset[str]] = {}
        self._files: dict[tuple[str, str], tuple[str, ...]] = {}
        self._places: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self._sources: dict[str, tuple[str, list[str]]] = {}
        self._codes: dict[tuple[str, ...], Code] = {}

    def of(self, modules: Iterable[str], folders: Sequence[Path] = ()) -> Code:
        """Digest of modules and every module they reach within reportgen or `folders`.

        Args:
            modules: dotted names to start from; one that no folder holds counts as a library.
            folders: where a user's own modules may lie, besides reportgen's folder.
        """
        roots, places = tuple(modules), tuple(str(folder) for folder in folders)
        key = (*roots, "in", *places)
        if key not in self._codes:
            self._codes[key] = self._walk(roots, places)
        return self._codes[key]

    def _walk(self, roots: tuple[str, ...], folders: tuple[str, ...]) -> Code:
        waiting, seen, libraries = list(roots), set(roots), set()
        shas: dict[str, str] = {}
        while waiting:
            module = waiting.pop()
            files = self._found(module, folders)
            if not files:
                libraries.add(module.partition(".")[0])
            for depth, file in enumerate(files, 1):
                if file not in shas:
                    shas[file] = self._source(file)[0]
                    imports = self.imports(".".join(module.split(".")[:depth]), file)
                    waiting += sorted(imports - seen)
                    seen |= imports
        # Paths differ between machines and between a clone and an installed wheel: names do not.
        facts = sorted((os.path.basename(file), sha) for file, sha in shas.items())
        outside = {DISTRIBUTIONS.get(n, n) for n in libraries - sys.stdlib_module_names}
        return Code(of_value(facts), tuple(sorted(outside)))

    def imports(self, module: str, file: str) -> set[str]:
        """Modules (and what may be modules) that a file of a module imports."""
        return {name for one in self._source(file)[1] if (name := resolved(one, module, file))}

    def _found(self, module: str, folders: tuple[str, ...]) -> tuple[str, ...]:
        key = (module, folders)
        if key not in self._places:
            held = self.packages.get(module.partition(".")[0])
            looked = (held,) if held else folders
            found = (files for folder in looked if (files := self.files(module, folder)))
            self._places[key] = next(found, ())
        return self._places[key]

    def files(self, module: str, folder: str) -> tuple[str, ...]:
        """Files that importing a module runs: its packages' `__init__` and its own."""
        key = (module, folder)
        if key not in self._files:
            found = []
            for name in module.split("."):
                folder, file = self._step(folder, name)
                if not file:
                    break
                found.append(file)
            self._files[key] = tuple(found)
        return self._files[key]

    def _step(self, folder: str, name: str) -> tuple[str, str]:
        inner = f"{folder}{os.sep}{name}"
        if name in self._listed(folder) and "__init__.py" in self._listed(inner):
            return inner, f"{inner}{os.sep}__init__.py"
        return inner, f"{inner}.py" if f"{name}.py" in self._listed(folder) else ""

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            here = os.listdir(folder) if os.path.isdir(folder) else ()
            self._names[folder] = frozenset(here)
        return self._names[folder]

    def _source(self, file: str) -> tuple[str, list[str]]:
        """Digest of a file and the modules that it names in imports."""
        if file not in self._sources:
            entry, stat = self.cache.known(file)
            if entry is None or "names" not in entry:
                data = Path(file).read_bytes()
                entry = self.cache.remember(file, stat, sha=of_bytes(data), names=imports_of(data))
            self._sources[file] = (str(entry["sha"]), entry["names"])
        return self._sources[file]
