"""Digests: equal for equal things, different for different ones, and quick to ask for again."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from reportgen import digest
from reportgen.digest import StatCache, of_keras_file, of_value
from tests.files import saved, write


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


@pytest.mark.parametrize("age_s", [0, 10])
def test_stat_cache_does_not_believe_a_file_as_young_as_itself(
    tmp_path: Path, age_s: float
) -> None:
    file = write(tmp_path / "a.txt", "one", age_s=age_s)
    stat = os.stat(file)
    cache = StatCache()
    first = cache.of_file(file)
    next_time = saved(cache)
    # Same size, inode and time of modification, and the change falls into the tick of the last one.
    file.write_text("two")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    next_time.entries[str(file)]["stat"] = digest.identity(os.stat(file))
    assert next_time.of_file(file) != first


def test_stat_cache_notices_new_content_with_the_old_time(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "one")
    stat, cache = os.stat(file), StatCache()
    first = cache.of_file(file)
    # Same size, same inode and an old timestamp put back: the time of the change itself tells.
    file.write_text("two")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert saved(cache).of_file(file) != first


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
