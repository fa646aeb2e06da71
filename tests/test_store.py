"""The store: whole or not at all, and never believing damaged bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportgen import store
from reportgen.store import Output, Store, locked, read_manifest, write_atomic, write_manifest


def test_write_atomic_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.txt"
    write_atomic(file, b"one")
    write_atomic(file, b"two")
    assert file.read_bytes() == b"two"
    assert os.listdir(file.parent) == ["a.txt"]


def test_write_atomic_keeps_the_old_file_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    write_atomic(file, b"one")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(store.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomic(file, b"two")
    assert file.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_published_files_can_be_read_by_others(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.txt", b"one")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "a.txt").stat().st_mode & 0o044 == 0o044 & ~umask


def test_objects_come_back_and_damage_counts_as_absence(tmp_path: Path) -> None:
    one = Store(tmp_path)
    digest = one.put(b"data")
    assert one.get(digest) == b"data"
    one.path(digest).write_bytes(b"dama")
    with pytest.raises(KeyError):
        Store(tmp_path).get(digest)
    assert not Store(tmp_path).has(digest)


def test_a_task_is_recalled_only_with_all_its_objects(tmp_path: Path) -> None:
    one = Store(tmp_path)
    picture = one.put(b"picture")
    output = one.put_output(b"facts", needs=(picture,))
    one.remember("k" * 64, {"drawn": output})
    assert Store(tmp_path).recall("k" * 64) == {"drawn": output}
    one.path(picture).unlink()
    assert Store(tmp_path).recall("k" * 64) is None
    assert Store(tmp_path).recall("x" * 64) is None


def test_an_output_may_stand_for_more_than_its_bytes(tmp_path: Path) -> None:
    output = Store(tmp_path).put_output(b"file", digest="semantic")
    assert output == Output("semantic", output.object)
    assert output.object != "semantic"


def test_stat_cache_survives_a_round_trip_and_nonsense(tmp_path: Path) -> None:
    one = Store(tmp_path)
    cache = one.stat_cache()
    file = tmp_path / "a.txt"
    file.write_text("x")
    cache.of_file(file)
    one.save_stat_cache(cache)
    assert one.stat_cache().entries == cache.entries
    (tmp_path / "stat.json").write_text("{")
    assert one.stat_cache().entries == {}


def test_a_manifest_cannot_name_files_outside_its_folder(tmp_path: Path) -> None:
    files = {"index.html": "1", "../secret": "2", "/etc/passwd": "3", "": "4", ".": "5", "a\0": "6"}
    write_manifest(tmp_path, {}, files)
    assert read_manifest(tmp_path) == {"tasks": {}, "files": {"index.html": "1"}}


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 99}', "not json"])
def test_an_unreadable_manifest_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert read_manifest(tmp_path) == {"tasks": {}, "files": {}}


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path) as first, locked(tmp_path) as second:
        assert (first, second) == (True, False)
    with locked(tmp_path) as third:
        assert third
