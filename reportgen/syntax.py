"""The meaning of Python source: its syntax tree as one text, and its imports.

The text leaves out comments, docstrings, blank lines and formatting. It also leaves out the names
of imported modules, which are returned separately. The text is the same under every CPython that
reportgen supports: `_Writer` walks the tree itself, because `ast.dump` and the parsing of f-strings
differ between versions.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LOADERS = {"import_module", "__import__"}
"""Functions whose first argument names a module that they import."""

PURE_DECORATORS = {"cache", "contextmanager", "dataclass", "final", "lru_cache", "overload"}
"""Decorators that have no effect beyond the function or class that they decorate."""


@dataclass(frozen=True)
class Import:
    """One name that a source imports.

    Attributes:
        module: dotted name, with leading dots where it is relative to the source's package.
        name: the name taken from the module, perhaps a submodule; "" for the module itself.
        alias: the name that the import binds in the source.
    """

    module: str
    name: str
    alias: str


@dataclass(frozen=True)
class Source:
    """The meaning of a source.

    Attributes:
        text: the syntax tree; "(imports N)" marks the place where the source imports `imports[N]`.
        imports: the imports at each such place, in any order.
        effects: whether running the source may do more than define names in its own module.
    """

    text: str
    imports: tuple[tuple[Import, ...], ...]
    effects: bool


def read(data: bytes) -> Source | None:
    """The meaning of a source; None where it does not parse.

    Imports under `if TYPE_CHECKING:` are left out, because they never run. Docstrings count only in
    a source that reads `__doc__`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about invalid escapes, which importing reports too
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    writer = _Writer(keep_docstrings=b"__doc__" in data and _reads_docstrings(tree))
    text = writer.write(tree)
    effects = any(_has_effect(statement) for statement in writer.statements(tree.body))
    return Source(text, tuple(writer.imports), effects)


def _reads_docstrings(tree: ast.Module) -> bool:
    names = (getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree))
    return "__doc__" in names


class _Writer:
    """Writes a syntax tree as text: each node as its type and its non-empty fields."""

    def __init__(self, *, keep_docstrings: bool) -> None:
        self.keep_docstrings = keep_docstrings
        self.imports: list[tuple[Import, ...]] = []

    def write(self, tree: ast.AST) -> str:
        pieces: list[str] = []
        # An explicit stack, because nested expressions may exceed Python's recursion limit.
        waiting: list[str | ast.AST] = [tree]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                pieces.append(item)
            elif isinstance(item, ast.Constant):
                pieces.append(_constant(item.value))
            else:
                waiting += reversed(self._parts(item))
        return "".join(pieces)

    def _parts(self, node: ast.AST) -> list[str | ast.AST]:
        """A node as texts and inner nodes, in order."""
        if isinstance(node, ast.JoinedStr):
            return self._joined(node)
        if isinstance(node, ast.Call) and (loaded := _loaded_module(node)):
            mark = self._mark([Import(loaded, "", "import_module")])
            return ["(Call func=", node.func, mark, *self._field("args", node.args[1:]),
                    *self._field("keywords", node.keywords), ")"]  # fmt: skip
        parts: list[str | ast.AST] = [f"({type(node).__name__}"]
        for name in node._fields:
            if name not in ("ctx", "kind", "type_comment", "type_ignores"):
                parts += self._field(name, getattr(node, name, None))
        return [*parts, ")"]

    def _field(self, name: str, value: object) -> list[str | ast.AST]:
        """A field with its name; nothing for an empty field."""
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            inner = self._block(value)
        elif isinstance(value, list):
            inner = [one if isinstance(one, ast.AST) else _leaf(one) for one in value]
        elif isinstance(value, ast.JoinedStr) and not _joined_values(value):
            inner = []  # an empty format specification, which some versions of Python omit
        elif value is None:
            inner = []
        else:
            return [f" {name}=", value if isinstance(value, ast.AST) else _leaf(value)]
        return [f" {name}=[", *inner, "]"] if inner else []

    def _joined(self, node: ast.JoinedStr) -> list[str | ast.AST]:
        """An f-string; one without replacement fields is a plain string."""
        values = _joined_values(node)
        if all(isinstance(value, str) for value in values):
            return [_text("".join(map(str, values)))]
        parts = [_text(value) if isinstance(value, str) else value for value in values]
        return ["(JoinedStr values=[", *parts, "])"]

    def _block(self, body: Sequence[ast.stmt]) -> list[str | ast.AST]:
        """Statements, with a mark for each run of imports."""
        parts: list[str | ast.AST] = []
        run: list[Import] = []
        for statement in self.statements(body):
            imported = _imported(statement)
            if imported is None:
                parts += [self._mark(run)] if run else []
                run = []
                parts.append(statement)
            else:
                run += imported
        return [*parts, self._mark(run)] if run else parts

    def _mark(self, run: Sequence[Import]) -> str:
        self.imports.append(tuple(run))
        return f"(imports {len(self.imports) - 1})"

    def statements(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """The statements that do something when they run."""
        for statement in body:
            constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if isinstance(statement, ast.Pass) or (constant and not self.keep_docstrings):
                continue
            if isinstance(statement, ast.If) and _is_type_checking(statement.test):
                yield from self.statements(statement.orelse)
            else:
                yield statement


def _joined_values(node: ast.JoinedStr) -> list[str | ast.AST]:
    """Parts of an f-string: adjacent texts joined, empty texts dropped."""
    values: list[str | ast.AST] = []
    for value in node.values:
        text = str(value.value) if isinstance(value, ast.Constant) else ""
        if not isinstance(value, ast.Constant):
            values.append(value)
        elif values and isinstance(values[-1], str):
            values[-1] += text
        elif text:
            values.append(text)
    return values


def _imported(statement: ast.stmt) -> list[Import] | None:
    """What an import statement imports; None for any other statement."""
    if isinstance(statement, ast.Import):
        return [Import(a.name, "", a.asname or a.name) for a in statement.names]
    if not isinstance(statement, ast.ImportFrom):
        return None
    module = "." * statement.level + (statement.module or "")
    found = [Import(module, alias.name, alias.asname or alias.name) for alias in statement.names]
    return [one for one in found if (one.module, one.name) != ("typing", "TYPE_CHECKING")]


def _loaded_module(call: ast.Call) -> str:
    """The module that a call such as `import_module("a.b")` names, or ""."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    first = call.args[0] if name in LOADERS and call.args else None
    text = first.value if isinstance(first, ast.Constant) else None
    return text if isinstance(text, str) and not text.startswith(".") else ""


def _is_type_checking(test: ast.expr) -> bool:
    return getattr(test, "attr", getattr(test, "id", "")) == "TYPE_CHECKING"


def _has_effect(statement: ast.stmt) -> bool:
    """Whether a statement may do more than define names in its own module."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        calls = [getattr(one, "func", one) for one in statement.decorator_list]
        names = {getattr(one, "attr", getattr(one, "id", "")) for one in calls}
        return not names <= PURE_DECORATORS
    if isinstance(statement, ast.Assign):
        return not all(isinstance(target, ast.Name) for target in statement.targets)
    if isinstance(statement, ast.AnnAssign):
        return not isinstance(statement.target, ast.Name)
    return not isinstance(statement, ast.Import | ast.ImportFrom)


def _leaf(value: object) -> str:
    """A field's plain value, a name or a number; "()" for an item that the source omits."""
    return "()" if value is None else f"{value!s}" if isinstance(value, int) else _text(str(value))


def _constant(value: object) -> str:
    """A literal. Text avoids `repr`, which depends on the Unicode tables of the Python version."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None or value is ...:
        return f"<{value}>"
    if isinstance(value, int):
        return f"<{value:#x}>"
    if isinstance(value, bytes):
        return f"<b{value.hex()}>"
    return f"<{value!r}>"


def _text(value: str) -> str:
    """A text with its length in front, so that no text can be mistaken for structure."""
    return f"{len(value)}:{value}"
