"""TensorFlow Datasets, with a stand-in for the few calls of its version 4.9.10 that are made."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from reportgen import datasets
from reportgen.errors import UserError


class Examples:
    def __init__(self, count: int, growing: bool, kind: str = "uint8") -> None:
        rng = np.random.default_rng(count)
        self.pairs = [
            (rng.integers(0, 256, (8 + growing * (i % 2), 9, 3), np.uint8), np.int64(i % 2))
            for i in range(count)
        ]
        if kind != "uint8":
            top = 4095 if kind == "uint16" else 2.5
            self.pairs = [((x / 255 * top).astype(kind), label) for x, label in self.pairs]

    def as_numpy_iterator(self) -> Any:
        return iter(self.pairs)


class Builder:
    """Two splits of 40 and 10 images of two classes."""

    def __init__(self, name: str, folder: Path, growing: bool, labeled: bool) -> None:
        label = SimpleNamespace(names=["disk", "bar"]) if labeled else SimpleNamespace()
        splits = {n: SimpleNamespace(num_examples=c) for n, c in (("train", 40), ("test", 10))}
        self.info = SimpleNamespace(
            name=name, supervised_keys=("image", "label"), features={"label": label}, splits=splits
        )
        self.kind = name if name in ("uint16", "float32") else "uint8"
        self.data_dir, self.data_path, self.growing = str(folder / name), folder / name, growing

    def as_dataset(self, split: str, as_supervised: bool, shuffle_files: bool) -> Examples:
        assert as_supervised
        assert not shuffle_files, "files must be read in their order"
        return Examples(int(split.partition(":")[2].rstrip("]")), self.growing, self.kind)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "ragged").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "uint16").mkdir()
    (tmp_path / "float32").mkdir()

    def builder(name: str, data_dir: str | None) -> Builder:
        if name == "unknown":
            raise ValueError("Dataset unknown not found. Available datasets:\n\t- abc")
        return Builder(name, Path(data_dir or tmp_path), name == "ragged", name != "texts")

    module: Any = ModuleType("tensorflow_datasets")
    module.builder = builder
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    return tmp_path


def load(name: str, **params: Any) -> Any:
    return datasets.load("tfds", {"name": name, **params}, 0)


@pytest.mark.usefixtures("package")
def test_splits_and_classes() -> None:
    data = load("shapes")
    assert {n: len(s.images) for n, s in data.splits.items()} == {
        "train": 36, "validation": 4, "test": 10,
    }  # fmt: skip
    assert data.targets[0].classes == ("disk", "bar")
    np.testing.assert_array_equal(data.splits["test"].images[3], Examples(10, False).pairs[3][0])
    assert data.splits["test"].labels["class"].tolist() == [0, 1] * 5
    assert data.digest == load("shapes").digest


@pytest.mark.usefixtures("package")
def test_a_limit_and_a_size() -> None:
    data = load("ragged", limit=20, size=[4, 4], color="gray")
    assert data.splits["train"].images.shape == (18, 4, 4, 1)
    how = "resized (bilinear), stretched; in gray by luma (ITU-R BT.601)"
    assert data.facts["origin"][0] == [
        "images of train",
        "8 x 9 to 9 x 9",
        "0 to 255, measured 0 to 255",
        how,
    ]


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("unknown", r"cannot be had \(Dataset unknown not found\); prepare it once with: tfds"),
        ("absent", "is not prepared in .*; prepare it once with: tfds build absent"),
        ("texts", "does not pair images with classes"),
        ("ragged", "images differ in size: ragged/image 0 of train is 8 x 9 x 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_used(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(name)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(UserError, match=r"needs the package .* pip install \"reportgen\[tfds\]\""):
        load("cifar10")


@pytest.mark.usefixtures("package")
def test_deep_images_take_a_range() -> None:
    """Images of 12 bits could not be read at all, and `range` was no key of this dataset."""
    whole = Examples(10, False).pairs[3][0]
    test = load("uint16", range=[0, 4095])
    assert np.abs(test.splits["test"].images[3].astype(int) - whole).max() <= 1
    assert test.warnings == ()
    assert test.facts["origin"][1][2] == "0 to 4095, measured 0 to 4095"
    (warning,) = load("uint16").warnings
    assert "reach 4095 of 65535" in warning.text
    assert "range: [0, 4095]" in warning.text
    with pytest.raises(UserError, match="must hold bytes or numbers of 16 bits") as caught:
        load("float32")
    assert "write 'range: [LOW, HIGH]'" in str(caught.value)
    shown = load("float32", range=[0, 2.5]).splits["test"].images[3]
    assert np.abs(shown.astype(int) - whole).max() <= 1
