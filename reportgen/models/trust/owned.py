"""The Python modules that a spec's owner declared: what they define, and mistakes in them.

Their text is read; nothing is imported. A module that is installed, or that fails while it runs, is
left to the build.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.code import reached
from reportgen.errors import Problem
from reportgen.functions import no_module, shadowed
from reportgen.libraries import is_library
from reportgen.models.trust.allowlist import REASONS
from reportgen.python_source import bound, is_missing


@dataclass(frozen=True)
class Owned:
    """The owner's modules, and the classes and functions that those in the spec's folder define.

    Attributes:
        modules: as declared; modules inside such a package are the owner's too.
        reached: other modules of the same packages that these import.
        names: of the classes and functions that all of them define.
        blind: whether a module is installed elsewhere, so that its classes are not known.
        imported: whether the modules were imported, so that `names` holds all that they define.
    """

    modules: tuple[str, ...] = ()
    reached: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    blind: bool = False
    imported: bool = False

    def declares(self, module: object) -> bool:
        """Whether a module is the owner's."""
        name = str(module)
        declared = any(name == one or name.startswith(one + ".") for one in self.modules)
        return declared or name in self.reached

    def has(self, module: object, name: str) -> bool:
        """Whether a reference of a model file is to something of the owner's.

        A file that was saved from a notebook, or in the legacy format, names no module: then the
        name decides.
        """
        nowhere = not isinstance(module, str) or module in ("", "__main__", "builtins")
        if not (nowhere or self.declares(module)):
            return False
        if nowhere or self.imported or name.startswith("__") or name in REASONS:
            return name.rpartition(">")[2] in self.names
        return True


def owned(modules: Sequence[str], folder: Path) -> Owned:
    """The definitions of modules; modules that `folder` does not hold count as installed."""
    declared = [module for module in modules if _sources(module, folder)]
    files = reached(declared, folder)
    names = {name for file in files.values() for name in _defined(Path(file).read_bytes())}
    blind = len(declared) < len(modules)
    return Owned(tuple(modules), frozenset(files), frozenset(names), blind)


def wrong_modules(modules: Sequence[str], folder: Path) -> list[Problem]:
    """Why modules cannot be imported, or cannot be the owner's.

    Their names are impossible or a library's, there is no such file, or the source has an error.

    Args:
        modules: their names.
        folder: where they are looked for after what is installed; the spec's.
    """
    problems: list[Problem] = []
    for module in modules:
        if (wrong := not_owned(module, folder)) is not None:
            problems.append(wrong)
        elif is_missing(module, folder):
            problems.append(no_module(module, folder))
        else:
            read = (_unreadable(module, file) for file in _sources(module, folder))
            problems += [p for p in read if p is not None and p not in problems]
    return problems


def not_owned(module: str, folder: Path) -> Problem | None:
    """Why a name cannot be that of a module of the owner's.

    No module has such a name, a library has, or two modules have.
    """
    if not all(part.isidentifier() for part in module.split(".")):
        hint = "write for example: modules: [my_layers]"
        return Problem(f"'{module}' cannot be the name of a module", hint=hint)
    twin = shadowed(module, folder)
    if twin is None and is_library(module):
        return Problem(
            f"'{module}' is a module of a library, and 'modules' takes only modules of your own",
            hint="leave it out: Keras' own layers need no module",
        )
    return twin


def _sources(module: str, folder: Path) -> list[Path]:
    """Files in `folder` that importing a module runs, outermost first; [] where it is not there.

    A text that no module can be named, such as "../x", leads to no file.
    """
    parts = module.split(".")
    files: list[Path] = []
    for depth in range(1, len(parts) + 1):
        stem = folder.joinpath(*parts[:depth])
        choices = (stem / "__init__.py", stem.with_name(stem.name + ".py"))
        file = next((choice for choice in choices if choice.is_file()), None)
        if file is None or not parts[depth - 1].isidentifier():
            return []
        files.append(file)
    return files


def _unreadable(module: str, file: Path) -> Problem | None:
    """Why a source cannot be compiled, with its line."""
    line = None
    try:
        with warnings.catch_warnings():
            # Importing the module shows these.
            warnings.simplefilter("ignore")
            compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except SyntaxError as error:
        why, line = f"SyntaxError: {error.msg}", error.lineno
    except (OSError, ValueError) as error:  # Some versions of Python say ValueError of a NUL.
        why = f"{type(error).__name__}: {error}"
    else:
        return None
    return Problem(f"importing {module} failed: {why}", str(file), line, "correct it there")


def _defined(source: bytes) -> set[str]:
    """Names that a source gives to classes and functions; none where it does not parse.

    Imported names are defined elsewhere, and names within functions cannot be reached.
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
            names = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "name")]
            for name in names:
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    yield name.value
