"""Digests: equal for equal things, different for different ones, and quick to ask for again."""

from __future__ import annotations

import json
import os
import re
import zipfile
from pathlib import Path

import pytest

from reportgen import code as code_room
from reportgen import digest
from reportgen.code import Code, CodeDigests, imports_of
from reportgen.digest import StatCache, of_keras_file, of_value


def write(path: Path, text: str, *, age_s: float = 10) -> Path:
    """A file that was last changed `age_s` seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    then = digest.now_ns() - int(age_s * 1e9)
    os.utime(path, ns=(then, then))
    return path


def saved(cache: StatCache) -> StatCache:
    """The cache as the next process would load it."""
    return StatCache(json.loads(json.dumps(cache.entries)), digest.now_ns())


def test_of_value_ignores_key_order_and_refuses_nan() -> None:
    assert of_value({"a": 1, "b": [2]}) == of_value({"b": [2], "a": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        of_value({"a": float("nan")})


def test_known_digests_of_bytes() -> None:
    # SHA-256 of nothing, from FIPS 180-4's examples.
    assert digest.of_bytes(b"").startswith("e3b0c44298fc1c14")


def test_stat_cache_reads_an_unchanged_file_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "one")
    cache = StatCache()
    first = cache.of_file(file)
    again = saved(cache)
    assert again.of_file(file) == first
    assert not again.changed


def test_stat_cache_notices_new_content_of_the_same_size(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "one", age_s=20)
    cache = StatCache()
    first = cache.of_file(file)
    write(file, "two", age_s=10)
    assert saved(cache).of_file(file) != first


def test_stat_cache_does_not_believe_a_file_as_young_as_itself(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "one", age_s=0)
    stat = os.stat(file)
    cache = StatCache()
    first = cache.of_file(file)
    next_time = saved(cache)
    # Same size, same inode, same timestamp: only the racy rule can tell.
    file.write_text("two")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert next_time.of_file(file) != first


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


def test_code_digest_covers_package_files_on_the_way(project: Path) -> None:
    before = code("reportgen.main")
    write(project / "__init__.py", "y = 1\n")
    assert code("reportgen.main").digest != before.digest


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


def test_versions_are_remembered_and_absence_is_said() -> None:
    cache = StatCache()
    found = cache.versions(["click", "no-such-distribution"])
    assert found["click"][0].isdigit()
    assert found["no-such-distribution"] == ""
    again = saved(cache)
    assert again.versions(["click"])["click"] == found["click"]
    assert not again.changed


def model_file(path: Path, *, date: str, weights: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", date)
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", weights)
    return path


def test_a_model_file_is_what_it_holds_and_not_when_it_was_saved(tmp_path: Path) -> None:
    monday = model_file(tmp_path / "a.keras", date="monday", weights=b"1")
    tuesday = model_file(tmp_path / "b.keras", date="tuesday", weights=b"1")
    other = model_file(tmp_path / "c.keras", date="monday", weights=b"2")
    one, two, three = (of_keras_file(p, StatCache()) for p in (monday, tuesday, other))
    assert one == two != three


@pytest.mark.parametrize("damage", ["torn", "flipped", "bomb"])
def test_a_model_file_that_is_no_sound_archive_counts_by_its_bytes(
    tmp_path: Path, damage: str
) -> None:
    path = model_file(tmp_path / "a.keras", date="monday", weights=b"1" * 1000)
    if damage == "bomb":
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("more", b"\0" * 2**23)
    data = bytearray(path.read_bytes())
    if damage == "flipped":
        data[data.index(b"1" * 1000)] ^= 1
    path.write_bytes(data[:-30] if damage == "torn" else data)
    assert of_keras_file(path, StatCache()) == of_value(digest.of_bytes(path.read_bytes()))


def test_a_folder_with_what_cannot_be_read_is_told_apart_by_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"a")
    (folder / "dead.png").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.png")
    before = StatCache().of_folder(folder)
    assert before == StatCache().of_folder(folder)
    (folder / "a.png").write_bytes(b"b")
    changed = StatCache().of_folder(folder)
    (folder / "dead.png").rename(folder / "other.png")
    assert len({before, changed, StatCache().of_folder(folder)}) == 3


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
        write(changed, changed.read_text() + "# again\n")
        seen.append(digest_of())
    assert len(set(seen)) == 4
    write(tmp_path / "nets" / "stranger.py", "c = 2\n")
    assert digest_of() == seen[-1]
    assert sorted(code_room.reached(["nets.small"], tmp_path)) == [
        "nets", "nets.deep", "nets.parts", "nets.parts.block", "nets.sizes", "nets.small"
    ]  # fmt: skip
