"""Digests of code: they follow its meaning, wherever its files lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen import code as code_room
from reportgen.code import Code, CodeDigests, imports_of
from reportgen.digest import StatCache
from tests.files import saved, write


def test_imports_of_finds_imports_anywhere_and_survives_bad_source() -> None:
    source = b"import a.b\ndef f():\n    from c import d\nfrom .here import x\n"
    assert imports_of(source) == [".here", ".here.x", "a.b", "c", "c.d"]
    assert imports_of(b"def (") == []


HIDDEN = """
class A:
    async def f(self):
        async with a() as b:
            for x in y: import one
            else: import two
        while x: import three
        try: import four
        except E: import five
        else: import six
        finally: import seven
        match x:
            case 1: import eight
        if x: pass
        elif y: import nine
        else: import ten
        with z: import eleven; import twelve
        g = lambda: h if i else j
"""


def test_imports_of_looks_into_every_statement() -> None:
    numbers = re.findall(r"import (\w+)", HIDDEN)
    assert len(numbers) == 12
    assert imports_of(HIDDEN.encode()) == sorted(numbers)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "reportgen"
    write(package / "__init__.py", "")
    write(package / "main.py", "import numpy\nfrom reportgen.helper import f\nimport os\n")
    write(package / "helper.py", "def f(): ...\n")
    write(package / "stranger.py", "x = 1\n")
    monkeypatch.setattr(code_room, "PACKAGE", package)
    return package


def code(*modules: str) -> Code:
    return CodeDigests(StatCache()).of(modules)


def test_code_digest_covers_what_is_imported_and_nothing_else(project: Path) -> None:
    before = code("reportgen.main")
    assert before.libraries == ("numpy",)
    write(project / "stranger.py", "x = 2\n")
    assert code("reportgen.main") == before
    write(project / "helper.py", "def f(): return 1\n")
    assert code("reportgen.main").digest != before.digest


def test_code_digest_covers_the_sentences_beside_a_module(project: Path) -> None:
    before = code("reportgen.main").digest
    write(project / "helper.ftl", "found = One filter.\n")
    with_catalog = code("reportgen.main").digest
    write(project / "helper.ftl", "found = Two filters.\n")
    assert len({before, with_catalog, code("reportgen.main").digest}) == 3
    write(project / "stranger.ftl", "other = Nobody reads this.\n")
    write(project / "helper.ftl", "found = One filter.\n")
    assert code("reportgen.main").digest == with_catalog


def test_code_digest_covers_packages_on_the_way_whose_statements_do_something(
    project: Path,
) -> None:
    before = code("reportgen.main")
    write(project / "__init__.py", "y = 1\ndef g(): ...\n")
    assert code("reportgen.main") == before
    write(project / "__init__.py", "y = 1\nprint(y)\n")
    assert code("reportgen.main").digest != before.digest


def test_code_digest_covers_all_packages_of_others_on_the_way(tmp_path: Path) -> None:
    write(tmp_path / "nets" / "__init__.py", "")
    write(tmp_path / "nets" / "small.py", "a = 1\n")
    look = [CodeDigests(StatCache()).of(["nets.small"], [tmp_path])]
    write(tmp_path / "nets" / "__init__.py", "y = 1\n")
    look.append(CodeDigests(StatCache()).of(["nets.small"], [tmp_path]))
    assert look[0].digest != look[1].digest


def test_code_digest_does_not_see_comments_docstrings_and_layout(project: Path) -> None:
    before = code("reportgen.main")
    write(project / "helper.py", '"""Helps."""\n\n\ndef f():  # nothing\n    """Do."""\n')
    write(project / "main.py", "import os\nfrom reportgen.helper import f\nimport numpy  # all\n")
    assert code("reportgen.main") == before


def test_code_digest_is_the_same_after_files_moved_and_modules_were_renamed(project: Path) -> None:
    write(project / "helper.py", "from reportgen.stranger import x\ndef f(): return x\n")
    before = code("reportgen.main")
    write(project / "room" / "__init__.py", '"""A room."""\n')
    write(project / "room" / "aide.py", "from reportgen.room.odd import x\ndef f(): return x\n")
    (project / "stranger.py").rename(project / "room" / "odd.py")
    write(project / "main.py", "import os\n\nimport numpy\n\nfrom reportgen.room.aide import f\n")
    assert code("reportgen.main") == before


def test_code_digest_tells_files_apart_that_change_places(project: Path) -> None:
    write(project / "main.py", "from reportgen.a import f\nfrom reportgen.b import f as g\n")
    one, other = "def f(): return 1\n", "def f(): return 2\n"
    write(project / "a.py", one)
    write(project / "b.py", other)
    before = code("reportgen.main").digest
    write(project / "a.py", other)
    write(project / "b.py", one)
    assert code("reportgen.main").digest != before


def test_code_digest_of_circles_follows_every_module_and_no_name(project: Path) -> None:
    write(project / "main.py", "from reportgen.a import f\n")
    write(project / "a.py", "from reportgen.b import g\ndef f(): g()\n")
    write(project / "b.py", "from reportgen.c import h\ndef g(): h()\n")
    write(project / "c.py", "def h():\n    from reportgen.a import f\n    import numpy\n    f()\n")
    seen = [code(f"reportgen.{name}") for name in ("main", "a", "b", "c")]
    assert len({one.digest for one in seen}) == 4
    assert {one.libraries for one in seen} == {("numpy",)}
    # From wherever the circle is entered first.
    look = CodeDigests(StatCache())
    assert [look.of([f"reportgen.{name}"]) for name in ("c", "b", "a", "main")] == seen[::-1]
    write(project / "b.py", "from reportgen.d import h\ndef g(): h()\n")
    (project / "c.py").rename(project / "d.py")
    assert code("reportgen.main") == seen[0]
    write(project / "d.py", "def h():\n    from reportgen.a import f\n    import numpy\n")
    after = [code(f"reportgen.{name}") for name in ("main", "a", "b", "d")]
    assert not {one.digest for one in after} & {one.digest for one in seen}


def test_code_digest_follows_modules_that_are_loaded_by_a_literal_name(project: Path) -> None:
    write(project / "main.py", "f = import_module('reportgen.helper').f\n")
    before = code("reportgen.main").digest
    write(project / "helper.py", "def f(): return 1\n")
    assert code("reportgen.main").digest != before


def test_code_digest_leaves_out_imports_for_type_checkers(project: Path) -> None:
    text = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from reportgen.helper import f\n"
    )
    write(project / "main.py", text)
    assert code("reportgen.main").libraries == ()
    before = code("reportgen.main").digest
    write(project / "helper.py", "def f(): return 1\n")
    assert code("reportgen.main").digest == before


def test_a_module_and_a_name_of_a_package_are_told_apart(project: Path) -> None:
    write(project / "room" / "__init__.py", "a = 1\n")
    write(project / "room" / "b.py", "c = 1\n")
    write(project / "main.py", "from reportgen.room import a\nfrom reportgen import room\n")
    before = code("reportgen.main").digest
    write(project / "room" / "b.py", "c = 2\n")
    assert code("reportgen.main").digest == before
    write(project / "main.py", "from reportgen.room import b\n")
    before = code("reportgen.main").digest
    write(project / "room" / "b.py", "c = 3\n")
    assert code("reportgen.main").digest != before


def test_what_a_stat_cache_remembers_gives_the_same_digest(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = StatCache()
    first = CodeDigests(cache).of(["reportgen.main"])
    again = saved(cache)
    monkeypatch.setattr(code_room, "facts_of", lambda _: pytest.fail("a file was read again"))
    assert CodeDigests(again).of(["reportgen.main"]) == first
    monkeypatch.setattr(code_room, "FORM", code_room.FORM + 1)
    with pytest.raises(pytest.fail.Exception):
        CodeDigests(saved(cache)).of(["reportgen.main"])


def test_a_source_that_does_not_parse_counts_by_its_bytes(project: Path) -> None:
    write(project / "helper.py", "def (  # one\n")
    before = code("reportgen.main").digest
    write(project / "helper.py", "def (  # two\n")
    assert code("reportgen.main").digest != before


def test_code_digest_does_not_depend_on_where_the_code_lies(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code("reportgen.main")
    moved = tmp_path / "elsewhere" / "reportgen"
    moved.parent.mkdir()
    project.rename(moved)
    monkeypatch.setattr(code_room, "PACKAGE", moved)
    assert code("reportgen.main") == before


def test_code_digest_covers_a_users_own_modules(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write(folder / "net.py", "import tools\n")
    write(folder / "tools.py", "a = 1\n")
    before = CodeDigests(StatCache()).of(["net"], [folder])
    write(folder / "tools.py", "a = 2\n")
    assert CodeDigests(StatCache()).of(["net"], [folder]).digest != before.digest


def test_what_a_package_imports_from_itself_counts(tmp_path: Path) -> None:
    write(tmp_path / "nets" / "__init__.py", "from .small import net\n")
    write(tmp_path / "nets" / "small.py", "from .parts.block import block\nfrom . import sizes\n")
    write(tmp_path / "nets" / "parts" / "__init__.py", "")
    block = write(
        tmp_path / "nets" / "parts" / "block.py", "from ..deep import f\nfrom .... import x\n"
    )
    write(tmp_path / "nets" / "sizes.py", "a = 1\n")
    deep = write(tmp_path / "nets" / "deep.py", "b = 1\n")
    write(tmp_path / "nets" / "stranger.py", "c = 1\n")

    def digest_of() -> str:
        return CodeDigests(StatCache()).of(["nets"], [tmp_path]).digest

    seen = [digest_of()]
    for changed in (tmp_path / "nets" / "sizes.py", block, deep):
        write(changed, changed.read_text() + "again = 1\n")
        seen.append(digest_of())
    assert len(set(seen)) == 4
    write(tmp_path / "nets" / "stranger.py", "c = 2\n")
    assert digest_of() == seen[-1]
    assert sorted(code_room.reached(["nets.small"], tmp_path)) == [
        "nets", "nets.deep", "nets.parts", "nets.parts.block", "nets.sizes", "nets.small"
    ]  # fmt: skip
