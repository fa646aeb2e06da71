"""Archives: members, names, sizes, and JSON that two readers could read in two ways."""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.models.trust import limits
from reportgen.models.trust.inspection import inspect
from tests.models.trust.crafting import SOUND, hdf5, keras_file


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        inspect(path)
    assert caught.value.exit_status == 2
    return str(caught.value)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_sound_archive_passes(tmp_path: Path, packing: int) -> None:
    inspect(keras_file(tmp_path, packing=packing))


@pytest.mark.parametrize("content", [b"", b"hello, I am a text", b"PK\x03\x04 torn off"])
def test_what_is_no_archive_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m.keras").write_bytes(content)
    assert "is not a model that Keras can load" in refused(tmp_path / "m.keras")


@pytest.mark.parametrize("config", [None, 3, [], {}])
def test_a_configuration_of_no_model_is_told(tmp_path: Path, config: object) -> None:
    assert "does not describe a model" in refused(keras_file(tmp_path, config))


def test_hdf5_that_is_named_keras_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_bytes(hdf5())
    assert "an HDF5 file, which should be named .h5" in refused(tmp_path / "m.keras")


def test_an_archive_that_is_named_h5_is_told(tmp_path: Path) -> None:
    path = keras_file(tmp_path).rename(tmp_path / "m.h5")
    assert "it is not an HDF5 file but a zip archive, as .keras files are" in refused(path)
    path.write_bytes(b"hello, I am a text")
    assert "it is not an HDF5 file, or is torn or damaged" in refused(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, share: float) -> None:
    path = keras_file(tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "torn or damaged" in refused(path)


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    path = keras_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b'"Sequential"') + 1] ^= 1
    path.write_bytes(data)
    said = refused(path)
    assert "member 'config.json' is damaged: its bytes are not those that were stored" in said


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("member", ["config.json", "metadata.json", "model.weights.h5"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_flipped_bytes_of_a_member_are_told(
    tmp_path: Path, member: str, packing: int, share: float
) -> None:
    path = keras_file(tmp_path, packing=packing)
    with zipfile.ZipFile(path) as archive:
        found = archive.getinfo(member)
    data = bytearray(path.read_bytes())
    start = found.header_offset + 30 + len(member)
    data[start + int(share * found.compress_size)] ^= 0xFF
    path.write_bytes(data)
    said = refused(path)
    assert f"its member '{member}' is damaged: its bytes are not those that were stored" in said


def test_a_member_that_stands_twice_is_named(tmp_path: Path) -> None:
    path = keras_file(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("config.json", json.dumps(SOUND))
    assert "the member 'config.json' stands in it twice" in refused(path)


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/cron.d/evil", "a/../../evil", "..\\evil", "C:evil"]
)
def test_a_member_outside_is_named(tmp_path: Path, name: str) -> None:
    assert "points outside the archive" in refused(keras_file(tmp_path, more={name: b"x"}))


@pytest.mark.parametrize("name", ["evil.py", "model.weights.npz", "config.json/x", "x/config.json"])
def test_a_member_that_keras_does_not_write_is_named(tmp_path: Path, name: str) -> None:
    said = refused(keras_file(tmp_path, more={name: b"x"}))
    assert f"the member '{name}' is none that Keras writes" in said


def test_assets_need_trust(tmp_path: Path) -> None:
    path = keras_file(tmp_path, more={"assets/vocabulary.txt": b"a\nb"})
    assert "the member 'assets/vocabulary.txt' is an asset" in refused(path)
    assert "--trust-model" in refused(path)
    inspect(path, trusted=True)


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    said = refused(keras_file(tmp_path, more={"\x1b[2Jx\n" + "y" * 500: b"x"}))
    assert "\x1b" not in said
    assert "y" * 61 not in said


def test_a_zip_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    bomb = b" " * (300 * limits.MB)
    path = keras_file(tmp_path, more={"config.json": bomb}, packing=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < limits.MB
    said = refused(path)
    assert "the member 'config.json' declares 300 MB, but only" in said


def declare(path: Path, member: str, size: int) -> None:
    """Have the directory of an archive claim another unpacked size of a member."""
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    while data[at + 46 :][: len(member)] != member.encode():
        at = data.index(b"PK\x01\x02", at + 4)
    data[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(data)


def test_a_declared_size_that_is_not_stored_is_refused(tmp_path: Path) -> None:
    path = keras_file(tmp_path)
    declare(path, "model.weights.h5", 2**32 - 2)
    said = refused(path)
    assert "the member 'model.weights.h5' declares 4.0 GB" in said or "4 GB" in said


def test_a_small_claim_does_not_get_a_bomb_through(tmp_path: Path) -> None:
    path = keras_file(
        tmp_path, more={"config.json": b" " * (50 * limits.MB)}, packing=zipfile.ZIP_DEFLATED
    )
    declare(path, "config.json", 1000)
    assert "member 'config.json'" in refused(path)


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(SOUND))
    assert "has no member 'model.weights.h5'" in refused(tmp_path / "m.keras")


def test_a_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    text = json.dumps(SOUND).replace(
        '"class_name": "Dense"', '"class_name": "Lambda", "class_name": "Dense"'
    )
    assert "has the key 'class_name' twice" in refused(keras_file(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("nul", "is not JSON"),
        ("[]", "does not describe a model"),
        ('"x"', "does not describe a model"),
        ('{"class_name": 1}', "a class whose name is not a text"),
    ],
)
def test_a_configuration_that_is_none_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(keras_file(tmp_path, text))


@pytest.mark.parametrize("depth", [200, 200_000])
def test_deep_nesting_is_refused(tmp_path: Path, depth: int) -> None:
    said = refused(keras_file(tmp_path, "[" * depth + "]" * depth))
    assert "nested more than 100 deep" in said


def test_weights_that_are_no_hdf5_are_told(tmp_path: Path) -> None:
    said = refused(keras_file(tmp_path, weights=b"hello"))
    assert "member 'model.weights.h5' is not an HDF5 file" in said


def test_a_long_list_of_reasons_is_cut(tmp_path: Path) -> None:
    said = refused(keras_file(tmp_path, more={f"{i}.py": b"" for i in range(20)}))
    assert said.count("is refused") == 5
    assert "has 15 more such parts" in said
