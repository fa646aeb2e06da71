"""`.npz` files from strangers: what they claim to be is looked at before they are unpacked."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen import datasets
from reportgen.errors import UserError

COUNT = 30
LABELS = np.arange(COUNT) % 3


def images(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(1).integers(0, 256, shape or (COUNT, 4, 5), np.uint8)


def stored(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(text: str, version: int = 1) -> bytes:
    data = text.encode()
    form = "<H" if version == 1 else "<I"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack(form, len(data)) + data


def said(shape: str, kind: str = "|u1") -> bytes:
    return header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}\n")


def pack(folder: Path, how: int = zipfile.ZIP_DEFLATED, **given: bytes) -> Path:
    members = {"x_train": stored(images()), "y_train": stored(LABELS)} | given
    with zipfile.ZipFile(folder / "data.npz", "w", how) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return folder


def load(base: Path, **params: Any) -> Any:
    return datasets.load("npz", {"path": "data.npz", **params}, 3, base)


def refused(base: Path, message: str, **params: Any) -> None:
    """`load` and the look that `check` takes say the same."""
    with pytest.raises(UserError, match=message) as caught:
        load(base, **params)
    (problem,) = caught.value.problems
    assert [p.message for _, p in datasets.mistakes("npz", {"path": "data.npz", **params}, base)] \
        == [problem.message]  # fmt: skip


# --- what is refused before it is unpacked --------------------------------------------------------


def zeros(folder: Path, shape: tuple[int, ...], name: str, kind: str = "|u1") -> Path:
    """An archive with an array of zeros that takes a thousandth of its size."""
    start = said(str(shape), kind)
    with zipfile.ZipFile(folder / "data.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for other, array in (("x_train", images()), ("y_train", LABELS)):
            if other != name:
                archive.writestr(f"{other}.npy", stored(array))
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            member.write(start)
            left = int(np.prod(shape)) * np.dtype(kind).itemsize
            while left:
                left -= member.write(bytes(min(left, 2**20)))
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two MiB in place of two GiB, so that a test need not write a thousand times as much."""
    from reportgen.datasets import checking

    monkeypatch.setattr(checking, "LARGEST", 2 * 2**20)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("shape", "name", "kind", "message"),
    [
        ((COUNT, 800, 800), "x_train", "|u1", "30 images of 800 x 800 x 1 take 0.0 GiB"),
        ((COUNT, 10**5), "y_train", "<f8", "'y_train' must hold one label .* got 0.0 GiB"),
        ((10**6,), "y_train", "|u1", "'y_train' must hold 30 labels, got 1000000"),
        ((3, 10**6 // 3 * 20), "y_train", "|u1", "at most 100,000 columns, got 6,666,660"),
        ((10, 20, 10**5), "y_train", "|u1", "one label for each image, got shape 10 x 20 x 100000"),
        ((COUNT, 10**6), "x_train", "|u1", "images of shape .*, got shape 30 x 1000000"),
        ((COUNT, 100, 400), "x_train", "<c16", "'x_train' must hold numbers, got complex numbers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_it_is_unpacked(
    tmp_path: Path, shape: tuple[int, ...], name: str, kind: str, message: str
) -> None:
    load(pack(tmp_path))  # What the first load imports is not counted.
    zeros(tmp_path, shape, name, kind)
    tracemalloc.start()
    try:
        refused(tmp_path, message)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2 * 2**20


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (said("(3000000000, 1000)") + bytes(9), "declares 3000000000 x 1000, 3,000,.* has 8"),
        (said("(30, 4, 5)") + bytes(601), "declares 30 x 4 x 5, 6.. bytes, but it has 6"),
        (said("(30, 4, 5)") + bytes(599), "declares 30 x 4 x 5, 6.. bytes, but it has 6"),
        (said("()") + bytes(9), "declares one value"),
        (said("(-1, 4, 5)"), "does not say what shape it has"),
        (said("(True, 4, 5)"), "does not say what shape it has"),
        (said("[30, 4, 5]"), "does not say what shape it has"),
        (said("__import__('os')"), "does not say what shape it has"),
        (said("(" * 500), "does not say what shape it has"),
        (said("(" + "-" * 4000 + "1,)"), "does not say what shape it has"),
        (header("{{}: 1}"), "does not say what shape it has"),
        (header("{'shape': '''"), "does not say what shape it has"),
        (said("(30,)", "(1000000000,)u1"), "names a type that is not known"),
        (said("(30, 4, 5)")[:-9], "it is damaged or cut short"),
        (said("(30, 4, 5)", "<u3") + bytes(1800), "names a type that is not known"),
        (said("(30, 4, 5)", "float") + bytes(600), "names a type that is not known"),
        (said("(30, 4, 5)", "|O") + bytes(600), "Python objects, which could run code"),
        (stored(np.zeros(30, [("a", "u1"), ("b", "u1")])), "records of several values"),
        (header("{" + " " * 20_000 + "}"), "its header has 20,002 characters, 10,000 at most"),
        (header("{}", 2), "does not say what shape it has"),
        (b"\x93NUMPY\x09\x00", "no array as NumPy stores it"),
        (b"\x93NUM", "no array as NumPy stores it"),
        (b"", "no array as NumPy stores it"),
        (b"GIF89a", "no array as NumPy stores it"),
    ],
)
def test_a_header_that_is_not_true(tmp_path: Path, member: bytes, message: str) -> None:
    told = rf"the array 'x_train' of data\.npz cannot be read \(.*{message}.*numpy\.savez"
    refused(pack(tmp_path, x_train=member), told)


def test_an_array_that_stands_there_twice(tmp_path: Path) -> None:
    pack(tmp_path)
    with (
        zipfile.ZipFile(tmp_path / "data.npz", "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("x_train.npy", stored(images()))
    refused(tmp_path, r"'x_train' of data\.npz .* \(it stands there more than once\)")


def test_an_encrypted_array(tmp_path: Path) -> None:
    pack(tmp_path)
    data = bytearray((tmp_path / "data.npz").read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    (tmp_path / "data.npz").write_bytes(data)
    refused(tmp_path, r"the array 'x_train' of data\.npz cannot be read \(it is encrypted\)")


def test_an_array_that_is_packed_in_another_way(tmp_path: Path) -> None:
    refused(pack(tmp_path, zipfile.ZIP_BZIP2), "'x_train' .* packed in a way that NumPy does not")


def spoiled(folder: Path, place: int, what: bytes) -> Path:
    """The stored array `x_train` with some bytes overwritten, counted from its own first one."""
    path = pack(folder, zipfile.ZIP_STORED) / "data.npz"
    data = bytearray(path.read_bytes())
    start = data.index(b"\x93NUMPY") + place
    data[start : start + len(what)] = what
    path.write_bytes(data)
    return folder


def test_an_array_whose_checksum_is_wrong(tmp_path: Path) -> None:
    spoiled(tmp_path, 200, b"spoiled")
    message = r"the array 'x_train' of data\.npz cannot be read \(it is damaged: its checksum"
    with pytest.raises(UserError, match=message):
        load(tmp_path)


def test_an_array_that_is_cut_short(tmp_path: Path) -> None:
    pack(tmp_path)
    path = tmp_path / "data.npz"
    data = bytearray(path.read_bytes())
    start = data.index(b"x_train.npy") + len("x_train.npy")
    data[start + 100 : start + 400] = b"\xff" * 300
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"'x_train' of data\.npz .* damaged"):
        load(tmp_path)


def test_an_archive_whose_members_lie_elsewhere(tmp_path: Path) -> None:
    path = pack(tmp_path) / "data.npz"
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    path.write_bytes(data[:100] + data[start:])  # Their table alone is left.
    refused(tmp_path, r"(the array '.*' of )?data\.npz cannot be read")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, r"data\.npz holds no NumPy arrays, and it must hold 'x_train'"),
        ({"x": b""}, r"no array 'x_train'; it has x; .*write x_train: NAME"),
        ({"x_train": stored(images())}, "has no array 'y_train'; it has x_train"),
    ],
)
def test_what_is_lacking(tmp_path: Path, given: dict[str, bytes], message: str) -> None:
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for name, data in given.items():
            archive.writestr(f"{name}.npy", data)
    refused(tmp_path, message)


def test_of_many_or_strange_names_some_are_shown(tmp_path: Path) -> None:
    names = ["\x1b[31mred" + "d" * 100, *(f"y{number:03}" for number in range(99))]
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for name in names:
            archive.writestr(f"{name}.npy", b"")
    with pytest.raises(
        UserError, match=r"it has \?\[31mred{1,57}, y000, .*, y010 and 88 more"
    ) as caught:
        load(tmp_path)
    assert len(str(caught.value)) < 500
    assert "\x1b" not in str(caught.value)


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "data.npz").write_bytes(stored(images()))
    refused(tmp_path, r"data\.npz cannot be read \(File is not a zip file\)")
    (tmp_path / "data.npz").unlink()
    (tmp_path / "data.npz").mkdir()
    refused(tmp_path, r"data\.npz cannot be read \(it is a folder, not a file\)")


# --- what is taken as before ----------------------------------------------------------------------


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "change",
    [
        np.asfortranarray,
        lambda x: x.astype(">i4"),
        lambda x: x.astype("<f8"),
        lambda x: x.astype(np.float16),
        lambda x: x[..., None],
    ],
)
def test_arrays_of_any_layout_are_read(tmp_path: Path, write: Any, change: Any) -> None:
    write(tmp_path / "data.npz", x_train=change(images()), y_train=LABELS.astype(">i2"))
    assert list(datasets.mistakes("npz", {"path": "data.npz"}, tmp_path)) == []
    train = load(tmp_path, test=0.1, validation=0.1).splits["train"]
    whole = images()[..., None]
    for image, label in zip(train.images, train.labels["class"], strict=True):
        places = [n for n in range(COUNT) if (whole[n] == image).all()]
        assert [LABELS[n] for n in places] == [label]


@pytest.mark.parametrize("labels", [np.eye(3)[LABELS], np.array(["cat", "dog"])[LABELS % 2]])
def test_columns_and_names_are_labels(tmp_path: Path, labels: Any) -> None:
    np.savez(tmp_path / "data.npz", x_train=images(), y_train=labels, other=np.array([{}]))
    assert list(datasets.mistakes("npz", {"path": "data.npz"}, tmp_path)) == []
    assert len(load(tmp_path).targets[0].classes) in (2, 3)


@pytest.mark.parametrize("shape", [(COUNT,), (COUNT, 1)])
def test_names_in_bytes_are_names(tmp_path: Path, shape: tuple[int, ...]) -> None:
    names = np.array([b"Ente", "Küken".encode()])
    load(pack(tmp_path, y_train=stored(names[LABELS % 2].reshape(shape))))
    assert load(tmp_path).targets[0].classes == ("Ente", "Küken")
    pack(tmp_path, y_train=stored(np.array([b"\xff\xfe", b"b"])[LABELS % 2]))
    with pytest.raises(UserError, match="'y_train' must hold names in UTF-8, got other bytes"):
        load(tmp_path)


@pytest.mark.filterwarnings("ignore:Reading")
def test_headers_of_other_versions_are_read(tmp_path: Path) -> None:
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (30, 4, 5), }"
    for start in (header(text, 2), header(text, 3), header(text.replace("30", "30L"))):
        data = load(pack(tmp_path, x_train=start + images().tobytes()))
        assert data.splits["test"].images.shape == (6, 4, 5, 1)
