"""Digests of code: a module's meaning together with every module that its imports reach.

Only modules of reportgen, of installed plug-ins and of the user are followed. An import of such a
module counts as that module's digest, never as its name: moving a file changes no digest, and
swapping the contents of two files does. Libraries count by name here and by version in a task's
facts. Sources are parsed, never imported; each file is read once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reportgen.digest import StatCache, of_bytes, of_input, of_value
from reportgen.files import read_regular
from reportgen.libraries import installed_twin, is_library
from reportgen.types import JsonObject

FORM = 1
"""Version of the results of `syntax.read`; entries of a stat cache with another are ignored."""

DISTRIBUTIONS = {"PIL": "pillow", "mpl_toolkits": "matplotlib", "yaml": "PyYAML"}
"""Distributions whose import name differs, by import name."""

SENTENCES = ".ftl"
"""Ending of the catalog of a module's sentences, which stands beside the module."""

PACKAGE = Path(__file__).parent
NONE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Code:
    """Digest of code with every module that it reaches, and the distributions that it imports."""

    digest: str
    libraries: tuple[str, ...]


class Node(NamedTuple):
    """A module of reportgen, of an installed plug-in or of the user."""

    module: str
    file: str
    folders: tuple[str, ...]


class Facts(NamedTuple):
    """The meaning of a file: a digest of its syntax tree, its imports, and whether it has effects.

    `imports` holds, for each place of the source that imports, its (module, name, alias) triples.
    """

    body: str
    imports: Sequence[Sequence[Sequence[str]]]
    effects: bool


UNREADABLE = Facts("unreadable", (), True)


class Edges(NamedTuple):
    """The imports of a module, with the modules that they reach.

    Attributes:
        groups: for each place that imports, its (target, name, alias) triples; the target is a node
            or the dotted name of a library.
        passed: packages whose `__init__` Python runs before the module and whose code counts.
        libraries: top modules of the libraries that the module imports.
    """

    groups: tuple[tuple[tuple[Node | str, str, str], ...], ...]
    passed: tuple[Node, ...]
    libraries: frozenset[str]

    @property
    def nodes(self) -> list[Node]:
        """The modules, libraries excluded, that the imports reach in one step."""
        targets = [target for group in self.groups for target, _, _ in group]
        return [*self.passed, *(target for target in targets if isinstance(target, Node))]


class CodeDigests:
    """Digests of code; each instance reads a file or a folder once and keeps the result."""

    def __init__(self, cache: StatCache, packages: Mapping[str, str] = NONE) -> None:
        """`packages` are further packages whose code counts: folders by top module."""
        self.cache = cache
        self.packages = {**packages, PACKAGE.name: str(PACKAGE.parent)}
        self._names: dict[str, frozenset[str]] = {}
        self._chains: dict[tuple[str, str], tuple[str, ...]] = {}
        self.shas: dict[str, str] = {}
        """Digest of the bytes of each file that was looked at."""
        self._facts: dict[str, Facts] = {}
        self._edges: dict[Node, Edges] = {}
        self._codes: dict[Node, tuple[str, frozenset[str]]] = {}

    def of(self, modules: Iterable[str], folders: Sequence[Path] = ()) -> Code:
        """Digest of modules and every module they reach within reportgen or `folders`.

        Args:
            modules: dotted names to start from; a module that no folder holds is a library.
            folders: folders that may hold the user's own modules.
        """
        digests: list[str] = []
        libraries: set[str] = set()
        for module in modules:
            node = self._node(module, tuple(str(folder) for folder in folders))
            if node is None:
                libraries.add(module.partition(".")[0])
                digests.append(f"library {module}")
            else:
                digest, used = self._code(node)
                digests.append(digest)
                libraries |= used
        outside = {DISTRIBUTIONS.get(n, n) for n in libraries - sys.stdlib_module_names}
        return Code(of_value(digests), tuple(sorted(outside)))

    def reached(self, modules: Iterable[str], folders: Sequence[Path] = ()) -> dict[str, str]:
        """Files whose meaning is part of the digest of `modules`, by module name."""
        found = (self._node(module, tuple(str(folder) for folder in folders)) for module in modules)
        nodes = {node for node in found if node is not None}
        waiting = list(nodes)
        while waiting:
            new = set(self.edges(waiting.pop()).nodes) - nodes
            nodes |= new
            waiting += new
        return {node.module: node.file for node in sorted(nodes)}

    def _code(self, node: Node) -> tuple[str, frozenset[str]]:
        """Digest of a module with all that it reaches, and the top modules of its libraries."""
        if node not in self._codes:
            for component in components(node, lambda one: self.edges(one).nodes, self._codes):
                self._settle(component)
        return self._codes[node]

    def _settle(self, component: Sequence[Node]) -> None:
        """Compute the digests of modules that import each other, or of a single module.

        In a circle of imports each module starts with the digest of its own text. In as many rounds
        as there are modules, every module then mixes in the present digests of the modules that it
        imports. The result does not depend on the modules' names or order.
        """
        edges = {node: self.edges(node) for node in component}
        colors = {node: self.facts(node.file).body for node in component}
        circular = len(component) > 1 or component[0] in edges[component[0]].nodes
        for _ in range(len(component) if circular else 1):
            colors = {node: self._mixed(node, edges[node], colors) for node in component}
        if circular:
            together = sorted(colors.values())
            colors = {node: of_value([color, together]) for node, color in colors.items()}
        below = {one for node in component for one in edges[node].nodes if one not in edges}
        libraries = frozenset().union(
            *(edges[node].libraries for node in component), *(self._codes[one][1] for one in below)
        )
        for node in component:
            self._codes[node] = colors[node], libraries

    def _mixed(self, node: Node, edges: Edges, colors: Mapping[Node, str]) -> str:
        """Digest of a module's own text and of the present digests of its imports."""

        def digest(target: Node | str) -> str:
            if isinstance(target, str):
                return target
            return colors.get(target) or self._codes[target][0]

        groups = [
            sorted({(digest(target), name, alias) for target, name, alias in group})
            for group in edges.groups
        ]
        passed = sorted({digest(target) for target in edges.passed})
        return of_value([self.facts(node.file).body, groups, passed])

    def edges(self, node: Node) -> Edges:
        """The imports of a module, with the modules that they reach."""
        if node not in self._edges:
            libraries: set[str] = set()
            groups = tuple(
                tuple(self._target(node, one, libraries) for one in group)
                for group in self.facts(node.file).imports
            )
            names = node.module.split(".")
            packages = (".".join(names[:depth]) for depth in range(1, len(names)))
            passed = tuple(p for name in packages if (p := self._passed(name, node.folders)))
            self._edges[node] = Edges(groups, passed, frozenset(libraries))
        return self._edges[node]

    def _target(
        self, node: Node, imported: Sequence[str], libraries: set[str]
    ) -> tuple[Node | str, str, str]:
        """The target of an import, the name taken from it, and the alias; see `Edges.groups`."""
        written, name, alias = imported
        module = resolved(written, node.module, node.file)
        if name and module and (inner := self._node(f"{module}.{name}", node.folders)):
            return inner, "", alias
        found = self._node(module, node.folders) if module else None
        if found is None:
            if module and not self._holder(module, node.folders):
                libraries.add(module.partition(".")[0])
            return module, name, alias
        return found, name, alias

    def _passed(self, package: str, folders: tuple[str, ...]) -> Node | None:
        """A package whose `__init__` Python runs before a module of it, if that code counts.

        A package of reportgen counts only if a statement in it has an effect: its names count
        where they are imported. A package of a plug-in or of the user counts unless it is empty.
        """
        node = self._node(package, folders)
        if node is None:
            return None
        facts = self.facts(node.file)
        ours = package.partition(".")[0] == PACKAGE.name
        counts = facts.effects if ours else facts.body != _EMPTY or facts.imports
        return node if counts else None

    def _node(self, module: str, folders: tuple[str, ...]) -> Node | None:
        """A module that reportgen, a plug-in or one of `folders` holds; None for a library."""
        holder = self._holder(module, folders)
        files = self.files(module, holder) if holder else ()
        if len(files) <= module.count("."):
            return None
        # Modules of reportgen and of plug-ins never import the user's: `folders` are irrelevant.
        held = module.partition(".")[0] in self.packages
        return Node(module, files[-1], () if held else folders)

    def _holder(self, module: str, folders: tuple[str, ...]) -> str:
        """The folder that holds a module's top module, or ""."""
        top = module.partition(".")[0]
        held = self.packages.get(top)
        found = held or next((folder for folder in folders if self.files(top, folder)), "")
        if found and not held and is_library(top) and installed_twin(module, Path(found)):
            return ""  # Python imports the library, whatever lies in the user's folder.
        return found

    def files(self, module: str, folder: str) -> tuple[str, ...]:
        """Files that importing a module runs: its packages' `__init__` and its own.

        Ends at the first name that the folder does not hold.
        """
        key = (module, folder)
        if key not in self._chains:
            found = []
            for name in module.split("."):
                folder, file = self._step(folder, name)
                if not file:
                    break
                found.append(file)
            self._chains[key] = tuple(found)
        return self._chains[key]

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

    def facts(self, file: str) -> Facts:
        """The meaning of a file, from the stat cache while the file is unchanged."""
        if file not in self._facts:
            try:
                entry = self.cache.known(file)
                if entry is None or entry.get("form") != FORM:
                    old = self.cache.entries.get(file)
                    entry = self.cache.read(file, lambda source: _entry(source.read(), old))
            except OSError:  # The import of it fails with a message.
                entry = {"sha": "", **UNREADABLE._asdict()}
            body = self._with_sentences(file, entry["body"])
            self._facts[file] = Facts(body, entry["imports"], entry["effects"])
            self.shas[file] = entry["sha"]
        return self._facts[file]

    def _with_sentences(self, file: str, body: str) -> str:
        """The digest of a module's text with that of its catalog of sentences, if it has one."""
        catalog = Path(file).with_suffix(SENTENCES)
        if catalog.name not in self._listed(str(catalog.parent)):
            return body
        return of_value([body, of_input(catalog, self.cache)])


def _entry(data: bytes, old: JsonObject | None) -> JsonObject:
    """What a stat cache keeps of a source; its `form` is missing where it does not parse.

    Whether a source parses depends on the version of Python.
    """
    sha = of_bytes(data)
    if old is not None and old.get("form") == FORM and old["sha"] == sha:
        return {name: fact for name, fact in old.items() if name not in ("stat", "at")}
    facts, parsed = facts_of(data)
    form = {"form": FORM} if parsed else {}
    return {"sha": sha, **form, **facts._asdict()}


def facts_of(data: bytes) -> tuple[Facts, bool]:
    """The meaning of a source, and whether it parses; otherwise the source counts by its bytes."""
    from reportgen import syntax  # parsing takes `ast`, which a look at known files does without

    source = syntax.read(data)
    if source is None:
        return Facts(of_bytes(data), (), True), False
    imports = [[[i.module, i.name, i.alias] for i in group] for group in source.imports]
    return Facts(
        of_bytes(source.text.encode("utf-8", "surrogatepass")), imports, source.effects
    ), True


_EMPTY = of_bytes(b"(Module)")
"""The body of a file in which no statement does anything, such as an empty `__init__.py`."""


def imports_of(data: bytes) -> list[str]:
    """Dotted names that a Python source imports anywhere; `from a import b` yields a and a.b.

    Names relative to the source's package keep their dots: `from . import b` yields ".b". A source
    that does not parse yields nothing; the error appears when the module is imported.
    """
    names: set[str] = set()
    for group in facts_of(data)[0].imports:
        for module, name, _ in group:
            if module.strip("."):
                names.add(module)
            if name:
                names.add(f"{module}{name}" if module.endswith(".") else f"{module}.{name}")
    return sorted(names)


def resolved(name: str, module: str, file: str) -> str:
    """The absolute name of an import in a file of `module`; "" where it leaves the top package.

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
    return ".".join([*kept, *filter(None, [rest])]) if kept else ""


def reached(modules: Iterable[str], folder: Path) -> dict[str, str]:
    """Files in a folder that run when `modules` are imported, by module name.

    Imports are followed within the top packages of `modules`.
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
                written = imports_of(read_regular(file))
                names = (resolved(name, own, file) for name in written)
                roots += [name for name in names if name.partition(".")[0] in tops]
    return found


def components(
    root: Node, successors: Callable[[Node], Iterable[Node]], known: Container[Node]
) -> Iterator[list[Node]]:
    """Strongly connected components of a graph, each after its successors (Tarjan 1972).

    Nodes in `known` are not followed; the caller may add nodes to `known` once they are yielded.
    """
    index: dict[Node, int] = {root: 0}
    low: dict[Node, int] = {root: 0}
    stack, on_stack = [root], {root}
    work = [(root, iter(successors(root)))]
    while work:
        node, rest = work[-1]
        for inner in rest:
            if inner in known:
                continue
            if inner not in index:
                index[inner] = low[inner] = len(index)
                stack.append(inner)
                on_stack.add(inner)
                work.append((inner, iter(successors(inner))))
                break
            if inner in on_stack:
                low[node] = min(low[node], index[inner])
        else:
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[node])
            if low[node] == index[node]:
                component = stack[stack.index(node) :]
                del stack[-len(component) :]
                on_stack.difference_update(component)
                yield component
