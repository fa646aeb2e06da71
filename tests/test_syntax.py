"""The meaning of sources: recorded digests, what counts in them and what does not.

The recorded digests hold under every supported CPython. Where one changes on purpose, raise
`reportgen.code.FORM`.
"""

from __future__ import annotations

import pytest

from reportgen.code import facts_of
from reportgen.syntax import Import, read

SAMPLES: dict[str, tuple[str, str]] = {
    "nothing": ("", "b5999633d806a442"),
    "f-strings": (
        """
a = f"{x}" "b" f"c{y!r:>{width}}d" ""
b = f"{x:}{x!s}{{literal}}" + f'{x = }' + f"{x=:.3f}" + f"" + f"plain" + rf"\\d{n}"
c = f"{', '.join(f'{k}={v:{spec}.{digits}}' for k, v in items)!r:^{10}}"
d = f'''{
    lines
}''' f"{(lambda q: q)(1)}" f"{d['k']}{ {1: 2}[1] }"
""",
        "ba9c6ecb9dada81e",
    ),
    "match": (
        """
match point:
    case None | True: pass
    case {"x": 0, **rest} if rest: a = 1
    case [1, *others, -2.5]: b = 2
    case Point(x=0, y=y) as p: c = 3
    case str() | 1 + 2j: d = 4
    case _: ...
""",
        "cb218419b1135778",
    ),
    "decorators and type hints": (
        """
@decorate(1, key="v")
@other
def f(a: int, /, b: "str" = "x", *args: Any, c: list[int] = (), d, **kw: object) -> None: ...
x: int
y: dict[str, int] | None = None
self.z: float = 0.0
class A(B, metaclass=M):
    field: tuple[int, ...] = ()
""",
        "36cce32854f6bb30",
    ),
    "lambdas, comprehensions and walrus": (
        """
g = lambda a, *b, c=1, **d: (a, b)
h = [i async for i in s if (n := len(i)) > 1 if n]
k = {**m, 'a': 1, **{}} | {i: j for i, j in p} | {q for q in r}
while chunk := read(): use(chunk)
t = *a, b
x[1:2, ::3, ...] = y[-1:]
""",
        "2d969d13c23d3a46",
    ),
    "async": (
        """
async def f():
    async with a as b, c: await d
    async for i in j: yield i
    else: return
    return [x async for x in y]
""",
        "92f9e1de6354d1c4",
    ),
    "docstrings everywhere": (
        '''
"""Of the module."""
class A:
    """Of the class."""
    x = 1
    """Of the attribute."""
    def f(self):
        """Of the method."""
        return 1
    async def g(self):
        """Of the coroutine."""
        pass
def h():
    """Only that."""
if x:
    """In between."""
''',
        "05b78bcc17a60512",
    ),
    "exceptions": (
        """
try: a()
except* (E, F) as e: raise G from e
except* H: pass  # parsed, never run
try: b()
except E: c()
except: d()
else: e()
finally: del f, g[0]
assert x, "why"
""",
        "74e2577232f5303b",
    ),
    "literals": (
        """
n = [1_000, 0xFF, 0b11, 0o17, 1e3, 1.5e-10, 1e400, 3j, -0.0, 10**30, 123456789012345678901234567890]
s = ["a" 'b', u"c", r"\\d", b"\\x00z", "\\N{BULLET}", "\\ud800", '\\n', \'\'\'q"q\'\'\', "é\\u0378"]
o = [None, True, False, ..., (), (1,), {}, {1}]
""",
        "35f461621971a147",
    ),
    "imports": (
        """
from __future__ import annotations
import a.b, c as d
from .e import f as g, h
from typing import TYPE_CHECKING, Any
if TYPE_CHECKING:
    import never
else:
    never = None
def k():
    global z; nonlocal_ = 1
    from m import *
    importlib.import_module("reportgen.digest")
    import_module(name)
""",
        "63925d46a03a94bb",
    ),
    "does not parse": ("def (", "d23f5586dbb8286f"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_digests_are_those_that_were_recorded(name: str) -> None:
    source, recorded = SAMPLES[name]
    facts, _ = facts_of(source.encode())
    assert facts.body[:16] == recorded


SAME = {
    "comments, blank lines and layout": ("a = f(1,\n 2)  # why\n\nb = 1", "a = f(1, 2)\nb=1"),
    "docstrings": ('def f():\n  "Old."\n  return 1', 'def f():\n  """New."""\n  return 1'),
    "a docstring in place of pass": ("class A:\n  pass", 'class A:\n  "Doc."'),
    "quotes and concatenation": ("a = 'x' 'y'", 'a = "xy"'),
    "ways to write a number": ("a = 1_000, 0xff", "a = 1000, 255"),
    "an f without fields": ('a = f"x{{"', "a = 'x{'"),
    "an empty format": ('f"{a:}"', 'f"{a}"'),
    "parentheses": ("a = (b + c)", "a = b + c"),
    "the order of imports": (
        "import a\nfrom b import c, d", "from b import d\nfrom b import c\nimport a"
    ),
    "imports for a type checker": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import a\nx = 1", "x = 1"
    ),
}  # fmt: skip


def meaning(source: str) -> tuple[object, ...]:
    found = read(source.encode())
    assert found is not None
    groups = [sorted((i.module, i.name, i.alias) for i in group) for group in found.imports]
    return found.text, groups


@pytest.mark.parametrize("name", SAME)
def test_what_means_the_same(name: str) -> None:
    one, other = SAME[name]
    assert meaning(one) == meaning(other)


DIFFERENT = {
    "an annotation": ("a: int = 1", "a: float = 1"),
    "a number's type": ("a = 1", "a = 1.0"),
    "true and one": ("a = True", "a = 1"),
    "a text and a name": ("a = b", "a = 'b'"),
    "text and bytes": ("a = 'b'", "a = b'b'"),
    "the order of arguments": ("f(a, b)", "f(b, a)"),
    "a default's place": ("def f(*, a=1, b): ...", "def f(*, a, b=1): ..."),
    "none in a pattern": ("match a:\n case None: b = 1", "match a:\n case True: b = 1"),
    "what an f-string holds": ('a = f"{b}c"', 'a = f"{b}d"'),
    "how an f-string converts": ('a = f"{b!r}"', 'a = f"{b!s}"'),
    "where an import stands": ("import a\nf()\nimport b", "import a\nimport b\nf()"),
    "a text that looks like structure": ("a = 'b) (c'", "a = 'b', 'c'"),
    "a docstring that the source reads": ('"""A."""\nprint(__doc__)', '"""B."""\nprint(__doc__)'),
    "a decorator": ("@a\ndef f(): ...", "def f(): ..."),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_means_something_else(name: str) -> None:
    one, other = DIFFERENT[name]
    assert meaning(one) != meaning(other)


def test_imports_stand_apart_from_the_text() -> None:
    one, other = read(b"from a.b import c\nd = c()"), read(b"from e import c\nd = c()")
    assert one is not None
    assert other is not None
    assert one.text == other.text
    assert one.imports == ((Import("a.b", "c", "c"),),)


EFFECTS = {
    "import a\nfrom b import c\n__all__ = ['d']\nx: int = f()\ndef g(): h()": False,
    "@dataclass(frozen=True)\nclass A: ...": False,
    "if TYPE_CHECKING:\n  import a": False,
    "register()": True,
    "os.environ['A'] = 'b'": True,
    "keras.x: int = 1": True,
    "@register\nclass A: ...": True,
    "for a in b: c(a)": True,
    "if a:\n  import b": True,
}


@pytest.mark.parametrize("source", EFFECTS)
def test_running_a_source_may_do_more_than_define_names(source: str) -> None:
    found = read(source.encode())
    assert found is not None
    assert found.effects is EFFECTS[source]


def test_deep_expressions_need_no_recursion() -> None:
    found = read(b"a = " + b" + ".join([b"1"] * 900))
    assert found is not None
    assert found.text.count("(BinOp") == 899
